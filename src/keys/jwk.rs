//! Public keys as JSON: our own for the JWKS, a client's to verify with or to encrypt to. RFC 7517, RFC 7518 §6, RFC 8037.

use super::alg::{ContentEncryption, EncryptionAlg, SigningAlg};
use super::jwe::{PublicKey, Recipient};
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

    /// Whether something can be encrypted to a key of this type by `alg` at all.
    const fn takes(&self, alg: EncryptionAlg) -> bool {
        matches!(
            (self, alg),
            (Self::Rsa { .. }, EncryptionAlg::RsaOaep256) | (Self::P256 { .. }, EncryptionAlg::EcdhEs)
        )
    }

    /// The required members.
    pub(super) fn members(&self) -> Value {
        match self {
            Self::Rsa { n, e } => json!({ "kty": "RSA", "n": n, "e": e }),
            Self::P256 { x, y } => json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }),
            Self::Ed25519 { x } => json!({ "kty": "OKP", "crv": "Ed25519", "x": x }),
        }
    }

    /// The key as a member of a JWKS.
    pub(super) fn to_json(&self, kid: Option<&str>, usage: Use) -> Value {
        let mut jwk = self.members();
        let (word, alg) = match usage {
            Use::Any => (None, None),
            Use::Signature(alg) => (Some("sig"), alg.map(SigningAlg::wire)),
            Use::Encryption(alg) => (Some("enc"), alg.map(EncryptionAlg::wire)),
        };
        for (name, value) in [("use", word), ("alg", alg)] {
            if let Some(value) = value {
                jwk[name] = json!(value);
            }
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

    /// `None` for a point off the curve, or numbers that are no key.
    fn encryption_key(&self) -> Option<PublicKey> {
        let bytes = |text: &String| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        match self {
            Self::Rsa { n, e } => PublicKey::rsa(&bytes(n)?, &bytes(e)?),
            Self::P256 { x, y } => PublicKey::p256(&bytes(x)?, &bytes(y)?),
            Self::Ed25519 { .. } => None,
        }
    }
}

/// What a key is for (`use`, `key_ops`), and the algorithm when it is bound to one (RFC 7517 §4.2–4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Its owner did not say.
    Any,
    Signature(Option<SigningAlg>),
    Encryption(Option<EncryptionAlg>),
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
    #[error("key {0} of jwks is in it before: publish each key once, or the second time under another kid")]
    DuplicateKey(usize),
    #[error("jwks has no key of type RSA, EC P-256 or OKP Ed25519")]
    NoUsableKey,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClientKey {
    pub(super) kid: Option<String>,
    pub(super) usage: Use,
    pub(super) material: Material,
}

impl ClientKey {
    /// Two keys of one type under one `kid`: nobody could say which is meant. Of different types they "are considered to
    /// be equivalent alternatives" (RFC 7517 §4.5).
    fn shares_name_with(&self, other: &Self) -> bool {
        let same_type = std::mem::discriminant(&self.material) == std::mem::discriminant(&other.material);
        self.kid.is_some() && self.kid == other.kid && same_type
    }

    /// The same key for the same purpose again: a mistake, except under two kids, which is how a website gives its key another
    /// name while what it signed under the first is still about.
    fn repeats(&self, other: &Self) -> bool {
        let renamed = self.kid.is_some() && other.kid.is_some() && self.kid != other.kid;
        self.material == other.material && self.usage == other.usage && !renamed
    }

    /// Whether a signature of `alg` may be verified with this key.
    pub(super) fn verifies(&self, alg: SigningAlg) -> bool {
        let meant = match self.usage {
            Use::Any => true,
            Use::Signature(only) => only.is_none_or(|only| only == alg),
            Use::Encryption(_) => false,
        };
        meant && self.material.fits(alg)
    }

    /// How well this key is meant to be encrypted to by `alg`, the lower the better; `None` when it is not.
    fn takes(&self, alg: EncryptionAlg) -> Option<u8> {
        let meant = match self.usage {
            Use::Encryption(Some(only)) => (only == alg).then_some(0),
            Use::Encryption(None) => Some(1),
            Use::Any => Some(2),
            Use::Signature(_) => None,
        };
        meant.filter(|_| self.material.takes(alg))
    }
}

/// A client's public keys.
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
        self.0.iter().any(|key| key.verifies(alg))
    }

    /// Whom to encrypt to by `alg`: the first of the keys that say so, else the first that may be used for anything.
    pub fn recipient(&self, alg: EncryptionAlg, enc: ContentEncryption) -> Option<Recipient> {
        let mut fitting: Vec<_> = self.0.iter().filter_map(|key| Some((key.takes(alg)?, key))).collect();
        fitting.sort_by_key(|(rank, _)| *rank);
        let usable = |(_, key): &(u8, &ClientKey)| Some((key.material.encryption_key()?, key.kid.clone()));
        fitting.iter().find_map(usable).map(|(key, kid)| Recipient { key, kid, enc })
    }
}

