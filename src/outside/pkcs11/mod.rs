//! The root keys in a token of an HSM, by PKCS#11 2.40: the production adapter of [`KeyService`]. PROTOCOL 12, ADR 12.
//!
//! A root key is a secret key object labelled `hufu/<root>/<version>` that is sensitive and cannot be extracted; the token
//! computes HMAC-SHA-256 under it and we see no more. The module is the vendor's library, loaded when the house starts.
//! Knows no sub and no settings file; which versions are current comes in.

mod ceremony;
mod error;
mod object;
mod pool;
mod session;
mod token;

pub use ceremony::Ceremony;
pub use error::TokenError;
pub use object::Realm;
pub use token::{TokenPin, TokenPlace};

use crate::keys::{HeldKey, KeyError, KeyService, RootKey};
use pool::Pool;
use session::TokenSession;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How a node uses its token.
#[derive(Clone, Debug)]
pub struct TokenPlan {
    pub place: TokenPlace,
    pub realm: Realm,
    /// The version of each root key that new values are made under; that of the digest key is the only one there is.
    pub current: HashMap<RootKey, u16>,
    /// HMACs that the token is asked for at the same moment.
    pub sessions: usize,
    /// How long a request waits for the token.
    pub wait: Duration,
}

/// The keys of one token, as a house uses them.
pub struct TokenKeys {
    held: Vec<HeldKey>,
    current: HashMap<RootKey, u16>,
    realm: Realm,
    pool: Pool,
}

impl TokenKeys {
    /// Logs in and looks for the keys. A PIN that the token refuses is not tried again.
    ///
    /// # Errors
    /// The module, the token or a current key is not there, the PIN is refused, or a key could be taken out of the token.
    pub fn open(plan: TokenPlan) -> Result<Self, TokenError> {
        let TokenPlan { place, realm, mut current, sessions, wait } = plan;
        let token = Arc::new(token::Token::load(&place)?);
        let first = TokenSession::open(&token, realm)?;
        let held: Vec<HeldKey> = first.held().collect();
        let mut digests = held.iter().filter(|key| key.root == RootKey::Digest).map(|key| key.version);
        match (digests.next(), digests.next()) {
            (Some(only), None) => current.insert(RootKey::Digest, only),
            (Some(_), Some(_)) => return Err(TokenError::SeveralDigestKeys),
            (None, _) => None,
        };
        for root in RootKey::ALL {
            let key = HeldKey { root, version: *current.entry(root).or_insert(1) };
            if !held.contains(&key) {
                return Err(TokenError::NoSuchKey { token: place.token_label, label: realm.label(key), key });
            }
        }
        let mut first = Some(first);
        let workers = (0..sessions.max(1)).map(|_| session::worker(Arc::clone(&token), realm, first.take())).collect();
        Ok(Self { held, current, realm, pool: Pool::start(workers, wait) })
    }
}

impl KeyService for TokenKeys {
    fn prf(&self, key: HeldKey, input: &[&[u8]]) -> Result<[u8; 32], KeyError> {
        match self.held.contains(&key) {
            true => self.pool.hmac(key, input),
            false => Err(KeyError::NoSuchKey(key)),
        }
    }

    fn current(&self, root: RootKey) -> u16 {
        self.current[&root]
    }

    fn held(&self) -> Vec<HeldKey> {
        self.held.clone()
    }

    fn is_sandbox(&self) -> bool {
        self.realm == Realm::Sandbox
    }
}
