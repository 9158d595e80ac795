//! The page of the step that is due, with what was wrong with the last try.

use super::link::{Opened, chip_reader};
use super::words;
use crate::flow::apply::{self, Hand, Refused, Shown, View, Where};
use crate::flow::{Mode, Provider};
use crate::person::NetworkNumber;
use crate::person::application::{End, Join};
use crate::web::form::{Bound, OwnForm};
use crate::web::page::apply as page;
use crate::web::page::{Chrome, Template};
use crate::web::visit::Visit;
use crate::web::{error, me};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};

/// What was tried before the page is shown again.
#[derive(Clone, Copy, Default)]
pub(super) struct Tried<'a> {
    pub refused: Option<Refused>,
    /// What a field of the page said that the refused step itself does not know.
    pub problem: Option<Problem>,
    /// The telephone number as typed.
    pub typed: &'a str,
}

/// A problem that no step was needed to find.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    NoKind,
    NotYet,
    NoPicture,
    PictureTooLarge,
}

/// `GET /apply`.
pub async fn stands(provider: web::Data<Provider>, visit: Visit) -> HttpResponse {
    page(&provider, &visit, Tried::default()).await
}

/// `GET /apply/notice`: before beginning, and before beginning again.
pub async fn notice(provider: web::Data<Provider>, visit: Visit) -> HttpResponse {
    let frame = Frame::of(&provider, &visit);
    match provider.ports {
        Some(_) => frame.send(StatusCode::OK, &page::Notice { chrome: frame.chrome() }),
        None => frame.over(StatusCode::NOT_FOUND, page::Why::NotOpen, Refused::NotHere),
    }
}

