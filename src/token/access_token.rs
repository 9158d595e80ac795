//! The access token, checked against person, session and its own row at every use (PROTOCOL 6): opaque, or for a resource of
//! the client's own sector a JWT (RFC 9068) whose `jti` is the same sealed value.

use super::{Audience, Issuance, StandsBy};
use crate::client::Client;
use crate::code::Agreed;
use crate::keys::{Epoch, KeyError, Keys, Sealable, SigningKeys, Sub};
use crate::spec::{
    AcrValue, ClientId, Handle, OAuthError, PersonId, Refusal, Refuse, ScopeValue, Scopes, SessionId, Timestamp,
    lifetime,
};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

/// What the token holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct AccessTokenPayload {
    stands_by: StandsBy,
    issued: Timestamp,
    client_id: ClientId,
    session: Option<SessionId>,
    person: PersonId,
    handle: Handle,
    epoch: Epoch,
    acr: AcrValue,
    auth_time: Option<Timestamp>,
    scopes: Scopes,
    resource: Option<String>,
}

impl Sealable for AccessTokenPayload {
    const PURPOSE: &'static str = "access-token";
    const CLASSES: &'static [usize] = &[192, 352];
}

/// The same inside a JWT, where it is no token by itself.
#[derive(Debug, Serialize, Deserialize)]
struct JwtId(AccessTokenPayload);

impl Sealable for JwtId {
    const PURPOSE: &'static str = "access-token-jti";
    const CLASSES: &'static [usize] = AccessTokenPayload::CLASSES;
}

/// The media type of an access token that is a JWT (RFC 9068 §2.1).
const AT_JWT: &str = "at+jwt";

/// RFC 9068 §2.2.
#[derive(Serialize)]
struct JwtClaims<'a> {
    iss: &'a str,
    exp: Timestamp,
    aud: &'a str,
    sub: Sub,
    client_id: &'a ClientId,
    iat: Timestamp,
    jti: String,
    acr: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<Timestamp>,
    scope: String,
}

/// A token ready to travel.
pub struct AccessToken(String);

impl AccessToken {
    /// # Errors
    /// Only what the keys cannot do.
    pub fn issue(
        of: &Issuance,
        client: &Client,
        keys: &Keys,
        signing: &SigningKeys,
        now: Timestamp,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, KeyError> {
        let Agreed { client_id, session, person, handle, epoch, acr, auth_time, .. } = &of.agreed;
        let payload = AccessTokenPayload {
            stands_by: of.stands_by,
            issued: now,
            client_id: client_id.clone(),
            session: *session,
            person: *person,
            handle: handle.clone(),
            epoch: *epoch,
            acr: acr.clone(),
            auth_time: *auth_time,
            scopes: of.scopes.clone(),
            resource: of.audience.resource().map(str::to_owned),
        };
        match &of.audience {
            Audience::Provider | Audience::Foreign(_) => keys.seal(&payload, rng).map(Self),
            Audience::OwnSector(resource) => {
                let claims = JwtClaims {
                    iss: keys.issuer().as_str(),
                    exp: now.plus(lifetime::ACCESS_TOKEN),
                    aud: resource,
                    sub: of.sub.clone(),
                    client_id,
                    iat: now,
                    jti: keys.seal(&JwtId(payload), rng)?,
                    acr: acr.wire(),
                    auth_time: *auth_time,
                    scope: of.scopes.wire(),
                };
                signing.sign(client.metadata.id_token_signed_response_alg, AT_JWT, &claims).map(Self)
            }
        }
    }

    pub fn into_text(self) -> String {
        self.0
    }
}

/// A token of ours that has not expired. Whether it still stands is the store's to say.
#[derive(Clone, Debug)]
pub struct VerifiedAccessToken {
    pub stands_by: StandsBy,
    pub issued: Timestamp,
    pub client_id: ClientId,
    pub session: Option<SessionId>,
    pub person: PersonId,
    pub handle: Handle,
    pub epoch: Epoch,
    pub acr: AcrValue,
    pub auth_time: Option<Timestamp>,
    pub scopes: Scopes,
    /// The resource that it is for; UserInfo when there is none.
    pub resource: Option<String>,
}

/// Why a token is not accepted. RFC 6750 §3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    #[error("no token")]
    Missing,
    #[error("a token in two places")]
    Twice,
    #[error("a form that cannot be read")]
    Malformed,
    #[error("not a token of ours")]
    NotOurs,
    #[error("expired")]
    Expired,
    #[error("revoked")]
    Revoked,
    #[error("for a resource, not for UserInfo")]
    OtherAudience,
    #[error("without the scope openid")]
    Scope,
}

