//! One call to one website: its logout token, encrypted where its ID tokens are, and what it answers. OpenID Connect Back-Channel
//! Logout 1.0 §2.4, §2.5.

use super::not_told::Trouble;
use crate::client::Client;
use crate::flow::client_keys::ClientKeys;
use crate::flow::{Bounds, Fetch, Provider, World, encryption};
use crate::spec::IssuerUrl;
use std::sync::Arc;
use std::time::Duration;
use url::{Url, form_urlencoded};

/// How long a website may take.
const BOUNDS: Bounds = Bounds { bytes: 0, time: Duration::from_secs(5) };

/// Everything that the call needs: it outlives the tick that begins it.
pub(super) struct Call {
    client: Arc<Client>,
    url: Url,
    /// The logout token.
    signed: String,
    issuer: IssuerUrl,
    keys: ClientKeys,
    websites: Arc<dyn Fetch>,
    world: Arc<dyn World>,
}

impl Call {
    pub fn new(provider: &Provider, client: Arc<Client>, url: Url, signed: String) -> Self {
        Self {
            client,
            url,
            signed,
            issuer: provider.issuer.clone(),
            keys: provider.client_keys.clone(),
            websites: Arc::clone(&provider.websites),
            world: Arc::clone(provider.world()),
        }
    }

    /// The status that the website answers with.
    pub async fn make(self) -> Result<u16, Trouble> {
        // "The same keys are used to sign and encrypt Logout Tokens as are used for ID Tokens" (§2.4).
        let encrypted = self.client.metadata.id_token_encryption();
        let token = match encryption::recipient(&self.keys, &self.client, encrypted).await? {
            Some(recipient) => recipient.encrypt_jwt_from(&self.issuer, &self.signed, &mut *self.world.rng())?,
            None => self.signed,
        };
        let form = form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", &token).finish();
        Ok(self.websites.post(&self.url, form, BOUNDS).await?)
    }
}
