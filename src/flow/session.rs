//! Sessions: who is signed in in this browser, and which websites to tell when that ends. PROTOCOL 5, 6.

use super::{Provider, Unavailable, person};
use crate::authn::{Caps, ClientList, FaceReference, Life, Session, SessionCookie, SessionSecrets, SignedIn, Visit};
use crate::client::Client;
use crate::keys::Epoch;
use crate::person::{PersonSecrets, PersonState, TokensLive};
use crate::spec::{Acr, FactorSet, PersonId, SessionId, Timestamp, TokenHash};
use crate::store::persons::PersonRow;
use crate::store::sessions::{Footing, InUse, SessionRow};
use crate::store::{Db, StoreError, persons, sessions};

/// A person signed in in this browser at this instant.
pub struct Live {
    pub session: Session,
    /// The factors that still count.
    pub factors: FactorSet,
    pub person: PersonRow,
    pub secrets: PersonSecrets,
    /// As the row keeps it.
    in_use: InUse,
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
            caps: Caps {
                evidence: self.secrets.evidence.cap(),
                // A row that does not parse signs nobody in: [`open`].
                state: PersonState::parse(&self.person.state).map_or(Acr::Code, PersonState::cap),
            },
            face: match self.secrets.registry_ref {
                Some(_) => FaceReference::Known,
                None => FaceReference::Unknown,
            },
        }
    }

    /// The last group of the network number.
    pub fn number_end(&self) -> String {
        self.secrets.number.grouped().rsplit('-').next().unwrap_or_default().to_owned()
    }
}

/// Who asks for a change of the ways in. Between the reading and the write a sign-out everywhere, a step-up or a suspension
/// may have come: so the write asks once more.
#[derive(Clone, Copy)]
pub(super) struct Asker {
    session: SessionId,
    secret_hash: TokenHash,
    person: PersonId,
}

impl Asker {
    pub fn of(live: &Live) -> Self {
        Self { session: live.session.id, secret_hash: live.session.secret_hash, person: live.person.id }
    }

    /// Whether the session is as it was read, and its person may still sign in.
    pub fn still_stands(&self, db: &mut Db) -> Result<bool, StoreError> {
        let Some((session, person)) = sessions::with_person(db, &self.session)? else { return Ok(false) };
        let same = session.person == self.person && session.secret_hash.matches(&self.secret_hash);
        Ok(same && PersonState::parse(&person.state).is_some_and(PersonState::may_sign_in))
    }
}

/// Whether tokens of this session still stand (PROTOCOL 6), as far as rows tell without being opened.
pub(super) fn stands(db: &mut Db, session: &SessionId, person: &PersonId) -> Result<bool, StoreError> {
    Ok(standing(db, session, person)?.is_some())
}

/// What these tokens stand on, if the session is this person's and their tokens are honoured. Whether it has ended by itself,
/// which no row says before it is swept, [`lives`] tells.
pub(super) fn standing(db: &mut Db, session: &SessionId, person: &PersonId) -> Result<Option<Footing>, StoreError> {
    let stands = |footing: &Footing| footing.person == *person && tokens_live(&footing.state);
    Ok(sessions::footing(db, session)?.filter(stands))
}

/// Whether the session has neither been idle for too long nor reached its last hour. Opens the row, in about a microsecond.
pub(super) fn lives(provider: &Provider, footing: &Footing, now: Timestamp) -> Result<bool, Unavailable> {
    Ok(matches!(secrets(provider, &footing.sealed)?.life(footing.last_seen, now), Life::Live(_)))
}

/// As [`stands`], of tokens that a person agreed to for when they are not signed in.
pub(super) fn person_stands(db: &mut Db, person: &PersonId) -> Result<bool, StoreError> {
    Ok(persons::state(db, person)?.is_some_and(|state| tokens_live(&state)))
}

/// Whether the tokens of a person in this state are honoured.
pub(super) fn tokens_live(state: &str) -> bool {
    PersonState::parse(state).is_some_and(|state| state.tokens_live() == TokensLive::Live)
}

