//! `/reader`: where a person says which document is held, be it to the reader of the resident card's gateway (docs/ports/card.md) or to
//! one of chips (docs/ports/reader.md). Whose ticket it is decides.

use super::Twin;
use super::card::{self, Held, Readings};
use super::chip::{Said, Silent};
use super::page::{Device, End, Lang, Offer, Read, Reader, Reads};
use super::people::Somebody;
use super::route::{lang, show};
use crate::sandbox::chip::ChipDocument;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use url::Url;

/// Who waits for what a ticket leads to.
enum Waits {
    /// The gateway's reader.
    Card,
    /// The provider, at this address.
    Chip(Url),
    Nobody,
}

impl Waits {
    fn of(twin: &Twin, ticket: &str) -> Self {
        if Readings::is_ours(ticket) {
            return Self::Card;
        }
        twin.chips.ticket(ticket).map_or(Self::Nobody, Self::Chip)
    }
}

#[derive(Deserialize)]
pub(super) struct Asked {
    ticket: String,
    device: Option<String>,
    lang: Option<String>,
}

/// What a person holds to the reader.
#[derive(Deserialize)]
pub(super) struct Hold {
    ticket: String,
    /// A document's number, or a word for something that is none.
    document: String,
    device: Option<String>,
    lang: Option<String>,
}

/// `GET /reader`.
pub(super) async fn reader(twin: Data<Twin>, request: HttpRequest, asked: Query<Asked>) -> HttpResponse {
    let (lang, device) = (lang(&request, asked.lang.as_deref()), Device::of(asked.device.as_deref()));
    let (reads, newcomers, personas) = match Waits::of(&twin, &asked.ticket) {
        Waits::Card => {
            let (newcomers, personas) = twin.people.offered();
            (Reads::Cards, cards(newcomers), cards(personas))
        }
        Waits::Chip(_) => {
            let drawer = &twin.chips.drawer;
            (Reads::Chips, chips(&drawer.newcomers), chips(&drawer.personas))
        }
        Waits::Nobody => return over(&twin, lang, device, &End::Spent),
    };
    show(StatusCode::OK, &Reader { lang, ticket: &asked.ticket, device, reads, newcomers, personas })
}

/// `POST /reader`.
pub(super) async fn hold(twin: Data<Twin>, request: HttpRequest, Form(hold): Form<Hold>) -> HttpResponse {
    let device = Device::of(hold.device.as_deref());
    let end = match Waits::of(&twin, &hold.ticket) {
        Waits::Card => match hold_card(&twin, &hold) {
            Some(back) => return on_to(&back),
            None => End::Spent,
        },
        Waits::Chip(ticket) => match twin.chips.read(&ticket, &hold.document).await {
            Ok(Said::Taken) if device == Device::This => return on_to(&twin.chips.application()),
            Ok(Said::Taken) => End::Taken,
            Ok(Said::Refused { code, message }) => End::Refused { code, message },
            Err(Silent::Spent) => End::Spent,
            Err(Silent::NoAnswer) => End::NoAnswer,
        },
        Waits::Nobody => End::Spent,
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

fn chips(documents: &[ChipDocument]) -> Vec<Offer<'_>> {
    documents.iter().map(Offer::of_chip).collect()
}

/// Those of their documents that the gateway's readers read.
fn cards(people: &[Somebody]) -> Vec<Offer<'_>> {
    let papers = people.iter().flat_map(|somebody| somebody.documents.iter().map(move |paper| (somebody, paper)));
    let read = papers.filter(|(_, paper)| card::KINDS.contains(&paper.kind));
    read.map(|(somebody, paper)| Offer::of_paper(somebody, paper)).collect()
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
