//! Whether a full database is slower than an empty one: two installations take turns, one of them with a crowd in it, made by
//! `hufu persona add --count`.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use crate::Outcome;
use crate::cell::{Side, take_turns};
use crate::house::House;
use crate::run::Run;
use crate::site::Alg;
use crate::table::Row;

const BROWSERS: usize = 16;
const OF_EMPTY: f64 = 0.90;

pub async fn measure(run: &mut Run<'_>, empty: &mut House) -> Outcome<()> {
    let crowd = run.options.crowd;
    let mut full = House::furnish(&run.dir.join("crowd"), None, run.options).await?;
    run.progress(&format!("inserting {crowd} persons and grants"));
    full.restart(|product| {
        product.add_crowd(crowd)?;
        fill(&product.database(), crowd)
    })?;
    let (lent, others) = (full.lend(BROWSERS, Alg::Es256).await?, empty.lend(BROWSERS, Alg::Es256).await?);
    let (mut own, mut other) = (Side::new(&full.server, lent), Side::new(&empty.server, others));
    run.progress("the full one beside the empty one");
    take_turns(&mut own, &mut other, run.options.cell).await?;
    let (hufu, (others, floor)) = (own.finish().1, other.finish());
    empty.take_back(others);
    run.rows.push(Row::Rate {
        what: format!("ES256 flows, {crowd} persons"),
        hufu: hufu.per_second,
        floor: floor.per_second,
        floor_is: "the same without them",
        target: Some(OF_EMPTY),
        client_busy: hufu.client_busy.max(floor.client_busy),
    });
    Ok(())
}

/// Grants of this hour, as many as there are persons.
fn fill(database: &Path, crowd: u64) -> Outcome<()> {
    let mut conn = SqliteConnection::establish(&database.display().to_string()).map_err(|error| error.to_string())?;
    let count = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {crowd})");
    let sql = format!(
        "BEGIN IMMEDIATE;
         INSERT INTO grants {count}
             SELECT CAST(unhex(printf('%08X', unixepoch() / 3600 + 1)) || randomblob(12) AS BLOB), 0 FROM n;
         COMMIT;
         PRAGMA wal_checkpoint(TRUNCATE);"
    );
    conn.batch_execute(&sql).map_err(|error| error.to_string())
}
