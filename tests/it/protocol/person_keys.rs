//! Every person has a key of their own in a store of its own; where it is destroyed, what was sealed for them stays sealed
//! (PROTOCOL 10; docs/adr/0014).

use crate::db::{Which, on_each_database};
use crate::house::tables::snapshot;
use crate::house::{CODE, House, PIN, Person, Plan, attributes};
use hufu::authn::{ClientList, CodeSource, Envelope, Letter, SessionSecrets, StoredPasskey};
use hufu::flow::{Upkeep, ending, outbox, person, person_key};
use hufu::keys::{Epoch, Keys, PersonKey, Sealable};
use hufu::person::{Attributes, NetworkNumber, PersonSecrets};
use hufu::spec::Sector;
use hufu::store::persons::{self, PersonRow};
use hufu::store::{Store, person_keys};
use std::sync::Arc;

async fn row_of(store: &Store, person: &Person) -> PersonRow {
    let id = person.id;
    store.read(move |db| persons::by_id(db, &id)).await.expect("answers").expect("the person")
}

/// Every value of bytes that the store holds.
fn blobs(house: &House) -> Vec<Vec<u8>> {
    let rows = snapshot(house.db()).into_values().flatten().flat_map(|row| row.into_iter().map(|(_, value)| value));
    let hex = rows.filter_map(|value| Some(value.as_str()?.strip_prefix("\\x")?.to_owned()));
    hex.filter_map(|hex| data_encoding::HEXLOWER.decode(hex.as_bytes()).ok()).collect()
}

/// What the key service alone opens of a value, plain.
fn opened_by_service(keys: &Keys, blob: &[u8]) -> Option<Vec<u8>> {
    fn plain<T: Sealable>(keys: &Keys, blob: &[u8]) -> Option<Vec<u8>> {
        Some(postcard::to_stdvec(&keys.open_bytes::<T>(blob).ok()?).expect("serialises"))
    }
    plain::<Envelope>(keys, blob)
        .or_else(|| plain::<SessionSecrets>(keys, blob))
        .or_else(|| plain::<ClientList>(keys, blob))
        .or_else(|| plain::<StoredPasskey>(keys, blob))
        .or_else(|| plain::<CodeSource>(keys, blob))
}

fn contains(plain: &[u8], secret: &[u8]) -> bool {
    plain.windows(secret.len()).any(|window| window == secret)
}

fn opens_as_anything(keys: &Keys, key: &PersonKey, blob: &[u8]) -> bool {
    keys.open_for::<PersonSecrets>(key, blob).is_ok()
        || keys.open_for::<Attributes>(key, blob).is_ok()
        || keys.open_for::<Letter>(key, blob).is_ok()
}

