//! Guessing PINs and codes, and who must not suffer from it (PROTOCOL 21; NIST SP 800-63B §3.2.2).

use crate::db::on_each_database;
use crate::house::{Authenticator, Browser, CODE, House, PIN, Person, Plan, Website};
use hufu::authn::{BrowserSecret, Interaction, Rack, SignInRefused};
use hufu::flow::{CodeAttempt, NotSignedIn, Provider, sign_in_by_code};
use hufu::spec::{DynamicCode, Pin};
use std::sync::Arc;

/// One attempt of a stranger's, by the flow itself: what the page would do, without the page.
async fn guess(provider: &Provider, number: &str, pin: &str) -> NotSignedIn {
    let browser = BrowserSecret::random(&mut *provider.rng());
    let interaction = Interaction::begin(String::new(), &browser, provider.now(), &mut *provider.rng());
    let attempt = CodeAttempt {
        number,
        pin: Pin::new(pin),
        code: DynamicCode::new(CODE),
        session: None,
        device: None,
        agent: "",
    };
    sign_in_by_code(provider, &interaction, attempt).await.map(drop).expect_err("a wrong PIN")
}

async fn known_browser(house: &House) -> (Website, Person, Browser) {
    let (website, person) = (house.website("bank.example").await, house.person().await);
    let mut browser = house.browser();
    browser.log_in(&website, &person, house.now()).await.code();
    (website, person, browser)
}

/// Signs out and in again in this browser; true when that worked.
async fn gets_in(browser: &mut Browser, website: &Website, person: &Person, house: &House) -> bool {
    browser.jar.retain(|name, _| name.ends_with("device") || name.ends_with("browser"));
    let page = browser.authorize(website, &[]).await;
    browser.type_in(&page, &person.number, PIN, &person.code(house.now())).await.status == 303
}

