//! Client assertions and initial access tokens that were used, remembered until they expire. A table of their own: a row here lies beside a grant in
//! one transaction, and must not stand among the ids of ceremonies, which lie beside sessions (PROTOCOL 1).

use diesel::prelude::*;

use super::conn::insert_once;
use super::schema::assertions::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::AssertionId;

/// Whether it was spent. To decide on it, spend it.
pub fn is_spent(db: &mut Db, id: &AssertionId) -> Result<bool, StoreError> {
    let found: i64 = assertions::table.find(id.as_bytes().as_slice()).count().get_result(db.conn())?;
    Ok(found == 1)
}

/// False when it was spent before.
pub fn spend(tx: &mut Tx, id: &AssertionId) -> Result<bool, StoreError> {
    insert_once!(tx, assertions::table, dsl::id.eq(id.as_bytes().as_slice()))
}
