//! A letter in its envelope: sealed under its person's key, then under ours, for it holds the handle (PROTOCOL 10).
//!
//! The envelope names the key. When a person's key is destroyed, letters that still wait cannot be opened, and nobody is told.

use crate::authn::{Envelope, Letter};
use crate::flow::{Provider, Unavailable, person_key};
use crate::keys::PersonKey;
use crate::spec::PersonKeyId;
use std::sync::Arc;

/// The row's content of a letter.
///
/// # Errors
/// Unavailable keys.
pub(in crate::flow) fn seal(provider: &Provider, key: &PersonKey, letter: &Letter) -> Result<Vec<u8>, Unavailable> {
    let mut rng = provider.rng();
    let letter = provider.keys.seal_for(key, letter, &mut *rng)?;
    Ok(provider.keys.seal_bytes(&Envelope { key: key.id(), letter }, &mut *rng)?)
}

/// The letter of a row, and the key to seal it with again; `None` where it does not open, or its person's key is gone.
///
/// # Errors
/// Unavailable storage.
pub async fn open(provider: &Provider, sealed: &[u8]) -> Result<Option<(Letter, Arc<PersonKey>)>, Unavailable> {
    let Ok(envelope) = provider.keys.open_bytes::<Envelope>(sealed) else { return Ok(None) };
    let key = match person_key::known(provider, &envelope.key) {
        Some(key) => Some(key),
        None => person_key::look(provider, &envelope.key).await?,
    };
    Ok(key.and_then(|key| Some((provider.keys.open_for(&key, &envelope.letter).ok()?, key))))
}

/// Whose keys the letters of these rows need.
pub(super) fn keys_of<'a>(provider: &Provider, rows: impl Iterator<Item = &'a [u8]>) -> Vec<PersonKeyId> {
    rows.filter_map(|sealed| Some(provider.keys.open_bytes::<Envelope>(sealed).ok()?.key)).collect()
}
