//! The one value that the rest of the house holds instead of keys. Cheap to clone.

use super::derive::Subkey;
use super::pairwise::{Epoch, Sub};
use super::person_key::{Kept, PersonKey, Personal};
use super::sealing::{OpenError, Sealable, Sealer};
use super::service::{HeldKey, KeyError, KeyService, RootKey};
use super::tag::{self, TagPurpose};
use crate::spec::{DocumentDigest, Handle, IssuerUrl, PersonKeyId, Pin, Sector, SubDigest, UniqueDigest};
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

    /// `value` sealed under its person's key, as bytes for a row.
    ///
    /// # Errors
    /// Longer than [`Personal::LIMIT`], or not encodable.
    pub fn seal_for<T: Personal>(
        &self,
        key: &PersonKey,
        value: &T,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, KeyError> {
        self.0.sealer.seal_for(key, value, rng)
    }

    /// The value that [`Self::seal_for`] sealed.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_for<T: Personal>(&self, key: &PersonKey, sealed: &[u8]) -> Result<T, OpenError> {
        self.0.sealer.open_for(key, sealed)
    }

    /// A person's key, sealed for the key store.
    ///
    /// # Errors
    /// The key service fails.
    pub fn seal_person_key(&self, key: &PersonKey, rng: &mut dyn CryptoRng) -> Result<Vec<u8>, KeyError> {
        self.seal_bytes(&key.kept(), rng)
    }

    /// The key that the row `id` of the key store holds.
    ///
    /// # Errors
    /// As [`Self::open`], and where the row is not the key's own.
    pub fn open_person_key(&self, id: &PersonKeyId, sealed: &[u8]) -> Result<PersonKey, OpenError> {
        self.open_bytes::<Kept>(sealed)?.named(id)
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

    /// What stands for the person of a registry's reference (PROTOCOL 9).
    ///
    /// # Errors
    /// The key service fails.
    pub fn unique_digest(&self, registry_ref: &str) -> Result<UniqueDigest, KeyError> {
        let input = [b"hufu/unique/v1\0".as_slice(), registry_ref.as_bytes()];
        self.for_good(RootKey::Unique, &input).map(UniqueDigest::from_bytes)
    }

    /// What stands for a document. Its number can be guessed, so whoever may ask this often can find out numbers: callers
    /// bound it (PROTOCOL 9).
    ///
    /// # Errors
    /// The key service fails.
    pub fn document_digest(&self, kind: &str, number: &str) -> Result<DocumentDigest, KeyError> {
        let input = [b"hufu/document/v1\0".as_slice(), kind.as_bytes(), b"\0", number.as_bytes()];
        self.for_good(RootKey::Document, &input).map(DocumentDigest::from_bytes)
    }

    /// Under the first version of a key, whichever is current: a digest that moved would make one person two.
    fn for_good(&self, root: RootKey, input: &[&[u8]]) -> Result<[u8; 32], KeyError> {
        let versions = self.0.service.held().into_iter().filter(|key| key.root == root);
        let first = versions.min_by_key(|key| key.version).unwrap_or(HeldKey { root, version: 1 });
        self.0.service.prf(first, input)
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

#[cfg(test)]
mod tests {
    use crate::keys::tests::{keys, keys_of, ring};

    /// PROTOCOL 9: one number per living person, whichever keys are current.
    #[test]
    fn a_new_version_of_a_key_moves_neither_person_nor_document() {
        let turned = ["unique", "document"].iter().fold(ring(), |ring, section| {
            let head = format!("[[{section}]]\n");
            let (before, after) = ring.split_once(&head).expect("a section");
            let after = after.replacen("current = true\n", "", 1);
            let key = data_encoding::BASE64.encode(&[section.len() as u8; 32]);
            format!("{before}{head}{after}[[{section}]]\nversion = 2\nkey = \"{key}\"\ncurrent = true\n")
        });
        let (before, after) = (keys(), keys_of(&turned, "https://hufu.example"));
        assert_eq!(before.unique_digest("r-17"), after.unique_digest("r-17"));
        assert_eq!(before.document_digest("passport", "E1"), after.document_digest("passport", "E1"));
        assert_ne!(before.unique_digest("r-17"), before.unique_digest("r-18"));
        assert_ne!(before.document_digest("passport", "E1"), before.document_digest("taiwan_permit", "E1"));
        assert_ne!(
            before.unique_digest("r-17").map(|digest| *digest.as_bytes()),
            before.document_digest("", "r-17").map(|digest| *digest.as_bytes())
        );
    }
}
