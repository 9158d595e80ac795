//! The holder's keys of a batch of certificates: fresh, each proven by a signature of its own, and all of them together the
//! challenge of one passkey. PROTOCOL 26; RFC 7638; the proof's form is that of OpenID for Verifiable Credential Issuance 1.0,
//! Appendix F.1.
//!
//! The one place where a JWT brings its own key: it proves possession of that key, and nothing else. Knows no person.

use super::alg::SigningAlg;
use super::jwk::Material;
use super::jwt::{JwtError, UnverifiedJwt};
use crate::spec::IssuerUrl;
use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use subtle::ConstantTimeEq;

/// `typ` of a proof of possession.
const PROOF: &str = "openid4vci-proof+jwt";
/// What the passkey's challenge begins with: it is no challenge of anything else.
const LABEL: &[u8] = b"hufu/holder/v1\0";

/// What every proof of one batch repeats: fresh for each.
#[derive(Clone, Serialize, Deserialize)]
pub struct HolderNonce([u8; 32]);

impl HolderNonce {
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    pub fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }
}

impl fmt::Debug for HolderNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HolderNonce([redacted])")
    }
}

/// Why a holder's key is not certified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HolderError {
    #[error(transparent)]
    Jwt(#[from] JwtError),
    #[error("the proof's header has no `jwk`")]
    NoKey,
    #[error("the proof's `jwk` contains `{0}`: a private key must never leave its device")]
    Private(&'static str),
    #[error("the proof's `jwk` is not an EC key on P-256")]
    NotP256,
    #[error("the proof is for another batch")]
    OtherNonce,
}

/// A public key on P-256 whose private half somebody has just used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderKey(Material);

#[derive(Deserialize)]
struct ProofHeader {
    jwk: Option<Value>,
}

#[derive(Deserialize)]
struct ProofClaims {
    aud: String,
    nonce: String,
}

impl HolderKey {
    /// Reads the key that `proof` brings, if its private half signed `nonce` for `issuer`.
    ///
    /// `iat` is not looked at: the nonce is fresher than any clock, and browsers' clocks are wrong.
    ///
    /// # Errors
    /// See [`HolderError`].
    pub fn proven_by(proof: &str, issuer: &IssuerUrl, nonce: &HolderNonce) -> Result<Self, HolderError> {
        let unverified = UnverifiedJwt::parse(proof)?;
        if unverified.alg() != SigningAlg::ES256 {
            return Err(JwtError::AlgNotAllowed(unverified.alg()).into());
        }
        let header: ProofHeader = unverified.header()?;
        let key = p256(&header.jwk.ok_or(HolderError::NoKey)?)?;
        let material = key.decoding_key().ok_or(HolderError::NotP256)?;
        let verified = unverified.verify_with([&material])?;
        verified.demand_typ(PROOF)?;
        let claims: ProofClaims = verified.claims()?;
        if claims.aud != issuer.as_str() {
            return Err(JwtError::OtherAudience.into());
        }
        match claims.nonce.as_bytes().ct_eq(nonce.to_text().as_bytes()).into() {
            true => Ok(Self(key)),
            false => Err(HolderError::OtherNonce),
        }
    }

    /// RFC 7638.
    pub fn thumbprint(&self) -> String {
        self.0.thumbprint()
    }

    /// The value of `cnf.jwk` (RFC 7800 §3.2): the required members and no more.
    pub fn jwk(&self) -> Value {
        self.0.members()
    }
}

/// What the person's passkey must sign to authorise these keys: SHA-256 over the label, the nonce and the keys' thumbprints.
/// Each of them is as long for everybody, so none can run into the next.
pub fn holder_challenge(nonce: &HolderNonce, keys: &[HolderKey]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(LABEL);
    context.update(nonce.to_text().as_bytes());
    keys.iter().for_each(|key| context.update(key.thumbprint().as_bytes()));
    let mut challenge = [0; 32];
    challenge.copy_from_slice(context.finish().as_ref());
    challenge
}

fn p256(jwk: &Value) -> Result<Material, HolderError> {
    for secret in ["d", "k", "p", "q"] {
        if jwk.get(secret).is_some() {
            return Err(HolderError::Private(secret));
        }
    }
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let coordinate = |name: &str| {
        let value = text(name)?;
        let bytes = BASE64URL_NOPAD.decode(value.as_bytes()).ok()?;
        (bytes.len() == 32).then(|| value.to_owned())
    };
    match (text("kty"), text("crv"), coordinate("x"), coordinate("y")) {
        (Some("EC"), Some("P-256"), Some(x), Some(y)) => Ok(Material::P256 { x, y }),
        _ => Err(HolderError::NotP256),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{issuer, rng};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::json;

    const ISSUER: &str = "https://hufu.example";

    struct Wallet {
        pair: EcdsaKeyPair,
        header: Value,
        claims: Value,
    }

    fn nonce() -> HolderNonce {
        HolderNonce::random(&mut rng())
    }

    impl Wallet {
        fn new() -> Self {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
            let point = pair.public_key().as_ref();
            let (x, y) = (BASE64URL_NOPAD.encode(&point[1..33]), BASE64URL_NOPAD.encode(&point[33..]));
            let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
            Self {
                header: json!({ "alg": "ES256", "typ": PROOF, "jwk": jwk }),
                claims: json!({ "aud": ISSUER, "nonce": nonce().to_text(), "iat": 1 }),
                pair,
            }
        }

        fn proof(&self) -> String {
            let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
            let message = format!("{}.{}", part(&self.header), part(&self.claims));
            let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).expect("signed");
            format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
        }

        fn after(edit: impl FnOnce(&mut Self)) -> Result<HolderKey, HolderError> {
            let mut wallet = Self::new();
            edit(&mut wallet);
            HolderKey::proven_by(&wallet.proof(), &issuer(ISSUER), &nonce())
        }
    }

    #[test]
    fn a_key_that_signed_the_nonce_for_us_is_taken_and_only_its_public_members() {
        let wallet = Wallet::new();
        let key = HolderKey::proven_by(&wallet.proof(), &issuer(ISSUER), &nonce()).expect("proven");
        assert_eq!(key.jwk(), wallet.header["jwk"]);
        assert_eq!(key.thumbprint().len(), 43);
    }

    /// PROTOCOL 26: "a fresh P-256 key", whose private half stays where it is.
    #[test]
    fn private_keys_other_curves_and_keys_without_proof_are_refused() {
        assert_eq!(Wallet::after(|w| w.header["jwk"]["d"] = json!("AAAA")), Err(HolderError::Private("d")));
        assert_eq!(Wallet::after(|w| w.header["jwk"]["crv"] = json!("P-384")), Err(HolderError::NotP256));
        assert_eq!(Wallet::after(|w| w.header["jwk"] = json!({ "kty": "RSA" })), Err(HolderError::NotP256));
        assert_eq!(Wallet::after(|w| w.header["jwk"]["x"] = json!("AAAA")), Err(HolderError::NotP256));
        assert_eq!(Wallet::after(|w| w.header["jwk"] = Value::Null), Err(HolderError::NoKey));
        let other = Wallet::new().header["jwk"].clone();
        let lent = Wallet::after(|w| w.header["jwk"] = other);
        assert_eq!(lent, Err(JwtError::SignatureDiffers.into()));
        let off_the_curve = Wallet::after(|w| w.header["jwk"]["y"] = w.header["jwk"]["x"].clone());
        assert_eq!(off_the_curve, Err(JwtError::SignatureDiffers.into()));
    }

    /// OpenID4VCI Appendix F.1: `typ`, `aud` and `nonce` are what the wallet signs.
    #[test]
    fn a_proof_of_another_kind_for_somebody_else_or_of_another_batch_is_refused() {
        let differs = |typ: &str| Err(JwtError::TypDiffers(typ.into()).into());
        assert_eq!(Wallet::after(|w| w.header["typ"] = json!("kb+jwt")), differs("kb+jwt"));
        assert_eq!(Wallet::after(|w| drop(w.header.as_object_mut().expect("an object").remove("typ"))), differs(""));
        let elsewhere = Wallet::after(|w| w.claims["aud"] = json!("https://evil.example"));
        assert_eq!(elsewhere, Err(JwtError::OtherAudience.into()));
        let earlier = Wallet::after(|w| w.claims["nonce"] = json!("AAAA"));
        assert_eq!(earlier, Err(HolderError::OtherNonce));
        assert!(matches!(Wallet::after(|w| w.claims = json!({})), Err(HolderError::Jwt(JwtError::Claims(_)))));
        assert_eq!(
            Wallet::after(|w| w.header["alg"] = json!("RS256")),
            Err(JwtError::AlgNotAllowed(SigningAlg::RS256).into())
        );
    }

    /// PROTOCOL 26: "a passkey assertion whose challenge hashes its thumbprint". Docs publish the vector.
    #[test]
    fn the_challenge_names_every_key_and_their_order() {
        let key = |wallet: &Wallet| HolderKey::proven_by(&wallet.proof(), &issuer(ISSUER), &nonce()).expect("proven");
        let (one, two) = (key(&Wallet::new()), key(&Wallet::new()));
        let both = holder_challenge(&nonce(), &[one.clone(), two.clone()]);
        let others = [vec![two.clone(), one.clone()], vec![one.clone()], vec![one.clone(), two, one], Vec::new()];
        assert!(others.iter().all(|other| holder_challenge(&nonce(), other) != both));
        let fixed = HolderKey(Material::P256 { x: "A".repeat(43), y: "A".repeat(43) });
        let nonce = HolderNonce([0; 32]);
        let text = format!("hufu/holder/v1\0{}{}", nonce.to_text(), fixed.thumbprint());
        let expected = aws_lc_rs::digest::digest(&SHA256, text.as_bytes());
        assert_eq!(holder_challenge(&nonce, &[fixed]), expected.as_ref());
    }
}
