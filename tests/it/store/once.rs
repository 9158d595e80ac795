//! "Only once", "never the last", "at most N": two nodes at once over one database.

use super::*;
use crate::db::on_each_database;
use hufu::spec::{DocumentDigest, FamilyId, NodeId, UniqueDigest, VoucherId};
use hufu::store::clients::{ClientRow, Registration};
use hufu::store::documents::DocumentRow;
use hufu::store::families::{self, FamilyRow};
use hufu::store::passkeys::Removal;
use hufu::store::{applications, audit, clients, documents, leases, passkeys, persons, sessions, vouchers};
use std::time::Duration;

/// Runs `count` jobs at once, every other on a second node; hands back what they decided.
pub async fn at_once<T, W, F>(db: &crate::db::TestDb, count: u32, work: W) -> Vec<T>
where
    T: Send + 'static,
    W: Fn(Store, u32) -> F,
    F: Future<Output = Result<T, StoreError>> + Send + 'static,
{
    let nodes = [db.open(), db.open()];
    let jobs: Vec<_> =
        (0..count).map(|number| tokio::spawn(work(nodes[number as usize % 2].clone(), number))).collect();
    let mut decided = Vec::new();
    for job in jobs {
        decided.push(job.await.expect("no panic").expect("the database decides"));
    }
    decided
}

pub fn wins(decided: &[bool]) -> usize {
    decided.iter().filter(|won| **won).count()
}

