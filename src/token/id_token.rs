//! The ID token's claims: minimal by construction. OpenID Connect Core §2; PROTOCOL 4.

use super::Issuance;
use crate::authn;
use crate::client::Client;
use crate::keys::{Keys, Sub};
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
    acr: String,
    amr: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
}

impl IdTokenClaims {
    /// The claims of what was agreed, for the client it was agreed with. After a refresh `iss`, `sub`, `aud` and `auth_time`
    /// are what they were, `iat` is new, and there is no nonce (OpenID Connect Core §12.2).
    pub fn of(issuance: &Issuance, client: &Client, keys: &Keys, now: Timestamp) -> Self {
        let agreed = &issuance.agreed;
        let sid = |session| authn::sid(keys, session, &client.client_id);
        Self {
            iss: keys.issuer().to_string(),
            sub: issuance.sub.clone(),
            aud: client.client_id.to_string(),
            exp: now.plus(lifetime::ID_TOKEN),
            iat: now,
            auth_time: agreed.auth_time,
            nonce: issuance.nonce.clone(),
            acr: agreed.acr.wire().to_owned(),
            amr: agreed.amr.clone(),
            sid: issuance.session.filter(|_| client.metadata.hears_of_logouts()).map(sid),
        }
    }
}