/// `POST /apply/stage`, by script: one word for where the application stands. Asks the card's gateway, which tells nobody
/// of its own accord.
pub async fn stage(provider: web::Data<Provider>, visit: Visit, _form: OwnForm) -> HttpResponse {
    let cookie = visit.application.as_deref();
    let mut view = apply::stands(&provider, cookie).await;
    if let Ok(View { hand: Hand::Acts, at: Where::Document { reading: Shown::Card(_), .. }, .. }) = &view
        && !matches!(apply::collect(&provider, cookie).await, Ok(false))
    {
        view = apply::stands(&provider, cookie).await;
    }
    let word = match &view {
        Ok(view) => words::stage(view),
        Err(Refused::Unavailable) => return error::unavailable_json(&visit),
        Err(refused) => refused.code().to_owned(),
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(word)
}

/// After a step: on, or the page once more with what was wrong.
pub(super) async fn after(provider: &Provider, visit: &Visit, step: Result<(), Refused>) -> HttpResponse {
    match step {
        Ok(()) => super::on(),
        Err(refused_step) => refused(provider, visit, refused_step).await,
    }
}

/// What a refusal shows.
pub(super) async fn refused(provider: &Provider, visit: &Visit, refused: Refused) -> HttpResponse {
    tried(provider, visit, Tried { refused: Some(refused), ..Tried::default() }).await
}

/// As [`refused`], with what was typed.
pub(super) async fn tried(provider: &Provider, visit: &Visit, tried: Tried<'_>) -> HttpResponse {
    use Refused::{Ended, LinkOver, NoApplication, NotHere, Over, Stale, TooMany, Unavailable, Watching};
    let frame = Frame::of(provider, visit);
    match tried.refused {
        Some(Unavailable | TooMany) => error::busy(provider, visit),
        Some(NoApplication | Over | Stale | Ended(_) | Watching) => super::on(),
        Some(refused @ NotHere) => frame.over(StatusCode::NOT_FOUND, page::Why::NotOpen, refused),
        Some(refused @ Refused::TooWeak) => frame.over(StatusCode::OK, page::Why::ProofTooWeak, refused),
        Some(refused @ Refused::Stopped) => frame.over(StatusCode::OK, page::Why::NumberStopped, refused),
        Some(refused @ LinkOver) => frame.over(StatusCode::NOT_FOUND, page::Why::LinkOver, refused),
        _ => page(provider, visit, tried).await,
    }
}

async fn page(provider: &Provider, visit: &Visit, tried: Tried<'_>) -> HttpResponse {
    let frame = Frame::of(provider, visit);
    let view = match apply::stands(provider, visit.application.as_deref()).await {
        Ok(view) => view,
        Err(Refused::NoApplication) if provider.ports.is_some() => {
            return frame.send(StatusCode::OK, &page::Notice { chrome: frame.chrome() });
        }
        Err(Refused::NoApplication) => {
            return frame.over(StatusCode::NOT_FOUND, page::Why::NotOpen, Refused::NotHere);
        }
        Err(refused @ Refused::Over) => return frame.over(StatusCode::OK, page::Why::Expired, refused),
        Err(_) => return error::busy(provider, visit),
    };
    let here = words::stage(&view);
    match (view.at, view.hand) {
        (Where::Ended(why), _) => frame.ended(why),
        (at, Hand::Acts) => due(&frame, at, &here, tried),
        (at, Hand::Watches) => {
            let at = words::progress(&at);
            frame.send(StatusCode::OK, &page::Watching { chrome: frame.chrome(), at, here: &here })
        }
    }
}

/// The page of the step that is due.
fn due(frame: &Frame<'_>, at: Where, here: &str, tried: Tried<'_>) -> HttpResponse {
    let (provider, chrome, status) = (frame.provider, frame.chrome(), status(tried));
    match at {
        Where::Document { reading, problem, .. } => document(frame, status, (reading, problem.as_deref()), here, tried),
        Where::Face { nonce, left } => {
            let (nonce, pictures) = (nonce.to_text(), words::INVENTED);
            let camera = match provider.mode {
                Mode::Sandbox => page::Camera::Invented(&pictures),
                Mode::Production => page::Camera::Real,
            };
            let problem = words::face(tried);
            frame.send(status, &page::Face { chrome, nonce: &nonce, camera, left: left.into(), problem })
        }
        Where::Phone { messages_left } => {
            let (typed, left, problem) = (tried.typed, messages_left.into(), tried.refused.and_then(words::phone));
            frame.send(status, &page::Phone { chrome, typed, left, problem })
        }
        Where::PhoneCode { to, messages_left, .. } => {
            let inbox = provider.twins.as_ref().map(|twins| format!("{twins}/phone"));
            let wrong = match tried.refused {
                Some(Refused::PhoneCode { left }) => Some(left.into()),
                _ => None,
            };
            let (to, inbox, more) = (&to, inbox.as_deref(), messages_left.into());
            frame.send(status, &page::Message { chrome, to, more, inbox, wrong })
        }
        Where::Pin | Where::RenewPin => {
            let problem = tried.refused.and_then(words::pin);
            frame.send(status, &page::ChoosePin { chrome, problem })
        }
        Where::Code { otpauth, base32 } | Where::RenewCode { otpauth, base32 } => {
            let typed = match tried.refused {
                Some(Refused::Code) => page::Typed::Wrong,
                _ => page::Typed::Nothing,
            };
            let (uri, secret) = (&otpauth, &base32);
            frame.send(status, &page::Authenticator { chrome, uri, secret, typed })
        }
        Where::Known { number, document } => {
            let how = match document {
                Join::Joined => page::How::Joined,
                Join::WasTheirs => page::How::Known,
            };
            done(frame, &number, how)
        }
        Where::Renewed { number, from } => {
            let how = match from > provider.now() {
                true => page::How::RenewedFrom(me::day(from)),
                false => page::How::Renewed,
            };
            done(frame, &number, how)
        }
        Where::Done { number } => done(frame, &number, page::How::New),
        Where::Ended(why) => frame.ended(why),
    }
}

fn document(
    frame: &Frame<'_>,
    status: StatusCode,
    (reading, last): (Shown, Option<&str>),
    here: &str,
    tried: Tried<'_>,
) -> HttpResponse {
    let chrome = frame.chrome();
    let (reader, address) = match reading {
        Shown::Nothing => {
            return frame.send(status, &page::Kinds { chrome, problem: words::document(tried, last) });
        }
        Shown::RegistryWaits => return frame.send(status, &page::Registry { chrome }),
        Shown::Card(address) => (page::Reader::Card, address.to_string()),
        Shown::Chip { ticket } => {
            let reader = match frame.provider.twins {
                Some(_) => page::Reader::ChipPage,
                None => page::Reader::Chip,
            };
            (reader, chip_reader(frame.provider, frame.visit.locale, &ticket, Opened::Here))
        }
    };
    let problem = words::hold(tried);
    frame.send(status, &page::Hold { chrome, reader, address: &address, here, problem })
}

fn done(frame: &Frame<'_>, number: &NetworkNumber, how: page::How) -> HttpResponse {
    let number = String::from_utf8_lossy(number.expose());
    frame.send(StatusCode::OK, &page::Done { chrome: frame.chrome(), number: &number, how })
}

fn status(tried: Tried<'_>) -> StatusCode {
    match tried.refused {
        // Nobody did anything wrong; the same again, later.
        Some(Refused::NoAnswer { .. }) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None if tried.problem == Some(Problem::PictureTooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        None if tried.problem.is_some() => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    }
}

/// Where a page of an application is drawn: its forms are bound to this browser, its switches lead to where the application
/// then stands.
pub(super) struct Frame<'a> {
    provider: &'a Provider,
    visit: &'a Visit,
    bound: Bound,
}

impl<'a> Frame<'a> {
    pub fn of(provider: &'a Provider, visit: &'a Visit) -> Self {
        Self { provider, visit, bound: Bound::of(provider, visit) }
    }

    pub fn chrome(&self) -> Chrome<'_> {
        self.visit.chrome(self.provider, self.bound.csrf(), Some(super::HERE))
    }

    pub fn send(&self, status: StatusCode, page: &impl Template) -> HttpResponse {
        self.bound.send(self.provider, self.visit.page(status, None, page))
    }

    fn over(&self, status: StatusCode, why: page::Why, refused: Refused) -> HttpResponse {
        self.send(status, &page::Over { chrome: self.chrome(), why, code: refused.code() })
    }

    fn ended(&self, why: End) -> HttpResponse {
        self.over(StatusCode::OK, words::ended(why), Refused::Ended(why))
    }
}
