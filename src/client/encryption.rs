//! What a client wants encrypted to it, and why that cannot be done. OpenID Connect Registration §2; RFC 9701 §6.

use super::metadata::ClientMetadata;
use crate::keys::{ContentEncryption, EncryptionAlg};
use crate::spec::{OAuthError, Refusal, Refuse};

/// How a response is to be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption {
    pub alg: EncryptionAlg,
    pub enc: ContentEncryption,
}

impl ClientMetadata {
    /// How the ID token is encrypted, if it is.
    pub fn id_token_encryption(&self) -> Option<Encryption> {
        both(self.id_token_encrypted_response_alg, self.id_token_encrypted_response_enc)
    }

    /// How the UserInfo response is encrypted, if it is.
    pub fn userinfo_encryption(&self) -> Option<Encryption> {
        both(self.userinfo_encrypted_response_alg, self.userinfo_encrypted_response_enc)
    }

    /// How the introspection response is encrypted, if it is.
    pub fn introspection_encryption(&self) -> Option<Encryption> {
        both(self.introspection_encrypted_response_alg, self.introspection_encrypted_response_enc)
    }
}

/// The rules of metadata see to it that both are there or none.
fn both(alg: Option<EncryptionAlg>, enc: Option<ContentEncryption>) -> Option<Encryption> {
    Some(Encryption { alg: alg?, enc: enc? })
}

/// A client wants responses encrypted, and has no key that they could be encrypted to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client has no key for {alg}: {why}")]
pub struct NoRecipient {
    pub alg: EncryptionAlg,
    pub why: String,
}

impl From<&NoRecipient> for OAuthError {
    fn from(_: &NoRecipient) -> Self {
        Self::InvalidClientMetadata
    }
}

impl Refuse for NoRecipient {
    fn refusal(&self) -> Refusal {
        Refusal::new(self.into(), "client.no_encryption_key")
            .received(&self.why)
            .expected(format!(
                "a key for {} in the client's jwks or at its jwks_uri (OpenID Connect Core §10.2)",
                self.alg
            ))
            .fix("publish a key with use=enc; nothing was consumed: ask again")
    }
}
