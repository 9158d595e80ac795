//! JSON Web Tokens at the door: unverified until a signature fits, and even then `crit`, `typ` and times are checked here.
//!
//! RFC 7515, RFC 7519, RFC 8725. The header names an algorithm and a key; it never brings one (`jwk`, `jku`, `x5c` are
//! not read); only a proof of possession does (`holder`). Times are in `times`.

use super::alg::SigningAlg;
use super::jwk::JwkSet;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{DecodingKey, crypto};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// The longest token that is looked at.
pub const LONGEST: usize = 16 * 1024;

/// Why a token is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    #[error("the JWT has {0} characters; at most {LONGEST} are read")]
    TooLong(usize),
    #[error("not a signed JWT in compact form: {0}")]
    Malformed(&'static str),
    #[error("the JWT's alg `{0}` is not supported")]
    UnknownAlg(String),
    #[error("the JWT's alg {0} is not allowed here")]
    AlgNotAllowed(SigningAlg),
    #[error("the JWT's header marks extensions as critical that are not understood")]
    Critical,
    #[error("the JWT's typ `{0}` is not the one of this kind of token")]
    TypDiffers(String),
    #[error("no known key fits the JWT's kid and alg")]
    NoKey,
    #[error("the JWT's signature does not fit")]
    SignatureDiffers,
    #[error("the JWT's claims cannot be read: {0}")]
    Claims(String),
    #[error("the JWT has no exp")]
    NoExpiry,
    #[error("the JWT has expired")]
    Expired,
    #[error("the JWT is not valid yet")]
    NotYetValid,
    #[error("the JWT was issued by somebody else")]
    OtherIssuer,
    #[error("the JWT was issued to somebody else")]
    OtherAudience,
}

#[cfg(test)]
impl JwtError {
    /// One of each kind that a website mends in a way of its own.
    pub fn of_each_kind() -> [Self; 8] {
        [
            Self::TooLong(LONGEST + 1),
            Self::Malformed("two parts"),
            Self::Critical,
            Self::TypDiffers("at+jwt".to_owned()),
            Self::Claims("exp is no number".to_owned()),
            Self::UnknownAlg("none".to_owned()),
            Self::NoKey,
            Self::Expired,
        ]
    }
}

#[derive(Deserialize)]
struct JoseHeader {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<Value>,
}

/// A token in three parts, its header read and nothing believed.
#[derive(Clone, Debug)]
pub(super) struct Compact {
    token: String,
    payload: (usize, usize),
    pub(super) alg: String,
    typ: Option<String>,
    kid: Option<String>,
}

impl Compact {
    pub(super) fn parse(token: &str) -> Result<Self, JwtError> {
        if token.len() > LONGEST {
            return Err(JwtError::TooLong(token.len()));
        }
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwtError::Malformed("three parts are expected"));
        };
        let bytes = BASE64URL_NOPAD
            .decode(header.as_bytes())
            .map_err(|_| JwtError::Malformed("the header is not base64url"))?;
        let parsed: JoseHeader =
            serde_json::from_slice(&bytes).map_err(|_| JwtError::Malformed("the header is not a JOSE header"))?;
        if parsed.crit.is_some() {
            return Err(JwtError::Critical);
        }
        let begins = header.len() + 1;
        Ok(Self {
            token: token.to_owned(),
            payload: (begins, begins + payload.len()),
            alg: parsed.alg,
            typ: parsed.typ,
            kid: parsed.kid,
        })
    }

    /// More of the header, as `T`.
    fn header<T: DeserializeOwned>(&self) -> Result<T, JwtError> {
        let header = self.token.split('.').next().unwrap_or_default();
        let bytes = BASE64URL_NOPAD.decode(header.as_bytes());
        let read = bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        read.ok_or(JwtError::Malformed("the header is not a JOSE header"))
    }

    /// What is signed, and the signature as text.
    pub(super) fn signed(&self) -> Result<(&str, &str), JwtError> {
        self.token.rsplit_once('.').ok_or(JwtError::Malformed("three parts are expected"))
    }

    pub(super) fn claimed_issuer(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Claimed {
            iss: String,
        }
        serde_json::from_slice::<Claimed>(&self.payload().ok()?).ok().map(|claimed| claimed.iss)
    }

    /// This token, once its signature fits.
    pub(super) fn verified(self) -> Result<VerifiedJwt, JwtError> {
        Ok(VerifiedJwt { payload: self.payload()?, typ: self.typ })
    }

    fn payload(&self) -> Result<Vec<u8>, JwtError> {
        let (begins, ends) = self.payload;
        BASE64URL_NOPAD
            .decode(&self.token.as_bytes()[begins..ends])
            .map_err(|_| JwtError::Malformed("the payload is not base64url"))
    }
}

