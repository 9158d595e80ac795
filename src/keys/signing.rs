//! The signing keys at an instant: signs, verifies what it signed, and says what the JWKS says. Replaced whole, never changed.

use super::alg::{KeyAlg, SigningAlg};
use super::facade::Keys;
use super::hint::IdTokenHint;
use super::jwk::Use;
use super::jwt::{JwtError, UnverifiedJwt, VerifiedJwt};
use super::provider::{self, ParsedKey};
use super::record::{KeyRecord, Kid, Private, Stage};
use super::service::KeyError;
use crate::spec::{ClientId, IssuerUrl, Timestamp};
use jsonwebtoken::{DecodingKey, EncodingKey, Header};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

struct Signer {
    alg: SigningAlg,
    kid: Kid,
    /// Names `_key` in the provider's register.
    handle: EncodingKey,
    _key: Arc<ParsedKey>,
}

struct Verifier {
    alg: SigningAlg,
    kid: Kid,
    key: DecodingKey,
}

/// A snapshot of all signing keys.
pub struct SigningKeys {
    signers: Vec<Signer>,
    verifiers: Vec<Verifier>,
    public: Vec<Value>,
    next_change: Option<Timestamp>,
}

impl SigningKeys {
    /// No keys yet: signs nothing, and its JWKS is empty.
    pub const fn empty() -> Self {
        Self { signers: Vec::new(), verifiers: Vec::new(), public: Vec::new(), next_change: None }
    }

    /// Opens the records of signing keys that are of use at `now`.
    ///
    /// # Errors
    /// [`KeyError::UnusableKey`]: a record does not open, or is not the key that its `kid` names.
    pub fn open(keys: &Keys, records: &[KeyRecord], now: Timestamp) -> Result<Self, KeyError> {
        provider::install();
        let signs = |record: &&KeyRecord| matches!(record.alg, KeyAlg::Signing(_)) && record.stage(now) != Stage::Gone;
        let mut records: Vec<_> = records.iter().filter(signs).collect();
        records.sort_by_key(|record| (record.alg, record.schedule.used_from(), record.kid.as_str()));
        let mut signers: Vec<Signer> = Vec::new();
        let mut verifiers = Vec::new();
        let mut public = Vec::new();
        for record in &records {
            let (Private::Signing(alg, pair), material) = record.open(keys)? else { continue };
            public.push(material.to_json(Some(record.kid.as_str()), Use::Signature(Some(alg))));
            let key = material.decoding_key().ok_or_else(|| KeyError::UnusableKey(record.kid.clone()))?;
            verifiers.push(Verifier { alg, kid: record.kid.clone(), key });
            if record.stage(now) == Stage::InUse {
                let key = ParsedKey::register(alg, pair);
                // Sorted by instant: of several that sign, the newest replaces the others.
                signers.retain(|older| older.alg != alg);
                signers.push(Signer { alg, kid: record.kid.clone(), handle: key.encoding_key(), _key: key });
            }
        }
        let next_change = records.iter().filter_map(|record| record.schedule.next_change(now)).min();
        Ok(Self { signers, verifiers, public, next_change })
    }

    /// A signed JWT. `typ` is `JWT` for an ID token; any other kind has a type of its own (RFC 8725 §3.11).
    ///
    /// # Errors
    /// No key of that algorithm signs, or the claims are no JSON object.
    pub fn sign<C: Serialize>(&self, alg: SigningAlg, typ: &str, claims: &C) -> Result<String, KeyError> {
        let signer = self.signers.iter().find(|signer| signer.alg == alg).ok_or(KeyError::NoSigningKey(alg))?;
        let mut header = Header::new(alg.jsonwebtoken());
        header.typ = Some(typ.to_owned());
        header.kid = Some(signer.kid.as_str().to_owned());
        jsonwebtoken::encode(&header, claims, &signer.handle)
            .map_err(|error| KeyError::SigningFailed(error.to_string()))
    }

    /// The algorithms that a key signs with now, for discovery.
    pub fn algorithms(&self) -> Vec<SigningAlg> {
        self.signers.iter().map(|signer| signer.alg).collect()
    }

    /// What the JWKS holds: every key that waits, signs or may still have a valid token; public members only.
    pub fn public(&self) -> &[Value] {
        &self.public
    }

    /// When this snapshot stops being true without any row having changed.
    pub fn next_change(&self) -> Option<Timestamp> {
        self.next_change
    }

