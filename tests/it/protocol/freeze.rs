//! "Freeze answers always the same, uses the PIN budget, and any passkey of the person lifts it" (PROTOCOL 22).

use crate::db::on_each_database;
use crate::house::{Answer, Authenticator, Browser, House, PIN, Person, Plan, Website, lift};
use hufu::authn::Rack;
use hufu::person::{NetworkNumber, PersonState};
use hufu::spec::lifetime;
use hufu::store::persons;
use std::sync::Arc;

const WRONG: &str = "10203040";

async fn state(house: &House, person: &Person) -> PersonState {
    let id = person.id;
    let row = house.provider.store.read(move |db| persons::by_id(db, &id)).await.expect("readable");
    PersonState::parse(&row.expect("the person").state).expect("a state")
}

/// Number and PIN on the page that needs no sign-in.
async fn wish(browser: &mut Browser, number: &str, pin: &str) -> Answer {
    let csrf = browser.get("/freeze").await.field("csrf");
    browser.post("/freeze", &[("csrf", &csrf), ("number", number), ("pin", pin)]).await
}

fn stranger_number(house: &House) -> String {
    NetworkNumber::random(&mut *house.provider.rng()).grouped()
}

/// What of an answer does not differ from one request to the next by itself.
fn seen(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let own = ["date", "x-trace-id"];
    let headers = answer.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let text = |value: &reqwest::header::HeaderValue| value.to_str().expect("text").to_owned();
    (answer.status, headers.map(|(name, value)| (name.to_string(), text(value))).collect(), answer.body.clone())
}

/// A person with a passkey who is signed in at a website.
struct Holder {
    house: House,
    website: Website,
    person: Person,
    browser: Browser,
    phone: Authenticator,
    sub: String,
}

async fn holder(house: House) -> Holder {
    let (website, person) = (house.website("bank.example").await, house.person().await);
    let mut browser = house.browser();
    let code = browser.log_in(&website, &person, house.now()).await.code();
    let phone = Authenticator::registered_in(&mut browser).await;
    let sub = sub(&website, &code).await;
    Holder { house, website, person, browser, phone, sub }
}

async fn sub(website: &Website, code: &str) -> String {
    let token = website.access_token(code).await;
    website.userinfo(&token).await.json()["sub"].as_str().expect("a sub").to_owned()
}

