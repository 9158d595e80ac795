//! The one value that the rest of the house holds instead of keys. Cheap to clone.

use super::derive::Subkey;
use super::pairwise::{Epoch, Sub};
use super::sealing::{OpenError, Sealable, Sealer};
use super::service::{HeldKey, KeyError, KeyService, RootKey};
use super::tag::{self, TagPurpose};
use crate::spec::{Handle, IssuerUrl, Pin, Sector, SubDigest};
use aws_lc_rs::hmac;
use rand::CryptoRng;
use std::fmt;
use std::sync::Arc;

/// The keys of one issuer.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    service: Box<dyn KeyService>,
    issuer: IssuerUrl,
    sealer: Sealer,
    tags: Vec<hmac::Key>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.issuer.as_str())
    }
}

impl Keys {
    /// The keys that `service` holds, used for `issuer`: no other issuer can open what these seal.
    ///
    /// # Errors
    /// The service does not answer: the subkeys are derived here, once.
    pub fn new(service: impl KeyService + 'static, issuer: IssuerUrl) -> Result<Self, KeyError> {
        super::provider::install();
        let digest = HeldKey { root: RootKey::Digest, version: service.current(RootKey::Digest) };
        let tag = |purpose: &TagPurpose| Subkey::of(&service, digest, tag::LABEL, purpose.label());
        let tags = TagPurpose::ALL
            .iter()
            .map(|purpose| Ok(hmac::Key::new(hmac::HMAC_SHA256, tag(purpose)?.expose())))
            .collect::<Result<_, _>>()?;
        let sealer = Sealer::new(&service, issuer.as_str())?;
        Ok(Self(Arc::new(Inner { service: Box::new(service), issuer, sealer, tags })))
    }

    pub(super) fn service(&self) -> &dyn KeyService {
        &*self.0.service
    }

    pub fn issuer(&self) -> &IssuerUrl {
        &self.0.issuer
    }

    /// Whether the root keys were made for the sandbox.
    pub fn is_sandbox(&self) -> bool {
        self.0.service.is_sandbox()
    }

    /// Whether the key service answers now.
    ///
    /// # Errors
    /// It does not.
    pub fn answers(&self) -> Result<(), KeyError> {
        let key = HeldKey { root: RootKey::Pairwise, version: self.current_epoch().0 };
        self.0.service.prf(key, &[b"hufu/ready/v1\0"]).map(drop)
    }

    /// `value` sealed, as base64url text.
    ///
    /// # Errors
    /// Longer than [`Sealable::LIMIT`], not encodable, or the key service fails.
    pub fn seal<T: Sealable>(&self, value: &T, rng: &mut dyn CryptoRng) -> Result<String, KeyError> {
        Ok(data_encoding::BASE64URL_NOPAD.encode(&self.seal_bytes(value, rng)?))
    }

    /// `value` sealed, as bytes for a row.
    ///
    /// # Errors
    /// As [`Self::seal`].
    pub fn seal_bytes<T: Sealable>(&self, value: &T, rng: &mut dyn CryptoRng) -> Result<Vec<u8>, KeyError> {
        self.0.sealer.seal(value, rng)
    }

    /// The value that [`Self::seal`] sealed.
    ///
    /// # Errors
    /// Not sealed by this issuer, for this purpose, with a key still held; or not at all. One error: no oracle.
    pub fn open<T: Sealable>(&self, sealed: &str) -> Result<T, OpenError> {
        self.0.sealer.open_text(sealed)
    }

    /// The value that [`Self::seal_bytes`] sealed.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_bytes<T: Sealable>(&self, sealed: &[u8]) -> Result<T, OpenError> {
        self.0.sealer.open(sealed)
    }

    /// The person's sub in that sector: the only maker of a [`Sub`] (PROTOCOL 2).
    ///
    /// # Errors
    /// The epoch's key is not there, or the key service fails.
    pub fn sub(&self, sector: &Sector, handle: &Handle, epoch: Epoch) -> Result<Sub, KeyError> {
        Sub::compute(&*self.0.service, sector, handle, epoch)
    }

    /// What rows hold instead of the sub.
    pub fn sub_digest(&self, sub: &Sub) -> SubDigest {
        SubDigest::from_bytes(self.tag(TagPurpose::SubDigest, &[sub.as_str().as_bytes()]))
    }

    /// The epoch for a new person.
    pub fn current_epoch(&self) -> Epoch {
        Epoch(self.0.service.current(RootKey::Pairwise))
    }

    /// A keyed digest of `parts`, which no other purpose shares.
    pub fn tag(&self, purpose: TagPurpose, parts: &[&[u8]]) -> [u8; 32] {
        tag::tag(&self.0.tags[purpose as usize], parts)
    }

    /// The PIN under the pepper of that version: what argon2 hashes (PROTOCOL 21).
    ///
    /// # Errors
    /// The version's key is not there, or the key service fails.
    pub fn peppered(&self, version: u16, pin: &Pin) -> Result<[u8; 32], KeyError> {
        self.0.service.prf(HeldKey { root: RootKey::Pepper, version }, &[b"hufu/pin/v1\0", pin.expose().as_bytes()])
    }

    /// The pepper for a PIN that is set now.
    pub fn current_pepper_version(&self) -> u16 {
        self.0.service.current(RootKey::Pepper)
    }

    /// Keys from a fixed seed, for the tests of every room.
    #[cfg(test)]
    pub fn for_tests(issuer: &str) -> Self {
        super::tests::keys_of(&super::tests::ring(), issuer)
    }
}
