//! Sessions: one row while a browser is signed in with us. Which websites it visited is one sealed, padded list.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::persons::PersonRow;
use super::schema::persons;
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
    /// Another at every change of `clients`, drawn at random: a count would say how many websites are in the list.
    pub version: i64,
    /// The step of a quarter of an hour in which it was last used.
    pub last_seen: Timestamp,
}

pub fn by_id(db: &mut Db, id: &SessionId) -> Result<Option<SessionRow>, StoreError> {
    find_one!(db, sessions::table.find(id.as_bytes().as_slice()))
}

/// A session's row and its person's, from one statement.
pub fn with_person(db: &mut Db, id: &SessionId) -> Result<Option<(SessionRow, PersonRow)>, StoreError> {
    let pair = sessions::table.inner_join(persons::table.on(persons::id.eq(dsl::person)));
    let one = pair.filter(dsl::id.eq(id.as_bytes().as_slice()));
    find_one!(db, one.select((sessions::all_columns, PersonRow::as_select())))
}

/// What the tokens of a session stand on: so much of its row as says how long it goes on, and the state of its person.
#[derive(Debug, Clone, Queryable)]
pub struct Footing {
    pub person: PersonId,
    pub sealed: Vec<u8>,
    pub last_seen: Timestamp,
    pub state: String,
}

pub fn footing(db: &mut Db, id: &SessionId) -> Result<Option<Footing>, StoreError> {
    let pair = sessions::table.inner_join(persons::table.on(persons::id.eq(dsl::person)));
    let one = pair.filter(dsl::id.eq(id.as_bytes().as_slice()));
    find_one!(db, one.select((dsl::person, dsl::sealed, dsl::last_seen, persons::state)))
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

/// How a session's row is while it is used: when last, and the list of clients, sealed anew each time.
///
/// The two move together, so that a list that has changed says no more than that the session was used.
#[derive(Debug, Clone)]
pub struct InUse {
    pub clients: Vec<u8>,
    pub version: i64,
    pub last_seen: Timestamp,
}

/// False when the list was changed since `was` was read, or the session has ended.
pub fn keep_in_use(tx: &mut Tx, id: &SessionId, was: i64, now: &InUse) -> Result<bool, StoreError> {
    let same = sessions::table.find(id.as_bytes().as_slice()).filter(dsl::version.eq(was));
    let change = (
        dsl::clients.eq(&now.clients),
        dsl::version.eq(now.version),
        dsl::last_seen.eq(now.last_seen.step(LAST_SEEN_STEP).unix()),
    );
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}

/// False when it has ended already, or its list of clients was changed since `version` was read: somebody more must be told.
pub fn end(tx: &mut Tx, id: &SessionId, version: i64) -> Result<bool, StoreError> {
    let same = sessions::table.find(id.as_bytes().as_slice()).filter(dsl::version.eq(version));
    Ok(diesel::delete(same).execute(tx.conn())? == 1)
}

/// Of the sessions that nobody has used since `since`, the `most` that have waited longest.
pub fn unused(db: &mut Db, since: Timestamp, most: i64) -> Result<Vec<SessionRow>, StoreError> {
    let unused = sessions::table.filter(dsl::last_seen.le(since.unix()));
    Ok(unused.order(dsl::last_seen).limit(most).load(db.conn())?)
}