fn asks_to_lift(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.contains(r#"action="/signin/lift""#)
}

on_each_database! {
    /// PROTOCOL 22: "Freeze answers always the same".
    async fn a_right_a_wrong_and_an_unknown_number_get_the_same_answer(db) {
        let house = House::over(db).await;
        let person = house.person().await;
        let mut browser = house.browser();
        browser.get("/freeze").await;
        let unknown = wish(&mut browser, &stranger_number(&house), PIN).await;
        let wrong = wish(&mut browser, &person.number, WRONG).await;
        assert_eq!(state(&house, &person).await, PersonState::Active);
        let right = wish(&mut browser, &person.number, PIN).await;
        assert_eq!(state(&house, &person).await, PersonState::Frozen);
        let again = wish(&mut browser, &person.number, PIN).await;
        assert_eq!(seen(&unknown), seen(&wrong));
        assert_eq!(seen(&unknown), seen(&right));
        assert_eq!(seen(&unknown), seen(&again));
        assert_eq!(unknown.location().path(), "/freeze/heard");
        assert_eq!(browser.follow(&right).await.status, 200);
    }

    /// PROTOCOL 22 and 21: the same cost. A wish for a number that nobody has wants a place in the rack, and one write.
    async fn a_wish_costs_one_hash_and_one_write_whoever_is_meant(db) {
        let rack = Rack::new(1, 0);
        let house = House::built(db, Plan { rack: Arc::clone(&rack), ..Plan::default() }).await;
        let person = house.person().await;
        let mut browser = house.browser();
        for (number, pin) in [(stranger_number(&house), PIN), (person.number.clone(), WRONG), (person.number.clone(), PIN)] {
            let place = rack.enter().expect("the only place");
            assert_eq!(wish(&mut browser, &number, pin).await.status, 503);
            drop(place);
            let before = house.provider.store.writes();
            assert_eq!(wish(&mut browser, &number, pin).await.status, 303);
            assert_eq!(house.provider.store.writes() - before, 1);
        }
    }

    /// PROTOCOL 22: "uses the PIN budget": the hundred of a sign-in, and a right PIN past them freezes nobody.
    async fn wishes_and_sign_ins_share_one_budget_and_past_it_nobody_is_frozen(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut stranger = house.browser();
        let page = stranger.authorize(&website, &[]).await;
        for number in 0..100 {
            let heard = if number % 2 == 0 {
                wish(&mut stranger, &person.number, WRONG).await.status == 303
            } else {
                stranger.guess(&page, &person.number).await.status == 422
            };
            assert!(heard, "{number}");
        }
        let spent = wish(&mut stranger, &person.number, PIN).await;
        assert_eq!(spent.location().path(), "/freeze/heard", "the same answer here too");
        assert_eq!(state(&house, &person).await, PersonState::Active);
        let refused = stranger.type_in(&page, &person.number, PIN, &person.code(house.now())).await;
        assert_eq!(refused.status, 422, "the budget of signing in is spent by wishes");
        house.pass(3600);
        wish(&mut stranger, &person.number, PIN).await;
        assert_eq!(state(&house, &person).await, PersonState::Frozen, "an attempt has grown back");
    }

    /// A right PIN draws on the budget like a wrong one: the counters tell nothing.
    async fn a_wish_with_the_right_pin_is_counted_like_a_wrong_one(db) {
        let house = House::over(db).await;
        let person = house.person().await;
        let mut browser = house.browser();
        let failures = |house: &House| {
            let rows = crate::house::tables::rows(house.db(), "throttles");
            rows.iter().map(|row| row["failures"].as_i64()).collect::<Vec<_>>()
        };
        wish(&mut browser, &person.number, WRONG).await;
        assert_eq!(failures(&house), [Some(1)]);
        wish(&mut browser, &person.number, PIN).await;
        assert_eq!(failures(&house), [Some(2)]);
    }

    /// PROTOCOL 6, 22: sessions and tokens end in the write that freezes; signing in by code says what a wrong PIN says.
    async fn a_freeze_ends_sessions_and_tokens_and_the_code_says_what_any_mismatch_says(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        let code = browser.log_in(&website, &person, house.now()).await.code();
        let token = website.access_token(&code).await;
        let mut elsewhere = house.browser();
        wish(&mut elsewhere, &person.number, PIN).await;
        assert_eq!((house.count("sessions"), house.count("outbox")), (0, 1), "websites are told of each");
        assert_eq!(website.userinfo(&token).await.error(), "invalid_token");
        let page = browser.authorize(&website, &[]).await;
        assert!(page.is_sign_in());
        let right = browser.type_in(&page, &person.number, PIN, &person.code(house.now())).await;
        let wrong = browser.guess(&page, &person.number).await;
        assert_eq!((right.status, right.problem()), (422, wrong.problem()));
    }

    /// A freeze must not end what the registry stopped.
    async fn a_suspended_person_is_not_frozen(db) {
        let house = House::over(db).await;
        let person = house.person().await;
        house.set_state(&person, PersonState::Suspended).await;
        wish(&mut house.browser(), &person.number, PIN).await;
        assert_eq!(state(&house, &person).await, PersonState::Suspended);
    }

    /// What was typed wrongly in its form is said, for that tells nothing of anybody.
    async fn a_number_or_a_pin_of_another_form_is_said_and_not_counted(db) {
        let house = House::over(db).await;
        let person = house.person().await;
        for (number, pin) in [("K7QM", PIN), (&*person.number, "1234")] {
            let answer = wish(&mut house.browser(), number, pin).await;
            assert_eq!((answer.status, answer.body.contains(r#"id="problem""#)), (422, true));
        }
        assert_eq!(house.count("throttles"), 0);
    }

    /// Who has no passkey is told what a freeze means before it happens.
    async fn without_a_passkey_ones_own_page_warns_before_it_freezes(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await.code();
        let warned = browser.own_form("/me/freeze", &[]).await;
        assert_eq!((warned.status, warned.field("understood")), (422, "yes".to_owned()));
        assert_eq!(state(&house, &person).await, PersonState::Active);
        let done = browser.own_form("/me/freeze", &[("understood", "yes")]).await;
        assert_eq!((done.status, state(&house, &person).await), (200, PersonState::Frozen));
        assert_eq!(house.count("sessions"), 0);
        assert!(!browser.jar.keys().any(|name| name.ends_with("session")), "{:?}", browser.jar);
    }

    /// OWASP ASVS 6.3: an open session that is not recent changes nothing about the ways in.
    async fn an_old_session_is_asked_to_sign_in_before_it_freezes(db) {
        let mut holder = holder(House::over(db).await).await;
        holder.house.pass(lifetime::RECENT.as_secs() + 1);
        let answer = holder.browser.own_form("/me/freeze", &[]).await;
        assert_eq!(answer.location().path(), "/me/signin");
        assert_eq!(state(&holder.house, &holder.person).await, PersonState::Active);
    }

    /// PROTOCOL 22: "any passkey of the person lifts it": in the one write of the sign-in, and the sub is the same.
    async fn a_passkey_lifts_the_freeze_after_a_word_and_the_sub_is_the_same(db) {
        let mut holder = holder(House::over(db).await).await;
        assert_eq!(holder.browser.own_form("/me/freeze", &[]).await.status, 200);
        let page = holder.browser.authorize(&holder.website, &[]).await;
        let before = holder.house.provider.store.writes();
        let asks = holder.phone.sign_in(&mut holder.browser, &page).await;
        assert!(asks_to_lift(&asks), "{} {}", asks.status, asks.body);
        assert_eq!(holder.house.provider.store.writes() - before, 0, "a touch lifts nothing");
        assert_eq!(state(&holder.house, &holder.person).await, PersonState::Frozen);
        let lifted = lift(&mut holder.browser, &asks, &[]).await;
        assert_eq!(holder.house.provider.store.writes() - before, 1);
        assert_eq!(state(&holder.house, &holder.person).await, PersonState::Active);
        let back = holder.browser.follow(&lifted).await;
        assert_eq!(sub(&holder.website, &back.code()).await, holder.sub);
    }

    /// The word is good for the touch that it was asked about: one assertion, one page, one browser, once.
    async fn the_word_that_lifts_is_bound_to_the_touch_it_was_asked_about(db) {
        let mut holder = holder(House::over(db).await).await;
        wish(&mut holder.house.browser(), &holder.person.number, PIN).await;
        let page = holder.browser.authorize(&holder.website, &[]).await;
        let asks = holder.phone.sign_in(&mut holder.browser, &page).await;
        let unasked = lift(&mut holder.browser, &asks, &[("interaction", &page.field("interaction"))]).await;
        assert_eq!(unasked.status, 422, "nobody was asked on that page");
        let another = holder.phone.assertion(&page);
        assert_eq!(lift(&mut holder.browser, &asks, &[("credential", &another)]).await.status, 422);
        assert_eq!(lift(&mut holder.browser, &asks, &[("credential", "{}")]).await.status, 422);
        let mut thief = holder.house.browser();
        let csrf = thief.get("/freeze").await.field("csrf");
        assert_eq!(lift(&mut thief, &asks, &[("csrf", &csrf)]).await.status, 400, "another browser");
        assert_eq!(state(&holder.house, &holder.person).await, PersonState::Frozen);
        assert_eq!(lift(&mut holder.browser, &asks, &[]).await.status, 303);
        wish(&mut holder.house.browser(), &holder.person.number, PIN).await;
        assert_ne!(lift(&mut holder.browser, &asks, &[]).await.status, 303, "it was spent");
        assert_eq!(state(&holder.house, &holder.person).await, PersonState::Frozen);
    }

    /// Sixteen at once: the ceremony is spent with the freeze, so one begins a session.
    async fn a_word_from_sixteen_connections_at_once_lifts_once(db) {
        let mut holder = holder(House::over(db).await).await;
        wish(&mut holder.house.browser(), &holder.person.number, PIN).await;
        let page = holder.browser.authorize(&holder.website, &[]).await;
        let asks = Arc::new(holder.phone.sign_in(&mut holder.browser, &page).await);
        let attempts: Vec<_> = (0..16)
            .map(|_| {
                let (mut browser, asks) = (holder.browser.clone(), Arc::clone(&asks));
                tokio::spawn(async move { lift(&mut browser, &asks, &[]).await.status })
            })
            .collect();
        let mut lifted = 0;
        for attempt in attempts {
            lifted += usize::from(attempt.await.expect("no panic") == 303);
        }
        assert_eq!((lifted, holder.house.count("sessions")), (1, 1));
    }

    /// Staying frozen is as easy as lifting: the website hears a no, and nothing else has happened.
    async fn who_stays_frozen_goes_back_to_the_website(db) {
        let mut holder = holder(House::over(db).await).await;
        wish(&mut holder.house.browser(), &holder.person.number, PIN).await;
        let page = holder.browser.authorize(&holder.website, &[]).await;
        let asks = holder.phone.sign_in(&mut holder.browser, &page).await;
        let back = holder.browser.decide(&asks, "decline").await;
        assert_eq!(back.param("error").as_deref(), Some("access_denied"));
        assert_eq!(state(&holder.house, &holder.person).await, PersonState::Frozen);
    }

    /// PROTOCOL 20: `auth_time` is the instant of the touch, not of the word that came later.
    async fn the_time_of_a_lifted_sign_in_is_that_of_the_touch(db) {
        let mut holder = holder(House::over(db).await).await;
        wish(&mut holder.house.browser(), &holder.person.number, PIN).await;
        let page = holder.browser.authorize(&holder.website, &[("max_age", "3600")]).await;
        let asks = holder.phone.sign_in(&mut holder.browser, &page).await;
        let touched = holder.house.now();
        holder.house.pass(600);
        let lifted = lift(&mut holder.browser, &asks, &[]).await;
        let back = holder.browser.follow(&lifted).await;
        let tokens = holder.website.redeem(&back.code()).await.json();
        let claims = crate::house::claims(tokens["id_token"].as_str().expect("an ID token"));
        assert_eq!(claims["auth_time"], touched.unix());
    }
}
