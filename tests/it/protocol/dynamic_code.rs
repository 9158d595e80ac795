//! Another secret for the dynamic code, from the person's own page. Issue 4, item 6; PROTOCOL 21.

use crate::db::on_each_database;
use crate::house::{Answer, Browser, House, PIN, Person, Website, tables};
use hufu::flow::dynamic_code::{self, Refused};
use hufu::flow::{session, sign_out_everywhere};
use hufu::person::PersonState;
use hufu::spec::{DynamicCode, Timestamp};
use serde_json::{Map, Value};
use totp_rs::Totp;

const PHONE: &str = "+8619900001000";

async fn signed_in(house: &House, person: &Person) -> Browser {
    let mut browser = house.browser();
    signs_in(&mut browser, person, PIN, &person.code(house.now())).await;
    browser
}

/// Signs in at the person's own page; whether that was let in.
async fn signs_in(browser: &mut Browser, person: &Person, pin: &str, code: &str) -> bool {
    let page = browser.get("/me/signin").await;
    browser.type_in(&page, &person.number, pin, code).await.status == 303
}

/// What an app shows that took the secret from this page.
fn code_of(page: &Answer, now: Timestamp) -> String {
    let from = page.body.find("otpauth://").unwrap_or_else(|| panic!("no secret: {} {}", page.status, page.body));
    let uri =
        page.body[from..].split('"').next().expect("the attribute ends").replace("&#38;", "&").replace("&amp;", "&");
    Totp::from_url(&uri).expect("readable").generate(now.unix().unsigned_abs()).to_string()
}

/// Another code than this one.
fn other_than(code: &str) -> &'static str {
    if code == "10203040" { "10203041" } else { "10203040" }
}

async fn confirm(browser: &mut Browser, page: &Answer, code: &str) -> Answer {
    browser.own_form("/me/code/confirm", &[("new", &page.field("new")), ("code", code)]).await
}

/// The person's row, but for the step of the code.
fn row(house: &House) -> Map<String, Value> {
    let mut row = tables::rows(house.db(), "persons")[0].clone();
    row["totp_step"] = Value::Null;
    row
}

/// What the website learns.
async fn sub(website: &Website, code: &str) -> String {
    let token = website.access_token(code).await;
    website.userinfo(&token).await.json()["sub"].as_str().expect("a sub").to_owned()
}

