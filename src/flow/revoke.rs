//! The revocation endpoint's work. RFC 7009; PROTOCOL 6, 18.
//!
//! A refresh token ends its family, and with it the access tokens that stand by it. So does an access token of such a
//! family (§2.1: "MAY revoke the respective refresh token as well"), for a family has one row; one of a login without
//! refresh tokens ends that login's tokens.

use super::client_auth::{self, Refused};
use super::{Provider, access};
use crate::client::{AuthenticatedClient, ClientAuthError};
use crate::spec::Params;
use crate::store::{families, grants};
use crate::token::{PresentedRefreshToken, RefreshError, StandsBy, TokenError};

/// Revokes a token. A token that is not ours any more, or never was, is no error (§2.2).
///
/// # Errors
/// Client authentication, a missing token, another client's token.
pub async fn revoke(provider: &Provider, authorization: Option<&str>, form: &Params) -> Result<(), Refused> {
    let client = client_auth::authenticate(provider, authorization, form, "/revoke").await?;
    let refused = |error: TokenError| Refused::of(&client, error);
    match what(provider, &client, form) {
        Ok(Some(stands_by)) => end(provider, &client, stands_by).await.map_err(refused),
        Ok(None) => client_auth::spend(provider, &client).await.map_err(refused),
        Err(error) => {
            client_auth::spend(provider, &client).await.map_err(refused)?;
            Err(refused(error))
        }
    }
}

/// The row to end. `token_type_hint` is ignored, as it may be (§2.1): a token says by itself what it is.
fn what(provider: &Provider, client: &AuthenticatedClient, form: &Params) -> Result<Option<StandsBy>, TokenError> {
    let token = form.get("token").ok_or(TokenError::TokenMissing)?;
    if let Ok(presented) = PresentedRefreshToken::open(token, &provider.keys) {
        return Ok(Some(StandsBy::Family(presented.presented_by(client)?.family())));
    }
    match access::verify(provider, token).ok_or(TokenError::Keys)? {
        Ok(token) if token.client_id == *client.client_id() => Ok(Some(token.stands_by)),
        Ok(_) => Err(RefreshError::OtherClient.into()),
        Err(_) => Ok(None),
    }
}

async fn end(provider: &Provider, client: &AuthenticatedClient, stands_by: StandsBy) -> Result<(), TokenError> {
    let assertion = client.assertion();
    let paid = provider.store.write(move |tx| {
        if !client_auth::spend_in(tx, assertion.as_ref())? {
            return Ok(false);
        }
        match &stands_by {
            StandsBy::Grant(id) => grants::revoke(tx, id)?,
            StandsBy::Family(id) => families::end(tx, id)?,
        };
        Ok(true)
    });
    match paid.await {
        Ok(true) => Ok(()),
        Ok(false) => Err(ClientAuthError::AssertionReplayed.into()),
        Err(_) => Err(TokenError::Unavailable),
    }
}
