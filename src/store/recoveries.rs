//! New ways in that wait for their day: at most one of each person. Gone when they are carried out or stopped.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::recoveries::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{PersonId, Timestamp};

#[derive(Debug, Clone, Queryable)]
pub struct RecoveryRow {
    pub person: PersonId,
    pub due_hour: Timestamp,
    pub sealed: Vec<u8>,
}

pub fn of_person(db: &mut Db, person: &PersonId) -> Result<Option<RecoveryRow>, StoreError> {
    find_one!(db, recoveries::table.find(person.as_bytes().as_slice()))
}

/// Those whose hour has begun, the earliest first, at most `most`.
pub fn due(db: &mut Db, now: Timestamp, most: i64) -> Result<Vec<RecoveryRow>, StoreError> {
    let due = recoveries::table.filter(dsl::due_hour.le(now.unix())).order((dsl::due_hour, dsl::person));
    Ok(due.limit(most).load(db.conn())?)
}

/// Begins to wait, in the place of whatever waited for this person.
pub fn begin(tx: &mut Tx, row: &RecoveryRow) -> Result<(), StoreError> {
    diesel::delete(recoveries::table.find(row.person.as_bytes().as_slice())).execute(tx.conn())?;
    let values = (
        dsl::person.eq(row.person.as_bytes().as_slice()),
        dsl::due_hour.eq(row.due_hour.hour().unix()),
        dsl::sealed.eq(&row.sealed),
    );
    match insert_once!(tx, recoveries::table, values)? {
        true => Ok(()),
        false => Err(StoreError::row("recoveries", "there after it was deleted")),
    }
}

/// It waits no more. False when it is another one by now, or gone.
pub fn end(tx: &mut Tx, row: &RecoveryRow) -> Result<bool, StoreError> {
    let same = recoveries::table.find(row.person.as_bytes().as_slice()).filter(dsl::sealed.eq(&row.sealed));
    Ok(diesel::delete(same).execute(tx.conn())? == 1)
}