/// A token that anybody may have written.
#[derive(Clone, Debug)]
pub struct UnverifiedJwt {
    compact: Compact,
    alg: SigningAlg,
}

impl UnverifiedJwt {
    /// Reads the header. Believes nothing.
    ///
    /// # Errors
    /// Not three parts, not JSON, an algorithm that is not supported, or any `crit`: no extension is understood
    /// (RFC 7515 §4.1.11).
    pub fn parse(token: &str) -> Result<Self, JwtError> {
        let compact = Compact::parse(token)?;
        let alg = SigningAlg::parse(&compact.alg).ok_or_else(|| JwtError::UnknownAlg(compact.alg.clone()))?;
        Ok(Self { compact, alg })
    }

    pub fn alg(&self) -> SigningAlg {
        self.alg
    }

    pub fn kid(&self) -> Option<&str> {
        self.compact.kid.as_deref()
    }

    /// Members of the header that this module does not know.
    pub(super) fn header<T: DeserializeOwned>(&self) -> Result<T, JwtError> {
        self.compact.header()
    }

    /// Who the token claims to be from: enough to know whose keys to fetch, and no more.
    pub fn claimed_issuer(&self) -> Option<String> {
        self.compact.claimed_issuer()
    }

    /// Verifies with whichever of the client's keys fits `kid`, `kty` and `alg`.
    ///
    /// # Errors
    /// An algorithm that `allowed` does not list, no key, or a signature that does not fit.
    pub fn verify(self, keys: &JwkSet, allowed: &[SigningAlg]) -> Result<VerifiedJwt, JwtError> {
        if !allowed.contains(&self.alg) {
            return Err(JwtError::AlgNotAllowed(self.alg));
        }
        let fitting: Vec<_> = keys
            .keys()
            .iter()
            .filter(|key| key.verifies(self.alg))
            .filter(|key| match (&self.compact.kid, &key.kid) {
                (Some(named), Some(kid)) => named == kid,
                _ => true,
            })
            .filter_map(|key| key.material.decoding_key())
            .collect();
        self.verify_with(&fitting)
    }

    /// Verifies with keys that the caller has already matched to `alg`.
    pub(super) fn verify_with<'k>(
        self,
        keys: impl IntoIterator<Item = &'k DecodingKey>,
    ) -> Result<VerifiedJwt, JwtError> {
        let (message, signature) = self.compact.signed()?;
        let mut tried = false;
        for key in keys {
            tried = true;
            if crypto::verify(signature, message.as_bytes(), key, self.alg.jsonwebtoken()).is_ok_and(|fits| fits) {
                return self.compact.verified();
            }
        }
        Err(if tried { JwtError::SignatureDiffers } else { JwtError::NoKey })
    }
}

/// A token whose signature fits.
#[derive(Clone, Debug)]
pub struct VerifiedJwt {
    payload: Vec<u8>,
    typ: Option<String>,
}

