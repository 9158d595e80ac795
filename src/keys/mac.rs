//! JSON Web Tokens under a secret that both sides know: `client_secret_jwt` and nothing else. RFC 7515, RFC 7518 §3.2.
//!
//! A type of its own beside [`super::UnverifiedJwt`]: this one is never shown a public key, that one never a secret, so no
//! published key can pass for an HMAC secret (RFC 8725 §2.1).

use super::alg::MacAlg;
use super::jwt::{Compact, JwtError, VerifiedJwt};
use crate::spec::ClientSecret;
use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;

/// A token that anybody may have written.
#[derive(Clone, Debug)]
pub struct UnverifiedMac {
    compact: Compact,
    alg: MacAlg,
}

impl UnverifiedMac {
    /// Reads the header. Believes nothing.
    ///
    /// # Errors
    /// As [`super::UnverifiedJwt::parse`], for the algorithms of [`MacAlg`].
    pub fn parse(token: &str) -> Result<Self, JwtError> {
        let compact = Compact::parse(token)?;
        let alg = MacAlg::parse(&compact.alg).ok_or_else(|| JwtError::UnknownAlg(compact.alg.clone()))?;
        Ok(Self { compact, alg })
    }

    /// Who the token claims to be from.
    pub fn claimed_issuer(&self) -> Option<String> {
        self.compact.claimed_issuer()
    }

    /// A token under `secret`.
    #[cfg(test)]
    pub fn for_tests(header: &serde_json::Value, payload: &str, secret: &str) -> String {
        let part = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let message = format!("{}.{}", part(header.to_string().as_bytes()), part(payload.as_bytes()));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
        format!("{message}.{}", part(tag.as_ref()))
    }

    /// Verifies with the octets of the UTF-8 text of `secret` (OpenID Connect Core §10.1), in constant time.
    ///
    /// # Errors
    /// A signature that does not fit.
    pub fn verify(self, secret: &ClientSecret) -> Result<VerifiedJwt, JwtError> {
        let digest = match self.alg {
            MacAlg::HS256 => hmac::HMAC_SHA256,
        };
        let (message, signature) = self.compact.signed()?;
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).map_err(|_| JwtError::SignatureDiffers)?;
        hmac::verify(&hmac::Key::new(digest, secret.expose().as_bytes()), message.as_bytes(), &signature)
            .map_err(|_| JwtError::SignatureDiffers)?;
        self.compact.verified()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// RFC 7515 Appendix A.1 shows the form; our secrets are text (OpenID Connect Core §10.1).
    #[test]
    fn only_the_secret_itself_verifies() {
        let good = UnverifiedMac::for_tests(&json!({ "alg": "HS256" }), r#"{"iss":"c"}"#, "s3cret");
        let verify = |token: &str, secret: &str| UnverifiedMac::parse(token)?.verify(&ClientSecret::new(secret));
        assert!(verify(&good, "s3cret").is_ok());
        for (token, secret) in [
            (good.as_str(), "S3cret"),
            (&good, ""),
            (&good[..good.len() - 2], "s3cret"),
            (&good[..=good.rfind('.').unwrap()], "s3cret"),
            (&format!("{good}!"), "s3cret"),
        ] {
            assert_eq!(verify(token, secret).unwrap_err(), JwtError::SignatureDiffers, "{token}");
        }
    }

    /// RFC 7518 §3.2: "A key of the same size as the hash output … or larger MUST be used": ours would be short for more.
    #[test]
    fn no_other_algorithm_is_read() {
        for alg in ["HS384", "HS512", "hs256", "none", "RS256"] {
            let header = BASE64URL_NOPAD.encode(json!({ "alg": alg }).to_string().as_bytes());
            let refused = UnverifiedMac::parse(&format!("{header}.e30.AAAA")).unwrap_err();
            assert_eq!(refused, JwtError::UnknownAlg(alg.into()));
        }
    }
}
