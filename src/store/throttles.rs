//! Counters of failed attempts, in a table of fixed size (PROTOCOL 21). The slot comes from a PRF over what is being
//! guarded, so a row names nobody; two that share a slot share its budget.

use diesel::prelude::*;

use super::conn::insert_once;
use super::schema::throttles::{self, dsl};
use super::{Db, StoreError, Tx};

/// Slots are numbers below this.
pub const SLOTS: i64 = 1 << 20;

/// The failures of each slot in this window, in the order of `slots`. A slot of an earlier window counts none.
pub fn failures(db: &mut Db, slots: &[i64], window: i64) -> Result<Vec<i64>, StoreError> {
    let mut counts = Vec::with_capacity(slots.len());
    for slot in slots {
        let one = throttles::table.find(slot).filter(dsl::window.eq(window));
        let count: Option<i64> = one.select(dsl::failures).first(db.conn()).optional()?;
        counts.push(count.unwrap_or(0));
    }
    Ok(counts)
}

pub fn count_failure(tx: &mut Tx, slot: i64, window: i64) -> Result<(), StoreError> {
    if count_in(tx, slot, window)? || begin_window(tx, slot, window)? {
        return Ok(());
    }
    let first = (dsl::slot.eq(slot), dsl::window.eq(window), dsl::failures.eq(1));
    if !insert_once!(tx, throttles::table, first)? {
        count_in(tx, slot, window)?;
    }
    Ok(())
}

/// Forgets the failures of a slot.
pub fn clear(tx: &mut Tx, slot: i64) -> Result<(), StoreError> {
    let counting = throttles::table.find(slot).filter(dsl::failures.gt(0));
    diesel::update(counting).set(dsl::failures.eq(0)).execute(tx.conn())?;
    Ok(())
}

fn count_in(tx: &mut Tx, slot: i64, window: i64) -> Result<bool, StoreError> {
    let same = throttles::table.find(slot).filter(dsl::window.eq(window));
    Ok(diesel::update(same).set(dsl::failures.eq(dsl::failures + 1)).execute(tx.conn())? == 1)
}

/// False when the slot has no row, or counts for this window or a later one (another node's clock runs ahead).
fn begin_window(tx: &mut Tx, slot: i64, window: i64) -> Result<bool, StoreError> {
    let earlier = throttles::table.find(slot).filter(dsl::window.lt(window));
    let change = (dsl::window.eq(window), dsl::failures.eq(1));
    Ok(diesel::update(earlier).set(change).execute(tx.conn())? == 1)
}
