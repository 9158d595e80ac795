//! The discovery document and the JWKS, built once per key set. OpenID Connect Discovery 1.0 §3; RFC 8414; RFC 7517.

use super::Unavailable;
use crate::keys::{DecryptionKeys, JwtError, SigningAlg, SigningKeys, is_encrypted};
use crate::spec::{self, About, CoreJwsSigningAlgorithm, IssuerUrl, Ladder, TokenHash};
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde_json::json;
use std::borrow::Cow;
use std::sync::Arc;

/// A document ready to send.
#[derive(Clone, Debug)]
pub struct Document {
    pub bytes: Bytes,
    /// Strong, quoted.
    pub etag: String,
}

/// What this node signs and decrypts with, and says about itself; replaced whole.
pub struct Published {
    pub signing: Arc<SigningKeys>,
    pub decryption: Arc<DecryptionKeys>,
    pub metadata: Document,
    pub jwks: Document,
}

impl Published {
    /// The ID token in a hint, which its client may have encrypted to a key of ours (Core §3.1.2.1: "MAY re-encrypt the signed
    /// ID token"; RP-Initiated Logout 1.0 §2).
    ///
    /// # Errors
    /// [`JwtError::Malformed`]: encrypted to somebody else, or something else.
    pub fn hinted<'t>(&self, hint: &'t str) -> Result<Cow<'t, str>, JwtError> {
        if !is_encrypted(hint) {
            return Ok(hint.into());
        }
        let unread = |_| JwtError::Malformed("it is encrypted, and holds no ID token for a key of ours");
        let decrypted = self.decryption.decrypt(hint).map_err(unread)?;
        Ok(decrypted.nested().map_err(unread)?.to_owned().into())
    }
}

/// Builds both documents for a key set.
///
/// # Errors
/// An issuer that is no base for the endpoints.
pub fn publish(
    issuer: &IssuerUrl,
    ladder: &Ladder,
    about: &About,
    signing: SigningKeys,
    decryption: DecryptionKeys,
) -> Result<Published, Unavailable> {
    let mut algs: Vec<_> = signing.algorithms().into_iter().map(core_alg).collect();
    algs.dedup();
    let metadata = spec::metadata(issuer, ladder, about, algs).map_err(|_| Unavailable::damaged("issuer"))?;
    let keys: Vec<_> = signing.public().iter().chain(decryption.public()).collect();
    let (metadata, jwks) = (document(&metadata)?, document(&json!({ "keys": keys }))?);
    Ok(Published { signing: Arc::new(signing), decryption: Arc::new(decryption), metadata, jwks })
}

fn document(content: &impl Serialize) -> Result<Document, Unavailable> {
    serde_json::to_vec(content).map(|json| Document::of(json.into())).map_err(|_| Unavailable::damaged("metadata"))
}

impl Document {
    pub(super) fn of(bytes: Bytes) -> Self {
        let hash = TokenHash::of(&bytes);
        Self { etag: format!("\"{}\"", BASE64URL_NOPAD.encode(&hash.as_bytes()[..16])), bytes }
    }
}

const fn core_alg(alg: SigningAlg) -> CoreJwsSigningAlgorithm {
    match alg {
        SigningAlg::RS256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        SigningAlg::PS256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        SigningAlg::ES256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        SigningAlg::EdDSA => CoreJwsSigningAlgorithm::EdDsa,
    }
}
