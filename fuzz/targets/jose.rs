//! Signed tokens and the keys that clients publish. The signed examples are those of the specifications.

use super::text;
use hufu::keys::{HolderKey, HolderNonce, JwkSet, SigningAlg, UnverifiedJwt, install_crypto};
use hufu::spec::IssuerUrl;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// RFC 7515 Appendix A.3 (ES256) and RFC 8037 Appendix A.4 (EdDSA).
const SIGNED: [&str; 2] = [include_str!("../corpus/jwt/rfc7515_a3"), include_str!("../corpus/jwt/rfc8037_a4")];
/// Their public keys.
const PUBLISHED: &str = include_str!("../corpus/jwks/examples.json");

static KEYS: LazyLock<JwkSet> = LazyLock::new(|| {
    install_crypto();
    serde_json::from_str(PUBLISHED).expect("the examples' keys")
});

fn message(token: &str) -> Option<&str> {
    token.rsplit_once('.').map(|(message, _)| message)
}

/// Nothing is believed but what the keys' owners signed.
pub fn jwt(data: &[u8]) {
    let token = text(data);
    let Ok(unverified) = UnverifiedJwt::parse(&token) else { return };
    assert!(SigningAlg::ALL.contains(&unverified.alg()));
    let _ = (unverified.kid(), unverified.claimed_issuer());
    for alg in SigningAlg::ALL {
        if *alg != unverified.alg() {
            assert!(unverified.clone().verify(&KEYS, &[*alg]).is_err(), "an algorithm that is not allowed");
        }
    }
    let verified = unverified.verify(&KEYS, SigningAlg::ALL);
    assert!(verified.is_ok() || !SIGNED.contains(&&*token), "the specification's own example");
    if let Ok(verified) = verified {
        // A signature may have two forms; what it signs has one.
        assert!(SIGNED.iter().any(|signed| message(signed) == message(&token)), "{token} was never signed");
        let _ = (verified.expect_typ(&["JWT"]), verified.claims::<Value>());
    }
}

/// A set that is read has public keys only, reads back as itself, and verifies without a panic.
pub fn jwks(data: &[u8]) {
    install_crypto();
    let Ok(set) = serde_json::from_slice::<JwkSet>(data) else { return };
    let written = Value::from(set.clone());
    let again: JwkSet = serde_json::from_value(written.clone()).expect("its own JSON");
    assert_eq!(again, set);
    for key in written["keys"].as_array().expect("an array") {
        let secret = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].into_iter().find(|name| key.get(name).is_some());
        assert_eq!(secret, None, "a secret would be stored");
    }
    for alg in SigningAlg::ALL {
        let header = data_encoding::BASE64URL_NOPAD.encode(json!({ "alg": alg.wire() }).to_string().as_bytes());
        let token = format!("{header}.e30.{}", "A".repeat(342));
        let unverified = UnverifiedJwt::parse(&token).expect("well formed");
        assert!(unverified.verify(&set, SigningAlg::ALL).is_err(), "a signature of zeros");
    }
}

/// The one key whose proof is in the corpus.
const HOLDER: &str = "TEfRXqYsDaoYrBTr_zDAlHpF0XTCM_EIs35kbvyFcHA";

/// Nobody's key is believed to be here but the one that signed, and only its public members are taken.
pub fn holder_proof(data: &[u8]) {
    install_crypto();
    let nonce: HolderNonce = serde_json::from_value(json!(vec![0; 32])).expect("thirty-two bytes");
    let issuer = IssuerUrl::new("https://hufu.example".to_owned()).expect("a URL");
    let Ok(key) = HolderKey::proven_by(&text(data), &issuer, &nonce) else { return };
    assert_eq!(key.thumbprint(), HOLDER, "a key without its proof");
    let members: Vec<String> = key.jwk().as_object().expect("an object").keys().cloned().collect();
    assert_eq!(members, ["crv", "kty", "x", "y"]);
}
