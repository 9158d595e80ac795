//! Persons: found by the digest of their network number, with everything else sealed.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::persons::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::person::Ways;
use crate::spec::{NumberDigest, PersonId, PersonKeyId, Timestamp, UniqueDigest};

/// Without the attributes, which few ask for.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = persons)]
pub struct PersonRow {
    pub id: PersonId,
    pub number_digest: NumberDigest,
    /// The handle and the number, under the person's own key.
    pub sealed: Vec<u8>,
    pub state: String,
    pub pin_hash: Option<String>,
    /// The seed of the dynamic code, sealed.
    pub totp: Option<Vec<u8>>,
    /// The last step of the dynamic code that was spent.
    pub totp_step: i64,
    /// Counts every change; what was decided on an older version is refused.
    pub version: i64,
    pub created_hour: Timestamp,
    /// From the registry's reference: no two persons share one. `None` for who never applied, as in the sandbox.
    pub unique_digest: Option<UniqueDigest>,
    /// Where in the key store the person's key lies.
    pub key_id: PersonKeyId,
}

pub fn by_id(db: &mut Db, id: &PersonId) -> Result<Option<PersonRow>, StoreError> {
    find_one!(db, persons::table.find(id.as_bytes().as_slice()).select(PersonRow::as_select()))
}

pub fn state(db: &mut Db, id: &PersonId) -> Result<Option<String>, StoreError> {
    find_one!(db, persons::table.find(id.as_bytes().as_slice()).select(dsl::state))
}

pub fn by_number_digest(db: &mut Db, digest: &NumberDigest) -> Result<Option<PersonRow>, StoreError> {
    let one = persons::table.filter(dsl::number_digest.eq(digest.as_bytes().as_slice()));
    find_one!(db, one.select(PersonRow::as_select()))
}

/// What the person's document says, sealed; `None` too for a person of whom nothing was read.
pub fn attributes(db: &mut Db, id: &PersonId) -> Result<Option<Vec<u8>>, StoreError> {
    let one = persons::table.find(id.as_bytes().as_slice()).select(dsl::attributes);
    let found: Option<Option<Vec<u8>>> = find_one!(db, one)?;
    Ok(found.flatten())
}

/// Whether a person names the key.
pub fn names_key(db: &mut Db, key: &PersonKeyId) -> Result<bool, StoreError> {
    let naming: i64 = persons::table.filter(dsl::key_id.eq(key.as_bytes().as_slice())).count().get_result(db.conn())?;
    Ok(naming > 0)
}

/// The one person of this reference of the registry's.
pub fn by_unique_digest(db: &mut Db, digest: &UniqueDigest) -> Result<Option<PersonRow>, StoreError> {
    let one = persons::table.filter(dsl::unique_digest.eq(digest.as_bytes().as_slice()));
    find_one!(db, one.select(PersonRow::as_select()))
}

pub fn count(db: &mut Db) -> Result<i64, StoreError> {
    Ok(persons::table.count().get_result(db.conn())?)
}

/// False when the id or the number is taken, or the person has a number already.
pub fn insert(tx: &mut Tx, row: &PersonRow, attributes: Option<&[u8]>) -> Result<bool, StoreError> {
    insert_once!(
        tx,
        persons::table,
        (
            dsl::id.eq(row.id.as_bytes().as_slice()),
            dsl::number_digest.eq(row.number_digest.as_bytes().as_slice()),
            dsl::sealed.eq(&row.sealed),
            dsl::state.eq(&row.state),
            dsl::pin_hash.eq(row.pin_hash.as_ref()),
            dsl::totp.eq(row.totp.as_ref()),
            dsl::totp_step.eq(row.totp_step),
            dsl::version.eq(row.version),
            dsl::created_hour.eq(row.created_hour.hour().unix()),
            dsl::unique_digest.eq(row.unique_digest.as_ref().map(|digest| digest.as_bytes().as_slice())),
            dsl::key_id.eq(row.key_id.as_bytes().as_slice()),
            dsl::attributes.eq(attributes),
        )
    )
}

