//! What happens between the reading and the write: the write asks again what must still be so (DESIGN.md, "Storage
//! contract": "what was read before a slow step is checked again inside").

use crate::db::on_each_database;
use crate::house::{Authenticator, Browser, CODE, Created, House, PIN, Person, Plan, RING, Website, tables};
use data_encoding::BASE64;
use hufu::authn::{Rack, SessionCookie};
use hufu::flow::session::Live;
use hufu::flow::{passkeys, pin, session, sign_out_everywhere, signing};
use hufu::person::PersonState;
use hufu::spec::{DynamicCode, PasskeyId, Pin};
use std::time::Duration;

const NEW_PIN: &str = "73920164";

async fn signed_in(house: &House, person: &Person) -> (Website, Browser) {
    let website = house.website("bank.example").await;
    let mut browser = house.browser();
    browser.log_in(&website, person, house.now()).await.code();
    (website, browser)
}

/// The session as a request finds it.
async fn live(house: &House, browser: &Browser) -> Live {
    session::live(&house.provider, Some(&browser.session())).await.expect("readable").expect("signed in")
}

fn change(code: &str) -> pin::Change<'static> {
    let new = || Pin::new(NEW_PIN);
    pin::Change { pin: Pin::new(PIN), code: DynamicCode::new(code), new_pin: new(), new_pin_again: new(), device: None }
}

/// A column of the only person's row.
fn of_person(house: &House, column: &str) -> serde_json::Value {
    tables::rows(house.db(), "persons")[0][column].clone()
}