on_each_database! {
    /// RFC 6749 §4.1.2: "The client MUST NOT use the authorization code more than once."
    async fn of_64_redemptions_of_one_code_one_succeeds(db) {
        let decided = at_once(&db, 64, |store, _| async move { redeem(&store, 1).await }).await;
        assert_eq!(wins(&decided), 1);
    }

    async fn a_foreign_id_is_spent_once(db) {
        let decided = at_once(&db, 16, |store, _| async move { spend(&store, 1).await }).await;
        assert_eq!(wins(&decided), 1);
    }

    /// RFC 6238 §5.2: "The verifier MUST NOT accept the second attempt of the OTP."
    async fn a_dynamic_code_works_once(db) {
        db.open().write(|tx| persons::insert(tx, &person(1), None)).await.expect("committed");
        let decided = at_once(&db, 4, |store, _| async move {
            store.write(|tx| persons::spend_totp_step(tx, &person_id(1), 7)).await
        })
        .await;
        assert_eq!(wins(&decided), 1);
        let earlier = db.open().write(|tx| persons::spend_totp_step(tx, &person_id(1), 6)).await;
        assert!(!earlier.expect("decided"), "an earlier step is spent with it");
    }

    async fn a_ceremony_begins_one_session(db) {
        let decided = at_once(&db, 8, |store, number| async move {
            store.write(move |tx| sessions::insert_once(tx, &session(1, number))).await
        })
        .await;
        assert_eq!(wins(&decided), 1);
    }

    async fn a_pin_is_changed_once_per_version(db) {
        db.open().write(|tx| persons::insert(tx, &person(1), None)).await.expect("committed");
        let decided = at_once(&db, 4, |store, number| async move {
            store.write(move |tx| persons::change_pin(tx, &person_id(1), 1, &format!("hash {number}"))).await
        })
        .await;
        assert_eq!(wins(&decided), 1);
    }

    /// PROTOCOL 9: "One number per living person".
    async fn one_reference_of_the_registrys_is_one_person(db) {
        let decided = at_once(&db, 4, |store, number| async move {
            let unique_digest = Some(UniqueDigest::from_bytes([5; 32]));
            let row = PersonRow { unique_digest, ..person(number) };
            store.write(move |tx| persons::insert(tx, &row, None)).await
        })
        .await;
        assert_eq!(wins(&decided), 1);
        let digest = UniqueDigest::from_bytes([5; 32]);
        let found = db.open().read(move |db| persons::by_unique_digest(db, &digest)).await.expect("answers");
        assert!(found.is_some());
        let others = db.open().write(|tx| Ok((persons::insert(tx, &person(7), None)?, persons::insert(tx, &person(8), None)?))).await;
        assert_eq!(others.expect("committed"), (true, true), "who never applied has none, and is no rival");
    }

    async fn a_document_is_bound_to_one_person(db) {
        let decided = at_once(&db, 4, |store, number| async move {
            let digest = DocumentDigest::from_bytes([5; 32]);
            let row = DocumentRow { digest, person: person_id(number), sealed: vec![1] };
            store.write(move |tx| documents::bind(tx, &row)).await
        })
        .await;
        assert_eq!(wins(&decided), 1);
    }

    async fn an_application_takes_one_step_per_version(db) {
        let first = application(ApplicationId::from_bytes(sixteen(1)));
        let row = first.clone();
        assert!(db.open().write(move |tx| applications::insert(tx, &row)).await.expect("committed"));
        let decided = at_once(&db, 4, |store, number| {
            let row = ApplicationRow { sealed: vec![number as u8], image: None, ..first.clone() };
            async move { store.write(move |tx| applications::step(tx, &row)).await }
        })
        .await;
        assert_eq!(wins(&decided), 1);
        let id = first.id;
        let now = db.open().read(move |db| applications::by_id(db, &id)).await.expect("answers").expect("there");
        assert_eq!((now.version, now.image), (1, None));
    }

    async fn a_voucher_is_approved_once_and_used_once(db) {
        let id = VoucherId::from_bytes(sixteen(1));
        assert!(db.open().write(move |tx| vouchers::insert(tx, &id, &[1])).await.expect("committed"));
        let early = db.open().write(move |tx| vouchers::spend(tx, &id)).await;
        assert!(!early.expect("decided"), "not before it is approved");
        let approved = at_once(&db, 4, |store, number| async move {
            let code = TokenHash::from_bytes(thirty_two(number));
            store.write(move |tx| vouchers::approve(tx, &id, &code)).await
        })
        .await;
        assert_eq!(wins(&approved), 1);
        let used = at_once(&db, 4, |store, _| async move { store.write(move |tx| vouchers::spend(tx, &id)).await }).await;
        assert_eq!(wins(&used), 1);
    }

    async fn a_client_is_updated_once_per_version(db) {
        let row = ClientRow {
            client_id: ClientId::new("c".to_owned()),
            version: 1,
            metadata: "{}".to_owned(),
            secret_hash: None,
            sealed_secret: None,
            registration_hash: None,
            expires_day: None,
        };
        let registration = |row| Registration { row, resources: Vec::new() };
        let first = registration(row.clone());
        assert!(db.open().write(move |tx| clients::insert(tx, &first)).await.expect("committed"));
        let decided = at_once(&db, 4, |store, number| {
            let row = registration(ClientRow { metadata: format!("{{\"by\":{number}}}"), ..row.clone() });
            async move { store.write(move |tx| clients::update(tx, &row)).await }
        })
        .await;
        assert_eq!(wins(&decided), 1);
    }

    /// Clients that registered themselves: at most so many, whoever comes first.
    async fn there_is_room_for_so_many_clients_without_leave(db) {
        let row = |number: u32, expires_day| Registration {
            row: ClientRow {
                client_id: ClientId::new(format!("c{number}")),
                version: 1,
                metadata: "{}".to_owned(),
                secret_hash: None,
                sealed_secret: None,
                registration_hash: None,
                expires_day,
            },
            resources: Vec::new(),
        };
        let operators = row(99, None);
        assert!(db.open().write(move |tx| clients::insert(tx, &operators)).await.expect("committed"));
        let decided = at_once(&db, 8, |store, number| {
            let row = row(number, Some(NOW.day()));
            async move {
                // Whoever loses every race was given no room; it comes again.
                for _ in 0..20 {
                    let row = row.clone();
                    if let Ok(taken) = store.write(move |tx| clients::insert_at_most(tx, &row, 5)).await {
                        return Ok(taken);
                    }
                }
                store.write(move |tx| clients::insert_at_most(tx, &row, 5)).await
            }
        })
        .await;
        assert_eq!(wins(&decided), 5);
    }

    /// PROTOCOL 18: of all who present one token one moves the family on.
    async fn a_family_is_rotated_once_per_generation(db) {
        let row = FamilyRow { id: FamilyId::from_bytes(sixteen(1)), generation: 0, sealed: vec![0], expires_day: NOW.day() };
        let first = row.clone();
        assert!(db.open().write(move |tx| families::insert_once(tx, &first)).await.expect("committed"));
        let decided = at_once(&db, 8, |store, number| {
            let was = row.clone();
            async move { store.write(move |tx| families::rotate(tx, &was, &[number as u8], NOW)).await }
        })
        .await;
        assert_eq!(wins(&decided), 1);
        let id = row.id;
        let now = db.open().read(move |db| families::by_id(db, &id)).await.expect("answers").expect("there");
        assert_eq!((now.generation, now.expires_day), (1, NOW.day()));
    }

    async fn a_lease_has_one_holder_until_it_runs_out(db) {
        let until = NOW.plus(Duration::from_secs(60));
        let decided = at_once(&db, 4, |store, number| async move {
            let node = NodeId::from_bytes(sixteen(number));
            store.write(move |tx| leases::claim(tx, "sweep", &node, NOW, until)).await
        })
        .await;
        assert_eq!(wins(&decided), 1);
        let later = until.plus(Duration::from_secs(60));
        let other = NodeId::from_bytes(sixteen(9));
        let taken = db.open().write(move |tx| leases::claim(tx, "sweep", &other, until, later)).await;
        assert!(taken.expect("decided"), "a lease that ran out is free");
    }

    async fn a_person_has_at_most_so_many_passkeys(db) {
        let decided = at_once(&db, 6, |store, number| async move {
            loop {
                let added = store.write(move |tx| passkeys::add_at_most(tx, &passkey(number, 1), 3)).await;
                // Six at once on one person may outlast the retries: honest, and asked again.
                if !matches!(added, Err(StoreError::Unavailable(_))) {
                    break added;
                }
            }
        })
        .await;
        assert_eq!(wins(&decided), 3);
        let kept = db.open().read(|db| passkeys::of_person(db, &person_id(1))).await.expect("answers");
        assert_eq!(kept.len(), 3);
    }

    async fn the_last_way_in_is_never_removed(db) {
        let store = db.open();
        store
            .write(|tx| {
                persons::insert(tx, &person(1), None)?;
                passkeys::add_at_most(tx, &passkey(0, 1), 9)?;
                passkeys::add_at_most(tx, &passkey(1, 1), 9)
            })
            .await
            .expect("committed");
        let decided = at_once(&db, 2, |store, number| async move {
            store.write(move |tx| passkeys::remove_not_last(tx, &passkey(number, 1).id, &person_id(1))).await
        })
        .await;
        assert!(decided.contains(&Removal::Removed) && decided.contains(&Removal::LastWayIn), "{decided:?}");
    }

    async fn a_passkey_may_go_when_pin_and_code_stay(db) {
        let store = db.open();
        let removed = store
            .write(|tx| {
                let both = PersonRow {
                    pin_hash: Some("hash".to_owned()),
                    totp: Some(vec![1]),
                    ..person(1)
                };
                persons::insert(tx, &both, None)?;
                passkeys::add_at_most(tx, &passkey(0, 1), 9)?;
                passkeys::remove_not_last(tx, &passkey(0, 1).id, &person_id(1))
            })
            .await;
        assert_eq!(removed.expect("committed"), Removal::Removed);
    }

    async fn nobody_removes_another_persons_passkey(db) {
        let store = db.open();
        store.write(|tx| passkeys::add_at_most(tx, &passkey(0, 1), 9)).await.expect("committed");
        let removed = store.write(|tx| passkeys::remove_not_last(tx, &passkey(0, 1).id, &person_id(2))).await;
        assert_eq!(removed.expect("decided"), Removal::Unknown);
    }

    async fn the_audit_chain_does_not_fork(db) {
        let decided = at_once(&db, 2, |store, number| async move {
            store.write(move |tx| audit::append(tx, &format!("entry {number}"), NOW)).await
        })
        .await;
        assert_eq!(decided.iter().sum::<i64>(), 3);
        let chain = db.open().read(audit::verify).await.expect("answers");
        assert_eq!(chain, audit::Chain::Whole(2));
    }
}
