//! A person stops their own number: by number and PIN from anywhere, or on their own page. PROTOCOL 22.
//!
//! From anywhere, the answer is one and the same: whoever guesses learns nothing, by words, by cost or by a counter. A right
//! PIN draws on the budget like a wrong one, and a wrong one runs the same statements, against a person who is nobody; a
//! right one has the letters of the sessions that it ends on top, which a single sample cannot tell from the hash's own
//! spread. Lifting is a sign-in with a passkey (`sign_in_passkey::lift`).

use super::budget::Slots;
use super::ending::Farewell;
use super::session::{Asker, Live, TRIES};
use super::sign_in::{self, NotSignedIn};
use super::{Provider, Unavailable, events, logout, passkeys, person, person_key};
use crate::authn::{Admission, Attempt, normal_pin};
use crate::keys::{PersonKey, TagPurpose};
use crate::person::{NetworkNumber, PersonSecrets, PersonState, SecurityEvent};
use crate::spec::{NumberDigest, PersonId, PersonKeyId, Pin};
use crate::store::events::{self as happened, EventRow};
use crate::store::persons::{self, PersonRow};
use crate::store::{StoreError, Tx};
use std::sync::Arc;
use tracing::info;
use url::Url;

/// What the person knows about the way back before they freeze on their own page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayBack {
    Unsaid,
    /// They were told that without a passkey only the operator lifts it.
    Understood,
}

/// Why the number is not frozen from the person's own page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the sign-in is not recent enough")]
    NotRecent,
    #[error("the person has no passkey to lift it with, and was not told so")]
    NoWayBack,
    #[error("the storage is unavailable")]
    Unavailable,
}

impl From<Unavailable> for Refused {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

/// Freezes whoever has this number and this PIN; says nothing about whether there is anybody.
///
/// # Errors
/// [`NotSignedIn::NumberShape`], [`NotSignedIn::PinShape`], which only say what was typed; [`NotSignedIn::Busy`].
pub async fn by_pin(provider: &Provider, number: &str, pin: &Pin, device: Option<&str>) -> Result<(), NotSignedIn> {
    let number = NetworkNumber::parse(number).map_err(|_| NotSignedIn::NumberShape)?;
    let pin = normal_pin(pin);
    if pin.expose().chars().count() != sign_in::DIGITS {
        return Err(NotSignedIn::PinShape);
    }
    let now = provider.now();
    let digest = NumberDigest::from_bytes(provider.keys.tag(TagPurpose::Number, &[number.expose()]));
    let person =
        provider.store.read(move |db| persons::by_number_digest(db, &digest)).await.map_err(Unavailable::from)?;
    let known = sign_in::known_browser(provider, device);
    let slots = Slots::of(provider, &digest, person.as_ref().map(|person| person.id), known.as_ref(), now);
    let doors = provider.store.read(move |db| slots.doors(db)).await.map_err(Unavailable::from)?;
    let Admission::Through(budget) = doors.admit(now) else {
        log("freeze.budget_spent");
        return Ok(());
    };

    let matched = sign_in::pin_matches(provider, person.as_ref(), &pin, budget).await?;
    let target = match person.filter(|_| matched) {
        Some(person) => Target::of(provider, person).await?,
        None => Target::nobody(provider).await?,
    };
    for _ in 0..TRIES {
        let (target, farewell) = (target.clone(), target.farewell(provider).await?);
        let event = events::row(provider, target.id, SecurityEvent::Frozen)?;
        let written = provider.store.write(move |tx| {
            if !farewell.holds(tx, &target.id)? {
                return Ok(Written::Moved);
            }
            match slots.draw(tx, Attempt::Wrong, now)? {
                Admission::Through(_) => stop(tx, &target, &farewell, &event),
                Admission::TryLater { .. } => Ok(Written::BudgetSpent),
            }
        });
        match written.await.map_err(Unavailable::from)? {
            Written::Moved => continue,
            Written::Frozen => log("freeze.frozen"),
            Written::Nobody => log("freeze.mismatch"),
            Written::BudgetSpent => log("freeze.budget_spent"),
        }
        return Ok(());
    }
    Err(NotSignedIn::Busy)
}

/// Freezes the person who is signed in, and signs them out everywhere. Answers what this browser has to tell websites.
///
/// # Errors
/// As [`Refused`].
pub async fn own(provider: &Provider, live: &Live, way_back: WayBack) -> Result<Vec<Url>, Refused> {
    passkeys::recent(provider, live).map_err(|_| Refused::NotRecent)?;
    if way_back == WayBack::Unsaid && passkeys::all(provider, live.person.id).await?.is_empty() {
        return Err(Refused::NoWayBack);
    }
    let key = person_key::of(provider, &live.person.key_id).await?;
    let secrets = Some((key, live.secrets.clone()));
    let target = Target { id: live.person.id, pin: Pinned::Unasked, secrets };
    for _ in 0..TRIES {
        let (target, farewell) = (target.clone(), target.farewell(provider).await?);
        let (list, asker) = (farewell.list(live.session.id), Asker::of(live));
        let event = events::row(provider, target.id, SecurityEvent::Frozen)?;
        let written = provider.store.write(move |tx| {
            if !asker.still_stands(tx)? {
                return Ok(Written::Nobody);
            }
            match farewell.holds(tx, &target.id)? {
                true => stop(tx, &target, &farewell, &event),
                false => Ok(Written::Moved),
            }
        });
        match written.await.map_err(Unavailable::from)? {
            Written::Moved => {}
            // Signed out, or stopped by somebody else, in between.
            Written::Nobody | Written::BudgetSpent => return Err(Refused::NotRecent),
            Written::Frozen => {
                log("freeze.frozen");
                return Ok(logout::frames(provider, live.session.id, &list).await?);
            }
        }
    }
    Err(Refused::Unavailable)
}

/// Who is to be stopped.
#[derive(Clone)]
struct Target {
    id: PersonId,
    pin: Pinned,
    secrets: Option<(Arc<PersonKey>, PersonSecrets)>,
}

/// The PIN's hash that was compared must still be the person's when the write comes.
#[derive(Clone)]
enum Pinned {
    To(Option<String>),
    Unasked,
}

impl Target {
    async fn of(provider: &Provider, person: PersonRow) -> Result<Self, Unavailable> {
        let key =
            person_key::look(provider, &person.key_id).await?.ok_or_else(|| Unavailable::missing("person's key"))?;
        let secrets = person::secrets(provider, &person).await?;
        Ok(Self { id: person.id, pin: Pinned::To(person.pin_hash), secrets: Some((key, secrets)) })
    }

