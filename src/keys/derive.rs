//! Subkeys: HKDF-SHA-256 over root keys that can be asked and never read. RFC 5869, PROTOCOL 12.
//!
//! A root key is 32 uniformly random bytes, which is a pseudorandom key already (§3.3): nothing is extracted. One block of
//! HKDF-Expand (§2.3) is then one HMAC under it, which a token can compute where it knows no HKDF.

use super::service::{HeldKey, KeyError, KeyService};
use aws_lc_rs::hmac;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The counter of the only block (RFC 5869 §2.3, `T(1)`).
const FIRST_BLOCK: &[u8] = &[1];

/// A key for one purpose; the only key material that comes out of a key service.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct Subkey([u8; 32]);

impl Subkey {
    /// A key that no root key gives: a person's, drawn at random.
    pub(super) const fn random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// `HKDF-Expand(PRK = root key, info = label ‖ 0x00 ‖ purpose, L = 32)`.
    pub(super) fn of(service: &dyn KeyService, key: HeldKey, label: &str, purpose: &str) -> Result<Self, KeyError> {
        service.prf(key, &[label.as_bytes(), b"\0", purpose.as_bytes(), FIRST_BLOCK]).map(Self)
    }

    /// `HKDF-Expand(PRK = this key, info = purpose, L = 32)`: the same without asking anybody.
    pub(super) fn expand(&self, purpose: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        Self(super::tag::hmac(&key, &[purpose.as_bytes(), FIRST_BLOCK]))
    }

    pub(super) const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::ring;
    use crate::keys::{FileKeys, KeyMaterial, RootKey};
    use aws_lc_rs::hkdf;

    struct Bytes32;

    impl hkdf::KeyType for Bytes32 {
        fn len(&self) -> usize {
            32
        }
    }

    fn by_the_library(prk: &[u8], info: &[u8]) -> [u8; 32] {
        let mut bytes = [0; 32];
        let prk = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, prk);
        prk.expand(&[info], Bytes32).and_then(|okm| okm.fill(&mut bytes)).unwrap();
        bytes
    }

    /// RFC 5869 §2.3, against an HKDF that is not ours.
    #[test]
    fn a_subkey_is_one_block_of_hkdf_expand_under_the_root_key() {
        let material = KeyMaterial::danger_read(&ring()).unwrap();
        let key = HeldKey { root: RootKey::Encryption, version: 1 };
        let root = &material.keys[&key];
        let subkey = Subkey::of(&FileKeys::parse(&ring()).unwrap(), key, "hufu/seal/v1", "code").unwrap();
        assert_eq!(*subkey.expose(), by_the_library(&root[..], b"hufu/seal/v1\0code"));
        assert_eq!(*subkey.expand("more").expose(), by_the_library(subkey.expose(), b"more"));
    }
}
