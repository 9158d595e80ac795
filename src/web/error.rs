//! The four shapes of a refusal and no more: JSON (RFC 6749 §5.2), redirect (§4.1.2.1, with `iss`, RFC 9207), page
//! (the redirect is not trusted), Bearer challenge (RFC 6750 §3). Each is remembered for `hufu trace`.

use super::form::Bound;
use super::page::{self, Happened};
use super::reply;
use super::visit::Visit;
use crate::authorize::{AuthorizationResponse, AuthorizeError, AuthorizeRefused};
use crate::client::{Client, ClientAuthError, RegistrationError};
use crate::flow::refusals::{self, Whose};
use crate::flow::{Provider, registration};
use crate::spec::{ClientId, OAuthError, Refusal, Refuse};
use crate::token::{AccessTokenError, TokenError};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::json;

/// Seconds that `Retry-After` asks for.
pub const RETRY_AFTER: u64 = 2;

/// The token endpoint's refusal. `WWW-Authenticate` answers a client that used the header (RFC 6749 §5.2).
pub fn json<'a>(provider: &Provider, visit: &Visit, whose: impl Into<Whose<'a>>, error: &TokenError) -> HttpResponse {
    let refusal = error.refusal();
    refusals::record(provider, visit.trace, &visit.endpoint, whose, &refusal);
    let mut answer = begin(&refusal);
    if let TokenError::Client(cause) = error
        && ClientAuthError::asked_by_header(cause)
    {
        answer.insert_header((header::WWW_AUTHENTICATE, r#"Basic realm="hufu", charset="UTF-8""#));
    }
    answer.json(body(&refusal, visit))
}

/// A pushed request that breaks a rule, told as the token endpoint tells (RFC 9126 §2.3).
pub fn not_pushed<'a>(
    provider: &Provider,
    visit: &Visit,
    whose: impl Into<Whose<'a>>,
    error: &AuthorizeError,
) -> HttpResponse {
    let refusal = error.refusal();
    refusals::record(provider, visit.trace, &visit.endpoint, whose, &refusal);
    begin(&refusal).json(body(&refusal, visit))
}

/// A refusal of a protected resource.
pub fn bearer(
    provider: &Provider,
    visit: &Visit,
    client_id: Option<&ClientId>,
    error: AccessTokenError,
) -> HttpResponse {
    let refusal = error.refusal();
    // Whose token it is was read from the token, so it had been issued to that client.
    refusals::record(provider, visit.trace, &visit.endpoint, Whose::proven(client_id), &refusal);
    challenge(visit, &refusal, if error == AccessTokenError::Missing { Sent::Nothing } else { Sent::Token })
}

/// Whether there was a token to be wrong about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Nothing,
    Token,
}

