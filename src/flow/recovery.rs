//! New ways in that wait: shown to the person, stopped by any old way in, carried out on their day. FUNCTIONS 21; ADR 18.
//!
//! Carried out, they are the only ones: passkeys are gone, sessions end, a freeze is lifted. Every sub stays, for the handle does.

use super::ending::Farewell;
use super::notices::{self, Word};
use super::session::{Asker, Live, TRIES};
use super::{Provider, Unavailable, events, person, person_key};
use crate::person::{PersonState, Recovery, Renewed, SecurityEvent};
use crate::spec::Timestamp;
use crate::store::recoveries::{self, RecoveryRow};
use crate::store::{events as happened, passkeys, persons};
use tracing::info;

/// Recoveries that one round carries out.
const BATCH: i64 = 64;

/// When the new ways in of this person take over; `None` where none wait.
///
/// # Errors
/// Unavailable storage.
pub(super) async fn waits(provider: &Provider, live: &Live) -> Result<Option<Timestamp>, Unavailable> {
    let id = live.person.id;
    let row = provider.store.read(move |db| recoveries::of_person(db, &id)).await?;
    row.map(|row| Ok(opened(provider, &row)?.due)).transpose()
}

fn opened(provider: &Provider, row: &RecoveryRow) -> Result<Recovery, Unavailable> {
    provider.keys.open_bytes(&row.sealed).map_err(|_| Unavailable::damaged("recovery"))
}

/// Stops what waits: whoever is signed in says that it was not them, or that they need it no more. False where nothing waits.
///
/// # Errors
/// Unavailable storage.
pub async fn stop(provider: &Provider, live: &Live) -> Result<bool, Unavailable> {
    let (id, asker) = (live.person.id, Asker::of(live));
    let event = events::row(provider, id, SecurityEvent::RecoveryStopped)?;
    let stopped = provider.store.write(move |tx| {
        let (Some(waiting), true) = (recoveries::of_person(tx, &id)?, asker.still_stands(tx)?) else {
            return Ok(false);
        };
        let Some(row) = persons::by_id(tx, &id)? else { return Ok(false) };
        let settled = PersonState::parse(&row.state).and_then(|state| state.settle(Renewed::Nothing).ok());
        let Some(state) = settled else { return Ok(false) };
        recoveries::end(tx, &waiting)?;
        happened::note(tx, &event)?;
        persons::set_state(tx, &id, row.version, state.text())
    });
    let stopped = stopped.await?;
    if stopped {
        log("recovery.stopped");
        notices::try_to_tell(provider, &live.person, Word::RecoveryStopped).await;
    }
    Ok(stopped)
}

/// Carries out what is due; tells how many.
///
/// # Errors
/// Unavailable storage.
pub async fn carry_out_due(provider: &Provider, now: Timestamp) -> Result<usize, Unavailable> {
    let rows = provider.store.read(move |db| recoveries::due(db, now, BATCH)).await?;
    let mut count = 0;
    for row in rows {
        let recovery = opened(provider, &row)?;
        if recovery.due <= now && carry_out(provider, row, recovery).await? {
            count += 1;
        }
    }
    Ok(count)
}

async fn carry_out(provider: &Provider, waiting: RecoveryRow, recovery: Recovery) -> Result<bool, Unavailable> {
    let id = waiting.person;
    for _ in 0..TRIES {
        let row = provider.store.read(move |db| persons::by_id(db, &id)).await?;
        let state = row.as_ref().and_then(|row| PersonState::parse(&row.state));
        let (Some(row), Some(Ok(state))) = (row, state.map(|state| state.settle(Renewed::Ways))) else {
            // Closed, suspended or gone meanwhile: nothing is renewed, and nothing waits any more.
            provider.store.write(move |tx| recoveries::end(tx, &waiting)).await?;
            log("recovery.dropped");
            return Ok(false);
        };
        let secrets = person::secrets(provider, &row).await?;
        let key = person_key::of(provider, &row.key_id).await?;
        let farewell = Farewell::of(provider, id, Some((&key, &secrets))).await?;
        let event = events::row(provider, id, SecurityEvent::Recovered)?;
        let (waiting, ways, version) = (waiting.clone(), recovery.ways.clone(), row.version);
        let written = provider.store.write(move |tx| {
            let same = persons::by_id(tx, &id)?.is_some_and(|now| now.version == version);
            if !same || !farewell.holds(tx, &id)? {
                return Ok(Written::Moved);
            }
            if !recoveries::end(tx, &waiting)? {
                return Ok(Written::Gone);
            }
            persons::renew(tx, &id, version, &ways, state.text())?;
            passkeys::remove_all(tx, &id)?;
            farewell.carry_out(tx)?;
            happened::note(tx, &event)?;
            Ok(Written::Done)
        });
        match written.await? {
            Written::Moved => {}
            // Stopped, or begun anew, at this very moment.
            Written::Gone => return Ok(false),
            Written::Done => {
                log("recovery.done");
                notices::try_to_tell(provider, &row, Word::Recovered).await;
                return Ok(true);
            }
        }
    }
    Err(Unavailable::busy())
}

/// What the write did.
#[derive(Clone, Copy)]
enum Written {
    Done,
    /// The person or their sessions changed meanwhile: nothing is written yet.
    Moved,
    Gone,
}

/// For the operator, without the person.
fn log(code: &'static str) {
    info!(target: "hufu::apply", code, "recovery");
    metrics::counter!("hufu_recoveries_total", "code" => code).increment(1);
}
