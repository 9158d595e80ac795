//! A person's passkeys: adding, naming, removing; never the last way in. WebAuthn Level 3 §7.1; PROTOCOL 11.

use super::notices::{self, Word};
use super::session::{Asker, Live};
use super::{Provider, Unavailable, events, sign_in_passkey};
use crate::authn::{Challenge, StoredPasskey};
use crate::keys::Sealable;
use crate::person::SecurityEvent;
use crate::spec::{PasskeyId, PersonId, SessionId, SpentId, Timestamp, lifetime};
use crate::store::passkeys::{self, PasskeyRow, Removal};
use crate::store::{events as happened, spent};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::info;

/// Passkeys that a person may have.
pub const MOST: i64 = 20;

/// A registration that is under way, sealed into the page.
#[derive(Serialize, Deserialize)]
pub struct Registration {
    id: SpentId,
    session: SessionId,
    challenge: Challenge,
    expires: Timestamp,
}

impl Sealable for Registration {
    const PURPOSE: &'static str = "passkey-registration";
    const CLASSES: &'static [usize] = &[128];
}

/// What the page needs to register one.
pub struct Offer {
    pub options: Value,
    pub ceremony: String,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the sign-in is not recent enough to change the ways in")]
    NotRecent,
    #[error("the session has ended meanwhile")]
    SignedOut,
    #[error("the passkey has no name")]
    NameMissing,
    #[error("it is the last way in")]
    LastWay,
    #[error("the page is too old or was used before")]
    Stale,
    #[error("the passkey was not accepted")]
    NotAccepted,
    #[error("the storage is unavailable")]
    Unavailable,
}