on_each_database! {
    /// Issue 4, item 6: "dynamic code by QR into any authenticator app". One code of the new secret, and the old one is dead.
    async fn a_new_secret_is_in_place_once_one_of_its_codes_is_typed_and_the_old_one_is_worth_nothing(db) {
        let house = House::over(db).await;
        let person = house.person_with_app().await;
        let mut browser = signed_in(&house, &person).await;
        let (before, row_before) = (house.provider.store.writes(), row(&house));
        let page = browser.own_form("/me/code", &[]).await;
        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
        assert_eq!((house.provider.store.writes() - before, row(&house)), (0, row_before), "a page that is shown writes nothing");
        house.pass(60);
        let code = code_of(&page, house.now());
        let done = confirm(&mut browser, &page, &code).await;
        assert_eq!((done.status, done.header("location")), (303, "/me?done=code-replaced"));
        assert_eq!(house.provider.store.writes() - before, 1, "secret, step and event are one write");
        assert!(!signs_in(&mut house.browser(), &person, PIN, &person.code(house.now())).await, "the old secret");
        assert!(!signs_in(&mut house.browser(), &person, PIN, &code).await, "the code that was typed is spent");
        house.pass(30);
        assert!(signs_in(&mut house.browser(), &person, PIN, &code_of(&page, house.now())).await, "the new secret");
        assert!(browser.get("/me").await.body.contains("One-time codes set up anew"));
        let letters = house.line.inbox(PHONE).await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        let text = letters[0]["text"].as_str().expect("text");
        assert!(text.contains("动态口令已重新设置") && text.contains("were set up anew"), "{text}");
        assert!(!text.contains(&code) && !text.contains(&person.number), "{text}");
    }

    /// Abandoned, or mistyped: nothing has changed, and the same secret is still to be had on the page.
    async fn whoever_turns_away_or_mistypes_keeps_the_old_secret(db) {
        let house = House::over(db).await;
        let person = house.person_with_app().await;
        let mut browser = signed_in(&house, &person).await;
        let before = row(&house);
        let page = browser.own_form("/me/code", &[]).await;
        let code = code_of(&page, house.now());
        for wrong in [other_than(&code), "", "1234567", &person.code(house.now())] {
            let again = confirm(&mut browser, &page, wrong).await;
            assert_eq!(again.status, 422, "{wrong}");
            assert!(again.body.contains("The code does not fit"), "{}", again.body);
            assert_eq!(code_of(&again, house.now()), code, "the same secret once more");
        }
        assert_eq!(row(&house), before);
        assert!(house.line.inbox(PHONE).await.is_empty());
        house.pass(30);
        assert!(signs_in(&mut house.browser(), &person, PIN, &person.code(house.now())).await);
    }

    /// Two tabs, one after the other: whichever is confirmed first wins, and what it showed cannot be confirmed twice.
    async fn of_two_pages_the_one_that_is_confirmed_first_wins(db) {
        let house = House::over(db).await;
        let person = house.person_with_app().await;
        let mut browser = signed_in(&house, &person).await;
        let (first, second) = (browser.own_form("/me/code", &[]).await, browser.own_form("/me/code", &[]).await);
        let now = house.now();
        assert_eq!(confirm(&mut browser, &second, &code_of(&second, now)).await.status, 303);
        let won = row(&house);
        for late in [&first, &second] {
            house.pass(30);
            let refused = confirm(&mut browser, late, &code_of(late, house.now())).await;
            assert_eq!(refused.status, 422);
            assert!(refused.body.contains("open for a long time"), "{}", refused.body);
            assert!(!refused.body.contains("otpauth://"), "no secret that is in place is shown again");
        }
        assert_eq!(row(&house), won);
        assert_eq!(house.line.inbox(PHONE).await.len(), 1);
    }

    /// Two tabs at the same moment: DESIGN.md, "at most one" holds with many connections.
    async fn of_eight_pages_that_are_confirmed_at_once_one_wins(db) {
        let house = House::over(db).await;
        let person = house.person_with_app().await;
        let mut browser = signed_in(&house, &person).await;
        let mut tabs = Vec::new();
        for _ in 0..8 {
            tabs.push(browser.own_form("/me/code", &[]).await);
        }
        let now = house.now();
        let confirming = tabs.into_iter().map(|page| {
            let (mut tab, code) = (browser.clone(), code_of(&page, now));
            tokio::spawn(async move { (confirm(&mut tab, &page, &code).await.status, page) })
        });
        let mut won = Vec::new();
        for tab in confirming.collect::<Vec<_>>() {
            let (status, page) = tab.await.expect("no panic");
            assert!([303, 422, 503].contains(&status), "{status}");
            won.extend((status == 303).then_some(page));
        }
        assert_eq!(won.len(), 1);
        assert_eq!(house.count("events"), 2, "the sign-in in a new browser, and the one change");
        house.pass(30);
        assert!(signs_in(&mut house.browser(), &person, PIN, &code_of(&won[0], house.now())).await);
    }

    /// OWASP ASVS 6.3: the same bar as for every change of the ways in. What was shown in time may be finished in time.
    async fn a_secret_is_shown_to_who_has_just_come_in_and_counts_for_a_quarter_of_an_hour(db) {
        let house = House::over(db).await;
        let person = house.person_with_app().await;
        let mut browser = signed_in(&house, &person).await;
        house.pass(14 * 60);
        let page = browser.own_form("/me/code", &[]).await;
        house.pass(2 * 60);
        let refused = browser.own_form("/me/code", &[]).await;
        assert_eq!((refused.status, refused.header("location")), (303, "/me/signin"));
        house.pass(13 * 60);
        let before = row(&house);
        let late = confirm(&mut browser, &page, &code_of(&page, house.now())).await;
        assert_eq!((late.status, row(&house)), (422, before));
        assert!(signs_in(&mut browser, &person, PIN, &person.code(house.now())).await);
        let page = browser.own_form("/me/code", &[]).await;
        house.pass(14 * 60);
        assert_eq!(confirm(&mut browser, &page, &code_of(&page, house.now())).await.status, 303);
    }

    /// What one session was shown is worth nothing in another: neither somebody else's nor one's own elsewhere.
    async fn a_page_of_another_session_changes_nothing(db) {
        let house = House::over(db).await;
        let (person, other) = (house.person_with_app().await, house.person_with_app().await);
        let mut here = signed_in(&house, &person).await;
        let mut theirs = signed_in(&house, &other).await;
        house.pass(30);
        let mut elsewhere = signed_in(&house, &person).await;
        let page = here.own_form("/me/code", &[]).await;
        let code = code_of(&page, house.now());
        let before = tables::rows(house.db(), "persons");
        for browser in [&mut theirs, &mut elsewhere] {
            assert_eq!(confirm(browser, &page, &code).await.status, 422);
        }
        for noise in ["", "noise", &page.field("new")[1..]] {
            let fields = [("new", noise), ("code", &*code)];
            assert_eq!(here.own_form("/me/code/confirm", &fields).await.status, 422, "{noise}");
        }
        let stranger = house.browser().own_form("/me/code", &[]).await;
        assert_eq!((stranger.status, stranger.header("location")), (303, "/me/signin"));
        assert_eq!(tables::rows(house.db(), "persons"), before);
    }

    /// The write asks for session and person again: whoever was signed out or suspended meanwhile plants no secret.
    async fn a_secret_is_not_replaced_by_a_session_that_was_ended_or_a_person_who_was_changed_meanwhile(db) {
        let house = House::over(db).await;
        let person = house.person_with_app().await;
        let browser = signed_in(&house, &person).await;
        let live = session::live(&house.provider, Some(&browser.session())).await.expect("readable").expect("signed in");
        let offer = dynamic_code::begin(&house.provider, &live).expect("just come in");
        let totp = Totp::from_url(&offer.secret.otpauth).expect("readable");
        let code = DynamicCode::new(totp.generate(house.now().unix().unsigned_abs()).to_string());
        let tried = || dynamic_code::confirm(&house.provider, &live, &offer.sealed, &code);
        house.set_state(&person, PersonState::Suspended).await;
        assert_eq!(tried().await.err(), Some(Refused::SignedOut));
        house.set_state(&person, PersonState::Active).await;
        assert_eq!(tried().await.err(), Some(Refused::Stale), "the person has changed");
        sign_out_everywhere(&house.provider, &live).await.expect("ended");
        assert_eq!(tried().await.err(), Some(Refused::SignedOut));
        assert!(house.line.inbox(PHONE).await.is_empty());
    }

    /// Without a PIN a code opens nothing: who signs in with passkeys only has none to replace.
    async fn who_has_no_code_is_shown_no_secret(db) {
        let house = House::over(db).await;
        let person = house.person_with_app().await;
        let browser = signed_in(&house, &person).await;
        let live = || async {
            session::live(&house.provider, Some(&browser.session())).await.expect("readable").expect("signed in")
        };
        let (mut no_pin, mut no_code) = (live().await, live().await);
        no_pin.person.pin_hash = None;
        no_code.person.totp = None;
        for live in [no_pin, no_code] {
            assert_eq!(dynamic_code::begin(&house.provider, &live).err(), Some(Refused::NoCode));
        }
    }

    /// FUNCTIONS 11: the sub is no function of the ways in; and a letter that does not leave undoes nothing.
    async fn the_sub_stays_and_the_secret_is_in_place_where_the_letter_does_not_leave(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person_with_app().await);
        let mut browser = house.browser();
        let code = browser.log_in(&website, &person, house.now()).await.code();
        let before = sub(&website, &code).await;
        let page = browser.own_form("/me/code", &[]).await;
        house.line.steer("notification", "5xx", None).await;
        assert_eq!(confirm(&mut browser, &page, &code_of(&page, house.now())).await.status, 303);
        let code = browser.authorize(&website, &[]).await.code();
        assert_eq!(sub(&website, &code).await, before);
    }
}
