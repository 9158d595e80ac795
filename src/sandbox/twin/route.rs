//! The twins' URLs: what services answer to the provider, and what people and tests look at.

use super::card::{Held, Readings};
use super::inbox::Message;
use super::steer::{Order, Port};
use super::{Twin, card, face, inbox, registry};
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, Bytes, Data, Form, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;

/// Bytes of a question: a face sample and a chip's picture in base64, and room.
const LONGEST: usize = 12 * 1024 * 1024;

pub(super) fn all(app: &mut web::ServiceConfig) {
    // Production must never take our word: so every answer says what we are.
    let headers = DefaultHeaders::new().add(("Hufu-Sandbox", "1")).add((CACHE_CONTROL, "no-store"));
    app.app_data(web::PayloadConfig::new(LONGEST)).service(
        web::scope("")
            .wrap(headers)
            .route("/healthz", web::get().to(well))
            .route("/lookups", web::post().to(look_up))
            .route("/comparisons", web::post().to(compare))
            .route("/messages", web::post().to(message))
            .route("/notices", web::post().to(notice))
            .route("/readings", web::post().to(begin))
            .route("/readings/{id}/collect", web::post().to(collect))
            .route("/reader", web::post().to(hold))
            .route("/phone/messages", web::get().to(messages))
            .route("/steer", web::post().to(steer)),
    );
}

async fn well() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

async fn look_up(twin: Data<Twin>, request: HttpRequest, body: Bytes) -> HttpResponse {
    twin.exchange(Port::Registry, &request, &body, registry::look_up).await
}

async fn compare(twin: Data<Twin>, request: HttpRequest, body: Bytes) -> HttpResponse {
    twin.exchange(Port::Face, &request, &body, face::compare).await
}

async fn message(twin: Data<Twin>, request: HttpRequest, body: Bytes) -> HttpResponse {
    twin.exchange(Port::Phone, &request, &body, inbox::message).await
}

async fn notice(twin: Data<Twin>, request: HttpRequest, body: Bytes) -> HttpResponse {
    twin.exchange(Port::Notification, &request, &body, inbox::notice).await
}

async fn begin(twin: Data<Twin>, request: HttpRequest, body: Bytes) -> HttpResponse {
    twin.exchange(Port::Card, &request, &body, card::begin).await
}

async fn collect(twin: Data<Twin>, request: HttpRequest, id: Path<String>, body: Bytes) -> HttpResponse {
    twin.exchange(Port::Card, &request, &body, |twin, question| card::collect(twin, &id, question)).await
}

/// What a person holds to the reader.
#[derive(Deserialize)]
struct Hold {
    ticket: String,
    /// A document's number, or a word for something that is none.
    document: String,
}

async fn hold(twin: Data<Twin>, Form(Hold { ticket, document }): Form<Hold>) -> HttpResponse {
    let somebody = twin.people.all().iter().find_map(|somebody| {
        let paper = somebody.documents.iter().find(|paper| paper.number == document)?;
        Some(Held::Card(somebody, paper))
    });
    let held = somebody.unwrap_or(Held::Bad);
    let back = Readings::is_ours(&ticket).then(|| twin.readings.hold(&ticket, &held)).flatten();
    match back {
        Some(back) => HttpResponse::SeeOther().insert_header((LOCATION, back.as_str())).finish(),
        None => HttpResponse::NotFound().json(json!({ "error": "nobody waits for this ticket" })),
    }
}

#[derive(Deserialize)]
struct Telephone {
    to: Option<String>,
    by: Option<String>,
}

async fn messages(twin: Data<Twin>, telephone: Query<Telephone>) -> Json<Vec<Message>> {
    Json(twin.inbox.newest(telephone.to.as_deref().map(plain).as_deref(), telephone.by.as_deref()))
}

/// As a form or a query has it, where a plus sign is a space and people write more of them.
fn plain(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    format!("+{digits}")
}

async fn steer(twin: Data<Twin>, request: HttpRequest, Json(order): Json<Order>) -> HttpResponse {
    if !request.peer_addr().is_some_and(|peer| peer.ip().is_loopback()) {
        return HttpResponse::Forbidden().json(json!({ "error": "from this machine only" }));
    }
    twin.steering.obey(order);
    HttpResponse::NoContent().finish()
}
