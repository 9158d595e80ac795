//! One connection to PostgreSQL, set up our way.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_types};

use crate::store::conn::any::{AnyConn, Tx};
use crate::store::error::{Broken, StoreError, Unavailable};

pub(super) const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
pub(super) const WRITE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";
/// Mingling changes no value, so it needs no part in the serial order and disturbs nobody's.
pub(super) const MINGLE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// A connection is replaced after this long: it follows a failover, and its attempt ids, which
/// expire two hours after it was opened, stay ahead of the sweep.
const OLD: Duration = Duration::from_secs(30 * 60);

/// A transaction whose client vanished ends before those that wait for its locks give up, and its retry gets through.
///
/// Without table scans, which tests and small sites would get, a serializable read marks the
/// rows it saw and not the whole table, and unrelated writers leave each other alone.
const SETTINGS: &str = "
    SET statement_timeout = '5s';
    SET lock_timeout = '4s';
    SET idle_in_transaction_session_timeout = '3s';
    SET enable_seqscan = off;
    SET jit = off;
    SET application_name = 'hufu';";

pub(super) struct Session {
    tx: Tx,
    opened: Instant,
    expiry_hour: u32,
    attempts: u64,
    random: [RandomState; 2],
}

#[derive(QueryableByName)]
struct Hour {
    #[diesel(sql_type = sql_types::BigInt)]
    hour: i64,
}

impl Session {
    pub(super) fn connect(url: &str) -> Result<Session, Unavailable> {
        let unreachable = |error: &dyn std::fmt::Display| Unavailable::Unreachable(error.to_string());
        let mut conn = PgConnection::establish(url).map_err(|error| unreachable(&error))?;
        conn.batch_execute(SETTINGS).map_err(|error| unreachable(&error))?;
        let now: Hour = diesel::sql_query("SELECT floor(extract(epoch FROM now()) / 3600)::bigint AS hour")
            .get_result(&mut conn)
            .map_err(|error| unreachable(&error))?;
        Ok(Session {
            tx: Tx::over(AnyConn::Pg(conn)),
            opened: now_monotonic(),
            expiry_hour: u32::try_from(now.hour + 2).unwrap_or(u32::MAX),
            attempts: 0,
            random: [RandomState::new(), RandomState::new()],
        })
    }

    pub(super) fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    pub(super) fn is_old(&self) -> bool {
        now_monotonic().duration_since(self.opened) > OLD
    }

    pub(super) fn execute(&mut self, statement: &str) -> Result<(), StoreError> {
        Ok(self.tx.conn().batch_execute(statement)?)
    }

    /// An id for one attempt at one commit: expiry hour, then 12 bytes that no other attempt of
    /// any node has. It must be unlike, not unguessable.
    pub(super) fn next_attempt(&mut self) -> [u8; 16] {
        self.attempts += 1;
        let [first, second] = &self.random;
        let mut id = [0; 16];
        id[..4].copy_from_slice(&self.expiry_hour.to_be_bytes());
        id[4..12].copy_from_slice(&first.hash_one(self.attempts).to_be_bytes());
        id[12..].copy_from_slice(&second.hash_one(self.attempts).to_be_bytes()[..4]);
        id
    }
}

#[expect(clippy::disallowed_methods, reason = "how old a connection is decides nothing that anybody is told")]
fn now_monotonic() -> Instant {
    Instant::now()
}

pub(super) fn is_panic(error: &StoreError) -> bool {
    matches!(error, StoreError::Broken(Broken::Panicked))
}