    /// Reads an ID token that we issued to that client, expired or not (OpenID Connect Core §3.1.2.1).
    ///
    /// # Errors
    /// As [`Self::verify_any_hint`], or issued to another client.
    pub fn verify_hint(&self, token: &str, issuer: &IssuerUrl, client_id: &ClientId) -> Result<IdTokenHint, JwtError> {
        let hint = self.verify_any_hint(token, issuer)?;
        if hint.was_issued_to(client_id) { Ok(hint) } else { Err(JwtError::OtherAudience) }
    }

    /// Reads an ID token that we issued to anybody, expired or not (RP-Initiated Logout 1.0 §2).
    ///
    /// # Errors
    /// Not signed by a key of this snapshot, not of this issuer, or no ID token.
    pub fn verify_any_hint(&self, token: &str, issuer: &IssuerUrl) -> Result<IdTokenHint, JwtError> {
        IdTokenHint::read(&self.verify_any(token)?, issuer)
    }

    /// Reads a JWT of that type that we signed.
    ///
    /// # Errors
    /// Not signed by a key of this snapshot, or of another type.
    pub fn verify_own(&self, token: &str, typ: &str) -> Result<VerifiedJwt, JwtError> {
        let verified = self.verify_any(token)?;
        verified.expect_typ(&[typ])?;
        Ok(verified)
    }

    fn verify_any(&self, token: &str) -> Result<VerifiedJwt, JwtError> {
        let unverified = UnverifiedJwt::parse(token)?;
        let kid = unverified.kid().ok_or(JwtError::NoKey)?.to_owned();
        let key = self.verifiers.iter().find(|key| key.kid.as_str() == kid).ok_or(JwtError::NoKey)?;
        if key.alg != unverified.alg() {
            return Err(JwtError::AlgNotAllowed(unverified.alg()));
        }
        unverified.verify_with([&key.key])
    }
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.verifiers.iter().map(|key| (key.alg, &key.kid))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{NOW, issuer, keys, record};
    use crate::keys::{JwkSet, Schedule};
    use crate::spec::lifetime;
    use serde_json::json;
    use std::time::Duration;

    fn claims() -> Value {
        json!({ "iss": "https://hufu.example", "sub": "s", "aud": "c", "exp": 1, "iat": 0 })
    }

    fn all() -> (Keys, Vec<KeyRecord>) {
        let keys = keys();
        let records = SigningAlg::ALL.iter().map(|alg| record(&keys, *alg, NOW, NOW)).collect();
        (keys, records)
    }

    fn jwks(signing: &SigningKeys) -> Value {
        json!({ "keys": signing.public() })
    }

    fn client_set(signing: &SigningKeys) -> JwkSet {
        JwkSet::try_from(jwks(signing)).unwrap()
    }

