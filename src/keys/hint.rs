//! What an ID token of ours still says when a website sends it back. OpenID Connect Core §3.1.2.1, id_token_hint.

use super::jwt::{JwtError, VerifiedJwt};
use super::pairwise::Sub;
use crate::spec::{ClientId, IssuerUrl};
use serde::Deserialize;

/// What an ID token of ours says about whom it was issued to.
#[derive(Clone, Debug)]
pub struct IdTokenHint {
    sub: String,
    audience: Vec<String>,
    /// The session, where the token carried one.
    pub sid: Option<String>,
}

impl IdTokenHint {
    pub(super) fn read(token: &VerifiedJwt, issuer: &IssuerUrl) -> Result<Self, JwtError> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Audience {
            One(String),
            Many(Vec<String>),
        }
        #[derive(Deserialize)]
        struct Claims {
            iss: String,
            sub: String,
            aud: Audience,
            sid: Option<String>,
            /// Every ID token has one; a signed UserInfo response, which has the rest, has none (RFC 8725 §3.12).
            #[serde(rename = "exp")]
            _exp: i64,
        }
        token.expect_typ(&["JWT"])?;
        let claims: Claims = token.claims()?;
        if claims.iss != issuer.as_str() {
            return Err(JwtError::OtherIssuer);
        }
        let audience = match claims.aud {
            Audience::One(only) => vec![only],
            Audience::Many(many) => many,
        };
        Ok(Self { sub: claims.sub, audience, sid: claims.sid })
    }

    /// Whether the token was about that person, at that website.
    pub fn is_about(&self, sub: &Sub) -> bool {
        self.sub == sub.as_str()
    }

    /// The token's `sub`, to be compared and forgotten.
    pub fn sub(&self) -> &str {
        &self.sub
    }

    /// Whether the token was issued to that client.
    pub fn was_issued_to(&self, client_id: &ClientId) -> bool {
        self.audience.iter().any(|audience| audience == client_id.as_str())
    }

    /// The clients that the token was issued to.
    pub fn audience(&self) -> &[String] {
        &self.audience
    }
}