impl TryFrom<Value> for JwkSet {
    type Error = JwkSetError;

    /// Reads a set; keys of types, uses and algorithms that we do not know are left out (RFC 7517 §5).
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
            if read.iter().any(|known| known.repeats(&key)) {
                return Err(JwkSetError::DuplicateKey(place));
            }
            read.push(key);
        }
        if read.is_empty() { Err(JwkSetError::NoUsableKey) } else { Ok(Self(read)) }
    }
}

impl From<JwkSet> for Value {
    fn from(set: JwkSet) -> Self {
        let keys: Vec<_> = set.0.iter().map(|key| key.material.to_json(key.kid.as_deref(), key.usage)).collect();
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
    let Some(usage) = usage(jwk) else { return Ok(None) };
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
    let usage = match text("alg") {
        None => usage,
        Some(wire) => {
            let (fits, bound) = match (SigningAlg::parse(wire), EncryptionAlg::parse(wire)) {
                (Some(alg), _) => (material.fits(alg), Use::Signature(Some(alg))),
                (None, Some(alg)) => (material.takes(alg), Use::Encryption(Some(alg))),
                (None, None) => return Ok(None),
            };
            match (usage, bound) {
                _ if !fits => return Err(JwkSetError::BadKey(place, "`alg` does not fit `kty`")),
                (Use::Signature(_), Use::Encryption(_)) | (Use::Encryption(_), Use::Signature(_)) => {
                    return Err(JwkSetError::BadKey(place, "`alg` does not fit `use` or `key_ops`"));
                }
                (_, bound) => bound,
            }
        }
    };
    // Ed25519 signs and does nothing else.
    if matches!((&material, usage), (Material::Ed25519 { .. }, Use::Encryption(_))) {
        return Ok(None);
    }
    Ok(Some(ClientKey { kid: text("kid").map(str::to_owned), usage, material }))
}

/// What `use` and `key_ops` say together; `None` for a use that we have none for.
fn usage(jwk: &Value) -> Option<Use> {
    let operations = jwk.get("key_ops").and_then(Value::as_array);
    let allows = |names: &[&str]| {
        operations.is_none_or(|listed| listed.iter().any(|one| one.as_str().is_some_and(|one| names.contains(&one))))
    };
    let verifies = allows(&["verify"]);
    let takes = allows(&["encrypt", "wrapKey", "deriveKey", "deriveBits"]);
    match jwk.get("use").and_then(Value::as_str) {
        None if verifies && takes => Some(Use::Any),
        None | Some("sig") if verifies => Some(Use::Signature(None)),
        None | Some("enc") if takes => Some(Use::Encryption(None)),
        _ => None,
    }
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

    /// Issue 3: "JWKS with … duplicate keys". RFC 7517 is silent of a key that stands twice.
    #[test]
    fn one_key_twice_is_refused_unless_it_has_two_names_or_two_purposes() {
        let key = |more: Value| {
            let mut key = json!({ "kty": "RSA", "n": RFC7638_N, "e": "AQAB" });
            key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            key
        };
        let (bare, named) = (key(json!({})), key(json!({ "kid": "a" })));
        for twice in [json!([bare, bare]), json!([bare, named]), json!([named, bare])] {
            assert_eq!(set(twice.clone()), Err(JwkSetError::DuplicateKey(1)), "{twice}");
        }
        let (sig, enc) = (key(json!({ "use": "sig" })), key(json!({ "use": "enc" })));
        let (rs, ps) = (key(json!({ "alg": "RS256" })), key(json!({ "alg": "PS256" })));
        for good in [json!([named, key(json!({ "kid": "b" }))]), json!([sig, enc]), json!([rs, ps])] {
            assert!(set(good.clone()).is_ok(), "{good}");
        }
    }

    /// RFC 7517 §4.2: `use` "identifies the intended use of the public key".
    #[test]
    fn a_key_is_used_for_what_it_is_published_for_and_for_nothing_else() {
        let rsa = |more: Value| {
            let mut key = json!({ "kty": "RSA", "n": RFC7638_N, "e": "AQAB" });
            more.as_object().unwrap().iter().for_each(|(name, value)| key[name] = value.clone());
            key
        };
        let can = |more: Value| {
            let set = set(json!([rsa(more)])).unwrap();
            let takes = set.recipient(EncryptionAlg::RsaOaep256, ContentEncryption::A256GCM).is_some();
            (set.fits(SigningAlg::RS256), takes)
        };
        assert_eq!(can(json!({})), (true, true));
        for signs in [json!({ "use": "sig" }), json!({ "alg": "RS256" }), json!({ "key_ops": ["verify"] })] {
            assert_eq!(can(signs), (true, false));
        }
        for takes in [json!({ "use": "enc" }), json!({ "alg": "RSA-OAEP-256" }), json!({ "key_ops": ["wrapKey"] })] {
            assert_eq!(can(takes), (false, true));
        }
        for neither in [json!({ "use": "tls" }), json!({ "key_ops": ["sign"] }), json!({ "alg": "RSA-OAEP" })] {
            assert_eq!(set(json!([rsa(neither)])), Err(JwkSetError::NoUsableKey));
        }
        for both in [json!({ "use": "sig", "alg": "RSA-OAEP-256" }), json!({ "use": "enc", "alg": "RS256" })] {
            assert!(matches!(set(json!([rsa(both)])), Err(JwkSetError::BadKey(0, _))));
        }
        assert!(matches!(set(json!([rsa(json!({ "alg": "ECDH-ES" }))])), Err(JwkSetError::BadKey(0, _))));
        let mixed = set(json!([rsa(json!({})), rsa(json!({ "use": "enc", "kid": "e" }))])).unwrap();
        let recipient = mixed.recipient(EncryptionAlg::RsaOaep256, ContentEncryption::A256GCM).unwrap();
        assert_eq!(recipient.kid.as_deref(), Some("e"), "the one that says so comes first");
        assert!(mixed.recipient(EncryptionAlg::EcdhEs, ContentEncryption::A256GCM).is_none());
        assert_eq!(JwkSet::try_from(Value::from(mixed.clone())), Ok(mixed));
    }

    /// RFC 8725 §3.4: a point that is not on the curve is nobody's key.
    #[test]
    fn nothing_is_encrypted_to_a_point_off_the_curve() {
        let x = "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ";
        let point = |y: &str| set(json!([{ "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "enc" }])).unwrap();
        let taken = |set: JwkSet| set.recipient(EncryptionAlg::EcdhEs, ContentEncryption::A128GCM).is_some();
        assert!(taken(point("e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck")));
        assert!(!taken(point(x)));
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
