//! The twins' URLs: what services answer to the provider, and what people and tests look at.

use super::card::{Held, Readings};
use super::chip::{Said, Silent};
use super::inbox::Message;
use super::page::{CSS, Device, End, Index, Lang, Offer, Phone, Read, Reader, Reads, Template};
use super::people::Somebody;
use super::steer::{Order, Port};
use super::{Twin, card, face, inbox, registry};
use crate::sandbox::chip::ChipDocument;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, Bytes, Data, Form, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;
use url::Url;

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
            .route("/reader", web::get().to(reader))
            .route("/reader", web::post().to(hold))
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

/// What a person holds to the reader.
#[derive(Deserialize)]
struct Hold {
    ticket: String,
    /// A document's number, or a word for something that is none.
    document: String,
    device: Option<String>,
    lang: Option<String>,
}

async fn hold(twin: Data<Twin>, request: HttpRequest, Form(hold): Form<Hold>) -> HttpResponse {
    let device = Device::of(hold.device.as_deref());
    let end = if Readings::is_ours(&hold.ticket) {
        match hold_card(&twin, &hold) {
            Some(back) => return on_to(&back),
            None => End::Spent,
        }
    } else if let Some(ticket) = twin.chips.ticket(&hold.ticket) {
        match twin.chips.read(&ticket, &hold.document).await {
            Ok(Said::Taken) if device == Device::This => return on_to(&twin.chips.application()),
            Ok(Said::Taken) => End::Taken,
            Ok(Said::Refused { code, message }) => End::Refused { code, message },
            Err(Silent::Spent) => End::Spent,
            Err(Silent::NoAnswer) => End::NoAnswer,
        }
    } else {
        End::Spent
    };
    over(&twin, lang(&request, hold.lang.as_deref()), device, &end)
}

/// Where the gateway sends the person; `None` when nobody waits for this ticket.
fn hold_card(twin: &Twin, hold: &Hold) -> Option<Url> {
    let card = twin.people.all().iter().find_map(|somebody| {
        let paper = somebody.documents.iter().find(|paper| paper.number == hold.document)?;
        Some(Held::Card(somebody, paper))
    });
    twin.readings.hold(&hold.ticket, &card.unwrap_or(Held::Bad))
}

fn on_to(place: &Url) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, place.as_str())).finish()
}

fn over(twin: &Twin, lang: Lang, device: Device, end: &End) -> HttpResponse {
    let status = match end {
        End::Taken => StatusCode::OK,
        End::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        End::Spent => StatusCode::NOT_FOUND,
        End::NoAnswer => StatusCode::BAD_GATEWAY,
    };
    show(status, &Read { lang, end, device, back: &twin.chips.application() })
}

/// The language of a page, as a query names it.
#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
}

fn lang(request: &HttpRequest, asked: Option<&str>) -> Lang {
    let browser = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::choose(asked, browser)
}

fn show(status: StatusCode, page: &impl Template) -> HttpResponse {
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

#[derive(Deserialize)]
struct Ticket {
    ticket: String,
    device: Option<String>,
    lang: Option<String>,
}

async fn reader(twin: Data<Twin>, request: HttpRequest, asked: Query<Ticket>) -> HttpResponse {
    let (lang, device) = (lang(&request, asked.lang.as_deref()), Device::of(asked.device.as_deref()));
    let (reads, newcomers, personas) = if Readings::is_ours(&asked.ticket) {
        let (newcomers, personas) = twin.people.offered();
        (Reads::Cards, cards(newcomers), cards(personas))
    } else if twin.chips.ticket(&asked.ticket).is_some() {
        let drawer = &twin.chips.drawer;
        (Reads::Chips, chips(&drawer.newcomers), chips(&drawer.personas))
    } else {
        return over(&twin, lang, device, &End::Spent);
    };
    show(StatusCode::OK, &Reader { lang, ticket: &asked.ticket, device, reads, newcomers, personas })
}

fn chips(documents: &[ChipDocument]) -> Vec<Offer<'_>> {
    documents.iter().map(Offer::of_chip).collect()
}

/// Those of their documents that the gateway's readers read.
fn cards(people: &[Somebody]) -> Vec<Offer<'_>> {
    let papers = people.iter().flat_map(|somebody| somebody.documents.iter().map(move |paper| (somebody, paper)));
    let read = papers.filter(|(_, paper)| card::KINDS.contains(&paper.kind));
    read.map(|(somebody, paper)| Offer::of_paper(somebody, paper)).collect()
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
