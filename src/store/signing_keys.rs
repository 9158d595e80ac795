//! Signing keys and the dates of their life: published, signing, retired, removed (PROTOCOL 15).

use diesel::prelude::*;

use super::conn::insert_once;
use super::schema::signing_keys::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::Timestamp;

#[derive(Debug, Clone, Queryable)]
pub struct SigningKeyRow {
    pub kid: String,
    pub alg: String,
    pub sealed: Vec<u8>,
    pub published: Timestamp,
    pub signs_from: Timestamp,
    pub retires: Option<Timestamp>,
    pub removed_after: Option<Timestamp>,
}

/// In the order of their first signature.
pub fn all(db: &mut Db) -> Result<Vec<SigningKeyRow>, StoreError> {
    Ok(signing_keys::table.order((dsl::signs_from, dsl::kid)).load(db.conn())?)
}

/// False when the `kid` is taken.
pub fn insert(tx: &mut Tx, row: &SigningKeyRow) -> Result<bool, StoreError> {
    insert_once!(
        tx,
        signing_keys::table,
        (
            dsl::kid.eq(&row.kid),
            dsl::alg.eq(&row.alg),
            dsl::sealed.eq(&row.sealed),
            dsl::published.eq(row.published.unix()),
            dsl::signs_from.eq(row.signs_from.unix()),
            dsl::retires.eq(row.retires.map(Timestamp::unix)),
            dsl::removed_after.eq(row.removed_after.map(Timestamp::unix)),
        )
    )
}

/// Sets the dates that still lie ahead; false when there is no such key.
pub fn advance(
    tx: &mut Tx,
    kid: &str,
    signs_from: Timestamp,
    retires: Option<Timestamp>,
    removed_after: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let dates = (
        dsl::signs_from.eq(signs_from.unix()),
        dsl::retires.eq(retires.map(Timestamp::unix)),
        dsl::removed_after.eq(removed_after.map(Timestamp::unix)),
    );
    Ok(diesel::update(signing_keys::table.find(kid)).set(dates).execute(tx.conn())? == 1)
}

/// False when there is no such key.
pub fn remove(tx: &mut Tx, kid: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(signing_keys::table.find(kid)).execute(tx.conn())? == 1)
}
