//! The registration endpoints. RFC 7591 §3, RFC 7592 §2. Extract, call, render.

use super::error;
use super::form::Body;
use super::oauth::{ANYWHERE, authorization, open};
use super::visit::Visit;
use crate::client::RegistrationError;
use crate::flow::Provider;
use crate::flow::registration::{self, Refused};
use crate::spec::ClientId;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde_json::json;

/// `POST /register`.
pub async fn create(provider: web::Data<Provider>, visit: Visit, request: HttpRequest, body: Body) -> HttpResponse {
    let created = match document(&request, &body) {
        Ok(body) => registration::create(&provider, bearer(&request), body).await,
        Err(error) => Err(error),
    };
    open(match created {
        Ok(created) => fresh(HttpResponse::Created()).json(created.document(&provider)),
        Err(error) => error::registration(&provider, &visit, &Refused::from(error)),
    })
}

/// `GET /register/{client_id}`.
pub async fn read(
    provider: web::Data<Provider>,
    visit: Visit,
    request: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    open(match registration::read(&provider, ClientId::new(id.into_inner()), bearer(&request)).await {
        Ok(read) => fresh(HttpResponse::Ok()).json(read.document(&provider)),
        Err(refused) => error::registration(&provider, &visit, &refused),
    })
}

/// `PUT /register/{client_id}`.
pub async fn replace(
    provider: web::Data<Provider>,
    visit: Visit,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body,
) -> HttpResponse {
    let replaced = match document(&request, &body) {
        Ok(body) => registration::replace(&provider, ClientId::new(id.into_inner()), bearer(&request), body).await,
        Err(error) => Err(error.into()),
    };
    open(match replaced {
        Ok(replaced) => fresh(HttpResponse::Ok()).json(replaced.document(&provider)),
        Err(refused) => error::registration(&provider, &visit, &refused),
    })
}

/// `DELETE /register/{client_id}`.
pub async fn remove(
    provider: web::Data<Provider>,
    visit: Visit,
    request: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    open(match registration::remove(&provider, ClientId::new(id.into_inner()), bearer(&request)).await {
        Ok(()) => fresh(HttpResponse::NoContent()).finish(),
        Err(refused) => error::registration(&provider, &visit, &refused),
    })
}

/// `GET /register/{client_id}/errors`.
pub async fn errors(
    provider: web::Data<Provider>,
    visit: Visit,
    request: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    open(match registration::errors(&provider, ClientId::new(id.into_inner()), bearer(&request)).await {
        Ok(lines) => fresh(HttpResponse::Ok()).json(json!({ "errors": lines })),
        Err(refused) => error::registration(&provider, &visit, &refused),
    })
}

/// The preflight of a developer's page in a browser.
pub async fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header(ANYWHERE)
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE, OPTIONS"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}

fn document<'a>(request: &HttpRequest, body: &'a Body) -> Result<&'a [u8], RegistrationError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(RegistrationError::ContentType(kind.to_owned()));
    }
    Ok(body.bytes()?)
}

/// The token of the header; another scheme is no token (RFC 6750 §2.1).
fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = authorization(request)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn fresh(mut answer: HttpResponseBuilder) -> HttpResponseBuilder {
    answer.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::PRAGMA, "no-cache"));
    answer
}