    #[test]
    fn every_algorithm_signs_what_the_published_jwks_verifies() {
        let (keys, records) = all();
        let signing = SigningKeys::open(&keys, &records, NOW).unwrap();
        assert_eq!(signing.algorithms(), SigningAlg::ALL);
        for alg in SigningAlg::ALL {
            let token = signing.sign(*alg, "JWT", &claims()).unwrap();
            let verified = UnverifiedJwt::parse(&token).unwrap().verify(&client_set(&signing), &[*alg]).unwrap();
            assert_eq!(verified.claims::<Value>().unwrap(), claims());
            // And by jsonwebtoken alone, from the public JSON.
            let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(jwks(&signing)).unwrap();
            let header = jsonwebtoken::decode_header(&token).unwrap();
            let key = DecodingKey::from_jwk(set.find(&header.kid.unwrap()).unwrap()).unwrap();
            let (message, signature) = token.rsplit_once('.').unwrap();
            assert!(jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, header.alg).unwrap());
        }
    }

    /// RFC 7517 §9.2: private key material is never disclosed.
    #[test]
    fn the_jwks_carries_public_members_only() {
        let (keys, records) = all();
        let jwks = jwks(&SigningKeys::open(&keys, &records, NOW).unwrap());
        let keys = jwks["keys"].as_array().unwrap();
        assert_eq!(keys.len(), 4);
        for key in keys {
            let known = ["kty", "crv", "n", "e", "x", "y", "use", "alg", "kid"];
            assert!(key.as_object().unwrap().keys().all(|member| known.contains(&member.as_str())), "{key}");
            assert_eq!(key["use"], "sig");
        }
    }

    /// PROTOCOL 15: publish, wait, sign, retire.
    #[test]
    fn a_key_is_published_before_it_signs_and_stays_until_its_tokens_have_expired() {
        let keys = keys();
        let turn = NOW.plus(lifetime::SIGNING_KEY_PUBLISHED_BEFORE);
        let old = record(&keys, SigningAlg::ES256, NOW, NOW).retire(turn);
        let new = record(&keys, SigningAlg::ES256, NOW, turn);
        let (old_kid, new_kid) = (old.kid.clone(), new.kid.clone());
        let records = [old, new];
        let at = |now| SigningKeys::open(&keys, &records, now).unwrap();
        let signs = |signing: &SigningKeys| {
            let token = signing.sign(SigningAlg::ES256, "JWT", &claims()).unwrap();
            Kid::from_row(UnverifiedJwt::parse(&token).unwrap().kid().unwrap())
        };
        let published = |signing: &SigningKeys| signing.verifiers.len();

        let before = at(NOW);
        assert_eq!((signs(&before), published(&before), before.next_change()), (old_kid, 2, Some(turn)));
        let after = at(turn);
        assert_eq!((signs(&after), published(&after)), (new_kid, 2));
        let gone = after.next_change().unwrap();
        assert!(gone >= turn.plus(lifetime::ID_TOKEN));
        assert_eq!((published(&at(gone)), at(gone).next_change()), (1, None));
    }

    #[test]
    fn a_row_that_was_swapped_or_sealed_elsewhere_is_refused() {
        let keys = keys();
        let mut record = record(&keys, SigningAlg::ES256, NOW, NOW);
        assert!(SigningKeys::open(&Keys::for_tests("https://b.example"), &[record.clone()], NOW).is_err());
        record.kid = Kid::from_row("other");
        assert_eq!(SigningKeys::open(&keys, &[record.clone()], NOW).err(), Some(KeyError::UnusableKey(record.kid)));
    }

    #[test]
    fn without_a_key_nothing_is_signed() {
        let error = SigningKeys::empty().sign(SigningAlg::ES256, "JWT", &claims()).err();
        assert_eq!(error, Some(KeyError::NoSigningKey(SigningAlg::ES256)));
        assert!(SigningKeys::empty().public().is_empty());
        let waiting = record(&keys(), SigningAlg::ES256, NOW, NOW.plus(Duration::from_secs(1)));
        assert!(matches!(waiting.schedule, Schedule::Open { .. }));
        assert!(SigningKeys::open(&keys(), &[waiting], NOW).unwrap().algorithms().is_empty());
    }

    /// OpenID Connect Core §3.1.2.1: the server "SHOULD accept" an expired ID token of its own as id_token_hint.
    #[test]
    fn a_hint_of_ours_is_read_though_it_has_expired() {
        let (keys, records) = all();
        let signing = SigningKeys::open(&keys, &records, NOW).unwrap();
        let client = |id: &str| ClientId::new(id.to_owned());
        let us = issuer("https://hufu.example");
        let hint = |typ: &str, claims: &Value| signing.sign(SigningAlg::RS256, typ, claims).unwrap();

        let own = hint("JWT", &claims());
        assert_eq!(signing.verify_hint(&own, &us, &client("c")).unwrap().sub(), "s");
        assert_eq!(signing.verify_hint(&own, &us, &client("d")).err(), Some(JwtError::OtherAudience));
        assert_eq!(signing.verify_any_hint(&own, &issuer("https://b.example")).err(), Some(JwtError::OtherIssuer));
        assert!(matches!(
            signing.verify_any_hint(&hint("logout+jwt", &claims()), &us).err(),
            Some(JwtError::TypDiffers(_))
        ));
        let foreign = SigningKeys::open(&keys, &[record(&keys, SigningAlg::ES256, NOW, NOW)], NOW).unwrap();
        assert_eq!(foreign.verify_any_hint(&own, &us).err(), Some(JwtError::NoKey));
    }

    #[test]
    fn a_dropped_snapshot_leaves_no_private_key_behind() {
        let (keys, records) = all();
        let signing = SigningKeys::open(&keys, &records, NOW).unwrap();
        let handle = signing.signers[0].handle.clone();
        let header = Header::new(SigningAlg::RS256.jsonwebtoken());
        assert!(jsonwebtoken::encode(&header, &claims(), &handle).is_ok());
        drop(signing);
        assert!(jsonwebtoken::encode(&header, &claims(), &handle).is_err());
    }
}
