//! Which person a document belongs to. A row says neither which document nor of what kind.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::documents::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{DocumentDigest, PersonId};

#[derive(Debug, Clone, Queryable)]
pub struct DocumentRow {
    pub digest: DocumentDigest,
    pub person: PersonId,
    pub sealed: Vec<u8>,
}

pub fn by_digest(db: &mut Db, digest: &DocumentDigest) -> Result<Option<DocumentRow>, StoreError> {
    find_one!(db, documents::table.find(digest.as_bytes().as_slice()))
}

/// Every document of a person.
pub fn of_person(db: &mut Db, person: &PersonId) -> Result<Vec<DocumentRow>, StoreError> {
    let all = documents::table.filter(dsl::person.eq(person.as_bytes().as_slice()));
    Ok(all.order(dsl::digest).load(db.conn())?)
}

/// Binds a document to its person; false when it is bound already, to this one or to another.
pub fn bind(tx: &mut Tx, row: &DocumentRow) -> Result<bool, StoreError> {
    insert_once!(
        tx,
        documents::table,
        (
            dsl::digest.eq(row.digest.as_bytes().as_slice()),
            dsl::person.eq(row.person.as_bytes().as_slice()),
            dsl::sealed.eq(&row.sealed),
        )
    )
}
