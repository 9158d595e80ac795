//! Refusals, kept a day for `hufu trace` and `hufu client errors`: what a website sent and which rule it broke. Bounded for
//! each client, so that one broken website fills nobody's disk; and what a client itself sent is bounded apart from what
//! anybody may have sent in its name, so that no stranger can push it out.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::refusals::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{ClientId, Sender, TraceId};

#[derive(Debug, Clone)]
pub struct RefusalRow {
    pub id: TraceId,
    /// `None` when the request named no client that we know.
    pub client_id: Option<ClientId>,
    /// JSON of a `spec::Refusal`.
    pub body: String,
    pub sender: Sender,
}

type Raw = (TraceId, Option<String>, String, bool);

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

/// Keeps a refusal, and of its client's from such a sender no more than `most`: the ones that expire first make room.
pub fn insert(tx: &mut Tx, row: &RefusalRow, most: i64) -> Result<(), StoreError> {
    let client_id = row.client_id.as_ref().map(|id| id.as_str());
    let proven = row.sender == Sender::Client;
    insert_once!(
        tx,
        refusals::table,
        (
            dsl::id.eq(row.id.as_bytes().as_slice()),
            dsl::client_id.eq(client_id),
            dsl::body.eq(&row.body),
            dsl::proven.eq(proven)
        )
    )?;
    let alike = refusals::table.filter(dsl::proven.eq(proven)).select(dsl::id);
    let surplus: Vec<TraceId> = match client_id {
        Some(id) => {
            let its = alike.filter(dsl::client_id.eq(id));
            its.order((dsl::client_id.desc(), dsl::proven.desc(), dsl::id.desc()))
                .offset(most)
                .limit(SURPLUS)
                .load(tx.conn())?
        }
        None => {
            let nobodys = alike.filter(dsl::client_id.is_null());
            nobodys
                .order((dsl::client_id.desc(), dsl::proven.desc(), dsl::id.desc()))
                .offset(most)
                .limit(SURPLUS)
                .load(tx.conn())?
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
    fn from((id, client_id, body, proven): Raw) -> RefusalRow {
        let sender = if proven { Sender::Client } else { Sender::Anybody };
        RefusalRow { id, client_id: client_id.map(ClientId::new), body, sender }
    }
}
