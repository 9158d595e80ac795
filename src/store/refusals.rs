//! Refusals, kept a day for `hufu trace`: what a website sent and which rule it broke. Bounded for each client, so that
//! one broken website fills nobody's disk.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::refusals::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{ClientId, TraceId};

#[derive(Debug, Clone)]
pub struct RefusalRow {
    pub id: TraceId,
    /// `None` when the request named no client that we know.
    pub client_id: Option<ClientId>,
    /// JSON of a `spec::Refusal`.
    pub body: String,
}

type Raw = (TraceId, Option<String>, String);

pub fn by_trace(db: &mut Db, id: &TraceId) -> Result<Option<RefusalRow>, StoreError> {
    let found: Option<Raw> = find_one!(db, refusals::table.find(id.as_bytes().as_slice()))?;
    Ok(found.map(RefusalRow::from))
}

/// The refusals of one client, those that expire last first.
pub fn of_client(db: &mut Db, client_id: &ClientId, most: i64) -> Result<Vec<RefusalRow>, StoreError> {
    let all = refusals::table.filter(dsl::client_id.eq(client_id.as_str())).order(dsl::id.desc());
    let rows: Vec<Raw> = all.limit(most).load(db.conn())?;
    Ok(rows.into_iter().map(RefusalRow::from).collect())
}

/// Keeps a refusal, and of its client's no more than `most`: the ones that expire first make room.
pub fn insert(tx: &mut Tx, row: &RefusalRow, most: i64) -> Result<(), StoreError> {
    let client_id = row.client_id.as_ref().map(|id| id.as_str());
    insert_once!(
        tx,
        refusals::table,
        (dsl::id.eq(row.id.as_bytes().as_slice()), dsl::client_id.eq(client_id), dsl::body.eq(&row.body))
    )?;
    let order = (dsl::client_id, dsl::id);
    let surplus: Vec<TraceId> = match client_id {
        Some(id) => {
            let its = refusals::table.filter(dsl::client_id.eq(id)).select(dsl::id);
            its.order((dsl::client_id.desc(), dsl::id.desc())).offset(most).limit(SURPLUS).load(tx.conn())?
        }
        None => {
            let nobodys = refusals::table.filter(dsl::client_id.is_null()).select(dsl::id);
            nobodys.order((order.0.desc(), order.1.desc())).offset(most).limit(SURPLUS).load(tx.conn())?
        }
    };
    for id in surplus {
        diesel::delete(refusals::table.find(id.as_bytes().as_slice())).execute(tx.conn())?;
    }
    Ok(())
}

/// As many rows make room at once; more than one only after `most` was lowered.
const SURPLUS: i64 = 8;

impl From<Raw> for RefusalRow {
    fn from((id, client_id, body): Raw) -> RefusalRow {
        RefusalRow { id, client_id: client_id.map(ClientId::new), body }
    }
}
