//! A signing key as its row holds it: public instants, sealed private part. PROTOCOL 15.
//!
//! publish → wait → sign → retire → gone. A key without a successor stays `Open`; once its successor is known it is
//! `Closing` and its end is written down.

use super::alg::SigningAlg;
use super::facade::Keys;
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
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

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
    Open { published: Timestamp, signs_from: Timestamp },
    /// A successor signs from `retires`; after `removed_after` no token of this key is valid.
    Closing { published: Timestamp, signs_from: Timestamp, retires: Timestamp, removed_after: Timestamp },
}

impl Schedule {
    /// From the four columns of a row; `None` when only one of the last two is there.
    pub fn from_columns(
        published: Timestamp,
        signs_from: Timestamp,
        retires: Option<Timestamp>,
        removed_after: Option<Timestamp>,
    ) -> Option<Self> {
        match (retires, removed_after) {
            (None, None) => Some(Self::Open { published, signs_from }),
            (Some(retires), Some(removed_after)) => {
                Some(Self::Closing { published, signs_from, retires, removed_after })
            }
            _ => None,
        }
    }

    pub const fn published(&self) -> Timestamp {
        match self {
            Self::Open { published, .. } | Self::Closing { published, .. } => *published,
        }
    }

    pub const fn signs_from(&self) -> Timestamp {
        match self {
            Self::Open { signs_from, .. } | Self::Closing { signs_from, .. } => *signs_from,
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
            Self::Open { signs_from, .. } | Self::Closing { signs_from, .. } if now < signs_from => Stage::Waiting,
            Self::Closing { removed_after, .. } if now > removed_after => Stage::Gone,
            Self::Closing { retires, .. } if now >= retires => Stage::Retired,
            _ => Stage::Signing,
        }
    }

    /// The next instant at which the stage changes by itself.
    pub(super) fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        match self.stage(now) {
            Stage::Waiting => Some(self.signs_from()),
            Stage::Signing => self.retires(),
            Stage::Retired => self.removed_after().map(|last| last.plus(std::time::Duration::from_secs(1))),
            Stage::Gone => None,
        }
    }
}

/// Where in its life a key is, at some instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// In the JWKS, so that websites have it before they need it.
    Waiting,
    Signing,
    /// Signs no more; in the JWKS until its last token has expired.
    Retired,
    Gone,
}

/// A signing key as its row holds it.
#[derive(Clone, Debug)]
pub struct SigningKeyRecord {
    pub kid: Kid,
    pub alg: SigningAlg,
    pub sealed: Vec<u8>,
    pub schedule: Schedule,
}

impl SigningKeyRecord {
    /// Makes the key that a rotation asks for. Slow for RSA (a tenth of a second): call it off the request's thread.
    ///
    /// # Errors
    /// The key service fails.
    pub fn generate(keys: &Keys, publication: &Publication, rng: &mut dyn CryptoRng) -> Result<Self, KeyError> {
        let alg = publication.alg;
        let failed = || KeyError::Unavailable(format!("no new {alg} key"));
        let private = PrivateKey(fresh_pkcs8(alg).ok_or_else(failed)?.to_vec());
        let pair = KeyPair::parse(alg, &private.0).ok_or_else(failed)?;
        Ok(Self {
            kid: Kid(Material::of(&pair).thumbprint()),
            alg,
            sealed: keys.seal_bytes(&private, rng)?,
            schedule: Schedule::Open { published: publication.published, signs_from: publication.signs_from },
        })
    }

    /// This key with a successor that signs from `retires`.
    #[must_use]
    pub fn retire(self, retires: Timestamp) -> Self {
        let longest = lifetime::ID_TOKEN.max(lifetime::ACCESS_TOKEN);
        let schedule = Schedule::Closing {
            published: self.schedule.published(),
            signs_from: self.schedule.signs_from(),
            retires,
            removed_after: retires.plus(longest).plus(lifetime::CLOCK_SKEW),
        };
        Self { schedule, ..self }
    }

    /// This waiting key, signing from `signs_from` instead.
    #[must_use]
    pub(super) fn sign_from(self, signs_from: Timestamp) -> Self {
        let published = self.schedule.published();
        Self { schedule: Schedule::Open { published, signs_from }, ..self }
    }

    pub fn stage(&self, now: Timestamp) -> Stage {
        self.schedule.stage(now)
    }

    /// The private key, when it is the one that `kid` names.
    pub(super) fn open(&self, keys: &Keys) -> Result<(KeyPair, Material), KeyError> {
        let unusable = || KeyError::UnusableSigningKey(self.kid.clone());
        let private: PrivateKey = keys.open_bytes(&self.sealed).map_err(|_| unusable())?;
        let pair = KeyPair::parse(self.alg, &private.0).ok_or_else(unusable)?;
        let public = Material::of(&pair);
        if public.thumbprint() == self.kid.0 { Ok((pair, public)) } else { Err(unusable()) }
    }
}

/// PKCS#8 version 1.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct PrivateKey(Vec<u8>);

impl Sealable for PrivateKey {
    const PURPOSE: &'static str = "signing-key";
    const CLASSES: &'static [usize] = &[256, 2048];
}

fn fresh_pkcs8(alg: SigningAlg) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = match alg {
        SigningAlg::RS256 | SigningAlg::PS256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
            AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).ok()?.as_ref().to_vec()
        }
        SigningAlg::ES256 => {
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?.to_pkcs8v1().ok()?.as_ref().to_vec()
        }
        SigningAlg::EdDSA => Ed25519KeyPair::generate().ok()?.to_pkcs8v1().ok()?.as_ref().to_vec(),
    };
    Some(Zeroizing::new(bytes))
}
