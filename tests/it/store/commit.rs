//! PostgreSQL: SERIALIZABLE, at most three retries, and no answer on a guess.

use super::proxy::{Mood, Proxy};
use super::*;
use crate::db::TestDb;
use hufu::store::{StoreConfig, Tx, Unavailable, passkeys};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};

/// A closure that redeems and counts its runs.
fn counted(runs: &Arc<AtomicU32>) -> impl Fn(&mut Tx) -> Result<bool, StoreError> + Send + 'static {
    let runs = Arc::clone(runs);
    move |tx| {
        runs.fetch_add(1, Ordering::SeqCst);
        grants::insert_once(tx, &grant_id(1))
    }
}

async fn state(db: &TestDb) -> grants::GrantState {
    db.open().read(|db| grants::state(db, &grant_id(1))).await.expect("answers")
}

/// "A commit of unknown outcome is re-read by a per-attempt id before anything is answered": it had been committed.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_was_lost_is_found_and_not_repeated() {
    let db = TestDb::postgres();
    let proxy = Proxy::before(&db.config().url);
    let store = Store::open(&StoreConfig::at(proxy.url())).expect("a usable configuration");
    let runs = Arc::new(AtomicU32::new(0));
    proxy.set(Mood::LoseAnswer);
    assert!(store.write(counted(&runs)).await.expect("the outcome was found"));
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert_eq!(state(&db).await, grants::GrantState::Active);
}

/// The same, and it had not been committed.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_never_arrived_is_done_again() {
    let db = TestDb::postgres();
    let proxy = Proxy::before(&db.config().url);
    let store = Store::open(&StoreConfig::at(proxy.url())).expect("a usable configuration");
    let runs = Arc::new(AtomicU32::new(0));
    proxy.set(Mood::LoseCommit);
    assert!(store.write(counted(&runs)).await.expect("done again"));
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(state(&db).await, grants::GrantState::Active);
}

/// Two transactions that each saw no passkey: serialized, the second sees the first's (write skew).
#[tokio::test(flavor = "multi_thread")]
async fn a_serialization_failure_is_tried_again_and_decides_anew() {
    let db = TestDb::postgres();
    let nodes = [db.open(), db.open()];
    let (runs, both_looked) = (Arc::new(AtomicU32::new(0)), Arc::new(Barrier::new(2)));
    let jobs: Vec<_> = (0..2)
        .map(|number| {
            let (store, runs, both) = (nodes[number as usize].clone(), Arc::clone(&runs), Arc::clone(&both_looked));
            tokio::spawn(async move {
                let job = move |tx: &mut Tx| {
                    let added = passkeys::add_at_most(tx, &passkey(number, 1), 1)?;
                    if runs.fetch_add(1, Ordering::SeqCst) < 2 {
                        both.wait();
                    }
                    Ok(added)
                };
                store.write(job).await
            })
        })
        .collect();
    let mut added = 0;
    for job in jobs {
        added += u32::from(job.await.expect("no panic").expect("tried again"));
    }
    assert_eq!(added, 1);
    assert!(runs.load(Ordering::SeqCst) >= 3, "one of them was tried again");
}

/// 40P01: each holds what the other wants.
#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_tried_again() {
    let db = TestDb::postgres();
    let store = db.open();
    for number in 0..2 {
        redeem(&store, number).await.expect("committed");
    }
    let (runs, both_hold) = (Arc::new(AtomicU32::new(0)), Arc::new(Barrier::new(2)));
    let jobs: Vec<_> = [[0, 1], [1, 0]]
        .map(|order| {
            let (store, runs, both) = (db.open(), Arc::clone(&runs), Arc::clone(&both_hold));
            tokio::spawn(async move {
                let job = move |tx: &mut Tx| {
                    grants::revoke(tx, &grant_id(order[0]))?;
                    if runs.fetch_add(1, Ordering::SeqCst) < 2 {
                        both.wait();
                    }
                    grants::revoke(tx, &grant_id(order[1]))
                };
                store.write(job).await
            })
        })
        .into_iter()
        .collect();
    for job in jobs {
        job.await.expect("no panic").expect("tried again");
    }
    assert!(runs.load(Ordering::SeqCst) >= 3, "one of them was tried again");
}

/// "At most 3 retries on 40001/40P01, then 503."
#[tokio::test(flavor = "multi_thread")]
async fn after_three_retries_it_is_unavailable() {
    let db = TestDb::postgres();
    db.execute(
        "",
        "CREATE FUNCTION doom() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'never' USING ERRCODE = '40001'; END $$;
         CREATE CONSTRAINT TRIGGER doom AFTER INSERT ON grants DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION doom();",
    );
    let runs = Arc::new(AtomicU32::new(0));
    let outcome = db.open().write(counted(&runs)).await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(Unavailable::Contended(_)))), "{outcome:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 4);
    assert_eq!(state(&db).await, grants::GrantState::Absent);
}
