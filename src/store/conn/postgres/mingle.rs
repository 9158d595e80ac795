//! Hides in which order rows were written (PROTOCOL 1).
//!
//! A heap shows it twice: by place (`ctid`) and by transaction (`xmin`). Whoever compares the latest sessions with the
//! latest consents, or with the latest grants, could pair a person with a website. So the youngest rows of each table are taken out and put back in
//! random order by one transaction: all of them now have one `xmin`, and a place that says nothing. Since they stay the
//! youngest, each row is shuffled again until a crowd of younger ones hides it.

use diesel::{QueryableByName, RunQueryDsl, sql_types};

use crate::store::conn::any::{AnyConn, Db, Tx};
use crate::store::error::StoreError;

/// Every table that gets rows while people sign in. An event names a person as a session does. A refusal names a website and comes right after a sign-in, so it would
/// tell as much as a consent; what the outbox holds for one person's websites enters it in one transaction; an assertion
/// tells that the grant of its transaction is that of a website with keys, and a family that it is one that refreshes; a
/// pushed request comes just before a sign-in. `spent` comes last, for every transaction leaves a row there, those of the
/// mingling too.
pub(in crate::store::conn) const TABLES: [&str; 10] =
    ["sessions", "events", "consents", "refusals", "outbox", "grants", "families", "assertions", "pushed", "spent"];

/// The crowd: as many of the youngest rows share one transaction.
const CROWD: u32 = 5000;

#[derive(QueryableByName)]
struct Transactions {
    #[diesel(sql_type = sql_types::BigInt)]
    number: i64,
}

/// Whether the crowd is another than it was left. A question of its own: whoever only asks leaves no row in `spent`.
pub(in crate::store::conn) fn shows_order(db: &mut Db, table: &str) -> Result<bool, StoreError> {
    let AnyConn::Pg(conn) = db.conn() else {
        return Ok(false);
    };
    let apart = format!("SELECT count(DISTINCT age(xmin)) AS number FROM ({}) AS young", youngest(table));
    let Transactions { number } = diesel::sql_query(apart).get_result(conn)?;
    Ok(number > 1)
}

/// Puts the crowd back in random order.
pub(in crate::store::conn) fn rewrite(tx: &mut Tx, table: &str) -> Result<(), StoreError> {
    let AnyConn::Pg(conn) = tx.conn() else {
        return Ok(());
    };
    let shuffle = format!(
        "WITH young AS ({}),
         gone AS (DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM young) RETURNING *)
         INSERT INTO {table} SELECT * FROM gone ORDER BY random()",
        youngest(table)
    );
    diesel::sql_query(shuffle).execute(conn)?;
    Ok(())
}

fn youngest(table: &str) -> String {
    format!("SELECT ctid, xmin FROM {table} ORDER BY age(xmin) LIMIT {CROWD}")
}
