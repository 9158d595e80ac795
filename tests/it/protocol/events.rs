//! What happened to a person's ways in, on the person's own page. Issue "The person": security events.

use crate::db::on_each_database;
use crate::house::{Authenticator, House, PIN, Person};
use hufu::person::{Happened, SecurityEvent};
use hufu::spec::{EventId, lifetime};
use hufu::store::events::{self, EventRow, MOST};

/// Of every person here.
const PHONE: &str = "+8619900001000";

/// What is noted of this person, the latest last.
async fn noted(house: &House, person: &Person) -> Vec<SecurityEvent> {
    let id = person.id;
    let rows = house.provider.store.read(move |db| events::of_person(db, &id)).await.expect("a read");
    let opened = rows.iter().map(|row| house.provider.keys.open_bytes(&row.sealed).expect("ours"));
    let mut opened: Vec<Happened> = opened.collect();
    opened.sort_by_key(|event| event.at);
    opened.into_iter().map(|event| event.what).collect()
}

on_each_database! {
    /// A diary of every sign-in would be what critics fear; a new browser is what a person must hear of.
    async fn a_sign_in_in_a_new_browser_is_noted_and_one_in_a_known_browser_is_not(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await;
        let new = |events: &[SecurityEvent]| events.iter().filter(|what| matches!(what, SecurityEvent::SignedIn { .. })).count();
        assert_eq!(new(&noted(&house, &person).await), 1);
        let again = browser.authorize(&website, &[("prompt", "login")]).await;
        browser.sign_in(&again, &person, house.now()).await;
        assert_eq!(new(&noted(&house, &person).await), 1, "known by now");
        house.browser().log_in(&website, &person, house.now()).await;
        assert_eq!(new(&noted(&house, &person).await), 2);
        let page = browser.get("/me").await;
        assert!(page.body.contains("Signed in, in a new browser"), "{}", page.body);
        assert!(!page.body.split("me-events").nth(1).expect("the list").contains("bank.example"));
    }

    /// The change and its event are one transaction: neither is there without the other.
    async fn a_changed_pin_and_a_freeze_are_noted(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await;
        house.pass(60);
        let code = person.code(house.now());
        let wrong = [("pin", "86420975"), ("code", &*code), ("new_pin", "39475102"), ("new_pin_again", "39475102")];
        browser.get("/me").await;
        browser.own_form("/me/pin", &wrong).await;
        assert!(!noted(&house, &person).await.contains(&SecurityEvent::PinChanged), "nothing changed");
        let right = [("pin", PIN), ("code", &*code), ("new_pin", "39475102"), ("new_pin_again", "39475102")];
        assert_eq!(browser.own_form("/me/pin", &right).await.status, 303);
        house.pass(60);
        browser.own_form("/me/freeze", &[("understood", "yes")]).await;
        let events = noted(&house, &person).await;
        assert_eq!(events[1..], [SecurityEvent::PinChanged, SecurityEvent::Frozen], "{events:?}");
    }

    /// Not everybody looks at their page: whoever changed the ways in, the person hears of it where they left an address.
    async fn a_new_pin_and_a_new_passkey_leave_a_letter_and_a_refused_one_none(db) {
        let house = House::over(db).await;
        let person = house.person_with_app().await;
        let mut browser = house.browser();
        let page = browser.get("/me/signin").await;
        browser.type_in(&page, &person.number, PIN, &person.code(house.now())).await;
        house.pass(30);
        let code = person.code(house.now());
        let change = |pin| [("pin", pin), ("code", &*code), ("new_pin", "39475102"), ("new_pin_again", "39475102")];
        assert_eq!(browser.own_form("/me/pin", &change("86420975")).await.status, 422);
        let noise = [("name", "Phone"), ("ceremony", "noise"), ("credential", "{}")];
        assert_eq!(browser.own_form("/me/passkeys/add", &noise).await.status, 422);
        assert!(house.line.inbox(PHONE).await.is_empty());
        assert_eq!(browser.own_form("/me/pin", &change(PIN)).await.status, 303);
        Authenticator::registered_in(&mut browser).await;
        let letters = house.line.inbox(PHONE).await;
        let texts: Vec<_> = letters.iter().map(|letter| letter["text"].as_str().expect("text")).collect();
        assert!(matches!(&texts[..], [passkey, pin] if passkey.contains("a passkey was added") && pin.contains("your PIN was changed")), "{texts:?}");
    }

    /// A table that grew with a person would be one that somebody can fill.
    async fn of_one_person_the_latest_two_hundred_are_kept(db) {
        let house = House::over(db).await;
        let (person, other) = (house.person().await, house.person().await);
        for number in 0..MOST + 20 {
            house.pass(3600);
            let expires = house.now().plus(lifetime::EVENT);
            let row = |who: &Person| EventRow {
                id: EventId::expiring(expires, &mut *house.provider.rng()),
                person: who.id,
                sealed: number.to_be_bytes().to_vec(),
            };
            let rows = [row(&person), row(&other)];
            let noted = house.provider.store.write(move |tx| rows.iter().try_for_each(|row| events::note(tx, row)));
            noted.await.expect("a write");
        }
        let id = person.id;
        let kept = house.provider.store.read(move |db| events::of_person(db, &id)).await.expect("a read");
        assert_eq!(kept.len(), usize::try_from(MOST).expect("a number"));
        assert_eq!(kept.last().map(|row| row.sealed.clone()), Some(20i64.to_be_bytes().to_vec()));
    }
}