/// Spends a step of the dynamic code, and with it every earlier one. False when it was spent before (RFC 6238 §5.2).
pub fn spend_totp_step(tx: &mut Tx, id: &PersonId, step: i64) -> Result<bool, StoreError> {
    let unspent = persons::table.find(id.as_bytes().as_slice()).filter(dsl::totp_step.lt(step));
    let rows = diesel::update(unspent).set(dsl::totp_step.eq(step)).execute(tx.conn())?;
    Ok(rows == 1)
}

/// False when the person was changed since `version` was read.
pub fn change_pin(tx: &mut Tx, id: &PersonId, version: i64, pin_hash: &str) -> Result<bool, StoreError> {
    let same = persons::table.find(id.as_bytes().as_slice()).filter(dsl::version.eq(version));
    let change = (dsl::pin_hash.eq(pin_hash), dsl::version.eq(version + 1));
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}

/// Puts the same PIN's newer hash in place; false when the person was changed since `version` was read. The version stays:
/// nothing that was decided on it becomes wrong.
pub fn renew_pin_hash(tx: &mut Tx, id: &PersonId, version: i64, pin_hash: &str) -> Result<bool, StoreError> {
    let same = persons::table.find(id.as_bytes().as_slice()).filter(dsl::version.eq(version));
    Ok(diesel::update(same).set(dsl::pin_hash.eq(pin_hash)).execute(tx.conn())? == 1)
}

/// Puts another seed of the dynamic code in place, with its steps up to `step` spent; false when the person was changed since
/// `version` was read.
pub fn replace_totp(tx: &mut Tx, id: &PersonId, version: i64, totp: &[u8], step: i64) -> Result<bool, StoreError> {
    let same = persons::table.find(id.as_bytes().as_slice()).filter(dsl::version.eq(version));
    let change = (dsl::totp.eq(totp), dsl::totp_step.eq(step), dsl::version.eq(version + 1));
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}

/// Seals the person anew; false when the person was changed since `version` was read.
pub fn reseal(tx: &mut Tx, id: &PersonId, version: i64, sealed: &[u8]) -> Result<bool, StoreError> {
    let same = persons::table.find(id.as_bytes().as_slice()).filter(dsl::version.eq(version));
    let change = (dsl::sealed.eq(sealed), dsl::version.eq(version + 1));
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}

/// Puts what a later document says in place; false when the person was changed since `version` was read.
pub fn describe(tx: &mut Tx, id: &PersonId, version: i64, attributes: &[u8]) -> Result<bool, StoreError> {
    let same = persons::table.find(id.as_bytes().as_slice()).filter(dsl::version.eq(version));
    let change = (dsl::attributes.eq(attributes), dsl::version.eq(version + 1));
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}

/// Puts what a later proof says in place: the person sealed anew, and the attributes. False when the person was changed since
/// `version` was read.
pub fn reprove(tx: &mut Tx, id: &PersonId, version: i64, sealed: &[u8], attributes: &[u8]) -> Result<bool, StoreError> {
    let same = persons::table.find(id.as_bytes().as_slice()).filter(dsl::version.eq(version));
    let change = (dsl::sealed.eq(sealed), dsl::attributes.eq(attributes), dsl::version.eq(version + 1));
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}

/// New PIN and new dynamic code, and the state that comes of them; false when the person was changed since.
pub fn renew(tx: &mut Tx, id: &PersonId, version: i64, ways: &Ways, state: &str) -> Result<bool, StoreError> {
    let same = persons::table.find(id.as_bytes().as_slice()).filter(dsl::version.eq(version));
    let change = (
        dsl::pin_hash.eq(&ways.pin_hash),
        dsl::totp.eq(&ways.totp),
        dsl::totp_step.eq(ways.totp_step),
        dsl::state.eq(state),
        dsl::version.eq(version + 1),
    );
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}

/// False when the person was changed since `version` was read.
pub fn set_state(tx: &mut Tx, id: &PersonId, version: i64, state: &str) -> Result<bool, StoreError> {
    let same = persons::table.find(id.as_bytes().as_slice()).filter(dsl::version.eq(version));
    let change = (dsl::state.eq(state), dsl::version.eq(version + 1));
    Ok(diesel::update(same).set(change).execute(tx.conn())? == 1)
}
