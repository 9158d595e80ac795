//! Grants: the one row of a login (PROTOCOL 17). Its id is the code's id; that it can be inserted once makes the code
//! work once, and tokens live as long as it does.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::grants::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::GrantId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantState {
    /// Not redeemed, or swept: a token without its row is revoked.
    Absent,
    Active,
    Revoked,
}

pub fn state(db: &mut Db, id: &GrantId) -> Result<GrantState, StoreError> {
    let revoked = find_one!(db, grants::table.find(id.as_bytes().as_slice()).select(dsl::revoked))?;
    Ok(match revoked {
        None => GrantState::Absent,
        Some(false) => GrantState::Active,
        Some(true) => GrantState::Revoked,
    })
}

/// Redeems: false when that was done before.
pub fn insert_once(tx: &mut Tx, id: &GrantId) -> Result<bool, StoreError> {
    insert_once!(tx, grants::table, (dsl::id.eq(id.as_bytes().as_slice()), dsl::revoked.eq(false)))
}

/// False when it is absent or revoked already.
pub fn revoke(tx: &mut Tx, id: &GrantId) -> Result<bool, StoreError> {
    let active = grants::table.find(id.as_bytes().as_slice()).filter(dsl::revoked.eq(false));
    Ok(diesel::update(active).set(dsl::revoked.eq(true)).execute(tx.conn())? == 1)
}
