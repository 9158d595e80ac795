//! Client assertions that were used, remembered until they expire. A table of their own: a row here lies beside a grant in
//! one transaction, and must not stand among the ids of ceremonies, which lie beside sessions (PROTOCOL 1).

use diesel::prelude::*;

use super::conn::insert_once;
use super::schema::assertions::{self, dsl};
use super::{StoreError, Tx};
use crate::spec::AssertionId;

/// False when it was spent before.
pub fn spend(tx: &mut Tx, id: &AssertionId) -> Result<bool, StoreError> {
    insert_once!(tx, assertions::table, dsl::id.eq(id.as_bytes().as_slice()))
}
