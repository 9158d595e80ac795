//! A level that a website wishes for (`acr_values`): asked of who can reach it, gone without by who will not. RFC 9470;
//! PROTOCOL 20.

use crate::db::on_each_database;
use crate::house::{Answer, Authenticator, Browser, House, Person, Website, claims, renewing};
use hufu::client::ClientMetadata;
use serde_json::Value;

const API: &str = "https://bank.example/api";
const CODE: &str = "urn:hufu:acr:code";
const CERT_PIN: &str = "urn:hufu:acr:cert-pin";
const WISH: (&str, &str) = ("acr_values", CERT_PIN);

/// A website with an API of its own, and a person with PIN and passkey, signed in by the PIN.
struct Scene {
    house: House,
    bank: Website,
    person: Person,
    browser: Browser,
    phone: Authenticator,
}

impl Scene {
    async fn over(db: crate::db::TestDb) -> Self {
        let house = House::over(db).await;
        let metadata = ClientMetadata { resources: vec![API.to_owned()], ..renewing("bank.example") };
        let (bank, person) = (house.registered(metadata).await, house.person().await);
        let mut browser = house.browser();
        browser.log_in_with(&bank, &person, house.now(), &[("resource", API)]).await.code();
        let phone = Authenticator::registered_in(&mut browser).await;
        Self { house, bank, person, browser, phone }
    }

