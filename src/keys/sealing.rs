//! Sealed values: version ‖ key id ‖ nonce ‖ ciphertext, AES-256-GCM-SIV, padded to classes. PROTOCOL 13.
//!
//! Each encryption key gives one subkey when the house starts, and that one a subkey per purpose: a sealed value opens while
//! the key service is out of reach. Associated data = purpose ‖ 0x00 ‖ issuer. So a code is no interaction, another issuer's
//! value is none of ours, and a length says only a class. What is sealed under a person's own key has the same form, with a
//! version and associated data of its own.

use super::derive::Subkey;
use super::person_key::{PersonKey, Personal};
use super::service::{HeldKey, KeyError, KeyService, RootKey};
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// Separates the derivation from those of the digests.
const LABEL: &str = "hufu/seal/v1";
/// Under a key of the key service.
const VERSION: u8 = 1;
/// Under a person's key, which is told by the person's row: the two bytes of the key's id are 0.
const FOR_PERSON: [u8; 3] = [2, 0, 0];
const HEAD: usize = 1 + 2 + NONCE_LEN;
const TAG: usize = 16;
/// The end of the plaintext and the start of its padding (ISO/IEC 7816-4).
const END: u8 = 0x80;

/// A value that may be sealed, and what tells it from every other kind.
pub trait Sealable: Serialize + DeserializeOwned {
    /// Unique in the house, for good: it separates keys and is authenticated.
    const PURPOSE: &'static str;
    /// Padded lengths in bytes, rising; what is longer is padded to a multiple of the last.
    const CLASSES: &'static [usize];
    /// The longest plaintext; a longer one is neither sealed nor opened.
    const LIMIT: usize = 64 * 1024;
}

/// A value does not open. Whether it was forged, cut, foreign or sealed with a key long gone is nobody's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value does not open")]
pub struct OpenError;

/// A derived key with the associated data that belongs to it.
struct Purpose {
    key: LessSafeKey,
    associated: Box<[u8]>,
}

/// How long a value may be, and how long it looks.
struct Shape {
    classes: &'static [usize],
    limit: usize,
}

impl Shape {
    const fn of<T: Sealable>() -> Self {
        Self { classes: T::CLASSES, limit: T::LIMIT }
    }

    const fn of_personal<T: Personal>() -> Self {
        Self { classes: T::CLASSES, limit: T::LIMIT }
    }

    /// The longest sealed value of this shape.
    fn longest(&self) -> usize {
        HEAD + padded(self.limit + 1, self.classes) + TAG
    }
}

/// Seals and opens for one issuer; remembers the keys it derived.
pub(super) struct Sealer {
    issuer: String,
    /// By the id of the encryption key.
    subkeys: HashMap<u16, Subkey>,
    seals_with: u16,
    derived: RwLock<HashMap<(&'static str, u16), Arc<Purpose>>>,
}

impl Sealer {
    /// `subkey = HKDF-SHA-256(encryption key id, "hufu/seal/v1")`, of every id that is held.
    pub(super) fn new(service: &dyn KeyService, issuer: &str) -> Result<Self, KeyError> {
        let held = service.held().into_iter().filter(|key| key.root == RootKey::Encryption);
        let subkeys =
            held.map(|key| Ok((key.version, Subkey::of(service, key, LABEL, "")?))).collect::<Result<_, _>>()?;
        let seals_with = service.current(RootKey::Encryption);
        Ok(Self { issuer: issuer.to_owned(), subkeys, seals_with, derived: RwLock::default() })
    }

    fn purpose(&self, purpose: &'static str, id: u16) -> Result<Arc<Purpose>, KeyError> {
        let known = self.derived.read().unwrap_or_else(PoisonError::into_inner).get(&(purpose, id)).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let held = HeldKey { root: RootKey::Encryption, version: id };
        let subkey = self.subkeys.get(&id).ok_or(KeyError::NoSuchKey(held))?.expand(purpose);
        let associated = [purpose.as_bytes(), b"\0", self.issuer.as_bytes()].concat();
        let derived = Arc::new(Purpose::new(&subkey, associated)?);
        self.derived.write().unwrap_or_else(PoisonError::into_inner).insert((purpose, id), Arc::clone(&derived));
        Ok(derived)
    }

    /// Not remembered: the key is to be forgotten with the person.
    fn personal(&self, key: &PersonKey, purpose: &'static str) -> Result<Purpose, KeyError> {
        let associated = [purpose.as_bytes(), b"\0", self.issuer.as_bytes(), b"\0", key.id().as_bytes()].concat();
        Purpose::new(&key.subkey(purpose), associated)
    }