impl VerifiedJwt {
    /// Refuses a token whose `typ` is another one of `known` (RFC 8725 §3.11); one without `typ` passes.
    ///
    /// # Errors
    /// [`JwtError::TypDiffers`].
    pub fn expect_typ(&self, known: &[&str]) -> Result<(), JwtError> {
        match &self.typ {
            Some(typ) => {
                // "application/" may be left out, and media types ignore case (RFC 7515 §4.1.9).
                let lower = typ.to_ascii_lowercase();
                let short = lower.strip_prefix("application/").unwrap_or(&lower);
                let fits = known.iter().any(|known| known.eq_ignore_ascii_case(short));
                if fits { Ok(()) } else { Err(JwtError::TypDiffers(typ.clone())) }
            }
            None => Ok(()),
        }
    }

    /// As [`Self::expect_typ`], and one without `typ` is refused too.
    ///
    /// # Errors
    /// [`JwtError::TypDiffers`].
    pub(super) fn demand_typ(&self, known: &str) -> Result<(), JwtError> {
        match &self.typ {
            Some(_) => self.expect_typ(&[known]),
            None => Err(JwtError::TypDiffers(String::new())),
        }
    }

    /// The claims as `T`.
    ///
    /// # Errors
    /// [`JwtError::Claims`].
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, JwtError> {
        serde_json::from_slice(&self.payload).map_err(|error| JwtError::Claims(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{NOW, keys, record};
    use crate::keys::{SigningKeys, install_crypto};
    use serde_json::json;

    fn part(value: &Value) -> String {
        BASE64URL_NOPAD.encode(value.to_string().as_bytes())
    }

    fn token(header: &Value) -> String {
        format!("{}.{}.AAAA", part(header), part(&json!({ "iss": "x" })))
    }

    fn refused(token: &str) -> JwtError {
        UnverifiedJwt::parse(token).unwrap_err()
    }

    fn set(signing: &SigningKeys) -> Value {
        json!({ "keys": signing.public() })
    }

    fn signing(alg: SigningAlg) -> SigningKeys {
        let keys = keys();
        SigningKeys::open(&keys, &[record(&keys, alg, NOW, NOW)], NOW).unwrap()
    }

    fn verify(token: &str, set: Value, allowed: &[SigningAlg]) -> Result<VerifiedJwt, JwtError> {
        UnverifiedJwt::parse(token)?.verify(&JwkSet::try_from(set).unwrap(), allowed)
    }

    /// RFC 7515 §4.1.11: "If any of the listed extension Header Parameters are not understood … the JWS is invalid".
    #[test]
    fn a_critical_extension_that_is_not_understood_is_refused() {
        assert_eq!(refused(&token(&json!({ "alg": "ES256", "crit": ["exp"], "exp": 1 }))), JwtError::Critical);
        assert_eq!(refused(&token(&json!({ "alg": "ES256", "crit": [] }))), JwtError::Critical);
    }

    /// RFC 8725 §3.1, §3.2.
    #[test]
    fn none_hmac_and_unknown_algorithms_are_refused() {
        for alg in ["none", "None", "HS256", "RS1", "ES512", "es256", ""] {
            assert_eq!(refused(&token(&json!({ "alg": alg }))), JwtError::UnknownAlg(alg.into()));
        }
    }

    #[test]
    fn what_is_no_compact_jws_is_refused() {
        for text in ["", "a", "a.b", "a.b.c", "a.b.c.d.e", "....", "e30.e30.", "!!!.e30.AAAA", "蓝.银.行"] {
            assert!(matches!(refused(text), JwtError::Malformed(_)), "{text}");
        }
        let twice = BASE64URL_NOPAD.encode(br#"{"alg":"ES256","alg":"none"}"#);
        assert!(matches!(refused(&format!("{twice}.e30.AAAA")), JwtError::Malformed(_)));
        assert_eq!(refused(&"a".repeat(LONGEST + 1)), JwtError::TooLong(LONGEST + 1));
    }

    #[test]
    fn a_changed_header_payload_or_signature_does_not_verify() {
        install_crypto();
        let signing = signing(SigningAlg::ES256);
        let token = signing.sign(SigningAlg::ES256, "JWT", &json!({ "iss": "x" })).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let header = json!({ "alg": "ES256", "typ": "JWT" });
        for forged in [
            format!("{}.{}.{}", part(&header), parts[1], parts[2]),
            format!("{}.{}.{}", parts[0], part(&json!({ "iss": "y" })), parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}.{}", parts[0], parts[1], &parts[2][..parts[2].len() - 4]),
        ] {
            assert_eq!(verify(&forged, set(&signing), SigningAlg::ALL).unwrap_err(), JwtError::SignatureDiffers);
        }
        assert!(verify(&token, set(&signing), SigningAlg::ALL).is_ok());
        assert_eq!(
            verify(&token, set(&signing), &[SigningAlg::RS256]).unwrap_err(),
            JwtError::AlgNotAllowed(SigningAlg::ES256)
        );
    }

    /// RFC 8725 §2.1: a key is for its own type and algorithm only.
    #[test]
    fn a_key_of_another_type_or_algorithm_verifies_nothing() {
        let signing = signing(SigningAlg::RS256);
        let token = signing.sign(SigningAlg::RS256, "JWT", &json!({ "iss": "x" })).unwrap();
        let renamed = token.replacen(token.split('.').next().unwrap(), &part(&json!({ "alg": "PS256" })), 1);
        assert_eq!(verify(&renamed, set(&signing), SigningAlg::ALL).unwrap_err(), JwtError::NoKey);
        let renamed = token.replacen(token.split('.').next().unwrap(), &part(&json!({ "alg": "ES256" })), 1);
        assert_eq!(verify(&renamed, set(&signing), SigningAlg::ALL).unwrap_err(), JwtError::NoKey);
    }

    /// RFC 7517 §4.5: a `kid` names a key; it makes none.
    #[test]
    fn a_stranger_may_not_borrow_a_kid() {
        let (first, second) = (signing(SigningAlg::ES256), signing(SigningAlg::ES256));
        let token = second.sign(SigningAlg::ES256, "JWT", &json!({})).unwrap();
        let kid = set(&second)["keys"][0]["kid"].clone();
        let mut other = set(&first)["keys"][0].clone();
        other["kid"] = kid;
        assert_eq!(
            verify(&token, json!({ "keys": [other] }), SigningAlg::ALL).unwrap_err(),
            JwtError::SignatureDiffers
        );
        assert_eq!(verify(&token, set(&first), SigningAlg::ALL).unwrap_err(), JwtError::NoKey);
    }

    /// RFC 8725 §3.10: a token does not bring its own key.
    #[test]
    fn an_embedded_jwk_is_ignored() {
        let (ours, attacker) = (signing(SigningAlg::ES256), signing(SigningAlg::ES256));
        let signed = attacker.sign(SigningAlg::ES256, "JWT", &json!({})).unwrap();
        let header = json!({ "alg": "ES256", "jwk": set(&attacker)["keys"][0], "jku": "https://evil.example" });
        let forged = signed.replacen(signed.split('.').next().unwrap(), &part(&header), 1);
        assert_eq!(verify(&forged, set(&ours), SigningAlg::ALL).unwrap_err(), JwtError::SignatureDiffers);
    }

    /// RFC 8725 §3.11.
    #[test]
    fn a_token_of_another_type_is_refused() {
        let typed = |typ: Option<&str>| VerifiedJwt { payload: Vec::new(), typ: typ.map(str::to_owned) };
        for good in [None, Some("JWT"), Some("jwt"), Some("application/JWT")] {
            assert_eq!(typed(good).expect_typ(&["JWT"]), Ok(()));
        }
        assert_eq!(typed(Some("at+jwt")).expect_typ(&["JWT"]), Err(JwtError::TypDiffers("at+jwt".into())));
    }

    #[test]
    fn an_unverified_token_tells_its_issuer_and_no_more() {
        let unverified = UnverifiedJwt::parse(&token(&json!({ "alg": "ES256", "kid": "k" }))).unwrap();
        assert_eq!((unverified.claimed_issuer().as_deref(), unverified.kid()), (Some("x"), Some("k")));
    }
}
