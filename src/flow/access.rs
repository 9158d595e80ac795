//! Access tokens at the endpoints that accept them: opened, and found to stand or not (PROTOCOL 6). Reads only.

use super::{Provider, Unavailable, session};
use crate::keys::SigningKeys;
use crate::spec::{PersonId, SessionId};
use crate::store::grants::GrantState;
use crate::store::sessions::Footing;
use crate::store::{Db, StoreError, families, grants};
use crate::token::{AccessTokenError, StandsBy, VerifiedAccessToken};

/// Opens a token; `None` when it is a JWT and this node has no keys to tell it by. An opaque one needs none.
pub(super) fn verify(provider: &Provider, token: &str) -> Option<Result<VerifiedAccessToken, AccessTokenError>> {
    let verify = |signing: &SigningKeys| VerifiedAccessToken::verify(token, &provider.keys, signing, provider.now());
    if token.contains('.') {
        return Some(verify(&provider.published()?.signing));
    }
    Some(verify(&SigningKeys::empty()))
}

/// What a token stands on beside its own row.
pub(super) enum Ground {
    /// The person alone, who agreed to be absent.
    Person,
    /// A session, of which no row says whether it has ended by itself.
    Session(Footing),
}

impl Ground {
    /// Whether it still goes on. Opens the session's row.
    pub(super) fn lives(self, provider: &Provider) -> Result<bool, Unavailable> {
        match self {
            Self::Person => Ok(true),
            Self::Session(footing) => session::lives(provider, &footing, provider.now()),
        }
    }
}

/// The ground under a token whose own row is there.
pub(super) fn under(db: &mut Db, token: &VerifiedAccessToken) -> Result<Option<Ground>, StoreError> {
    let has_row = match &token.stands_by {
        StandsBy::Grant(id) => grants::state(db, id)? == GrantState::Active,
        StandsBy::Family(id) => families::is_there(db, id)?,
    };
    if has_row { ground(db, token.session.as_ref(), &token.person) } else { Ok(None) }
}

/// The ground of tokens of this person that end with that session, or with none.
pub(super) fn ground(
    db: &mut Db,
    session: Option<&SessionId>,
    person: &PersonId,
) -> Result<Option<Ground>, StoreError> {
    match session {
        Some(session) => Ok(session::standing(db, session, person)?.map(Ground::Session)),
        None => Ok(session::person_stands(db, person)?.then_some(Ground::Person)),
    }
}
