//! What a ring shows of each key that it holds, so that two copies can be compared and a change be noticed without showing
//! a key. PROTOCOL 12.

use super::facade::Keys;
use super::service::{HeldKey, KeyError, KeyService};
use data_encoding::HEXLOWER;
use std::collections::BTreeMap;

/// Unlike any input that a key is otherwise given.
const PROBE: &[u8] = b"hufu/backup/v1\0";

/// What each key of a ring makes of the same probe.
pub struct RingProof(BTreeMap<HeldKey, [u8; 32]>);

impl RingProof {
    /// What the keys of `service` show of themselves.
    ///
    /// # Errors
    /// The key service fails.
    pub fn of(service: &dyn KeyService) -> Result<Self, KeyError> {
        service.held().into_iter().map(|key| Ok((key, service.prf(key, &[PROBE])?))).collect::<Result<_, _>>().map(Self)
    }

    /// The first key of this ring that `copy` lacks or has otherwise; `None` when the copy restores all of it.
    pub fn first_lost_by(&self, copy: &Self) -> Option<HeldKey> {
        self.0.iter().find(|(key, shown)| copy.0.get(key) != Some(shown)).map(|(key, _)| *key)
    }

    /// One value for the whole ring: another as soon as a key is added, removed or replaced. Every part is keyed, so it
    /// tells a reader of rows nothing.
    pub fn fingerprint(&self) -> String {
        let mut text = Vec::new();
        for (key, shown) in &self.0 {
            text.extend_from_slice(key.to_string().as_bytes());
            text.extend_from_slice(shown);
        }
        HEXLOWER.encode(crate::spec::TokenHash::of(&text).as_bytes())
    }
}

impl Keys {
    /// What these keys show of themselves.
    ///
    /// # Errors
    /// The key service fails.
    pub fn proof(&self) -> Result<RingProof, KeyError> {
        RingProof::of(self.service())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::RootKey;
    use crate::keys::tests::{keys_of, ring};

    fn proof(ring: &str) -> RingProof {
        keys_of(ring, "https://hufu.example").proof().unwrap()
    }

    fn entry(section: &str, version: u16) -> String {
        let key = data_encoding::BASE64.encode(&[version.to_be_bytes()[1]; 32]);
        format!("[[{section}]]\nversion = {version}\nkey = \"{key}\"\n")
    }

    /// PROTOCOL 12: "losing them loses every sub". Neither an old key nor one that is to come may be missing.
    #[test]
    fn a_copy_that_lacks_any_key_of_any_version_is_noticed_and_the_key_is_named() {
        let old = ring();
        for root in RootKey::ALL.into_iter().filter(|root| *root != RootKey::Digest) {
            let (section, held) = (root.word(), HeldKey { root, version: 2 });
            let grown = proof(&(old.clone() + &entry(section, 2)));
            assert_eq!(grown.first_lost_by(&proof(&old)), Some(held));
            assert_eq!(proof(&old).first_lost_by(&grown), None, "a copy may hold more");
            assert_ne!(grown.fingerprint(), proof(&old).fingerprint());
        }
    }

    #[test]
    fn a_key_that_was_replaced_is_another_ring() {
        let one = ring();
        for (nth, root) in RootKey::ALL.into_iter().enumerate() {
            let key = one.lines().filter_map(|line| line.strip_prefix("key = ")).nth(nth).unwrap();
            let other = proof(&one.replace(key, &format!("\"{}\"", data_encoding::BASE64.encode(&[9; 32]))));
            let lost = proof(&one).first_lost_by(&other).expect("noticed");
            assert_eq!(lost, HeldKey { root, version: 1 });
            assert_ne!(proof(&one).fingerprint(), other.fingerprint(), "{lost}");
        }
        assert_eq!(proof(&one).fingerprint(), proof(&one).fingerprint());
    }
}
