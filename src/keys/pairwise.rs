//! The only place where a sub is made. PROTOCOL 2; OpenID Connect Core §8.1. Vectors: docs/sub-vectors.json.

use super::service::{HeldKey, KeyError, KeyService, RootKey};
use crate::spec::{Handle, Sector};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::fmt;

const LABEL: &[u8] = b"hufu/sub/v1";

/// Which pairwise key a person's subs are computed with: fixed when the person is made, so rotation moves no sub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u16);

/// What a website knows a person by. Always computed, never read back, never logged.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Sub(String);

impl Sub {
    /// `base64url(HMAC-SHA-256(K_pairwise[epoch], "hufu/sub/v1" ‖ 0x00 ‖ sector ‖ 0x00 ‖ handle))`.
    pub(super) fn compute(
        service: &dyn KeyService,
        sector: &Sector,
        handle: &Handle,
        epoch: Epoch,
    ) -> Result<Self, KeyError> {
        let input = [LABEL, b"\0", sector.as_str().as_bytes(), b"\0", handle.expose()];
        let key = HeldKey { root: RootKey::Pairwise, version: epoch.0 };
        service.prf(key, &input).map(|mac| Self(BASE64URL_NOPAD.encode(&mac)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sub([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{keys, keys_of, ring};
    use aws_lc_rs::hmac;
    use data_encoding::{BASE64, HEXLOWER};

    #[derive(Deserialize)]
    struct Published {
        vectors: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        case: String,
        pairwise_key: String,
        sector: String,
        handle: String,
        sub: String,
    }

    fn sector(text: &str) -> Sector {
        text.strip_prefix("client:").map_or_else(|| Sector::of_host(text), Sector::of_client)
    }

    /// The ring of the tests with another pairwise key.
    fn ring_with(key: &[u8]) -> String {
        let ring = ring();
        let old = ring.lines().skip_while(|line| *line != "[[pairwise]]").find(|line| line.starts_with("key")).unwrap();
        ring.replace(old, &format!("key = \"{}\"", BASE64.encode(key)))
    }

    /// PROTOCOL 2: "Test vectors are published."
    #[test]
    fn the_published_vectors_hold() {
        let published: Published = serde_json::from_str(include_str!("../../docs/sub-vectors.json")).unwrap();
        assert!(published.vectors.len() > 3);
        for vector in published.vectors {
            let key = HEXLOWER.decode(vector.pairwise_key.as_bytes()).unwrap();
            let handle: [u8; 32] = HEXLOWER.decode(vector.handle.as_bytes()).unwrap().try_into().unwrap();

            let message = [b"hufu/sub/v1\0", vector.sector.as_bytes(), b"\0", &handle].concat();
            let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &message);
            assert_eq!(BASE64URL_NOPAD.encode(mac.as_ref()), vector.sub, "by hand: {}", vector.case);

            let keys = keys_of(&ring_with(&key), "https://any.example");
            let sub = keys.sub(&sector(&vector.sector), &Handle::from_bytes(handle), Epoch(1)).unwrap();
            assert_eq!(sub.as_str(), vector.sub, "{}", vector.case);
        }
    }

    #[test]
    fn a_new_epoch_moves_no_sub() {
        let second =
            "[[pairwise]]\nepoch = 2\nkey = \"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\"\ncurrent = true\n";
        let grown = ring().replacen("current = true\n", "", 1) + second;
        let (before, after) = (keys(), keys_of(&grown, "https://hufu.example"));
        let sub = |keys: &crate::keys::Keys, epoch| {
            keys.sub(&Sector::of_host("a.example"), &Handle::from_bytes([1; 32]), epoch)
        };
        assert_eq!((before.current_epoch(), after.current_epoch()), (Epoch(1), Epoch(2)));
        assert_eq!(sub(&before, Epoch(1)), sub(&after, Epoch(1)));
        assert_ne!(sub(&after, Epoch(1)), sub(&after, Epoch(2)));
        let lost = KeyError::NoSuchKey(HeldKey { root: RootKey::Pairwise, version: 2 });
        assert_eq!(sub(&before, Epoch(2)), Err(lost));
    }

    #[test]
    fn a_digest_says_nothing_about_the_sub_that_another_tag_would_say() {
        let keys = keys();
        let sub = keys.sub(&Sector::of_host("a.example"), &Handle::from_bytes([1; 32]), Epoch(1)).unwrap();
        let digest = keys.sub_digest(&sub);
        assert_eq!(digest, keys.sub_digest(&sub));
        assert_ne!(*digest.as_bytes(), keys.tag(crate::keys::TagPurpose::Sid, &[sub.as_str().as_bytes()]));
        assert_eq!(format!("{sub:?}"), "Sub([redacted])");
    }
}
