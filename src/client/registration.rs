//! Who may register and change a registration, and why one is refused. RFC 7591 §3, RFC 7592 §2.

use super::validation::MetadataError;
use crate::keys::{KeyError, Keys, Sealable};
use crate::spec::{AssertionId, BearerSecret, OAuthError, ParamError, Refusal, Refuse, Timestamp};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// An initial access token (RFC 7591 §1.2): the operator's leave to register one client, once, until it expires.
///
/// Sealed, so that nothing is kept of one that nobody uses; its id is spent with the registration.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InitialAccess {
    pub id: AssertionId,
    expires: Timestamp,
}

impl Sealable for InitialAccess {
    const PURPOSE: &'static str = "initial-access";
    const CLASSES: &'static [usize] = &[64];
}

impl InitialAccess {
    /// A fresh token, as text.
    ///
    /// # Errors
    /// Only what the key service cannot do.
    pub fn issue(expires: Timestamp, keys: &Keys, rng: &mut dyn CryptoRng) -> Result<BearerSecret, KeyError> {
        let token = Self { id: AssertionId::expiring(expires, rng), expires };
        keys.seal(&token, rng).map(BearerSecret::new)
    }

    /// Opens a token. Whether it was used before is the store's to say.
    ///
    /// # Errors
    /// It is none of ours, or its time is over.
    pub fn open(token: &str, keys: &Keys, now: Timestamp) -> Result<Self, RegistrationError> {
        let opened: Self =
            keys.open(token).map_err(|_| RegistrationError::InitialToken("one that was not issued here"))?;
        if now >= opened.expires {
            return Err(RegistrationError::InitialToken("one that has expired"));
        }
        Ok(opened)
    }
}

/// Why the registration endpoints refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    #[error(transparent)]
    Params(#[from] ParamError),
    #[error("the body is {0}")]
    ContentType(String),
    #[error("no token")]
    TokenMissing,
    #[error("the initial access token is {0}")]
    InitialToken(&'static str),
    #[error("the registration access token is not this client's")]
    RegistrationToken,
    #[error("the document is of the client {0}")]
    ClientIdDiffers(String),
    #[error("client_secret is another one")]
    ClientSecretDiffers,
    #[error("there are as many clients as there may be")]
    Full {
        /// Until the next of them is forgotten.
        wait: Duration,
    },
    #[error("the storage is unavailable")]
    Unavailable,
}

impl From<&RegistrationError> for OAuthError {
    fn from(error: &RegistrationError) -> Self {
        match error {
            RegistrationError::Metadata(error) => Self::from(error),
            RegistrationError::Params(_) | RegistrationError::ContentType(_) => Self::InvalidRequest,
            RegistrationError::TokenMissing
            | RegistrationError::InitialToken(_)
            | RegistrationError::RegistrationToken => Self::InvalidToken,
            RegistrationError::ClientIdDiffers(_) | RegistrationError::ClientSecretDiffers => {
                Self::InvalidClientMetadata
            }
            RegistrationError::Full { .. } | RegistrationError::Unavailable => Self::TemporarilyUnavailable,
        }
    }
}

impl Refuse for RegistrationError {
    fn refusal(&self) -> Refusal {
        let say = |code| Refusal::new(self.into(), code);
        match self {
            Self::Metadata(error) => error.refusal(),
            Self::Params(error) => error.refusal(),
            Self::ContentType(kind) => say("registration.content_type")
                .received(if kind.is_empty() { "no Content-Type" } else { kind })
                .expected("application/json (RFC 7591 §3.1)")
                .fix("send the metadata as JSON"),
            Self::TokenMissing => say("registration.token_missing")
                .received("no token")
                .expected("Authorization: Bearer … with the token for this registration (RFC 7591 §3, RFC 7592 §2)")
                .fix("for a new client ask the operator, who makes a token by hufu client token; for a registered one send its registration_access_token"),
            Self::InitialToken(what) => say("registration.initial_token")
                .received(*what)
                .expected("an initial access token, once and before it expires (RFC 7591 §3)")
                .fix("ask the operator for a new one: hufu client token"),
            Self::RegistrationToken => say("registration.token")
                .received("a token that is not this client's, or a client that is not registered any more")
                .expected("the registration_access_token of the last answer: each update hands out another (RFC 7592 §2)")
                .fix("send the latest token; the operator makes a new one: hufu client secret --registration"),
            Self::ClientIdDiffers(received) => say("registration.client_id")
                .received(format!("client_id: {received}"))
                .expected("the client_id of this registration in the document (RFC 7592 §2.2)")
                .fix("send the whole registration, client_id included"),
            Self::ClientSecretDiffers => say("registration.client_secret")
                .received("another client_secret")
                .expected("the current one, or none: a client does not choose its secret (RFC 7592 §2.2)")
                .fix("leave client_secret out"),
            Self::Full { .. } => say("registration.full")
                .received("one registration more")
                .expected("room among the clients that registered themselves; each is kept for 30 days")
                .fix("remove clients that are not used (RFC 7592 §2.3), or let the operator add this one: hufu client add"),
            Self::Unavailable => say("server.unavailable")
                .expected("a moment of patience")
                .fix("try again in a few seconds; nothing was lost"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;
    use rand::{SeedableRng, rngs::StdRng};

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

    /// RFC 7591 §3: "the initial access token … authorizes calls to the client registration endpoint".
    #[test]
    fn an_initial_access_token_is_ours_and_ends() {
        let keys = Keys::for_tests("https://hufu.example");
        let expires = NOW.plus(Duration::from_secs(60));
        let token = InitialAccess::issue(expires, &keys, &mut StdRng::seed_from_u64(1)).unwrap();
        let open = |token: &str, now| InitialAccess::open(token, &keys, now).map(|token| token.id);
        assert!(open(token.expose(), NOW).is_ok());
        assert_eq!(open(token.expose(), expires).unwrap_err(), RegistrationError::InitialToken("one that has expired"));
        assert!(open("nonsense", NOW).is_err());
        let elsewhere = Keys::for_tests("https://other.example");
        assert!(InitialAccess::open(token.expose(), &elsewhere, NOW).is_err());
    }
}
