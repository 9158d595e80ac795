//! The opaque access token: sealed, checked against person, session and grant at every use (PROTOCOL 6).

use crate::code::RedeemedCode;
use crate::keys::{Epoch, KeyError, Keys, Sealable};
use crate::spec::{ClientId, GrantId, Handle, OAuthError, PersonId, Refusal, Refuse, SessionId, Timestamp, lifetime};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

/// What the token holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct AccessTokenPayload {
    grant: GrantId,
    expires: Timestamp,
    client_id: String,
    session: SessionId,
    person: PersonId,
    handle: Handle,
    epoch: Epoch,
}

impl Sealable for AccessTokenPayload {
    const PURPOSE: &'static str = "access-token";
    const CLASSES: &'static [usize] = &[192, 288];
}

/// A token ready to travel.
pub struct AccessToken(String);

impl AccessToken {
    /// # Errors
    /// Only what the key service cannot do.
    pub fn issue(code: &RedeemedCode, keys: &Keys, now: Timestamp, rng: &mut dyn CryptoRng) -> Result<Self, KeyError> {
        let payload = AccessTokenPayload {
            grant: code.grant,
            expires: now.plus(lifetime::ACCESS_TOKEN),
            client_id: code.client_id.to_string(),
            session: code.session,
            person: code.person,
            handle: code.handle.clone(),
            epoch: code.epoch,
        };
        keys.seal(&payload, rng).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A token of ours that has not expired. Whether it still stands is the store's to say.
#[derive(Debug)]
pub struct VerifiedAccessToken {
    pub grant: GrantId,
    pub client_id: ClientId,
    pub session: SessionId,
    pub person: PersonId,
    pub handle: Handle,
    pub epoch: Epoch,
}

/// Why a token is not accepted. RFC 6750 §3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    #[error("no token")]
    Missing,
    #[error("a token in two places")]
    Twice,
    #[error("a form that cannot be read")]
    Malformed,
    #[error("not a token of ours")]
    NotOurs,
    #[error("expired")]
    Expired,
    #[error("revoked")]
    Revoked,
}

impl VerifiedAccessToken {
    /// # Errors
    /// [`AccessTokenError::NotOurs`], [`AccessTokenError::Expired`].
    pub fn verify(token: &str, keys: &Keys, now: Timestamp) -> Result<Self, AccessTokenError> {
        let payload: AccessTokenPayload = keys.open(token).map_err(|_| AccessTokenError::NotOurs)?;
        if now >= payload.expires {
            return Err(AccessTokenError::Expired);
        }
        Ok(Self {
            grant: payload.grant,
            client_id: ClientId::new(payload.client_id),
            session: payload.session,
            person: payload.person,
            handle: payload.handle,
            epoch: payload.epoch,
        })
    }
}

impl From<&AccessTokenError> for OAuthError {
    fn from(error: &AccessTokenError) -> Self {
        match error {
            AccessTokenError::Twice | AccessTokenError::Malformed => Self::InvalidRequest,
            AccessTokenError::Missing
            | AccessTokenError::NotOurs
            | AccessTokenError::Expired
            | AccessTokenError::Revoked => Self::InvalidToken,
        }
    }
}

impl Refuse for AccessTokenError {
    fn refusal(&self) -> Refusal {
        let say = |code| Refusal::new(OAuthError::from(self), code);
        match self {
            Self::Missing => say("access_token.missing")
                .received("no access token")
                .expected("Authorization: Bearer … (RFC 6750 §2.1), or access_token in a POST form (§2.2)")
                .fix("send the access token of the token response"),
            Self::Twice => say("access_token.twice")
                .received("an access token in the header and in the form")
                .expected("one method (RFC 6750 §2)")
                .fix("send it in the Authorization header only"),
            Self::Malformed => say("access_token.form")
                .received("a form that cannot be read, or with a parameter more than once")
                .expected("access_token once, in application/x-www-form-urlencoded (RFC 6750 §2.2)")
                .fix("send the token in the Authorization header"),
            Self::NotOurs => say("access_token.not_ours")
                .received("a token that this provider did not issue, or that was altered")
                .expected("the access_token of a token response, unchanged")
                .fix("send the access token, not the ID token or the code"),
            Self::Expired => say("access_token.expired")
                .received(format!("a token older than {} s", lifetime::ACCESS_TOKEN.as_secs()))
                .expected("a live token")
                .fix("call UserInfo right after the sign-in, or start a new one"),
            Self::Revoked => say("access_token.revoked")
                .received("a token whose sign-in or grant has ended")
                .expected("a live token")
                .fix("start a new authorization request"),
        }
    }
}
