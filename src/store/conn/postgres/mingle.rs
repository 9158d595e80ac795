//! Hides in which order rows were written (PROTOCOL 1).
//!
//! A heap shows it twice: by place (`ctid`) and by transaction (`xmin`). Whoever compares the latest sessions with the
//! latest consents could pair a person with a website. So the youngest rows of each table are taken out and put back in
//! random order by one transaction: all of them now have one `xmin`, and a place that says nothing. Since they stay the
//! youngest, each row is shuffled again until a crowd of younger ones hides it.

use diesel::{QueryableByName, RunQueryDsl, sql_types};

use crate::store::conn::any::{AnyConn, Tx};
use crate::store::error::StoreError;

/// A refusal names a website and comes right after a sign-in, so it would tell as much as a consent.
pub(in crate::store::conn) const TABLES: [&str; 3] = ["sessions", "consents", "refusals"];

/// The crowd: as many of the youngest rows share one transaction.
const CROWD: u32 = 5000;

#[derive(QueryableByName)]
struct Transactions {
    #[diesel(sql_type = sql_types::BigInt)]
    number: i64,
}

/// False when the crowd is as it was left.
pub(in crate::store::conn) fn rewrite(tx: &mut Tx, table: &str) -> Result<bool, StoreError> {
    let AnyConn::Pg(conn) = tx.conn() else {
        return Ok(false);
    };
    let young = format!("SELECT ctid, xmin FROM {table} ORDER BY age(xmin) LIMIT {CROWD}");
    let apart = format!("SELECT count(DISTINCT age(xmin)) AS number FROM ({young}) AS young");
    let Transactions { number } = diesel::sql_query(apart).get_result(conn)?;
    if number <= 1 {
        return Ok(false);
    }
    let shuffle = format!(
        "WITH young AS ({young}),
         gone AS (DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM young) RETURNING *)
         INSERT INTO {table} SELECT * FROM gone ORDER BY random()"
    );
    diesel::sql_query(shuffle).execute(conn)?;
    Ok(true)
}
