//! Passkeys: found by the digest of their credential id; public key, counter and name are sealed.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::persons;
use super::schema::passkeys::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{CredentialDigest, PasskeyId, PersonId, Timestamp};

#[derive(Debug, Clone, Queryable)]
pub struct PasskeyRow {
    pub id: PasskeyId,
    pub person: PersonId,
    pub credential_digest: CredentialDigest,
    pub sealed: Vec<u8>,
    pub created_hour: Timestamp,
}

/// What became of a wish to remove a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    Removed,
    /// It is there, and the person has no other way in.
    LastWayIn,
    /// The person has no such passkey.
    Unknown,
}

pub fn of_person(db: &mut Db, person: &PersonId) -> Result<Vec<PasskeyRow>, StoreError> {
    let all = passkeys::table.filter(dsl::person.eq(person.as_bytes().as_slice()));
    Ok(all.order(dsl::id).load(db.conn())?)
}

pub fn by_credential_digest(db: &mut Db, digest: &CredentialDigest) -> Result<Option<PasskeyRow>, StoreError> {
    let one = passkeys::table.filter(dsl::credential_digest.eq(digest.as_bytes().as_slice()));
    find_one!(db, one)
}

/// False when the person has `most` passkeys already, or the credential is known.
pub fn add_at_most(tx: &mut Tx, row: &PasskeyRow, most: i64) -> Result<bool, StoreError> {
    if count_of(tx, &row.person)? >= most {
        return Ok(false);
    }
    insert_once!(
        tx,
        passkeys::table,
        (
            dsl::id.eq(row.id.as_bytes().as_slice()),
            dsl::person.eq(row.person.as_bytes().as_slice()),
            dsl::credential_digest.eq(row.credential_digest.as_bytes().as_slice()),
            dsl::sealed.eq(&row.sealed),
            dsl::created_hour.eq(row.created_hour.hour().unix()),
        )
    )
}

/// Puts `sealed` (another name, a higher counter) in the place of what was read as `was`; false when it is another by
/// now, or gone.
pub fn reseal(tx: &mut Tx, id: &PasskeyId, was: &[u8], sealed: &[u8]) -> Result<bool, StoreError> {
    let same = passkeys::table.find(id.as_bytes().as_slice()).filter(dsl::sealed.eq(was));
    Ok(diesel::update(same).set(dsl::sealed.eq(sealed)).execute(tx.conn())? == 1)
}

/// Removes a passkey of this person, unless it is the last way in: no other passkey, and not both PIN and code.
pub fn remove_not_last(tx: &mut Tx, id: &PasskeyId, person: &PersonId) -> Result<Removal, StoreError> {
    let owned = passkeys::table.find(id.as_bytes().as_slice()).filter(dsl::person.eq(person.as_bytes().as_slice()));
    let known: i64 = owned.count().get_result(tx.conn())?;
    if known == 0 {
        return Ok(Removal::Unknown);
    }
    let by_code = persons::by_id(tx, person)?.is_some_and(|row| row.pin_hash.is_some() && row.totp.is_some());
    if !by_code && count_of(tx, person)? <= 1 {
        return Ok(Removal::LastWayIn);
    }
    diesel::delete(owned).execute(tx.conn())?;
    Ok(Removal::Removed)
}

/// Removes every passkey of a person, who has got other ways in.
pub fn remove_all(tx: &mut Tx, person: &PersonId) -> Result<usize, StoreError> {
    let all = passkeys::table.filter(dsl::person.eq(person.as_bytes().as_slice()));
    Ok(diesel::delete(all).execute(tx.conn())?)
}

fn count_of(db: &mut Db, person: &PersonId) -> Result<i64, StoreError> {
    let all = passkeys::table.filter(dsl::person.eq(person.as_bytes().as_slice()));
    Ok(all.count().get_result(db.conn())?)
}
