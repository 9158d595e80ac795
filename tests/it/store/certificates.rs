//! Batches of certificates and the places of their status lists (PROTOCOL 26; ADR 15).

use super::once::{at_once, wins};
use super::*;
use crate::db::on_each_database;
use hufu::spec::BatchId;
use hufu::store::certificates::{self, BatchRow};
use hufu::store::status_lists::{self, ListRow};
use hufu::store::sweep::{self, Expiring};
use hufu::store::{Tx, persons};
use rand::{SeedableRng, rngs::StdRng};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

fn batch(number: u64, person: u32, expires: Timestamp) -> BatchRow {
    let id = BatchId::expiring(expires, &mut StdRng::seed_from_u64(number));
    BatchRow { id, person: person_id(person), sealed: number.to_be_bytes().to_vec() }
}

fn keep(tx: &mut Tx, rows: &[BatchRow]) -> Result<(), StoreError> {
    for row in rows {
        assert!(certificates::add_at_most(tx, row, 9)?);
    }
    Ok(())
}

/// What of the batches that expire at that instant does not stand, by number.
async fn stopped(store: &Store, expires: Timestamp) -> Vec<(u64, bool, String)> {
    let found = store.read(move |db| certificates::stopped(db, expires)).await.expect("answers");
    let number = |sealed: &[u8]| u64::from_be_bytes(sealed.try_into().expect("a number"));
    let mut found: Vec<_> = found.into_iter().map(|row| (number(&row.sealed), row.revoked, row.state)).collect();
    found.sort();
    found
}

on_each_database! {
    /// FUNCTIONS 2: "can be frozen and revoked". No freeze has to know of certificates: they are asked of their persons.
    async fn a_batch_does_not_stand_while_its_person_is_stopped_and_stands_again(db) {
        let store = db.open();
        let day = NOW.day().plus(DAY * 30);
        let rows = [batch(1, 1, day), batch(2, 1, day), batch(3, 2, day), batch(4, 1, day.plus(DAY))];
        let state = |state: &'static str, version| {
            let store = store.clone();
            async move { store.write(move |tx| persons::set_state(tx, &person_id(1), version, state)).await.expect("committed") }
        };
        store.write(move |tx| {
            persons::insert(tx, &person(1), None)?;
            persons::insert(tx, &person(2), None)?;
            keep(tx, &rows)
        }).await.expect("committed");
        assert_eq!(stopped(&store, day).await, []);
        assert!(state("frozen", 1).await);
        let frozen = |number| (number, false, "frozen".to_owned());
        assert_eq!(stopped(&store, day).await, [frozen(1), frozen(2)]);
        assert_eq!(stopped(&store, day.plus(DAY)).await, [frozen(4)], "each day by itself");
        assert!(state("active", 2).await);
        assert_eq!(stopped(&store, day).await, []);
    }

    async fn what_a_person_revoked_is_stopped_for_good_and_nobody_elses(db) {
        let store = db.open();
        let day = NOW.day().plus(DAY * 30);
        let rows = [batch(1, 1, day), batch(2, 2, day), batch(3, 1, day)];
        let revoked = store.write(move |tx| {
            persons::insert(tx, &person(1), None)?;
            persons::insert(tx, &person(2), None)?;
            keep(tx, &rows)?;
            let first = certificates::revoke_all(tx, &person_id(1))?;
            Ok((first, certificates::revoke_all(tx, &person_id(1))?, certificates::count_of(tx, &person_id(1))?))
        });
        assert_eq!(revoked.await.expect("committed"), (2, 0, 0));
        let mine = |number| (number, true, "active".to_owned());
        assert_eq!(stopped(&store, day).await, [mine(1), mine(3)]);
    }

    async fn a_person_has_so_many_batches_and_no_more(db) {
        let at_once = at_once(&db, 6, |store, number| async move {
            let row = batch(u64::from(number), 1, NOW.day().plus(DAY));
            store.write(move |tx| certificates::add_at_most(tx, &row, 2)).await
        });
        assert_eq!(wins(&at_once.await), 2);
    }

    /// A place is given once: whoever read the same count as another comes too late.
    async fn the_same_places_are_taken_once_the_first_and_the_next(db) {
        let list = ListRow { expires_day: NOW.day(), nth: 0, taken: 0 };
        let first = at_once(&db, 8, move |store, _| async move { store.write(move |tx| status_lists::take(tx, &list, 8)).await });
        assert_eq!(wins(&first.await), 1);
        let seen = ListRow { taken: 8, ..list };
        let next = at_once(&db, 8, move |store, _| async move { store.write(move |tx| status_lists::take(tx, &seen, 3)).await });
        assert_eq!(wins(&next.await), 1);
        let last = db.open().read(|db| status_lists::last(db, NOW.day())).await.expect("answers");
        assert_eq!(last, Some(ListRow { taken: 11, ..list }));
    }

    async fn batches_and_lists_go_when_they_have_expired(db) {
        let store = db.open();
        let lists = [NOW.day(), NOW.day().plus(DAY)].map(|expires_day| ListRow { expires_day, nth: 0, taken: 0 });
        let gone = store.write(move |tx| {
            keep(tx, &[batch(1, 1, NOW.day()), batch(2, 1, NOW.day().plus(DAY))])?;
            for list in &lists {
                status_lists::take(tx, list, 8)?;
            }
            let batches = sweep::batch(tx, Expiring::Certificates, NOW, 9)?;
            let gone = sweep::batch(tx, Expiring::StatusLists, NOW, 9)?;
            let stays = status_lists::is_there(tx, NOW.day().plus(DAY), 0)?;
            Ok((batches, gone, stays, certificates::count_of(tx, &person_id(1))?))
        });
        assert_eq!(gone.await.expect("committed"), (1, 1, true, 1));
    }
}
