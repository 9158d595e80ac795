//! Pushed authorization requests (RFC 9126), each until the code that it leads to. A row tells neither whose it is nor what
//! was asked.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::pushed::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::PushedId;

/// The sealed request.
pub fn by_id(db: &mut Db, id: &PushedId) -> Result<Option<Vec<u8>>, StoreError> {
    find_one!(db, pushed::table.find(id.as_bytes().as_slice()).select(dsl::sealed))
}

/// False when the id is taken.
pub fn insert(tx: &mut Tx, id: &PushedId, sealed: &[u8]) -> Result<bool, StoreError> {
    insert_once!(tx, pushed::table, (dsl::id.eq(id.as_bytes().as_slice()), dsl::sealed.eq(sealed)))
}

/// Takes the request away for the one code that it leads to; false when it led to one before.
pub fn spend(tx: &mut Tx, id: &PushedId) -> Result<bool, StoreError> {
    Ok(diesel::delete(pushed::table.find(id.as_bytes().as_slice())).execute(tx.conn())? == 1)
}
