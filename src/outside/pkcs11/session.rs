//! A session that is logged in, with the keys that it sees; and how a lost one is replaced.

use super::error::TokenError;
use super::object::{self, Realm};
use super::pool::{Answer, Worker};
use super::token::{Access, Token};
use crate::keys::HeldKey;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::ObjectHandle;
use cryptoki::session::Session;
use std::collections::BTreeMap;
use std::sync::Arc;
use tracing::warn;

pub(super) struct TokenSession {
    session: Session,
    keys: BTreeMap<HeldKey, ObjectHandle>,
}

impl TokenSession {
    pub(super) fn open(token: &Token, realm: Realm) -> Result<Self, TokenError> {
        let session = token.session(Access::Use)?;
        let keys = object::find(&session, realm)?;
        Ok(Self { session, keys })
    }

    pub(super) fn held(&self) -> impl Iterator<Item = HeldKey> {
        self.keys.keys().copied()
    }

    /// `HMAC-SHA-256(key, input)`, computed by the token (CKM_SHA256_HMAC).
    fn hmac(&self, key: HeldKey, input: &[u8]) -> Answer {
        let gone = || TokenError::Unavailable(format!("{key} is gone from the token"));
        let mac = self.session.sign(&Mechanism::Sha256Hmac, *self.keys.get(&key).ok_or_else(gone)?, input)?;
        let length = mac.len();
        mac.try_into().map_err(|_| TokenError::Unavailable(format!("a MAC of {length} bytes")))
    }
}

/// Answers by a session that it opens when it is first asked, unless it is given one. A session may have died while it
/// rested: then a new one is opened, and no third; the next question tries again. Nothing is asked of the token while
/// nobody asks us.
pub(super) fn worker(token: Arc<Token>, realm: Realm, mut session: Option<TokenSession>) -> Worker {
    Box::new(move |key, input| {
        if let Some(session) = &session {
            match session.hmac(key, input) {
                Ok(mac) => return Ok(mac),
                Err(error) => warn!(%error, "a session with the token failed"),
            }
        }
        session = None;
        let fresh = TokenSession::open(&token, realm)?;
        let mac = fresh.hmac(key, input)?;
        session = Some(fresh);
        Ok(mac)
    })
}