on_each_database! {
    /// Issue 2: "sign out everywhere". Whoever sat in the session plants no way in that outlives it.
    async fn a_passkey_is_not_added_by_a_session_that_was_ended_meanwhile(db) {
        let house = House::over(db).await;
        let (_, mut browser) = signed_in(&house, &house.person().await).await;
        let Created { ceremony, credential, .. } = Authenticator::created_in(&mut browser).await;
        let live = live(&house, &browser).await;
        sign_out_everywhere(&house.provider, &live).await.expect("ended");
        let added = passkeys::add(&house.provider, &live, "Phone", &ceremony, &credential).await;
        assert_eq!((added, house.count("passkeys")), (Err(passkeys::Refused::SignedOut), 0));
    }

    /// PROTOCOL 6, person state.
    async fn a_passkey_is_not_added_for_a_person_who_was_suspended_meanwhile(db) {
        let house = House::over(db).await;
        let person = house.person().await;
        let (_, mut browser) = signed_in(&house, &person).await;
        let Created { ceremony, credential, .. } = Authenticator::created_in(&mut browser).await;
        let live = live(&house, &browser).await;
        house.set_state(&person, PersonState::Suspended).await;
        let added = passkeys::add(&house.provider, &live, "Phone", &ceremony, &credential).await;
        assert_eq!((added, house.count("passkeys")), (Err(passkeys::Refused::SignedOut), 0));
    }

    /// A step-up ends the old cookie (OWASP ASVS 7.2.4), and with it what the old cookie had begun.
    async fn a_passkey_is_neither_removed_nor_renamed_by_a_session_that_was_raised_or_ended_meanwhile(db) {
        let house = House::over(db).await;
        let person = house.person().await;
        let (website, mut browser) = signed_in(&house, &person).await;
        Authenticator::registered_in(&mut browser).await;
        let sealed = tables::rows(house.db(), "passkeys")[0]["sealed"].clone();
        let digits = tables::rows(house.db(), "passkeys")[0]["id"].as_str().expect("bytes")[2..].to_owned();
        let id = PasskeyId::from_slice(&data_encoding::HEXLOWER.decode(digits.as_bytes()).expect("hex"));
        let before = live(&house, &browser).await;
        let page = browser.authorize(&website, &[("prompt", "login")]).await;
        browser.sign_in(&page, &person, house.now()).await;
        let after = live(&house, &browser).await;
        assert_eq!(before.session.id, after.session.id, "raised");
        sign_out_everywhere(&house.provider, &after).await.expect("ended");
        for live in [&before, &after] {
            let refused = Err(passkeys::Refused::SignedOut);
            assert_eq!(passkeys::rename(&house.provider, live, id, "Mine").await, refused);
            assert_eq!(passkeys::remove(&house.provider, live, id).await, refused);
        }
        assert_eq!(tables::rows(house.db(), "passkeys")[0]["sealed"], sealed);
    }

    /// A refusal is a value and undoes nothing, so it must leave nothing behind: neither the code nor the counters are
    /// touched by a change of PIN that comes to nothing.
    async fn a_pin_is_not_changed_by_a_session_that_was_ended_meanwhile_and_the_code_stays_good(db) {
        let house = House::over(db).await;
        let person = house.person_with_app().await;
        let (website, browser) = signed_in(&house, &person).await;
        let live = live(&house, &browser).await;
        house.pass(30);
        let mut stranger = house.browser();
        let page = stranger.authorize(&website, &[]).await;
        stranger.guess(&page, &person.number).await;
        sign_out_everywhere(&house.provider, &live).await.expect("ended");
        let (hash, counters) = (of_person(&house, "pin_hash"), tables::rows(house.db(), "throttles").len());
        let code = person.code(house.now());
        let refused = pin::change(&house.provider, &live, change(&code)).await;
        assert_eq!(refused, Err(pin::Refused::SignedOut));
        assert_eq!(of_person(&house, "pin_hash"), hash);
        assert_eq!(tables::rows(house.db(), "throttles").len(), counters);
        let failures = tables::rows(house.db(), "throttles")[0]["failures"].clone();
        assert_eq!(failures, 1, "the wrong attempt is still counted");
        house.browser().log_in(&website, &person, house.now()).await.code();
    }

    /// Of two changes at once the later one changes nothing, and uses up no code.
    async fn the_loser_of_two_changes_of_a_pin_spends_no_code(db) {
        // One after the other through the rack: both old PINs are right before either new one is written.
        let house = House::built(db, Plan { rack: Rack::new(1, 200), ..Plan::default() }).await;
        let person = house.person_with_app().await;
        let (_, browser) = signed_in(&house, &person).await;
        let live = live(&house, &browser).await;
        house.pass(90);
        let (now, next) = (house.now(), house.now().plus(Duration::from_secs(30)));
        let codes = [person.code(now), person.code(next)];
        let (first, second) = tokio::join!(
            pin::change(&house.provider, &live, change(&codes[0])),
            pin::change(&house.provider, &live, change(&codes[1])),
        );
        let winner = match (first, second) {
            (Ok(()), Err(pin::Refused::Mismatch)) => now,
            (Err(pin::Refused::Mismatch), Ok(())) => next,
            other => panic!("{other:?}"),
        };
        assert_eq!(of_person(&house, "totp_step"), winner.unix() / 30);
    }

    /// ADR 2: "The old cookie dies at once". Of several ceremonies that would raise one session, one does; no other browser
    /// is told that it is signed in.
    async fn of_many_that_raise_one_session_at_once_one_does(db) {
        let house = House::built(db, Plan { rack: Rack::new(12, 200), ..Plan::default() }).await;
        let person = house.person().await;
        let (website, mut browser) = signed_in(&house, &person).await;
        let id = live(&house, &browser).await.session.id;
        let mut pages = Vec::new();
        for _ in 0..12 {
            pages.push(browser.authorize(&website, &[("prompt", "login")]).await);
        }
        let attempts: Vec<_> = pages
            .into_iter()
            .map(|page| {
                let (mut tab, number) = (browser.clone(), person.number.clone());
                tokio::spawn(async move {
                    let status = tab.type_in(&page, &number, PIN, CODE).await.status;
                    (status, tab)
                })
            })
            .collect();
        let mut raised = 0;
        for attempt in attempts {
            let (status, mut tab) = attempt.await.expect("no panic");
            if status == 303 {
                // Signed in is signed in, in the session that was raised or in one of its own.
                assert!(tab.authorize(&website, &[("prompt", "none")]).await.param("code").is_some());
                raised += usize::from(SessionCookie::parse(&tab.session()).expect("a cookie").id() == id);
            }
        }
        assert_eq!(raised, 1);
    }

    /// PROTOCOL 21: "pepper versioned". A right PIN brings its hash to the current pepper, once, and the sign-in is not held
    /// up by it.
    async fn a_right_pin_brings_its_hash_to_the_current_pepper(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let at = RING.find("[[pepper]]").expect("a pepper");
        let older = RING[at..].replacen("current = true\n", "", 1);
        let key = BASE64.encode(&[5; 32]);
        let ring = format!("{}{older}[[pepper]]\nversion = 2\nkey = \"{key}\"\ncurrent = true\n", &RING[..at]);
        let node = house.second_node(Plan { seed: 2, ring, ..Plan::default() });
        signing::refresh(&node.provider).await.expect("signing keys");
        let (first, version) = (of_person(&house, "pin_hash"), of_person(&house, "version"));

        let mut stranger = node.browser();
        let page = stranger.authorize(&website, &[]).await;
        stranger.guess(&page, &person.number).await;
        assert_eq!(of_person(&house, "pin_hash"), first, "a wrong PIN renews nothing");

        let website = website.at(&node.address);
        node.browser().log_in(&website, &person, node.now()).await.code();
        let mut renewed = first.clone();
        for _ in 0..200 {
            renewed = of_person(&house, "pin_hash");
            if renewed != first {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(renewed.as_str().is_some_and(|hash| hash.contains("keyid=AAI$")), "{renewed}");
        assert_eq!(of_person(&house, "version"), version, "no decision is outdated by it");

        let before = node.provider.store.writes();
        node.browser().log_in(&website, &person, node.now()).await.code();
        assert_eq!(of_person(&house, "pin_hash"), renewed, "once");
        assert_eq!(node.provider.store.writes() - before, 1, "the session and no more");
    }
}
