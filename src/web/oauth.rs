//! The endpoints that websites call: discovery, JWKS, token, revocation, introspection, UserInfo. Extract, call, render.

use super::error;
use super::form::Body;
use super::visit::Visit;
use crate::flow::discovery::Document;
use crate::flow::refusals::Whose;
use crate::flow::{self, Provider, PushError, UserInfoError};
use crate::spec::Params;
use crate::token::{AccessTokenError, IntrospectionResponse, IntrospectionShape, TokenError};
use crate::userinfo::UserInfoResponse;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

/// Discovery may be kept this long; a changed document has another ETag.
const DISCOVERY_CACHE: &str = "public, max-age=3600";
/// The JWKS is kept for a shorter time than a key is published before it signs (PROTOCOL 15).
const JWKS_CACHE: &str = "public, max-age=600";
/// RFC 9701 §10.3.
const INTROSPECTION_JWT: &str = "application/token-introspection+jwt";
/// Browser clients may read these from anywhere: no cookie counts here.
pub const ANYWHERE: (header::HeaderName, &str) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");

pub async fn metadata(provider: web::Data<Provider>, visit: Visit, request: HttpRequest) -> HttpResponse {
    match provider.published() {
        Some(published) => document_answer(&request, DISCOVERY_CACHE, "application/json", &published.metadata),
        None => error::unavailable_json(&visit),
    }
}

pub async fn jwks(provider: web::Data<Provider>, visit: Visit, request: HttpRequest) -> HttpResponse {
    match provider.published() {
        Some(published) => document_answer(&request, JWKS_CACHE, "application/jwk-set+json", &published.jwks),
        None => error::unavailable_json(&visit),
    }
}

/// A document with its tag, or the word that the asker's own is still the one (RFC 9110 §13.1.2).
pub fn document_answer(
    request: &HttpRequest,
    cache: &'static str,
    media_type: &'static str,
    document: &Document,
) -> HttpResponse {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let fresh = known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == document.etag || tag.trim() == "*"));
    let mut answer = if fresh { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header(ANYWHERE)
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ETAG, document.etag.clone()))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if fresh {
        return answer.finish();
    }
    answer.insert_header((header::CONTENT_TYPE, media_type)).body(document.bytes.clone())
}

pub async fn token(provider: web::Data<Provider>, visit: Visit, request: HttpRequest, body: Body) -> HttpResponse {
    let answer = match form(&request, &body) {
        Err(error) => error::json(&provider, &visit, Whose::NOBODY, &error),
        Ok(form) => match flow::token(&provider, authorization(&request), &form).await {
            Ok(tokens) => HttpResponse::Ok()
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .insert_header((header::PRAGMA, "no-cache"))
                .json(tokens),
            Err(refused) => error::json(&provider, &visit, &refused, &refused.error),
        },
    };
    open(answer)
}

pub async fn push(provider: web::Data<Provider>, visit: Visit, request: HttpRequest, body: Body) -> HttpResponse {
    let answer = match form(&request, &body) {
        Err(error) => error::json(&provider, &visit, Whose::NOBODY, &error),
        Ok(form) => match flow::push(&provider, authorization(&request), &form).await {
            Ok(pushed) => {
                HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-cache, no-store")).json(pushed)
            }
            Err(refused) => match &refused.error {
                PushError::Caller(error) => error::json(&provider, &visit, &refused, error),
                PushError::Request(error) => error::not_pushed(&provider, &visit, &refused, error),
            },
        },
    };
    open(answer)
}

pub async fn revoke(provider: web::Data<Provider>, visit: Visit, request: HttpRequest, body: Body) -> HttpResponse {
    let answer = match form(&request, &body) {
        Err(error) => error::json(&provider, &visit, Whose::NOBODY, &error),
        Ok(form) => match flow::revoke(&provider, authorization(&request), &form).await {
            Ok(()) => HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).finish(),
            Err(refused) => error::json(&provider, &visit, &refused, &refused.error),
        },
    };
    open(answer)
}

/// For servers only: no script of another origin has credentials to ask with.
pub async fn introspect(provider: web::Data<Provider>, visit: Visit, request: HttpRequest, body: Body) -> HttpResponse {
    let form = match form(&request, &body) {
        Ok(form) => form,
        Err(error) => return error::json(&provider, &visit, Whose::NOBODY, &error),
    };
    let mut ok = HttpResponse::Ok();
    ok.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::VARY, "Accept"));
    match flow::introspect(&provider, authorization(&request), &form, introspection_shape(&request)).await {
        Ok(IntrospectionResponse::Json(answer)) => ok.json(answer),
        Ok(IntrospectionResponse::Jwt(jwt)) => ok.insert_header((header::CONTENT_TYPE, INTROSPECTION_JWT)).body(jwt),
        Err(refused) => error::json(&provider, &visit, &refused, &refused.error),
    }
}

/// "By sending … application/token-introspection+jwt in the Accept header" (RFC 9701 §4).
fn introspection_shape(request: &HttpRequest) -> IntrospectionShape {
    let accepted = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let essence = |range: &str| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let wanted = accepted.flat_map(|value| value.split(',')).any(|range| essence(range) == INTROSPECTION_JWT);
    if wanted { IntrospectionShape::Jwt } else { IntrospectionShape::Json }
}

pub async fn userinfo(provider: web::Data<Provider>, visit: Visit, request: HttpRequest, body: Body) -> HttpResponse {
    // A body that is no form holds no token; one that is and cannot be read is a malformed request (RFC 6750 §3.1).
    let form = match form(&request, &body) {
        Ok(form) => Ok(form),
        Err(TokenError::ContentType(_)) => Ok(Params::default()),
        Err(_) => Err(AccessTokenError::Malformed),
    };
    let token = form.and_then(|form| crate::userinfo::bearer(authorization(&request), &form).map(str::to_owned));
    let answer = match token {
        Err(cause) => error::bearer(&provider, &visit, None, cause),
        Ok(token) => match flow::userinfo(&provider, &token).await {
            Ok(UserInfoResponse::Json(claims)) => {
                HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(claims)
            }
            Ok(UserInfoResponse::Jwt(jwt)) => HttpResponse::Ok()
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .insert_header((header::CONTENT_TYPE, "application/jwt"))
                .body(jwt),
            Err(refused) => match refused.error {
                UserInfoError::Recipient(error) => {
                    error::json(&provider, &visit, Whose::proven(refused.client_id.as_ref()), &error.into())
                }
                UserInfoError::Token(cause) => error::bearer(&provider, &visit, refused.client_id.as_ref(), cause),
                UserInfoError::Unavailable => error::unavailable_json(&visit),
            },
        },
    };
    open(answer)
}

/// No cookie counts here, so a page of any origin may read the answer, and what its developer asks the operator about.
pub fn open(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    headers.insert(ANYWHERE.0, header::HeaderValue::from_static(ANYWHERE.1));
    let exposed = header::HeaderValue::from_static("WWW-Authenticate, X-Trace-Id, Retry-After");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    answer
}

/// A browser client's preflight. No credentials mode: cookies mean nothing at these endpoints.
pub async fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header(ANYWHERE)
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}

pub fn authorization(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()
}

fn form(request: &HttpRequest, body: &Body) -> Result<Params, TokenError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(TokenError::ContentType(kind.to_owned()));
    }
    Ok(body.bytes().and_then(Params::parse)?)
}
