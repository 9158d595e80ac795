//! Families of refresh tokens: one row each, whose generation counts up (PROTOCOL 18). A token without its row is revoked.
//!
//! The row's id is a keyed digest and the exact instant of the last rotation is sealed: a family joins nothing.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::families::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{FamilyId, Timestamp};

#[derive(Debug, Clone, Queryable)]
pub struct FamilyRow {
    pub id: FamilyId,
    /// Of the newest token.
    pub generation: i64,
    pub sealed: Vec<u8>,
    /// The first day on which it can be swept.
    pub expires_day: Timestamp,
}

/// What a rotation changes. The indexed day moves once a day at most.
#[derive(AsChangeset)]
#[diesel(table_name = families)]
struct Change<'a> {
    generation: i64,
    sealed: &'a [u8],
    expires_day: Option<i64>,
}

pub fn by_id(db: &mut Db, id: &FamilyId) -> Result<Option<FamilyRow>, StoreError> {
    find_one!(db, families::table.find(id.as_bytes().as_slice()))
}

/// Whether tokens that stand by this family still stand.
pub fn is_there(db: &mut Db, id: &FamilyId) -> Result<bool, StoreError> {
    let found: Option<i64> = find_one!(db, families::table.find(id.as_bytes().as_slice()).select(dsl::generation))?;
    Ok(found.is_some())
}

/// Begins a family; false when it was begun before.
pub fn insert_once(tx: &mut Tx, row: &FamilyRow) -> Result<bool, StoreError> {
    insert_once!(
        tx,
        families::table,
        (
            dsl::id.eq(row.id.as_bytes().as_slice()),
            dsl::generation.eq(row.generation),
            dsl::sealed.eq(&row.sealed),
            dsl::expires_day.eq(row.expires_day.day().unix()),
        )
    )
}

/// Moves a family on from `was`, as it was read. False when it has ended or was moved meanwhile.
pub fn rotate(tx: &mut Tx, was: &FamilyRow, sealed: &[u8], expires_day: Timestamp) -> Result<bool, StoreError> {
    let same = families::table.find(was.id.as_bytes().as_slice()).filter(dsl::generation.eq(was.generation));
    let expires_day = expires_day.day();
    let moved = (expires_day != was.expires_day).then(|| expires_day.unix());
    let change = Change { generation: was.generation + 1, sealed, expires_day: moved };
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}

/// False when it has ended already.
pub fn end(tx: &mut Tx, id: &FamilyId) -> Result<bool, StoreError> {
    Ok(diesel::delete(families::table.find(id.as_bytes().as_slice())).execute(tx.conn())? == 1)
}
