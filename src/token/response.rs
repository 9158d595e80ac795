//! The token response. RFC 6749 §5.1; OpenID Connect Core §3.1.3.3.

use super::{AccessToken, IdTokenClaims, TokenError};
use crate::client::Client;
use crate::code::RedeemedCode;
use crate::keys::{Keys, Recipient, SigningKeys};
use crate::spec::{Timestamp, lifetime};
use rand::CryptoRng;
use serde::Serialize;

/// The JSON of a successful token response.
#[derive(Serialize)]
pub struct TokenSet {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: &'static str,
    id_token: String,
}

impl TokenSet {
    /// Seals the access token and signs the ID token in the client's registered algorithm.
    ///
    /// # Errors
    /// Only what the keys cannot do.
    pub fn of(
        code: &RedeemedCode,
        client: &Client,
        keys: &Keys,
        signing: &SigningKeys,
        now: Timestamp,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, TokenError> {
        let claims = IdTokenClaims::of(code, client, keys, now).map_err(|_| TokenError::Keys)?;
        Ok(Self {
            access_token: AccessToken::issue(code, keys, now, rng).map_err(|_| TokenError::Keys)?.as_str().to_owned(),
            token_type: "Bearer",
            expires_in: lifetime::ACCESS_TOKEN.as_secs(),
            scope: "openid",
            id_token: signing
                .sign(client.metadata.id_token_signed_response_alg, "JWT", &claims)
                .map_err(|_| TokenError::Keys)?,
        })
    }

    /// This response with its ID token "signed then encrypted" (OpenID Connect Core §2), where the client wants that.
    ///
    /// # Errors
    /// Only what the keys cannot do.
    pub fn encrypted_to(mut self, recipient: Option<&Recipient>, rng: &mut dyn CryptoRng) -> Result<Self, TokenError> {
        if let Some(recipient) = recipient {
            self.id_token = recipient.encrypt_jwt(&self.id_token, rng).map_err(|_| TokenError::Keys)?;
        }
        Ok(self)
    }
}
