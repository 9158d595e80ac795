//! Root keys from a TOML text: the adapter of the sandbox, and of a production that accepts keys in a file.
//!
//! Several encryption keys may open and exactly one seals: a new key is first added to every node, then marked `current`
//! on every node. Knows no file: `cli` reads the text.

use super::ring_text::Realm;
use super::service::{HeldKey, KeyError, KeyService, RootKey};
use aws_lc_rs::hmac;
use data_encoding::BASE64;
use rand::CryptoRng;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use zeroize::Zeroizing;

/// Why a text is no ring of keys.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RingError {
    #[error("not the TOML of a key file: {0}")]
    Syntax(String),
    #[error("[[{0}]] has no entry")]
    Empty(&'static str),
    #[error("[[{0}]] has version {1} twice")]
    Twice(&'static str, u16),
    #[error("[[{0}]] has several entries: mark exactly one with `current = true`")]
    NoSingleCurrent(&'static str),
    #[error("the key of [[{0}]] {1} is not 32 bytes in base64")]
    NotAKey(&'static str, u16),
    #[error("[[digest]] has several entries, but stored digests can be found again under one key only")]
    SeveralDigestKeys,
    #[error("two keys of the file are the same")]
    Reused,
    #[error("[[{0}]] has no version {1}")]
    NoSuchVersion(&'static str, u16),
    #[error("[[{0}]] has no further version")]
    NoFurtherVersion(&'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default)]
    sandbox: bool,
    pairwise: Vec<Entry>,
    unique: Vec<Entry>,
    document: Vec<Entry>,
    pepper: Vec<Entry>,
    digest: Vec<Entry>,
    encryption: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(alias = "epoch", alias = "id")]
    version: u16,
    key: Zeroizing<String>,
    #[serde(default)]
    current: bool,
}

impl Text {
    fn section(&mut self, root: RootKey) -> Vec<Entry> {
        std::mem::take(match root {
            RootKey::Pairwise => &mut self.pairwise,
            RootKey::Unique => &mut self.unique,
            RootKey::Document => &mut self.document,
            RootKey::Pepper => &mut self.pepper,
            RootKey::Digest => &mut self.digest,
            RootKey::Encryption => &mut self.encryption,
        })
    }
}

/// A ring of root keys in memory.
pub struct FileKeys {
    sandbox: bool,
    keys: HashMap<HeldKey, hmac::Key>,
    current: HashMap<RootKey, u16>,
}

/// The bare keys of a ring, to be written as its text or moved to where they cannot be read again. Wiped when dropped.
pub struct KeyMaterial {
    pub sandbox: bool,
    pub keys: BTreeMap<HeldKey, Zeroizing<[u8; 32]>>,
    pub(super) current: HashMap<RootKey, u16>,
}

impl KeyMaterial {
    /// Reads the keys themselves: for moving them to a token or adding to their file, and for nothing else.
    ///
    /// # Errors
    /// What is wrong with the text, by section and version; never a key.
    pub fn danger_read(text: &str) -> Result<Self, RingError> {
        // `toml` quotes the offending line in its error, and that line may be a key: only the message is kept, and the
        // message without what it quotes of a value.
        let mut text: Text = toml::from_str(text).map_err(|error| RingError::Syntax(without_keys(error.message())))?;
        let mut material = Self { sandbox: text.sandbox, keys: BTreeMap::new(), current: HashMap::new() };
        for root in RootKey::ALL {
            material.read(root, text.section(root))?;
        }
        match material.keys.keys().filter(|key| key.root == RootKey::Digest).count() {
            1 => Ok(material),
            _ => Err(RingError::SeveralDigestKeys),
        }
    }

    fn read(&mut self, root: RootKey, entries: Vec<Entry>) -> Result<(), RingError> {
        let name = root.word();
        let marked: Vec<u16> = entries.iter().filter(|entry| entry.current).map(|entry| entry.version).collect();
        let current = match (marked.as_slice(), entries.as_slice()) {
            (_, []) => return Err(RingError::Empty(name)),
            ([current], _) => *current,
            ([], [only]) => only.version,
            _ => return Err(RingError::NoSingleCurrent(name)),
        };
        self.current.insert(root, current);
        for Entry { version, key, .. } in entries {
            let decoded = BASE64.decode(key.trim().as_bytes()).map(Zeroizing::new);
            let key = decoded.ok().and_then(|key| <[u8; 32]>::try_from(key.as_slice()).ok()).map(Zeroizing::new);
            let key = key.ok_or(RingError::NotAKey(name, version))?;
            if self.keys.values().any(|other| *other == key) {
                return Err(RingError::Reused);
            }
            if self.keys.insert(HeldKey { root, version }, key).is_some() {
                return Err(RingError::Twice(name, version));
            }
        }
        Ok(())
    }
}

impl FileKeys {
    /// A fresh ring as text, commented for the person who will keep it.
    pub fn generate(rng: &mut dyn CryptoRng) -> String {
        std::mem::take(&mut KeyMaterial::fresh(Realm::Production, rng).to_text())
    }

    /// A fresh ring for the sandbox, which production refuses.
    pub fn generate_sandbox(rng: &mut dyn CryptoRng) -> String {
        std::mem::take(&mut KeyMaterial::fresh(Realm::Sandbox, rng).to_text())
    }

    /// Reads a ring.
    ///
    /// # Errors
    /// What is wrong with the text, by section and version; never a key.
    pub fn parse(text: &str) -> Result<Self, RingError> {
        let KeyMaterial { sandbox, keys, current } = KeyMaterial::danger_read(text)?;
        let keys = keys.into_iter().map(|(held, key)| (held, hmac::Key::new(hmac::HMAC_SHA256, &*key))).collect();
        Ok(Self { sandbox, keys, current })
    }
}

/// `message` with every run of base64 that is longer than any word of the format cut out.
fn without_keys(message: &str) -> String {
    const LONGEST_WORD: usize = 12;
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_');
    let mut kept = String::new();
    for run in message.split_inclusive(|c| !is_base64(c)) {
        let word = run.trim_end_matches(|c| !is_base64(c));
        kept.push_str(if word.len() > LONGEST_WORD { "…" } else { word });
        kept.push_str(&run[word.len()..]);
    }
    kept
}

impl KeyService for FileKeys {
    fn prf(&self, key: HeldKey, input: &[&[u8]]) -> Result<[u8; 32], KeyError> {
        let schedule = self.keys.get(&key).ok_or(KeyError::NoSuchKey(key))?;
        Ok(super::tag::hmac(schedule, input))
    }

    fn current(&self, root: RootKey) -> u16 {
        self.current[&root]
    }

    fn held(&self) -> Vec<HeldKey> {
        self.keys.keys().copied().collect()
    }

    fn is_sandbox(&self) -> bool {
        self.sandbox
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn fresh() -> String {
        FileKeys::generate(&mut StdRng::seed_from_u64(1))
    }

    #[test]
    fn a_generated_ring_parses_and_its_mark_says_where_it_may_be_used() {
        assert!(!FileKeys::parse(&fresh()).unwrap().is_sandbox());
        assert!(FileKeys::parse(&FileKeys::generate_sandbox(&mut StdRng::seed_from_u64(1))).unwrap().is_sandbox());
    }

    #[test]
    fn several_keys_open_and_exactly_one_seals() {
        let second = "[[encryption]]\nid = 2\nkey = \"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\"\n";
        let ring = FileKeys::parse(&(fresh() + second)).unwrap();
        assert_eq!(ring.current(RootKey::Encryption), 1);
        let id = |version| HeldKey { root: RootKey::Encryption, version };
        assert!(ring.prf(id(2), &[b"x"]).is_ok());
        assert_eq!(ring.prf(id(3), &[b"x"]), Err(KeyError::NoSuchKey(id(3))));
        let both = fresh() + second + "current = true\n";
        assert_eq!(FileKeys::parse(&both).err(), Some(RingError::NoSingleCurrent("encryption")));
    }

    #[test]
    fn a_broken_ring_is_refused_by_name() {
        let entry = |name: &str, version: u16, byte: u8| {
            format!("[[{name}]]\nversion = {version}\nkey = \"{}\"\n", BASE64.encode(&[byte; 32]))
        };
        let refused = |text: String| FileKeys::parse(&text).err();
        assert_eq!(refused(fresh() + &entry("digest", 2, 1)), Some(RingError::SeveralDigestKeys));
        assert_eq!(refused(fresh() + &entry("pairwise", 1, 1)), Some(RingError::Twice("pairwise", 1)));
        assert_eq!(refused(fresh() + &entry("pepper", 2, 1) + &entry("pairwise", 2, 1)), Some(RingError::Reused));
        assert_eq!(
            refused(fresh() + "[[pepper]]\nversion = 2\nkey = \"short\"\n"),
            Some(RingError::NotAKey("pepper", 2))
        );
        assert!(matches!(refused(fresh() + "surprise = 1\n"), Some(RingError::Syntax(_))));
        assert!(matches!(refused("sandbox = true".into()), Some(RingError::Syntax(_))));
    }

    #[test]
    fn an_error_never_shows_a_key() {
        let broken = fresh().replace("sandbox = false", "sandbox = 7");
        let secret = broken.lines().find_map(|line| line.strip_prefix("key = ")).unwrap().to_owned();
        let secret = secret.trim_matches('"');
        for text in [broken.clone(), format!("pairwise = \"{secret}\""), format!("sandbox = \"{secret}\"\n")] {
            let error = FileKeys::parse(&text).err().unwrap().to_string();
            assert!(!error.contains(&secret[..16]), "{error}");
        }
    }
}
