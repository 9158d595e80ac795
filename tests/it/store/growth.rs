//! Issue 3: "tables stay bounded under a million refreshes". What a refresh writes, by itself and that often;
//! `protocol/growth.rs` drives whole nodes.

use super::*;
use crate::db::{TestDb, on_each_database};
use crate::house::tables;
use hufu::consent::Access;
use hufu::spec::{AssertionId, FamilyId};
use hufu::store::families::{self, FamilyRow};
use hufu::store::sweep::{self, Expiring};
use hufu::store::{Tx, assertions};
use hufu::token::FamilyState;
use rand::{SeedableRng, rngs::StdRng};
use std::time::Duration;

const DAYS: u64 = 200;
const A_DAY: u64 = 10;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Families that nobody uses after the first day.
const UNUSED: u16 = 100;

/// Websites that refresh all day. A million refreshes on SQLite, a twentieth of it on PostgreSQL, which is asked over a socket.
fn used(db: &TestDb) -> u16 {
    if db.is_sqlite() { 500 } else { 25 }
}

fn family(number: u16, generation: i64, rotated: Timestamp) -> FamilyRow {
    let id = FamilyId::from_bytes(sixteen(number.into()));
    FamilyRow { id, generation, sealed: vec![0; 60], expires_day: FamilyState { rotated }.expires_day(Access::Offline) }
}

/// All of `flow/refresh`'s write: the assertion is spent, the family moves on.
fn refresh(tx: &mut Tx, was: &FamilyRow, assertion: &AssertionId, now: Timestamp) -> Result<(), StoreError> {
    assert!(assertions::spend(tx, assertion)?);
    assert!(families::rotate(tx, was, &[1; 60], FamilyState { rotated: now }.expires_day(Access::Offline))?);
    Ok(())
}

async fn sweep_all(store: &Store, now: Timestamp) {
    for table in Expiring::ALL {
        while store.write(move |tx| sweep::batch(tx, table, now, 500)).await.expect("swept") == 500 {}
    }
}

on_each_database! {
    /// PROTOCOL 18: "one row per family, a generation that counts up": as many rows as there are families in use, the assertions of
    /// the last hour, and ninety days after the last refresh nothing. (What PostgreSQL's attempts to commit leave in `spent` goes by
    /// the server's clock, which no test steers.)
    async fn a_million_refreshes_leave_no_more_rows_than_their_first_tenth_did(db) {
        let (store, used, mut rng) = (db.open(), used(&db), StdRng::seed_from_u64(1));
        let begin = move |tx: &mut Tx| (0..used + UNUSED).try_for_each(|n| families::insert_once(tx, &family(n, 0, NOW)).map(drop));
        store.write(begin).await.expect("committed");
        let (mut now, mut rotated, mut generation) = (NOW, NOW, 0);
        let mut early = None;
        for day in 1..=DAYS {
            for _ in 0..A_DAY {
                now = now.plus(DAY / A_DAY as u32);
                let paid: Vec<_> = (0..used).map(|_| AssertionId::expiring(now.plus(DAY / 288), &mut rng)).collect();
                let all = move |tx: &mut Tx| {
                    (0..used).zip(&paid).try_for_each(|(n, paid)| refresh(tx, &family(n, generation, rotated), paid, now))
                };
                store.write(all).await.expect("committed");
                (rotated, generation) = (now, generation + 1);
            }
            sweep_all(&store, now).await;
            if day == DAYS / 10 {
                early = Some(tables::counts(&db));
            }
        }
        let (early, late) = (early.expect("a tenth"), tables::counts(&db));
        for (table, rows) in late.iter().filter(|(table, _)| db.is_sqlite() || *table != "spent") {
            assert!(*rows <= early[table], "{table}: {rows} rows, and {} after the first tenth", early[table]);
        }
        assert_eq!((late["families"], late["assertions"]), (used.into(), used.into()), "the unused ones are swept");
        let last = store.read(|db| families::by_id(db, &family(0, 0, NOW).id)).await.expect("answers").expect("in use");
        assert_eq!(last.generation, i64::try_from(DAYS * A_DAY).expect("small"));
        sweep_all(&store, now.plus(DAY * 92)).await;
        let after = tables::counts(&db);
        assert_eq!((after["families"], after["assertions"]), (0, 0));
    }
}
