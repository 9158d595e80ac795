//! From what the browser brings to the parameters that count: plain, in a request object by value or by reference, or pushed
//! before. RFC 9101 §6, RFC 9126 §4, OpenID Connect Core §6.
//!
//! Asked once, when the browser first arrives: what results is sealed into the page, so a returning visit fetches nothing.

use super::Provider;
use super::client_keys::NoClientKeys;
use super::fetch::{Bounds, FetchError};
use crate::authorize::{
    AuthorizeError, AuthorizeRefused, Carrier, Outside, PushedRequest, PushedUri, RequestObject, RequestObjectError,
    RequestUriError, refuse_unread, registered_request_uri,
};
use crate::client::Client;
use crate::keys::{UnverifiedJwt, is_encrypted};
use crate::spec::{ParamError, Params};
use crate::store::pushed;
use std::borrow::Cow;

/// The parameters that count of those that `client` sent by the browser.
///
/// # Errors
/// By redirect only where the parameters outside name a trusted redirect URI.
pub(super) async fn resolve(
    provider: &Provider,
    client: &Client,
    params: Params,
    problem: Option<&ParamError>,
) -> Result<Params, AuthorizeRefused> {
    if problem.is_some() {
        // Refused as it is by whoever parses it: nothing is fetched for a request that cannot be read.
        return Ok(params);
    }
    match from_carrier(provider, client, &params).await {
        Ok(None) => Ok(params),
        Ok(Some(resolved)) => Ok(resolved),
        Err(error) => Err(refuse_unread(&params, client, error)),
    }
}

/// `None` for a request that is plain.
async fn from_carrier(provider: &Provider, client: &Client, params: &Params) -> Result<Option<Params>, AuthorizeError> {
    let carrier = Carrier::of(params)?;
    if let Carrier::Pushed(uri) = &carrier {
        return take_up(provider, client, uri).await.map(Some);
    }
    if client.metadata.require_pushed_authorization_requests {
        return Err(AuthorizeError::PushRequired);
    }
    let token = match carrier {
        Carrier::Plain | Carrier::Pushed(_) => return plain(client).map(|()| None),
        Carrier::Value(token) => token.to_owned(),
        Carrier::Reference(uri) => fetch(provider, client, uri).await?,
    };
    let outside = client.metadata.outside_of_request_objects();
    Ok(Some(read(provider, client, &token, params.clone(), outside).await?))
}

/// RFC 9101 §10.5: whether this client may do without a request object.
pub(super) fn plain(client: &Client) -> Result<(), AuthorizeError> {
    if client.metadata.require_signed_request_object { Err(AuthorizeError::ObjectRequired) } else { Ok(()) }
}

/// Verifies an object by the client's own keys; one that is encrypted is opened by ours first (RFC 9101 §6.1).
pub(super) async fn read(
    provider: &Provider,
    client: &Client,
    token: &str,
    params: Params,
    outside: Outside,
) -> Result<Params, AuthorizeError> {
    let token = opened(provider, client, token.trim())?;
    let token = UnverifiedJwt::parse(&token).map_err(RequestObjectError::from)?;
    let keys = provider.client_keys.current(client, token.kid()).await.map_err(|error| match error {
        NoClientKeys::NoneRegistered => RequestObjectError::NoKeys.into(),
        NoClientKeys::Fetch(FetchError::Busy) => AuthorizeError::Unavailable,
        other => RequestObjectError::JwksUri(other.to_string()).into(),
    })?;
    let verified = token.verify(&keys, &client.metadata.request_object_algs()).map_err(RequestObjectError::from)?;
    let object = RequestObject::read(&verified, client, &provider.issuer, provider.now())?;
    Ok(object.together_with(params, outside)?)
}

fn opened<'t>(provider: &Provider, client: &Client, token: &'t str) -> Result<Cow<'t, str>, AuthorizeError> {
    if !is_encrypted(token) {
        return Ok(token.into());
    }
    let published = provider.published().ok_or(AuthorizeError::Unavailable)?;
    let decrypted = published.decryption.decrypt(token).map_err(RequestObjectError::from)?;
    Ok(client.metadata.signed_object_in(&decrypted)?.to_owned().into())
}

async fn fetch(provider: &Provider, client: &Client, uri: &str) -> Result<String, AuthorizeError> {
    let url = registered_request_uri(&client.metadata, uri)?;
    let fetched = provider.websites.get(&url, Bounds::REQUEST_OBJECT).await.map_err(|error| match error {
        FetchError::Busy => AuthorizeError::Unavailable,
        other => RequestUriError::Fetch(other.to_string()).into(),
    })?;
    let text = String::from_utf8(fetched.body.to_vec());
    text.map_err(|_| RequestUriError::Fetch("it is not text".to_owned()).into())
}

async fn take_up(provider: &Provider, client: &Client, uri: &PushedUri) -> Result<Params, AuthorizeError> {
    let id = uri.id();
    let unavailable = |_| AuthorizeError::Unavailable;
    let sealed = provider.store.read(move |db| pushed::by_id(db, &id)).await.map_err(unavailable)?;
    let unknown = || RequestUriError::Unknown(uri.as_str().to_owned());
    let request: PushedRequest = provider.keys.open_bytes(&sealed.ok_or_else(unknown)?).map_err(|_| unknown())?;
    let params = request.taken_up_by(&client.client_id, provider.now()).ok_or_else(unknown)?;
    Ok(Params::parse(params.as_bytes())?)
}
