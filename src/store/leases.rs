//! Leases: which node does a background work at the moment. Compare and set, with an end in case the node dies.

use diesel::prelude::*;

use super::conn::insert_once;
use super::schema::leases::{self, dsl};
use super::{StoreError, Tx};
use crate::spec::{NodeId, Timestamp};

/// Takes or prolongs a lease; false while another node holds it.
pub fn claim(tx: &mut Tx, name: &str, holder: &NodeId, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
    let holder = holder.as_bytes().as_slice();
    let free = leases::table.find(name).filter(dsl::until.le(now.unix()).or(dsl::holder.eq(holder)));
    let mine = (dsl::holder.eq(holder), dsl::until.eq(until.unix()));
    if diesel::update(free).set(mine).execute(tx.conn())? == 1 {
        return Ok(true);
    }
    insert_once!(tx, leases::table, (dsl::name.eq(name), dsl::holder.eq(holder), dsl::until.eq(until.unix())))
}

/// False when the node does not hold it.
pub fn release(tx: &mut Tx, name: &str, holder: &NodeId) -> Result<bool, StoreError> {
    let mine = leases::table.find(name).filter(dsl::holder.eq(holder.as_bytes().as_slice()));
    Ok(diesel::delete(mine).execute(tx.conn())? == 1)
}
