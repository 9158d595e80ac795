//! The UserInfo endpoint's work: open the token, ask whether it still stands, answer. OpenID Connect Core §5.3.

use super::encryption::{self, NotEncrypted};
use super::{Provider, Unavailable, access};
use crate::client::{Client, NoRecipient};
use crate::spec::ClientId;
use crate::store::clients;
use crate::token::AccessTokenError;
use crate::userinfo::{Claims, UserInfoResponse};

/// A refusal and whose token it was, where that is known.
#[derive(Debug)]
pub struct Refused {
    pub client_id: Option<ClientId>,
    pub error: UserInfoError,
}

#[derive(Debug, thiserror::Error)]
pub enum UserInfoError {
    #[error(transparent)]
    Token(#[from] AccessTokenError),
    #[error(transparent)]
    Recipient(#[from] NoRecipient),
    #[error("the storage or a key is unavailable")]
    Unavailable,
}

impl From<NotEncrypted> for UserInfoError {
    fn from(error: NotEncrypted) -> Self {
        match error {
            NotEncrypted::NoRecipient(error) => error.into(),
            NotEncrypted::Busy => Self::Unavailable,
        }
    }
}

/// Answers a UserInfo request. Reads only.
///
/// # Errors
/// A token that is not ours, not for UserInfo, expired, or whose person, session, grant or client no longer stands (PROTOCOL 6).
pub async fn userinfo(provider: &Provider, token: &str) -> Result<UserInfoResponse, Refused> {
    let nobody = |error: UserInfoError| Refused { client_id: None, error };
    let verified = access::verify(provider, token).ok_or_else(|| nobody(UserInfoError::Unavailable))?;
    let token = verified.map_err(|error| nobody(error.into()))?;
    let client_id = token.client_id.clone();
    let refused = |error: UserInfoError| Refused { client_id: Some(client_id.clone()), error };
    let token = token.for_userinfo().map_err(|error| refused(error.into()))?;
    let asked = token.clone();
    let found = provider
        .store
        .read(move |db| match access::under(db, &asked)? {
            Some(ground) => Ok(clients::by_id(db, &asked.client_id)?.map(|client| (ground, client))),
            None => Ok(None),
        })
        .await
        .map_err(|_| refused(UserInfoError::Unavailable))?;
    let (ground, row) = found.ok_or_else(|| refused(AccessTokenError::Revoked.into()))?;
    if !ground.lives(provider).map_err(|_| refused(UserInfoError::Unavailable))? {
        return Err(refused(AccessTokenError::Revoked.into()));
    }
    let client = provider.known_clients.of(row).map_err(|_| refused(UserInfoError::Unavailable))?;
    let claims = Claims::of(&token, &client, &provider.keys).map_err(Unavailable::from);
    let claims = claims.map_err(|_| refused(UserInfoError::Unavailable))?;
    respond(provider, &client, claims).await.map_err(refused)
}

async fn respond(provider: &Provider, client: &Client, claims: Claims) -> Result<UserInfoResponse, UserInfoError> {
    let encrypted = client.metadata.userinfo_encryption();
    if client.metadata.userinfo_signed_response_alg.is_none() && encrypted.is_none() {
        return Ok(UserInfoResponse::Json(claims));
    }
    let published = provider.published().ok_or(UserInfoError::Unavailable)?;
    let recipient = encryption::recipient(&provider.client_keys, client, encrypted).await?;
    claims
        .respond(client, &provider.keys, &published.signing, recipient.as_ref(), &mut *provider.rng())
        .map_err(|_| UserInfoError::Unavailable)
}
