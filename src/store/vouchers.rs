//! Vouchers: what two officers saw at a counter. A row says neither whose it is nor who issued it.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::vouchers::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{TokenHash, VoucherId};

#[derive(Debug, Clone, Queryable)]
pub struct VoucherRow {
    pub id: VoucherId,
    pub sealed: Vec<u8>,
    /// Of the code that it is used with; `None` until a second officer has approved.
    pub code_hash: Option<TokenHash>,
}

pub fn by_id(db: &mut Db, id: &VoucherId) -> Result<Option<VoucherRow>, StoreError> {
    find_one!(db, vouchers::table.find(id.as_bytes().as_slice()))
}

/// The voucher of this code.
pub fn by_code(db: &mut Db, code: &TokenHash) -> Result<Option<VoucherRow>, StoreError> {
    let one = vouchers::table.filter(dsl::code_hash.eq(code.as_bytes().as_slice()));
    find_one!(db, one)
}

/// False when the id is taken.
pub fn insert(tx: &mut Tx, id: &VoucherId, sealed: &[u8]) -> Result<bool, StoreError> {
    insert_once!(tx, vouchers::table, (dsl::id.eq(id.as_bytes().as_slice()), dsl::sealed.eq(sealed)))
}

/// The second officer approves; false when there is none, or it was approved before.
pub fn approve(tx: &mut Tx, id: &VoucherId, code: &TokenHash) -> Result<bool, StoreError> {
    let pending = vouchers::table.find(id.as_bytes().as_slice()).filter(dsl::code_hash.is_null());
    let approved = dsl::code_hash.eq(code.as_bytes().as_slice());
    Ok(diesel::update(pending).set(approved).execute(tx.conn())? == 1)
}

/// Uses it up; false when that was done before.
pub fn spend(tx: &mut Tx, id: &VoucherId) -> Result<bool, StoreError> {
    let approved = vouchers::table.find(id.as_bytes().as_slice()).filter(dsl::code_hash.is_not_null());
    Ok(diesel::delete(approved).execute(tx.conn())? == 1)
}
