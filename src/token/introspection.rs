//! What introspection answers: one value to be serialised, as JSON (RFC 7662 §2.2) or as a claim of a JWT (RFC 9701 §5).

use super::VerifiedAccessToken;
use super::refresh::MatchedRefreshToken;
use crate::client::Client;
use crate::keys::{KeyError, Keys, Recipient, SigningAlg, SigningKeys, Sub};
use crate::spec::{Timestamp, lifetime};
use rand::CryptoRng;
use serde::Serialize;

/// The shape that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntrospectionShape {
    Json,
    /// `Accept: application/token-introspection+jwt` (RFC 9701 §4).
    Jwt,
}

/// What leaves.
pub enum IntrospectionResponse {
    Json(Introspection),
    /// `application/token-introspection+jwt`.
    Jwt(String),
}

/// The answer.
#[derive(Serialize)]
pub struct Introspection {
    active: bool,
    #[serde(flatten)]
    token: Option<ActiveToken>,
}

/// The members of a token that stands.
#[derive(Serialize)]
struct ActiveToken {
    iss: String,
    /// The person as whoever asks knows them (PROTOCOL 8).
    sub: Sub,
    client_id: String,
    scope: String,
    iat: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// RFC 9470 §6.2.
    acr: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<Timestamp>,
}

impl Introspection {
    /// Whatever the reason: "the authorization server … SHOULD NOT include any additional information" (RFC 7662 §2.2).
    pub const fn inactive() -> Self {
        Self { active: false, token: None }
    }

    /// An access token that was found to stand, for `asker`, who may see it: the person by the asker's own sub.
    ///
    /// # Errors
    /// Only what the key service cannot do.
    pub fn access_token(token: &VerifiedAccessToken, asker: &Client, keys: &Keys) -> Result<Self, KeyError> {
        let issuer = keys.issuer().to_string();
        let token = ActiveToken {
            sub: keys.sub(&asker.sector, &token.handle, token.epoch)?,
            client_id: token.client_id.to_string(),
            scope: token.scopes.wire(),
            iat: token.issued,
            exp: Some(token.issued.plus(lifetime::ACCESS_TOKEN)),
            // Without a resource the token is for UserInfo, which is ours.
            aud: Some(token.resource.clone().unwrap_or_else(|| issuer.clone())),
            token_type: Some("Bearer"),
            acr: token.acr.wire().to_owned(),
            auth_time: token.auth_time,
            iss: issuer,
        };
        Ok(Self { active: true, token: Some(token) })
    }

    /// The answer signed for `asker`, and encrypted where it registered that (RFC 9701 §5, §6).
    ///
    /// # Errors
    /// Only what the keys cannot do.
    pub fn signed(
        &self,
        asker: &Client,
        keys: &Keys,
        signing: &SigningKeys,
        recipient: Option<&Recipient>,
        now: Timestamp,
        rng: &mut dyn CryptoRng,
    ) -> Result<String, KeyError> {
        let alg = asker.metadata.introspection_signed_response_alg.unwrap_or(SigningAlg::RS256);
        let (iss, aud) = (keys.issuer().as_str(), asker.client_id.as_str());
        let signed = signing.sign(alg, TYP, &SignedIntrospection { iss, aud, iat: now, token_introspection: self })?;
        recipient.map_or(Ok(signed.clone()), |recipient| recipient.encrypt_jwt(&signed, rng))
    }

    /// A refresh token that would work now, for the client that it was issued to.
    ///
    /// # Errors
    /// Only what the key service cannot do.
    pub fn refresh_token(token: &MatchedRefreshToken, client: &Client, keys: &Keys) -> Result<Self, KeyError> {
        let agreed = token.agreed();
        let token = ActiveToken {
            iss: keys.issuer().to_string(),
            sub: keys.sub(&client.sector, &agreed.handle, agreed.epoch)?,
            client_id: agreed.client_id.to_string(),
            scope: agreed.scopes.wire(),
            iat: token.begun(),
            exp: None,
            aud: None,
            token_type: None,
            acr: agreed.acr.wire().to_owned(),
            auth_time: agreed.auth_time,
        };
        Ok(Self { active: true, token: Some(token) })
    }
}

/// "The token-introspection+jwt type" keeps the answer from being taken for the token itself (RFC 9701 §5, §8.1).
const TYP: &str = "token-introspection+jwt";

/// No `sub` and no `exp` outside the member: the JWT is about a token, and is none (RFC 9701 §5).
#[derive(Serialize)]
struct SignedIntrospection<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: Timestamp,
    token_introspection: &'a Introspection,
}

impl VerifiedAccessToken {
    /// Whether `asker` may learn anything of this token: the client that it was issued to, and whoever answers for the
    /// resource that it is for.
    pub fn concerns(&self, asker: &Client) -> bool {
        let answers_for = |resource: &String| asker.metadata.resources.contains(resource);
        self.client_id == asker.client_id || self.resource.as_ref().is_some_and(answers_for)
    }
}
