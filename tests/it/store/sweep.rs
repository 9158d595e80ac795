//! "Expiry is a range delete on the primary key": nothing grows with traffic.

use super::*;
use crate::db::on_each_database;
use hufu::spec::{
    ApplicationId, AssertionId, BatchId, EventId, FamilyId, OutboxId, PersonId, PushedId, Sender, TraceId, VoucherId,
};
use hufu::store::certificates::{self, BatchRow};
use hufu::store::clients::{ClientRow, Registration};
use hufu::store::events::{self, EventRow};
use hufu::store::families::{self, FamilyRow};
use hufu::store::outbox::{self, OutboxRow};
use hufu::store::refusals::{self, RefusalRow};
use hufu::store::status_lists::{self, ListRow};
use hufu::store::sweep::{self, Expiring};
use hufu::store::{applications, assertions, clients, consents, pushed, vouchers};
use rand::{SeedableRng, rngs::StdRng};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

on_each_database! {
    async fn what_expired_goes_a_batch_at_a_time_and_the_rest_stays(db) {
        let store = db.open();
        let mut rng = StdRng::seed_from_u64(1);
        let mut ids = |at| (0..5).map(|_| GrantId::expiring(at, &mut rng)).collect::<Vec<_>>();
        let (old, fresh) = (ids(NOW.minus(HOUR * 3)), ids(NOW.plus(HOUR)));
        for id in [old.clone(), fresh.clone()].concat() {
            store.write(move |tx| grants::insert_once(tx, &id)).await.expect("committed");
        }
        let mut gone = Vec::new();
        for _ in 0..4 {
            gone.push(store.write(|tx| sweep::batch(tx, Expiring::Grants, NOW, 2)).await.expect("swept"));
        }
        assert_eq!(gone, [2, 2, 1, 0]);
        for (ids, expected) in [(old, grants::GrantState::Absent), (fresh, grants::GrantState::Active)] {
            for id in ids {
                assert_eq!(store.read(move |db| grants::state(db, &id)).await.expect("answers"), expected);
            }
        }
    }

    async fn a_row_stays_until_the_hour_it_expires_in_is_over(db) {
        let store = db.open();
        let id = GrantId::expiring(NOW, &mut StdRng::seed_from_u64(1));
        store.write(move |tx| grants::insert_once(tx, &id)).await.expect("committed");
        let sweep = |now| {
            let store = store.clone();
            async move { store.write(move |tx| sweep::batch(tx, Expiring::Grants, now, 9)).await.expect("swept") }
        };
        assert_eq!(sweep(NOW).await, 0);
        assert_eq!(sweep(NOW.plus(HOUR)).await, 1);
    }

    async fn expired_consents_go_a_batch_at_a_time_and_the_others_stay(db) {
        let store = db.open();
        for number in 0..8 {
            let days = if number < 5 { NOW.day() } else { NOW.plus(HOUR * 48).day() };
            let row = ConsentRow { expires_day: days, ..consent(number) };
            store.write(move |tx| consents::remember(tx, &row)).await.expect("committed");
        }
        let mut gone = Vec::new();
        for _ in 0..4 {
            gone.push(store.write(|tx| sweep::batch(tx, Expiring::Consents, NOW, 2)).await.expect("swept"));
        }
        assert_eq!(gone, [2, 2, 1, 0]);
        let subs: Vec<_> = (0..8).map(|number| consent(number).sub_digest).collect();
        let kept = store.read(move |db| consents::of(db, &subs)).await.expect("answers");
        assert_eq!(kept.len(), 3);
    }

    async fn every_expiring_table_is_swept(db) {
        let store = db.open();
        let past = NOW.minus(HOUR * 48);
        store
            .write(move |tx| {
                let mut rng = StdRng::seed_from_u64(1);
                let id = OutboxId::expiring(past, &mut rng);
                outbox::insert(tx, &OutboxRow { id, sealed: vec![1], due: NOW, attempts: 1 })?;
                grants::insert_once(tx, &GrantId::expiring(past, &mut rng))?;
                spent::spend(tx, &SpentId::expiring(past, &mut rng))?;
                assertions::spend(tx, &AssertionId::expiring(past, &mut rng))?;
                pushed::insert(tx, &PushedId::expiring(past, &mut rng), &[1])?;
                let id = EventId::expiring(past, &mut rng);
                events::note(tx, &EventRow { id, person: PersonId::random(&mut rng), sealed: vec![1] })?;
                let id = BatchId::expiring(past, &mut rng);
                certificates::add_at_most(tx, &BatchRow { id, person: PersonId::random(&mut rng), sealed: vec![1] }, 9)?;
                status_lists::take(tx, &ListRow { expires_day: NOW.day(), nth: 0, taken: 0 }, 1)?;
                vouchers::insert(tx, &VoucherId::expiring(past, &mut rng), &[1])?;
                applications::insert(tx, &application(ApplicationId::expiring(past, &mut rng)))?;
                let id = TraceId::expiring(past, &mut rng);
                let (body, sender) = ("{}".to_owned(), Sender::Anybody);
                refusals::insert(tx, &RefusalRow { id, client_id: None, body, sender }, 9)
            })
            .await
            .expect("committed");
        let forgotten = ClientRow {
            client_id: ClientId::new("c".to_owned()),
            version: 1,
            metadata: "{}".to_owned(),
            secret_hash: None,
            sealed_secret: None,
            registration_hash: None,
            expires_day: Some(NOW.day()),
        };
        let forgotten = Registration { row: forgotten, resources: Vec::new() };
        store.write(move |tx| clients::insert(tx, &forgotten)).await.expect("committed");
        let expired = ConsentRow { expires_day: NOW.day(), ..consent(1) };
        store.write(move |tx| consents::remember(tx, &expired)).await.expect("committed");
        let expired =
            FamilyRow { id: FamilyId::from_bytes([1; 16]), generation: 3, sealed: vec![1], expires_day: NOW.day() };
        store.write(move |tx| families::insert_once(tx, &expired)).await.expect("committed");
        for table in Expiring::ALL {
            assert_eq!(store.write(move |tx| sweep::batch(tx, table, NOW, 9)).await.expect("swept"), 1, "{table:?}");
        }
    }
}