on_each_database! {
    /// PROTOCOL 21: "a stranger's wrong PINs, up to the 100 that NIST allows and beyond, never close the door to the
    /// person's own browser or passkey."
    async fn ten_thousand_wrong_pins_from_strangers_and_the_person_still_gets_in(db) {
        let house = House::over(db).await;
        let (website, person, mut browser) = known_browser(&house).await;
        let mut phone = Authenticator::registered_in(&mut browser).await;
        let strangers: Vec<_> = (0..20)
            .map(|_| {
                let (provider, number) = (house.provider.clone().into_inner(), person.number.clone());
                tokio::spawn(async move {
                    let mut heard = 0;
                    for _ in 0..500 {
                        match guess(&provider, &number, "10203040").await {
                            NotSignedIn::Refused(SignInRefused::WrongPin) => heard += 1,
                            NotSignedIn::Refused(SignInRefused::BudgetSpent { .. }) => {}
                            other => panic!("{other}"),
                        }
                    }
                    heard
                })
            })
            .collect();
        let mut heard = 0;
        for stranger in strangers {
            heard += stranger.await.expect("no panic");
        }
        assert_eq!(heard, 100, "no more than NIST allows, however many arrive together");
        let right = guess(&house.provider, &person.number, PIN).await;
        assert!(matches!(right, NotSignedIn::Refused(SignInRefused::BudgetSpent { .. })), "{right}");
        let mut other = house.browser();
        assert!(!gets_in(&mut other, &website, &person, &house).await, "closed to a browser that nobody knows");
        let page = other.authorize(&website, &[]).await;
        assert_eq!(phone.sign_in(&mut other, &page).await.status, 303, "a passkey has no budget");
        assert!(gets_in(&mut browser, &website, &person, &house).await, "the person's own browser");
    }

    /// PROTOCOL 21: counters are "shared by all nodes": whoever spreads guesses over the nodes has no more of them.
    async fn guesses_at_one_node_count_at_every_other(db) {
        let house = House::over(db).await;
        let (_, person, _) = known_browser(&house).await;
        let other = house.second_node(Plan { seed: 2, ..Plan::default() });
        let mut heard = [0, 0];
        for attempt in 0..240 {
            let node = attempt % 2;
            let provider = if node == 0 { &house.provider } else { &other.provider };
            match guess(provider, &person.number, "10203040").await {
                NotSignedIn::Refused(SignInRefused::WrongPin) => heard[node] += 1,
                NotSignedIn::Refused(SignInRefused::BudgetSpent { .. }) => {}
                other => panic!("{other}"),
            }
        }
        assert_eq!(heard, [50, 50], "together no more than NIST allows");
    }

    /// PROTOCOL 21: "A known browser (sealed device cookie) has a budget of its own".
    async fn a_known_browser_pauses_after_four_wrong_pins_and_goes_on_after_the_pause(db) {
        let house = House::over(db).await;
        let (website, person, mut browser) = known_browser(&house).await;
        browser.jar.remove("__Host-hufu-session");
        let page = browser.authorize(&website, &[]).await;
        for _ in 0..4 {
            assert_eq!(browser.guess(&page, &person.number).await.status, 422);
        }
        assert!(!gets_in(&mut browser, &website, &person, &house).await);
        house.pass(60);
        assert!(gets_in(&mut browser, &website, &person, &house).await);
    }

    /// PROTOCOL 21: the device cookie is the person's: for another number the browser is a stranger.
    async fn a_browser_known_for_one_person_has_no_budget_for_another(db) {
        let house = House::over(db).await;
        let (website, _, mut browser) = known_browser(&house).await;
        let victim = house.person().await;
        browser.jar.remove("__Host-hufu-session");
        let page = browser.authorize(&website, &[]).await;
        for _ in 0..6 {
            assert_eq!(browser.guess(&page, &victim.number).await.status, 422);
        }
        let rows = crate::house::tables::rows(house.db(), "throttles");
        let failures: Vec<_> = rows.iter().map(|row| row["failures"].as_i64()).collect();
        assert!(failures.contains(&Some(6)), "{failures:?}");
    }

    /// RFC 6238 §5.2: "The verifier MUST NOT accept the second attempt of the OTP after the successful validation has been
    /// issued for the first OTP".
    async fn a_dynamic_code_used_twice_is_refused(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person_with_app().await);
        assert!(gets_in(&mut house.browser(), &website, &person, &house).await);
        assert!(!gets_in(&mut house.browser(), &website, &person, &house).await);
        house.pass(30);
        assert!(gets_in(&mut house.browser(), &website, &person, &house).await);
        assert_eq!(house.count("sessions"), 2);
    }

    /// RFC 6238 §5.2, from eight connections at once.
    async fn a_dynamic_code_from_eight_connections_at_once_signs_in_once(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person_with_app().await);
        let code = person.code(house.now());
        let mut attempts = Vec::new();
        for _ in 0..8 {
            let (mut browser, number, code) = (house.browser(), person.number.clone(), code.clone());
            let page = browser.authorize(&website, &[]).await;
            attempts.push(tokio::spawn(async move { browser.type_in(&page, &number, PIN, &code).await.status }));
        }
        let mut in_now = 0;
        for attempt in attempts {
            in_now += usize::from(attempt.await.expect("no panic") == 303);
        }
        assert_eq!((in_now, house.count("sessions")), (1, 1));
    }

    /// PROTOCOL 21: "a rack of one argon2 buffer per core is queue and memory bound, full rack = 503".
    async fn a_full_rack_answers_503_with_retry_after_and_counts_nothing(db) {
        let rack = Rack::new(1, 0);
        let house = House::built(db, Plan { rack: Arc::clone(&rack), ..Plan::default() }).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        let page = browser.authorize(&website, &[]).await;
        let place = rack.enter().expect("the only place");
        let turned_away = browser.type_in(&page, &person.number, PIN, CODE).await;
        assert_eq!(turned_away.status, 503);
        assert!(turned_away.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
        assert!(turned_away.header("content-type").starts_with("text/html"));
        assert_eq!(house.count("throttles"), 0);
        drop(place);
        assert_eq!(browser.type_in(&page, &person.number, PIN, CODE).await.status, 303);
    }

    /// PROTOCOL 21: "unknown numbers cost the same hash and get the same words".
    async fn an_unknown_number_costs_a_hash_a_count_and_the_same_words(db) {
        let rack = Rack::new(1, 0);
        let house = House::built(db, Plan { rack: Arc::clone(&rack), ..Plan::default() }).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let nobody = hufu::person::NetworkNumber::random(&mut *house.provider.rng()).grouped();
        let mut browser = house.browser();
        let page = browser.authorize(&website, &[]).await;
        let place = rack.enter().expect("the only place");
        assert_eq!(browser.guess(&page, &nobody).await.status, 503, "it wants a place in the rack like any other");
        drop(place);
        let (unknown, wrong) = (browser.guess(&page, &nobody).await, browser.guess(&page, &person.number).await);
        assert_eq!((unknown.status, wrong.status), (422, 422));
        assert_eq!(unknown.problem(), wrong.problem());
        assert_eq!(house.count("throttles"), 2);
    }

    /// PROTOCOL 21: "PIN and code are judged together and answered once": which of both was wrong is not told.
    async fn a_wrong_pin_and_a_wrong_code_look_alike(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        let page = browser.authorize(&website, &[]).await;
        let pin = browser.type_in(&page, &person.number, "10203040", CODE).await;
        let code = browser.type_in(&page, &person.number, PIN, "11111111").await;
        let both = browser.type_in(&page, &person.number, "10203040", "11111111").await;
        assert_eq!(pin.problem(), code.problem());
        assert_eq!(pin.problem(), both.problem());
    }
}
