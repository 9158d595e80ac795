//! Forms of our own pages: from our origin, with the token of this browser, within bounds. PROTOCOL 23, 24.
//!
//! Three fences: `Sec-Fetch-Site` or `Origin` must be ours where the browser sends them, and the `csrf` field must be
//! the keyed digest of a cookie that no script and no other site can read.

use super::cookie::Jar;
use super::error;
use super::page::Happened;
use super::visit::Visit;
use crate::authn::BrowserSecret;
use crate::flow::Provider;
use crate::spec::{ParamError, Params, limits};
use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, web};
use std::cell::OnceCell;
use std::convert::Infallible;
use std::pin::Pin;

/// A request's body within bounds, or how it is not.
pub struct Body(Result<web::Bytes, ParamError>);

impl FromRequest for Body {
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Infallible>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let announced =
            request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if let Some(coding) = coding(request) {
            return Box::pin(async move { Ok(Self(Err(ParamError::Coded(coding)))) });
        }
        let read = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            Ok(Self(read.await.map_err(|_| ParamError::TooLarge(announced.unwrap_or(limits::BODY + 1)))))
        })
    }
}

impl Body {
    /// The bytes.
    ///
    /// # Errors
    /// [`ParamError::TooLarge`], [`ParamError::Coded`].
    pub fn bytes(&self) -> Result<&[u8], ParamError> {
        self.0.as_deref().map_err(Clone::clone)
    }
}

/// The content coding of a body, where it has one: that which `actix-web`, left to itself, would unpack.
fn coding(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(header::CONTENT_ENCODING)?;
    let named = value.to_str().unwrap_or("unreadable").trim();
    (!named.eq_ignore_ascii_case("identity")).then(|| named.chars().take(40).collect())
}

/// What the token is for: every form of ours.
const FORMS: &str = "form";

/// The browser's random value, and the csrf token that belongs to it.
pub struct Bound {
    pub browser: BrowserSecret,
    csrf: OnceCell<String>,
    fresh: bool,
}

impl Bound {
    /// The binding of this browser; a new one when it has none.
    pub fn of(provider: &Provider, visit: &Visit) -> Self {
        let known = visit.browser.as_deref().and_then(BrowserSecret::parse);
        let fresh = known.is_none();
        let browser = known.unwrap_or_else(|| BrowserSecret::random(&mut *provider.rng()));
        Self { browser, csrf: OnceCell::new(), fresh }
    }

    /// The token of this browser's forms.
    pub fn csrf(&self) -> &str {
        self.csrf.get_or_init(|| self.browser.csrf(FORMS).to_text())
    }

    /// Hands the binding to the browser with the page, if it is new.
    pub fn send(&self, provider: &Provider, mut answer: HttpResponse) -> HttpResponse {
        // A page inside this answer may have been bound already: the browser keeps one value.
        let name = Jar::Browser.name(&provider.issuer);
        if self.fresh && answer.cookies().all(|cookie| cookie.name() != name) {
            let cookie = Jar::Browser.set(&provider.issuer, self.browser.expose().to_owned(), None);
            drop(answer.add_cookie(&cookie));
        }
        answer
    }
}

/// The fields of a form that came from our own page in this very browser; the extractor answers for any other.
pub struct OwnForm(pub Params);

impl FromRequest for OwnForm {
    type Error = Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, body) = (request.clone(), Body::from_request(request, payload));
        Box::pin(async move {
            let provider = provider(&request);
            let visit = Visit::extract(&request).await?;
            let refuse = |happened: Happened, code: &'static str, status: StatusCode| {
                answered(error::small_page(&provider, &visit, happened, code, status))
            };
            if !from_our_origin(&provider, &request) {
                return Err(refuse(Happened::ForeignForm, "form.foreign", StatusCode::FORBIDDEN));
            }
            let params = body.await?.bytes().and_then(Params::parse).map_err(|problem| match problem {
                ParamError::TooLarge(_) => refuse(Happened::TooLarge, "form.too_large", StatusCode::PAYLOAD_TOO_LARGE),
                _ => refuse(Happened::BadRequest, "form.malformed", StatusCode::BAD_REQUEST),
            })?;
            let sent = params.get("csrf").unwrap_or_default();
            match visit.browser.as_deref().and_then(BrowserSecret::parse) {
                Some(browser) if own_token(&browser, sent) => Ok(Self(params)),
                _ => Err(refuse(Happened::ForeignForm, "form.csrf", StatusCode::FORBIDDEN)),
            }
        })
    }
}

/// Whether `sent` is the token of this browser's forms.
pub fn own_token(browser: &BrowserSecret, sent: &str) -> bool {
    browser.csrf(FORMS).matches(sent)
}

/// An extractor at work.
pub type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// The provider that `routes` mounted.
pub fn provider(request: &HttpRequest) -> web::Data<Provider> {
    request.app_data::<web::Data<Provider>>().expect("the provider is mounted first").clone()
}

/// An answer that an extractor gives in the handler's place.
pub fn answered(answer: HttpResponse) -> Error {
    InternalError::from_response("answered by an extractor", answer).into()
}

/// Whether the browser says that a page of ours sent this; an old browser says nothing.
pub fn from_our_origin(provider: &Provider, request: &HttpRequest) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site")
        && site != "same-origin"
    {
        return false;
    }
    match text(header::ORIGIN.as_str()) {
        // Old browsers send none with a form; the token decides then.
        None => true,
        Some(origin) => origin == provider.issuer.url().origin().ascii_serialization(),
    }
}
