//! The Logout Token: what a website is told when a session has ended. OpenID Connect Back-Channel Logout 1.0 §2.4.

use crate::authn::{self, Letter};
use crate::client::Client;
use crate::keys::{KeyError, Keys, SigningKeys, Sub};
use crate::spec::{Timestamp, lifetime};
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use serde::Serialize;

/// The header's `typ` (§2.4: "explicit typing").
const TYP: &str = "logout+jwt";

/// The claims of §2.4: both `sub` and `sid`, each as in the ID token; never a `nonce`, which "MUST NOT be present".
#[derive(Serialize)]
pub struct LogoutTokenClaims {
    iss: String,
    sub: Sub,
    aud: String,
    iat: Timestamp,
    exp: Timestamp,
    jti: String,
    events: Events,
    sid: String,
}

/// "MUST contain this member name … and the corresponding value … SHOULD be the empty JSON object".
#[derive(Serialize)]
struct Events {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    logout: Empty,
}

#[derive(Serialize)]
struct Empty {}

impl LogoutTokenClaims {
    /// What `client` is told of the session that `letter` is about.
    ///
    /// # Errors
    /// Only what the key service cannot do.
    pub fn of(
        letter: &Letter,
        client: &Client,
        keys: &Keys,
        now: Timestamp,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, KeyError> {
        let mut jti = [0; 16];
        rng.fill_bytes(&mut jti);
        Ok(Self {
            iss: keys.issuer().to_string(),
            sub: keys.sub(&client.sector, &letter.handle, letter.epoch)?,
            aud: client.client_id.to_string(),
            iat: now,
            exp: now.plus(lifetime::LOGOUT_TOKEN),
            jti: BASE64URL_NOPAD.encode(&jti),
            events: Events { logout: Empty {} },
            sid: authn::sid(keys, letter.session, &client.client_id),
        })
    }

    /// Signed as the client's ID tokens are (§2.4).
    ///
    /// # Errors
    /// No key signs with the client's algorithm.
    pub fn sign(&self, client: &Client, signing: &SigningKeys) -> Result<String, KeyError> {
        signing.sign(client.metadata.id_token_signed_response_alg, TYP, self)
    }
}
