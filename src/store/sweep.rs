//! Forgets what has expired, a bounded batch at a time, so that no table grows with traffic.
//!
//! An expiring id begins with its hour, so the expired rows are the low end of the primary key. Consents and families are
//! keyed by digests and clients by a name of their own: they go by their index. Each table in a transaction of its own: none
//! may touch persons and subs at once.

use diesel::prelude::*;

use super::schema::{
    applications, assertions, certificates, clients, events, families, grants, outbox, pushed, refusals, spent,
    status_lists, vouchers,
};
use super::{StoreError, Tx};
use crate::spec::{ClientId, SessionId, Timestamp};

/// A table whose rows expire, and nobody needs to be told. (Sessions end in `flow/ending`: websites are told.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiring {
    Consents,
    Clients,
    Families,
    Grants,
    Spent,
    Assertions,
    Pushed,
    Refusals,
    Outbox,
    Certificates,
    StatusLists,
    Events,
    Applications,
    Vouchers,
}

impl Expiring {
    pub const ALL: [Expiring; 14] = [
        Expiring::Consents,
        Expiring::Clients,
        Expiring::Families,
        Expiring::Grants,
        Expiring::Spent,
        Expiring::Assertions,
        Expiring::Pushed,
        Expiring::Refusals,
        Expiring::Outbox,
        Expiring::Certificates,
        Expiring::StatusLists,
        Expiring::Events,
        Expiring::Applications,
        Expiring::Vouchers,
    ];
}

/// Deletes the rows below an id; if they are more than `most`, the lowest `most` of them.
macro_rules! below {
    ($tx:expr, $table:ident, $first_kept:expr, $most:expr) => {{
        let expired = $table::table.filter($table::id.lt($first_kept));
        let mark = expired.select($table::id).order($table::id).offset($most).limit(1);
        let mark: Option<Vec<u8>> = mark.first($tx.conn()).optional()?;
        let end = mark.as_deref().unwrap_or($first_kept);
        diesel::delete($table::table.filter($table::id.lt(end))).execute($tx.conn())?
    }};
}

/// Deletes at most `most` rows that expired before `now`; tells how many. Fewer than `most`: the table is swept.
pub fn batch(tx: &mut Tx, table: Expiring, now: Timestamp, most: i64) -> Result<usize, StoreError> {
    // Every kind of id begins alike.
    let hour = SessionId::hour_prefix(now);
    let hour = hour.as_slice();
    Ok(match table {
        Expiring::Grants => below!(tx, grants, hour, most),
        Expiring::Spent => below!(tx, spent, hour, most),
        Expiring::Assertions => below!(tx, assertions, hour, most),
        Expiring::Pushed => below!(tx, pushed, hour, most),
        Expiring::Refusals => below!(tx, refusals, hour, most),
        Expiring::Outbox => below!(tx, outbox, hour, most),
        Expiring::Certificates => below!(tx, certificates, hour, most),
        // A few a day.
        Expiring::StatusLists => {
            let expired = status_lists::table.filter(status_lists::expires_day.le(now.unix()));
            diesel::delete(expired).execute(tx.conn())?
        }
        Expiring::Events => below!(tx, events, hour, most),
        Expiring::Applications => below!(tx, applications, hour, most),
        Expiring::Vouchers => below!(tx, vouchers, hour, most),
        Expiring::Consents => expired_consents(tx, now, most)?,
        Expiring::Clients => expired_clients(tx, now, most)?,
        Expiring::Families => expired_families(tx, now, most)?,
    })
}

fn expired_consents(tx: &mut Tx, now: Timestamp, most: i64) -> Result<usize, StoreError> {
    // One statement, whatever the number: diesel has no words for a key of several columns.
    let key = "sub_digest, client_id, shown";
    let expired = format!("SELECT {key} FROM consents WHERE expires_day <= {} ORDER BY expires_day", now.unix());
    let delete = format!("DELETE FROM consents WHERE ({key}) IN ({expired} LIMIT {most})");
    Ok(diesel::sql_query(delete).execute(tx.conn())?)
}

fn expired_clients(tx: &mut Tx, now: Timestamp, most: i64) -> Result<usize, StoreError> {
    let expired = clients::table.filter(clients::expires_day.le(now.unix())).order(clients::expires_day);
    let ids: Vec<String> = expired.select(clients::client_id).limit(most).load(tx.conn())?;
    for id in &ids {
        super::clients::delete(tx, &ClientId::new(id.clone()))?;
    }
    Ok(ids.len())
}

fn expired_families(tx: &mut Tx, now: Timestamp, most: i64) -> Result<usize, StoreError> {
    let expired = families::table.filter(families::expires_day.le(now.unix())).order(families::expires_day);
    let ids: Vec<Vec<u8>> = expired.select(families::id).limit(most).load(tx.conn())?;
    for id in &ids {
        diesel::delete(families::table.find(id)).execute(tx.conn())?;
    }
    Ok(ids.len())
}
