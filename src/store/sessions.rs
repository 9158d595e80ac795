//! Sessions: one row while a browser is signed in with us. Which websites it visited is one sealed, padded list.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::sessions::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::lifetime::LAST_SEEN_STEP;
use crate::spec::{PersonId, SessionId, Timestamp, TokenHash};

#[derive(Debug, Clone, Queryable)]
pub struct SessionRow {
    pub id: SessionId,
    pub person: PersonId,
    pub secret_hash: TokenHash,
    /// The ceremony and the browser's label.
    pub sealed: Vec<u8>,
    /// The clients to tell when the session ends.
    pub clients: Vec<u8>,
    /// Counts the changes of `clients`.
    pub version: i64,
    /// The step of a quarter of an hour in which it was last used.
    pub last_seen: Timestamp,
}

pub fn by_id(db: &mut Db, id: &SessionId) -> Result<Option<SessionRow>, StoreError> {
    find_one!(db, sessions::table.find(id.as_bytes().as_slice()))
}

pub fn of_person(db: &mut Db, person: &PersonId) -> Result<Vec<SessionRow>, StoreError> {
    let all = sessions::table.filter(dsl::person.eq(person.as_bytes().as_slice()));
    Ok(all.order(dsl::id).load(db.conn())?)
}

/// False when this ceremony has begun its session already.
pub fn insert_once(tx: &mut Tx, row: &SessionRow) -> Result<bool, StoreError> {
    insert_once!(
        tx,
        sessions::table,
        (
            dsl::id.eq(row.id.as_bytes().as_slice()),
            dsl::person.eq(row.person.as_bytes().as_slice()),
            dsl::secret_hash.eq(row.secret_hash.as_bytes().as_slice()),
            dsl::sealed.eq(&row.sealed),
            dsl::clients.eq(&row.clients),
            dsl::version.eq(row.version),
            dsl::last_seen.eq(row.last_seen.step(LAST_SEEN_STEP).unix()),
        )
    )
}

/// Raises a session after another ceremony of the same person: a new secret, more factors; what depends on it stays.
/// `was` is the hash of the secret that it was read with. False when it has ended or was raised meanwhile.
pub fn raise(tx: &mut Tx, row: &SessionRow, was: &TokenHash) -> Result<bool, StoreError> {
    let same =
        sessions::table.find(row.id.as_bytes().as_slice()).filter(dsl::secret_hash.eq(was.as_bytes().as_slice()));
    let change = (
        dsl::secret_hash.eq(row.secret_hash.as_bytes().as_slice()),
        dsl::sealed.eq(&row.sealed),
        dsl::last_seen.eq(row.last_seen.step(LAST_SEEN_STEP).unix()),
    );
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}

/// Moves `last_seen` to the step of `now`; false when it is there already or the session has ended.
pub fn touch(tx: &mut Tx, id: &SessionId, now: Timestamp) -> Result<bool, StoreError> {
    let step = now.step(LAST_SEEN_STEP).unix();
    let earlier = sessions::table.find(id.as_bytes().as_slice()).filter(dsl::last_seen.lt(step));
    Ok(diesel::update(earlier).set(dsl::last_seen.eq(step)).execute(tx.conn())? == 1)
}

/// False when it has ended already.
pub fn end(tx: &mut Tx, id: &SessionId) -> Result<bool, StoreError> {
    Ok(diesel::delete(sessions::table.find(id.as_bytes().as_slice())).execute(tx.conn())? == 1)
}

/// Signs the person out everywhere; tells in how many browsers.
pub fn end_all(tx: &mut Tx, person: &PersonId) -> Result<usize, StoreError> {
    let all = sessions::table.filter(dsl::person.eq(person.as_bytes().as_slice()));
    Ok(diesel::delete(all).execute(tx.conn())?)
}

/// Puts a longer list of clients in place; false when the list was changed since `version` was read.
pub fn extend_clients(tx: &mut Tx, id: &SessionId, version: i64, clients: &[u8]) -> Result<bool, StoreError> {
    let same = sessions::table.find(id.as_bytes().as_slice()).filter(dsl::version.eq(version));
    let change = (dsl::clients.eq(clients), dsl::version.eq(version + 1));
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}
