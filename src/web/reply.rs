//! The answer to the website, by way of the browser: a redirect, or a form that posts itself. RFC 6749 §4.1.2; OAuth 2.0 Form
//! Post Response Mode 1.0; RFC 9700 §4.2, §4.12.

use super::authorize::host_of;
use super::page;
use super::visit::{Visit, policy_of_posting_to};
use crate::authorize::AuthorizationResponse;
use crate::client::TrustedRedirect;
use crate::flow::Provider;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};

/// Sends the browser back to the website with the answer.
pub fn send(provider: &Provider, visit: &Visit, response: &AuthorizationResponse) -> HttpResponse {
    match response {
        AuthorizationResponse::Redirect { location } => redirect(location),
        AuthorizationResponse::FormPost { action, fields } => form_post(provider, visit, action, fields),
    }
}

/// 303, so that a POST becomes a GET (RFC 9700 §4.12); the website learns no address of ours (§4.2.4).
fn redirect(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish()
}

/// A page whose only form goes to the website, by script or by hand.
fn form_post(
    provider: &Provider,
    visit: &Visit,
    action: &TrustedRedirect,
    fields: &[(&'static str, String)],
) -> HttpResponse {
    let host = host_of(action);
    let mut answer = visit.page(
        StatusCode::OK,
        Some(action.as_str()),
        &page::FormPost { chrome: visit.chrome(provider, "", None), host: &host, action: action.as_str(), fields },
    );
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy_of_posting_to(action.as_str())) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // Our origin and nothing more: a website may want to see in `Origin` who posts to it.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    answer
}