    pub(super) fn seal<T: Sealable>(&self, value: &T, rng: &mut dyn CryptoRng) -> Result<Vec<u8>, KeyError> {
        let id = self.seals_with;
        let [high, low] = id.to_be_bytes();
        self.purpose(T::PURPOSE, id)?.seal([VERSION, high, low], value, &Shape::of::<T>(), rng)
    }

    pub(super) fn seal_for<T: Personal>(
        &self,
        key: &PersonKey,
        value: &T,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, KeyError> {
        self.personal(key, T::PURPOSE)?.seal(FOR_PERSON, value, &Shape::of_personal::<T>(), rng)
    }

    pub(super) fn open_text<T: Sealable>(&self, text: &str) -> Result<T, OpenError> {
        if text.len() > BASE64URL_NOPAD.encode_len(Shape::of::<T>().longest()) {
            return Err(OpenError);
        }
        self.open_owned(BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| OpenError)?)
    }

    pub(super) fn open<T: Sealable>(&self, sealed: &[u8]) -> Result<T, OpenError> {
        if sealed.len() > Shape::of::<T>().longest() {
            return Err(OpenError);
        }
        self.open_owned(sealed.to_vec())
    }

    fn open_owned<T: Sealable>(&self, sealed: Vec<u8>) -> Result<T, OpenError> {
        let [VERSION, high, low, ..] = *sealed.as_slice() else { return Err(OpenError) };
        let purpose = self.purpose(T::PURPOSE, u16::from_be_bytes([high, low])).map_err(|_| OpenError)?;
        purpose.open(sealed)
    }

    pub(super) fn open_for<T: Personal>(&self, key: &PersonKey, sealed: &[u8]) -> Result<T, OpenError> {
        if sealed.len() > Shape::of_personal::<T>().longest() || !sealed.starts_with(&FOR_PERSON) {
            return Err(OpenError);
        }
        self.personal(key, T::PURPOSE).map_err(|_| OpenError)?.open(sealed.to_vec())
    }
}

impl Purpose {
    fn new(subkey: &Subkey, associated: Vec<u8>) -> Result<Self, KeyError> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, subkey.expose())
            .map_err(|_| KeyError::Unavailable("AES-256-GCM-SIV refused a key".into()))?;
        Ok(Self { key: LessSafeKey::new(key), associated: associated.into() })
    }

    fn seal<T: Serialize>(
        &self,
        begins: [u8; 3],
        value: &T,
        shape: &Shape,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, KeyError> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill_bytes(&mut nonce);

        let mut sealed = Vec::with_capacity(HEAD + shape.classes.first().copied().unwrap_or_default() + TAG);
        sealed.extend_from_slice(&begins);
        sealed.extend_from_slice(&nonce);
        let mut sealed = postcard::to_extend(value, sealed).map_err(|_| KeyError::NotEncodable)?;
        let length = sealed.len() - HEAD;
        if length > shape.limit {
            return Err(KeyError::TooLong(length));
        }
        sealed.push(END);
        sealed.resize(HEAD + padded(length + 1, shape.classes), 0);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce, Aad::from(&self.associated), &mut sealed[HEAD..])
            .map_err(|_| KeyError::TooLong(length))?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    fn open<T: DeserializeOwned>(&self, sealed: Vec<u8>) -> Result<T, OpenError> {
        let mut sealed = Zeroizing::new(sealed);
        let (head, body) = sealed.split_at_mut_checked(HEAD).ok_or(OpenError)?;
        let nonce = Nonce::try_assume_unique_for_key(&head[HEAD - NONCE_LEN..]).map_err(|_| OpenError)?;
        let padded = self.key.open_in_place(nonce, Aad::from(&self.associated), body).map_err(|_| OpenError)?;
        match postcard::take_from_bytes(unpadded(padded).ok_or(OpenError)?) {
            Ok((value, [])) => Ok(value),
            _ => Err(OpenError),
        }
    }
}

/// The class that `length` bytes fall into.
fn padded(length: usize, classes: &[usize]) -> usize {
    let last = classes.last().copied().unwrap_or(1).max(1);
    classes.iter().copied().find(|class| *class >= length).unwrap_or_else(|| length.next_multiple_of(last))
}

