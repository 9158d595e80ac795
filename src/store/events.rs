//! What happened to a person's ways in: sealed, for the person's own page. At most [`MOST`] of each person; the oldest goes.

use diesel::prelude::*;

use super::conn::insert_once;
use super::schema::events::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{EventId, PersonId};

/// Events that are kept of one person.
pub const MOST: i64 = 200;

#[derive(Debug, Clone, Queryable)]
pub struct EventRow {
    pub id: EventId,
    pub person: PersonId,
    pub sealed: Vec<u8>,
}

/// The latest first, to the hour; within the hour the rows themselves know.
pub fn of_person(db: &mut Db, person: &PersonId) -> Result<Vec<EventRow>, StoreError> {
    let all = events::table.filter(dsl::person.eq(person.as_bytes().as_slice()));
    Ok(all.order(dsl::id.desc()).load(db.conn())?)
}

/// Notes it, in the transaction of the change that it tells of.
pub fn note(tx: &mut Tx, row: &EventRow) -> Result<(), StoreError> {
    let all = events::table.filter(dsl::person.eq(row.person.as_bytes().as_slice()));
    let spare = all.select(dsl::id).order(dsl::id.desc()).offset(MOST - 1);
    let spare: Vec<Vec<u8>> = spare.limit(MOST).load(tx.conn())?;
    for id in &spare {
        diesel::delete(events::table.find(id)).execute(tx.conn())?;
    }
    let fresh = insert_once!(
        tx,
        events::table,
        (
            dsl::id.eq(row.id.as_bytes().as_slice()),
            dsl::person.eq(row.person.as_bytes().as_slice()),
            dsl::sealed.eq(&row.sealed),
        )
    )?;
    debug_assert!(fresh, "a random id");
    Ok(())
}
