//! From claimed to authenticated: the only way to an [`AuthenticatedClient`]. RFC 6749 §2.3, OpenID Connect Core §9.

use super::assertion;
use super::error::ClientAuthError as E;
use super::metadata::AuthMethod;
use super::presented::{Presented, Proof};
use super::registered::Client;
use crate::keys::Keys;
use crate::spec::{ClientId, ClientSecret, SpentId, Timestamp};
use std::sync::Arc;

/// A client that somebody claims to be.
#[derive(Debug)]
pub struct ClaimedClient {
    presented: Presented,
    client: Option<Arc<Client>>,
}

impl Presented {
    /// Brings the credentials together with the registered client of that id, when there is one.
    pub fn claim(self, client: Option<Arc<Client>>) -> ClaimedClient {
        let client = client.filter(|client| client.client_id == *self.client_id());
        ClaimedClient { presented: self, client }
    }
}

impl ClaimedClient {
    /// Believes the claim when its credentials prove it. `endpoint` is the path called, which an assertion may name.
    ///
    /// # Errors
    /// Why it does not.
    pub fn authenticate(self, keys: &Keys, endpoint: &str, now: Timestamp) -> Result<AuthenticatedClient, E> {
        let presented = self.presented.method();
        let Some(client) = self.client else {
            return Err(E::UnknownClient { client_id: self.presented.client_id().clone(), presented });
        };
        let registered = client.metadata.token_endpoint_auth_method;
        if presented != registered {
            return Err(E::MethodDiffers { presented, registered });
        }
        let assertion = match self.presented.proof {
            Proof::Basic(secret) | Proof::Post(secret) => check_secret(&client, &secret, presented)?,
            Proof::Assertion(jwt) => Some(assertion::verify(*jwt, &client, keys, endpoint, now)?),
            Proof::Nothing => None,
        };
        Ok(AuthenticatedClient { client, assertion })
    }
}

fn check_secret(client: &Client, secret: &ClientSecret, presented: AuthMethod) -> Result<Option<SpentId>, E> {
    match client.secret_hash() {
        Some(hash) if hash.matches(&secret.hash()) => Ok(None),
        _ => Err(E::SecretDiffers { presented }),
    }
}

/// A client that proved who it is, or a public one, which cannot.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient {
    client: Arc<Client>,
    assertion: Option<SpentId>,
}

impl AuthenticatedClient {
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    pub fn client_id(&self) -> &ClientId {
        &self.client.client_id
    }

    /// The assertion that was used: to be spent in the same commit, and the request refused when it was spent before.
    pub fn assertion(&self) -> Option<SpentId> {
        self.assertion
    }
}
