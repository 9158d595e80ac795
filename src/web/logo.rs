//! `GET /client/{client_id}/logo`: a website's logo from our own memory, for our own pages.

use super::error;
use super::visit::Visit;
use crate::flow::{Provider, logo};
use crate::spec::ClientId;
use actix_web::http::header;
use actix_web::{HttpResponse, web};

pub async fn show(provider: web::Data<Provider>, visit: Visit, id: web::Path<String>) -> HttpResponse {
    let found = match logo::of(&provider, ClientId::new(id.into_inner())).await {
        Ok(found) => found,
        Err(_) => return error::unavailable_json(&visit),
    };
    let kept = if found.is_some() { logo::KEPT } else { logo::MISSED };
    let mut answer = if found.is_some() { HttpResponse::Ok() } else { HttpResponse::NotFound() };
    answer
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={}", kept.as_secs())))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // Opened by itself it is a picture and nothing else.
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header(("Cross-Origin-Resource-Policy", "same-origin"));
    match found {
        Some(picture) => answer.insert_header((header::CONTENT_TYPE, picture.media_type)).body(picture.bytes),
        None => answer.finish(),
    }
}
