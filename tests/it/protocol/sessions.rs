//! How long a sign-in lives, what it proves, and how often a page signs in (PROTOCOL 20, 23, Lifetimes).

use crate::db::on_each_database;
use crate::house::{Authenticator, Browser, House, Person, START, Website, claims};
use hufu::spec::Timestamp;
use serde_json::{Value, json};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

async fn signed_in(house: &House) -> (Website, Person, Browser) {
    let (website, person) = (house.website("bank.example").await, house.person().await);
    let mut browser = house.browser();
    browser.log_in(&website, &person, house.now()).await.code();
    (website, person, browser)
}

/// Whether a website's silent request finds the person signed in.
async fn is_live(browser: &mut Browser, website: &Website) -> bool {
    browser.authorize(website, &[("prompt", "none")]).await.param("code").is_some()
}

/// The claims of the ID token that comes of this redirect.
async fn id_token(website: &Website, code: &str) -> Value {
    claims(website.redeem(code).await.json()["id_token"].as_str().expect("an ID token"))
}

/// The essential `acr` as a `claims` parameter.
fn essential(acr: &str) -> String {
    json!({ "id_token": { "acr": { "essential": true, "values": [acr] } } }).to_string()
}

on_each_database! {
    /// PROTOCOL, Lifetimes: "session 30 min idle". `last_seen` moves in steps, so the end may come a quarter early.
    async fn a_session_that_nobody_uses_ends_after_thirty_minutes(db) {
        let house = House::over(db).await;
        let (website, _, mut browser) = signed_in(&house).await;
        house.pass(30 * MINUTE - 1);
        assert!(is_live(&mut browser, &website).await);
        let (website, _, mut browser) = signed_in(&house).await;
        house.set_clock(house.now().plus(std::time::Duration::from_secs(30 * MINUTE)));
        assert!(!is_live(&mut browser, &website).await);
    }

    /// PROTOCOL, Lifetimes: "12 h absolute".
    async fn a_session_in_constant_use_ends_after_twelve_hours(db) {
        let house = House::over(db).await;
        let (website, _, mut browser) = signed_in(&house).await;
        for _ in 0..12 * 6 - 1 {
            house.pass(10 * MINUTE);
            assert!(is_live(&mut browser, &website).await, "{}", house.now().since(START).as_secs() / 60);
        }
        house.pass(10 * MINUTE - 1);
        assert!(is_live(&mut browser, &website).await);
        house.pass(1);
        assert!(!is_live(&mut browser, &website).await);
        assert!(browser.authorize(&website, &[]).await.is_sign_in());
    }

    /// PROTOCOL 1: "`last_seen` in 15-minute steps"; DESIGN.md: a repeat login writes nothing within one.
    async fn last_seen_moves_in_steps_of_fifteen_minutes(db) {
        let house = House::over(db).await;
        let (website, _, mut browser) = signed_in(&house).await;
        let last_seen = || {
            let rows = crate::house::tables::rows(house.db(), "sessions");
            Timestamp::from_unix(rows[0]["last_seen"].as_i64().expect("a number"))
        };
        assert_eq!(last_seen(), START);
        house.pass(15 * MINUTE - 1);
        assert!(is_live(&mut browser, &website).await);
        assert_eq!(last_seen(), START);
        house.pass(1);
        assert!(is_live(&mut browser, &website).await);
        assert_eq!(last_seen().since(START).as_secs(), 15 * MINUTE);
    }

    /// PROTOCOL, Lifetimes: "less at higher levels".
    async fn a_passkeys_level_ends_before_the_session_does(db) {
        let house = House::over(db).await;
        let (website, person, mut browser) = signed_in(&house).await;
        let mut phone = Authenticator::registered_in(&mut browser).await;
        let page = browser.authorize(&website, &[("claims", &essential("urn:hufu:acr:cert-pin"))]).await;
        assert!(page.asks_for_a_passkey());
        let posted = phone.sign_in(&mut browser, &page).await;
        let answer = browser.follow(&posted).await;
        assert_eq!(id_token(&website, &answer.code()).await["acr"], "urn:hufu:acr:cert-pin");
        assert!(browser.authorize(&website, &[]).await.param("code").is_some());
        // Four hours on the level is gone, the session is not.
        for _ in 0..24 {
            house.pass(10 * MINUTE);
            assert!(is_live(&mut browser, &website).await);
        }
        let silent = [("prompt", "none"), ("claims", &*essential("urn:hufu:acr:cert-pin"))];
        assert_eq!(browser.authorize(&website, &silent).await.param("error").as_deref(), Some("login_required"));
        let lower = browser.authorize(&website, &[]).await.code();
        assert_ne!(id_token(&website, &lower).await["acr"], "urn:hufu:acr:cert-pin");
        drop(person);
    }

    /// PROTOCOL 20: "a ceremony is a set of factors": a second one joins, in the same session, under a new cookie.
    async fn a_step_up_joins_the_factors_and_keeps_the_session(db) {
        let house = House::over(db).await;
        let (website, _, mut browser) = signed_in(&house).await;
        let mut phone = Authenticator::registered_in(&mut browser).await;
        let before = crate::house::tables::rows(house.db(), "sessions");
        let old = browser.clone();
        let page = browser.authorize(&website, &[("claims", &essential("urn:hufu:acr:cert-pin"))]).await;
        let posted = phone.sign_in(&mut browser, &page).await;
        let answer = browser.follow(&posted).await;
        let said = id_token(&website, &answer.code()).await;
        assert_eq!(said["acr"], "urn:hufu:acr:cert-pin");
        let amr = said["amr"].as_array().expect("a list");
        for method in ["pin", "otp"] {
            assert_eq!(amr.contains(&json!(method)), method == "pin", "{amr:?}");
        }
        let after = crate::house::tables::rows(house.db(), "sessions");
        assert_eq!(after.len(), 1);
        assert_eq!(after[0]["id"], before[0]["id"]);
        assert_ne!(after[0]["secret_hash"], before[0]["secret_hash"]);
        // OWASP ASVS 7.2.4: the cookie of before opens nothing.
        assert!(!is_live(&mut old.clone(), &website).await);
        assert!(is_live(&mut browser, &website).await);
    }

    /// PROTOCOL 23: "the challenge's id unique in the session insert".
    async fn a_page_posted_twice_begins_one_session(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        let page = browser.authorize(&website, &[]).await;
        let mut again = browser.clone();
        let code = person.code(house.now());
        let (one, two) = (
            browser.type_in(&page, &person.number, crate::house::PIN, &code).await,
            again.type_in(&page, &person.number, crate::house::PIN, &code).await,
        );
        assert_eq!((one.status, two.status), (303, 422));
        assert_eq!(house.count("sessions"), 1);
    }

    /// The same from sixteen connections at once.
    async fn a_page_posted_from_sixteen_connections_at_once_begins_one_session(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        let page = browser.authorize(&website, &[]).await;
        let fields = [page.field("interaction"), page.field("csrf"), person.number.clone(), person.code(house.now())];
        let posts: Vec<_> = (0..16)
            .map(|_| {
                let (mut browser, fields) = (browser.clone(), fields.clone());
                tokio::spawn(async move {
                    let [interaction, csrf, number, code] = fields;
                    let form = [
                        ("interaction", &*interaction), ("csrf", &csrf), ("number", &number),
                        ("pin", crate::house::PIN), ("code", &code),
                    ];
                    browser.post("/signin/code", &form).await.status
                })
            })
            .collect();
        let mut begun = 0;
        for post in posts {
            begun += usize::from(post.await.expect("no panic") == 303);
        }
        assert_eq!((begun, house.count("sessions")), (1, 1));
    }

    /// OpenID Connect Core §3.1.2.1, `prompt=login`: "SHOULD prompt the End-User for reauthentication"; PROTOCOL 20: "redo
    /// all", once.
    async fn prompt_login_asks_a_person_who_is_signed_in_and_is_answered_once(db) {
        let house = House::over(db).await;
        let (website, person, mut browser) = signed_in(&house).await;
        house.pass(5 * MINUTE);
        let page = browser.authorize(&website, &[("prompt", "login"), ("max_age", "3600")]).await;
        assert!(page.is_sign_in());
        let answer = browser.sign_in(&page, &person, house.now()).await;
        assert_eq!(id_token(&website, &answer.code()).await["auth_time"], json!(house.now().unix()));
        assert!(browser.authorize(&website, &[("prompt", "login")]).await.is_sign_in());
    }

    /// OpenID Connect Core §3.1.2.1, `max_age`: "If the elapsed time is greater than this value, the OP MUST attempt to
    /// actively re-authenticate the End-User."
    async fn max_age_asks_when_the_sign_in_is_older_by_a_second(db) {
        let house = House::over(db).await;
        let (website, person, mut browser) = signed_in(&house).await;
        house.pass(300);
        let code = browser.authorize(&website, &[("max_age", "300")]).await.code();
        assert_eq!(id_token(&website, &code).await["auth_time"], json!(START.unix()));
        house.pass(1);
        let page = browser.authorize(&website, &[("max_age", "300")]).await;
        assert!(page.is_sign_in());
        let silent = browser.authorize(&website, &[("max_age", "300"), ("prompt", "none")]).await;
        assert_eq!(silent.param("error").as_deref(), Some("login_required"));
        let answer = browser.sign_in(&page, &person, house.now()).await;
        assert_eq!(id_token(&website, &answer.code()).await["auth_time"], json!(house.now().unix()));
    }

    /// PROTOCOL, Lifetimes: "interaction 15 min".
    async fn a_page_older_than_fifteen_minutes_is_stale_and_signs_nobody_in(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        let page = browser.authorize(&website, &[]).await;
        house.pass(15 * MINUTE - 1);
        let (mut punctual, code) = (browser.clone(), person.code(house.now()));
        assert_eq!(punctual.type_in(&page, &person.number, crate::house::PIN, &code).await.status, 303);
        house.pass(1);
        let late = browser.type_in(&page, &person.number, crate::house::PIN, &code).await;
        assert_eq!((late.status, late.body.contains("interaction.stale")), (400, true), "{}", late.body);
        assert_eq!(house.count("sessions"), 1);
    }

    /// PROTOCOL 23: the page is sealed for the browser it was shown in.
    async fn a_page_shown_in_another_browser_signs_nobody_in(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let (mut attacker, mut victim) = (house.browser(), house.browser());
        let theirs = attacker.authorize(&website, &[]).await;
        let own = victim.authorize(&website, &[]).await;
        let (interaction, csrf) = (theirs.field("interaction"), own.field("csrf"));
        let code = person.code(house.now());
        let form = [
            ("interaction", &*interaction), ("csrf", &csrf), ("number", &person.number), ("pin", crate::house::PIN),
            ("code", &code),
        ];
        let answer = victim.post("/signin/code", &form).await;
        assert_eq!((answer.status, answer.body.contains("interaction.stale")), (400, true));
        let answer = victim.get(&format!("/continue?i={interaction}")).await;
        assert_eq!(answer.status, 400);
        assert_eq!(house.count("sessions"), 0);
    }

    /// PROTOCOL 23, 24: without the token of the form, or with another browser's, nothing is posted.
    async fn a_form_of_another_browser_is_refused(db) {
        let house = House::over(db).await;
        let (website, person, mut browser) = signed_in(&house).await;
        let foreign = house.browser().authorize(&website, &[]).await.field("csrf");
        for csrf in ["", &*foreign] {
            let answer = browser.post("/signout", &[("csrf", csrf)]).await;
            assert_eq!(answer.status, 403);
        }
        assert!(is_live(&mut browser, &website).await);
        drop(person);
    }
}

/// PROTOCOL, Lifetimes, once more without a database: the steps above lie where the table says.
#[test]
fn the_lifetimes_are_those_of_the_table() {
    use hufu::spec::lifetime;
    let seconds = |span: std::time::Duration| span.as_secs();
    assert_eq!(seconds(lifetime::CODE), 60);
    assert_eq!(seconds(lifetime::ACCESS_TOKEN), 10 * MINUTE);
    assert_eq!(seconds(lifetime::SESSION_IDLE), 30 * MINUTE);
    assert_eq!(seconds(lifetime::SESSION_ABSOLUTE), 12 * HOUR);
    assert_eq!(seconds(lifetime::INTERACTION), 15 * MINUTE);
    assert_eq!(seconds(lifetime::CONSENT), 365 * 24 * HOUR);
    assert_eq!(seconds(lifetime::REFUSAL), 24 * HOUR);
    assert_eq!(seconds(lifetime::SIGNING_KEY), 90 * 24 * HOUR);
    assert_eq!(seconds(lifetime::SIGNING_KEY_PUBLISHED_BEFORE), 24 * HOUR);
}
