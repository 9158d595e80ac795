//! Persons' keys, each sealed under the key service, by an id that the person's row holds.
//!
//! A key is made before its person. Until somebody has seen that a person names it, its row says in which hour it was born:
//! only such a row can be an orphan, so only such a row is ever swept.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::person_keys::{self, dsl};
use super::sweep::{self, Expiring};
use super::{KeyDb, KeyTx, StoreError};
use crate::spec::{PersonKeyId, Timestamp};

#[derive(Debug, Clone, Queryable)]
pub struct PersonKeyRow {
    pub id: PersonKeyId,
    pub sealed: Vec<u8>,
    /// `None` once a person is known to name the key.
    pub born_hour: Option<Timestamp>,
}

pub fn by_id(db: &mut KeyDb<'_>, id: &PersonKeyId) -> Result<Option<PersonKeyRow>, StoreError> {
    find_one!(db, person_keys::table.find(id.as_bytes().as_slice()))
}

pub fn count(db: &mut KeyDb<'_>) -> Result<i64, StoreError> {
    Ok(person_keys::table.count().get_result(db.conn())?)
}

/// Keys that were born before `hour` and that nobody is known to name, at most `most` of them.
pub fn unclaimed(db: &mut KeyDb<'_>, hour: Timestamp, most: i64) -> Result<Vec<PersonKeyId>, StoreError> {
    let born = person_keys::table.filter(dsl::born_hour.lt(hour.unix())).order(dsl::born_hour);
    Ok(born.select(dsl::id).limit(most).load(db.conn())?)
}

/// False when the id is taken.
pub fn insert(tx: &mut KeyTx<'_>, row: &PersonKeyRow) -> Result<bool, StoreError> {
    insert_once!(
        tx,
        person_keys::table,
        (
            dsl::id.eq(row.id.as_bytes().as_slice()),
            dsl::sealed.eq(&row.sealed),
            dsl::born_hour.eq(row.born_hour.map(|born| born.hour().unix())),
        )
    )
}

/// A person names this key: it is no orphan, for good.
pub fn claim(tx: &mut KeyTx<'_>, id: &PersonKeyId) -> Result<bool, StoreError> {
    let unclaimed = person_keys::table.find(id.as_bytes().as_slice()).filter(dsl::born_hour.is_not_null());
    Ok(diesel::update(unclaimed).set(dsl::born_hour.eq(None::<i64>)).execute(tx.conn())? == 1)
}

/// What was sealed under the key stays sealed for good. False when it was gone.
pub fn destroy(tx: &mut KeyTx<'_>, id: &PersonKeyId) -> Result<bool, StoreError> {
    Ok(diesel::delete(person_keys::table.find(id.as_bytes().as_slice())).execute(tx.conn())? == 1)
}

/// Destroys a key that nobody was ever known to name; false when it was claimed meanwhile.
pub fn destroy_orphan(tx: &mut KeyTx<'_>, id: &PersonKeyId) -> Result<bool, StoreError> {
    let orphan = person_keys::table.find(id.as_bytes().as_slice()).filter(dsl::born_hour.is_not_null());
    Ok(diesel::delete(orphan).execute(tx.conn())? == 1)
}

/// Forgets our own attempts to commit that have expired, at most `most`; tells how many.
pub fn forget_attempts(tx: &mut KeyTx<'_>, now: Timestamp, most: i64) -> Result<usize, StoreError> {
    sweep::batch(tx.tx(), Expiring::Spent, now, most)
}
