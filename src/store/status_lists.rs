//! Status lists: how many places of each are given. Which place is whose stands in no row in the clear.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::status_lists::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::Timestamp;

/// A list and how many of its places are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct ListRow {
    pub expires_day: Timestamp,
    pub nth: i64,
    pub taken: i64,
}

pub fn is_there(db: &mut Db, expires_day: Timestamp, nth: i64) -> Result<bool, StoreError> {
    let found: Option<i64> = find_one!(db, status_lists::table.find((expires_day.unix(), nth)).select(dsl::taken))?;
    Ok(found.is_some())
}

/// The last list of a day.
pub fn last(db: &mut Db, expires_day: Timestamp) -> Result<Option<ListRow>, StoreError> {
    let of_day = status_lists::table.filter(dsl::expires_day.eq(expires_day.unix())).order(dsl::nth.desc());
    Ok(of_day.first(db.conn()).optional()?)
}

/// Takes `count` places of a list of which `seen.taken` were given when it was read; false when others were faster. The first
/// to take of a list begins it.
pub fn take(tx: &mut Tx, seen: &ListRow, count: i64) -> Result<bool, StoreError> {
    if seen.taken == 0 {
        return insert_once!(
            tx,
            status_lists::table,
            (dsl::expires_day.eq(seen.expires_day.unix()), dsl::nth.eq(seen.nth), dsl::taken.eq(count))
        );
    }
    let same = status_lists::table.find((seen.expires_day.unix(), seen.nth)).filter(dsl::taken.eq(seen.taken));
    Ok(diesel::update(same).set(dsl::taken.eq(seen.taken + count)).execute(tx.conn())? == 1)
}
