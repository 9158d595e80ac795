//! Changing the PIN: the old one and a code, then the new one twice, by the rules; and renewing its hash. PROTOCOL 21.

use super::budget::{self, Heard, Settled};
use super::notices::{self, Word};
use super::session::{Asker, Live};
use super::sign_in::{self, NotSignedIn};
use super::{Provider, Unavailable, events};
use crate::authn::{PinHash, PinRule, Place, SignInRefused, choose_pin, normal_pin};
use crate::person::SecurityEvent;
use crate::spec::{DynamicCode, Pin};
use crate::store::events as happened;
use crate::store::persons::{self, PersonRow};
use tokio::task::JoinHandle;
use tracing::{debug, warn};

/// What was typed.
pub struct Change<'a> {
    pub pin: Pin,
    pub code: DynamicCode,
    pub new_pin: Pin,
    pub new_pin_again: Pin,
    pub device: Option<&'a str>,
}

/// Why the PIN stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the two new PINs differ")]
    Differ,
    #[error("the new PIN is the old one")]
    Same,
    #[error("the new PIN breaks a rule: {0:?}")]
    Rule(PinRule),
    #[error("the PIN or the code is wrong")]
    Mismatch,
    #[error("too many attempts")]
    TooMany,
    #[error("the session has ended meanwhile")]
    SignedOut,
    #[error("the storage is unavailable")]
    Unavailable,
}

impl From<Unavailable> for Refused {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

/// Judges the new PIN first, for that costs nothing; then the old one like any sign-in, within the same budgets.
///
/// # Errors
/// As [`Refused`]; the rule is named.
pub async fn change(provider: &Provider, live: &Live, change: Change<'_>) -> Result<(), Refused> {
    if change.new_pin.expose() != change.new_pin_again.expose() {
        return Err(Refused::Differ);
    }
    let new_pin = choose_pin(&change.new_pin, None).map_err(Refused::Rule)?;
    let pin = normal_pin(&change.pin);
    if new_pin.expose() == pin.expose() {
        return Err(Refused::Same);
    }
    let known = sign_in::known_browser(provider, change.device);
    let proved = sign_in::prove(provider, &live.secrets.number, &pin, &change.code, known.as_ref())
        .await
        .inspect_err(sign_in::log)
        .map_err(|refused| match refused {
            NotSignedIn::Busy => Refused::Unavailable,
            NotSignedIn::Refused(SignInRefused::BudgetSpent { .. }) => Refused::TooMany,
            _ => Refused::Mismatch,
        })?;
    let hash = hash(provider, &new_pin).await?;
    let (person, version, consumes) = (proved.person.id, proved.person.version, proved.consumes);
    let (heard, now) = (Heard::Code(proved.slots), provider.now());
    let (asker, event) = (Asker::of(live), events::row(provider, person, SecurityEvent::PinChanged)?);
    let changed = provider.store.write(move |tx| {
        // The questions come first: a refusal is a value, and would not undo what was written before it.
        if !asker.still_stands(tx)? {
            return Ok(Err(Refused::SignedOut));
        }
        if persons::by_id(tx, &person)?.is_none_or(|row| row.version != version) {
            return Ok(Err(Refused::Mismatch));
        }
        let Settled::Clear(cleared) = heard.settle(tx, now)? else { return Ok(Err(Refused::TooMany)) };
        if let Some(step) = consumes
            && !persons::spend_totp_step(tx, &person, step)?
        {
            return Ok(Err(Refused::Mismatch));
        }
        if !persons::change_pin(tx, &person, version, &hash)? {
            return Ok(Err(Refused::Mismatch));
        }
        budget::put(tx, &cleared)?;
        happened::note(tx, &event).map(Ok)
    });
    changed.await.map_err(Unavailable::from)??;
    notices::try_to_tell(provider, &live.person, Word::PinChanged).await;
    Ok(())
}

/// After a right PIN: makes its hash anew where pepper or parameters are no longer the current ones. Nobody waits for it: it
/// goes on in the background, in a write of its own. A full rack, or a PIN changed meanwhile, leaves it to the next time.
pub(super) fn renew(provider: &Provider, person: &PersonRow, pin: &Pin) {
    let current = provider.keys.current_pepper_version();
    let stored = person.pin_hash.as_deref().and_then(|text| PinHash::parse(text).ok());
    if !stored.is_some_and(|stored| stored.outdated(current)) {
        return;
    }
    // Below what is kept free for those who wait.
    let Ok(place) = provider.rack.enter_as_stranger() else { return };
    let Ok(hashing) = begin_hash(provider, pin, place) else { return };
    let (store, id, version) = (provider.store.clone(), person.id, person.version);
    tokio::spawn(async move {
        let Ok(hash) = hashing.await else { return };
        match store.write(move |tx| persons::renew_pin_hash(tx, &id, version, &hash)).await {
            Ok(renewed) => debug!(target: "hufu::signin", renewed, "a PIN's hash was made anew"),
            Err(cause) => warn!(target: "hufu::store", %cause, "a PIN's hash was not made anew"),
        }
    });
}

/// A PIN's hash for a row, under the current pepper.
pub(super) async fn hash(provider: &Provider, pin: &Pin) -> Result<String, Unavailable> {
    let place = provider.rack.enter().map_err(|_| Unavailable::busy())?;
    begin_hash(provider, pin, place)?.await.map_err(|_| Unavailable::busy())
}

fn begin_hash(provider: &Provider, pin: &Pin, place: Place) -> Result<JoinHandle<String>, Unavailable> {
    let pepper = provider.keys.current_pepper_version();
    let peppered = provider.keys.peppered(pepper, pin)?;
    let mut salt = [0; 16];
    provider.rng().fill_bytes(&mut salt);
    Ok(tokio::task::spawn_blocking(move || place.hash(&peppered, pepper, salt).to_phc()))
}
