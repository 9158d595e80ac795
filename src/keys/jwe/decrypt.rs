//! Decrypts with a private key of ours. RFC 7516 §5.2, §11.5.

use super::agreement::agree;
use super::compact::{Compact, KeyPart};
use super::{JweError, content};
use crate::keys::{ContentEncryption, EncryptionAlg};
use aws_lc_rs::agreement::{self, ECDH_P256};
use aws_lc_rs::hmac;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use zeroize::Zeroizing;

/// A private key that decrypts.
pub enum PrivateKey {
    Rsa {
        key: OaepPrivateDecryptingKey,
        /// Makes the key that a token is decrypted with whose own cannot be unwrapped.
        decoy: Box<hmac::Key>,
    },
    P256(agreement::PrivateKey),
}

impl PrivateKey {
    /// From PKCS#8; `None` for a key of another type.
    pub fn parse(alg: EncryptionAlg, pkcs8: &[u8]) -> Option<Self> {
        match alg {
            EncryptionAlg::RsaOaep256 => {
                let key = OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(pkcs8).ok()?).ok()?;
                let secret = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, pkcs8), b"hufu/jwe/decoy/v1");
                Some(Self::Rsa { key, decoy: Box::new(hmac::Key::new(hmac::HMAC_SHA256, secret.as_ref())) })
            }
            EncryptionAlg::EcdhEs => {
                agreement::PrivateKey::from_private_key_der(&ECDH_P256, pkcs8).ok().map(Self::P256)
            }
        }
    }

    /// The content encryption key, right or wrong; `None` where the token is for a key of another type.
    fn content_key(&self, token: &Compact<'_>) -> Option<Zeroizing<Vec<u8>>> {
        match (self, &token.key) {
            (Self::Rsa { key, decoy }, KeyPart::RsaOaep256 { encrypted_key }) => {
                Some(unwrap(key, decoy, encrypted_key, token.enc))
            }
            (Self::P256(own), KeyPart::EcdhEs { point, apu, apv }) => agree(own, point, token.enc, apu, apv),
            _ => None,
        }
    }
}

/// RFC 7516 §11.5: a key that cannot be unwrapped is replaced by one that nobody can foresee, and everything goes on as
/// ever. It is derived, so that the same token meets the same decoy each time.
fn unwrap(
    key: &OaepPrivateDecryptingKey,
    decoy: &hmac::Key,
    encrypted: &[u8],
    enc: ContentEncryption,
) -> Zeroizing<Vec<u8>> {
    let bytes = enc.key_bytes();
    let decoy = Zeroizing::new(hmac::sign(decoy, encrypted).as_ref()[..bytes].to_vec());
    let mut space = Zeroizing::new(vec![0; key.min_output_size()]);
    match key.decrypt(&OAEP_SHA256_MGF1SHA256, encrypted, &mut space, None) {
        Ok(unwrapped) if unwrapped.len() == bytes => Zeroizing::new(unwrapped.to_vec()),
        Ok(_) | Err(_) => decoy,
    }
}

/// What was inside. Who wrote it is not known: anybody can encrypt to a public key.
#[derive(Debug)]
pub struct Decrypted {
    pub alg: EncryptionAlg,
    pub enc: ContentEncryption,
    cty: Option<String>,
    content: Vec<u8>,
}

impl Decrypted {
    /// The signed JWT inside; its signature is not looked at.
    ///
    /// # Errors
    /// [`JweError::NotNested`]: `cty` says otherwise, or it is no text.
    pub fn nested(&self) -> Result<&str, JweError> {
        let said = self.cty.as_deref().is_none_or(|cty| {
            let lower = cty.to_ascii_lowercase();
            lower.strip_prefix("application/").unwrap_or(&lower) == "jwt"
        });
        std::str::from_utf8(&self.content).ok().filter(|_| said).ok_or(JweError::NotNested)
    }
}

/// Tries the keys that were matched to the token's `kid` and `alg`.
pub fn open<'k>(token: &Compact<'_>, keys: impl IntoIterator<Item = &'k PrivateKey>) -> Result<Decrypted, JweError> {
    let mut refusal = JweError::NoKey;
    for key in keys {
        refusal = JweError::Undecryptable;
        let content = key.content_key(token).and_then(|content_key| {
            content::open(token.enc, &content_key, token.iv, token.aad, &token.ciphertext, &token.tag)
        });
        if let Some(content) = content {
            return Ok(Decrypted { alg: token.alg(), enc: token.enc, cty: token.cty.clone(), content });
        }
    }
    Err(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;
    use serde_json::Value;

    /// An independent implementation, in each algorithm; `apu` and `apv` where ECDH-ES may have them.
    #[test]
    fn what_joserfc_encrypted_is_decrypted() {
        let made: Value = serde_json::from_str(include_str!("joserfc.json")).unwrap();
        for (name, alg, enc) in [
            ("rsa", EncryptionAlg::RsaOaep256, ContentEncryption::A256GCM),
            ("ec", EncryptionAlg::EcdhEs, ContentEncryption::A128GCM),
        ] {
            let text = |member: &str| made[name][member].as_str().unwrap();
            let key = PrivateKey::parse(alg, &BASE64.decode(text("pkcs8").as_bytes()).unwrap()).unwrap();
            let token = Compact::parse(text("token")).unwrap();
            let decrypted = open(&token, [&key]).unwrap();
            assert_eq!((decrypted.alg, decrypted.enc), (alg, enc));
            assert_eq!(decrypted.nested(), Ok("header.payload.signature"));
        }
    }
}
