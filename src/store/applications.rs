//! Applications in progress. A row tells neither whose it will be nor how far it is; every step is one guarded change.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::applications::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{ApplicationId, TokenHash};

#[derive(Debug, Clone, Queryable)]
pub struct ApplicationRow {
    pub id: ApplicationId,
    /// Of the one browser that may go on.
    pub secret_hash: TokenHash,
    pub sealed: Vec<u8>,
    /// The face from the chip, sealed, until it was compared.
    pub image: Option<Vec<u8>>,
    /// Counts every step: of two that were taken from one page, one counts.
    pub version: i64,
}

pub fn by_id(db: &mut Db, id: &ApplicationId) -> Result<Option<ApplicationRow>, StoreError> {
    find_one!(db, applications::table.find(id.as_bytes().as_slice()))
}

/// False when the id is taken.
pub fn insert(tx: &mut Tx, row: &ApplicationRow) -> Result<bool, StoreError> {
    insert_once!(
        tx,
        applications::table,
        (
            dsl::id.eq(row.id.as_bytes().as_slice()),
            dsl::secret_hash.eq(row.secret_hash.as_bytes().as_slice()),
            dsl::sealed.eq(&row.sealed),
            dsl::image.eq(row.image.as_ref()),
            dsl::version.eq(row.version),
        )
    )
}

/// Puts the next step in place of `row.version`'s; false when another step was taken from there, or it is over.
pub fn step(tx: &mut Tx, row: &ApplicationRow) -> Result<bool, StoreError> {
    let same = applications::table.find(row.id.as_bytes().as_slice()).filter(dsl::version.eq(row.version));
    let change = (
        dsl::secret_hash.eq(row.secret_hash.as_bytes().as_slice()),
        dsl::sealed.eq(&row.sealed),
        dsl::image.eq(row.image.as_ref()),
        dsl::version.eq(row.version + 1),
    );
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}