impl VerifiedAccessToken {
    /// # Errors
    /// [`AccessTokenError::NotOurs`], [`AccessTokenError::Expired`].
    pub fn verify(token: &str, keys: &Keys, signing: &SigningKeys, now: Timestamp) -> Result<Self, AccessTokenError> {
        let payload = if token.contains('.') { inside(token, keys, signing)? } else { open(token, keys)? };
        if now >= payload.issued.plus(lifetime::ACCESS_TOKEN) {
            return Err(AccessTokenError::Expired);
        }
        Ok(Self {
            stands_by: payload.stands_by,
            issued: payload.issued,
            client_id: payload.client_id,
            session: payload.session,
            person: payload.person,
            handle: payload.handle,
            epoch: payload.epoch,
            acr: payload.acr,
            auth_time: payload.auth_time,
            scopes: payload.scopes,
            resource: payload.resource,
        })
    }

    /// Whether UserInfo may answer it.
    ///
    /// # Errors
    /// [`AccessTokenError::OtherAudience`], [`AccessTokenError::Scope`].
    pub fn for_userinfo(self) -> Result<Self, AccessTokenError> {
        if self.resource.is_some() {
            return Err(AccessTokenError::OtherAudience);
        }
        if !self.scopes.has(ScopeValue::Openid) {
            return Err(AccessTokenError::Scope);
        }
        Ok(self)
    }
}

fn open(token: &str, keys: &Keys) -> Result<AccessTokenPayload, AccessTokenError> {
    keys.open(token).map_err(|_| AccessTokenError::NotOurs)
}

/// A JWT is believed by its signature; what it stands by is sealed in its `jti`.
fn inside(token: &str, keys: &Keys, signing: &SigningKeys) -> Result<AccessTokenPayload, AccessTokenError> {
    #[derive(Deserialize)]
    struct Id {
        jti: String,
    }
    let verified = signing.verify_own(token, AT_JWT).map_err(|_| AccessTokenError::NotOurs)?;
    let Id { jti } = verified.claims().map_err(|_| AccessTokenError::NotOurs)?;
    let JwtId(payload) = keys.open(&jti).map_err(|_| AccessTokenError::NotOurs)?;
    Ok(payload)
}

impl From<&AccessTokenError> for OAuthError {
    fn from(error: &AccessTokenError) -> Self {
        match error {
            AccessTokenError::Twice | AccessTokenError::Malformed => Self::InvalidRequest,
            AccessTokenError::Missing
            | AccessTokenError::NotOurs
            | AccessTokenError::Expired
            | AccessTokenError::Revoked
            | AccessTokenError::OtherAudience => Self::InvalidToken,
            AccessTokenError::Scope => Self::InsufficientScope,
        }
    }
}

impl Refuse for AccessTokenError {
    fn refusal(&self) -> Refusal {
        let say = |code| Refusal::new(OAuthError::from(self), code);
        match self {
            Self::Missing => say("access_token.missing")
                .received("no access token")
                .expected("Authorization: Bearer … (RFC 6750 §2.1), or access_token in a POST form (§2.2)")
                .fix("send the access token of the token response"),
            Self::Twice => say("access_token.twice")
                .received("an access token in the header and in the form")
                .expected("one method (RFC 6750 §2)")
                .fix("send it in the Authorization header only"),
            Self::Malformed => say("access_token.form")
                .received("a form that cannot be read, or with a parameter more than once")
                .expected("access_token once, in application/x-www-form-urlencoded (RFC 6750 §2.2)")
                .fix("send the token in the Authorization header"),
            Self::NotOurs => say("access_token.not_ours")
                .received("a token that this provider did not issue, or that was altered")
                .expected("the access_token of a token response, unchanged")
                .fix("send the access token, not the ID token or the code"),
            Self::Expired => say("access_token.expired")
                .received(format!("a token older than {} s", lifetime::ACCESS_TOKEN.as_secs()))
                .expected("a live token")
                .fix("call UserInfo right after the sign-in, or start a new one"),
            Self::Revoked => say("access_token.revoked")
                .received("a token whose sign-in or grant has ended")
                .expected("a live token")
                .fix("start a new authorization request"),
            Self::OtherAudience => say("access_token.other_audience")
                .received("a token for a resource server")
                .expected("a token of a request without the resource parameter (RFC 8707 §2)")
                .fix("send the authorization request without resource, for a token for UserInfo"),
            Self::Scope => say("access_token.scope")
                .received("a token without the scope openid")
                .expected("scope openid (OpenID Connect Core §5.3.1)")
                .fix("refresh without narrowing the scope"),
        }
    }
}
