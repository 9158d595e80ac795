//! The decryption keys at an instant: opens what websites encrypt to us. Replaced whole, never changed.

use super::alg::{EncryptionAlg, KeyAlg};
use super::facade::Keys;
use super::jwe::{self, Decrypted, JweError};
use super::jwk::Use;
use super::record::{KeyRecord, Kid, Private, Stage};
use super::service::KeyError;
use crate::spec::Timestamp;
use serde_json::Value;

struct Decryptor {
    alg: EncryptionAlg,
    kid: Kid,
    key: jwe::PrivateKey,
}

/// A snapshot of all decryption keys.
pub struct DecryptionKeys {
    decryptors: Vec<Decryptor>,
    public: Vec<Value>,
}

impl DecryptionKeys {
    /// No keys: decrypts nothing.
    pub const fn empty() -> Self {
        Self { decryptors: Vec::new(), public: Vec::new() }
    }

    /// Opens the records of decryption keys that are of use at `now`: those that wait decrypt already, so that no node
    /// meets a token for a key that it has not heard of.
    ///
    /// # Errors
    /// [`KeyError::UnusableKey`]: a record does not open, or is not the key that its `kid` names.
    pub fn open(keys: &Keys, records: &[KeyRecord], now: Timestamp) -> Result<Self, KeyError> {
        let decrypts =
            |record: &&KeyRecord| matches!(record.alg, KeyAlg::Encryption(_)) && record.stage(now) != Stage::Gone;
        let mut records: Vec<_> = records.iter().filter(decrypts).collect();
        records.sort_by_key(|record| (record.alg, record.schedule.used_from(), record.kid.as_str()));
        let mut opened = Self::empty();
        for record in &records {
            let (Private::Decryption(alg, key), material) = record.open(keys)? else { continue };
            if record.stage(now) == Stage::InUse {
                opened.public.push(material.to_json(Some(record.kid.as_str()), Use::Encryption(Some(alg))));
            }
            opened.decryptors.push(Decryptor { alg, kid: record.kid.clone(), key });
        }
        Ok(opened)
    }

    /// Decrypts with the key that the token names, or with each of its algorithm where it names none.
    ///
    /// # Errors
    /// As [`JweError`].
    pub fn decrypt(&self, token: &str) -> Result<Decrypted, JweError> {
        let token = jwe::Compact::parse(token)?;
        let named = |own: &Kid| token.kid().is_none_or(|kid| kid == own.as_str());
        let fitting = self.decryptors.iter().filter(|own| own.alg == token.alg() && named(&own.kid));
        jwe::open(&token, fitting.map(|own| &own.key))
    }

    /// The algorithms that a key is published for, for discovery.
    pub fn algorithms(&self) -> Vec<EncryptionAlg> {
        let published = |alg: &&EncryptionAlg| self.public.iter().any(|jwk| jwk["alg"] == alg.wire());
        EncryptionAlg::ALL.iter().filter(published).copied().collect()
    }

    /// What the JWKS holds: the keys in use; public members only.
    pub fn public(&self) -> &[Value] {
        &self.public
    }
}

