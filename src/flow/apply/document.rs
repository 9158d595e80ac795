//! A document is brought: the gateway reads a resident card, a reader of ours reads a chip.

use super::bounds::Bound;
use super::{Held, Image, Refused, Service, card, chip, hold, log};
use crate::document::DocumentKind;
use crate::flow::Provider;
use crate::person::application::{End, Reading};
use crate::store::applications::{self, ApplicationRow};
use url::Url;

/// Begins to read a document of this kind, in place of any other; the view then shows how. `back` is where the gateway's
/// reader sends the person afterwards.
///
/// # Errors
/// As [`Refused`].
pub async fn read(provider: &Provider, cookie: Option<&str>, kind: DocumentKind, back: &Url) -> Result<(), Refused> {
    let held = count(provider, hold(provider, cookie).await?).await?;
    match kind {
        // Chips of another kind than ICAO's (docs/ports/reader.md).
        DocumentKind::ResidentIdentityCard | DocumentKind::ResidencePermit => card::begin(provider, held, back).await,
        DocumentKind::Passport
        | DocumentKind::HongKongMacaoPermit
        | DocumentKind::TaiwanPermit
        | DocumentKind::ForeignPermanentResidentCard => chip::begin(provider, held).await,
    }
}

/// Puts the document away that is being read: the page asks for the kind again.
///
/// # Errors
/// As [`Refused`].
pub async fn put_away(provider: &Provider, cookie: Option<&str>) -> Result<(), Refused> {
    let held = hold(provider, cookie).await?;
    let next = held.application.clone().reading(Reading::Nothing)?;
    held.step(provider, next, Image::Gone).await.map(drop)
}

/// Counts a document that is about to be brought, in this application and in all.
pub(super) async fn count(provider: &Provider, held: Held) -> Result<Held, Refused> {
    let next = held.application.clone().bring()?;
    if held.application.documents_left() == 0 {
        return held.end(provider, End::DocumentsSpent).await;
    }
    let row = held.after(provider, &next, Image::Gone)?;
    let (bound, now, put) = (Bound::document(provider), provider.now(), row.clone());
    let counted = provider.store.write(move |tx| match bound.draw(tx, now)? {
        true => applications::step(tx, &put).map(Some),
        false => Ok(None),
    });
    match counted.await? {
        Some(true) => Ok(Held { row: ApplicationRow { version: row.version + 1, ..row }, application: next }),
        Some(false) => Err(Refused::Stale),
        None => log(Refused::TooMany),
    }
}

/// This reading led to nothing: the page says why, and offers another.
pub(super) async fn unread<T>(provider: &Provider, held: Held, refused: Refused) -> Result<T, Refused> {
    let next = held.application.clone().reading(Reading::Nothing)?.because(refused.code());
    held.step(provider, next, Image::Gone).await?;
    log(refused)
}

/// The gateway's own words for a failure.
pub(super) const fn no_answer(error: crate::flow::ports::PortError) -> Refused {
    Refused::NoAnswer { service: Service::Card, error }
}
