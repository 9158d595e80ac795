//! The audit record: every operator's command, each entry bound to the one before by a hash, so that none can be
//! changed or taken out of the middle unnoticed. The last hash, kept elsewhere, also shows a cut-off end.

use diesel::prelude::*;

use super::conn::insert_once;
use super::schema::audit::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{Timestamp, TokenHash};

#[derive(Debug, Clone, Queryable)]
pub struct AuditRow {
    pub seq: i64,
    pub at: Timestamp,
    pub entry: String,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

/// What a walk along the chain finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// This many entries, each as it was written.
    Whole(i64),
    /// The first entry that is missing or not as it was written.
    BrokenAt(i64),
}

/// As many entries as are held in memory at once.
const PAGE: i64 = 1000;

/// The entries from number `from` on (the first is 1), at most `most`.
pub fn from(db: &mut Db, from: i64, most: i64) -> Result<Vec<AuditRow>, StoreError> {
    let rest = audit::table.filter(dsl::seq.ge(from)).order(dsl::seq);
    Ok(rest.limit(most).load(db.conn())?)
}

pub fn all(db: &mut Db) -> Result<Vec<AuditRow>, StoreError> {
    from(db, 1, i64::MAX)
}

/// Adds an entry at the end; tells its number.
pub fn append(tx: &mut Tx, entry: &str, at: Timestamp) -> Result<i64, StoreError> {
    let last: Option<(i64, Vec<u8>)> =
        audit::table.select((dsl::seq, dsl::hash)).order(dsl::seq.desc()).first(tx.conn()).optional()?;
    let (seq, previous) = last.map_or((1, Vec::new()), |(seq, hash)| (seq + 1, hash));
    let hash = link(&previous, seq, at, entry);
    let new = insert_once!(
        tx,
        audit::table,
        (
            dsl::seq.eq(seq),
            dsl::at.eq(at.unix()),
            dsl::entry.eq(entry),
            dsl::previous.eq(&previous),
            dsl::hash.eq(hash.as_slice()),
        )
    )?;
    if new { Ok(seq) } else { Err(StoreError::row("audit", "two entries with one number")) }
}

/// Walks the whole chain.
pub fn verify(db: &mut Db) -> Result<Chain, StoreError> {
    let mut next = 1;
    let mut previous = Vec::new();
    loop {
        let page = from(db, next, PAGE)?;
        if page.is_empty() {
            return Ok(Chain::Whole(next - 1));
        }
        for row in page {
            let as_written =
                row.seq == next && row.previous == previous && row.hash == link(&previous, row.seq, row.at, &row.entry);
            if !as_written {
                return Ok(Chain::BrokenAt(next));
            }
            previous = row.hash;
            next += 1;
        }
    }
}

/// SHA-256 over the hash before, the number, the instant and the entry; the first two of fixed length but for the first
/// entry, whose number says so.
fn link(previous: &[u8], seq: i64, at: Timestamp, entry: &str) -> [u8; 32] {
    let mut text = previous.to_vec();
    text.extend_from_slice(&seq.to_be_bytes());
    text.extend_from_slice(&at.unix().to_be_bytes());
    text.extend_from_slice(entry.as_bytes());
    *TokenHash::of(&text).as_bytes()
}
