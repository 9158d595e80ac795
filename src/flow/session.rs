//! Sessions: who is signed in in this browser, and the ends of that. PROTOCOL 5, 6.

use super::{Provider, Unavailable};
use crate::authn::{ClientList, Life, Session, SessionCookie, SessionSecrets, SignedIn};
use crate::keys::Epoch;
use crate::person::{PersonSecrets, PersonState, TokensLive};
use crate::spec::{FactorSet, PersonId, SessionId, Timestamp};
use crate::store::persons::PersonRow;
use crate::store::sessions::SessionRow;
use crate::store::{Db, StoreError, persons, sessions};

/// A person signed in in this browser at this instant.
pub struct Live {
    pub session: Session,
    /// The factors that still count.
    pub factors: FactorSet,
    pub person: PersonRow,
    pub secrets: PersonSecrets,
}

impl Live {
    /// What the street needs of it.
    pub fn signed_in(&self) -> SignedIn {
        SignedIn {
            session: self.session.id,
            person: self.person.id,
            factors: self.factors.clone(),
            handle: self.secrets.handle.clone(),
            epoch: Epoch(self.secrets.epoch),
        }
    }

    /// The last group of the network number.
    pub fn number_end(&self) -> String {
        self.secrets.number.grouped().rsplit('-').next().unwrap_or_default().to_owned()
    }
}

/// The two rows of a session, from one snapshot.
pub(super) fn rows(db: &mut Db, id: &SessionId) -> Result<Option<(SessionRow, PersonRow)>, StoreError> {
    let Some(session) = sessions::by_id(db, id)? else { return Ok(None) };
    let person = persons::by_id(db, &session.person)?;
    Ok(person.map(|person| (session, person)))
}

/// Whether tokens of this session still stand (PROTOCOL 6): cheap enough for every use of a token.
pub(super) fn stands(db: &mut Db, session: &SessionId, person: &PersonId) -> Result<bool, StoreError> {
    match rows(db, session)? {
        Some((row, owner)) => Ok(row.person == *person
            && PersonState::parse(&owner.state).is_some_and(|state| state.tokens_live() == TokensLive::Live)),
        None => Ok(false),
    }
}

/// The session of a cookie: `None` when the secret differs, the session is over, or the person may not sign in.
pub(super) fn open(
    provider: &Provider,
    cookie: &SessionCookie,
    (row, person): (SessionRow, PersonRow),
    now: Timestamp,
) -> Result<Option<Live>, Unavailable> {
    let session = opened(provider, row)?;
    let allowed = PersonState::parse(&person.state).is_some_and(PersonState::may_sign_in);
    let Life::Live(factors) = session.life(now) else { return Ok(None) };
    if !allowed || !session.belongs_to(cookie) {
        return Ok(None);
    }
    let secrets = secrets(provider, &person)?;
    Ok(Some(Live { session, factors, person, secrets }))
}

/// A session's row, opened.
pub(super) fn opened(provider: &Provider, row: SessionRow) -> Result<Session, Unavailable> {
    let sealed: SessionSecrets = provider.keys.open_bytes(&row.sealed).map_err(|_| Unavailable::damaged("session"))?;
    Ok(Session { id: row.id, person: row.person, secret_hash: row.secret_hash, sealed, last_seen: row.last_seen })
}

/// A session's row, sealed.
pub(super) fn sealed(provider: &Provider, session: &Session) -> Result<SessionRow, Unavailable> {
    let mut rng = provider.rng();
    let keys = &provider.keys;
    Ok(SessionRow {
        id: session.id,
        person: session.person,
        secret_hash: session.secret_hash,
        sealed: keys.seal_bytes(&session.sealed, &mut *rng).map_err(Unavailable::from)?,
        clients: keys.seal_bytes(&ClientList::default(), &mut *rng).map_err(Unavailable::from)?,
        version: 0,
        last_seen: session.last_seen,
    })
}

/// What a person's row keeps sealed.
pub(super) fn secrets(provider: &Provider, person: &PersonRow) -> Result<PersonSecrets, Unavailable> {
    provider.keys.open_bytes(&person.sealed).map_err(|_| Unavailable::damaged("person"))
}

/// Who is signed in in the browser with this cookie.
///
/// # Errors
/// Unavailable storage.
pub async fn live(provider: &Provider, cookie: Option<&str>) -> Result<Option<Live>, Unavailable> {
    let Some(cookie) = cookie.and_then(SessionCookie::parse) else { return Ok(None) };
    let id = cookie.id();
    let pair = provider.store.read(move |db| rows(db, &id)).await?;
    match pair {
        Some(pair) => open(provider, &cookie, pair, provider.now()),
        None => Ok(None),
    }
}

/// As [`live`], and the visit counts as use of the session.
///
/// # Errors
/// Unavailable storage.
pub async fn visit(provider: &Provider, cookie: Option<&str>) -> Result<Option<Live>, Unavailable> {
    let live = live(provider, cookie).await?;
    if let Some(live) = &live {
        touch(provider, live, provider.now()).await?;
    }
    Ok(live)
}

/// Moves `last_seen` where its quarter of an hour is over: at most one write in that time.
pub(super) async fn touch(provider: &Provider, live: &Live, now: Timestamp) -> Result<(), Unavailable> {
    if live.session.needs_touch(now) {
        let id = live.session.id;
        provider.store.write(move |tx| sessions::touch(tx, &id, now)).await?;
    }
    Ok(())
}

/// Ends the session here.
///
/// # Errors
/// Unavailable storage.
pub async fn sign_out(provider: &Provider, live: &Live) -> Result<(), Unavailable> {
    let id = live.session.id;
    provider.store.write(move |tx| sessions::end(tx, &id)).await?;
    Ok(())
}

/// Ends one session of this person; false when it is somebody else's, or over.
///
/// # Errors
/// Unavailable storage.
pub async fn end(provider: &Provider, live: &Live, id: SessionId) -> Result<bool, Unavailable> {
    let person = live.person.id;
    let ended = provider.store.write(move |tx| {
        let own = sessions::by_id(tx, &id)?.is_some_and(|row| row.person == person);
        if own { sessions::end(tx, &id) } else { Ok(false) }
    });
    Ok(ended.await?)
}

/// Signs this person out everywhere.
///
/// # Errors
/// Unavailable storage.
pub async fn end_all(provider: &Provider, live: &Live) -> Result<usize, Unavailable> {
    let person = live.person.id;
    Ok(provider.store.write(move |tx| sessions::end_all(tx, &person)).await?)
}
