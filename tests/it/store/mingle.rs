//! PROTOCOL 1: on PostgreSQL, neither the place of rows nor their transactions join a session with a consent or a grant.

use super::*;
use crate::db::TestDb;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_types};
use hufu::spec::AssertionId;
use hufu::store::sessions::InUse;
use hufu::store::{StoreConfig, assertions, consents, sessions};

#[derive(QueryableByName)]
struct Shown {
    #[diesel(sql_type = sql_types::Binary)]
    key: Vec<u8>,
    #[diesel(sql_type = sql_types::Text)]
    xmin: String,
}

/// The rows of a table as they lie.
fn as_they_lie(db: &TestDb, table: &str, key: &str) -> Vec<Shown> {
    let mut conn = PgConnection::establish(&db.config().url).expect("the database answers");
    diesel::sql_query(format!("SELECT {key} AS key, xmin::text AS xmin FROM {table} ORDER BY ctid"))
        .load(&mut conn)
        .expect("an administrator sees them")
}

/// Tables of both sides, and a column that tells the rows apart.
const TABLES: [(&str, &str); 4] =
    [("sessions", "person"), ("consents", "sub_digest"), ("grants", "id"), ("assertions", "id")];

fn transactions(rows: &[Shown]) -> usize {
    let mut all: Vec<&str> = rows.iter().map(|row| row.xmin.as_str()).collect();
    all.sort_unstable();
    all.dedup();
    all.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_mingling_neither_order_nor_transaction_says_anything() {
    let db = TestDb::postgres();
    let store = Store::open(&StoreConfig { connections: 1, ..db.config().clone() }).expect("a usable configuration");
    for number in 0..40 {
        store.write(move |tx| sessions::insert_once(tx, &session(number, number))).await.expect("committed");
        store.write(move |tx| consents::remember(tx, &consent(number))).await.expect("committed");
        let assertion = AssertionId::from_bytes(sixteen(number));
        store
            .write(move |tx| {
                let both = assertions::spend(tx, &assertion)? && grants::insert_once(tx, &grant_id(number))?;
                Ok(both)
            })
            .await
            .expect("committed");
    }
    for (table, key) in TABLES {
        let rows = as_they_lie(&db, table, key);
        assert_eq!(transactions(&rows), 40, "the leak that is to be closed");
        assert!(rows.is_sorted_by_key(|row| row.key.clone()), "the leak that is to be closed");
    }

    assert!(store.mingle().await.expect("mingled"));

    for (table, key) in TABLES {
        let rows = as_they_lie(&db, table, key);
        assert_eq!(rows.len(), 40, "no row is lost");
        assert_eq!(transactions(&rows), 1, "{table}");
        assert!(!rows.is_sorted_by_key(|row| row.key.clone()), "{table}");
    }
    // Each of the 120 writes has left the id of its attempt, and so has the mingling of the tables before.
    let attempts = as_they_lie(&db, "spent", "id");
    assert!(attempts.len() >= 120, "{}", attempts.len());
    assert_eq!(transactions(&attempts), 1, "spent");
    let first = store.read(|db| sessions::by_id(db, &session(7, 7).id)).await.expect("answers").expect("there");
    assert_eq!(first.clients, session(7, 7).clients, "and no value changed");
    assert!(!store.mingle().await.expect("nothing to do"));
}

#[tokio::test(flavor = "multi_thread")]
async fn mingling_beside_writers_loses_nothing() {
    let db = TestDb::postgres();
    let store = db.open();
    let writer = store.clone();
    let writing = tokio::spawn(async move {
        for number in 0..100 {
            writer.write(move |tx| sessions::insert_once(tx, &session(number, 1))).await.expect("committed");
            let later = NOW.plus(std::time::Duration::from_secs(3600));
            let later = InUse { clients: vec![8; 64], version: 2, last_seen: later };
            let touched = writer.write(move |tx| sessions::keep_in_use(tx, &session(number, 1).id, 1, &later)).await;
            assert!(touched.expect("committed"));
        }
    });
    while !writing.is_finished() {
        // Rows that are just being changed are left for the next time.
        let _either = store.mingle().await;
    }
    writing.await.expect("no panic");
    let kept = store.read(|db| sessions::of_person(db, &person_id(1))).await.expect("answers");
    assert_eq!(kept.len(), 100);
}
