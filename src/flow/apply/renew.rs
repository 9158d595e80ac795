//! New ways in for who is known: proved by document and face, or by two officers, in this browser. FUNCTIONS 21; ADR 18.
//!
//! Two proofs that have nothing to do with one another count at once: the re-proof, and a passkey touched in this browser. With
//! the re-proof alone the new ways wait, the person hears of it on every channel, and any old way in can stop it.

use super::{Held, Image, Refused, Service, hold, log, note};
use crate::authn::{CodeSource, FixedCodes};
use crate::flow::notices::{self, NotTold, Word};
use crate::flow::{Provider, Unavailable, events, person, session};
use crate::person::application::{Known, Stage};
use crate::person::{PersonState, Recovery, Renewed, SecurityEvent, Ways};
use crate::spec::{DynamicCode, Factor, lifetime};
use crate::store::persons::{self, PersonRow};
use crate::store::recoveries::{self, RecoveryRow};
use crate::store::{applications, events as happened};

/// Who is known wishes for new ways in: the PIN is next.
///
/// # Errors
/// As [`Refused`].
pub async fn renew(provider: &Provider, cookie: Option<&str>) -> Result<(), Refused> {
    let held = hold(provider, cookie).await?;
    let next = held.application.clone().renew()?;
    if let Stage::RenewPin(known) = &next.stage {
        strong_enough(provider, known).await?;
    }
    held.step(provider, next, Image::Gone).await.map(drop)
}

/// Whether the re-proof stands for as much as the person was known by: else a copy of their document, which is good for less,
/// would open all that the genuine one did.
async fn strong_enough(provider: &Provider, known: &Known) -> Result<(), Refused> {
    let id = known.person;
    let row = provider.store.read(move |db| persons::by_id(db, &id)).await?.ok_or(Refused::Over)?;
    let evidence = person::secrets(provider, &row).await?.evidence;
    if known.evidence.cap() < evidence.cap() { log(Refused::TooWeak) } else { Ok(()) }
}

/// Judges the first code of the new app. `session` is the session cookie of this browser, if there is one.
///
/// # Errors
/// As [`Refused`].
pub async fn confirm_renewal(
    provider: &Provider,
    cookie: Option<&str>,
    typed: &DynamicCode,
    session: Option<&str>,
) -> Result<(), Refused> {
    let held = hold(provider, cookie).await?;
    let Stage::RenewCode { known, pin_hash, totp } = held.application.stage.clone() else { return Err(Refused::Stale) };
    let source: CodeSource = provider.keys.open_bytes(&totp).map_err(|_| Unavailable::damaged("code seed"))?;
    let Some(totp_step) = source.check(typed, provider.now(), FixedCodes::Refused).and_then(|it| it.consumes()) else {
        return log(Refused::Code);
    };
    strong_enough(provider, &known).await?;
    let ways = Ways { pin_hash, totp, totp_step };
    let id = known.person;
    let row = provider.store.read(move |db| persons::by_id(db, &id)).await?.ok_or(Refused::Over)?;
    let state = PersonState::parse(&row.state).ok_or_else(|| Unavailable::damaged("person state"))?;
    match holds_a_passkey(provider, &known, session).await? {
        true => at_once(provider, held, row, state, ways).await,
        false => later(provider, held, row, state, ways).await,
    }
}

/// Whether a passkey of this very person was touched in this browser a moment ago.
async fn holds_a_passkey(provider: &Provider, known: &Known, session: Option<&str>) -> Result<bool, Unavailable> {
    let since = provider.now().minus(lifetime::RECENT);
    let live = session::live(provider, session).await?;
    Ok(live.is_some_and(|live| live.person.id == known.person && live.factors.not_before(since).has(Factor::Cert)))
}

async fn at_once(
    provider: &Provider,
    held: Held,
    person: PersonRow,
    state: PersonState,
    ways: Ways,
) -> Result<(), Refused> {
    let Ok(state) = state.settle(Renewed::Ways) else { return log(Refused::Stopped) };
    let next = held.application.clone().renewed(provider.now())?;
    let row = held.after(provider, &next, Image::Gone)?;
    let event = events::row(provider, person.id, SecurityEvent::Recovered)?;
    let (id, version) = (person.id, person.version);
    let written = provider.store.write(move |tx| {
        if persons::by_id(tx, &id)?.is_none_or(|now| now.version != version) || !applications::step(tx, &row)? {
            return Ok(false);
        }
        if let Some(waiting) = recoveries::of_person(tx, &id)? {
            recoveries::end(tx, &waiting)?;
        }
        happened::note(tx, &event)?;
        persons::renew(tx, &id, version, &ways, state.text())
    });
    if !written.await? {
        return Err(Refused::Stale);
    }
    note(&next);
    notices::try_to_tell(provider, &person, Word::Recovered).await;
    Ok(())
}

/// The notice leaves first: what nobody could hear of does not begin to wait.
async fn later(
    provider: &Provider,
    held: Held,
    person: PersonRow,
    state: PersonState,
    ways: Ways,
) -> Result<(), Refused> {
    let Ok(state) = state.recover() else { return log(Refused::Stopped) };
    let due = provider.now().plus(provider.recovery_wait);
    let next = held.application.clone().renewed(due)?;
    match notices::tell(provider, &person, Word::RecoveryBegun).await {
        Ok(()) => {}
        Err(NotTold::Unavailable(unavailable)) => return Err(unavailable.into()),
        Err(NotTold::Port(error)) => return log(Refused::NoAnswer { service: Service::Notification, error }),
    }
    let row = held.after(provider, &next, Image::Gone)?;
    let waiting = waiting(provider, &person, Recovery { ways, due })?;
    let event = events::row(provider, person.id, SecurityEvent::RecoveryBegun)?;
    let (id, version) = (person.id, person.version);
    let written = provider.store.write(move |tx| {
        if persons::by_id(tx, &id)?.is_none_or(|now| now.version != version) || !applications::step(tx, &row)? {
            return Ok(false);
        }
        recoveries::begin(tx, &waiting)?;
        happened::note(tx, &event)?;
        persons::set_state(tx, &id, version, state.text())
    });
    match written.await? {
        true => {
            note(&next);
            Ok(())
        }
        false => Err(Refused::Stale),
    }
}

fn waiting(provider: &Provider, person: &PersonRow, recovery: Recovery) -> Result<RecoveryRow, Unavailable> {
    let sealed = provider.keys.seal_bytes(&recovery, &mut *provider.rng())?;
    Ok(RecoveryRow { person: person.id, due_hour: recovery.due.hour(), sealed })
}
