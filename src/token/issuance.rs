//! What tokens are made of: what was agreed, by which row it stands, and for whom this answer is.
//!
//! Only a redeemed code and a renewed refresh token become an [`Issuance`], so a token without an agreement cannot be made.

use super::{MatchedRefreshToken, RefreshToken};
use crate::client::{Client, Resource, ResourceError};
use crate::code::{Agreed, RedeemedCode};
use crate::keys::{KeyError, Keys, Sub, TagPurpose};
use crate::spec::{FamilyId, GrantId, Scopes, SessionId, Timestamp};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

/// The row without which a token is revoked (PROTOCOL 17, 18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StandsBy {
    /// The login's own row, which lives for minutes.
    Grant(GrantId),
    /// The row of the refresh tokens that came with the access token, or made it.
    Family(FamilyId),
}

/// The family that comes from a grant: computed, so that a replayed code finds and ends it.
pub fn family_of(grant: &GrantId, keys: &Keys) -> FamilyId {
    FamilyId::of_digest(&keys.tag(TagPurpose::Family, &[grant.as_bytes()]))
}

/// Whom an access token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// UserInfo.
    Provider,
    /// A resource of the client's own sector: it may read a JWT by itself (PROTOCOL 8).
    OwnSector(String),
    /// Another website's resource: it asks us, and hears its own sub.
    Foreign(String),
}

impl Audience {
    /// The resource that a token request means: that of the authorization request unless it names one (RFC 8707 §2.2).
    ///
    /// # Errors
    /// [`ResourceError::NotGranted`].
    pub fn wanted<'a>(granted: Option<&'a str>, asked: Option<&'a str>) -> Result<Option<&'a str>, ResourceError> {
        match (granted, asked) {
            (Some(granted), Some(asked)) if granted != asked => Err(ResourceError::NotGranted(asked.to_owned())),
            (granted, asked) => Ok(granted.or(asked)),
        }
    }

    /// The audience that was wanted, as the store knows the resource. Another website's must have been agreed to.
    ///
    /// # Errors
    /// [`ResourceError::NotAgreed`].
    pub fn of(resource: Option<Resource>, granted: Option<&str>, client: &Client) -> Result<Self, ResourceError> {
        match resource {
            None => Ok(Self::Provider),
            Some(resource) if resource.is_own_of(client) => Ok(Self::OwnSector(resource.uri)),
            Some(resource) if granted == Some(&*resource.uri) => Ok(Self::Foreign(resource.uri)),
            Some(resource) => Err(ResourceError::NotAgreed(resource.uri)),
        }
    }

    pub(super) fn resource(&self) -> Option<&str> {
        match self {
            Self::Provider => None,
            Self::OwnSector(uri) | Self::Foreign(uri) => Some(uri),
        }
    }
}

/// What one token response is made of.
pub struct Issuance {
    pub(super) agreed: Agreed,
    /// Computed before the code was consumed or the family moved on: a node without its key service leaves both good.
    pub(super) sub: Sub,
    pub(super) stands_by: StandsBy,
    /// Of this answer.
    pub(super) scopes: Scopes,
    pub(super) audience: Audience,
    pub(super) nonce: Option<String>,
    /// The session that the ID token names, to a website that hears of its end.
    pub(super) session: Option<SessionId>,
    pub(super) refresh_token: Option<RefreshToken>,
}

impl Issuance {
    /// Of a code whose row is written, and with it the row of the family that begins, if one does.
    ///
    /// # Errors
    /// Only what the key service cannot do.
    pub fn redeemed(
        code: RedeemedCode,
        sub: Sub,
        family: Option<FamilyId>,
        audience: Audience,
        keys: &Keys,
        now: Timestamp,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, KeyError> {
        let RedeemedCode { grant, nonce, session, agreed } = code;
        let refresh_token = family.map(|family| RefreshToken::first(family, &agreed, keys, now, rng)).transpose()?;
        Ok(Self {
            stands_by: family.map_or(StandsBy::Grant(grant), StandsBy::Family),
            scopes: agreed.scopes.clone(),
            agreed,
            sub,
            audience,
            nonce,
            session: Some(session),
            refresh_token,
        })
    }

    /// Of a refresh token whose family has moved on. No nonce: it was answered once (OpenID Connect Core §12.2).
    ///
    /// # Errors
    /// Only what the key service cannot do.
    pub fn renewed(
        token: MatchedRefreshToken,
        sub: Sub,
        scopes: Scopes,
        audience: Audience,
        keys: &Keys,
    ) -> Result<Self, KeyError> {
        let successor = token.successor(keys)?;
        Ok(Self {
            stands_by: StandsBy::Family(token.family()),
            session: token.agreed().session,
            agreed: token.into_agreed(),
            sub,
            scopes,
            audience,
            nonce: None,
            refresh_token: Some(successor),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://a.example/api";

    /// RFC 8707 §2.2: "the resource … that was originally granted".
    #[test]
    fn the_token_request_may_repeat_the_granted_resource_and_name_no_other() {
        assert_eq!(Audience::wanted(None, None), Ok(None));
        assert_eq!(Audience::wanted(Some(API), None), Ok(Some(API)));
        assert_eq!(Audience::wanted(Some(API), Some(API)), Ok(Some(API)));
        assert_eq!(Audience::wanted(None, Some(API)), Ok(Some(API)));
        let other = "https://a.example/other";
        assert_eq!(Audience::wanted(Some(API), Some(other)), Err(ResourceError::NotGranted(other.to_owned())));
    }

    /// PROTOCOL 8.
    #[test]
    fn another_websites_resource_must_have_been_agreed_to() {
        let client = Client::for_tests("c", &["https://a.example/cb"]);
        let resource =
            |uri: &str, host: &str| Some(Resource { uri: uri.into(), sector: crate::spec::Sector::of_host(host) });
        assert_eq!(Audience::of(None, None, &client), Ok(Audience::Provider));
        let own = Audience::of(resource(API, "a.example"), None, &client);
        assert_eq!(own, Ok(Audience::OwnSector(API.into())));
        let foreign = "https://b.example/api";
        let agreed = Audience::of(resource(foreign, "b.example"), Some(foreign), &client);
        assert_eq!(agreed, Ok(Audience::Foreign(foreign.into())));
        let surprise = Audience::of(resource(foreign, "b.example"), None, &client);
        assert_eq!(surprise, Err(ResourceError::NotAgreed(foreign.into())));
    }
}
