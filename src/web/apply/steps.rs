//! The forms, one step each.

use super::show::{Problem, Tried, after, refused, tried};
use super::{address, holding, on};
use crate::document::DocumentKind;
use crate::flow::apply::{self, Here, Shown, Where};
use crate::flow::{Provider, interaction};
use crate::spec::{DynamicCode, Pin};
use crate::web::form::{Bound, OwnForm};
use crate::web::page::apply::{Document, message_text};
use crate::web::upload::{OwnUpload, Sent};
use crate::web::visit::Visit;
use crate::web::{error, sign_in, sign_in_face};
use actix_web::{HttpResponse, web};
use url::Url;

/// `POST /apply`: the notice is agreed to.
pub async fn begin(provider: web::Data<Provider>, visit: Visit, _form: OwnForm) -> HttpResponse {
    let bound = Bound::of(&provider, &visit);
    match apply::begin(&provider, &bound.browser).await {
        Ok(cookie) => holding(&provider, cookie),
        Err(refused_step) => refused(&provider, &visit, refused_step).await,
    }
}

/// `POST /apply/document`: a kind is chosen.
pub async fn document(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let Some(kind) = fields.get("kind").and_then(Document::of_word).map(kind_of) else {
        return found(&provider, &visit, Problem::NoKind).await;
    };
    match Url::parse(&address(&provider, super::HERE)) {
        Ok(back) => {
            let read = apply::read(&provider, visit.application.as_deref(), kind, &back).await;
            after(&provider, &visit, read).await
        }
        Err(_) => refused(&provider, &visit, apply::Refused::Unavailable).await,
    }
}

const fn kind_of(document: Document) -> DocumentKind {
    match document {
        Document::ResidentIdentityCard => DocumentKind::ResidentIdentityCard,
        Document::Passport => DocumentKind::Passport,
        Document::HongKongMacaoPermit => DocumentKind::HongKongMacaoPermit,
        Document::TaiwanPermit => DocumentKind::TaiwanPermit,
        Document::ResidencePermit => DocumentKind::ResidencePermit,
        Document::ForeignPermanentResidentCard => DocumentKind::ForeignPermanentResidentCard,
    }
}

/// `POST /apply/read`: "I have held it to the reader", and "ask the registry again".
pub async fn read(provider: web::Data<Provider>, visit: Visit, _form: OwnForm) -> HttpResponse {
    let cookie = visit.application.as_deref();
    let view = match apply::stands(&provider, cookie).await {
        Ok(view) => view,
        Err(refused_step) => return refused(&provider, &visit, refused_step).await,
    };
    let Where::Document { reading, .. } = view.at else { return on() };
    let read = match reading {
        Shown::Nothing => Ok(true),
        Shown::Chip { .. } => Ok(false),
        Shown::Card(_) => apply::collect(&provider, cookie).await,
        Shown::RegistryWaits => apply::ask_again(&provider, cookie).await.map(|()| true),
    };
    match read {
        Ok(false) => found(&provider, &visit, Problem::NotYet).await,
        read => after(&provider, &visit, read.map(drop)).await,
    }
}

/// `POST /apply/voucher`.
pub async fn voucher(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let code = fields.get("voucher").unwrap_or_default();
    let redeemed = apply::redeem(&provider, visit.application.as_deref(), code).await;
    after(&provider, &visit, redeemed).await
}

/// `POST /apply/face`.
pub async fn face(provider: web::Data<Provider>, visit: Visit, sent: OwnUpload) -> HttpResponse {
    let OwnUpload { fields, file } = sent;
    let sample = match file {
        Sent::TooLarge => return found(&provider, &visit, Problem::PictureTooLarge).await,
        Sent::Nothing => sign_in_face::invented(&provider, &fields),
        Sent::File(file) => Some(file),
    };
    let Some(sample) = sample else { return found(&provider, &visit, Problem::NoPicture).await };
    let nonce = fields.get("nonce").unwrap_or_default();
    let compared = apply::compare(&provider, visit.application.as_deref(), nonce, sample).await;
    after(&provider, &visit, compared).await
}

