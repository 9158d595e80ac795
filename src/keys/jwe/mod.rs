//! JSON Web Encryption in compact form. RFC 7516, with the algorithms of RFC 7518 §4.3, §4.6 and §5.3 that
//! [`EncryptionAlg`](super::EncryptionAlg) and [`ContentEncryption`](super::ContentEncryption) name.
//!
//! `encrypt` is for websites' keys, `decrypt` for our own. No `zip` (RFC 8725 §3.6), no `crit`, no key in the header but the
//! ephemeral one of ECDH-ES. What fails while decrypting is one error: no oracle (RFC 7516 §11.5). Knows neither whose a
//! key is nor what is in the content.

mod agreement;
mod compact;
mod content;
mod decrypt;
mod encrypt;
mod error;

pub use compact::LONGEST;
pub use decrypt::Decrypted;
pub(super) use decrypt::{PrivateKey, open};
pub use encrypt::Recipient;
pub use error::JweError;
pub(super) use {compact::Compact, encrypt::PublicKey};

/// Whether `token` has the shape of an encrypted JWT: five parts, where a signed one has three (RFC 7516 §9).
pub fn is_encrypted(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 4
}