/// The session of a cookie: `None` when the secret differs, the session is over, or the person may not sign in.
pub(super) async fn open(
    provider: &Provider,
    cookie: &SessionCookie,
    (row, person): (SessionRow, PersonRow),
    now: Timestamp,
) -> Result<Option<Live>, Unavailable> {
    let in_use = InUse { clients: row.clients.clone(), version: row.version, last_seen: row.last_seen };
    let session = opened(provider, row)?;
    let allowed = PersonState::parse(&person.state).is_some_and(PersonState::may_sign_in);
    let Life::Live(factors) = session.life(now) else { return Ok(None) };
    if !allowed || !session.belongs_to(cookie) {
        return Ok(None);
    }
    let secrets = person::secrets(provider, &person).await?;
    Ok(Some(Live { session, factors, person, secrets, in_use }))
}

/// A session's row, opened.
pub(super) fn opened(provider: &Provider, row: SessionRow) -> Result<Session, Unavailable> {
    let sealed = secrets(provider, &row.sealed)?;
    Ok(Session { id: row.id, person: row.person, secret_hash: row.secret_hash, sealed, last_seen: row.last_seen })
}

fn secrets(provider: &Provider, sealed: &[u8]) -> Result<SessionSecrets, Unavailable> {
    provider.keys.open_bytes(sealed).map_err(|_| Unavailable::damaged("session"))
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
        version: version(provider),
        last_seen: session.last_seen,
    })
}

/// Who is signed in in the browser with this cookie.
///
/// # Errors
/// Unavailable storage.
pub async fn live(provider: &Provider, cookie: Option<&str>) -> Result<Option<Live>, Unavailable> {
    let Some(cookie) = cookie.and_then(SessionCookie::parse) else { return Ok(None) };
    let id = cookie.id();
    let pair = provider.store.read(move |db| sessions::with_person(db, &id)).await?;
    match pair {
        Some(pair) => open(provider, &cookie, pair, provider.now()).await,
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
        used(provider, live, None, provider.now()).await?;
    }
    Ok(live)
}

/// Others may change the list of clients between our look and our write.
pub(super) const TRIES: usize = 5;

/// Notes that the session was used, in `client`'s name where one asked. Written where its quarter of an hour is over, and at
/// the first visit to a client that hears of logouts; a repeat login writes nothing.
pub(super) async fn used(
    provider: &Provider,
    live: &Live,
    client: Option<&Client>,
    now: Timestamp,
) -> Result<(), Unavailable> {
    let hearing = client.filter(|client| client.metadata.hears_of_logouts());
    let id = live.session.id;
    let mut known = live.in_use.clone();
    for _ in 0..TRIES {
        let late = Session::touched(now) > known.last_seen;
        if !late && hearing.is_none() {
            return Ok(());
        }
        let mut list = list(provider, &known.clients)?;
        let visit = hearing.map_or(Visit::Again, |client| list.visit(&client.client_id));
        if !late && visit == Visit::Again {
            return Ok(());
        }
        let (was, next) = (known.version, in_use(provider, &list, known.last_seen.max(Session::touched(now)))?);
        if provider.store.write(move |tx| sessions::keep_in_use(tx, &id, was, &next)).await? {
            return Ok(());
        }
        match provider.store.read(move |db| sessions::by_id(db, &id)).await? {
            Some(row) => known = InUse { clients: row.clients, version: row.version, last_seen: row.last_seen },
            // It has ended: no token of it stands, and nobody is to be told.
            None => return Ok(()),
        }
    }
    Err(Unavailable::busy())
}

/// A session's list of clients, opened.
pub(super) fn list(provider: &Provider, sealed: &[u8]) -> Result<ClientList, Unavailable> {
    provider.keys.open_bytes(sealed).map_err(|_| Unavailable::damaged("session's clients"))
}

fn in_use(provider: &Provider, list: &ClientList, last_seen: Timestamp) -> Result<InUse, Unavailable> {
    let clients = provider.keys.seal_bytes(list, &mut *provider.rng())?;
    Ok(InUse { clients, version: version(provider), last_seen })
}

/// Drawn, never counted: see [`SessionRow::version`].
fn version(provider: &Provider) -> i64 {
    (provider.rng().next_u64() >> 1) as i64
}
