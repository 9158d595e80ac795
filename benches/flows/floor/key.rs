//! One signature: a key made at the start, parsed once, used by aws-lc-rs directly.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};

use crate::Outcome;
use crate::site::Alg;

pub enum Key {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
}

impl Key {
    pub fn make(alg: Alg) -> Outcome<Key> {
        let made = match alg {
            Alg::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).map(Key::Rsa),
            Alg::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Key::Ecdsa),
        };
        made.map_err(|_| "no key could be made".to_owned())
    }

    /// A JWT of these claims (RFC 7515 §7.1).
    pub fn sign(&self, claims: &str) -> Outcome<String> {
        let alg = match self {
            Key::Rsa(_) => Alg::Rs256,
            Key::Ecdsa(_) => Alg::Es256,
        };
        let mut jwt = String::with_capacity(900);
        BASE64_URL_SAFE_NO_PAD.encode_string(format!("{{\"alg\":\"{}\",\"kid\":\"floor\"}}", alg.name()), &mut jwt);
        jwt.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(claims, &mut jwt);
        let random = SystemRandom::new();
        let (mut rsa, ecdsa);
        let signature = match self {
            Key::Rsa(key) => {
                rsa = [0; 256];
                key.sign(&RSA_PKCS1_SHA256, &random, jwt.as_bytes(), &mut rsa).map_err(|_| "no signature")?;
                &rsa[..]
            }
            Key::Ecdsa(key) => {
                ecdsa = key.sign(&random, jwt.as_bytes()).map_err(|_| "no signature")?;
                ecdsa.as_ref()
            }
        };
        jwt.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut jwt);
        Ok(jwt)
    }
}
