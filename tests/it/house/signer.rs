//! The key of a website that authenticates with `private_key_jwt`.

use super::{House, ISSUER, Website};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use hufu::client::{AssertionAlg, AuthMethod, ClientMetadata, GrantType};
use hufu::keys::{SigningAlg, TagPurpose};
use hufu::spec::{AssertionId, Timestamp, lifetime};
use serde_json::json;

#[derive(Clone)]
pub struct Signer {
    key: jsonwebtoken::EncodingKey,
}

impl Signer {
    /// An assertion of five minutes.
    pub fn assertion(&self, house: &House, website: &Website, jti: &str) -> String {
        let now = house.now().unix();
        let claims = json!({
            "iss": website.id(), "sub": website.id(), "aud": ISSUER, "jti": jti, "iat": now, "exp": now + 300,
        });
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
        jsonwebtoken::encode(&header, &claims, &self.key).expect("signed")
    }

    /// The row of an assertion that is made now.
    pub fn row(house: &House, website: &Website, jti: &str) -> AssertionId {
        let expires = Timestamp::from_unix(house.now().unix() + 300).plus(lifetime::CLOCK_SKEW);
        let parts = [website.id().as_bytes(), jti.as_bytes()];
        AssertionId::of_digest(expires, &house.provider.keys.tag(TagPurpose::Assertion, &parts))
    }
}

/// What authenticates the website beside its code.
pub fn paying_with(assertion: &str) -> [(&str, &str); 2] {
    [
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ]
}

impl House {
    /// A website at `host` that authenticates with `private_key_jwt`.
    pub async fn website_with_a_key(&self, host: &str) -> (Website, Signer) {
        self.with_a_key(host, &[GrantType::AuthorizationCode]).await
    }

    /// The same with these grant types.
    pub async fn with_a_key(&self, host: &str, grant_types: &[GrantType]) -> (Website, Signer) {
        let document = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let point = document.public_key().as_ref();
        let (x, y) = (BASE64URL_NOPAD.encode(&point[1..33]), BASE64URL_NOPAD.encode(&point[33..]));
        let jwks = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "x": x, "y": y }] });
        let der = document.to_pkcs8v1().expect("PKCS#8");
        let website = self
            .registered(ClientMetadata {
                client_name: host.to_owned(),
                redirect_uris: vec![format!("https://{host}/cb")],
                alternative_login_uri: Some(format!("https://{host}/login")),
                grant_types: grant_types.to_vec(),
                token_endpoint_auth_method: AuthMethod::PrivateKeyJwt,
                token_endpoint_auth_signing_alg: Some(AssertionAlg::Signature(SigningAlg::ES256)),
                jwks: Some(serde_json::from_value(jwks).expect("a JWKS")),
                ..ClientMetadata::default()
            })
            .await;
        (website, Signer { key: jsonwebtoken::EncodingKey::from_ec_der(der.as_ref()) })
    }
}