impl std::fmt::Debug for DecryptionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.decryptors.iter().map(|own| (own.alg, &own.kid))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{NOW, keys, record, rng};
    use crate::keys::{ContentEncryption, JwkSet, SigningAlg, SigningKeys};
    use crate::spec::lifetime;
    use serde_json::json;

    fn all(keys: &Keys) -> Vec<KeyRecord> {
        EncryptionAlg::ALL.iter().map(|alg| record(keys, *alg, NOW, NOW)).collect()
    }

    fn opened() -> DecryptionKeys {
        let keys = keys();
        DecryptionKeys::open(&keys, &all(&keys), NOW).unwrap()
    }

    fn encrypted(to: &DecryptionKeys, alg: EncryptionAlg, enc: ContentEncryption, content: &str) -> String {
        let set = JwkSet::try_from(json!({ "keys": to.public() })).unwrap();
        set.recipient(alg, enc).unwrap().encrypt_jwt(content, &mut rng()).unwrap()
    }

    /// The token with one part replaced.
    fn with_part(token: &str, place: usize, part: &str) -> String {
        let mut parts: Vec<_> = token.split('.').collect();
        parts[place] = part;
        parts.join(".")
    }

    #[test]
    fn what_is_encrypted_to_a_published_key_is_decrypted_by_it_alone() {
        let (ours, others) = (opened(), opened());
        for alg in EncryptionAlg::ALL {
            for enc in ContentEncryption::ALL {
                let token = encrypted(&ours, *alg, *enc, "a.b.c");
                assert!(jwe::is_encrypted(&token));
                let decrypted = ours.decrypt(&token).unwrap();
                assert_eq!((decrypted.alg, decrypted.enc, decrypted.nested()), (*alg, *enc, Ok("a.b.c")));
                assert_eq!(others.decrypt(&token).unwrap_err(), JweError::NoKey, "its kid is another");
            }
        }
        assert_eq!(ours.algorithms(), EncryptionAlg::ALL);
        assert!(DecryptionKeys::empty().algorithms().is_empty());
    }

    /// RFC 7516 §11.5: "the recipient MUST NOT distinguish between format, padding, and length errors of encrypted keys".
    #[test]
    fn whatever_fails_is_one_error() {
        let ours = opened();
        let zeros = |bytes| data_encoding::BASE64URL_NOPAD.encode(&vec![0; bytes]);
        for alg in EncryptionAlg::ALL {
            let token = encrypted(&ours, *alg, ContentEncryption::A256GCM, "a.b.c");
            let mut changed = vec![with_part(&token, 3, &zeros(5)), with_part(&token, 4, &zeros(16))];
            changed.push(with_part(&token, 2, &zeros(12)));
            if *alg == EncryptionAlg::RsaOaep256 {
                // Too short, too large, for another key, and a key of the other enc's length.
                changed.extend(["", "AAAA", &zeros(256), &zeros(300)].map(|key| with_part(&token, 1, key)));
                let short = encrypted(&ours, *alg, ContentEncryption::A128GCM, "a.b.c");
                changed.push(with_part(&token, 1, short.split('.').nth(1).unwrap()));
            } else {
                let x = data_encoding::BASE64URL_NOPAD.encode(&[1; 32]);
                let kid = ours.public()[1]["kid"].clone();
                let epk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": x });
                let header = json!({ "alg": "ECDH-ES", "enc": "A256GCM", "kid": kid, "epk": epk }).to_string();
                changed.push(with_part(&token, 0, &data_encoding::BASE64URL_NOPAD.encode(header.as_bytes())));
            }
            for token in changed {
                assert_eq!(ours.decrypt(&token).unwrap_err(), JweError::Undecryptable, "{token}");
            }
        }
    }

    /// RFC 7516 §4.1.6: `kid` is a hint; without it each key of the algorithm is tried.
    #[test]
    fn a_token_without_a_kid_is_tried_with_each_key() {
        let keys = keys();
        let (first, second) = (all(&keys), all(&keys));
        let named = |records: &[KeyRecord]| DecryptionKeys::open(&keys, records, NOW).unwrap();
        let mut public = named(&second).public().to_vec();
        public.iter_mut().for_each(|jwk| drop(jwk.as_object_mut().unwrap().remove("kid")));
        let both = named(&[first, second].concat());
        for alg in EncryptionAlg::ALL {
            let set = JwkSet::try_from(json!({ "keys": public })).unwrap();
            let token = set.recipient(*alg, ContentEncryption::A128GCM).unwrap().encrypt_jwt("a.b.c", &mut rng());
            assert_eq!(both.decrypt(&token.unwrap()).unwrap().nested(), Ok("a.b.c"));
        }
    }

    /// PROTOCOL 13, 15: "every node can open a new key before any" website is told of it.
    #[test]
    fn a_key_decrypts_before_it_is_published_and_after_it_is_not() {
        let keys = keys();
        let turn = NOW.plus(lifetime::SIGNING_KEY_PUBLISHED_BEFORE);
        let old = record(&keys, EncryptionAlg::EcdhEs, NOW, NOW).retire(turn);
        let new = record(&keys, EncryptionAlg::EcdhEs, NOW, turn);
        let (old_kid, new_kid) = (old.kid.clone(), new.kid.clone());
        let records = [old, new];
        let at = |now| DecryptionKeys::open(&keys, &records, now).unwrap();
        let kid = |keys: &DecryptionKeys| {
            assert_eq!(keys.public().len(), 1);
            Kid::from_row(keys.public()[0]["kid"].as_str().unwrap())
        };
        let token = |keys| encrypted(keys, EncryptionAlg::EcdhEs, ContentEncryption::A256GCM, "a.b.c");
        let (before, after) = (at(NOW), at(turn));
        assert_eq!((kid(&before), kid(&after)), (old_kid, new_kid));
        assert!(before.decrypt(&token(&after)).is_ok() && after.decrypt(&token(&before)).is_ok());
        let gone = at(turn.plus(lifetime::RETIRED_DECRYPTION_KEY * 2));
        assert_eq!(gone.decrypt(&token(&before)).unwrap_err(), JweError::NoKey);
    }

    /// A key has one purpose, and a row that says otherwise opens nothing.
    #[test]
    fn a_decryption_key_never_signs_and_a_signing_key_never_decrypts() {
        let keys = keys();
        let record = record(&keys, EncryptionAlg::RsaOaep256, NOW, NOW);
        assert!(SigningKeys::open(&keys, std::slice::from_ref(&record), NOW).unwrap().algorithms().is_empty());
        let renamed = KeyRecord { alg: SigningAlg::RS256.into(), ..record.clone() };
        assert_eq!(SigningKeys::open(&keys, &[renamed], NOW).err(), Some(KeyError::UnusableKey(record.kid)));
        let signs = crate::keys::tests::record(&keys, SigningAlg::ES256, NOW, NOW);
        assert!(DecryptionKeys::open(&keys, std::slice::from_ref(&signs), NOW).unwrap().public().is_empty());
        let renamed = KeyRecord { alg: EncryptionAlg::EcdhEs.into(), ..signs.clone() };
        assert_eq!(DecryptionKeys::open(&keys, &[renamed], NOW).err(), Some(KeyError::UnusableKey(signs.kid)));
    }

    /// RFC 7519 §5.2; a JWE that says it holds something else holds no request.
    #[test]
    fn content_of_another_type_is_not_nested() {
        let ours = opened();
        let set = JwkSet::try_from(json!({ "keys": ours.public() })).unwrap();
        let recipient = set.recipient(EncryptionAlg::EcdhEs, ContentEncryption::A256GCM).unwrap();
        let binary = ours.decrypt(&recipient.encrypt_claims(&[0xff], &mut rng()).unwrap()).unwrap();
        assert_eq!(binary.nested(), Err(JweError::NotNested));
        let claims = ours.decrypt(&recipient.encrypt_claims(b"{}", &mut rng()).unwrap()).unwrap();
        assert!(crate::keys::UnverifiedJwt::parse(claims.nested().unwrap()).is_err(), "and it is not signed");
    }
}
