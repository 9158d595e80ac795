//! "A dead database: 503, nothing lost, recovers by itself."

use super::*;
use crate::db::TestDb;
use hufu::store::{Broken, StoreConfig, Unavailable};

fn is_unavailable<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}

#[tokio::test]
async fn a_file_that_was_moved_away_is_unavailable_until_it_is_back() {
    let db = TestDb::sqlite();
    let store = db.open();
    spend(&store, 1).await.expect("committed");
    let aside = db.file().with_extension("aside");
    std::fs::rename(db.file(), &aside).expect("moved");
    assert!(is_unavailable(&spend(&store, 2).await));
    assert!(is_unavailable(&store.read(|db| spent::is_spent(db, &spent_id(1))).await));
    std::fs::rename(&aside, db.file()).expect("moved back");
    assert!(spend(&store, 2).await.expect("it recovered by itself"));
    assert_eq!(spent_among(&store, 1..3).await, 2);
}

#[tokio::test]
async fn a_file_that_is_not_there_yet_is_not_created_and_used_once_it_is() {
    let db = TestDb::sqlite();
    let late = db.file().with_file_name("late.db");
    let store = Store::open(&StoreConfig::sqlite(&late)).expect("a usable configuration");
    assert!(is_unavailable(&spend(&store, 1).await));
    assert!(!late.exists());
    hufu::store::migrate(&StoreConfig::sqlite(&late)).expect("migrated");
    assert!(spend(&store, 1).await.expect("it recovered by itself"));
}

#[tokio::test]
async fn another_file_in_its_place_is_taken_up() {
    let db = TestDb::sqlite();
    let store = db.open();
    let copy = db.file().with_extension("copy");
    std::fs::copy(db.file(), &copy).expect("copied");
    spend(&store, 1).await.expect("committed");
    spent_among(&store, 0..1).await;
    std::fs::rename(&copy, db.file()).expect("replaced");
    for companion in ["db-wal", "db-shm"] {
        let _absent = std::fs::remove_file(db.file().with_extension(companion));
    }
    // A reader may rely on a look of the last hundredth of a second.
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    assert_eq!(spent_among(&store, 1..2).await, 0);
    assert!(spend(&store, 1).await.expect("new in this file"));
    assert_eq!(spent_among(&db.open(), 1..2).await, 1);
}

#[tokio::test]
async fn a_locked_file_is_unavailable_until_it_is_let_go() {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};
    let db = TestDb::sqlite();
    let store = db.open();
    let mut stranger = SqliteConnection::establish(&db.file().display().to_string()).expect("opens");
    stranger.batch_execute("BEGIN IMMEDIATE").expect("locked");
    let jobs: Vec<_> = (0..8)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { spend(&store, number).await })
        })
        .collect();
    for job in jobs {
        assert!(is_unavailable(&job.await.expect("no panic")));
    }
    assert_eq!(spent_among(&store, 0..8).await, 0, "readers go on");
    stranger.batch_execute("ROLLBACK").expect("let go");
    assert!(spend(&store, 1).await.expect("it recovered by itself"));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_unavailable() {
    let db = TestDb::sqlite();
    let file = db.file().with_file_name("poem.db");
    std::fs::write(&file, "Two halves of a bronze tiger. ".repeat(100)).expect("written");
    let store = Store::open(&StoreConfig::sqlite(&file)).expect("a usable configuration");
    assert!(is_unavailable(&spend(&store, 1).await));
}

#[tokio::test]
async fn a_database_without_tables_is_broken_and_not_just_busy() {
    let db = TestDb::sqlite();
    let file = db.file().with_file_name("empty.db");
    std::fs::write(&file, "").expect("written");
    let store = Store::open(&StoreConfig::sqlite(&file)).expect("a usable configuration");
    let outcome = spend(&store, 1).await;
    assert!(matches!(outcome, Err(StoreError::Broken(Broken::Statement(_)))), "{outcome:?}");
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_went_away_is_unavailable_until_it_is_back() {
    use super::proxy::{Mood, Proxy};
    let db = TestDb::postgres();
    let proxy = Proxy::before(&db.config().url);
    let store = Store::open(&StoreConfig::at(proxy.url())).expect("a usable configuration");
    assert!(spend(&store, 1).await.expect("committed"));
    proxy.set(Mood::Dead);
    assert!(is_unavailable(&spend(&store, 2).await));
    assert!(is_unavailable(&store.read(|db| spent::is_spent(db, &spent_id(1))).await));
    proxy.set(Mood::Faithful);
    assert!(spend(&store, 2).await.expect("it recovered by itself"));
    assert_eq!(spent_among(&store, 1..3).await, 2);
}

/// A restart costs no request: `BEGIN` finds the dead connection, and another is opened.
#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_server_costs_no_request() {
    let db = TestDb::postgres();
    let store = db.open();
    for number in 0..16 {
        spend(&store, number).await.expect("committed");
    }
    db.execute(
        "",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    for number in 16..32 {
        assert!(spend(&store, number).await.expect("on a new connection"));
    }
}

#[tokio::test]
async fn settings_that_name_no_database_are_refused_at_once() {
    let refused = Store::open(&StoreConfig::at("mysql://localhost/hufu"));
    assert!(matches!(refused.err(), Some(StoreError::Broken(Broken::Settings(_)))));
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_was_is_unavailable() {
    let nowhere = StoreConfig::at("postgres://hufu@127.0.0.1:1/hufu");
    let store = Store::open(&nowhere).expect("a usable configuration");
    let outcome = spend(&store, 1).await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(Unavailable::Unreachable(_)))), "{outcome:?}");
}
