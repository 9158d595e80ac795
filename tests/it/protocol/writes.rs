//! Writes are counted: "repeat login 1, UserInfo 0, an unauthenticated GET 0" (DESIGN.md; PROTOCOL 17, 23).

use crate::db::on_each_database;
use crate::house::House;

on_each_database! {
    /// PROTOCOL 17: "One login, one insert".
    async fn a_repeat_login_writes_once(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await.code();
        let before = house.provider.store.writes();
        let code = browser.authorize(&website, &[]).await.code();
        assert_eq!(house.provider.store.writes() - before, 0, "the authorization endpoint only reads");
        let token = website.access_token(&code).await;
        assert_eq!(house.provider.store.writes() - before, 1, "the grant");
        assert_eq!(website.userinfo(&token).await.status, 200);
        assert_eq!(house.provider.store.writes() - before, 1, "UserInfo only reads");
        assert_eq!(house.provider.person_keys.writes(), 1, "the person's key, when the person was made");
    }

    /// The first login at a website: the session, the consent, the grant; each alone (PROTOCOL 1).
    async fn a_first_login_writes_three_times(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let before = house.provider.store.writes();
        let code = house.browser().log_in(&website, &person, house.now()).await.code();
        website.access_token(&code).await;
        assert_eq!(house.provider.store.writes() - before, 3);
    }

    /// PROTOCOL 23: "no unauthenticated GET writes a row".
    async fn no_unauthenticated_get_writes(db) {
        let house = House::over(db).await;
        let website = house.website("bank.example").await;
        let before = house.provider.store.writes();
        let mut browser = house.browser();
        let asked = website.request(&[]);
        for path in [
            "/", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks", "/healthz",
            "/readyz", "/me", "/me/signin", "/signout", "/logout", "/logout?id_token_hint=a.b.c&state=s", "/userinfo",
            "/token", "/nowhere", "/freeze", "/freeze/heard", "/continue?i=nonsense", "/authorize", "/authorize?client_id=nobody", &asked,
        ] {
            browser.get(path).await;
        }
        for extra in [("prompt", "none"), ("response_type", "token"), ("redirect_uri", "https://evil.example/")] {
            browser.authorize(&website, &[extra]).await;
        }
        assert_eq!(house.provider.store.writes() - before, 0);
    }

    /// A refusal at the token endpoint costs no write before the code opens and belongs to the client.
    async fn a_forged_code_costs_no_write(db) {
        let house = House::over(db).await;
        let website = house.website("bank.example").await;
        let before = house.provider.store.writes();
        website.redeem("AQABmcyQEJaZrpiZ").await;
        website.redeem(&"A".repeat(900)).await;
        assert_eq!(house.provider.store.writes() - before, 0);
    }
}
