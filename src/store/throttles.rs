//! Counters of failed attempts, in a table of fixed size (PROTOCOL 21). The slot comes from a PRF over what is being
//! guarded, so a row names nobody; two that share a slot share its budget.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::throttles::{self, dsl};
use super::{Db, StoreError, Tx};

/// A counter: `authn::throttle` says what the two numbers mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct ThrottleRow {
    pub slot: i64,
    pub window: i64,
    pub failures: i64,
}

/// `None` when nothing was ever counted there.
pub fn by_slot(db: &mut Db, slot: i64) -> Result<Option<ThrottleRow>, StoreError> {
    find_one!(db, throttles::table.find(slot))
}

/// Puts a counter in place: read and written in one transaction, so that no attempt is lost.
pub fn put(tx: &mut Tx, row: &ThrottleRow) -> Result<(), StoreError> {
    let counts = (dsl::window.eq(row.window), dsl::failures.eq(row.failures));
    if diesel::update(throttles::table.find(row.slot)).set(counts).execute(tx.conn())? == 0 {
        insert_once!(tx, throttles::table, (dsl::slot.eq(row.slot), counts.0, counts.1))?;
    }
    Ok(())
}
