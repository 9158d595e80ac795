//! Ceremonies that were carried out (a sign-in, a new passkey), remembered until they expire: the person's side. On
//! PostgreSQL also the ids of our own attempts to commit, which every write leaves.

use diesel::prelude::*;

use super::conn::insert_once;
use super::schema::spent::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::SpentId;

/// Whether it was spent. To decide on it, spend it.
pub fn is_spent(db: &mut Db, id: &SpentId) -> Result<bool, StoreError> {
    let found: i64 = spent::table.find(id.as_bytes().as_slice()).count().get_result(db.conn())?;
    Ok(found == 1)
}

/// False when it was spent before.
pub fn spend(tx: &mut Tx, id: &SpentId) -> Result<bool, StoreError> {
    insert_once!(tx, spent::table, dsl::id.eq(id.as_bytes().as_slice()))
}