/// `POST /apply/phone`.
pub async fn send(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let typed = fields.get("phone").unwrap_or_default();
    let text = |code: &str| message_text(visit.locale, code);
    match apply::send(&provider, visit.application.as_deref(), typed, text).await {
        Ok(()) => on(),
        Err(cause) => tried(&provider, &visit, Tried { refused: Some(cause), typed, ..Tried::default() }).await,
    }
}

/// `POST /apply/phone/code`.
pub async fn hear(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let typed = fields.get("code").unwrap_or_default();
    let heard = apply::hear(&provider, visit.application.as_deref(), typed).await;
    after(&provider, &visit, heard).await
}

/// `POST /apply/pin`.
pub async fn choose_pin(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let typed = |name| Pin::new(fields.get(name).unwrap_or_default());
    let chosen = apply::choose(&provider, visit.application.as_deref(), &typed("pin"), &typed("pin_again")).await;
    after(&provider, &visit, chosen).await
}

/// `POST /apply/code`: the first code of the app. There is a person, who is signed in.
pub async fn finish(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let bound = Bound::of(&provider, &visit);
    let own = interaction::own(&provider, &bound.browser);
    let here = Here {
        interaction: &own,
        session: visit.session.as_deref(),
        device: visit.device.as_deref(),
        agent: &visit.agent,
    };
    let code = DynamicCode::new(fields.get("code").unwrap_or_default());
    let cookie = visit.application.as_deref();
    if let Ok(Where::RenewCode { .. }) = apply::stands(&provider, cookie).await.map(|view| view.at) {
        let renewed = apply::confirm_renewal(&provider, cookie, &code, visit.session.as_deref()).await;
        return match renewed {
            // The notice could not leave: the same press, later.
            Err(apply::Refused::NoAnswer { .. }) => error::busy(&provider, &visit),
            renewed => after(&provider, &visit, renewed).await,
        };
    }
    match apply::confirm(&provider, cookie, &code, here).await {
        Ok(finished) => match finished.signed_in {
            Some(signed_in) => sign_in::with_session(&provider, on(), signed_in.session, signed_in.device),
            None => on(),
        },
        Err(cause) => refused(&provider, &visit, cause).await,
    }
}

/// `POST /apply/renew`: who is known wishes for a new PIN and a new app.
pub async fn renew(provider: web::Data<Provider>, visit: Visit, _form: OwnForm) -> HttpResponse {
    let renewed = apply::renew(&provider, visit.application.as_deref()).await;
    after(&provider, &visit, renewed).await
}

/// `POST /apply/back`: another document, another telephone.
pub async fn back(provider: web::Data<Provider>, visit: Visit, _form: OwnForm) -> HttpResponse {
    let cookie = visit.application.as_deref();
    let went = match apply::stands(&provider, cookie).await.map(|view| view.at) {
        Ok(Where::Document { reading: Shown::Card(_) | Shown::Chip { .. }, .. }) => {
            apply::put_away(&provider, cookie).await
        }
        Ok(Where::PhoneCode { .. }) => apply::another_number(&provider, cookie).await,
        Ok(_) => Ok(()),
        Err(cause) => Err(cause),
    };
    after(&provider, &visit, went).await
}

/// `POST /apply/stop`.
pub async fn stop(provider: web::Data<Provider>, visit: Visit, _form: OwnForm) -> HttpResponse {
    let stopped = apply::stop(&provider, visit.application.as_deref()).await;
    after(&provider, &visit, stopped).await
}

/// The page once more, with a problem that no step was needed to find.
async fn found(provider: &Provider, visit: &Visit, problem: Problem) -> HttpResponse {
    tried(provider, visit, Tried { problem: Some(problem), ..Tried::default() }).await
}