    async fn tokens(&self, answer: &Answer) -> Value {
        let answer = self.bank.redeem_with(&answer.code(), &[("resource", API)]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// The level that the website is told.
    async fn told(&self, answer: &Answer) -> Value {
        claims(text(&self.bank.redeem(&answer.code()).await.json(), "id_token"))["acr"].clone()
    }

    /// The resource server: `Err` is the challenge of its 401 (RFC 9470 §3).
    async fn api(&self, token: &str) -> Result<(), String> {
        let published = self.house.provider.published().expect("keys");
        published.signing.verify_own(token, "at+jwt").expect("signed by the provider");
        let said = claims(token);
        assert_eq!(said["aud"], API);
        let fresh = said["auth_time"].as_i64().is_some_and(|at| self.house.now().unix() - at <= 300);
        if said["acr"] == CERT_PIN && fresh {
            return Ok(());
        }
        let (error, why) = ("insufficient_user_authentication", "a certificate and a PIN are needed");
        Err(format!(r#"Bearer error="{error}", error_description="{why}", acr_values="{CERT_PIN}", max_age="300""#))
    }
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {tokens}"))
}

/// What the challenge says of `name`.
fn asked<'a>(challenge: &'a str, name: &str) -> &'a str {
    let from = challenge.split_once(&format!(r#"{name}=""#)).unwrap_or_else(|| panic!("no {name}: {challenge}")).1;
    from.split_once('"').expect("a closing quote").0
}

/// Presses "Go on without this".
async fn go_on_without(browser: &mut Browser, page: &Answer) -> Answer {
    assert!(page.body.contains(r#"id="without""#), "{}", page.body);
    let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
    let posted = browser.post("/signin/without", &[("interaction", &interaction), ("csrf", &csrf)]).await;
    browser.follow(&posted).await
}

on_each_database! {
    /// RFC 9470 §3 to §6: the resource server's challenge, the request that carries it on, the step-up, and a token whose `acr`
    /// is the higher one, in the JWT itself and by introspection.
    async fn a_challenge_of_a_resource_server_leads_to_a_token_that_meets_it(db) {
        let mut scene = Scene::over(db).await;
        let weak = scene.browser.authorize(&scene.bank, &[("resource", API), ("max_age", "300")]).await;
        let weak = scene.tokens(&weak).await;
        assert_eq!(claims(text(&weak, "access_token"))["acr"], CODE);
        let challenge = scene.api(text(&weak, "access_token")).await.expect_err("a challenge");

        let wish = [("resource", API), ("acr_values", asked(&challenge, "acr_values")), ("max_age", asked(&challenge, "max_age"))];
        scene.house.pass(20);
        let page = scene.browser.authorize(&scene.bank, &wish).await;
        assert!(page.asks_for_a_passkey() && !page.is_sign_in(), "the missing factor alone: {}", page.body);
        assert!(page.body.contains("would like your passkey as well"), "{}", page.body);
        let signed_in = scene.phone.sign_in(&mut scene.browser, &page).await;
        let answer = scene.browser.follow(&signed_in).await;

        let strong = scene.tokens(&answer).await;
        let token = text(&strong, "access_token");
        scene.api(token).await.expect("enough");
        let said = scene.bank.introspect(token).await;
        assert_eq!((&said["active"], &said["acr"]), (&Value::Bool(true), &Value::from(CERT_PIN)));
        assert_eq!(said["auth_time"], scene.house.now().unix() - 20, "the oldest of the factors counted");
    }

    /// PROTOCOL 20: never a refusal; and a consent page that follows does not ask again.
    async fn who_goes_on_without_it_gets_the_true_lower_level(db) {
        let mut scene = Scene::over(db).await;
        let page = scene.browser.authorize(&scene.bank, &[WISH]).await;
        let answer = go_on_without(&mut scene.browser, &page).await;
        assert_eq!(scene.told(&answer).await, CODE);

        let other = scene.house.website("cinema.example").await;
        let page = scene.browser.authorize(&other, &[WISH]).await;
        let consent = go_on_without(&mut scene.browser, &page).await;
        assert!(consent.is_consent(), "{}", consent.body);
        let answer = scene.browser.decide(&consent, "allow").await;
        let tokens = other.redeem(&answer.code()).await.json();
        assert_eq!(claims(text(&tokens, "id_token"))["acr"], CODE);

        let again = scene.browser.authorize(&scene.bank, &[WISH]).await;
        assert!(again.asks_for_a_passkey(), "the next request is a wish of its own: {}", again.body);
    }

    /// The first sign-in counts, and the rest is asked for after it.
    async fn who_signs_in_first_is_asked_for_the_rest_afterwards(db) {
        let mut scene = Scene::over(db).await;
        let mut browser = scene.house.browser();
        scene.house.pass(60);
        let page = browser.authorize(&scene.bank, &[WISH]).await;
        assert!(page.is_sign_in() && page.asks_for_a_passkey() && !page.body.contains(r#"id="without""#), "{}", page.body);
        let page = browser.sign_in(&page, &scene.person, scene.house.now()).await;
        assert!(page.asks_for_a_passkey() && !page.is_sign_in(), "{}", page.body);
        let signed_in = scene.phone.sign_in(&mut browser, &page).await;
        let answer = browser.follow(&signed_in).await;
        assert_eq!(scene.told(&answer).await, CERT_PIN);
    }

    /// OpenID Connect Registration §2: `default_acr_values` is a wish like any other.
    async fn a_registered_default_is_asked_for_too(db) {
        let mut scene = Scene::over(db).await;
        let metadata = ClientMetadata { default_acr_values: vec![CERT_PIN.to_owned()], ..renewing("cinema.example") };
        let cinema = scene.house.registered(metadata).await;
        let page = scene.browser.authorize(&cinema, &[]).await;
        assert!(page.asks_for_a_passkey() && !page.is_sign_in(), "{}", page.body);
        let page = scene.browser.authorize(&cinema, &[("acr_values", CODE)]).await;
        assert!(page.is_consent(), "the request's own values go before it: {}", page.body);
    }

    /// PROTOCOL 20: nobody is asked for what is met, unknown, out of reach, or where nothing may be shown.
    async fn who_need_not_or_cannot_reach_it_is_answered_at_once(db) {
        let mut scene = Scene::over(db).await;
        for at_once in [
            &[("acr_values", "urn:hufu:acr:cert-pin urn:hufu:acr:code")][..],
            &[("acr_values", "1 2")],
            &[("acr_values", "phrh urn:example:gold")],
            &[WISH, ("prompt", "none")],
        ] {
            let answer = scene.browser.authorize(&scene.bank, at_once).await;
            assert_eq!(scene.told(&answer).await, CODE, "{at_once:?}");
        }
        let (keyless, mut browser) = (scene.house.person().await, scene.house.browser());
        let answer = browser.log_in_with(&scene.bank, &keyless, scene.house.now(), &[WISH]).await;
        assert_eq!(scene.told(&answer).await, CODE, "who has no passkey");
    }

    /// Never a dead end, and no way round: the website hears `access_denied` of who goes back; who is not signed in signs in.
    async fn the_page_leads_back_too_and_lets_nobody_in(db) {
        let mut scene = Scene::over(db).await;
        let before = scene.house.provider.store.writes();
        let page = scene.browser.authorize(&scene.bank, &[WISH]).await;
        let back = scene.browser.decide(&page, "decline").await;
        assert_eq!(back.param("error").as_deref(), Some("access_denied"));
        scene.browser.jar.remove("__Host-hufu-session");
        let nobody = go_on_without(&mut scene.browser, &page).await;
        assert!(nobody.is_sign_in(), "{}", nobody.body);
        assert_eq!(scene.house.provider.store.writes() - before, 0, "nothing is written of it");
        let essential = r#"{"id_token":{"acr":{"essential":true,"value":"urn:hufu:acr:cert-pin"}}}"#;
        let mut browser = scene.house.browser();
        scene.house.pass(60);
        let page = browser.authorize(&scene.bank, &[("claims", essential)]).await;
        let page = browser.sign_in(&page, &scene.person, scene.house.now()).await;
        assert!(!page.body.contains(r#"id="without""#), "{}", page.body);
        let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
        let forced = browser.post("/signin/without", &[("interaction", &interaction), ("csrf", &csrf)]).await;
        let page = browser.follow(&forced).await;
        assert!(page.asks_for_a_passkey() && page.status == 200, "an essential level stays so: {}", page.body);
    }
}
