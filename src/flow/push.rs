//! A website pushes its authorization request before the person comes: authenticated, checked as at the authorization
//! endpoint, kept for a minute, good for one code. RFC 9126; docs/adr/0009-a-pushed-request-leads-to-one-code.md.

use super::client_auth::{self, Refused};
use super::{Provider, request, resource};
use crate::authorize::{
    AuthorizationRequest, AuthorizeError, AuthorizeRefused, Outside, PushedRequest, PushedUri, RequestUriError,
};
use crate::client::{Client, ClientAuthError};
use crate::spec::{Params, lifetime};
use crate::store::pushed;
use crate::token::TokenError;
use serde::Serialize;
use std::sync::Arc;

/// RFC 9126 §2.2.
#[derive(Debug, Serialize)]
pub struct PushedAnswer {
    pub request_uri: String,
    pub expires_in: u64,
}

/// Why nothing was pushed.
#[derive(Debug)]
pub enum PushError {
    /// Who calls, or how.
    Caller(TokenError),
    /// What is asked for.
    Request(AuthorizeError),
}

/// Keeps a request for its client.
///
/// # Errors
/// As RFC 9126 §2.3.
pub async fn push(
    provider: &Provider,
    authorization: Option<&str>,
    form: &Params,
) -> Result<PushedAnswer, Refused<PushError>> {
    let client = client_auth::authenticate(provider, authorization, form, "/par").await;
    let client = client.map_err(|refused| refused.map(PushError::Caller))?;
    let refused = |error: TokenError| Refused::of(&client, error).map(PushError::Caller);
    let uri = PushedUri::issue(provider.now(), &mut *provider.rng());
    let sealed = match sealed(provider, client.client(), form, &uri).await {
        Ok(sealed) => sealed,
        Err(error) => {
            client_auth::spend(provider, &client).await.map_err(refused)?;
            return Err(Refused::asked(&client, PushError::Request(error)));
        }
    };
    let (id, assertion) = (uri.id(), client.assertion());
    let kept = provider
        .store
        .write(move |tx| Ok(client_auth::spend_in(tx, assertion.as_ref())? && pushed::insert(tx, &id, &sealed)?));
    match kept.await {
        Ok(true) => {
            Ok(PushedAnswer { request_uri: uri.as_str().to_owned(), expires_in: lifetime::PUSHED_REQUEST.as_secs() })
        }
        Ok(false) => Err(refused(ClientAuthError::AssertionReplayed.into())),
        Err(_) => Err(refused(TokenError::Unavailable)),
    }
}

/// The request as its row holds it, after every check that needs no person.
async fn sealed(
    provider: &Provider,
    client: &Arc<Client>,
    form: &Params,
    uri: &PushedUri,
) -> Result<Vec<u8>, AuthorizeError> {
    // RFC 9126 §2.1: "The request_uri authorization request parameter MUST NOT be provided in this case".
    if form.get("request_uri").is_some() {
        return Err(RequestUriError::AlreadyPushing.into());
    }
    let own = form.clone().without(&["client_secret", "client_assertion_type", "client_assertion"]);
    let params = own.with("client_id", client.client_id.as_str());
    let params = match params.get("request") {
        // RFC 9126 §3: beside an object, the form holds what authenticates the client and nothing that counts.
        Some(token) => request::read(provider, client, token, params.clone(), Outside::Ignored).await?,
        None => request::plain(client).map(|()| params)?,
    };
    // The code that this leads to takes the row away, so the request has to remember where it came from.
    let params = params.with("request_uri", uri.as_str());
    let asked = AuthorizationRequest::parse(&params, None, Arc::clone(client), provider.bare_requests);
    let asked = asked.map_err(|refused| match refused {
        AuthorizeRefused::Page(error) | AuthorizeRefused::Redirect { error, .. } => error,
    })?;
    resource::find(provider, asked.resource.as_deref()).await.map_err(|_| AuthorizeError::Unavailable)??;
    let request = PushedRequest::of(&client.client_id, params.encode(), provider.now());
    provider.keys.seal_bytes(&request, &mut *provider.rng()).map_err(|_| AuthorizeError::Unavailable)
}
