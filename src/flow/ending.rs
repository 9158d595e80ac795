//! The ends of sessions: by the person, by a website, by time. Each leaves a letter in the outbox, in the same transaction.
//!
//! What a letter holds is sealed between a look at the session and the write; whoever visits one more website in between
//! changes the list, and the write refuses and is tried again. PROTOCOL 1, 5; Back-Channel Logout 1.0 §2.5.

use super::session::{self, Live, TRIES};
use super::{Provider, Unavailable, events, outbox as letters, person, person_key};
use crate::authn::{ClientList, Letter};
use crate::keys::{Epoch, PersonKey};
use crate::person::{PersonSecrets, SecurityEvent};
use crate::spec::{PersonId, SessionId, Timestamp, lifetime};
use crate::store::outbox::{self, OutboxRow};
use crate::store::persons::PersonRow;
use crate::store::sessions::SessionRow;
use crate::store::{Db, StoreError, Tx, events as happened, persons, sessions};
use tracing::warn;

/// Sessions that one sweep looks at together.
pub(super) const BATCH: i64 = 32;

/// A session that is about to end.
#[derive(Clone)]
struct Ending {
    session: SessionId,
    /// Of its list of clients, when the letter was sealed.
    version: i64,
    letter: OutboxRow,
}

/// What a write did.
enum Outcome {
    /// None of the sessions is there any more; so many were ended here.
    Ended(usize),
    /// Somebody was faster with a visit or a sign-in.
    Moved,
}

/// Ends the session of this browser; answers which websites it had visited.
///
/// # Errors
/// Unavailable storage.
pub async fn here(provider: &Provider, live: &Live) -> Result<ClientList, Unavailable> {
    Ok(one(provider, live, live.session.id).await?.unwrap_or_default())
}

/// Ends one session of this person; false when it is somebody else's, or over.
///
/// # Errors
/// Unavailable storage.
pub async fn end(provider: &Provider, live: &Live, id: SessionId) -> Result<bool, Unavailable> {
    Ok(one(provider, live, id).await?.is_some())
}

async fn one(provider: &Provider, live: &Live, id: SessionId) -> Result<Option<ClientList>, Unavailable> {
    for _ in 0..TRIES {
        let row = provider.store.read(move |db| sessions::by_id(db, &id)).await?;
        let Some(row) = row.filter(|row| row.person == live.person.id) else { return Ok(None) };
        let list = session::list(provider, &row.clients)?;
        let key = person_key::of(provider, &live.person.key_id).await?;
        let ending = vec![ending(provider, &row, (&key, &live.secrets), list.clone())?];
        if let Outcome::Ended(count) = provider.store.write(move |tx| carry_out(tx, &ending)).await? {
            return Ok((count == 1).then_some(list));
        }
    }
    Err(Unavailable::busy())
}

/// Signs this person out everywhere; answers which websites the session of this browser had visited.
///
/// # Errors
/// Unavailable storage.
pub async fn everywhere(provider: &Provider, live: &Live) -> Result<ClientList, Unavailable> {
    let person = live.person.id;
    let mut here = ClientList::default();
    for _ in 0..TRIES {
        let rows = provider.store.read(move |db| sessions::of_person(db, &person)).await?;
        let key = person_key::of(provider, &live.person.key_id).await?;
        let mut endings = Vec::with_capacity(rows.len());
        for row in &rows {
            let list = session::list(provider, &row.clients)?;
            if row.id == live.session.id {
                here = list.clone();
            }
            endings.push(ending(provider, row, (&key, &live.secrets), list)?);
        }
        let event = events::row(provider, person, SecurityEvent::SignedOutEverywhere)?;
        let ended = provider.store.write(move |tx| match carry_out(tx, &endings)? {
            // A sign-in of this very moment is signed out as well.
            Outcome::Ended(_) if !sessions::of_person(tx, &person)?.is_empty() => Ok(Outcome::Moved),
            Outcome::Ended(count) => happened::note(tx, &event).map(|()| Outcome::Ended(count)),
            Outcome::Moved => Ok(Outcome::Moved),
        });
        if let Outcome::Ended(_) = ended.await? {
            return Ok(here);
        }
    }
    Err(Unavailable::busy())
}

