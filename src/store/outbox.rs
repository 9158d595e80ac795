//! The outbox: what websites are still to be told. A row's content is sealed; beside it stand only when it is due and how
//! often it was tried.

use diesel::prelude::*;

use super::conn::insert_once;
use super::schema::outbox::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{OutboxId, Timestamp};

#[derive(Debug, Clone, Queryable)]
pub struct OutboxRow {
    pub id: OutboxId,
    pub sealed: Vec<u8>,
    pub due: Timestamp,
    pub attempts: i64,
}

/// False when the id is taken.
pub fn insert(tx: &mut Tx, row: &OutboxRow) -> Result<bool, StoreError> {
    insert_once!(
        tx,
        outbox::table,
        (
            dsl::id.eq(row.id.as_bytes().as_slice()),
            dsl::sealed.eq(&row.sealed),
            dsl::due.eq(row.due.unix()),
            dsl::attempts.eq(row.attempts),
        )
    )
}

/// Of what is due at `now`, the `most` that have waited longest.
pub fn due(db: &mut Db, now: Timestamp, most: i64) -> Result<Vec<OutboxRow>, StoreError> {
    let due = outbox::table.filter(dsl::due.le(now.unix()));
    Ok(due.order((dsl::due, dsl::id)).limit(most).load(db.conn())?)
}

/// What waits, that which is due first before the rest.
pub fn waiting(db: &mut Db, most: i64) -> Result<Vec<OutboxRow>, StoreError> {
    Ok(outbox::table.order((dsl::due, dsl::id)).limit(most).load(db.conn())?)
}

/// Puts off what was tried as often as `was` says; false when another node was faster.
pub fn put_off(tx: &mut Tx, row: &OutboxRow, was: i64) -> Result<bool, StoreError> {
    let same = outbox::table.find(row.id.as_bytes().as_slice()).filter(dsl::attempts.eq(was));
    let change = (dsl::sealed.eq(&row.sealed), dsl::due.eq(row.due.unix()), dsl::attempts.eq(row.attempts));
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}

/// Takes out what needs no more telling; false when it was taken out before.
pub fn take_out(tx: &mut Tx, id: &OutboxId) -> Result<bool, StoreError> {
    Ok(diesel::delete(outbox::table.find(id.as_bytes().as_slice())).execute(tx.conn())? == 1)
}
