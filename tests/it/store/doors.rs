//! What the two doors promise: DESIGN "Storage contract".

use super::*;
use crate::db::{TestDb, on_each_database};
use hufu::store::{Broken, StoreConfig, Unavailable};
use std::time::Duration;

/// Makes the next commit that holds a grant fail.
fn doom_grants(db: &TestDb) {
    db.execute(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY);
         CREATE TABLE orphan (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER doom AFTER INSERT ON grants BEGIN INSERT INTO orphan VALUES (1); END;",
        "CREATE FUNCTION doom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'doomed'; END $$;
         CREATE CONSTRAINT TRIGGER doom AFTER INSERT ON grants DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION doom();",
    );
}

/// Thirty-two jobs that wait together, one of which does `bad` after its change.
async fn with_one_bad_job(
    store: &Store,
    bad: impl Fn() -> Result<bool, StoreError> + Clone + Send + 'static,
) -> Vec<Result<bool, StoreError>> {
    let (leave, busy) = occupy(store).await;
    let jobs: Vec<_> = (0..32)
        .map(|number| {
            let (store, bad) = (store.clone(), bad.clone());
            tokio::spawn(async move {
                let job = move |tx: &mut hufu::store::Tx| {
                    let fresh = spent::spend(tx, &spent_id(number))?;
                    if number == 13 { bad() } else { Ok(fresh) }
                };
                store.write(job).await
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    leave.open();
    busy.await.expect("no panic outside").expect("the first job is sound");
    let mut outcomes = Vec::new();
    for job in jobs {
        outcomes.push(job.await.expect("no panic outside"));
    }
    outcomes
}

on_each_database! {
    /// "A job's error … undoes its own savepoint."
    async fn one_bad_job_among_32_undoes_only_itself(db) {
        let store = db.open();
        let outcomes = with_one_bad_job(&store, || Err(Unavailable::QueueFull.into())).await;
        assert!(matches!(outcomes[13], Err(StoreError::Unavailable(Unavailable::QueueFull))));
        assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Ok(true))).count(), 31);
        assert_eq!(spent_among(&store, 0..32).await, 31);
        assert_eq!(spent_among(&store, 13..14).await, 0);
    }

    /// "A job's … panic undoes its own savepoint; after a panic the connection is reopened."
    async fn a_panic_undoes_only_itself_and_the_store_goes_on(db) {
        let store = db.open();
        let outcomes = with_one_bad_job(&store, || panic!("meant to")).await;
        assert!(matches!(outcomes[13], Err(StoreError::Broken(Broken::Panicked))));
        assert_eq!(spent_among(&store, 0..32).await, 31);
        assert!(spend(&store, 13).await.expect("the store goes on"));
    }

    async fn a_panic_while_reading_leaves_the_store_usable(db) {
        let store = db.open();
        let outcome: Result<(), _> = store.read(|_| panic!("meant to")).await;
        assert!(matches!(outcome, Err(StoreError::Broken(Broken::Panicked))));
        assert_eq!(spent_among(&store, 0..1).await, 0);
    }

    /// "A failed COMMIT answers the whole batch Unavailable."
    async fn a_failed_commit_is_unavailable_and_leaves_nothing(db) {
        doom_grants(&db);
        let store = db.open();
        let (leave, busy) = occupy(&store).await;
        let (one, two) = (store.clone(), store.clone());
        let doomed = tokio::spawn(async move { redeem(&one, 1).await });
        let beside = tokio::spawn(async move { spend(&two, 1).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        leave.open();
        busy.await.expect("no panic").expect("committed before");
        let doomed = doomed.await.expect("no panic");
        let beside = beside.await.expect("no panic");
        assert!(matches!(doomed, Err(StoreError::Unavailable(Unavailable::CommitFailed(_)))), "{doomed:?}");
        if db.is_sqlite() {
            assert!(matches!(beside, Err(StoreError::Unavailable(Unavailable::CommitFailed(_)))), "{beside:?}");
        } else {
            assert!(beside.expect("a transaction of its own"));
        }
        let shown = store.read(|db| grants::state(db, &grant_id(1))).await.expect("answers");
        assert_eq!(shown, grants::GrantState::Absent);
        assert!(spend(&store, 2).await.expect("the store goes on"));
    }

    /// "A bounded queue (full = 503 with `Retry-After`)."
    async fn a_full_queue_refuses_at_once_and_loses_nothing(db) {
        let config = StoreConfig { queue: 4, connections: 1, ..db.config().clone() };
        let store = Store::open(&config).expect("a usable configuration");
        let (leave, busy) = occupy(&store).await;
        let waiting: Vec<_> = (0..4)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move { spend(&store, number).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let refused = spend(&store, 4).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(Unavailable::QueueFull))), "{refused:?}");
        leave.open();
        busy.await.expect("no panic").expect("committed");
        for job in waiting {
            assert!(job.await.expect("no panic").expect("committed"));
        }
        assert_eq!(spent_among(&store, 0..5).await, 4);
    }

    async fn a_reader_sees_committed_rows_only(db) {
        let store = db.open();
        let (inside, leave) = (Gate::default(), Gate::default());
        let (writer, its_inside, its_leave) = (store.clone(), inside.clone(), leave.clone());
        let writing = tokio::spawn(async move {
            let job = move |tx: &mut hufu::store::Tx| {
                let fresh = spent::spend(tx, &spent_id(1))?;
                its_inside.open();
                its_leave.wait();
                Ok(fresh)
            };
            writer.write(job).await
        });
        inside.opened().await;
        assert_eq!(spent_among(&store, 1..2).await, 0);
        leave.open();
        assert!(writing.await.expect("no panic").expect("committed"));
        assert_eq!(spent_among(&store, 1..2).await, 1);
    }

    async fn all_of_one_read_is_as_of_one_moment(db) {
        let store = db.open();
        let (looked, written) = (Gate::default(), Gate::default());
        let (reader, its_looked, its_written) = (store.clone(), looked.clone(), written.clone());
        let reading = tokio::spawn(async move {
            let twice = move |db: &mut hufu::store::Db| {
                let before = spent::is_spent(db, &spent_id(1))?;
                its_looked.open();
                its_written.wait();
                Ok((before, spent::is_spent(db, &spent_id(1))?))
            };
            reader.read(twice).await
        });
        looked.opened().await;
        assert!(spend(&store, 1).await.expect("a reader hinders no writer"));
        written.open();
        assert_eq!(reading.await.expect("no panic").expect("answers"), (false, false));
        assert_eq!(spent_among(&store, 1..2).await, 1);
    }

    async fn closing_answers_what_was_accepted_and_refuses_the_rest(db) {
        let store = db.open();
        let (leave, busy) = occupy(&store).await;
        let waiting = store.clone();
        let waiting = tokio::spawn(async move { spend(&waiting, 1).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let closing = tokio::spawn(store.clone().close());
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(matches!(spend(&store, 2).await, Err(StoreError::Unavailable(Unavailable::Closed))));
        leave.open();
        busy.await.expect("no panic").expect("committed");
        assert!(waiting.await.expect("no panic").expect("committed"));
        closing.await.expect("no panic");
        assert_eq!(spent_among(&db.open(), 1..3).await, 1);
    }

    async fn the_writes_are_counted_and_reads_are_none(db) {
        let store = db.open();
        spend(&store, 1).await.expect("committed");
        spent_among(&store, 0..2).await;
        assert_eq!(store.writes(), 1);
    }
}

/// "Checkout at most 1 s": and what was given up is never run afterwards.
#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waited_a_second_for_a_connection_is_given_up() {
    let db = TestDb::postgres();
    let config = StoreConfig { connections: 1, ..db.config().clone() };
    let store = Store::open(&config).expect("a usable configuration");
    let (leave, busy) = occupy(&store).await;
    let given_up = spend(&store, 1).await;
    assert!(matches!(given_up, Err(StoreError::Unavailable(Unavailable::NoConnection))), "{given_up:?}");
    leave.open();
    busy.await.expect("no panic").expect("committed");
    assert_eq!(spent_among(&store, 1..2).await, 0);
}

/// `.cargo/config.toml` says how SQLite is built; a build that does not read it is another one than was measured.
#[test]
fn the_embedded_sqlite_is_built_as_the_settings_say() {
    use diesel::prelude::*;
    let mut conn = SqliteConnection::establish(":memory:").expect("opens");
    let options = diesel::dsl::sql::<diesel::sql_types::Text>("SELECT compile_options FROM pragma_compile_options");
    let options: Vec<String> = options.load(&mut conn).expect("SQLite says");
    let has = |option: &str| options.iter().any(|built| built == option);
    assert!(has("THREADSAFE=2") && has("DEFAULT_MEMSTATUS=0") && has("DQS=0"), "{options:?}");
    assert!(!has("ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
}
