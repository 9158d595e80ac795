//! On a telephone with what was begun at a desk: a link, shown as a picture, that is good once.

use super::show::{Frame, refused};
use super::{address, holding, words};
use crate::flow::Provider;
use crate::flow::apply;
use crate::spec::Params;
use crate::web::form::OwnForm;
use crate::web::page::Chrome;
use crate::web::page::apply::{Elsewhere, TakeOver};
use crate::web::visit::Visit;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

/// The page on the telephone, with the token after it.
pub(super) const LINK: &str = "/apply/here?t=";

/// `POST /apply/elsewhere`: at the desk. Each press makes a new link, and the one before leads nowhere.
pub async fn hand_over(provider: web::Data<Provider>, visit: Visit, _form: OwnForm) -> HttpResponse {
    let cookie = visit.application.as_deref();
    let made = match apply::hand_over(&provider, cookie).await {
        Ok(ticket) => apply::stands(&provider, cookie).await.map(|view| (ticket, words::stage(&view))),
        Err(cause) => Err(cause),
    };
    match made {
        Ok((ticket, here)) => {
            let address = address(&provider, &format!("{LINK}{ticket}"));
            let frame = Frame::of(&provider, &visit);
            let page = Elsewhere { chrome: frame.chrome(), ticket: &ticket, address: &address, here: &here };
            frame.send(StatusCode::OK, &page)
        }
        Err(cause) => refused(&provider, &visit, cause).await,
    }
}

/// `GET /apply/here`: on the telephone. Nothing happens before the person says so: a link is also followed by whatever looks
/// at links.
pub async fn ask_to_take_over(provider: web::Data<Provider>, visit: Visit, request: HttpRequest) -> HttpResponse {
    let (params, _) = Params::read(request.query_string().as_bytes());
    let ticket = params.get("t").unwrap_or_default();
    let frame = Frame::of(&provider, &visit);
    let chrome = Chrome { back: visit.again.as_deref(), ..frame.chrome() };
    frame.send(StatusCode::OK, &TakeOver { chrome, ticket })
}

/// `POST /apply/here`: this browser goes on, the other looks on.
pub async fn take_over(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    match apply::take_over(&provider, fields.get("ticket").unwrap_or_default()).await {
        Ok(cookie) => holding(&provider, cookie),
        Err(cause) => refused(&provider, &visit, cause).await,
    }
}
