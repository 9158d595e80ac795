//! Signing out: the logout endpoint for websites, and the page for persons. RP-Initiated Logout 1.0 §2; PROTOCOL 24.

use super::authorize::same_site;
use super::cookie::Jar;
use super::error;
use super::form::{Body, Bound, OwnForm};
use super::page::{self, Happened, WayBack};
use super::visit::Visit;
use crate::flow::{self, Back, Leaving, LeavingNext, LeavingRefused, NotHeard, Provider, SignedOut, refusals};
use crate::spec::{Params, Refuse};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use url::Url;

/// `GET /logout`.
pub async fn by_query(provider: web::Data<Provider>, visit: Visit, request: HttpRequest) -> HttpResponse {
    let (params, problem) = Params::read(request.query_string().as_bytes());
    match flow::logout(&provider, Leaving { params, problem, session: visit.session.as_deref() }).await {
        Ok(LeavingNext::Done(out)) => signed_out(&provider, &visit, &out),
        Ok(LeavingNext::Ask { back, unheeded }) => {
            if let Some(unheeded) = unheeded {
                refusals::record(&provider, visit.trace, &visit.endpoint, None, &unheeded.refusal());
            }
            let here = format!("/logout?{}", request.query_string());
            ask(&provider, &visit, &here, back.as_ref())
        }
        Err(NotHeard { refused: LeavingRefused::Unavailable, .. }) => error::busy(&provider, &visit),
        Err(NotHeard { client_id, refused: LeavingRefused::Request(cause) }) => {
            let refusal = cause.refusal();
            refusals::record(&provider, visit.trace, &visit.endpoint, client_id.as_ref(), &refusal);
            error::refusal_page(&provider, &visit, Happened::SignOut, &refusal, None, StatusCode::BAD_REQUEST)
        }
    }
}

/// `POST /logout`: becomes a same-site GET, so that our `SameSite=Lax` cookies come along (PROTOCOL 24).
pub async fn by_form(provider: web::Data<Provider>, visit: Visit, body: Body) -> HttpResponse {
    same_site(&provider, &visit, "/logout", &body)
}

/// `GET /signout`.
pub async fn ask_here(provider: web::Data<Provider>, visit: Visit) -> HttpResponse {
    ask(&provider, &visit, "/signout", None)
}

/// `POST /signout`.
pub async fn sign_out(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let sealed = fields.get("request").unwrap_or_default();
    match flow::sign_out(&provider, visit.session.as_deref(), sealed).await {
        Ok(out) => signed_out(&provider, &visit, &out),
        Err(_) => error::busy(&provider, &visit),
    }
}

/// The page that asks. `here` is its address, for the language switch.
fn ask(provider: &Provider, visit: &Visit, here: &str, back: Option<&Back>) -> HttpResponse {
    let bound = Bound::of(provider, visit);
    let sealed = match back.map(|back| flow::seal_way_back(provider, &back.to)).transpose() {
        Ok(sealed) => sealed.unwrap_or_default(),
        Err(_) => return error::busy(provider, visit),
    };
    let answer = visit.page(
        StatusCode::OK,
        back.map(|back| back.to.address()),
        &page::SignOut {
            chrome: visit.chrome(provider, bound.csrf(), Some(here)),
            request: &sealed,
            way_back: back.map(|back| WayBack { href: back.to.address(), name: name(back, visit) }),
        },
    );
    bound.send(provider, answer)
}

fn name<'a>(back: &'a Back, visit: &Visit) -> &'a str {
    back.client.metadata.name_in(visit.locale.tag())
}

/// After signing out: back to the website, at once or when the others are told, or a page of ours. The browser stays known:
/// only who sits before it is forgotten.
pub fn signed_out(provider: &Provider, visit: &Visit, out: &SignedOut) -> HttpResponse {
    let location = out.back.as_ref().map(|back| back.to.location());
    let answer = match &location {
        Some(location) if out.frames.is_empty() => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, location.as_str()))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .finish(),
        _ => {
            let frames: Vec<&str> = out.frames.iter().map(Url::as_str).collect();
            let way_back = out.back.as_ref().zip(location.as_deref());
            let page = page::SignedOut {
                chrome: visit.chrome(provider, "", None),
                frames: frames.clone(),
                way_back: way_back.map(|(back, href)| WayBack { href, name: name(back, visit) }),
            };
            visit.framing(StatusCode::OK, None, &frames, &page)
        }
    };
    leave(provider, answer)
}

/// The browser forgets who sat before it.
pub fn leave(provider: &Provider, mut answer: HttpResponse) -> HttpResponse {
    drop(answer.add_cookie(&Jar::Session.clear(&provider.issuer)));
    drop(answer.add_cookie(&Jar::Browser.clear(&provider.issuer)));
    drop(answer.add_cookie(&Jar::Application.clear(&provider.issuer)));
    answer
}
