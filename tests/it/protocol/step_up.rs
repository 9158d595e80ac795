//! A level above the one that the person has: the page says what is missing and offers only the way that helps. PROTOCOL
//! 20; OpenID Connect Core §5.5.1.1.

use crate::db::on_each_database;
use crate::house::{Answer, Authenticator, Browser, House, Person, Website, claims};
use serde_json::json;

const ESSENTIAL: [(&str, &str); 1] =
    [("claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:hufu:acr:cert-pin"}}}"#)];

/// A person with PIN and passkey, signed in by the PIN.
async fn both_ways(house: &House) -> (Website, Person, Browser, Authenticator) {
    let (website, person) = (house.website("bank.example").await, house.person().await);
    let mut browser = house.browser();
    browser.log_in(&website, &person, house.now()).await.code();
    let phone = Authenticator::registered_in(&mut browser).await;
    (website, person, browser, phone)
}

fn offers(page: &Answer) -> (bool, bool) {
    (page.body.contains(r#"id="passkey-form""#), page.body.contains(r#"id="code-form""#))
}

on_each_database! {
    /// Issue 2: a step-up says what is missing. By code to `cert-pin`: the passkey, and nothing else.
    async fn who_signed_in_by_code_is_asked_for_the_passkey_alone(db) {
        let house = House::over(db).await;
        let (website, _, mut browser, mut phone) = both_ways(&house).await;
        let page = browser.authorize(&website, &ESSENTIAL).await;
        assert_eq!((page.status, offers(&page)), (200, (true, false)));
        assert!(page.body.contains("asks for your passkey as well"), "{}", page.body);
        assert!(page.body.contains(r#"id="no-passkey""#), "without a script the page says so");
        let signed_in = phone.sign_in(&mut browser, &page).await;
        assert!(browser.follow(&signed_in).await.param("code").is_some());
    }

    /// The other way round: by passkey to `cert-pin`, PIN and code are missing.
    async fn who_signed_in_by_passkey_is_asked_for_pin_and_code_alone(db) {
        let house = House::over(db).await;
        let (website, person, _, mut phone) = both_ways(&house).await;
        let mut browser = house.browser();
        let page = browser.authorize(&website, &[]).await;
        assert_eq!(offers(&page), (true, true), "at first either way is as good");
        let signed_in = phone.sign_in(&mut browser, &page).await;
        browser.follow(&signed_in).await.code();
        let page = browser.authorize(&website, &ESSENTIAL).await;
        assert_eq!((page.status, offers(&page)), (200, (false, true)));
        assert!(page.body.contains("asks for your PIN and code as well"), "{}", page.body);
        assert!(browser.sign_in(&page, &person, house.now()).await.param("code").is_some());
    }

    /// docs/assurance.md: "asks only for what is missing, or has ended". What `max_age` finds fresh counts beside the passkey, and
    /// `auth_time` is the oldest of both.
    async fn a_max_age_that_is_not_exceeded_takes_nothing_away(db) {
        let house = House::over(db).await;
        let (website, person, mut browser, mut phone) = both_ways(&house).await;
        let typed = house.now();
        let asked = [ESSENTIAL[0], ("max_age", "300")];
        house.pass(10);
        let page = browser.authorize(&website, &asked).await;
        assert_eq!(offers(&page), (true, false));
        let signed_in = phone.sign_in(&mut browser, &page).await;
        let answer = browser.follow(&signed_in).await;
        let said = claims(website.redeem(&answer.code()).await.json()["id_token"].as_str().expect("an ID token"));
        assert_eq!((&said["acr"], &said["auth_time"]), (&json!("urn:hufu:acr:cert-pin"), &json!(typed)));
        // "`max_age` and `prompt=login` redo all" (PROTOCOL 20): the passkey of then is still fresh, and is asked for again.
        house.pass(291);
        let page = browser.authorize(&website, &asked).await;
        assert_eq!(offers(&page), (true, true), "the PIN is a second too old");
        let page = browser.sign_in(&page, &person, house.now()).await;
        assert_eq!(offers(&page), (true, false));
        let redone = house.now();
        let signed_in = phone.sign_in(&mut browser, &page).await;
        let answer = browser.follow(&signed_in).await;
        let said = claims(website.redeem(&answer.code()).await.json()["id_token"].as_str().expect("an ID token"));
        assert_eq!(said["auth_time"], json!(redone));
    }

    /// OpenID Connect Core §3.1.2.1: what grows too old while the person thinks about a page is asked for again: an `auth_time` is
    /// never older than `max_age` by what was there before this request.
    async fn what_grows_too_old_on_the_way_is_asked_for_again(db) {
        let house = House::over(db).await;
        let (website, _, mut browser, mut phone) = both_ways(&house).await;
        house.pass(10);
        let page = browser.authorize(&website, &[ESSENTIAL[0], ("max_age", "300"), ("prompt", "consent")]).await;
        let signed_in = phone.sign_in(&mut browser, &page).await;
        let consent = browser.follow(&signed_in).await;
        house.pass(600);
        let page = browser.decide(&consent, "allow").await;
        assert_eq!(offers(&page), (false, true), "{}", page.body);
    }

    /// A passkey that is refused there is not answered with a way that does not help.
    async fn a_passkey_refused_at_a_step_up_is_not_told_to_use_the_pin(db) {
        let house = House::over(db).await;
        let (website, _, mut browser, _) = both_ways(&house).await;
        let page = browser.authorize(&website, &ESSENTIAL).await;
        let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
        let fields = [("interaction", &*interaction), ("csrf", &csrf), ("credential", "{}")];
        let again = browser.post("/signin/passkey", &fields).await;
        assert_eq!((again.status, offers(&again)), (422, (true, false)));
        assert!(!again.problem().contains("PIN"), "{}", again.problem());
    }

    /// Never a dead end: who cannot go on goes back, and the website hears of it.
    async fn who_cannot_step_up_goes_back_to_the_website(db) {
        let house = House::over(db).await;
        let (website, _, mut browser, _) = both_ways(&house).await;
        let page = browser.authorize(&website, &ESSENTIAL).await;
        let back = browser.decide(&page, "decline").await;
        assert_eq!(back.param("error").as_deref(), Some("access_denied"));
    }

    /// Never a dead end: who has passkeys only, and is asked for PIN and code, reads what lifts it; then the website hears of it.
    async fn who_has_passkeys_only_reads_what_lifts_it(db) {
        let house = House::over(db).await;
        let (website, _, mut browser, mut phone) = both_ways(&house).await;
        browser.jar.remove("__Host-hufu-session");
        let page = browser.authorize(&website, &[]).await;
        let signed_in = phone.sign_in(&mut browser, &page).await;
        browser.follow(&signed_in).await.code();
        let taken_away = "UPDATE persons SET pin_hash = NULL, totp = NULL";
        house.db().execute(taken_away, taken_away);
        let page = browser.authorize(&website, &ESSENTIAL).await;
        assert!(page.status == 200 && page.body.contains("you sign in with passkeys only"), "{}", page.body);
        let back = browser.decide(&page, "decline").await;
        assert_eq!(back.param("error").as_deref(), Some("unmet_authentication_requirements"));
    }
}
