//! The ID token's claims: minimal by construction. OpenID Connect Core §2; PROTOCOL 4.

use crate::authn;
use crate::client::Client;
use crate::code::RedeemedCode;
use crate::keys::{KeyError, Keys, Sub};
use crate::spec::{Timestamp, lifetime};
use serde::Serialize;

/// `iss sub aud exp iat nonce acr amr`, `auth_time` when asked for, `sid` where logout needs it, and no field for anything
/// else.
#[derive(Serialize)]
pub struct IdTokenClaims {
    iss: String,
    sub: Sub,
    aud: String,
    exp: Timestamp,
    iat: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    acr: &'static str,
    amr: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
}

impl IdTokenClaims {
    /// The claims of a redeemed code, for the client it was issued to.
    ///
    /// # Errors
    /// Only what the key service cannot do.
    pub fn of(code: &RedeemedCode, client: &Client, keys: &Keys, now: Timestamp) -> Result<Self, KeyError> {
        Ok(Self {
            iss: keys.issuer().to_string(),
            sub: keys.sub(&client.sector, &code.handle, code.epoch)?,
            aud: client.client_id.to_string(),
            exp: now.plus(lifetime::ID_TOKEN),
            iat: now,
            auth_time: code.auth_time,
            nonce: code.nonce.clone(),
            acr: code.acr.wire(),
            amr: code.amr.clone(),
            sid: client.metadata.hears_of_logouts().then(|| authn::sid(keys, code.session, &client.client_id)),
        })
    }
}
