//! A form of ours that carries a file: the same fences as [`super::form::OwnForm`], and bounds of its own.
//!
//! `multipart/form-data` (RFC 7578), read part by part: the token must come before the file, so that nobody else makes us read
//! one. What is larger than a file may be is read to nowhere, so that the browser hears the answer instead of a broken line; what is
//! larger still is not read to its end. Nothing of it is kept.

use super::error;
use super::form::{self, Extracting};
use super::page::Happened;
use super::visit::Visit;
use crate::authn::BrowserSecret;
use crate::flow::Provider;
use crate::spec::{Params, limits};
use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use futures_core::Stream;
use std::future::poll_fn;
use std::pin::Pin;

/// Bytes of the one file.
pub const FILE: usize = 4 * 1024 * 1024;

/// Bytes of a file that is read to nowhere.
const DRAINED: usize = 64 * 1024 * 1024;

/// The fields, and the file.
pub struct OwnUpload {
    pub fields: Params,
    pub file: Sent,
}

/// The one file of a form.
#[derive(Clone, PartialEq, Eq)]
pub enum Sent {
    /// None was chosen.
    Nothing,
    /// More than [`FILE`].
    TooLarge,
    File(Vec<u8>),
}

/// Why an upload is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Foreign,
    Csrf,
    TooLarge,
    Malformed,
}

impl Refused {
    const fn said(self) -> (Happened, &'static str, StatusCode) {
        match self {
            Self::Foreign => (Happened::ForeignForm, "form.foreign", StatusCode::FORBIDDEN),
            Self::Csrf => (Happened::ForeignForm, "form.csrf", StatusCode::FORBIDDEN),
            Self::TooLarge => (Happened::TooLarge, "form.too_large", StatusCode::PAYLOAD_TOO_LARGE),
            Self::Malformed => (Happened::BadRequest, "form.malformed", StatusCode::BAD_REQUEST),
        }
    }
}

impl FromRequest for OwnUpload {
    type Error = Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, parts) = (request.clone(), Multipart::from_request(request, payload));
        Box::pin(async move {
            let provider = form::provider(&request);
            let visit = Visit::extract(&request).await?;
            let read = match (form::from_our_origin(&provider, &request), announced(&request)) {
                (false, _) => Err(Refused::Foreign),
                (true, bytes) if bytes > DRAINED + limits::BODY => Err(Refused::TooLarge),
                (true, _) => match parts.await {
                    Ok(parts) => read(parts, visit.browser.as_deref()).await,
                    Err(_) => Err(Refused::Malformed),
                },
            };
            read.map_err(|refused| {
                let (happened, code, status) = refused.said();
                form::answered(error::small_page(&provider, &visit, happened, code, status))
            })
        })
    }
}

/// The answer to a file that is more than a page can do something about.
pub fn too_large(provider: &Provider, visit: &Visit) -> HttpResponse {
    let (happened, code, status) = Refused::TooLarge.said();
    error::small_page(provider, visit, happened, code, status)
}

fn announced(request: &HttpRequest) -> usize {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    length.unwrap_or_default()
}

async fn read(mut parts: Multipart, browser: Option<&str>) -> Result<OwnUpload, Refused> {
    let browser = browser.and_then(BrowserSecret::parse).ok_or(Refused::Csrf)?;
    let (mut pairs, mut file, mut room) = (Vec::new(), Sent::Nothing, limits::BODY);
    while let Some(part) = poll_fn(|context| Pin::new(&mut parts).poll_next(context)).await {
        let mut part = part.map_err(|_| Refused::Malformed)?;
        let name = part.name().map(str::to_owned).ok_or(Refused::Malformed)?;
        let is_file = part.content_disposition().is_some_and(|disposition| disposition.get_filename().is_some());
        if !is_file {
            let value = bytes(&mut part, room).await?;
            room -= value.len();
            pairs.push((name, String::from_utf8(value).map_err(|_| Refused::Malformed)?));
            continue;
        }
        let sent = pairs.iter().find(|(name, _)| name == "csrf").map_or("", |(_, value)| value);
        if !form::own_token(&browser, sent) {
            return Err(Refused::Csrf);
        }
        if file != Sent::Nothing {
            return Err(Refused::Malformed);
        }
        file = whole(&mut part).await?;
    }
    let fields = Params::of(pairs).map_err(|_| Refused::Malformed)?;
    if !form::own_token(&browser, fields.get("csrf").unwrap_or_default()) {
        return Err(Refused::Csrf);
    }
    Ok(OwnUpload { fields, file })
}

async fn whole(part: &mut Field) -> Result<Sent, Refused> {
    let (mut file, mut read) = (Vec::new(), 0);
    while let Some(chunk) = poll_fn(|context| Pin::new(&mut *part).poll_next(context)).await {
        let chunk = chunk.map_err(|_| Refused::Malformed)?;
        read += chunk.len();
        if read > DRAINED {
            return Err(Refused::TooLarge);
        }
        if read <= FILE {
            file.extend_from_slice(&chunk);
        }
    }
    Ok(match file.is_empty() {
        _ if read > FILE => Sent::TooLarge,
        // A browser sends an empty part where no file was chosen.
        true => Sent::Nothing,
        false => Sent::File(file),
    })
}

async fn bytes(part: &mut Field, most: usize) -> Result<Vec<u8>, Refused> {
    match part.bytes(most).await {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(_)) => Err(Refused::Malformed),
        Err(_) => Err(Refused::TooLarge),
    }
}
