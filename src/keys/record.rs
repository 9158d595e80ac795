//! A key of ours as its row holds it: public instants, sealed private part. PROTOCOL 15.
//!
//! A signing key: publish → wait → sign → retire → gone; it is in the JWKS all the while. A decryption key: every node opens
//! it → wait → publish → retire → gone; it decrypts all the while, and is in the JWKS only while it is in use. A key without
//! a successor stays `Open`; once its successor is known it is `Closing` and its end is written down.

use super::alg::{EncryptionAlg, KeyAlg, SigningAlg};
use super::facade::Keys;
use super::jwe;
use super::jwk::Material;
use super::provider::KeyPair;
use super::rotation::Publication;
use super::sealing::Sealable;
use super::service::KeyError;
use crate::spec::{Timestamp, lifetime};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Of what websites are given.
const LONGEST_TOKEN: Duration = lifetime::ID_TOKEN;

/// A key's id: its thumbprint (RFC 7638), so no two keys share one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kid(String);

impl Kid {
    /// The id that a row holds.
    pub fn from_row(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is decided about a key's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// No successor yet.
    Open { published: Timestamp, used_from: Timestamp },
    /// A successor is used from `retires`; after `removed_after` no token of this key is valid, or can be expected.
    Closing { published: Timestamp, used_from: Timestamp, retires: Timestamp, removed_after: Timestamp },
}

impl Schedule {
    /// From the four columns of a row; `None` when only one of the last two is there.
    pub fn from_columns(
        published: Timestamp,
        used_from: Timestamp,
        retires: Option<Timestamp>,
        removed_after: Option<Timestamp>,
    ) -> Option<Self> {
        match (retires, removed_after) {
            (None, None) => Some(Self::Open { published, used_from }),
            (Some(retires), Some(removed_after)) => {
                Some(Self::Closing { published, used_from, retires, removed_after })
            }
            _ => None,
        }
    }

    pub const fn published(&self) -> Timestamp {
        match self {
            Self::Open { published, .. } | Self::Closing { published, .. } => *published,
        }
    }

    pub const fn used_from(&self) -> Timestamp {
        match self {
            Self::Open { used_from, .. } | Self::Closing { used_from, .. } => *used_from,
        }
    }

    pub const fn retires(&self) -> Option<Timestamp> {
        match self {
            Self::Open { .. } => None,
            Self::Closing { retires, .. } => Some(*retires),
        }
    }

    pub const fn removed_after(&self) -> Option<Timestamp> {
        match self {
            Self::Open { .. } => None,
            Self::Closing { removed_after, .. } => Some(*removed_after),
        }
    }

    /// Where in its life the key is.
    pub fn stage(&self, now: Timestamp) -> Stage {
        match *self {
            Self::Open { used_from, .. } | Self::Closing { used_from, .. } if now < used_from => Stage::Waiting,
            Self::Closing { removed_after, .. } if now > removed_after => Stage::Gone,
            Self::Closing { retires, .. } if now >= retires => Stage::Retired,
            _ => Stage::InUse,
        }
    }

    /// The next instant at which the stage changes by itself.
    pub(super) fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        match self.stage(now) {
            Stage::Waiting => Some(self.used_from()),
            Stage::InUse => self.retires(),
            Stage::Retired => self.removed_after().map(|last| last.plus(Duration::from_secs(1))),
            Stage::Gone => None,
        }
    }
}

/// Where in its life a key is, at some instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// To sign: in the JWKS, so that websites have it before they need it. To decrypt: on its way to every node.
    Waiting,
    /// Signs; or is offered to be encrypted to.
    InUse,
    /// Signs no more, in the JWKS until its last token has expired; or is offered no more, and still decrypts.
    Retired,
    Gone,
}

/// A key as its row holds it.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    pub kid: Kid,
    pub alg: KeyAlg,
    pub sealed: Vec<u8>,
    pub schedule: Schedule,
}

impl KeyRecord {
    /// Makes the key that a rotation asks for. Slow for RSA (a tenth of a second): call it off the request's thread.
    ///
    /// # Errors
    /// The key service fails.
    pub fn generate(keys: &Keys, publication: &Publication, rng: &mut dyn CryptoRng) -> Result<Self, KeyError> {
        let alg = publication.alg;
        let failed = || KeyError::Unavailable(format!("no new {alg} key"));
        let pkcs8 = fresh_pkcs8(alg).ok_or_else(failed)?;
        let (_, public) = Private::parse(alg, &pkcs8).ok_or_else(failed)?;
        let sealed = match alg {
            KeyAlg::Signing(_) => keys.seal_bytes(&SigningPkcs8(pkcs8.to_vec()), rng)?,
            KeyAlg::Encryption(_) => keys.seal_bytes(&DecryptionPkcs8(pkcs8.to_vec()), rng)?,
        };
        Ok(Self {
            kid: Kid(public.thumbprint()),
            alg,
            sealed,
            schedule: Schedule::Open { published: publication.published, used_from: publication.used_from },
        })
    }

