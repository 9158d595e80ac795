//! The counters of wrong attempts: which rows one attempt meets, counted and cleared in the write that judges.
//!
//! `authn::throttle` says what the numbers mean; this file finds their rows. PROTOCOL 21.

use super::{Provider, Unavailable};
use crate::authn::{Admission, Attempt, Counter, Doors, KnownBrowser, SignInRefused, Slot};
use crate::keys::TagPurpose;
use crate::spec::{NumberDigest, PersonId, Timestamp};
use crate::store::throttles::{self, ThrottleRow};
use crate::store::{Db, StoreError, Tx};

/// The rows that an attempt on one number, from one browser, meets.
#[derive(Clone, Copy)]
pub(super) struct Slots {
    stranger: Slot,
    browser: Option<Slot>,
}

impl Slots {
    /// `person` is `None` for a number that nobody has: it is counted like any other.
    pub fn of(
        provider: &Provider,
        digest: &NumberDigest,
        person: Option<PersonId>,
        known: Option<&KnownBrowser>,
        now: Timestamp,
    ) -> Self {
        let slot = |parts: &[&[u8]]| Slot::of(&provider.keys.tag(TagPurpose::Throttle, parts));
        let device = person.zip(known).and_then(|(person, known)| Some((person, known.device_of(person, now)?)));
        Self {
            stranger: slot(&[b"number", digest.as_bytes()]),
            browser: device.map(|(person, device)| slot(&[b"browser", person.as_bytes(), device.as_bytes()])),
        }
    }

    /// The counters as they are.
    pub fn doors(&self, db: &mut Db) -> Result<Doors, StoreError> {
        let mut counter = |slot: Slot| -> Result<Counter, StoreError> {
            Ok(match throttles::by_slot(db, slot.value())? {
                Some(row) => Counter { window: row.window, failures: row.failures },
                None => Counter::CLEAR,
            })
        };
        Ok(Doors { stranger: counter(self.stranger)?, browser: self.browser.map(&mut counter).transpose()? })
    }

    /// Counts a wrong attempt in the counters as they are *then*; of many at once, those past the budget were not heard.
    pub async fn count(
        self,
        provider: &Provider,
        refused: SignInRefused,
        now: Timestamp,
    ) -> Result<SignInRefused, Unavailable> {
        let Some(attempt) = refused.attempt() else { return Ok(refused) };
        let counted = provider.store.write(move |tx| {
            Ok(match self.draw(tx, attempt, now)? {
                Admission::Through(_) => refused,
                Admission::TryLater { until } => SignInRefused::BudgetSpent { until },
            })
        });
        Ok(counted.await?)
    }

    /// Counts one attempt, in the write that judges it, unless the budget is spent.
    pub fn draw(&self, tx: &mut Tx, attempt: Attempt, now: Timestamp) -> Result<Admission, StoreError> {
        let doors = self.doors(tx)?;
        let admission = doors.admit(now);
        if let Admission::Through(budget) = admission {
            put(tx, &self.rows(&doors, &doors.after(budget, attempt, now)))?;
        }
        Ok(admission)
    }

    /// What changed between two readings of the doors.
    fn rows(&self, before: &Doors, after: &Doors) -> Vec<ThrottleRow> {
        let row = |slot: Slot, counter: Counter| ThrottleRow {
            slot: slot.value(),
            window: counter.window,
            failures: counter.failures,
        };
        let mut rows = Vec::new();
        if before.stranger != after.stranger {
            rows.push(row(self.stranger, after.stranger));
        }
        if let (Some(slot), Some(counter)) = (self.browser, after.browser)
            && before.browser != after.browser
        {
            rows.push(row(slot, counter));
        }
        rows
    }
}

/// The counter of one person's face checks.
#[derive(Clone, Copy)]
pub(super) struct FaceSlot(Slot);

impl FaceSlot {
    pub fn of(provider: &Provider, person: PersonId) -> Self {
        Self(Slot::of(&provider.keys.tag(TagPurpose::Throttle, &[b"face", person.as_bytes()])))
    }

    fn counter(self, db: &mut Db) -> Result<Counter, StoreError> {
        let row = throttles::by_slot(db, self.0.value())?;
        Ok(row.map_or(Counter::CLEAR, |row| Counter { window: row.window, failures: row.failures }))
    }

    /// Until when the budget is spent, if it is.
    pub fn spent_until(self, db: &mut Db, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.counter(db)?.admits_face(now).err())
    }

    /// Counts a face that did not fit, in the counter as it is *then*.
    pub async fn count(self, provider: &Provider, now: Timestamp) -> Result<(), Unavailable> {
        let counted = provider.store.write(move |tx| {
            let failed = self.counter(tx)?.after(Attempt::Wrong, now);
            throttles::put(tx, &self.row(failed))
        });
        Ok(counted.await?)
    }

    fn row(self, counter: Counter) -> ThrottleRow {
        ThrottleRow { slot: self.0.value(), window: counter.window, failures: counter.failures }
    }
}

/// A right attempt, whose counters the write asks once more and clears.
#[derive(Clone, Copy)]
pub(super) enum Heard {
    Code(Slots),
    /// A passkey has no budget; it makes the browser the person's own again.
    Passkey(Slots),
    Face(FaceSlot),
}

/// What the counters say in the write.
pub(super) enum Settled {
    /// The rows to put once all else is decided.
    Clear(Vec<ThrottleRow>),
    /// Others were faster: the budget is spent, and a right guess is worth no more than a wrong one.
    TryLater { until: Timestamp },
}

impl Heard {
    /// Reads only: a refusal after this must leave nothing behind.
    pub fn settle(&self, tx: &mut Tx, now: Timestamp) -> Result<Settled, StoreError> {
        match self {
            Self::Face(slot) => {
                let before = slot.counter(tx)?;
                let after = before.after(Attempt::Right, now);
                Ok(match before.admits_face(now) {
                    Ok(()) if before == after => Settled::Clear(Vec::new()),
                    Ok(()) => Settled::Clear(vec![slot.row(after)]),
                    Err(until) => Settled::TryLater { until },
                })
            }
            Self::Passkey(slots) => {
                let doors = slots.doors(tx)?;
                Ok(Settled::Clear(slots.rows(&doors, &doors.after_passkey())))
            }
            Self::Code(slots) => {
                let doors = slots.doors(tx)?;
                Ok(match doors.admit(now) {
                    Admission::Through(budget) => {
                        Settled::Clear(slots.rows(&doors, &doors.after(budget, Attempt::Right, now)))
                    }
                    Admission::TryLater { until } => Settled::TryLater { until },
                })
            }
        }
    }
}

/// Writes the counters.
pub(super) fn put(tx: &mut Tx, rows: &[ThrottleRow]) -> Result<(), StoreError> {
    rows.iter().try_for_each(|row| throttles::put(tx, row))
}
