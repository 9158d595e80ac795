//! Another secret for the one-time codes, from the person's own page. Every step is a form, so that no address names a secret.

use super::error;
use super::form::Bound;
use super::me::{self, Own};
use super::page::apply::Typed;
use super::page::{MeProblem, NewCode, Notice, Picture};
use super::visit::Visit;
use crate::flow::Provider;
use crate::flow::dynamic_code::{self, Offer, Refused};
use crate::spec::DynamicCode;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

/// `POST /me/code`: shows the new secret.
pub async fn begin(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    match dynamic_code::begin(&provider, own.live()) {
        Ok(offer) => show(&provider, &visit, StatusCode::OK, &offer, Typed::Nothing),
        Err(refused) => not_replaced(&provider, &visit, refused).await,
    }
}

/// `POST /me/code/confirm`: the first code of the app that holds it.
pub async fn confirm(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    let typed = DynamicCode::new(own.field("code"));
    match dynamic_code::confirm(&provider, own.live(), own.field("new"), &typed).await {
        Ok(dynamic_code::Typed::Replaced) => me::done(Notice::CodeReplaced),
        Ok(dynamic_code::Typed::Wrong(offer)) => {
            show(&provider, &visit, StatusCode::UNPROCESSABLE_ENTITY, &offer, Typed::Wrong)
        }
        Err(refused) => not_replaced(&provider, &visit, refused).await,
    }
}

fn show(provider: &Provider, visit: &Visit, status: StatusCode, offer: &Offer, typed: Typed) -> HttpResponse {
    let (uri, secret, sealed) = (&offer.secret.otpauth, &offer.secret.base32, &offer.sealed);
    let Some(picture) = Picture::of(uri) else { return error::busy(provider, visit) };
    let bound = Bound::of(provider, visit);
    let chrome = visit.chrome(provider, bound.csrf(), Some("/me"));
    let answer = visit.page(status, None, &NewCode { chrome, uri, secret, picture, sealed, typed });
    bound.send(provider, answer)
}

async fn not_replaced(provider: &Provider, visit: &Visit, refused: Refused) -> HttpResponse {
    match refused {
        Refused::NotRecent | Refused::SignedOut => me::to("/me/signin"),
        // The own page offers it to nobody who has no codes.
        Refused::NoCode | Refused::Stale => me::again(provider, visit, MeProblem::Stale).await,
        Refused::Unavailable => error::busy(provider, visit),
    }
}
