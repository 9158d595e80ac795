//! The port to whatever holds the root keys: a file in the sandbox, a PKCS#11 token or a KMS in production.
//!
//! An adapter needs two operations, HMAC-SHA-256 and HKDF-SHA-256; no root key ever leaves it. Calls happen under a
//! request, so an adapter answers from its own connection pool and fails rather than waits.

use super::alg::SigningAlg;
use super::proof::HeldKey;
use super::record::Kid;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A root key that is only ever used as a PRF. Each has versions; rows and sealed values say which one made them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootKey {
    /// Subs. A version is an epoch, fixed per person (PROTOCOL 2); to lose one is to lose every sub under it.
    Pairwise,
    /// One number per living person (PROTOCOL 9).
    Unique,
    /// Hashes of document numbers, which have little entropy (PROTOCOL 9).
    Document,
    /// PINs, before argon2 sees them (PROTOCOL 21).
    Pepper,
}

/// A key for one purpose, derived from a root key; the only key material that an adapter gives away.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Subkey([u8; 32]);

impl Subkey {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Why the keys could not answer. None of these is a client's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("no {key:?} key of version {version}: restore it from the backup")]
    NoSuchVersion { key: RootKey, version: u16 },
    #[error("no encryption key with id {0}")]
    NoSuchId(u16),
    #[error("the key service does not answer: {0}")]
    Unavailable(String),
    #[error("a value of {0} bytes is too long to be sealed")]
    TooLong(usize),
    #[error("a value cannot be encoded to be sealed")]
    NotEncodable,
    #[error("no {0} key signs now: `hufu key rotate --alg {0} --now` makes one")]
    NoSigningKey(SigningAlg),
    #[error("key {0} does not open: was it sealed with an encryption key that is gone?")]
    UnusableKey(Kid),
    #[error("signing failed: {0}")]
    SigningFailed(String),
    #[error("encrypting failed: the client's key is none")]
    EncryptionFailed,
}

/// The port (PROTOCOL 12).
pub trait KeyService: Send + Sync {
    /// `HMAC-SHA-256(key[version], input…)`, the parts one after the other.
    ///
    /// # Errors
    /// The version is not there, or the service is not.
    fn prf(&self, key: RootKey, version: u16, input: &[&[u8]]) -> Result<[u8; 32], KeyError>;

    /// The version that new values are made under.
    fn current(&self, key: RootKey) -> u16;

    /// `HKDF-SHA-256(encryption key id, info = "hufu/seal/v1" ‖ 0x00 ‖ purpose)`. Cached by the caller.
    ///
    /// # Errors
    /// The id is not there, or the service is not.
    fn sealing_key(&self, id: u16, purpose: &str) -> Result<Subkey, KeyError>;

    /// The one encryption key that seals; all others only open (PROTOCOL 13).
    fn seals_with(&self) -> u16;

    /// `HKDF-SHA-256(digest key, info = "hufu/tag/v1" ‖ 0x00 ‖ purpose)`. Asked once per purpose, at start.
    ///
    /// # Errors
    /// The service is not there.
    fn digest_key(&self, purpose: &str) -> Result<Subkey, KeyError>;

    /// Every key that is there, whatever its version and whether or not it is current: what a backup must hold.
    fn held(&self) -> Vec<HeldKey>;

    /// Whether these keys were made for the sandbox: production refuses them.
    fn is_sandbox(&self) -> bool;
}
