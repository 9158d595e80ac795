//! Client assertions (RFC 7523) and the keys that sign them.

use super::Rp;
use super::chance::{random, unix_now};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value, json};

/// A website's own key.
pub struct Key {
    header: Header,
    key: EncodingKey,
    public: Value,
}

impl Key {
    pub fn ec() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let point = pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let pkcs8 = pair.to_pkcs8v1().expect("encoded");
        let public = json!({ "kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y) });
        Self::new(Algorithm::ES256, EncodingKey::from_ec_der(pkcs8.as_ref()), public)
    }

    pub fn rsa(algorithm: Algorithm) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        let n = pair.public_key().modulus().big_endian_without_leading_zero().to_vec();
        let e = pair.public_key().exponent().big_endian_without_leading_zero().to_vec();
        let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der>::as_der(&pair).expect("encoded");
        let pem = pem("PRIVATE KEY", der.as_ref());
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key");
        Self::new(algorithm, key, json!({ "kty": "RSA", "n": b64(&n), "e": b64(&e) }))
    }

    fn ed() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).expect("a key");
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8.as_ref()).expect("a key");
        let public = json!({ "kty": "OKP", "crv": "Ed25519", "x": b64(pair.public_key().as_ref()) });
        Self::new(Algorithm::EdDSA, EncodingKey::from_ed_der(pkcs8.as_ref()), public)
    }

    /// One key for each of `token_endpoint_auth_signing_alg_values_supported`.
    pub fn of_every_algorithm() -> [Self; 4] {
        [Self::rsa(Algorithm::RS256), Self::rsa(Algorithm::PS256), Self::ec(), Self::ed()]
    }

    fn new(algorithm: Algorithm, key: EncodingKey, mut public: Value) -> Self {
        let kid = random();
        public["kid"] = json!(kid);
        public["use"] = json!("sig");
        let mut header = Header::new(algorithm);
        header.kid = Some(kid);
        Self { header, key, public }
    }

    /// The same key, named nowhere: not where it is published, and not by what it signs.
    #[must_use]
    pub fn without_kid(mut self) -> Self {
        self.header.kid = None;
        self.public.as_object_mut().expect("an object").remove("kid");
        self
    }

    /// The form fields that carry an assertion of these claims (RFC 7523 §2.2).
    pub fn assertion_fields(&self, claims: &Value) -> Vec<(&'static str, String)> {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned();
        vec![("client_assertion_type", kind), ("client_assertion", self.sign(None, claims))]
    }

    pub fn algorithm(&self) -> Algorithm {
        self.header.alg
    }

    /// A JWT over these claims, with another `typ` than `JWT` where one is given.
    pub fn sign(&self, typ: Option<&str>, claims: &Value) -> String {
        hufu::keys::install_crypto();
        let mut header = self.header.clone();
        header.typ = typ.map(str::to_owned).or(header.typ);
        jsonwebtoken::encode(&header, claims, &self.key).expect("signed")
    }

    /// What the website publishes.
    pub fn jwks(&self) -> Value {
        Self::jwks_of([self])
    }

    /// What a website with several keys publishes.
    pub fn jwks_of<'k>(keys: impl IntoIterator<Item = &'k Self>) -> Value {
        json!({ "keys": keys.into_iter().map(|key| &key.public).collect::<Vec<_>>() })
    }
}

/// The claims of an assertion, to be signed or spoilt.
pub struct Assertion(Map<String, Value>);

impl Assertion {
    pub fn of(rp: &Rp, audience: &str) -> Self {
        let id = &rp.registered.client_id;
        let claims = json!({
            "iss": id, "sub": id, "aud": audience, "jti": random(), "iat": unix_now(), "exp": unix_now() + 60,
        });
        Self(claims.as_object().expect("an object").clone())
    }

    #[must_use]
    pub fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.0.insert(claim.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn without(mut self, claim: &str) -> Self {
        self.0.remove(claim);
        self
    }

    /// The form fields that carry it (RFC 7523 §2.2).
    pub fn fields(&self, key: &Key) -> Vec<(String, String)> {
        // Whoever signs first decides how this process signs; a test of ours in it needs our way.
        hufu::keys::install_crypto();
        fields(jsonwebtoken::encode(&key.header, &self.0, &key.key).expect("signed"))
    }

    /// The same under a secret: `client_secret_jwt`.
    pub fn fields_under(&self, secret: &str) -> Vec<(String, String)> {
        hufu::keys::install_crypto();
        let key = EncodingKey::from_secret(secret.as_bytes());
        fields(jsonwebtoken::encode(&Header::new(Algorithm::HS256), &self.0, &key).expect("signed"))
    }

    /// The same with `alg: none`.
    pub fn unsigned_fields(&self) -> Vec<(String, String)> {
        let claims = serde_json::to_vec(&self.0).expect("JSON");
        fields(format!("{}.{}.", b64(br#"{"alg":"none"}"#), b64(&claims)))
    }
}

fn fields(assertion: String) -> Vec<(String, String)> {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned();
    vec![("client_assertion_type".to_owned(), kind), ("client_assertion".to_owned(), assertion)]
}

fn b64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = data_encoding::BASE64.encode(der);
    let lines: Vec<_> = body.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
