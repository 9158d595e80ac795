//! The token endpoint's work: open, ask, then one write, then sign and answer. RFC 6749 §4.1.3; PROTOCOL 16, 17.

use super::client_auth::{self, Refused};
use super::{Provider, encryption, session};
use crate::client::{AuthenticatedClient, ClientAuthError};
use crate::code::{MatchedCode, PresentedCode, RedeemError, RedeemedCode};
use crate::spec::Params;
use crate::store::grants;
use crate::store::grants::GrantState;
use crate::token::{AuthorizationCodeRequest, TokenError, TokenRequest, TokenSet};

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
    let refused = |error: TokenError| Refused { client_id: Some(client.client_id().clone()), error };
    let (code, request) = match open(provider, &client, form) {
        Ok(opened) => opened,
        Err(error) => {
            client_auth::spend(provider, &client).await.map_err(refused)?;
            return Err(refused(error));
        }
    };
    // Before the code is consumed: a node that cannot sign leaves it good for one that can.
    let published = provider.published().ok_or_else(|| refused(TokenError::Keys))?;
    // So does a website that cannot be written to: its key may be there the next time.
    let encrypted = client.client().metadata.id_token_encryption();
    let recipient = match encryption::recipient(provider, client.client(), encrypted).await {
        Ok(recipient) => recipient,
        Err(error) => {
            client_auth::spend(provider, &client).await.map_err(refused)?;
            return Err(refused(error.into()));
        }
    };
    let code = redeem(provider, &client, code, &request).await.map_err(refused)?;
    TokenSet::of(&code, client.client(), &provider.keys, &published.signing, provider.now(), &mut *provider.rng())
        .and_then(|tokens| tokens.encrypted_to(recipient.as_ref(), &mut *provider.rng()))
        .map_err(refused)
}

/// What needs no row: the grant type, the code, whose it is.
fn open(
    provider: &Provider,
    client: &AuthenticatedClient,
    form: &Params,
) -> Result<(MatchedCode, AuthorizationCodeRequest), TokenError> {
    let TokenRequest::AuthorizationCode(request) = TokenRequest::parse(form)?;
    let code = PresentedCode::open(&request.code, &provider.keys)?.presented_by(client)?;
    Ok((code, request))
}

async fn redeem(
    provider: &Provider,
    client: &AuthenticatedClient,
    code: MatchedCode,
    request: &AuthorizationCodeRequest,
) -> Result<RedeemedCode, TokenError> {
    let now = provider.now();
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
                Some(_) => grants::state(tx, &grant)? != GrantState::Absent,
            };
            if replayed {
                grants::revoke(tx, &grant)?;
                return Ok(Decision::Replayed);
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
