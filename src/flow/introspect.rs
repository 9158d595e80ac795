//! The introspection endpoint's work: who asks, what stands, what of it concerns them. RFC 7662, RFC 9701; PROTOCOL 6, 8.

use super::client_auth::{self, Refused};
use super::{Provider, Unavailable, access, encryption};
use crate::client::{AuthMethod, AuthenticatedClient, Client};
use crate::spec::{Params, Timestamp};
use crate::store::{clients, families};
use crate::token::{
    FamilyState, Introspection, IntrospectionResponse, IntrospectionShape, MatchedRefreshToken, PresentedRefreshToken,
    TokenError, Turn,
};

/// What an authenticated client may know of a token.
///
/// # Errors
/// Client authentication, a public client, a missing token.
pub async fn introspect(
    provider: &Provider,
    authorization: Option<&str>,
    form: &Params,
    shape: IntrospectionShape,
) -> Result<IntrospectionResponse, Refused> {
    let client = client_auth::authenticate(provider, authorization, form, "/introspect").await?;
    let refused = |error: TokenError| Refused::of(&client, error);
    client_auth::spend(provider, &client).await.map_err(refused)?;
    if client.client().metadata.token_endpoint_auth_method == AuthMethod::None {
        return Err(refused(TokenError::PublicClient));
    }
    let token = form.get("token").ok_or_else(|| refused(TokenError::TokenMissing))?;
    // `token_type_hint` is ignored, as it may be (§2.1): a token says by itself what it is.
    let answer = match PresentedRefreshToken::open(token, &provider.keys) {
        Ok(token) => match token.presented_by(&client) {
            Ok(token) => of_refresh_token(provider, &client, &token).await,
            Err(_) => Ok(Introspection::inactive()),
        },
        Err(_) => of_access_token(provider, &client, token).await,
    };
    respond(provider, client.client(), answer.map_err(refused)?, shape).await.map_err(refused)
}

async fn respond(
    provider: &Provider,
    asker: &Client,
    answer: Introspection,
    shape: IntrospectionShape,
) -> Result<IntrospectionResponse, TokenError> {
    if shape == IntrospectionShape::Json {
        return Ok(IntrospectionResponse::Json(answer));
    }
    let published = provider.published().ok_or(TokenError::Keys)?;
    let recipient = encryption::recipient(&provider.client_keys, asker, asker.metadata.introspection_encryption());
    let recipient = recipient.await?;
    let (now, mut rng) = (provider.now(), provider.rng());
    answer
        .signed(asker, &provider.keys, &published.signing, recipient.as_ref(), now, &mut *rng)
        .map(IntrospectionResponse::Jwt)
        .map_err(|_| TokenError::Keys)
}

async fn of_access_token(
    provider: &Provider,
    client: &AuthenticatedClient,
    token: &str,
) -> Result<Introspection, TokenError> {
    let Ok(token) = access::verify(provider, token).ok_or(TokenError::Keys)? else {
        return Ok(Introspection::inactive());
    };
    if !token.concerns(client.client()) {
        return Ok(Introspection::inactive());
    }
    let (asked, anothers) = (token.clone(), token.client_id != *client.client_id());
    let ground = provider.store.read(move |db| {
        // A client that was removed took its tokens with it, also those for others' resources (RFC 7592 §2.3).
        if anothers && clients::by_id(db, &asked.client_id)?.is_none() {
            return Ok(None);
        }
        access::under(db, &asked)
    });
    let ground = ground.await;
    let lives = match ground.map_err(|_| TokenError::Unavailable)? {
        Some(ground) => ground.lives(provider).map_err(|_| TokenError::Unavailable)?,
        None => false,
    };
    if !lives {
        return Ok(Introspection::inactive());
    }
    Introspection::access_token(&token, client.client(), &provider.keys)
        .map_err(Unavailable::from)
        .map_err(|_| TokenError::Unavailable)
}

async fn of_refresh_token(
    provider: &Provider,
    client: &AuthenticatedClient,
    token: &MatchedRefreshToken,
) -> Result<Introspection, TokenError> {
    let (family, session, person) = (token.family(), token.agreed().session, token.agreed().person);
    let read = provider.store.read(move |db| {
        let Some(row) = families::by_id(db, &family)? else { return Ok(None) };
        Ok(access::ground(db, session.as_ref(), &person)?.map(|ground| (row, ground)))
    });
    let Some((row, ground)) = read.await.map_err(|_| TokenError::Unavailable)? else {
        return Ok(Introspection::inactive());
    };
    if !ground.lives(provider).map_err(|_| TokenError::Unavailable)? {
        return Ok(Introspection::inactive());
    }
    let state: FamilyState = provider.keys.open_bytes(&row.sealed).map_err(|_| TokenError::Unavailable)?;
    let now: Timestamp = provider.now();
    match token.turn(row.generation, state, now) {
        Turn::Next => Introspection::refresh_token(token, client.client(), &provider.keys)
            .map_err(Unavailable::from)
            .map_err(|_| TokenError::Unavailable),
        Turn::Again | Turn::Replayed | Turn::Idle => Ok(Introspection::inactive()),
    }
}
