//! Freezing one's number, from anywhere with number and PIN. The answer is one page, whatever was typed (PROTOCOL 22).

use super::error;
use super::form::{Bound, OwnForm};
use super::page::{self, FreezeProblem, Said};
use super::visit::Visit;
use crate::flow::{NotSignedIn, Provider, freeze};
use crate::spec::Pin;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};

/// `GET /freeze`.
pub async fn ask(provider: web::Data<Provider>, visit: Visit) -> HttpResponse {
    form(&provider, &visit, "", None)
}

fn form(provider: &Provider, visit: &Visit, number: &str, problem: Option<FreezeProblem>) -> HttpResponse {
    let bound = Bound::of(provider, visit);
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let chrome = visit.chrome(provider, bound.csrf(), Some("/freeze"));
    let answer = visit.page(status, None, &page::Freeze { chrome, number, problem });
    bound.send(provider, answer)
}

/// `POST /freeze`.
pub async fn by_pin(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let number = fields.get("number").unwrap_or_default();
    let pin = Pin::new(fields.get("pin").unwrap_or_default());
    match freeze::by_pin(&provider, number, &pin, visit.device.as_deref()).await {
        Err(NotSignedIn::NumberShape) => form(&provider, &visit, number, Some(FreezeProblem::NumberShape)),
        Err(NotSignedIn::PinShape) => form(&provider, &visit, number, Some(FreezeProblem::PinShape)),
        Err(_) => error::busy(&provider, &visit),
        Ok(()) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, "/freeze/heard"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish(),
    }
}

/// `GET /freeze/heard`: the same for everybody, and for who never asked.
pub async fn heard(provider: web::Data<Provider>, visit: Visit) -> HttpResponse {
    let bound = Bound::of(&provider, &visit);
    let chrome = visit.chrome(&provider, bound.csrf(), Some("/freeze/heard"));
    let answer = visit.page(StatusCode::OK, None, &page::Frozen { chrome, said: Said::Perhaps, frames: Vec::new() });
    bound.send(&provider, answer)
}