fn challenge(visit: &Visit, refusal: &Refusal, sent: Sent) -> HttpResponse {
    // "If the request lacks any authentication information … SHOULD NOT include an error code" (RFC 6750 §3.1).
    let challenge = if sent == Sent::Nothing {
        r#"Bearer realm="hufu""#.to_owned()
    } else {
        let description = refusal.error_description();
        format!(r#"Bearer realm="hufu", error="{}", error_description="{description}""#, refusal.error.wire())
    };
    let mut answer = begin(refusal);
    if let Ok(value) = HeaderValue::from_str(&challenge) {
        answer.insert_header((header::WWW_AUTHENTICATE, value));
    }
    answer.json(body(refusal, visit))
}

/// A refusal of the registration endpoints: a challenge where it is about a token (RFC 7592 §2), else JSON (RFC 7591 §3.2.2).
pub fn registration(provider: &Provider, visit: &Visit, refused: &registration::Refused) -> HttpResponse {
    let refusal = refused.error.refusal();
    refusals::record(provider, visit.trace, &visit.endpoint, Whose::proven(refused.client_id.as_ref()), &refusal);
    match refused.error {
        RegistrationError::TokenMissing => challenge(visit, &refusal, Sent::Nothing),
        _ if refusal.error == OAuthError::InvalidToken => challenge(visit, &refusal, Sent::Token),
        RegistrationError::Full { wait } => {
            // Room is there again in days, not in the moment that a busy server asks for.
            begin(&refusal)
                .insert_header((header::RETRY_AFTER, wait.as_secs().max(RETRY_AFTER)))
                .json(body(&refusal, visit))
        }
        _ => begin(&refusal).json(body(&refusal, visit)),
    }
}

/// The JSON of any endpoint that is not there for the moment.
pub fn unavailable_json(visit: &Visit) -> HttpResponse {
    let refusal = TokenError::Unavailable.refusal();
    begin(&refusal).json(body(&refusal, visit))
}

/// The authorization endpoint's refusal, by the way that it may travel.
pub fn authorize(
    provider: &Provider,
    visit: &Visit,
    client: Option<&Client>,
    refused: &AuthorizeRefused,
) -> HttpResponse {
    let client_id = client.map(|client| &client.client_id);
    match refused {
        AuthorizeRefused::Redirect { to, error } => {
            let refusal = error.refusal();
            refusals::record(provider, visit.trace, &visit.endpoint, client_id, &refusal);
            let response = AuthorizationResponse::error(to, &refusal, visit.trace, &provider.issuer);
            reply::send(provider, visit, &response)
        }
        AuthorizeRefused::Page(AuthorizeError::Unavailable) => busy(provider, visit),
        AuthorizeRefused::Page(error) => {
            let refusal = error.refusal();
            refusals::record(provider, visit.trace, &visit.endpoint, client_id, &refusal);
            let happened = match error {
                AuthorizeError::ClientUnknown(_) | AuthorizeError::ClientIdMissing => Happened::UnknownWebsite,
                AuthorizeError::RedirectUri(_) => Happened::UnknownReturn,
                _ => Happened::BadRequest,
            };
            refusal_page(provider, visit, happened, &refusal, client, StatusCode::BAD_REQUEST)
        }
    }
}

/// A page that explains a refusal. The way back is to an address that the website registered, never to one that it sent.
pub fn refusal_page(
    provider: &Provider,
    visit: &Visit,
    happened: Happened,
    refusal: &Refusal,
    client: Option<&Client>,
    status: StatusCode,
) -> HttpResponse {
    let bound = Bound::of(provider, visit);
    let way_back = client.and_then(|client| {
        let name = client.metadata.name_in(visit.locale.tag());
        client.metadata.way_back().map(|href| page::WayBack { href, name })
    });
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (received, expected, fix) = (some(&refusal.received), some(&refusal.expected), some(&refusal.fix));
    let answer = visit.page(
        status,
        None,
        &page::Refusal {
            chrome: visit.chrome(provider, bound.csrf(), visit.again.as_deref()),
            happened,
            code: &refusal.code,
            received: received.as_deref(),
            expected: expected.as_deref(),
            fix: fix.as_deref(),
            way_back,
        },
    );
    bound.send(provider, answer)
}

/// A page for a form that is stale, foreign, or led nowhere.
pub fn small_page(
    provider: &Provider,
    visit: &Visit,
    happened: Happened,
    code: &'static str,
    status: StatusCode,
) -> HttpResponse {
    let refusal = Refusal::new(OAuthError::InvalidRequest, code);
    refusals::record(provider, visit.trace, &visit.endpoint, None, &refusal);
    refusal_page(provider, visit, happened, &refusal, None, status)
}

/// 503 with `Retry-After`, as a page.
pub fn busy(provider: &Provider, visit: &Visit) -> HttpResponse {
    let bound = Bound::of(provider, visit);
    let chrome = visit.chrome(provider, bound.csrf(), visit.again.as_deref());
    let page = page::Busy { chrome, seconds: RETRY_AFTER };
    let mut answer = visit.page(StatusCode::SERVICE_UNAVAILABLE, None, &page);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    bound.send(provider, answer)
}

/// 405: the address is there, but not by this method (RFC 9110 §15.5.6). Websites' servers read JSON, people a page.
pub fn wrong_method(provider: &Provider, visit: &Visit, asker: Asker, allow: &'static str) -> HttpResponse {
    let mut answer = match asker {
        Asker::Person => {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            small_page(provider, visit, Happened::WrongMethod, "method.not_allowed", status)
        }
        Asker::Server => {
            let refusal = Refusal::new(OAuthError::InvalidRequest, "method.not_allowed").expected(allow);
            refusals::record(provider, visit.trace, &visit.endpoint, None, &refusal);
            let mut answer = HttpResponse::MethodNotAllowed();
            answer.insert_header((header::CACHE_CONTROL, "no-store")).json(body(&refusal, visit))
        }
    };
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    answer
}

/// Who reads an endpoint's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    Person,
    Server,
}

fn begin(refusal: &Refusal) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(refusal.error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = HttpResponse::build(status);
    answer.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::PRAGMA, "no-cache"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        answer.insert_header((header::RETRY_AFTER, RETRY_AFTER));
    }
    answer
}

fn body(refusal: &Refusal, visit: &Visit) -> serde_json::Value {
    json!({
        "error": refusal.error.wire(),
        "error_description": refusal.error_description(),
        "trace_id": visit.trace.spoken(),
    })
}
