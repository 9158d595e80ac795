//! Changing the PIN: the old one and a code, then the new one twice, by the rules. PROTOCOL 21.

use super::budget::{self, Heard, Settled};
use super::session::Live;
use super::sign_in::{self, NotSignedIn};
use super::{Provider, Unavailable};
use crate::authn::{PinRule, SignInRefused, choose_pin, normal_pin};
use crate::spec::{DynamicCode, Pin};
use crate::store::persons;

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
    let changed = provider.store.write(move |tx| {
        let Settled::Clear(cleared) = heard.settle(tx, now)? else { return Ok(Err(Refused::TooMany)) };
        if let Some(step) = consumes
            && !persons::spend_totp_step(tx, &person, step)?
        {
            return Ok(Err(Refused::Mismatch));
        }
        budget::put(tx, &cleared)?;
        Ok(if persons::change_pin(tx, &person, version, &hash)? { Ok(()) } else { Err(Refused::Mismatch) })
    });
    changed.await.map_err(Unavailable::from)?
}

/// A PIN's hash for a row, under the current pepper.
pub(super) async fn hash(provider: &Provider, pin: &Pin) -> Result<String, Unavailable> {
    let pepper = provider.keys.current_pepper_version();
    let peppered = provider.keys.peppered(pepper, pin)?;
    let mut salt = [0; 16];
    provider.rng().fill_bytes(&mut salt);
    let place = provider.rack.enter().map_err(|_| Unavailable::busy())?;
    let hashed = tokio::task::spawn_blocking(move || place.hash(&peppered, pepper, salt).to_phc());
    hashed.await.map_err(|_| Unavailable::busy())
}
