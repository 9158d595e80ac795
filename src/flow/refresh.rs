//! `grant_type=refresh_token`: open, ask, then one update of one row, then sign and answer. RFC 6749 §6; PROTOCOL 18.
//!
//! What the row says is read before and judged outside the write, for the instant in it is sealed. The write goes by the
//! generation that was read; whoever finds it moved reads again, and is then the one who came second.

use super::resource::{self, Target};
use super::{Provider, Unavailable, access, client_auth, encryption};
use crate::client::{AuthenticatedClient, ClientAuthError};
use crate::consent::{Access, Shown};
use crate::keys::Sub;
use crate::spec::{Scopes, ShownDigest, Timestamp};
use crate::store::consents;
use crate::store::families::{self, FamilyRow};
use crate::token::{
    FamilyState, Issuance, MatchedRefreshToken, PresentedRefreshToken, RefreshError, RefreshRequest, TokenError,
    TokenSet, Turn, may_refresh,
};

/// How often a row may be found moved. Each time another request of the same family went ahead, and the next look finds
/// that this one came second.
const ATTEMPTS: usize = 5;

/// What was asked for, checked as far as it needs no family.
struct Wanted {
    token: MatchedRefreshToken,
    scopes: Scopes,
    target: Target,
    sub: Sub,
    /// The agreements of which one must still hold.
    shown: Vec<ShownDigest>,
}

/// What the family's row is to become.
enum Change {
    Rotate {
        was: FamilyRow,
        sealed: Vec<u8>,
        expires_day: Timestamp,
    },
    /// The successor was made before.
    Nothing,
    End(RefreshError),
}

/// What the one write found.
enum Written {
    Done,
    Moved,
    AssertionReplayed,
}

/// Answers a refresh.
pub(super) async fn refresh(
    provider: &Provider,
    client: &AuthenticatedClient,
    request: &RefreshRequest,
) -> Result<TokenSet, TokenError> {
    let wanted = match want(provider, client, request).await {
        Ok(wanted) => wanted,
        Err(error) => {
            client_auth::spend(provider, client).await?;
            return Err(error);
        }
    };
    // Before the family moves on: a node that cannot sign leaves the token good for one that can.
    let published = provider.published().ok_or(TokenError::Keys)?;
    // So does a website that cannot be written to: its key may be there the next time.
    let encrypted = client.client().metadata.id_token_encryption();
    let recipient = match encryption::recipient(&provider.client_keys, client.client(), encrypted).await {
        Ok(recipient) => recipient,
        Err(error) => return client_auth::spend(provider, client).await.and(Err(error.into())),
    };
    renew(provider, client, &wanted).await?;
    let Wanted { token, scopes, target, sub, .. } = wanted;
    let issuance =
        Issuance::renewed(token, sub, scopes, target.audience, &provider.keys).map_err(|_| TokenError::Keys)?;
    TokenSet::of(issuance, client.client(), &provider.keys, &published.signing, provider.now(), &mut *provider.rng())?
        .encrypted_to(recipient.as_ref(), &mut *provider.rng())
}

async fn want(
    provider: &Provider,
    client: &AuthenticatedClient,
    request: &RefreshRequest,
) -> Result<Wanted, TokenError> {
    may_refresh(client.client())?;
    let token = PresentedRefreshToken::open(&request.refresh_token, &provider.keys)?.presented_by(client)?;
    let scopes = token.scopes(request.scope.as_deref())?;
    let granted = token.agreed().resource.as_deref();
    let target = resource::target(provider, client.client(), granted, request.resource.as_deref()).await?;
    let shown = Shown::when_granted(&token.agreed().scopes, target.granted.as_ref(), client.client());
    let agreed = token.agreed();
    let sub = provider.keys.sub(&client.client().sector, &agreed.handle, agreed.epoch).map_err(Unavailable::from);
    let sub = sub.map_err(|_| TokenError::Unavailable)?;
    Ok(Wanted { token, scopes, target, sub, shown: shown.covering() })
}

/// Moves the family on, or ends it.
async fn renew(provider: &Provider, client: &AuthenticatedClient, wanted: &Wanted) -> Result<(), TokenError> {
    let family = wanted.token.family();
    let mut assertion = client.assertion();
    for _ in 0..ATTEMPTS {
        let change = judge(provider, client, wanted).await.map_err(|_| TokenError::Unavailable)?;
        let (rotate, end, refused) = match change {
            Change::Rotate { was, sealed, expires_day } => (Some((was, sealed, expires_day)), false, None),
            Change::Nothing if assertion.is_none() => return Ok(()),
            Change::Nothing => (None, false, None),
            Change::End(error) => (None, error != RefreshError::Ended, Some(error)),
        };
        let written = provider.store.write(move |tx| {
            // An assertion is spent whatever becomes of the token (RFC 7523 §3, item 7).
            if !client_auth::spend_in(tx, assertion.as_ref())? {
                return Ok(Written::AssertionReplayed);
            }
            if end {
                families::end(tx, &family)?;
            }
            match &rotate {
                Some((was, sealed, expires_day)) if !families::rotate(tx, was, sealed, *expires_day)? => {
                    Ok(Written::Moved)
                }
                _ => Ok(Written::Done),
            }
        });
        match (written.await.map_err(|_| TokenError::Unavailable)?, refused) {
            (Written::AssertionReplayed, _) => return Err(ClientAuthError::AssertionReplayed.into()),
            (Written::Done, Some(error)) => return Err(error.into()),
            (Written::Done, None) => return Ok(()),
            (Written::Moved, _) => assertion = None,
        }
    }
    Err(TokenError::Unavailable)
}

/// Everything that a refresh looks at, from one snapshot: family, person, consent, and the session unless the person
/// agreed to be absent.
async fn judge(provider: &Provider, client: &AuthenticatedClient, wanted: &Wanted) -> Result<Change, Unavailable> {
    let now = provider.now();
    let token = &wanted.token;
    let agreed = token.agreed();
    let (digest, client_id, shown) =
        (provider.keys.sub_digest(&wanted.sub), client.client_id().clone(), wanted.shown.clone());
    let (family, person, session) = (token.family(), agreed.person, agreed.session);
    let read = provider.store.read(move |db| {
        let Some(family) = families::by_id(db, &family)? else { return Ok(None) };
        let ground = access::ground(db, session.as_ref(), &person)?;
        Ok(Some((family, ground, consents::given(db, &digest, &client_id, &shown, now)?)))
    });
    let Some((row, ground, given)) = read.await? else { return Ok(Change::End(RefreshError::Ended)) };

    let state: FamilyState =
        provider.keys.open_bytes(&row.sealed).map_err(|_| Unavailable::damaged("refresh family"))?;
    let turn = token.turn(row.generation, state, now);
    match turn {
        Turn::Replayed => return Ok(Change::End(RefreshError::Replayed)),
        Turn::Idle => return Ok(Change::End(RefreshError::Idle)),
        Turn::Next | Turn::Again => {}
    }
    let stands = match ground {
        Some(ground) => ground.lives(provider)?,
        None => false,
    };
    if !stands {
        return Ok(Change::End(RefreshError::SignInEnded));
    }
    if !given.iter().any(|given| given.since <= token.begun()) {
        return Ok(Change::End(RefreshError::ConsentEnded));
    }
    if turn == Turn::Again {
        return Ok(Change::Nothing);
    }
    let state = FamilyState { rotated: now };
    let sealed = provider.keys.seal_bytes(&state, &mut *provider.rng())?;
    Ok(Change::Rotate { was: row, sealed, expires_day: state.expires_day(Access::of(&agreed.scopes)) })
}
