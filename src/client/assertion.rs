//! A client assertion: the JWT with which a client proves who it is. RFC 7523 §3, OpenID Connect Core §9, PROTOCOL 19.

use super::metadata::AssertionProfile;
use super::registered::Client;
use crate::keys::{JwtError, Keys, Lifetime, TagPurpose, Times, VerifiedJwt};
use crate::spec::{AssertionId, Timestamp, lifetime};
use serde::Deserialize;

const LONGEST_JTI: usize = 512;
const TOKEN_ENDPOINT: &str = "/token";

/// Why an assertion proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    #[error(transparent)]
    Jwt(#[from] JwtError),
    #[error("the client has neither jwks nor jwks_uri")]
    NoKeys,
    #[error("jwks_uri: {0}")]
    JwksUri(String),
    #[error("the client's secret is not there to verify with")]
    NoSecret,
    #[error("iss of the assertion is not the client_id")]
    IssuerDiffers,
    #[error("sub of the assertion is not the client_id")]
    SubjectDiffers,
    #[error("aud of the assertion is {0}")]
    AudienceDiffers(String),
    #[error("the assertion has no jti")]
    NoJti,
    #[error("jti of the assertion has {0} bytes")]
    JtiTooLong(usize),
    #[error("the assertion lives longer than an hour")]
    LivesTooLong,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    jti: Option<String>,
    #[serde(flatten)]
    times: Times,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl std::fmt::Display for Audience {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(only) => f.write_str(only),
            Self::Many(many) => write!(f, "[{}]", many.join(", ")),
        }
    }
}

/// Checks the claims of an assertion whose signature fits; the id that comes back must be spent in the same commit as what it pays for.
pub(super) fn check(
    verified: &VerifiedJwt,
    client: &Client,
    keys: &Keys,
    endpoint: &str,
    now: Timestamp,
) -> Result<AssertionId, AssertionError> {
    verified.expect_typ(&["JWT", "client-authentication+jwt"])?;
    let claims: Claims = verified.claims()?;
    // (1) iss, (2B) sub: both the client_id.
    if claims.iss != client.client_id.as_str() {
        return Err(AssertionError::IssuerDiffers);
    }
    if claims.sub != client.client_id.as_str() {
        return Err(AssertionError::SubjectDiffers);
    }
    // (3) aud.
    if !is_for_us(&claims.aud, client.metadata.assertion_profile, keys.issuer().as_str(), endpoint) {
        return Err(AssertionError::AudienceDiffers(claims.aud.to_string()));
    }
    // (4) exp, "may reject JWTs with an unreasonably far future value"; (5) nbf; (6) iat.
    claims.times.check(now, lifetime::CLOCK_SKEW, Lifetime::Enforced)?;
    let expires = claims.times.exp.ok_or(JwtError::NoExpiry)?;
    if expires > now.plus(lifetime::CLIENT_ASSERTION).plus(lifetime::CLOCK_SKEW) {
        return Err(AssertionError::LivesTooLong);
    }
    // (7) jti: optional there, REQUIRED by OpenID Connect Core §9.
    let jti = claims.jti.filter(|jti| !jti.is_empty()).ok_or(AssertionError::NoJti)?;
    if jti.len() > LONGEST_JTI {
        return Err(AssertionError::JtiTooLong(jti.len()));
    }
    let digest = keys.tag(TagPurpose::Assertion, &[client.client_id.as_bytes(), jti.as_bytes()]);
    Ok(AssertionId::of_digest(expires.plus(lifetime::CLOCK_SKEW), &digest))
}

/// A single audience: one that named another server too could be replayed there, and from there here.
fn is_for_us(audience: &Audience, profile: AssertionProfile, issuer: &str, endpoint: &str) -> bool {
    let here = |path: &str| format!("{}{path}", issuer.trim_end_matches('/'));
    match (profile, audience) {
        (AssertionProfile::Fapi2, Audience::One(only)) => only == issuer,
        (AssertionProfile::Fapi2, Audience::Many(_)) => false,
        (AssertionProfile::Basic, Audience::One(only)) => {
            only == issuer || *only == here(TOKEN_ENDPOINT) || *only == here(endpoint)
        }
        (AssertionProfile::Basic, Audience::Many(many)) => match many.as_slice() {
            [only] => is_for_us(&Audience::One(only.clone()), profile, issuer, endpoint),
            _ => false,
        },
    }
}
