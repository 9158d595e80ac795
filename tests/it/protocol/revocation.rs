//! Revocation is checked on use: tokens and codes are worth what person, session and grant are worth at that instant
//! (PROTOCOL 6).

use crate::db::on_each_database;
use crate::house::{Browser, House, Person, Website};
use hufu::person::PersonState;

struct Login {
    house: House,
    website: Website,
    person: Person,
    browser: Browser,
    token: String,
    code: String,
}

/// A person who is signed in, with a token in the website's hands and a code on its way.
async fn login(house: House) -> Login {
    let website = house.website("bank.example").await;
    let person = house.person().await;
    let mut browser = house.browser();
    let first = browser.log_in(&website, &person, house.now()).await.code();
    let token = website.access_token(&first).await;
    assert_eq!(website.userinfo(&token).await.status, 200);
    let code = browser.log_in(&website, &person, house.now()).await.code();
    Login { house, website, person, browser, token, code }
}

impl Login {
    /// RFC 6750 §3.1: "The access token provided is expired, revoked, malformed, or invalid".
    async fn assert_dead(&self) {
        let answer = self.website.userinfo(&self.token).await;
        assert_eq!((answer.status, &*answer.error()), (401, "invalid_token"));
        assert!(answer.header("www-authenticate").contains(r#"error="invalid_token""#));
        let answer = self.website.redeem(&self.code).await;
        assert_eq!((answer.status, &*answer.error()), (400, "invalid_grant"));
    }
}

on_each_database! {
    /// PROTOCOL 6, person state.
    async fn a_suspended_persons_tokens_and_codes_are_dead_at_once(db) {
        let mut login = login(House::over(db).await).await;
        login.house.set_state(&login.person, PersonState::Suspended).await;
        login.assert_dead().await;
        let answer = login.browser.authorize(&login.website, &[("prompt", "none")]).await;
        assert_eq!(answer.param("error").as_deref(), Some("login_required"));
    }

    /// PROTOCOL 6 and 22.
    async fn a_frozen_persons_tokens_and_codes_are_dead_at_once(db) {
        let login = login(House::over(db).await).await;
        login.house.set_state(&login.person, PersonState::Frozen).await;
        login.assert_dead().await;
    }

    /// PROTOCOL 6, person state.
    async fn a_closed_persons_tokens_and_codes_are_dead_at_once(db) {
        let login = login(House::over(db).await).await;
        login.house.set_state(&login.person, PersonState::Closed).await;
        login.assert_dead().await;
    }

    /// PROTOCOL 6, session state.
    async fn signing_out_ends_the_tokens_and_the_codes_of_the_session(db) {
        let mut login = login(House::over(db).await).await;
        let page = login.browser.own_form("/signout", &[]).await;
        assert_eq!(page.status, 200);
        login.assert_dead().await;
        assert!(login.browser.authorize(&login.website, &[]).await.is_sign_in());
    }

    /// PROTOCOL 6, session state; issue 2: "sign out everywhere".
    async fn signing_out_everywhere_in_one_browser_ends_the_session_in_another(db) {
        let login = login(House::over(db).await).await;
        let mut other = login.house.browser();
        other.log_in(&login.website, &login.person, login.house.now()).await.code();
        assert_eq!(login.house.count("sessions"), 2);
        other.own_form("/me/sessions/end-all", &[]).await;
        assert_eq!(login.house.count("sessions"), 0);
        login.assert_dead().await;
    }

    /// PROTOCOL 6: one session's end is not another's.
    async fn signing_out_in_one_browser_leaves_the_others_tokens(db) {
        let login = login(House::over(db).await).await;
        let mut other = login.house.browser();
        other.log_in(&login.website, &login.person, login.house.now()).await.code();
        other.own_form("/signout", &[]).await;
        assert_eq!(login.website.userinfo(&login.token).await.status, 200);
        assert_eq!(login.website.redeem(&login.code).await.status, 200);
    }

    /// Issue 2: "Result-only consent is remembered and can be withdrawn on a page of one's own." PROTOCOL 7.
    async fn a_withdrawn_consent_is_asked_for_again(db) {
        let mut login = login(House::over(db).await).await;
        let silent = [("prompt", "none")];
        assert!(login.browser.authorize(&login.website, &silent).await.param("code").is_some());
        let done = login.browser.own_form("/me/consents/withdraw", &[("client_id", login.website.id())]).await;
        assert_eq!(done.status, 303);
        let answer = login.browser.authorize(&login.website, &silent).await;
        assert_eq!(answer.param("error").as_deref(), Some("consent_required"));
        assert!(login.browser.authorize(&login.website, &[]).await.is_consent());
    }

    /// PROTOCOL 6 and Lifetimes, "12 h absolute": a session that ends by itself ends its tokens at that second, and not only
    /// when its row is swept.
    async fn a_token_ends_with_its_session_before_the_row_is_swept(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await.code();
        let mut token = String::new();
        for _ in 0..12 * 6 - 1 {
            house.pass(600);
            token = website.access_token(&browser.authorize(&website, &[]).await.code()).await;
        }
        house.pass(599);
        assert_eq!(website.userinfo(&token).await.status, 200);
        let late = browser.authorize(&website, &[]).await.code();
        let last = website.access_token(&late).await;
        assert_eq!(website.userinfo(&last).await.status, 200);
        house.pass(1);
        assert_eq!(house.count("sessions"), 1, "not swept yet");
        assert_eq!(website.userinfo(&last).await.error(), "invalid_token");
    }

    /// PROTOCOL, Lifetimes: "access token 10 min".
    async fn an_access_token_lives_for_ten_minutes(db) {
        let login = login(House::over(db).await).await;
        login.house.pass(599);
        assert_eq!(login.website.userinfo(&login.token).await.status, 200);
        login.house.pass(1);
        assert_eq!(login.website.userinfo(&login.token).await.error(), "invalid_token");
    }
}
