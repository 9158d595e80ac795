//! How a website proves who it is: by its secret, or by an assertion that it signs afresh for each request. RFC 6749 §2.3.1,
//! RFC 7523 §2.2.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::Outcome;
use crate::site::Site;

/// The values of `token_endpoint_auth_method` that are compared.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    ClientSecretBasic,
    ClientSecretJwt,
    PrivateKeyJwt,
}

impl Method {
    pub const ALL: [Method; 3] = [Method::ClientSecretBasic, Method::ClientSecretJwt, Method::PrivateKeyJwt];

    pub const fn name(self) -> &'static str {
        match self {
            Method::ClientSecretBasic => "client_secret_basic",
            Method::ClientSecretJwt => "client_secret_jwt",
            Method::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// What signs a website's assertions.
#[derive(Clone)]
pub struct Signer {
    header: Header,
    key: EncodingKey,
}

impl Signer {
    /// `client_secret_jwt`.
    pub fn by_secret(site: &Site) -> Signer {
        hufu::keys::install_crypto();
        Signer { header: Header::new(Algorithm::HS256), key: EncodingKey::from_secret(site.client_secret.as_bytes()) }
    }

    /// `private_key_jwt` by a new P-256 key, and the JWK Set to register.
    pub fn by_key() -> Outcome<(Signer, Value)> {
        hufu::keys::install_crypto();
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| "no key could be made")?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| "a key that cannot be written")?;
        // An uncompressed point: 4, x, y (SEC 1 §2.3.3).
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let part = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let jwk = json!({ "kty": "EC", "crv": "P-256", "kid": "bench", "use": "sig", "x": part(x), "y": part(y) });
        let header = Header { kid: Some("bench".to_owned()), ..Header::new(Algorithm::ES256) };
        Ok((Signer { header, key: EncodingKey::from_ec_der(pkcs8.as_ref()) }, json!({ "keys": [jwk] })))
    }

    /// The form fields that prove who this is, once.
    pub fn proof(&self, site: &Site, jti: &str) -> Outcome<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?.as_secs();
        let (client, issuer) = (&site.client_id, format!("http://{}", site.authority));
        let claims = json!({ "iss": client, "sub": client, "aud": issuer, "jti": jti, "iat": now, "exp": now + 60 });
        let assertion = jsonwebtoken::encode(&self.header, &claims, &self.key).map_err(|error| error.to_string())?;
        let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        Ok(format!("client_assertion_type={kind}&client_assertion={assertion}"))
    }
}
