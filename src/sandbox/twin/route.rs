//! The twins' URLs: what services answer to the provider, and what people and tests look at.

use super::inbox::Message;
use super::page::{CSS, Index, Lang, Phone, Template};
use super::steer::{Order, Port};
use super::{Twin, card, face, inbox, reader, registry};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, Bytes, Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;

/// Bytes of a question: a face sample and a chip's picture in base64, and room.
const LONGEST: usize = 12 * 1024 * 1024;

pub(super) fn all(app: &mut web::ServiceConfig) {
    // Production must never take our word: so every answer says what we are.
    let headers = DefaultHeaders::new().add(("Hufu-Sandbox", "1")).add((CACHE_CONTROL, "no-store")).add((
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    ));
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
            .route("/", web::get().to(index))
            .route("/hufu.css", web::get().to(css))
            .route("/reader", web::get().to(reader::reader))
            .route("/reader", web::post().to(reader::hold))
            .route("/phone", web::get().to(phone))
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

/// The language of a page, as a query names it.
#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
}

pub(super) fn lang(request: &HttpRequest, asked: Option<&str>) -> Lang {
    let browser = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::choose(asked, browser)
}

pub(super) fn show(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(html) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn css() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(CSS)
}

async fn index(request: HttpRequest, asked: Query<Asked>) -> HttpResponse {
    show(StatusCode::OK, &Index { lang: lang(&request, asked.lang.as_deref()) })
}

async fn phone(twin: Data<Twin>, request: HttpRequest, asked: Query<Telephone>) -> HttpResponse {
    let to = asked.to.as_deref().map(plain).filter(|to| to.len() > 1);
    let messages = twin.inbox.newest(to.as_deref(), asked.by.as_deref());
    let (newcomers, personas) = twin.people.offered();
    let page = Phone {
        lang: lang(&request, asked.lang.as_deref()),
        to: to.as_deref().unwrap_or_default(),
        people: &newcomers.iter().chain(personas).collect::<Vec<_>>(),
        messages: &messages,
    };
    show(StatusCode::OK, &page)
}

#[derive(Deserialize)]
struct Telephone {
    lang: Option<String>,
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