impl From<Unavailable> for Refused {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

/// The person's passkeys, opened.
pub(super) async fn all(
    provider: &Provider,
    person: PersonId,
) -> Result<Vec<(PasskeyRow, StoredPasskey)>, Unavailable> {
    let rows = provider.store.read(move |db| passkeys::of_person(db, &person)).await?;
    rows.into_iter()
        .map(|row| match provider.keys.open_bytes(&row.sealed) {
            Ok(passkey) => Ok((row, passkey)),
            Err(_) => Err(Unavailable::damaged("passkey")),
        })
        .collect()
}

/// The ways in are changed only by who has just come in.
pub(super) fn recent(provider: &Provider, live: &Live) -> Result<(), Refused> {
    let since = provider.now().minus(lifetime::RECENT);
    if live.factors.not_before(since).level().is_some() { Ok(()) } else { Err(Refused::NotRecent) }
}

/// The options for `navigator.credentials.create()`.
///
/// # Errors
/// [`Refused::NotRecent`], [`Refused::Unavailable`].
pub async fn options(provider: &Provider, live: &Live) -> Result<Offer, Refused> {
    recent(provider, live)?;
    let known = stored(provider, live).await?;
    let now = provider.now();
    let expires = now.plus(lifetime::INTERACTION);
    let challenge = Challenge::random(&mut *provider.rng());
    let masked = live.secrets.number.masked();
    let options = provider
        .passkeys
        .creation_options(&live.secrets.webauthn_user, &masked, &known, &challenge)
        .map_err(|_| Refused::Unavailable)?;
    let mut rng = provider.rng();
    let id = SpentId::expiring(expires, &mut *rng);
    let registration = Registration { id, session: live.session.id, challenge, expires };
    let ceremony = provider.keys.seal(&registration, &mut *rng).map_err(Unavailable::from)?;
    Ok(Offer { options, ceremony })
}

async fn stored(provider: &Provider, live: &Live) -> Result<Vec<StoredPasskey>, Unavailable> {
    Ok(all(provider, live.person.id).await?.into_iter().map(|(_, passkey)| passkey).collect())
}

/// Registers what the browser created.
///
/// # Errors
/// As [`Refused`].
pub async fn add(
    provider: &Provider,
    live: &Live,
    name: &str,
    ceremony: &str,
    credential: &str,
) -> Result<(), Refused> {
    recent(provider, live)?;
    if name.trim().is_empty() {
        return Err(Refused::NameMissing);
    }
    let now = provider.now();
    let registration: Registration = provider.keys.open(ceremony).map_err(|_| Refused::Stale)?;
    if registration.session != live.session.id || now >= registration.expires {
        return Err(Refused::Stale);
    }
    let known = stored(provider, live).await?;
    let passkey = provider
        .passkeys
        .register(credential, &registration.challenge, &live.secrets.webauthn_user, &known, name)
        .map_err(|cause| {
            info!(target: "hufu::signin", code = "passkey.registration", %cause, "refused");
            Refused::NotAccepted
        })?;
    let id = passkey.credential_id().map_err(|_| Refused::NotAccepted)?;
    let row = PasskeyRow {
        id: PasskeyId::random(&mut *provider.rng()),
        person: live.person.id,
        credential_digest: sign_in_passkey::credential_digest(provider, &id),
        sealed: provider.keys.seal_bytes(&passkey, &mut *provider.rng()).map_err(Unavailable::from)?,
        created_hour: now.hour(),
    };
    let event = events::row(provider, live.person.id, SecurityEvent::PasskeyAdded { name: passkey.name().to_owned() })?;
    let (spent_id, asker) = (registration.id, Asker::of(live));
    let added = provider.store.write(move |tx| {
        if !asker.still_stands(tx)? {
            return Ok(Err(Refused::SignedOut));
        }
        if !spent::spend(tx, &spent_id)? {
            return Ok(Err(Refused::Stale));
        }
        if !passkeys::add_at_most(tx, &row, MOST)? {
            return Ok(Err(Refused::NotAccepted));
        }
        happened::note(tx, &event).map(Ok)
    });
    added.await.map_err(Unavailable::from)??;
    notices::try_to_tell(provider, &live.person, Word::PasskeyAdded).await;
    Ok(())
}

/// Gives a passkey another name.
///
/// # Errors
/// As [`Refused`].
pub async fn rename(provider: &Provider, live: &Live, id: Option<PasskeyId>, name: &str) -> Result<(), Refused> {
    if name.trim().is_empty() {
        return Err(Refused::NameMissing);
    }
    let own = all(provider, live.person.id).await?;
    let (row, passkey) = own.into_iter().find(|(row, _)| Some(row.id) == id).ok_or(Refused::Stale)?;
    let sealed = provider.keys.seal_bytes(&passkey.renamed(name), &mut *provider.rng()).map_err(Unavailable::from)?;
    let asker = Asker::of(live);
    let renamed = provider.store.write(move |tx| {
        if !asker.still_stands(tx)? {
            return Ok(Err(Refused::SignedOut));
        }
        Ok(if passkeys::reseal(tx, &row.id, &row.sealed, &sealed)? { Ok(()) } else { Err(Refused::Stale) })
    });
    renamed.await.map_err(Unavailable::from)?
}

/// Removes a passkey.
///
/// # Errors
/// [`Refused::LastWay`] when nothing else would open the door; else as [`Refused`].
pub async fn remove(provider: &Provider, live: &Live, id: Option<PasskeyId>) -> Result<(), Refused> {
    recent(provider, live)?;
    let own = all(provider, live.person.id).await?;
    let (row, passkey) = own.into_iter().find(|(row, _)| Some(row.id) == id).ok_or(Refused::Stale)?;
    let id = row.id;
    let event = SecurityEvent::PasskeyRemoved { name: passkey.name().to_owned() };
    let event = events::row(provider, live.person.id, event)?;
    let (person, asker) = (live.person.id, Asker::of(live));
    let removed = provider.store.write(move |tx| {
        if !asker.still_stands(tx)? {
            return Ok(Err(Refused::SignedOut));
        }
        Ok(match passkeys::remove_not_last(tx, &id, &person)? {
            Removal::Removed => Ok(happened::note(tx, &event)?),
            Removal::LastWayIn => Err(Refused::LastWay),
            Removal::Unknown => Err(Refused::Stale),
        })
    });
    removed.await.map_err(Unavailable::from)?
}