    /// By as many looks at the key store.
    async fn nobody(provider: &Provider) -> Result<Self, Unavailable> {
        let nobodys = PersonKeyId::random(&mut *provider.rng());
        person_key::look(provider, &nobodys).await?;
        Ok(Self { id: PersonId::random(&mut *provider.rng()), pin: Pinned::To(None), secrets: None })
    }

    async fn farewell(&self, provider: &Provider) -> Result<Farewell, Unavailable> {
        let secrets = self.secrets.as_ref().map(|(key, secrets)| (&**key, secrets));
        Farewell::of(provider, self.id, secrets).await
    }

    fn is_still(&self, row: &PersonRow) -> bool {
        match &self.pin {
            Pinned::To(judged) => row.pin_hash == *judged,
            Pinned::Unasked => true,
        }
    }
}

/// What the write did.
#[derive(Clone, Copy)]
enum Written {
    Frozen,
    /// Nobody is meant, or somebody whose state is not theirs to change.
    Nobody,
    BudgetSpent,
    /// A session began or went on meanwhile: nothing is written yet.
    Moved,
}

/// The state and the sessions, in one write, by the same statements whether or not anybody is meant.
fn stop(tx: &mut Tx, target: &Target, farewell: &Farewell, event: &EventRow) -> Result<Written, StoreError> {
    let person = persons::by_id(tx, &target.id)?.filter(|row| target.is_still(row));
    let version = person.and_then(|row| PersonState::parse(&row.state)?.freeze().ok().map(|_| row.version));
    let frozen = persons::set_state(tx, &target.id, version.unwrap_or(NO_VERSION), PersonState::Frozen.text())?;
    if !frozen {
        return Ok(Written::Nobody);
    }
    farewell.carry_out(tx)?;
    happened::note(tx, event)?;
    Ok(Written::Frozen)
}

/// Of no row.
const NO_VERSION: i64 = -1;

/// For the operator, without the person.
fn log(code: &'static str) {
    info!(target: "hufu::signin", code, "freeze");
    metrics::counter!("hufu_freeze_total", "code" => code).increment(1);
}
