//! The token endpoint's work: open, ask, then one write, then sign and answer. RFC 6749 §4.1.3, §6; PROTOCOL 16, 17.

use super::client_auth::{self, Refused};
use super::refresh::refresh;
use super::{Provider, Unavailable, encryption, resource, session};
use crate::client::{AuthenticatedClient, ClientAuthError};
use crate::code::{MatchedCode, PresentedCode, RedeemError, RedeemedCode};
use crate::keys::Sub;
use crate::spec::{Params, Timestamp};
use crate::store::families::{self, FamilyRow};
use crate::store::grants::{self, GrantState};
use crate::token::{
    Audience, AuthorizationCodeRequest, FIRST_GENERATION, FamilyState, Issuance, TokenError, TokenRequest, TokenSet,
    family_of, may_refresh,
};

/// What the one write decided. Only broken storage is an `Err`: a replay must revoke *and* be refused.
enum Decision {
    Granted,
    Refused(RedeemError),
    Replayed,
    AssertionReplayed,
}

/// Answers a token request.
///
/// # Errors
/// As RFC 6749 §5.2.
pub async fn token(provider: &Provider, authorization: Option<&str>, form: &Params) -> Result<TokenSet, Refused> {
    let client = client_auth::authenticate(provider, authorization, form, "/token").await?;
    let refused = |error: TokenError| Refused::of(&client, error);
    let answer = match TokenRequest::parse(form) {
        Ok(TokenRequest::AuthorizationCode(request)) => exchange(provider, &client, &request).await,
        Ok(TokenRequest::RefreshToken(request)) => refresh(provider, &client, &request).await,
        Err(error) => client_auth::spend(provider, &client).await.and(Err(error)),
    };
    answer.map_err(refused)
}

/// `grant_type=authorization_code`.
async fn exchange(
    provider: &Provider,
    client: &AuthenticatedClient,
    request: &AuthorizationCodeRequest,
) -> Result<TokenSet, TokenError> {
    let (code, audience, sub) = match open(provider, client, request).await {
        Ok(opened) => opened,
        Err(error) => return client_auth::spend(provider, client).await.and(Err(error)),
    };
    // Before the code is consumed: a node that cannot sign leaves it good for one that can.
    let published = provider.published().ok_or(TokenError::Keys)?;
    // So does a website that cannot be written to: its key may be there the next time.
    let encrypted = client.client().metadata.id_token_encryption();
    let recipient = match encryption::recipient(&provider.client_keys, client.client(), encrypted).await {
        Ok(recipient) => recipient,
        Err(error) => return client_auth::spend(provider, client).await.and(Err(error.into())),
    };
    let now = provider.now();
    let family = begin_family(provider, client, &code, now)?;
    let code = redeem(provider, client, code, request, family.clone()).await?;
    let family = family.map(|family| family.id);
    let issuance = Issuance::redeemed(code, sub, family, audience, &provider.keys, now, &mut *provider.rng());
    let issuance = issuance.map_err(|_| TokenError::Keys)?;
    TokenSet::of(issuance, client.client(), &provider.keys, &published.signing, now, &mut *provider.rng())?
        .encrypted_to(recipient.as_ref(), &mut *provider.rng())
}

/// What needs no row of the login's own: the code, whose it is, what its access token is for, whom it is about.
async fn open(
    provider: &Provider,
    client: &AuthenticatedClient,
    request: &AuthorizationCodeRequest,
) -> Result<(MatchedCode, Audience, Sub), TokenError> {
    let code = PresentedCode::open(&request.code, &provider.keys)?.presented_by(client)?;
    let target = resource::target(provider, client.client(), code.resource(), request.resource.as_deref()).await?;
    let sub = code.sub(client, &provider.keys).map_err(Unavailable::from).map_err(|_| TokenError::Unavailable)?;
    Ok((code, target.audience, sub))
}

/// The family that begins with this code, of a client that may refresh.
fn begin_family(
    provider: &Provider,
    client: &AuthenticatedClient,
    code: &MatchedCode,
    now: Timestamp,
) -> Result<Option<FamilyRow>, TokenError> {
    if may_refresh(client.client()).is_err() {
        return Ok(None);
    }
    let state = FamilyState { rotated: now };
    Ok(Some(FamilyRow {
        id: family_of(&code.grant(), &provider.keys),
        generation: FIRST_GENERATION,
        sealed: provider.keys.seal_bytes(&state, &mut *provider.rng()).map_err(|_| TokenError::Keys)?,
        expires_day: state.expires_day(code.access()),
    }))
}

async fn redeem(
    provider: &Provider,
    client: &AuthenticatedClient,
    code: MatchedCode,
    request: &AuthorizationCodeRequest,
    begins: Option<FamilyRow>,
) -> Result<RedeemedCode, TokenError> {
    let now = provider.now();
    let family = family_of(&code.grant(), &provider.keys);
    let verdict = code.judge(request.redirect_uri.as_deref(), request.code_verifier.as_ref(), now);
    let (grant, session_id, person, assertion) = (code.grant(), code.session(), code.person(), client.assertion());
    let decision = provider
        .store
        .write(move |tx| {
            // An assertion is spent whatever becomes of the code (RFC 7523 §3, item 7). Whoever sends one again has not
            // proved to be the client, so nothing of the client's ends by it: this comes before the replay of a code.
            if !client_auth::spend_in(tx, assertion.as_ref())? {
                return Ok(Decision::AssertionReplayed);
            }
            let refusal = if let Err(error) = verdict {
                Some(Decision::Refused(error))
            } else if !session::stands(tx, &session_id, &person)? {
                Some(Decision::Refused(RedeemError::SignInEnded))
            } else {
                None
            };
            // Whether the row exists comes before every other refusal. A code that may be granted is not asked about
            // first, it is inserted, and the row count decides: on PostgreSQL the question marks the page of the index
            // on which all logins of the hour end, and they would abort each other.
            let replayed = match refusal {
                None => !grants::insert_once(tx, &grant)?,
                // The family of a code outlives its grant, and says as well that it was redeemed.
                Some(_) => grants::state(tx, &grant)? != GrantState::Absent || families::is_there(tx, &family)?,
            };
            if replayed {
                grants::revoke(tx, &grant)?;
                families::end(tx, &family)?;
                return Ok(Decision::Replayed);
            }
            if let (None, Some(begins)) = (&refusal, &begins) {
                families::insert_once(tx, begins)?;
            }
            Ok(refusal.unwrap_or(Decision::Granted))
        })
        .await
        .map_err(|_| TokenError::Unavailable)?;
    match decision {
        Decision::Granted => Ok(code.redeemed()),
        Decision::Refused(error) => Err(error.into()),
        Decision::Replayed => Err(RedeemError::Replayed.into()),
        Decision::AssertionReplayed => Err(ClientAuthError::AssertionReplayed.into()),
    }
}
