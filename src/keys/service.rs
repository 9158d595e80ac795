//! The port to whatever holds the root keys: a file in the sandbox, the token of an HSM in production.
//!
//! An adapter needs one operation, HMAC-SHA-256; no root key ever leaves it. Calls happen under a request, so an adapter
//! answers from its own pool and fails rather than waits.

use super::alg::SigningAlg;
use super::record::Kid;
use std::fmt;

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
    /// Digests that rows are found by. One version, for good.
    Digest,
    /// Sealed values, of which each says the version that sealed it (PROTOCOL 13).
    Encryption,
}

impl RootKey {
    pub const ALL: [Self; 6] =
        [Self::Pairwise, Self::Unique, Self::Document, Self::Pepper, Self::Digest, Self::Encryption];

    /// Its name in a key file, in the settings and in an object's label.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pairwise => "pairwise",
            Self::Unique => "unique",
            Self::Document => "document",
            Self::Pepper => "pepper",
            Self::Digest => "digest",
            Self::Encryption => "encryption",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|root| root.word() == word)
    }
}

/// One version of a root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeldKey {
    pub root: RootKey,
    /// Of the pairwise key, an epoch; of the encryption key, the id in every sealed value.
    pub version: u16,
}

impl fmt::Display for HeldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} key of version {}", self.root.word(), self.version)
    }
}

/// Why the keys could not answer. None of these is a client's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("{0} is not there: restore it from the backup")]
    NoSuchKey(HeldKey),
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
    /// `HMAC-SHA-256(key, input…)`, the parts one after the other.
    ///
    /// # Errors
    /// The key is not there, or the service is not.
    fn prf(&self, key: HeldKey, input: &[&[u8]]) -> Result<[u8; 32], KeyError>;

    /// The version that new values are made under. Of the encryption key, the one that seals; all others only open.
    fn current(&self, root: RootKey) -> u16;

    /// Every key that is there, whether or not it is current: what a backup must hold.
    fn held(&self) -> Vec<HeldKey>;

    /// Whether these keys were made for the sandbox: production refuses them.
    fn is_sandbox(&self) -> bool;
}

impl KeyService for Box<dyn KeyService> {
    fn prf(&self, key: HeldKey, input: &[&[u8]]) -> Result<[u8; 32], KeyError> {
        (**self).prf(key, input)
    }

    fn current(&self, root: RootKey) -> u16 {
        (**self).current(root)
    }

    fn held(&self) -> Vec<HeldKey> {
        (**self).held()
    }

    fn is_sandbox(&self) -> bool {
        (**self).is_sandbox()
    }
}
