//! The algorithms: of signatures (RFC 7518 §3.1, RFC 8037) and of encryption (RFC 7518 §4.1, §5.1), ours and clients'.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A signature algorithm. There is no `none` and no HMAC to confuse a public key with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SigningAlg {
    RS256,
    PS256,
    ES256,
    EdDSA,
}

impl SigningAlg {
    pub const ALL: &[Self] = &[Self::RS256, Self::PS256, Self::ES256, Self::EdDSA];

    /// The value of `alg`.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }

    /// The algorithm of that name; `None` for one that is not supported.
    pub fn parse(wire: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|alg| alg.wire() == wire)
    }

    pub(super) const fn jsonwebtoken(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::RS256 => jsonwebtoken::Algorithm::RS256,
            Self::PS256 => jsonwebtoken::Algorithm::PS256,
            Self::ES256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDSA => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}

impl fmt::Display for SigningAlg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wire())
    }
}

/// How a secret that both sides know authenticates a JWT (RFC 7518 §3.2). A type of its own: nothing that verifies with a
/// public key can be handed one of these (RFC 8725 §2.1). Our secrets have the 256 bits that HS256 needs, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MacAlg {
    HS256,
}

impl MacAlg {
    pub const ALL: &[Self] = &[Self::HS256];

    /// The value of `alg`.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
        }
    }

    /// The algorithm of that name; `None` for one that is not supported.
    pub fn parse(wire: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|alg| alg.wire() == wire)
    }
}

/// How the key of an encrypted JWT is agreed or carried (RFC 7518 §4). No `dir`, no password, no RSA1_5 (RFC 8725 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EncryptionAlg {
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
}

impl EncryptionAlg {
    pub const ALL: &[Self] = &[Self::RsaOaep256, Self::EcdhEs];

    /// The value of `alg`.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
        }
    }

    /// The algorithm of that name; `None` for one that is not supported.
    pub fn parse(wire: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|alg| alg.wire() == wire)
    }
}

impl fmt::Display for EncryptionAlg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wire())
    }
}

/// How the content of an encrypted JWT is encrypted (RFC 7518 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ContentEncryption {
    A128GCM,
    A256GCM,
}

impl ContentEncryption {
    pub const ALL: &[Self] = &[Self::A128GCM, Self::A256GCM];

    /// The value of `enc`.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::A128GCM => "A128GCM",
            Self::A256GCM => "A256GCM",
        }
    }

    /// The algorithm of that name; `None` for one that is not supported.
    pub fn parse(wire: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|enc| enc.wire() == wire)
    }

    /// Bytes of the content encryption key.
    pub(super) const fn key_bytes(self) -> usize {
        match self {
            Self::A128GCM => 16,
            Self::A256GCM => 32,
        }
    }
}

/// What a key of ours is for: one that decrypts never signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyAlg {
    Signing(SigningAlg),
    Encryption(EncryptionAlg),
}

impl KeyAlg {
    /// Every algorithm that we keep a key for.
    pub fn all() -> impl Iterator<Item = Self> {
        let signing = SigningAlg::ALL.iter().copied().map(Self::Signing);
        signing.chain(EncryptionAlg::ALL.iter().copied().map(Self::Encryption))
    }

    /// The value of `alg`.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Signing(alg) => alg.wire(),
            Self::Encryption(alg) => alg.wire(),
        }
    }

    /// The algorithm of that name; `None` for one that is not supported.
    pub fn parse(wire: &str) -> Option<Self> {
        Self::all().find(|alg| alg.wire() == wire)
    }
}

impl From<SigningAlg> for KeyAlg {
    fn from(alg: SigningAlg) -> Self {
        Self::Signing(alg)
    }
}

impl From<EncryptionAlg> for KeyAlg {
    fn from(alg: EncryptionAlg) -> Self {
        Self::Encryption(alg)
    }
}

impl fmt::Display for KeyAlg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wire())
    }
}
