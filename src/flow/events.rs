//! What happened to a person's ways in: noted in the transaction of the change itself, read on the person's own page.

use super::session::Live;
use super::{Provider, Unavailable};
use crate::person::{Happened, SecurityEvent};
use crate::spec::{EventId, PersonId, lifetime};
use crate::store::events::{self, EventRow};

/// The row of `what`, which happens to `person` now.
pub(super) fn row(provider: &Provider, person: PersonId, what: SecurityEvent) -> Result<EventRow, Unavailable> {
    let (now, mut rng) = (provider.now(), provider.rng());
    let sealed = provider.keys.seal_bytes(&Happened { what, at: now }, &mut *rng)?;
    Ok(EventRow { id: EventId::expiring(now.plus(lifetime::EVENT), &mut *rng), person, sealed })
}

/// The person's own, the latest first.
pub(super) async fn of(provider: &Provider, live: &Live) -> Result<Vec<Happened>, Unavailable> {
    let person = live.person.id;
    let rows = provider.store.read(move |db| events::of_person(db, &person)).await?;
    let opened =
        rows.iter().map(|row| provider.keys.open_bytes(&row.sealed).map_err(|_| Unavailable::damaged("event")));
    let mut happened: Vec<Happened> = opened.collect::<Result<_, _>>()?;
    happened.sort_by_key(|event| std::cmp::Reverse(event.at));
    Ok(happened)
}
