//! The signing keys at an instant: signs, and answers the JWKS from bytes built once. Replaced whole, never changed.

use super::alg::SigningAlg;
use super::facade::Keys;
use super::jwk::Material;
use super::jwt::{IdTokenHint, JwtError, UnverifiedJwt};
use super::provider::{self, ParsedKey};
use super::record::{Kid, SigningKeyRecord, Stage};
use super::service::KeyError;
use crate::spec::{ClientId, IssuerUrl, Timestamp};
use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{DecodingKey, EncodingKey, Header};
use serde::Serialize;
use serde_json::json;
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
    jwks: Vec<u8>,
    etag: String,
    next_change: Option<Timestamp>,
}

impl SigningKeys {
    /// No keys yet: signs nothing, and its JWKS is empty.
    pub fn empty() -> Self {
        Self::of(Vec::new(), Vec::new(), &[], None)
    }

    /// Opens the records that are of use at `now`.
    ///
    /// # Errors
    /// [`KeyError::UnusableSigningKey`]: a record does not open, or is not the key that its `kid` names.
    pub fn open(keys: &Keys, records: &[SigningKeyRecord], now: Timestamp) -> Result<Self, KeyError> {
        provider::install();
        let mut records: Vec<_> = records.iter().filter(|record| record.stage(now) != Stage::Gone).collect();
        records.sort_by_key(|record| (record.alg, record.schedule.signs_from(), record.kid.as_str()));
        let mut signers: Vec<Signer> = Vec::new();
        let mut verifiers = Vec::new();
        let mut public = Vec::new();
        for record in &records {
            let (pair, material): (_, Material) = record.open(keys)?;
            public.push(material.to_json(Some(record.kid.as_str()), Some(record.alg)));
            let key = material.decoding_key().ok_or_else(|| KeyError::UnusableSigningKey(record.kid.clone()))?;
            verifiers.push(Verifier { alg: record.alg, kid: record.kid.clone(), key });
            if record.stage(now) == Stage::Signing {
                let key = ParsedKey::register(record.alg, pair);
                // Sorted by instant: of several that sign, the newest replaces the others.
                signers.retain(|older| older.alg != record.alg);
                signers.push(Signer {
                    alg: record.alg,
                    kid: record.kid.clone(),
                    handle: key.encoding_key(),
                    _key: key,
                });
            }
        }
        let next_change = records.iter().filter_map(|record| record.schedule.next_change(now)).min();
        Ok(Self::of(signers, verifiers, &public, next_change))
    }

    fn of(
        signers: Vec<Signer>,
        verifiers: Vec<Verifier>,
        public: &[serde_json::Value],
        next_change: Option<Timestamp>,
    ) -> Self {
        let jwks = json!({ "keys": public }).to_string().into_bytes();
        let etag = BASE64URL_NOPAD.encode(&digest::digest(&digest::SHA256, &jwks).as_ref()[..16]);
        Self { signers, verifiers, jwks, etag: format!("\"{etag}\""), next_change }
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

    /// The JWKS document: every key that waits, signs or may still have a valid token; public members only.
    pub fn jwks(&self) -> &[u8] {
        &self.jwks
    }

    /// The strong entity tag of [`Self::jwks`], with its quotes.
    pub fn jwks_etag(&self) -> &str {
        &self.etag
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
        let unverified = UnverifiedJwt::parse(token)?;
        let kid = unverified.kid().ok_or(JwtError::NoKey)?.to_owned();
        let key = self.verifiers.iter().find(|key| key.kid.as_str() == kid).ok_or(JwtError::NoKey)?;
        if key.alg != unverified.alg() {
            return Err(JwtError::AlgNotAllowed(unverified.alg()));
        }
        IdTokenHint::read(&unverified.verify_with([&key.key])?, issuer)
    }
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.verifiers.iter().map(|key| (key.alg, &key.kid))).finish()
    }
}
