//! Another secret for the dynamic code, from the person's own page: shown once, and in place as soon as one of its codes is
//! typed. RFC 6238; PROTOCOL 21.
//!
//! Until then it lies in the page, sealed, and nowhere else: whoever turns away keeps the old one, and nothing was written. Of
//! two pages the one that is confirmed first wins, for the person whom the other was made for has changed.

use super::notices::{self, Word};
use super::session::{Asker, Live};
use super::{Provider, Unavailable, events, passkeys};
use crate::authn::{CodeSource, FixedCodes};
use crate::keys::Sealable;
use crate::person::SecurityEvent;
use crate::spec::{DynamicCode, SessionId, Timestamp, lifetime};
use crate::store::{events as happened, persons};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tracing::info;

/// What stands beside the code in the app.
pub(super) const LABEL: &str = "网号";

/// A secret that was shown and is not in place yet.
#[derive(Serialize, Deserialize)]
struct Shown {
    session: SessionId,
    /// Of the person, when it was drawn.
    version: i64,
    source: CodeSource,
    expires: Timestamp,
}

impl Sealable for Shown {
    const PURPOSE: &'static str = "new-code";
    const CLASSES: &'static [usize] = &[128];
}

/// A secret on its way into an app.
pub struct AppSecret {
    /// `otpauth://…`, for an app on this device or for the picture.
    pub otpauth: String,
    /// The same secret in Base32, for typing.
    pub base32: String,
}

impl AppSecret {
    /// `label` stands beside the code in the app. No number does: the app may sync into other people's clouds (PROTOCOL 11).
    pub(super) fn of(source: &CodeSource, label: &str) -> Result<Self, Unavailable> {
        let otpauth = source.otpauth_uri("Hufu", label).ok().flatten();
        match (otpauth, source.expose_base32()) {
            (Some(otpauth), Some(base32)) => Ok(Self { otpauth, base32 }),
            _ => Err(Unavailable::damaged("code seed")),
        }
    }
}

/// What the page shows.
pub struct Offer {
    pub secret: AppSecret,
    /// Comes back with the first code.
    pub sealed: String,
}

/// What a code did.
pub enum Typed {
    /// The new secret is in place, and the old one worth nothing.
    Replaced,
    /// Nothing has changed: the same page once more.
    Wrong(Offer),
}

/// Why the secret stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the sign-in is not recent enough to change the ways in")]
    NotRecent,
    #[error("the session has ended meanwhile")]
    SignedOut,
    #[error("number, PIN and code are no way in of this person")]
    NoCode,
    #[error("the page is too old, or the person has changed since")]
    Stale,
    #[error("the storage is unavailable")]
    Unavailable,
}

impl From<Unavailable> for Refused {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

/// Draws a secret for a person who has just come in. Writes nothing.
///
/// # Errors
/// [`Refused::NotRecent`], [`Refused::NoCode`], [`Refused::Unavailable`].
pub fn begin(provider: &Provider, live: &Live) -> Result<Offer, Refused> {
    passkeys::recent(provider, live).map_err(|_| Refused::NotRecent)?;
    if live.person.pin_hash.is_none() || live.person.totp.is_none() {
        return Err(Refused::NoCode);
    }
    let shown = Shown {
        session: live.session.id,
        version: live.person.version,
        source: CodeSource::random(&mut *provider.rng()),
        expires: provider.now().plus(lifetime::INTERACTION),
    };
    Ok(offer(provider, &shown)?)
}

fn offer(provider: &Provider, shown: &Shown) -> Result<Offer, Unavailable> {
    Ok(Offer {
        secret: AppSecret::of(&shown.source, &label(shown.expires))?,
        sealed: provider.keys.seal(shown, &mut *provider.rng())?,
    })
}

/// With the day, so that an app keeps the old secret beside the new one until the new one is in place.
fn label(at: Timestamp) -> String {
    let day = OffsetDateTime::from_unix_timestamp(at.unix()).map(OffsetDateTime::date);
    day.map_or_else(|_| LABEL.to_owned(), |day| format!("{LABEL} {day}"))
}

/// Judges the first code of the app that holds the new secret, and puts the secret in place. That the sign-in was recent was
/// asked when the page was made, in this very session: setting up an app takes its time.
///
/// # Errors
/// As [`Refused`].
pub async fn confirm(provider: &Provider, live: &Live, sealed: &str, typed: &DynamicCode) -> Result<Typed, Refused> {
    let now = provider.now();
    let shown: Shown = provider.keys.open(sealed).map_err(|_| Refused::Stale)?;
    if shown.session != live.session.id || now >= shown.expires || shown.version != live.person.version {
        return Err(Refused::Stale);
    }
    let Some(step) = shown.source.check(typed, now, FixedCodes::Refused).and_then(|matched| matched.consumes()) else {
        info!(target: "hufu::signin", code = "new_code.wrong", "refused");
        return Ok(Typed::Wrong(offer(provider, &shown)?));
    };
    let (id, version, asker) = (live.person.id, shown.version, Asker::of(live));
    let totp = provider.keys.seal_bytes(&shown.source, &mut *provider.rng()).map_err(Unavailable::from)?;
    let event = events::row(provider, id, SecurityEvent::CodeReplaced)?;
    let replaced = provider.store.write(move |tx| {
        // The questions come first: a refusal is a value, and would not undo what was written before it.
        if !asker.still_stands(tx)? {
            return Ok(Err(Refused::SignedOut));
        }
        // The code that was typed is spent with the secret's first step.
        if !persons::replace_totp(tx, &id, version, &totp, step)? {
            return Ok(Err(Refused::Stale));
        }
        happened::note(tx, &event).map(Ok)
    });
    replaced.await.map_err(Unavailable::from)??;
    notices::try_to_tell(provider, &live.person, Word::CodeReplaced).await;
    Ok(Typed::Replaced)
}