fn unpadded(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    (padded[end] == END).then(|| &padded[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{keys, keys_of, ring, rng};
    use crate::keys::{FileKeys, Keys};
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Letter(String);

    impl Sealable for Letter {
        const PURPOSE: &'static str = "letter";
        const CLASSES: &'static [usize] = &[32, 64];
        const LIMIT: usize = 1000;
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Parcel(String);

    impl Sealable for Parcel {
        const PURPOSE: &'static str = "parcel";
        const CLASSES: &'static [usize] = &[32, 64];
    }

    fn letter(length: usize) -> Letter {
        Letter("x".repeat(length))
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_and_only_its_class_shows(text in "\\PC{0,200}") {
            let keys = keys();
            let sealed = keys.seal_bytes(&Letter(text.clone()), &mut rng()).unwrap();
            let length = sealed.len() - HEAD - TAG;
            prop_assert!(length == 32 || length.is_multiple_of(64));
            prop_assert_eq!(keys.open_bytes::<Letter>(&sealed), Ok(Letter(text)));
        }

        #[test]
        fn no_text_whatever_opens_or_panics(text in "[A-Za-z0-9_-]{0,300}") {
            prop_assert_eq!(keys().open::<Letter>(&text), Err(OpenError));
        }
    }

    #[test]
    fn a_sealed_value_with_any_byte_changed_or_cut_does_not_open() {
        let keys = keys();
        let sealed = keys.seal_bytes(&letter(3), &mut rng()).unwrap();
        for place in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[place] ^= 1;
            assert_eq!(keys.open_bytes::<Letter>(&forged), Err(OpenError), "byte {place}");
            assert_eq!(keys.open_bytes::<Letter>(&sealed[..place]), Err(OpenError), "cut at {place}");
        }
        assert_eq!(keys.open_bytes::<Letter>(&[&sealed[..], &[0]].concat()), Err(OpenError));
    }

    #[test]
    fn a_value_of_another_kind_or_of_another_issuer_does_not_open() {
        let sealed = keys().seal(&letter(3), &mut rng()).unwrap();
        assert_eq!(keys().open::<Letter>(&sealed), Ok(letter(3)));
        assert_eq!(keys().open::<Parcel>(&sealed), Err(OpenError));
        assert_eq!(Keys::for_tests("https://other.example").open::<Letter>(&sealed), Err(OpenError));
    }

    /// PROTOCOL 13: "every node can open a new key before any node seals with it".
    #[test]
    fn a_key_opens_before_any_node_seals_with_it_and_after() {
        let old = ring();
        let second = "[[encryption]]\nid = 2\nkey = \"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\"\n";
        let both = old.clone() + second;
        let moved = old.replace("id = 1", "id = 9").replace("[[encryption]]\nid = 9", "[[encryption]]\nid = 1");
        let (head, encryption) = moved.rsplit_once("current = true").unwrap();
        let turned = format!("{head}{encryption}{second}current = true\n");
        let of = |ring: &str| keys_of(ring, "https://hufu.example");
        let by_old = of(&old).seal(&letter(1), &mut rng()).unwrap();
        let by_new = of(&turned).seal(&letter(2), &mut rng()).unwrap();
        assert_eq!(of(&both).open::<Letter>(&by_new), Ok(letter(2)));
        assert_eq!(of(&turned).open::<Letter>(&by_old), Ok(letter(1)));
        assert_eq!(of(&old).open::<Letter>(&by_new), Err(OpenError));
        assert!(FileKeys::parse(&turned).is_ok());
    }

    #[test]
    fn a_value_beyond_its_limit_is_neither_sealed_nor_looked_at() {
        assert!(matches!(keys().seal(&letter(1001), &mut rng()), Err(KeyError::TooLong(_))));
        assert_eq!(keys().open::<Letter>(&"A".repeat(10_000_000)), Err(OpenError));
        let most = keys().seal(&letter(990), &mut rng()).unwrap();
        assert_eq!(keys().open::<Letter>(&most), Ok(letter(990)));
    }

    /// ISO/IEC 7816-4.
    #[test]
    fn padding_ends_at_its_mark() {
        assert_eq!(unpadded(&[1, 2, 0x80, 0, 0]), Some(&[1, 2][..]));
        assert_eq!(unpadded(&[1, 2, 0x80, 0x80]), Some(&[1, 2, 0x80][..]));
        assert_eq!(unpadded(&[1, 2, 0, 0]), None);
        assert_eq!(unpadded(&[0, 0]), None);
        assert_eq!(padded(32, &[32, 64]), 32);
        assert_eq!(padded(33, &[32, 64]), 64);
        assert_eq!(padded(65, &[32, 64]), 128);
    }
}
