//! What verifiers of network certificates fetch: status lists, the issuer's keys, the type. SD-JWT VC §4, §5; Token Status
//! List §8.

use super::error;
use super::oauth::{ANYWHERE, document_answer};
use super::visit::Visit;
use crate::flow::{Provider, status_lists};
use crate::person::{ListId, certificate_type};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

/// As long as `ttl` says.
const STATUS_CACHE: &str = "public, max-age=900";
const STATUS_LIST: &str = "application/statuslist+jwt";
const DOCUMENT_CACHE: &str = "public, max-age=3600";

/// `GET /status/{list}`.
pub async fn status_list(
    provider: web::Data<Provider>,
    visit: Visit,
    list: web::Path<String>,
    request: HttpRequest,
) -> HttpResponse {
    let Some(list) = ListId::parse(&list) else { return no_list() };
    match status_lists::status_list(&provider, list).await {
        Ok(Some(document)) => document_answer(&request, STATUS_CACHE, STATUS_LIST, &document),
        Ok(None) => no_list(),
        Err(_) => error::unavailable_json(&visit),
    }
}

fn no_list() -> HttpResponse {
    HttpResponse::NotFound().insert_header(ANYWHERE).insert_header((header::CACHE_CONTROL, "no-store")).finish()
}

/// `GET /.well-known/jwt-vc-issuer`.
pub async fn issuer(provider: web::Data<Provider>) -> HttpResponse {
    constant(&status_lists::issuer_metadata(&provider.issuer))
}

/// `GET /vct/network-certificate`.
pub async fn kind() -> HttpResponse {
    constant(&certificate_type())
}

fn constant(document: &serde_json::Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(ANYWHERE)
        .insert_header((header::CACHE_CONTROL, DOCUMENT_CACHE))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .json(document)
}
