//! Batches of network certificates: whose each is, and, sealed, where it stands on its status list.
//!
//! A batch is stopped while its person is: asked of the persons, never copied here, so no freeze has to know of certificates.
//! Whoever deletes a person's row revokes their batches first ([`revoke_all`]), or they would stand again.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::conn::insert_once;
use super::schema::certificates::{self, dsl};
use super::schema::persons;
use super::{Db, StoreError, Tx};
use crate::spec::{BatchId, PersonId, Timestamp};
use std::time::Duration;

/// Ids of one hour lie together.
const HOUR: Duration = Duration::from_secs(3600);

#[derive(Debug, Clone)]
pub struct BatchRow {
    pub id: BatchId,
    pub person: PersonId,
    pub sealed: Vec<u8>,
}

/// A batch that does not stand.
#[derive(Debug, Clone, Queryable)]
pub struct Stopped {
    pub sealed: Vec<u8>,
    /// By the person's own hand, for good.
    pub revoked: bool,
    /// Of its person.
    pub state: String,
}

/// How many batches of this person are kept and not revoked.
pub fn count_of(db: &mut Db, person: &PersonId) -> Result<i64, StoreError> {
    let own = certificates::table.filter(dsl::person.eq(person.as_bytes().as_slice())).filter(dsl::revoked.eq(false));
    Ok(own.count().get_result(db.conn())?)
}

/// False when the person has `most` batches already, revoked ones included, or the id is taken.
pub fn add_at_most(tx: &mut Tx, row: &BatchRow, most: i64) -> Result<bool, StoreError> {
    let own = certificates::table.filter(dsl::person.eq(row.person.as_bytes().as_slice()));
    let count: i64 = own.count().get_result(tx.conn())?;
    if count >= most {
        return Ok(false);
    }
    insert_once!(
        tx,
        certificates::table,
        (
            dsl::id.eq(row.id.as_bytes().as_slice()),
            dsl::person.eq(row.person.as_bytes().as_slice()),
            dsl::sealed.eq(&row.sealed),
            dsl::revoked.eq(false),
        )
    )
}

/// Revokes every batch of this person, for good; tells how many there were.
pub fn revoke_all(tx: &mut Tx, person: &PersonId) -> Result<usize, StoreError> {
    let own = certificates::table.filter(dsl::person.eq(person.as_bytes().as_slice())).filter(dsl::revoked.eq(false));
    Ok(diesel::update(own).set(dsl::revoked.eq(true)).execute(tx.conn())?)
}

/// Of the batches that expire at `expires`, those that do not stand. The literals are those of the partial indexes.
pub fn stopped(db: &mut Db, expires: Timestamp) -> Result<Vec<Stopped>, StoreError> {
    let (from, to) = (BatchId::hour_prefix(expires), BatchId::hour_prefix(expires.plus(HOUR)));
    let joined = || {
        certificates::table
            .inner_join(persons::table.on(persons::id.eq(dsl::person)))
            .filter(dsl::id.ge(from.as_slice()))
            .filter(dsl::id.lt(to.as_slice()))
            .select((dsl::sealed, dsl::revoked, persons::state))
    };
    let mut stopped: Vec<Stopped> = joined().filter(sql::<Bool>("persons.state <> 'active'")).load(db.conn())?;
    let revoked: Vec<Stopped> = joined().filter(sql::<Bool>("certificates.revoked")).load(db.conn())?;
    stopped.extend(revoked);
    Ok(stopped)
}
