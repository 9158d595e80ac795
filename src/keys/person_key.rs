//! The key of one person: what names them is sealed under it, and when it is destroyed nobody opens that any more.
//! PROTOCOL 10.
//!
//! Random, so that no root key brings it back. At rest it is sealed in turn, together with its own id: a row of the key store
//! that was put in another's place does not open. Knows neither of the two databases.

use super::derive::Subkey;
use super::sealing::{OpenError, Sealable};
use crate::spec::PersonKeyId;
use rand::CryptoRng;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

const LABEL: &str = "hufu/person/v1";

/// A value that is sealed under its person's key, and what tells it from every other kind. Nothing is both this and
/// [`Sealable`]: so nothing that belongs under a person's key is sealed under another by mistake.
pub trait Personal: Serialize + DeserializeOwned {
    /// As [`Sealable::PURPOSE`].
    const PURPOSE: &'static str;
    /// As [`Sealable::CLASSES`].
    const CLASSES: &'static [usize];
    /// As [`Sealable::LIMIT`].
    const LIMIT: usize = 64 * 1024;
}

/// A person's key, opened. Wiped when it is dropped.
pub struct PersonKey {
    id: PersonKeyId,
    key: Subkey,
}

impl PersonKey {
    /// A key for a person who is about to be made.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut key = [0; 32];
        let id = PersonKeyId::random(rng);
        rng.fill_bytes(&mut key);
        Self { id, key: Subkey::random(key) }
    }

    /// The name of its row, which the person's row holds.
    pub const fn id(&self) -> PersonKeyId {
        self.id
    }

    /// `HKDF-Expand(PRK = key, info = "hufu/person/v1" ‖ 0x00 ‖ purpose)` with SHA-256.
    pub(super) fn subkey(&self, purpose: &str) -> Subkey {
        self.key.expand(&format!("{LABEL}\0{purpose}"))
    }

    pub(super) fn kept(&self) -> Kept {
        Kept { id: self.id, key: *self.key.expose() }
    }
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonKey([redacted])")
    }
}

/// What a row of the key store seals.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(super) struct Kept {
    #[zeroize(skip)]
    id: PersonKeyId,
    key: [u8; 32],
}

impl Kept {
    /// The key, if it is the one that the row is named after.
    pub(super) fn named(self, id: &PersonKeyId) -> Result<PersonKey, OpenError> {
        if self.id == *id { Ok(PersonKey { id: self.id, key: Subkey::random(self.key) }) } else { Err(OpenError) }
    }
}

impl Sealable for Kept {
    const PURPOSE: &'static str = "person-key";
    const CLASSES: &'static [usize] = &[64];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{keys, rng};
    use crate::keys::{KeyError, Keys};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Name(String);

    impl Personal for Name {
        const PURPOSE: &'static str = "name";
        const CLASSES: &'static [usize] = &[32];
        const LIMIT: usize = 100;
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Nickname(String);

    impl Personal for Nickname {
        const PURPOSE: &'static str = "nickname";
        const CLASSES: &'static [usize] = &[32];
    }

    fn name() -> Name {
        Name("林安然".into())
    }

    #[test]
    fn a_key_comes_back_from_its_row_and_opens_what_it_sealed() {
        let (keys, mut rng) = (keys(), rng());
        let key = PersonKey::random(&mut rng);
        let row = keys.seal_person_key(&key, &mut rng).unwrap();
        let sealed = keys.seal_for(&key, &name(), &mut rng).unwrap();
        let again = keys.open_person_key(&key.id(), &row).unwrap();
        assert_eq!(keys.open_for::<Name>(&again, &sealed), Ok(name()));
    }

    /// PROTOCOL 10: one per person.
    #[test]
    fn another_persons_key_another_purpose_or_another_issuer_opens_nothing() {
        let (keys, mut rng) = (keys(), rng());
        let (one, other) = (PersonKey::random(&mut rng), PersonKey::random(&mut rng));
        let sealed = keys.seal_for(&one, &name(), &mut rng).unwrap();
        assert_eq!(keys.open_for::<Name>(&other, &sealed), Err(OpenError));
        assert_eq!(keys.open_for::<Nickname>(&one, &sealed), Err(OpenError));
        assert_eq!(Keys::for_tests("https://other.example").open_for::<Name>(&one, &sealed), Err(OpenError));
        let renamed = PersonKey { id: other.id, key: one.key.clone() };
        assert_eq!(keys.open_for::<Name>(&renamed, &sealed), Err(OpenError));
    }

    #[test]
    fn a_key_row_under_another_name_does_not_open() {
        let (keys, mut rng) = (keys(), rng());
        let (one, other) = (PersonKey::random(&mut rng), PersonKey::random(&mut rng));
        let row = keys.seal_person_key(&one, &mut rng).unwrap();
        assert!(keys.open_person_key(&one.id(), &row).is_ok());
        assert_eq!(keys.open_person_key(&other.id(), &row).err(), Some(OpenError));
        assert_eq!(keys.open_person_key(&one.id(), &row[..40]).err(), Some(OpenError));
    }

    #[test]
    fn any_byte_changed_or_cut_closes_it_and_only_its_class_shows() {
        let (keys, mut rng) = (keys(), rng());
        let key = PersonKey::random(&mut rng);
        let sealed = keys.seal_for(&key, &name(), &mut rng).unwrap();
        assert_eq!(sealed.len(), keys.seal_for(&key, &Name(String::new()), &mut rng).unwrap().len());
        for place in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[place] ^= 1;
            assert_eq!(keys.open_for::<Name>(&key, &forged), Err(OpenError), "byte {place}");
            assert_eq!(keys.open_for::<Name>(&key, &sealed[..place]), Err(OpenError), "cut at {place}");
        }
        assert!(matches!(keys.seal_for(&key, &Name("x".repeat(101)), &mut rng), Err(KeyError::TooLong(_))));
    }

    #[test]
    fn a_printed_key_shows_nothing() {
        assert_eq!(format!("{:?}", PersonKey::random(&mut rng())), "PersonKey([redacted])");
    }
}
