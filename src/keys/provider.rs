//! The crypto provider that `jsonwebtoken` signs through: private keys parsed once instead of once a signature.
//!
//! An `EncodingKey` of ours holds no key, only a number; the factory looks the parsed key up by it. Any other
//! `EncodingKey`, and all verification, goes to the provider that `jsonwebtoken` brings. PROTOCOL 14.

use super::alg::SigningAlg;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, aws_lc::DEFAULT_PROVIDER};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{Error, Signer};
use jsonwebtoken::{Algorithm, AlgorithmFamily, EncodingKey};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Once, PoisonError, RwLock, Weak};

/// Tells a handle from a key in DER, which begins with 0x30.
const HANDLE: &[u8; 8] = b"hufu-key";

static NEXT: AtomicU64 = AtomicU64::new(1);
static PARSED: LazyLock<RwLock<HashMap<u64, Weak<ParsedKey>>>> = LazyLock::new(RwLock::default);

static PROVIDER: LazyLock<CryptoProvider> = LazyLock::new(|| CryptoProvider {
    signer_factory: signer,
    verifier_factory: DEFAULT_PROVIDER.verifier_factory,
    key_utils: DEFAULT_PROVIDER.key_utils.clone(),
});

/// Makes `jsonwebtoken` sign through us. Call before anything else signs; calling again does nothing.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fails only where something signed before us with jsonwebtoken's own provider; then `sign` says so each time.
        let _ = LazyLock::force(&PROVIDER).install_default();
    });
}

/// A private key, ready to sign.
pub(super) enum KeyPair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl KeyPair {
    /// From PKCS#8, as [`super::record`] seals it.
    pub(super) fn parse(alg: SigningAlg, pkcs8: &[u8]) -> Option<Self> {
        match alg {
            SigningAlg::RS256 | SigningAlg::PS256 => RsaKeyPair::from_pkcs8(pkcs8).ok().map(Self::Rsa),
            SigningAlg::ES256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok().map(Self::Ec),
            SigningAlg::EdDSA => Ed25519KeyPair::from_pkcs8(pkcs8).ok().map(Self::Ed),
        }
    }
}

/// A key pair in the register, out of it when dropped.
pub(super) struct ParsedKey {
    number: u64,
    alg: SigningAlg,
    pair: KeyPair,
}

impl ParsedKey {
    pub(super) fn register(alg: SigningAlg, pair: KeyPair) -> Arc<Self> {
        let key = Arc::new(Self { number: NEXT.fetch_add(1, Ordering::Relaxed), alg, pair });
        PARSED.write().unwrap_or_else(PoisonError::into_inner).insert(key.number, Arc::downgrade(&key));
        key
    }

    /// What `jsonwebtoken::encode` is given.
    pub(super) fn encoding_key(&self) -> EncodingKey {
        let handle = [&HANDLE[..], &self.number.to_be_bytes()].concat();
        match self.pair {
            KeyPair::Rsa(_) => EncodingKey::from_rsa_der(&handle),
            KeyPair::Ec(_) => EncodingKey::from_ec_der(&handle),
            KeyPair::Ed(_) => EncodingKey::from_ed_der(&handle),
        }
    }

    fn sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, aws_lc_rs::error::Unspecified> {
        let rng = SystemRandom::new();
        match &self.pair {
            KeyPair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding: &'static dyn aws_lc_rs::signature::RsaEncoding =
                    if self.alg == SigningAlg::PS256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &rng, message, &mut signature)?;
                Ok(signature)
            }
            KeyPair::Ec(pair) => Ok(pair.sign(&rng, message)?.as_ref().to_vec()),
            KeyPair::Ed(pair) => Ok(pair.try_sign(message)?.as_ref().to_vec()),
        }
    }
}

impl Drop for ParsedKey {
    fn drop(&mut self) {
        PARSED.write().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

struct ParsedSigner(Arc<ParsedKey>);

impl Signer<Vec<u8>> for ParsedSigner {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        self.0.sign(message).map_err(Error::from_source)
    }
}

impl JwtSigner for ParsedSigner {
    fn algorithm(&self) -> Algorithm {
        self.0.alg.jsonwebtoken()
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    let number = key.as_bytes().strip_prefix(HANDLE).and_then(|number| number.try_into().ok());
    let Some(number) = number.filter(|_| key.family() != AlgorithmFamily::Hmac) else {
        return (DEFAULT_PROVIDER.signer_factory)(algorithm, key);
    };
    let number = u64::from_be_bytes(number);
    let parsed = PARSED.read().unwrap_or_else(PoisonError::into_inner).get(&number).and_then(Weak::upgrade);
    match parsed {
        Some(parsed) if parsed.alg.jsonwebtoken() == *algorithm => Ok(Box::new(ParsedSigner(parsed))),
        _ => Err(ErrorKind::InvalidKeyFormat.into()),
    }
}
