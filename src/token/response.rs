//! The token response. RFC 6749 §5.1; OpenID Connect Core §3.1.3.3.

use super::{AccessToken, IdTokenClaims, Issuance, RefreshToken, TokenError};
use crate::client::Client;
use crate::keys::{Keys, Recipient, SigningKeys};
use crate::spec::{ScopeValue, Timestamp, lifetime};
use rand::CryptoRng;
use serde::Serialize;

/// The JSON of a successful token response.
#[derive(Serialize)]
pub struct TokenSet {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

impl TokenSet {
    /// Seals the access token and signs the ID token in the client's registered algorithm.
    ///
    /// # Errors
    /// Only what the keys cannot do.
    pub fn of(
        issuance: Issuance,
        client: &Client,
        keys: &Keys,
        signing: &SigningKeys,
        now: Timestamp,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, TokenError> {
        let access_token =
            AccessToken::issue(&issuance, client, keys, signing, now, rng).map_err(|_| TokenError::Keys)?;
        let id_token = if issuance.scopes.has(ScopeValue::Openid) {
            let claims = IdTokenClaims::of(&issuance, client, keys, now);
            let signed = signing.sign(client.metadata.id_token_signed_response_alg, "JWT", &claims);
            Some(signed.map_err(|_| TokenError::Keys)?)
        } else {
            None
        };
        Ok(Self {
            access_token: access_token.into_text(),
            token_type: "Bearer",
            expires_in: lifetime::ACCESS_TOKEN.as_secs(),
            scope: issuance.scopes.wire(),
            id_token,
            refresh_token: issuance.refresh_token.map(RefreshToken::into_text),
        })
    }

    /// This response with its ID token "signed then encrypted" (OpenID Connect Core §2), where the client wants that.
    ///
    /// # Errors
    /// Only what the keys cannot do.
    pub fn encrypted_to(mut self, recipient: Option<&Recipient>, rng: &mut dyn CryptoRng) -> Result<Self, TokenError> {
        if let (Some(recipient), Some(id_token)) = (recipient, &self.id_token) {
            self.id_token = Some(recipient.encrypt_jwt(id_token, rng).map_err(|_| TokenError::Keys)?);
        }
        Ok(self)
    }
}