    /// This key with a successor that is used from `retires`; published until the last that it signed has expired.
    #[must_use]
    pub fn retire(self, retires: Timestamp) -> Self {
        let longest = match self.alg {
            // Certificates are signed with ES256 and live longest (ADR 15).
            KeyAlg::Signing(SigningAlg::ES256) => lifetime::CERTIFICATE,
            KeyAlg::Signing(_) => LONGEST_TOKEN,
            KeyAlg::Encryption(_) => lifetime::RETIRED_DECRYPTION_KEY,
        };
        self.close(retires, longest)
    }

    /// This key, replaced at once because it is no longer trusted: what it signed for long goes with it.
    #[must_use]
    pub(super) fn withdraw(self, now: Timestamp) -> Self {
        let longest = match self.alg {
            KeyAlg::Signing(_) => LONGEST_TOKEN,
            KeyAlg::Encryption(_) => lifetime::RETIRED_DECRYPTION_KEY,
        };
        self.close(now, longest)
    }

    fn close(self, retires: Timestamp, longest: Duration) -> Self {
        let schedule = Schedule::Closing {
            published: self.schedule.published(),
            used_from: self.schedule.used_from(),
            retires,
            removed_after: retires.plus(longest).plus(lifetime::CLOCK_SKEW),
        };
        Self { schedule, ..self }
    }

    /// This waiting key, used from `used_from` instead.
    #[must_use]
    pub(super) fn use_from(self, used_from: Timestamp) -> Self {
        let published = self.schedule.published();
        Self { schedule: Schedule::Open { published, used_from }, ..self }
    }

    pub fn stage(&self, now: Timestamp) -> Stage {
        self.schedule.stage(now)
    }

    /// The private key, when it is the one that `kid` names.
    pub(super) fn open(&self, keys: &Keys) -> Result<(Private, Material), KeyError> {
        let unusable = || KeyError::UnusableKey(self.kid.clone());
        let opened = match self.alg {
            KeyAlg::Signing(_) => {
                keys.open_bytes::<SigningPkcs8>(&self.sealed).map(|key| Zeroizing::new(key.0.clone()))
            }
            KeyAlg::Encryption(_) => {
                keys.open_bytes::<DecryptionPkcs8>(&self.sealed).map(|key| Zeroizing::new(key.0.clone()))
            }
        };
        let pkcs8 = opened.map_err(|_| unusable())?;
        let (private, public) = Private::parse(self.alg, &pkcs8).ok_or_else(unusable)?;
        if public.thumbprint() == self.kid.0 { Ok((private, public)) } else { Err(unusable()) }
    }
}

/// A private key, ready for the only thing that it does.
pub(super) enum Private {
    Signing(SigningAlg, KeyPair),
    Decryption(EncryptionAlg, jwe::PrivateKey),
}

impl Private {
    fn parse(alg: KeyAlg, pkcs8: &[u8]) -> Option<(Self, Material)> {
        match alg {
            KeyAlg::Signing(alg) => {
                let pair = KeyPair::parse(alg, pkcs8)?;
                let public = Material::of(&pair);
                Some((Self::Signing(alg, pair), public))
            }
            KeyAlg::Encryption(alg) => {
                // The public members are those of a pair that signs with the same numbers.
                let pair = match alg {
                    EncryptionAlg::RsaOaep256 => KeyPair::parse(SigningAlg::RS256, pkcs8)?,
                    EncryptionAlg::EcdhEs => KeyPair::parse(SigningAlg::ES256, pkcs8)?,
                };
                Some((Self::Decryption(alg, jwe::PrivateKey::parse(alg, pkcs8)?), Material::of(&pair)))
            }
        }
    }
}

/// PKCS#8 version 1 of a key that signs.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct SigningPkcs8(Vec<u8>);

impl Sealable for SigningPkcs8 {
    const PURPOSE: &'static str = "signing-key";
    const CLASSES: &'static [usize] = &[256, 2048];
}

/// The same of a key that decrypts. The purposes keep them apart even for somebody who can change rows.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct DecryptionPkcs8(Vec<u8>);

impl Sealable for DecryptionPkcs8 {
    const PURPOSE: &'static str = "decryption-key";
    const CLASSES: &'static [usize] = &[256, 2048];
}

fn fresh_pkcs8(alg: KeyAlg) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = match alg {
        KeyAlg::Signing(SigningAlg::RS256 | SigningAlg::PS256) | KeyAlg::Encryption(EncryptionAlg::RsaOaep256) => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
            AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).ok()?.as_ref().to_vec()
        }
        KeyAlg::Signing(SigningAlg::ES256) | KeyAlg::Encryption(EncryptionAlg::EcdhEs) => {
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?.to_pkcs8v1().ok()?.as_ref().to_vec()
        }
        KeyAlg::Signing(SigningAlg::EdDSA) => Ed25519KeyPair::generate().ok()?.to_pkcs8v1().ok()?.as_ref().to_vec(),
    };
    Some(Zeroizing::new(bytes))
}
