//! A browser's wallet: fresh keys, a proof of each, and one touch for all of them (static/wallet.js in Rust).

use super::{Answer, Authenticator, Browser, ISSUER};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// A key that its holder alone has.
pub struct HolderPair(EcdsaKeyPair);

impl HolderPair {
    pub fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    pub fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let (x, y) = (BASE64URL_NOPAD.encode(&point[1..33]), BASE64URL_NOPAD.encode(&point[33..]));
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })
    }

    fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let text = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
        BASE64URL_NOPAD.encode(digest(&SHA256, text.as_bytes()).as_ref())
    }

    /// A JWT signed by it.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).expect("signed");
        format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    pub fn proof(&self, nonce: &str) -> String {
        let header = json!({ "alg": "ES256", "typ": "openid4vci-proof+jwt", "jwk": self.jwk() });
        self.sign(&header, &json!({ "aud": ISSUER, "nonce": nonce, "iat": 1 }))
    }
}

/// A batch under way in a browser.
pub struct Batch {
    pub keys: Vec<HolderPair>,
    pub ceremony: String,
    pub nonce: String,
    options: Value,
}

impl Batch {
    /// Asks for one and makes as many keys as it may have.
    pub async fn begun_in(browser: &mut Browser) -> Batch {
        let offered = browser.own_form("/wallet/options", &[]).await;
        assert_eq!(offered.status, 200, "{}", offered.body);
        let offer = offered.json();
        let text = |name: &str| offer[name].as_str().expect("text").to_owned();
        let count = offer["count"].as_u64().expect("a number");
        Batch {
            keys: (0..count).map(|_| HolderPair::new()).collect(),
            ceremony: text("ceremony"),
            nonce: text("nonce"),
            options: offer["publicKey"].clone(),
        }
    }

    pub fn proofs(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.proof(&self.nonce)).collect()
    }

    /// What the phone says to these very keys.
    pub fn touched(&self, phone: &mut Authenticator) -> String {
        let thumbprints: String = self.keys.iter().map(HolderPair::thumbprint).collect();
        let text = format!("hufu/holder/v1\0{}{thumbprints}", self.nonce);
        phone.assertion_over(&self.options, digest(&SHA256, text.as_bytes()).as_ref())
    }

    pub async fn post(&self, browser: &mut Browser, proofs: &[String], credential: &str) -> Answer {
        let proofs = proofs.join(" ");
        let fields = [("ceremony", &*self.ceremony), ("proofs", &proofs), ("credential", credential)];
        browser.own_form("/wallet/certificates", &fields).await
    }

    /// The whole of it, as the page does it.
    pub async fn issued(browser: &mut Browser, phone: &mut Authenticator) -> Vec<String> {
        let batch = Self::begun_in(browser).await;
        let credential = batch.touched(phone);
        let answer = batch.post(browser, &batch.proofs(), &credential).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let issued = answer.json()["certificates"].as_array().expect("certificates").clone();
        issued.iter().map(|one| one.as_str().expect("text").to_owned()).collect()
    }
}

/// The claims of a JWT, or of a certificate's, whoever signed it.
pub fn claims_of(token: &str) -> Value {
    let jwt = token.split('~').next().expect("a JWT");
    let payload = jwt.split('.').nth(1).expect("a payload");
    serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).expect("base64url")).expect("JSON")
}