on_each_database! {
    /// PROTOCOL 10: "yesterday's data with today's key store opens nothing and computes no sub".
    async fn yesterdays_data_with_todays_key_store_opens_nothing_and_computes_no_sub(db) {
        let house = House::over(db).await;
        let provider = &house.provider;
        let (gone, stays) = (house.person().await, house.person().await);
        let website = house.website_told_at("bank.example", "https://10.0.0.1/out").await;
        for person in [&gone, &stays] {
            house.browser().log_in(&website, person, house.now()).await.code();
        }
        // A session that has ended leaves a letter, and the letter holds the handle.
        house.pass(2 * 3600);
        assert_eq!(ending::end_unused(provider, house.now()).await.expect("swept"), 2);
        for person in [&gone, &stays] {
            house.browser().log_in(&website, person, house.now()).await.code();
        }

        // Today: everything opens, and the sub is the person's.
        let (lost, kept) = (row_of(&provider.store, &gone).await, row_of(&provider.store, &stays).await);
        let secrets = person::secrets(provider, &lost).await.expect("opens");
        assert_eq!(person::attributes(provider, &lost).await.expect("opens"), Some(attributes()));
        let sector = Sector::of_host("bank.example");
        provider.keys.sub(&sector, &secrets.handle, Epoch(secrets.epoch)).expect("a sub");
        let letters = provider.store.read(|db| hufu::store::outbox::waiting(db, 9)).await.expect("answers");
        let mut handles = Vec::new();
        for letter in &letters {
            let (letter, _) = outbox::open(provider, &letter.sealed).await.expect("answers").expect("opens");
            handles.push(*letter.handle.expose());
        }
        assert!(handles.contains(secrets.handle.expose()), "{} letters", handles.len());

        // The key goes. The store stays as it was: it is yesterday's, restored.
        let yesterday = blobs(&house);
        assert!(person_key::destroy(provider, &lost.key_id).await.expect("written"));
        assert!(!person_key::destroy(provider, &lost.key_id).await.expect("written"), "once");
        let restored = house.second_node(Plan { seed: 2, ..Plan::default() });
        let provider = &restored.provider;
        assert!(person::secrets(provider, &lost).await.is_err());
        assert!(person::attributes(provider, &lost).await.is_err());
        let mut readable = Vec::new();
        for letter in &letters {
            readable.extend(outbox::open(provider, &letter.sealed).await.expect("answers").map(|(letter, _)| letter));
        }
        assert_eq!(readable.len(), letters.len() - 1, "the other person's letter only");
        assert!(readable.iter().all(|letter| letter.handle.expose() != secrets.handle.expose()));

        // With all the keys that are left, whoever they are for.
        let survivor: Arc<PersonKey> = person_key::of(provider, &kept.key_id).await.expect("there");
        assert_eq!(provider.person_keys.read(person_keys::count).await.expect("answers"), 1);
        let opened = yesterday.iter().filter(|blob| opens_as_anything(&provider.keys, &survivor, blob)).count();
        assert_eq!(opened, 2, "the survivor's handle and attributes");
        let plain: Vec<_> = yesterday.iter().filter_map(|blob| opened_by_service(&provider.keys, blob)).collect();
        assert!(plain.len() >= 6, "sessions, lists, letters, codes: {}", plain.len());
        for secret in [secrets.handle.expose().as_slice(), attributes().name.as_bytes(), secrets.number.expose()] {
            assert!(plain.iter().all(|plain| !contains(plain, secret)));
        }
    }

    /// ADR 14: the person is there, and the key is not: refused, not let in as somebody without a handle.
    async fn a_person_without_a_key_is_a_failure_and_not_another_person(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await.code();
        let key_id = row_of(&house.provider.store, &person).await.key_id;
        assert!(person_key::destroy(&house.provider, &key_id).await.expect("written"));
        assert_eq!(browser.authorize(&website, &[]).await.status, 503);
        let mut another = house.browser();
        let page = another.authorize(&website, &[]).await;
        assert_eq!(another.type_in(&page, &person.number, PIN, CODE).await.status, 503);
    }

    /// ADR 14: a node that opened a key uses it for a minute at most; by then every node fails.
    async fn another_node_forgets_a_destroyed_key_within_a_minute(db) {
        let house = House::over(db).await;
        let person = house.person().await;
        let row = row_of(&house.provider.store, &person).await;
        let other = house.second_node(Plan { seed: 2, ..Plan::default() });
        person::secrets(&other.provider, &row).await.expect("opens");
        person_key::destroy(&house.provider, &row.key_id).await.expect("written");
        assert!(person::secrets(&house.provider, &row).await.is_err(), "here at once");
        other.pass(59);
        person::secrets(&other.provider, &row).await.expect("remembered");
        other.pass(1);
        assert!(person::secrets(&other.provider, &row).await.is_err());
    }

    /// ADR 14: what needs no handle and no attribute never asks for the key.
    async fn userinfo_needs_no_persons_key(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let code = house.browser().log_in(&website, &person, house.now()).await.code();
        let key_id = row_of(&house.provider.store, &person).await.key_id;
        person_key::destroy(&house.provider, &key_id).await.expect("written");
        let token = website.access_token(&code).await;
        assert_eq!(website.userinfo(&token).await.status, 200);
    }

    /// ADR 14: first the key, then the person: what is left of an application that was cut off is swept after a day.
    async fn an_orphaned_key_is_swept_and_a_persons_key_never(db) {
        let house = House::over(db).await;
        let provider = &house.provider;
        let person = house.person().await;
        let orphan = person_key::make(provider).await.expect("made").id();
        let mut upkeep = Upkeep::new(provider);
        house.pass(23 * 3600);
        upkeep.tick(provider).await;
        assert_eq!(provider.person_keys.read(person_keys::count).await.expect("answers"), 2, "not yet");
        house.pass(2 * 3600);
        upkeep.tick(provider).await;
        let found = provider.person_keys.read(move |db| person_keys::by_id(db, &orphan)).await.expect("answers");
        assert!(found.is_none());

        let row = row_of(&provider.store, &person).await;
        let id = row.key_id;
        let claimed = provider.person_keys.read(move |db| person_keys::by_id(db, &id)).await.expect("answers");
        assert_eq!(claimed.expect("the person's").born_hour, None, "known to be named");
        let swept = provider.person_keys.write(move |tx| person_keys::destroy_orphan(tx, &id)).await;
        assert!(!swept.expect("a refusal is a value"), "what was named once is no orphan");
        person::secrets(provider, &row).await.expect("opens");
    }

    /// PROTOCOL 21: without the key store, too, a number that nobody has is answered as one that somebody has; and what needs
    /// no key goes on.
    async fn without_the_key_store_nobody_learns_who_there_is(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let code = house.browser().log_in(&website, &person, house.now()).await.code();
        let away = "ALTER TABLE person_keys RENAME TO away";
        house.db().execute_in(Which::Keys, away, away);
        let mut answers = Vec::new();
        let nobodys = NetworkNumber::random(&mut *house.provider.rng()).grouped();
        for number in [&person.number, &nobodys] {
            let mut browser = house.browser();
            let page = browser.authorize(&website, &[]).await;
            let answer = browser.type_in(&page, number, PIN, CODE).await;
            answers.push((answer.status, answer.body.len()));
        }
        assert_eq!(answers[0].0, 503, "{answers:?}");
        assert_eq!(house.browser().get("/readyz").await.status, 503);
        let token = website.access_token(&code).await;
        assert_eq!(website.userinfo(&token).await.status, 200);
        assert_eq!(answers[0], answers[1]);
    }
}
