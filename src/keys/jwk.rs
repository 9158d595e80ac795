//! Public keys as JSON: our own for the JWKS, a client's to verify its assertions with. RFC 7517, RFC 7518 §6, RFC 8037.

use super::alg::SigningAlg;
use super::provider::KeyPair;
use aws_lc_rs::digest;
use aws_lc_rs::signature::{KeyPair as _, RsaPublicKeyComponents};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Keys that one client may publish: each may have to be tried.
const MOST_KEYS: usize = 20;
/// RFC 7518 §3.3: "A key of size 2048 bits or larger MUST be used".
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// The public members of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    Rsa { n: String, e: String },
    P256 { x: String, y: String },
    Ed25519 { x: String },
}

impl Material {
    pub(super) fn of(pair: &KeyPair) -> Self {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        match pair {
            KeyPair::Rsa(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                Self::Rsa { n: text(&public.n), e: text(&public.e) }
            }
            KeyPair::Ec(pair) => {
                // The uncompressed point: 0x04, then x and y of 32 bytes each (SEC 1 §2.3.3).
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                Self::P256 { x: text(x), y: text(y) }
            }
            KeyPair::Ed(pair) => Self::Ed25519 { x: text(pair.public_key().as_ref()) },
        }
    }

    /// Whether a signature of `alg` can be made with a key of this type at all.
    pub(super) const fn fits(&self, alg: SigningAlg) -> bool {
        matches!(
            (self, alg),
            (Self::Rsa { .. }, SigningAlg::RS256 | SigningAlg::PS256)
                | (Self::P256 { .. }, SigningAlg::ES256)
                | (Self::Ed25519 { .. }, SigningAlg::EdDSA)
        )
    }

    /// The required members.
    fn members(&self) -> Value {
        match self {
            Self::Rsa { n, e } => json!({ "kty": "RSA", "n": n, "e": e }),
            Self::P256 { x, y } => json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }),
            Self::Ed25519 { x } => json!({ "kty": "OKP", "crv": "Ed25519", "x": x }),
        }
    }

    /// The key as a member of a JWKS.
    pub(super) fn to_json(&self, kid: Option<&str>, alg: Option<SigningAlg>) -> Value {
        let mut jwk = self.members();
        jwk["use"] = json!("sig");
        if let Some(alg) = alg {
            jwk["alg"] = json!(alg.wire());
        }
        if let Some(kid) = kid {
            jwk["kid"] = json!(kid);
        }
        jwk
    }

    /// The SHA-256 thumbprint: the required members in lexicographic order, without white space (RFC 7638 §3).
    pub(super) fn thumbprint(&self) -> String {
        let canonical = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::P256 { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Ed25519 { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#),
        };
        BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref())
    }

    pub(super) fn decoding_key(&self) -> Option<DecodingKey> {
        match self {
            Self::Rsa { n, e } => DecodingKey::from_rsa_components(n, e),
            Self::P256 { x, y } => DecodingKey::from_ec_components(x, y),
            Self::Ed25519 { x } => DecodingKey::from_ed_components(x),
        }
        .ok()
    }
}