/// Ends sessions that nobody has used for so long that they are idle; tells how many there were in this batch. Whatever
/// else ends a session by time keeps it from being used, so these are all.
///
/// # Errors
/// Unavailable storage.
pub async fn end_unused(provider: &Provider, now: Timestamp) -> Result<usize, Unavailable> {
    // `last_seen` is rounded down by up to a step.
    let since = now.minus(lifetime::SESSION_IDLE).minus(lifetime::LAST_SEEN_STEP);
    let found = provider.store.read(move |db| unused(db, since)).await?;
    let count = found.len();
    let mut endings = Vec::with_capacity(count);
    person_key::warm(provider, found.iter().filter_map(|(_, person)| Some(person.as_ref()?.key_id)).collect()).await?;
    for (row, person) in &found {
        match last_words(provider, row, person.as_ref()).await {
            Ok(Some(ending)) => endings.push(Ok(ending)),
            // Nobody's any more, or damaged: it ends all the same, or it would be looked at for ever.
            Ok(None) | Err(_) => {
                warn!(target: "hufu::sessions", "a session ends of which no website can be told");
                endings.push(Err((row.id, row.version)));
            }
        }
    }
    provider
        .store
        .write(move |tx| {
            for ending in &endings {
                match ending {
                    Ok(ending) => drop(end_with_letter(tx, ending)?),
                    Err((id, version)) => drop(sessions::end(tx, id, *version)?),
                }
            }
            Ok(())
        })
        .await?;
    Ok(count)
}

type Unused = Vec<(SessionRow, Option<PersonRow>)>;

fn unused(db: &mut Db, since: Timestamp) -> Result<Unused, StoreError> {
    let rows = sessions::unused(db, since, BATCH)?;
    rows.into_iter().map(|row| persons::by_id(db, &row.person).map(|person| (row, person))).collect()
}

async fn last_words(
    provider: &Provider,
    row: &SessionRow,
    person: Option<&PersonRow>,
) -> Result<Option<Ending>, Unavailable> {
    let Some(person) = person else { return Ok(None) };
    let key = person_key::of(provider, &person.key_id).await?;
    let secrets = person::secrets(provider, person).await?;
    ending(provider, row, (&key, &secrets), session::list(provider, &row.clients)?).map(Some)
}

fn ending(
    provider: &Provider,
    row: &SessionRow,
    (key, secrets): (&PersonKey, &PersonSecrets),
    list: ClientList,
) -> Result<Ending, Unavailable> {
    let now = provider.now();
    let letter = Letter::of(row.id, (secrets.handle.clone(), Epoch(secrets.epoch)), list, now);
    let letter = OutboxRow {
        id: letter.id(&mut *provider.rng()),
        sealed: letters::seal(provider, key, &letter)?,
        // At once, and no finer than the rows of persons.
        due: now.hour(),
        attempts: 0,
    };
    Ok(Ending { session: row.id, version: row.version, letter })
}

fn end_with_letter(tx: &mut Tx, ending: &Ending) -> Result<bool, StoreError> {
    let ended = sessions::end(tx, &ending.session, ending.version)?;
    if ended {
        outbox::insert(tx, &ending.letter)?;
    }
    Ok(ended)
}

/// The ends of all sessions of a person, prepared for the write that stops the person.
#[derive(Clone, Default)]
pub(super) struct Farewell {
    endings: Vec<Ending>,
    /// Which websites each had visited.
    lists: Vec<(SessionId, ClientList)>,
}

impl Farewell {
    /// Looks at the sessions of `person` and seals a letter for each. Nobody's are none, by the same look.
    pub async fn of(
        provider: &Provider,
        person: PersonId,
        secrets: Option<(&PersonKey, &PersonSecrets)>,
    ) -> Result<Self, Unavailable> {
        let rows = provider.store.read(move |db| sessions::of_person(db, &person)).await?;
        let mut farewell = Self::default();
        let Some(secrets) = secrets else { return Ok(farewell) };
        for row in &rows {
            let list = session::list(provider, &row.clients)?;
            farewell.endings.push(ending(provider, row, secrets, list.clone())?);
            farewell.lists.push((row.id, list));
        }
        Ok(farewell)
    }

    /// Which websites the session in this browser had visited.
    pub fn list(&self, session: SessionId) -> ClientList {
        let own = self.lists.iter().find(|(id, _)| *id == session);
        own.map(|(_, list)| list.clone()).unwrap_or_default()
    }

    /// Whether the sessions are as they were looked at: asked before anything is written.
    pub fn holds(&self, tx: &mut Tx, person: &PersonId) -> Result<bool, StoreError> {
        let now = sessions::of_person(tx, person)?;
        let known = |row: &SessionRow| {
            self.endings.iter().any(|ending| ending.session == row.id && ending.version == row.version)
        };
        Ok(now.iter().all(known))
    }

    /// Ends them, each with its letter.
    pub fn carry_out(&self, tx: &mut Tx) -> Result<(), StoreError> {
        self.endings.iter().try_for_each(|ending| end_with_letter(tx, ending).map(drop))
    }
}

fn carry_out(tx: &mut Tx, endings: &[Ending]) -> Result<Outcome, StoreError> {
    let mut count = 0;
    let mut moved = false;
    for ending in endings {
        if end_with_letter(tx, ending)? {
            count += 1;
        } else {
            moved |= sessions::by_id(tx, &ending.session)?.is_some();
        }
    }
    Ok(if moved { Outcome::Moved } else { Outcome::Ended(count) })
}
