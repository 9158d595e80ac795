//! The UserInfo endpoint's work: open the token, ask whether it still stands, answer. OpenID Connect Core §5.3.

use super::{Provider, encryption, register, session};
use crate::client::{Client, NoRecipient};
use crate::spec::ClientId;
use crate::store::grants::GrantState;
use crate::store::{clients, grants};
use crate::token::{AccessTokenError, VerifiedAccessToken};
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

/// Answers a UserInfo request. Reads only.
///
/// # Errors
/// A token that is not ours, expired, or whose person, session, grant or client no longer stands (PROTOCOL 6).
pub async fn userinfo(provider: &Provider, token: &str) -> Result<UserInfoResponse, Refused> {
    let now = provider.now();
    let token = VerifiedAccessToken::verify(token, &provider.keys, now)
        .map_err(|error| Refused { client_id: None, error: error.into() })?;
    let client_id = token.client_id.clone();
    let refused = |error: UserInfoError| Refused { client_id: Some(client_id.clone()), error };
    let (grant, session_id, person, id) = (token.grant, token.session, token.person, token.client_id.clone());
    let found = provider
        .store
        .read(move |db| {
            if grants::state(db, &grant)? != GrantState::Active {
                return Ok(None);
            }
            let Some(session) = session::standing(db, &session_id, &person)? else { return Ok(None) };
            Ok(clients::by_id(db, &id)?.map(|client| (session, client)))
        })
        .await
        .map_err(|_| refused(UserInfoError::Unavailable))?;
    let (session, row) = found.ok_or_else(|| refused(AccessTokenError::Revoked.into()))?;
    if !session::lives(provider, session, now).map_err(|_| refused(UserInfoError::Unavailable))? {
        return Err(refused(AccessTokenError::Revoked.into()));
    }
    let client = register::from_row(row).map_err(|_| refused(UserInfoError::Unavailable))?;
    let claims = Claims::of(&token, &client, &provider.keys).map_err(|_| refused(UserInfoError::Unavailable))?;
    respond(provider, &client, claims).await.map_err(refused)
}

async fn respond(provider: &Provider, client: &Client, claims: Claims) -> Result<UserInfoResponse, UserInfoError> {
    let encrypted = client.metadata.userinfo_encryption();
    if client.metadata.userinfo_signed_response_alg.is_none() && encrypted.is_none() {
        return Ok(UserInfoResponse::Json(claims));
    }
    let published = provider.published().ok_or(UserInfoError::Unavailable)?;
    let recipient = encryption::recipient(provider, client, encrypted).await?;
    claims
        .respond(client, &provider.keys, &published.signing, recipient.as_ref(), &mut *provider.rng())
        .map_err(|_| UserInfoError::Unavailable)
}
