//! What the tables keep, and that they keep it bounded.

use super::*;
use crate::db::on_each_database;
use hufu::spec::{Sender, TraceId};
use hufu::store::audit::{self, Chain};
use hufu::store::clients::{self, ClientRow, Registration};
use hufu::store::refusals::{self, RefusalRow};
use hufu::store::sessions::InUse;
use hufu::store::signing_keys::{self, SigningKeyRow};
use hufu::store::throttles::ThrottleRow;
use hufu::store::{consents, meta, passkeys, persons, resources, sessions, throttles};
use std::time::Duration;

on_each_database! {
    async fn a_person_is_found_by_number_with_all_that_was_kept(db) {
        let store = db.open();
        let row = PersonRow { pin_hash: Some("h".to_owned()), totp: Some(vec![1]), ..person(1) };
        let (kept, twice) = (row.clone(), row.clone());
        assert!(store.write(move |tx| persons::insert(tx, &kept, None)).await.expect("committed"));
        assert!(!store.write(move |tx| persons::insert(tx, &twice, None)).await.expect("a refusal is a value"));
        let digest = row.number_digest;
        let found = store.read(move |db| persons::by_number_digest(db, &digest)).await.expect("answers");
        assert_eq!(format!("{:?}", found.expect("there")), format!("{row:?}"));
        assert_eq!(store.read(persons::count).await.expect("answers"), 1);
    }

    async fn a_change_to_a_person_counts_the_version_up(db) {
        let store = db.open();
        let version = store
            .write(|tx| {
                persons::insert(tx, &person(1), None)?;
                assert!(persons::set_state(tx, &person_id(1), 1, "suspended")?);
                assert!(persons::replace_totp(tx, &person_id(1), 2, &[5], 7)?);
                assert!(persons::reseal(tx, &person_id(1), 3, &[6])?);
                assert!(!persons::change_pin(tx, &person_id(1), 1, "late")?);
                Ok(persons::by_id(tx, &person_id(1))?.map(|row| (row.version, row.state, row.totp, row.totp_step, row.sealed)))
            })
            .await;
        assert_eq!(version.expect("committed"), Some((4, "suspended".to_owned(), Some(vec![5]), 7, vec![6])));
    }

    async fn a_passkey_is_resealed_from_what_was_read_only(db) {
        let store = db.open();
        let outcomes = store
            .write(|tx| {
                let row = passkey(1, 1);
                passkeys::add_at_most(tx, &row, 9)?;
                let renamed = passkeys::reseal(tx, &row.id, &row.sealed, &[7])?;
                let stale = passkeys::reseal(tx, &row.id, &row.sealed, &[8])?;
                Ok((renamed, stale, passkeys::by_credential_digest(tx, &row.credential_digest)?.map(|row| row.sealed)))
            })
            .await;
        assert_eq!(outcomes.expect("committed"), (true, false, Some(vec![7])));
    }

    async fn a_session_moves_a_quarter_of_an_hour_at_a_time(db) {
        let store = db.open();
        let id = session(1, 1).id;
        store.write(|tx| sessions::insert_once(tx, &session(1, 1))).await.expect("committed");
        let later = InUse { clients: vec![9], version: 2, last_seen: NOW.plus(Duration::from_secs(1800)) };
        assert!(store.write(move |tx| sessions::keep_in_use(tx, &id, 1, &later)).await.expect("decided"));
        let seen = store.read(move |db| sessions::by_id(db, &id)).await.expect("answers").expect("there").last_seen;
        assert_eq!(seen.unix() % 900, 0);
    }

    async fn a_session_ends_once_and_only_as_it_was_read(db) {
        let store = db.open();
        for (number, person) in [(1, 1), (2, 1), (3, 2)] {
            store.write(move |tx| sessions::insert_once(tx, &session(number, person))).await.expect("committed");
        }
        assert_eq!(store.read(|db| sessions::of_person(db, &person_id(1))).await.expect("answers").len(), 2);
        assert!(!store.write(|tx| sessions::end(tx, &session(3, 2).id, 7)).await.expect("committed"), "it has moved");
        assert!(store.write(|tx| sessions::end(tx, &session(3, 2).id, 1)).await.expect("committed"));
        assert!(!store.write(|tx| sessions::end(tx, &session(3, 2).id, 1)).await.expect("committed"));
    }

    async fn a_list_of_clients_is_extended_once_per_version(db) {
        let store = db.open();
        let outcomes = store
            .write(|tx| {
                sessions::insert_once(tx, &session(1, 1))?;
                let id = session(1, 1).id;
                let longer = |version, client| InUse { clients: vec![client], version, last_seen: NOW };
                let first = sessions::keep_in_use(tx, &id, 1, &longer(5, 1))?;
                Ok((first, sessions::keep_in_use(tx, &id, 1, &longer(6, 2))?))
            })
            .await;
        assert_eq!(outcomes.expect("committed"), (true, false));
    }

    /// PROTOCOL 7: "Consent is keyed by (sub digest, client, what was shown)."
    async fn a_consent_holds_for_what_was_shown_until_it_expires_or_is_withdrawn(db) {
        let store = db.open();
        let row = consent(1);
        let given = {
            let store = store.clone();
            move |shown: u8, now| {
                let (store, row) = (store.clone(), consent(1));
                async move {
                    let shown = ShownDigest::from_bytes([shown; 32]);
                    let asked = move |db: &mut hufu::store::Db| {
                        Ok(!consents::given(db, &row.sub_digest, &row.client_id, &[shown], now)?.is_empty())
                    };
                    store.read(asked).await.expect("answers")
                }
            }
        };
        let kept = row.clone();
        assert!(!given(9, NOW).await);
        store.write(move |tx| consents::remember(tx, &kept)).await.expect("committed");
        assert!(given(9, NOW).await);
        assert!(!given(8, NOW).await, "something else was shown");
        assert!(!given(9, row.expires_day).await, "it expired");
        let longer = ConsentRow { expires_day: row.expires_day.plus(Duration::from_secs(86_400)), ..row.clone() };
        store.write(move |tx| consents::remember(tx, &longer)).await.expect("committed");
        assert!(given(9, row.expires_day).await, "it was given anew");
        let subs = [consent(2).sub_digest, row.sub_digest];
        assert_eq!(store.read(move |db| consents::of(db, &subs)).await.expect("answers").len(), 1);
        let gone = store.write(move |tx| consents::withdraw(tx, &row.sub_digest, &row.client_id)).await;
        assert!(gone.expect("committed"));
        assert!(!given(9, NOW).await);
    }

    /// RFC 6749 §4.1.2: replay "SHOULD revoke (when possible) all tokens previously issued".
    async fn a_replay_revokes_in_the_transaction_that_refuses_it(db) {
        let store = db.open();
        assert!(redeem(&store, 1).await.expect("committed"));
        let replayed = store
            .write(|tx| {
                let fresh = grants::insert_once(tx, &grant_id(1))?;
                if !fresh {
                    grants::revoke(tx, &grant_id(1))?;
                }
                Ok(fresh)
            })
            .await;
        assert!(!replayed.expect("a refusal is a value"));
        let state = store.read(|db| grants::state(db, &grant_id(1))).await.expect("answers");
        assert_eq!(state, grants::GrantState::Revoked);
    }

    async fn a_counter_is_kept_and_replaced(db) {
        let store = db.open();
        let row = |window, failures| ThrottleRow { slot: 3, window, failures };
        let read = store
            .write(move |tx| {
                let none = throttles::by_slot(tx, 3)?;
                throttles::put(tx, &row(7, 1))?;
                throttles::put(tx, &row(8, 2))?;
                Ok((none, throttles::by_slot(tx, 3)?, throttles::by_slot(tx, 4)?))
            })
            .await;
        assert_eq!(read.expect("committed"), (None, Some(row(8, 2)), None));
    }

    async fn a_client_is_kept_updated_and_deleted(db) {
        let store = db.open();
        let row = ClientRow {
            client_id: ClientId::new("shop".to_owned()),
            version: 1,
            metadata: "{}".to_owned(),
            secret_hash: Some(TokenHash::from_bytes([1; 32])),
            sealed_secret: None,
            registration_hash: None,
            expires_day: None,
        };
        let registration = |row: ClientRow| Registration { row, resources: vec!["https://shop.example/api".to_owned()] };
        let kept = store
            .write(move |tx| {
                clients::insert(tx, &registration(row.clone()))?;
                assert!(!clients::insert(tx, &registration(row.clone()))?);
                let changed = ClientRow { sealed_secret: Some(vec![2]), secret_hash: None, ..row.clone() };
                clients::update(tx, &registration(changed))?;
                let found = clients::by_id(tx, &row.client_id)?;
                let all = clients::all(tx)?.len();
                clients::delete(tx, &row.client_id)?;
                Ok((found.map(|row| (row.version, row.secret_hash.is_some(), row.sealed_secret)), all))
            })
            .await;
        assert_eq!(kept.expect("committed"), (Some((2, false, Some(vec![2]))), 1));
        assert!(store.read(clients::all).await.expect("answers").is_empty());
    }

    /// RFC 8707 §2: a resource has one owner, and goes with it.
    async fn a_resource_belongs_to_one_client_and_goes_with_it(db) {
        let store = db.open();
        let client = |id: &str, resources: &[&str]| Registration {
            row: ClientRow {
                client_id: ClientId::new(id.to_owned()),
                version: 1,
                metadata: "{}".to_owned(),
                secret_hash: None,
                sealed_secret: None,
                registration_hash: None,
                expires_day: None,
            },
            resources: resources.iter().map(|uri| (*uri).to_owned()).collect(),
        };
        let owners = store
            .write(move |tx| {
                assert!(clients::insert(tx, &client("one", &["https://a/1", "https://a/2"]))?);
                assert!(!clients::insert(tx, &client("two", &["https://a/3", "https://a/2"]))?, "taken");
                assert!(clients::by_id(tx, &ClientId::new("two".to_owned()))?.is_none(), "and nothing half done");
                assert!(clients::insert(tx, &client("two", &[]))?);
                assert!(!clients::update(tx, &client("two", &["https://a/1"]))?);
                assert!(clients::update(tx, &client("one", &["https://a/2"]))?);
                assert!(clients::update(tx, &client("two", &["https://a/1"]))?, "given up by its owner");
                let mut owners = vec![resources::owner(tx, "https://a/1")?, resources::owner(tx, "https://a/2")?];
                clients::delete(tx, &ClientId::new("one".to_owned()))?;
                owners.push(resources::owner(tx, "https://a/2")?);
                Ok(owners.into_iter().map(|owner| owner.map(|id| id.to_string())).collect::<Vec<_>>())
            })
            .await;
        assert_eq!(owners.expect("committed"), [Some("two".to_owned()), Some("one".to_owned()), None]);
    }

    async fn a_signing_key_advances_through_its_life(db) {
        let store = db.open();
        let row = SigningKeyRow {
            kid: "k1".to_owned(),
            alg: "ES256".to_owned(),
            sealed: vec![1],
            published: NOW,
            signs_from: NOW.plus(Duration::from_secs(86_400)),
            retires: None,
            removed_after: None,
        };
        let retires = NOW.plus(Duration::from_secs(90 * 86_400));
        let all = store
            .write(move |tx| {
                signing_keys::insert(tx, &row)?;
                signing_keys::advance(tx, "k1", NOW, Some(retires), None)?;
                signing_keys::all(tx)
            })
            .await
            .expect("committed");
        assert_eq!((all.len(), all[0].signs_from, all[0].retires), (1, NOW, Some(retires)));
        assert!(store.write(|tx| signing_keys::remove(tx, "k1")).await.expect("committed"));
    }

    async fn refusals_are_found_by_trace_and_bounded_for_each_client(db) {
        let store = db.open();
        let refusal = |number: u8, client: Option<&str>| RefusalRow {
            id: TraceId::from_bytes([number; 10]),
            client_id: client.map(|id| ClientId::new(id.to_owned())),
            body: format!("{{\"n\":{number}}}"),
            sender: Sender::Anybody,
        };
        let kept = store
            .write(move |tx| {
                for number in 0..6 {
                    refusals::insert(tx, &refusal(number, Some("broken")), 3)?;
                    refusals::insert(tx, &refusal(100 + number, None), 3)?;
                }
                refusals::insert(tx, &refusal(200, Some("other")), 3)?;
                let its = refusals::of_client(tx, &ClientId::new("broken".to_owned()), 9)?;
                let nobodys = refusals::by_trace(tx, &TraceId::from_bytes([105; 10]))?;
                let first = refusals::by_trace(tx, &TraceId::from_bytes([100; 10]))?;
                Ok((its.into_iter().map(|row| row.body).collect::<Vec<_>>(), nobodys.is_some(), first.is_some()))
            })
            .await;
        let newest = ["{\"n\":5}", "{\"n\":4}", "{\"n\":3}"].map(str::to_owned).to_vec();
        assert_eq!(kept.expect("committed"), (newest, true, false));
    }

    /// A flood in a client's name pushes out nothing that the client itself sent.
    async fn what_a_client_sent_is_bounded_apart_from_what_anybody_sent(db) {
        let store = db.open();
        let refusal = |number: u8, sender| RefusalRow {
            id: TraceId::from_bytes([number; 10]),
            client_id: Some(ClientId::new("shop".to_owned())),
            body: "{}".to_owned(),
            sender,
        };
        let kept = store
            .write(move |tx| {
                refusals::insert(tx, &refusal(0, Sender::Client), 3)?;
                for number in 1..20 {
                    refusals::insert(tx, &refusal(number, Sender::Anybody), 3)?;
                }
                for number in 20..30 {
                    refusals::insert(tx, &refusal(number, Sender::Client), 3)?;
                    if number == 20 {
                        assert!(refusals::by_trace(tx, &TraceId::from_bytes([0; 10]))?.is_some());
                    }
                }
                let its = refusals::of_client(tx, &ClientId::new("shop".to_owned()), 99)?;
                Ok(its.into_iter().map(|row| (row.id.as_bytes()[0], row.sender)).collect::<Vec<_>>())
            })
            .await;
        let own = [29, 28, 27].map(|number| (number, Sender::Client));
        let others = [19, 18, 17].map(|number| (number, Sender::Anybody));
        assert_eq!(kept.expect("committed"), [own, others].concat());
    }

    async fn an_audit_entry_that_was_changed_or_removed_is_noticed(db) {
        let store = db.open();
        for number in 0..4 {
            store.write(move |tx| audit::append(tx, &format!("{number}"), NOW)).await.expect("committed");
        }
        assert_eq!(store.read(audit::verify).await.expect("answers"), Chain::Whole(4));
        let sql = "UPDATE audit SET entry = 'x' WHERE seq = 3";
        db.execute(sql, sql);
        assert_eq!(store.read(audit::verify).await.expect("answers"), Chain::BrokenAt(3));
        let sql = "UPDATE audit SET entry = '2' WHERE seq = 3; DELETE FROM audit WHERE seq = 2";
        db.execute(sql, sql);
        assert_eq!(store.read(audit::verify).await.expect("answers"), Chain::BrokenAt(2));
    }

    async fn a_fact_is_put_once_or_replaced(db) {
        let store = db.open();
        let facts = store
            .write(|tx| {
                let outcomes = (meta::put_once(tx, "issuer", "a")?, meta::put_once(tx, "issuer", "b")?);
                meta::put(tx, "seen", "1")?;
                meta::put(tx, "seen", "2")?;
                Ok((outcomes, meta::value(tx, "issuer")?, meta::value(tx, "seen")?))
            })
            .await;
        assert_eq!(facts.expect("committed"), ((true, false), Some("a".to_owned()), Some("2".to_owned())));
    }
}
