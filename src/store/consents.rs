//! Consents: that the person behind a sub agreed to what a client showed (PROTOCOL 7). Keyed by the digest of the sub,
//! so a row tells neither who nor, beside another row, whether it is the same one.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::consents::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::lifetime::CONSENT;
use crate::spec::{ClientId, ShownDigest, SubDigest, Timestamp};

#[derive(Debug, Clone)]
pub struct ConsentRow {
    pub sub_digest: SubDigest,
    pub client_id: ClientId,
    pub shown: ShownDigest,
    /// The first day on which it holds no longer.
    pub expires_day: Timestamp,
}

/// An agreement that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    pub shown: ShownDigest,
    /// The day on which it was given.
    pub since: Timestamp,
}

/// As many subs as one statement asks for.
const AT_ONCE: usize = 500;

/// Which of these were agreed to, and still hold.
pub fn given(
    db: &mut Db,
    sub: &SubDigest,
    client: &ClientId,
    shown: &[ShownDigest],
    now: Timestamp,
) -> Result<Vec<Given>, StoreError> {
    let mut given = Vec::new();
    for shown in shown {
        let key = (sub.as_bytes().as_slice(), client.as_str(), shown.as_bytes().as_slice());
        let expires: Option<i64> = find_one!(db, consents::table.find(key).select(dsl::expires_day))?;
        if let Some(expires) = expires.map(Timestamp::from_unix).filter(|expires| now < *expires) {
            given.push(Given { shown: *shown, since: expires.minus(CONSENT) });
        }
    }
    Ok(given)
}

/// All that was agreed to by the persons behind `subs`: the way from one person to websites, by computing every sub.
pub fn of(db: &mut Db, subs: &[SubDigest]) -> Result<Vec<ConsentRow>, StoreError> {
    let mut found = Vec::new();
    for some in subs.chunks(AT_ONCE) {
        let digests = some.iter().map(|sub| sub.as_bytes().as_slice());
        let rows = consents::table.filter(dsl::sub_digest.eq_any(digests));
        for (sub_digest, client_id, shown, expires_day) in rows.load::<(_, String, _, _)>(db.conn())? {
            found.push(ConsentRow { sub_digest, client_id: ClientId::new(client_id), shown, expires_day });
        }
    }
    Ok(found)
}

/// Remembers a consent, or makes a remembered one hold longer.
pub fn remember(tx: &mut Tx, row: &ConsentRow) -> Result<(), StoreError> {
    let key = (row.sub_digest.as_bytes().as_slice(), row.client_id.as_str(), row.shown.as_bytes().as_slice());
    let expires = row.expires_day.day().unix();
    let new = insert_once!(
        tx,
        consents::table,
        (dsl::sub_digest.eq(key.0), dsl::client_id.eq(key.1), dsl::shown.eq(key.2), dsl::expires_day.eq(expires))
    )?;
    if !new {
        let shorter = consents::table.find(key).filter(dsl::expires_day.lt(expires));
        diesel::update(shorter).set(dsl::expires_day.eq(expires)).execute(tx.conn())?;
    }
    Ok(())
}

/// Forgets whatever this person agreed to for this client; false when there was nothing.
pub fn withdraw(tx: &mut Tx, sub: &SubDigest, client: &ClientId) -> Result<bool, StoreError> {
    let all = consents::table
        .filter(dsl::sub_digest.eq(sub.as_bytes().as_slice()))
        .filter(dsl::client_id.eq(client.as_str()));
    Ok(diesel::delete(all).execute(tx.conn())? > 0)
}