/// Why a client's `jwks` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkSetError {
    #[error("jwks is no object with an array `keys` (RFC 7517 §5)")]
    NotASet,
    #[error("jwks has {0} keys; at most {MOST_KEYS} are read")]
    TooManyKeys(usize),
    #[error("key {0} of jwks contains `{1}`: publish the public key only")]
    Secret(usize, &'static str),
    #[error("key {0} of jwks: {1}")]
    BadKey(usize, &'static str),
    #[error("key {0} of jwks has the kid of another key of its type")]
    DuplicateKid(usize),
    #[error("jwks has no signature key of type RSA, EC P-256 or OKP Ed25519")]
    NoUsableKey,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClientKey {
    pub(super) kid: Option<String>,
    pub(super) alg: Option<SigningAlg>,
    pub(super) material: Material,
}

impl ClientKey {
    /// Two keys of one type under one `kid`: nobody could say which is meant. Of different types they "are considered to
    /// be equivalent alternatives" (RFC 7517 §4.5).
    fn shares_name_with(&self, other: &Self) -> bool {
        let same_type = std::mem::discriminant(&self.material) == std::mem::discriminant(&other.material);
        self.kid.is_some() && self.kid == other.kid && same_type
    }
}

/// A client's public signature keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct JwkSet(Vec<ClientKey>);

impl JwkSet {
    pub(super) fn keys(&self) -> &[ClientKey] {
        &self.0
    }

    /// Whether some key bears this `kid`.
    pub fn has_kid(&self, kid: &str) -> bool {
        self.0.iter().any(|key| key.kid.as_deref() == Some(kid))
    }

    /// Whether some key can verify a signature of `alg`.
    pub fn fits(&self, alg: SigningAlg) -> bool {
        self.0.iter().any(|key| key.material.fits(alg) && key.alg.is_none_or(|only| only == alg))
    }
}

impl TryFrom<Value> for JwkSet {
    type Error = JwkSetError;

    /// Reads a set; keys for encryption and of types that we do not know are left out (RFC 7517 §5).
    fn try_from(set: Value) -> Result<Self, JwkSetError> {
        let keys = set.get("keys").and_then(Value::as_array).ok_or(JwkSetError::NotASet)?;
        if keys.len() > MOST_KEYS {
            return Err(JwkSetError::TooManyKeys(keys.len()));
        }
        let mut read = Vec::new();
        for (place, jwk) in keys.iter().enumerate() {
            let Some(key) = client_key(place, jwk)? else { continue };
            if read.iter().any(|known: &ClientKey| known.shares_name_with(&key)) {
                return Err(JwkSetError::DuplicateKid(place));
            }
            read.push(key);
        }
        if read.is_empty() { Err(JwkSetError::NoUsableKey) } else { Ok(Self(read)) }
    }
}

impl From<JwkSet> for Value {
    fn from(set: JwkSet) -> Self {
        let keys: Vec<_> = set.0.iter().map(|key| key.material.to_json(key.kid.as_deref(), key.alg)).collect();
        json!({ "keys": keys })
    }
}

fn client_key(place: usize, jwk: &Value) -> Result<Option<ClientKey>, JwkSetError> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    for secret in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        if jwk.get(secret).is_some() {
            return Err(JwkSetError::Secret(place, secret));
        }
    }
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return Ok(None);
    }
    if jwk.get("key_ops").and_then(Value::as_array).is_some_and(|ops| !ops.iter().any(|op| op == "verify")) {
        return Ok(None);
    }
    let member = |name: &'static str, missing: &'static str, length: std::ops::RangeInclusive<usize>| {
        let value = text(name).ok_or(JwkSetError::BadKey(place, missing))?;
        match BASE64URL_NOPAD.decode(value.as_bytes()) {
            Ok(bytes) if length.contains(&bytes.len()) => Ok(value.to_owned()),
            _ => Err(JwkSetError::BadKey(place, missing)),
        }
    };
    let material = match (text("kty"), text("crv")) {
        (Some("RSA"), _) => Material::Rsa {
            n: member("n", "`n` is not base64url of 2048 to 8192 bits (RFC 7518 §3.3)", RSA_BYTES)?,
            e: member("e", "`e` is not base64url of a short exponent", 1..=8)?,
        },
        (Some("EC"), Some("P-256")) => Material::P256 {
            x: member("x", "`x` is not base64url of 32 bytes", 32..=32)?,
            y: member("y", "`y` is not base64url of 32 bytes", 32..=32)?,
        },
        (Some("OKP"), Some("Ed25519")) => {
            Material::Ed25519 { x: member("x", "`x` is not base64url of 32 bytes", 32..=32)? }
        }
        _ => return Ok(None),
    };
    let alg = match text("alg") {
        None => None,
        Some(wire) => match SigningAlg::parse(wire) {
            Some(alg) if material.fits(alg) => Some(alg),
            Some(_) => return Err(JwkSetError::BadKey(place, "`alg` does not fit `kty`")),
            None => return Ok(None),
        },
    };
    Ok(Some(ClientKey { kid: text("kid").map(str::to_owned), alg, material }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

    fn set(keys: Value) -> Result<JwkSet, JwkSetError> {
        JwkSet::try_from(json!({ "keys": keys }))
    }

    /// RFC 7638 §3.1.
    #[test]
    fn the_thumbprint_of_the_rfc_is_reproduced() {
        let key = Material::Rsa { n: RFC7638_N.into(), e: "AQAB".into() };
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    /// RFC 8037 Appendix A.3.
    #[test]
    fn the_ed25519_thumbprint_of_the_rfc_is_reproduced() {
        let key = Material::Ed25519 { x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".into() };
        assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    /// RFC 7517 §5: "Implementations SHOULD ignore JWKs within a JWK Set that use "kty" values that are not understood".
    #[test]
    fn keys_that_are_not_understood_are_ignored() {
        let known = json!({ "kty": "RSA", "n": RFC7638_N, "e": "AQAB", "kid": "a" });
        let read = set(json!([{ "kty": "new" }, { "kty": "EC", "crv": "P-384" }, known])).unwrap();
        assert_eq!(read.keys().len(), 1);
        assert_eq!(set(json!([{ "kty": "new" }])), Err(JwkSetError::NoUsableKey));
        assert_eq!(JwkSet::try_from(Value::from(read.clone())), Ok(read));
    }

    /// RFC 7517 §4.5: "different keys within the JWK Set SHOULD use distinct "kid" values".
    #[test]
    fn two_keys_of_one_type_under_one_kid_are_refused() {
        let rsa = json!({ "kty": "RSA", "n": RFC7638_N, "e": "AQAB", "kid": "a" });
        let ed =
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "a" });
        assert_eq!(set(json!([ed, rsa, rsa])), Err(JwkSetError::DuplicateKid(2)));
        assert!(set(json!([ed, rsa])).is_ok());
    }

    #[test]
    fn private_weak_and_malformed_keys_are_refused() {
        let rsa = |n: &str| json!({ "kty": "RSA", "n": n, "e": "AQAB" });
        assert_eq!(set(json!([{ "kty": "oct", "k": "AAAA" }])), Err(JwkSetError::Secret(0, "k")));
        assert!(matches!(set(json!([rsa("AAAA")])), Err(JwkSetError::BadKey(0, _))));
        assert!(matches!(
            set(json!([{ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA" }])),
            Err(JwkSetError::BadKey(0, _))
        ));
        assert!(matches!(
            set(json!([{ "kty": "RSA", "n": RFC7638_N, "e": "AQAB", "alg": "ES256" }])),
            Err(JwkSetError::BadKey(0, _))
        ));
        let mut private = rsa(RFC7638_N);
        private["d"] = json!("AAAA");
        assert_eq!(set(json!([private])), Err(JwkSetError::Secret(0, "d")));
        assert_eq!(set(json!(vec![json!({}); 21])), Err(JwkSetError::TooManyKeys(21)));
        assert_eq!(JwkSet::try_from(json!([])), Err(JwkSetError::NotASet));
    }
}
