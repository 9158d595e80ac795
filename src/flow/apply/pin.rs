//! The PIN, by the rules, and the seed of the dynamic code. PROTOCOL 21.

use super::{Image, Refused, hold, log};
use crate::authn::{CodeSource, choose_pin};
use crate::flow::{Provider, Unavailable, pin};
use crate::person::application::Stage;
use crate::spec::Pin;

/// Sets the PIN that was typed twice; the rule that it breaks is named.
///
/// # Errors
/// As [`Refused`].
pub async fn choose(provider: &Provider, cookie: Option<&str>, typed: &Pin, again: &Pin) -> Result<(), Refused> {
    let held = hold(provider, cookie).await?;
    // Of who is known no birth date is at hand, so every date might be it.
    let born = match &held.application.stage {
        Stage::Pin { proven, .. } => Some(proven.subject.data.birthdate),
        Stage::RenewPin(_) => None,
        _ => return Err(Refused::Stale),
    };
    if typed.expose() != again.expose() {
        return log(Refused::PinsDiffer);
    }
    let chosen = match choose_pin(typed, born) {
        Ok(chosen) => chosen,
        Err(rule) => return log(Refused::Pin(rule)),
    };
    let pin_hash = pin::hash(provider, &chosen).await?;
    let totp = {
        let mut rng = provider.rng();
        let source = CodeSource::random(&mut *rng);
        provider.keys.seal_bytes(&source, &mut *rng).map_err(Unavailable::from)?
    };
    let next = held.application.clone().choose(pin_hash, totp)?;
    held.step(provider, next, Image::Stays).await.map(drop)
}
