//! Which client calls: asked in the same way at every endpoint that websites' servers call. RFC 6749 §2.3; PROTOCOL 19.

use super::Provider;
use super::client_keys::NoClientKeys;
use super::fetch::FetchError;
use crate::client::{AssertionError, AuthMethod, AuthenticatedClient, ClaimedClient, ClientAuthError, Presented};
use crate::keys::JwkSet;
use crate::spec::{AssertionId, ClientId, Params, Sender};
use crate::store::{StoreError, Tx, assertions, clients};
use crate::token::TokenError;
use std::sync::Arc;

/// A refusal and whose it was, as far as the request said.
#[derive(Debug)]
pub struct Refused<E = TokenError> {
    pub client_id: Option<ClientId>,
    pub sender: Sender,
    pub error: E,
}

impl<E> Refused<E> {
    /// What an authenticated client asked for. A public one has proven nothing.
    pub(super) fn asked(client: &AuthenticatedClient, error: E) -> Self {
        let public = client.client().metadata.token_endpoint_auth_method == AuthMethod::None;
        let sender = if public { Sender::Anybody } else { Sender::Client };
        Self { client_id: Some(client.client_id().clone()), sender, error }
    }

    /// The same refusal, told at another endpoint.
    pub(super) fn map<F>(self, told: impl FnOnce(E) -> F) -> Refused<F> {
        Refused { client_id: self.client_id, sender: self.sender, error: told(self.error) }
    }
}

impl Refused {
    /// [`Refused::asked`], but whoever shows an assertion again has proven nothing either.
    pub(super) fn of(client: &AuthenticatedClient, error: TokenError) -> Self {
        match error {
            TokenError::Client(_) => Self::unproven(Some(client.client_id().clone()), error),
            _ => Self::asked(client, error),
        }
    }

    /// Who calls has not proven anything.
    fn unproven(client_id: Option<ClientId>, error: TokenError) -> Self {
        Self { client_id, sender: Sender::Anybody, error }
    }
}

/// The client that calls the endpoint at that path. Its assertion is not spent yet: [`spend_in`] does that, in the commit
/// of what it pays for.
///
/// # Errors
/// As RFC 6749 §5.2.
pub(super) async fn authenticate(
    provider: &Provider,
    authorization: Option<&str>,
    form: &Params,
    endpoint: &str,
) -> Result<AuthenticatedClient, Refused> {
    let nobody = |error: TokenError| Refused::unproven(None, error);
    let presented = Presented::parse(authorization, form).map_err(|error| nobody(error.into()))?;
    let client_id = presented.client_id().clone();
    let (claimed, known) = claim(provider, presented).await.map_err(nobody)?;
    // An id that nobody registered is nobody's: refusals are bounded for each client that there is.
    let refused = |error: TokenError| Refused::unproven(known.then_some(client_id), error);
    let published = match published(provider, &claimed).await {
        Ok(published) => published,
        Err(error) => return Err(refused(error)),
    };
    let authenticated = claimed.authenticate(&provider.keys, published.as_deref(), endpoint, provider.now());
    authenticated.map_err(|error| refused(error.into()))
}

/// The client's own keys, where its assertion is signed with one.
async fn published(provider: &Provider, claimed: &ClaimedClient) -> Result<Option<Arc<JwkSet>>, TokenError> {
    let Some((client, kid)) = claimed.needs_keys() else { return Ok(None) };
    let keys = provider.client_keys.current(client, kid).await.map_err(|error| match error {
        NoClientKeys::NoneRegistered => ClientAuthError::from(AssertionError::NoKeys).into(),
        NoClientKeys::Fetch(FetchError::Busy) => TokenError::Unavailable,
        other => ClientAuthError::from(AssertionError::JwksUri(other.to_string())).into(),
    })?;
    Ok(Some(keys))
}

/// The claim, and whether anybody is registered under that id.
async fn claim(provider: &Provider, presented: Presented) -> Result<(ClaimedClient, bool), TokenError> {
    let id = presented.client_id().clone();
    let row = provider.store.read(move |db| clients::by_id(db, &id)).await.map_err(|_| TokenError::Unavailable)?;
    let client = row.map(|row| provider.known_clients.of(row)).transpose().map_err(|_| TokenError::Unavailable)?;
    let known = client.is_some();
    Ok((presented.claim(client), known))
}

/// Spends the assertion, where there was one; false when it was spent before (RFC 7523 §3, item 7).
pub(super) fn spend_in(tx: &mut Tx, assertion: Option<&AssertionId>) -> Result<bool, StoreError> {
    assertion.map_or(Ok(true), |assertion| assertions::spend(tx, assertion))
}

/// Spends the assertion of a request that writes nothing else: it is spent whatever becomes of the request (OpenID
/// Connect Core §9: "used only once").
///
/// # Errors
/// An assertion that was spent before.
pub(super) async fn spend(provider: &Provider, client: &AuthenticatedClient) -> Result<(), TokenError> {
    let Some(assertion) = client.assertion() else { return Ok(()) };
    match provider.store.write(move |tx| assertions::spend(tx, &assertion)).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(ClientAuthError::AssertionReplayed.into()),
        Err(_) => Err(TokenError::Unavailable),
    }
}
