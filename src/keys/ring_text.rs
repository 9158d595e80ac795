//! A ring as the text of its file, and how it grows: a key is added first, and used once every node has it. PROTOCOL 2, 12, 13.
//!
//! The comments are for whoever keeps the file. Knows no file: `cli` writes the text.

use super::ring::{KeyMaterial, RingError};
use super::service::{HeldKey, RootKey};
use data_encoding::BASE64;
use rand::CryptoRng;
use zeroize::Zeroizing;

const HEAD: &str = "\
# The root keys of Hufu. Whoever reads this file can compute every sub and open every sealed value; whoever loses it
# loses every sub. Keep it readable by the server only, and keep a copy elsewhere: `hufu doctor` proves that it restores.
";

/// What a fresh ring is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Realm {
    Sandbox,
    Production,
}

impl KeyMaterial {
    /// One key of each, all of them in use.
    pub(super) fn fresh(realm: Realm, rng: &mut dyn CryptoRng) -> Self {
        let first = |root| HeldKey { root, version: 1 };
        Self {
            sandbox: realm == Realm::Sandbox,
            keys: RootKey::ALL.map(|root| (first(root), random(rng))).into(),
            current: RootKey::ALL.map(|root| (root, 1)).into(),
        }
    }

    /// Adds the next version of `root`, which nothing is made under before [`Self::turn_to`]. Tells which it is.
    ///
    /// # Errors
    /// The digest key, which is one for good; or there are no further versions.
    pub fn add(&mut self, root: RootKey, rng: &mut dyn CryptoRng) -> Result<HeldKey, RingError> {
        if root == RootKey::Digest {
            return Err(RingError::SeveralDigestKeys);
        }
        let last = self.keys.keys().filter(|key| key.root == root).map(|key| key.version).max();
        let next = last.unwrap_or_default().checked_add(1).ok_or(RingError::NoFurtherVersion(root.word()))?;
        let key = HeldKey { root, version: next };
        self.keys.insert(key, random(rng));
        Ok(key)
    }

    /// What is made from now on is made under `key`; what was made under another still opens, and no sub moves.
    ///
    /// # Errors
    /// There is no such key.
    pub fn turn_to(&mut self, key: HeldKey) -> Result<(), RingError> {
        if !self.keys.contains_key(&key) {
            return Err(RingError::NoSuchVersion(key.root.word(), key.version));
        }
        self.current.insert(key.root, key.version);
        Ok(())
    }

    /// The text that [`Self::danger_read`] reads.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(format!("{HEAD}sandbox = {}\n", self.sandbox));
        for root in RootKey::ALL {
            text.push_str(comment(root));
            for (HeldKey { version, .. }, key) in self.keys.iter().filter(|(key, _)| key.root == root) {
                text.push_str(&format!("[[{}]]\n{} = {version}\nkey = \"", root.word(), number(root)));
                BASE64.encode_append(&**key, &mut text);
                text.push_str("\"\n");
                if self.current.get(&root) == Some(version) {
                    text.push_str("current = true\n");
                }
            }
        }
        text
    }
}

fn random(rng: &mut dyn CryptoRng) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *key);
    key
}

/// The word for a version in the file.
const fn number(root: RootKey) -> &'static str {
    match root {
        RootKey::Pairwise => "epoch",
        RootKey::Encryption => "id",
        RootKey::Unique | RootKey::Document | RootKey::Pepper | RootKey::Digest => "version",
    }
}

const fn comment(root: RootKey) -> &'static str {
    match root {
        RootKey::Pairwise => {
            "
# Subs. Never remove an entry. A new epoch with `current = true` is for new persons only: rotation moves no sub.
"
        }
        RootKey::Unique => "\n# One number per living person.\n",
        RootKey::Document => "\n# Hashes of document numbers.\n",
        RootKey::Pepper => {
            "
# PINs. A right PIN moves to the current version at its next use; until then it needs the one that it was set under. Keep
# every version here for as long as there are persons.
"
        }
        RootKey::Digest => "\n# Digests that rows are found by. One entry, for good.\n",
        RootKey::Encryption => {
            "
# Sealed values. To rotate: `hufu key add encryption`, the file to every node, then `hufu key use encryption` on every node;
# the others still open.
"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{ring, rng};
    use crate::keys::{FileKeys, KeyService};
    use rand::{SeedableRng, rngs::StdRng};

    fn read(text: &str) -> KeyMaterial {
        KeyMaterial::danger_read(text).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back_as_it_was() {
        let written = read(&ring()).to_text();
        assert_eq!(*written, ring());
    }

    /// PROTOCOL 13: "every node can open a new key before any node seals with it".
    #[test]
    fn an_added_key_is_held_and_not_used_before_it_is_turned_to() {
        let (mut grown, mut rng) = (read(&ring()), StdRng::seed_from_u64(8));
        for root in RootKey::ALL.into_iter().filter(|root| *root != RootKey::Digest) {
            let key = HeldKey { root, version: 2 };
            assert_eq!(grown.add(root, &mut rng), Ok(key));
            let added = FileKeys::parse(&grown.to_text()).unwrap();
            assert_eq!((added.held().contains(&key), added.current(root)), (true, 1));
            grown.turn_to(key).unwrap();
            assert_eq!(FileKeys::parse(&grown.to_text()).unwrap().current(root), 2);
        }
        assert!(
            read(&ring()).keys.iter().all(|(key, bytes)| grown.keys.get(key) == Some(bytes)),
            "what was there stays"
        );
    }

    #[test]
    fn what_cannot_be_added_or_turned_to_is_said() {
        let mut full = read(&ring());
        assert_eq!(full.add(RootKey::Digest, &mut rng()), Err(RingError::SeveralDigestKeys));
        let missing = HeldKey { root: RootKey::Pairwise, version: 3 };
        assert_eq!(full.turn_to(missing), Err(RingError::NoSuchVersion("pairwise", 3)));
        full.keys.insert(HeldKey { root: RootKey::Pepper, version: u16::MAX }, random(&mut StdRng::seed_from_u64(8)));
        assert_eq!(full.add(RootKey::Pepper, &mut rng()), Err(RingError::NoFurtherVersion("pepper")));
    }
}
