//! The reader API, for an app that can reach a chip: docs/ports/reader.md. No browser, no cookie: the ticket is all.

use crate::document::LONGEST_ANSWER;
use crate::flow::Provider;
use crate::flow::apply::{self, ReaderRefused};
use crate::spec::ParamError;
use crate::web::error;
use crate::web::form::Body;
use crate::web::visit::Visit;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use serde_json::json;

/// What this resource reads of a body.
pub const LONGEST: usize = LONGEST_ANSWER;

/// `GET /reader/{ticket}`: what to do.
pub async fn task(provider: web::Data<Provider>, visit: Visit, ticket: web::Path<String>) -> HttpResponse {
    match apply::task(&provider, &ticket).await {
        Ok(task) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(task),
        Err(refused) => not_heard(&visit, refused),
    }
}

/// `POST /reader/{ticket}`: what was done; answers what is next.
pub async fn answer(
    provider: web::Data<Provider>,
    visit: Visit,
    ticket: web::Path<String>,
    body: Body,
) -> HttpResponse {
    let body = match body.bytes() {
        Ok(body) => body,
        Err(ParamError::Coded(_)) => return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "coded", &visit),
        Err(_) => return refusal(StatusCode::PAYLOAD_TOO_LARGE, "too_long", &visit),
    };
    match apply::answer(&provider, &ticket, body).await {
        Ok(step) => HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(step),
        Err(refused) => not_heard(&visit, refused),
    }
}

fn not_heard(visit: &Visit, refused: ReaderRefused) -> HttpResponse {
    match refused {
        ReaderRefused::Ticket => refusal(StatusCode::NOT_FOUND, "ticket", visit),
        ReaderRefused::Unavailable => error::unavailable_json(visit),
    }
}

fn refusal(status: StatusCode, code: &str, visit: &Visit) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({ "error": code, "trace_id": visit.trace.spoken() }))
}
