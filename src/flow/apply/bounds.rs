//! How often the doors of an application may be used by anybody at all: a row is not free, a text message costs money, and
//! whoever could have digests of documents made without end could find out numbers (PROTOCOL 9).
//!
//! Counters lie in the table of fixed size, by a keyed digest of what they bound. Those of the whole service are spread over
//! [`SHARDS`] rows, one of which is drawn each time: no row is hot, and the bound holds nearly.

use crate::authn::{BrowserSecret, Counter, Quota, Slot};
use crate::flow::Provider;
use crate::keys::TagPurpose;
use crate::person::PhoneNumber;
use crate::spec::Timestamp;
use crate::store::throttles::{self, ThrottleRow};
use crate::store::{StoreError, Tx};
use std::time::Duration;

const SHARDS: u32 = 64;
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Applications that begin in one hour, for each shard: 64,000 in all, which is a million and a half a day and never more than
/// 200 MB of rows, all gone within two hours.
const BEGIN: Quota = Quota { most: 1_000, span: HOUR };
/// From one browser; whoever throws its cookie away meets [`BEGIN`].
const BEGIN_HERE: Quota = Quota { most: 10, span: HOUR };
/// Documents of which a digest is made in one hour, for each shard: two for every application that may begin.
const DOCUMENTS: Quota = Quota { most: 2_000, span: HOUR };
/// Messages to one telephone, from all applications.
const MESSAGES: Quota = Quota { most: 6, span: DAY };

/// One counter and its bound.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    slot: Slot,
    quota: Quota,
}

impl Bound {
    pub fn beginning(provider: &Provider) -> Self {
        Self::shared(provider, b"apply/begin", BEGIN)
    }

    pub fn beginning_here(provider: &Provider, browser: &BrowserSecret) -> Self {
        Self::of(provider, &[b"apply/browser", browser.hash().as_bytes()], BEGIN_HERE)
    }

    pub fn document(provider: &Provider) -> Self {
        Self::shared(provider, b"apply/document", DOCUMENTS)
    }

    pub fn message(provider: &Provider, to: &PhoneNumber) -> Self {
        Self::of(provider, &[b"apply/phone", to.expose().as_bytes()], MESSAGES)
    }

    fn shared(provider: &Provider, what: &[u8], quota: Quota) -> Self {
        let shard = provider.rng().next_u32() % SHARDS;
        Self::of(provider, &[what, &shard.to_be_bytes()], quota)
    }

    fn of(provider: &Provider, parts: &[&[u8]], quota: Quota) -> Self {
        Self { slot: Slot::of(&provider.keys.tag(TagPurpose::Throttle, parts)), quota }
    }

    /// Draws one; false when there is no more, and then nothing is written.
    pub fn draw(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, StoreError> {
        match self.quota.draw(self.counter(tx)?, now) {
            Some(counter) => self.put(tx, counter).map(|()| true),
            None => Ok(false),
        }
    }

    /// Gives one back that was not needed.
    pub fn give_back(&self, tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
        let counter = self.quota.give_back(self.counter(tx)?, now);
        self.put(tx, counter)
    }

    fn counter(&self, tx: &mut Tx) -> Result<Counter, StoreError> {
        let row = throttles::by_slot(tx, self.slot.value())?;
        Ok(row.map_or(Counter::CLEAR, |row| Counter { window: row.window, failures: row.failures }))
    }

    fn put(&self, tx: &mut Tx, counter: Counter) -> Result<(), StoreError> {
        let Counter { window, failures } = counter;
        throttles::put(tx, &ThrottleRow { slot: self.slot.value(), window, failures })
    }
}
