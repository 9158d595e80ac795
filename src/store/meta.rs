//! Facts about the database itself, by name: whose issuer it is, whether it is a sandbox.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::meta::{self, dsl};
use super::{Db, StoreError, Tx};

pub fn value(db: &mut Db, name: &str) -> Result<Option<String>, StoreError> {
    find_one!(db, meta::table.find(name).select(dsl::value))
}

/// Writes a fact that must not change; false when it is there already.
pub fn put_once(tx: &mut Tx, name: &str, value: &str) -> Result<bool, StoreError> {
    insert_once!(tx, meta::table, (dsl::name.eq(name), dsl::value.eq(value)))
}

pub fn put(tx: &mut Tx, name: &str, value: &str) -> Result<(), StoreError> {
    if !put_once(tx, name, value)? {
        diesel::update(meta::table.find(name)).set(dsl::value.eq(value)).execute(tx.conn())?;
    }
    Ok(())
}
