//! Encrypts to a website's public key. RFC 7516 §5.1.

use super::agreement::agree;
use super::content;
use crate::keys::{ContentEncryption, EncryptionAlg, KeyError};
use crate::spec::IssuerUrl;
use aws_lc_rs::agreement::{ECDH_P256, ParsedPublicKey, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents};
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use serde_json::{Value, json};
use std::fmt;
use zeroize::Zeroizing;

/// A public key that something can be encrypted to.
pub enum PublicKey {
    Rsa(OaepPublicEncryptingKey),
    /// The uncompressed point.
    P256(Vec<u8>),
}

impl PublicKey {
    /// `None` for numbers that are no key.
    pub fn rsa(n: &[u8], e: &[u8]) -> Option<Self> {
        let key: PublicEncryptingKey = PublicKeyComponents { n, e }.try_into().ok()?;
        OaepPublicEncryptingKey::new(key).ok().map(Self::Rsa)
    }

    /// `None` for a point that is not on the curve.
    pub fn p256(x: &[u8], y: &[u8]) -> Option<Self> {
        let point = [&[4], x, y].concat();
        ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, &point)).ok()?;
        Some(Self::P256(point))
    }

    const fn alg(&self) -> EncryptionAlg {
        match self {
            Self::Rsa(_) => EncryptionAlg::RsaOaep256,
            Self::P256(_) => EncryptionAlg::EcdhEs,
        }
    }

    /// The content encryption key, the encrypted key, and what the header says about it.
    fn agree(&self, enc: ContentEncryption, rng: &mut dyn CryptoRng) -> Option<Agreed> {
        match self {
            Self::Rsa(theirs) => {
                let mut key = Zeroizing::new(vec![0; enc.key_bytes()]);
                rng.fill_bytes(&mut key);
                let mut space = vec![0; theirs.ciphertext_size()];
                let encrypted = theirs.encrypt(&OAEP_SHA256_MGF1SHA256, &key, &mut space, None).ok()?.to_vec();
                Some(Agreed { key, encrypted, epk: None })
            }
            Self::P256(theirs) => {
                let ephemeral = PrivateKey::generate(&ECDH_P256).ok()?;
                let key = agree(&ephemeral, theirs, enc, b"", b"")?;
                let point = ephemeral.compute_public_key().ok()?;
                let (x, y) = point.as_ref()[1..].split_at(32);
                let (x, y) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
                let epk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
                Some(Agreed { key, encrypted: Vec::new(), epk: Some(epk) })
            }
        }
    }
}

struct Agreed {
    key: Zeroizing<Vec<u8>>,
    encrypted: Vec<u8>,
    epk: Option<Value>,
}

/// Whom a token is encrypted to, and how.
pub struct Recipient {
    pub(in crate::keys) key: PublicKey,
    pub(in crate::keys) kid: Option<String>,
    pub(in crate::keys) enc: ContentEncryption,
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({} {} {:?})", self.key.alg(), self.enc.wire(), self.kid)
    }
}

impl Recipient {
    /// A signed JWT inside an encrypted one: "the value MUST be `JWT`" (RFC 7519 §5.2).
    ///
    /// # Errors
    /// [`KeyError::EncryptionFailed`]: the key is none after all.
    pub fn encrypt_jwt(&self, signed: &str, rng: &mut dyn CryptoRng) -> Result<String, KeyError> {
        self.encrypt(json!({ "typ": "JWT", "cty": "JWT" }), signed.as_bytes(), rng)
    }

    /// As [`Self::encrypt_jwt`], with its issuer outside too (RFC 7519 §5.3): whoever receives it unasked knows whose it is.
    ///
    /// # Errors
    /// As [`Self::encrypt_jwt`].
    pub fn encrypt_jwt_from(
        &self,
        issuer: &IssuerUrl,
        signed: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<String, KeyError> {
        self.encrypt(json!({ "typ": "JWT", "cty": "JWT", "iss": issuer.as_str() }), signed.as_bytes(), rng)
    }

    /// Claims that are encrypted and not signed (OpenID Connect Core §5.3.2).
    ///
    /// # Errors
    /// As [`Self::encrypt_jwt`].
    pub fn encrypt_claims(&self, claims: &[u8], rng: &mut dyn CryptoRng) -> Result<String, KeyError> {
        self.encrypt(json!({ "typ": "JWT" }), claims, rng)
    }

    fn encrypt(&self, mut header: Value, content: &[u8], rng: &mut dyn CryptoRng) -> Result<String, KeyError> {
        let Agreed { key, encrypted, epk } = self.key.agree(self.enc, rng).ok_or(KeyError::EncryptionFailed)?;
        header["alg"] = json!(self.key.alg().wire());
        header["enc"] = json!(self.enc.wire());
        if let Some(kid) = &self.kid {
            header["kid"] = json!(kid);
        }
        if let Some(epk) = epk {
            header["epk"] = epk;
        }
        let header = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
        let mut iv = [0; 12];
        rng.fill_bytes(&mut iv);
        let mut content = content.to_vec();
        let tag = content::seal(self.enc, &key, iv, &header, &mut content).ok_or(KeyError::EncryptionFailed)?;
        let part = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        Ok([header, part(&encrypted), part(&iv), part(&content), part(tag.as_ref())].join("."))
    }
}
