//! The resident identity card: its own gateway reads it, and answers us. PROTOCOL 27.

use super::document::{no_answer, unread};
use super::{Held, Image, Refused, hold, judge, log, ports};
use crate::document::DocumentKind;
use crate::flow::Provider;
use crate::flow::ports::{CardData, CardOutcome, CardTicket, IdempotencyKey, PortError};
use crate::person::DocumentProof;
use crate::person::application::{DocumentData, Reading, Stage};
use crate::spec::Timestamp;
use url::Url;

/// Begins a reading; the view shows the way to the reader.
pub(super) async fn begin(provider: &Provider, held: Held, back: &Url) -> Result<(), Refused> {
    let key = IdempotencyKey::random(&mut *provider.rng());
    let ticket = match ports(provider)?.card.begin(back, key).await {
        Ok(ticket) => ticket,
        Err(error) => return log(no_answer(error)),
    };
    let next = held.application.clone().reading(Reading::Card { id: ticket.id, reader: ticket.reader.into() })?;
    held.step(provider, next, Image::Gone).await.map(drop)
}

/// Asks how far the reading is. True when the card was read and its person may apply; false while it is waited for.
///
/// # Errors
/// As [`Refused`].
pub async fn collect(provider: &Provider, cookie: Option<&str>) -> Result<bool, Refused> {
    let held = hold(provider, cookie).await?;
    let Stage::Document(Reading::Card { id, reader }) = &held.application.stage else { return Err(Refused::Stale) };
    let reader = Url::parse(reader).map_err(|_| no_answer(PortError::Nonsense("an address of a reader")))?;
    let ticket = CardTicket { id: id.clone(), reader };
    let key = IdempotencyKey::random(&mut *provider.rng());
    let card = match ports(provider)?.card.collect(&ticket, key).await {
        Ok(CardOutcome::Waiting) => return Ok(false),
        Ok(CardOutcome::Read(card)) => card,
        Ok(CardOutcome::Refused) => return unread(provider, held, Refused::CardRefused).await,
        Ok(CardOutcome::Expired) => return unread(provider, held, Refused::CardExpired).await,
        Err(error) => return log(no_answer(error)),
    };
    if let Err(refused) = believable(&card, provider.now()) {
        return unread(provider, held, refused).await;
    }
    judge::proved(provider, held, data(*card), None).await.map(|_| true)
}

/// The gateway answers for the card; what it says must still be about one that can be.
fn believable(card: &CardData, now: Timestamp) -> Result<(), Refused> {
    let nonsense = |why| Err(no_answer(PortError::Nonsense(why)));
    match card.document.kind() {
        DocumentKind::ResidentIdentityCard | DocumentKind::ResidencePermit => {}
        _ => return nonsense("a card of another kind"),
    }
    if card.document.birth_date() != Some(card.birthdate) {
        return nonsense("a birth date that is not the number's");
    }
    if card.expires.is_some_and(|day| day <= now) {
        return Err(Refused::CardRefused);
    }
    Ok(())
}

fn data(card: CardData) -> DocumentData {
    DocumentData {
        name: card.name.expose().to_owned(),
        birthdate: card.birthdate,
        nationality: Some("CHN".to_owned()),
        sex: None,
        document: card.document,
        expires: card.expires,
        proof: DocumentProof::ResidentCard,
        weak_hash: false,
        voucher: None,
    }
}
