//! Whose word about a passkey counts, and what it is good for. WebAuthn §6.5, §7.1; OpenID Connect EAP ACR Values 1.0 §2;
//! PROTOCOL 20.

use crate::db::{TestDb, on_each_database};
use crate::house::maker::{Key, MODEL, Maker};
use crate::house::{Answer, Authenticator, Browser, Created, House, Person, Plan, Website, claims};
use hufu::spec::{Acr, Ladder};
use serde_json::{Value, json};

const EIDAS: &str = "http://eidas.europa.eu/LoA/substantial";

/// A house that believes one maker, and somebody who is signed in in it.
struct Scene {
    house: House,
    maker: Maker,
    website: Website,
    person: Person,
    browser: Browser,
}

impl Scene {
    async fn over(db: TestDb) -> Scene {
        let maker = Maker::new();
        let ladder = Ladder::default().attesting(vec![Acr::CertPin]).assessed(vec![(EIDAS.to_owned(), Acr::CertPin)]);
        let house = House::built(db, Plan { roots: Some(maker.roots()), ladder, ports: None, ..Plan::default() }).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await.code();
        Scene { house, maker, website, person, browser }
    }

    /// Registers what `vouched` makes of a new passkey's registration.
    async fn registers(&mut self, vouched: impl FnOnce(&Maker, &str) -> String) -> (Authenticator, Answer) {
        let Created { authenticator, ceremony, credential } = Authenticator::created_in(&mut self.browser).await;
        let credential = vouched(&self.maker, &credential);
        let fields = [("name", "Key"), ("ceremony", &*ceremony), ("credential", &credential)];
        (authenticator, self.browser.own_form("/me/passkeys/add", &fields).await)
    }

    /// A new browser, signed in by the passkey on the way to `acr`.
    async fn enters(&self, phone: &mut Authenticator, acr: &str) -> (Browser, Answer) {
        let mut browser = self.house.browser();
        let wanted = json!({ "id_token": { "acr": { "essential": true, "value": acr } } }).to_string();
        let page = browser.authorize(&self.website, &[("claims", &wanted)]).await;
        let signed_in = phone.sign_in(&mut browser, &page).await;
        let answer = browser.follow(&signed_in).await;
        (browser, answer)
    }

    async fn told(&self, answer: &Answer) -> Value {
        let tokens = self.website.redeem(&answer.code()).await.json();
        claims(tokens["id_token"].as_str().expect("an ID token"))
    }
}

/// The person reads what they lack and where they mend it; when they go back, the website hears that the level is not reached.
async fn assert_is_told(browser: &mut Browser, page: &Answer, which: &str) {
    assert!(page.status == 200 && page.body.contains("None of yours is of that kind"), "{which}: {}", page.body);
    assert_eq!(page.page().attribute("lift-it", "href").as_deref(), Some("/me#me-passkeys"));
    let back = browser.decide(page, "decline").await;
    assert_eq!(back.param("error").as_deref(), Some("unmet_authentication_requirements"), "{which}");
}

on_each_database! {
    /// PROTOCOL 20: "`phrh` needs verified attestation and a device-bound key". The model is for its owner's eyes only.
    async fn a_passkey_whose_maker_is_believed_is_phrh_and_only_its_owner_sees_the_model(db) {
        let mut scene = Scene::over(db).await;
        let (mut phone, added) = scene.registers(|maker, credential| maker.vouch(credential, Key::StaysHere)).await;
        assert!(added.header("location").starts_with("/me?done="), "{} {}", added.status, added.body);
        let page = scene.browser.get("/me").await;
        assert!(page.body.contains("as its maker vouches") && page.body.contains(MODEL), "{}", page.body);
        let (mut browser, answer) = scene.enters(&mut phone, "phrh").await;
        let said = scene.told(&answer).await;
        assert_eq!((&said["acr"], &said["amr"]), (&json!("phrh"), &json!(["pop", "hwk", "user", "mfa"])));
        assert!(!said.to_string().contains(MODEL));
        let said = scene.told(&browser.authorize(&scene.website, &[("acr_values", "phr")]).await).await;
        assert_eq!((&said["acr"], &said["amr"]), (&json!("phr"), &json!(["pop", "user", "mfa"])));
        let said = scene.told(&browser.authorize(&scene.website, &[]).await).await;
        assert_eq!((&said["acr"], &said["amr"]), (&json!("urn:hufu:acr:cert"), &json!(["pop", "user", "mfa"])));
    }

    /// A passkey of which nobody says anything that counts is a passkey all the same: `phr`, and not `phrh`.
    async fn a_passkey_without_a_word_that_counts_is_phr_and_not_phrh(db) {
        let mut scene = Scene::over(db).await;
        let stranger = Maker::new();
        let (mut own, _) = scene.registers(|_, credential| credential.to_owned()).await;
        let (mut strange, _) = scene.registers(|_, credential| stranger.vouch(credential, Key::StaysHere)).await;
        let (mut synced, added) = scene.registers(|maker, credential| maker.vouch(credential, Key::MayBeBackedUp)).await;
        assert!(added.header("location").starts_with("/me?done="), "{} {}", added.status, added.body);
        let page = scene.browser.get("/me").await;
        assert!(!page.body.contains("as its maker vouches") && !page.body.contains(MODEL), "{}", page.body);
        assert!(page.body.contains("says that it stays on one device"), "{}", page.body);
        for (which, phone) in [("own", &mut own), ("strange", &mut strange)] {
            let (mut browser, page) = scene.enters(phone, "phrh").await;
            assert_is_told(&mut browser, &page, which).await;
            let (_, answer) = scene.enters(phone, "phr").await;
            assert_eq!(scene.told(&answer).await["acr"], "phr", "{which}");
        }
        // Its flags at sign-in are the software authenticator's again, which contradict what was registered.
        let page = scene.house.browser().authorize(&scene.website, &[]).await;
        assert!(page.asks_for_a_passkey());
        let refused = synced.sign_in(&mut scene.house.browser(), &page).await;
        assert_ne!(refused.status, 303);
    }

    /// A statement that was changed on the way is no registration (WebAuthn §7.1 step 21).
    async fn a_makers_word_about_another_key_is_refused(db) {
        let mut scene = Scene::over(db).await;
        let earlier = Authenticator::created_in(&mut scene.browser).await.credential;
        let word = scene.maker.vouch(&earlier, Key::StaysHere);
        let (_, refused) = scene.registers(|_, credential| {
            let mut credential: Value = serde_json::from_str(credential).expect("JSON");
            let word: Value = serde_json::from_str(&word).expect("JSON");
            credential["response"]["attestationObject"] = word["response"]["attestationObject"].clone();
            credential.to_string()
        }).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
    }

    /// `levels.attestation_required_for`, and a name that the operator was assessed for: both mean the same factors.
    async fn a_level_that_takes_an_attested_passkey_takes_no_other(db) {
        let mut scene = Scene::over(db).await;
        let (mut phone, _) = scene.registers(|_, credential| credential.to_owned()).await;
        for acr in ["urn:hufu:acr:cert-pin", EIDAS] {
            let (mut browser, page) = scene.enters(&mut phone, acr).await;
            assert_is_told(&mut browser, &page, acr).await;
        }
        let (mut key, _) = scene.registers(|maker, credential| maker.vouch(credential, Key::StaysHere)).await;
        for acr in ["urn:hufu:acr:cert-pin", EIDAS] {
            let (mut browser, page) = scene.enters(&mut key, acr).await;
            assert!(page.is_sign_in() && !page.asks_for_a_passkey(), "{acr}: {}", page.body);
            let answer = browser.sign_in(&page, &scene.person, scene.house.now()).await;
            let said = scene.told(&answer).await;
            assert_eq!((&said["acr"], &said["amr"]), (&json!(acr), &json!(["pop", "user", "pin", "mfa"])));
            let refreshed = browser.authorize(&scene.website, &[("acr_values", "urn:example:other")]).await;
            assert_eq!(scene.told(&refreshed).await["acr"], "urn:hufu:acr:cert-pin", "told to who asks, and to nobody else");
        }
        // The other passkey in the same session asks for the attested one again, and for it alone.
        let (mut browser, page) = scene.enters(&mut phone, "urn:hufu:acr:cert").await;
        page.code();
        let wanted = json!({ "id_token": { "acr": { "essential": true, "value": "phrh" } } }).to_string();
        let page = browser.authorize(&scene.website, &[("claims", &wanted)]).await;
        assert!(page.asks_for_a_passkey() && !page.is_sign_in(), "{}", page.body);
    }

    /// OpenID Connect Core §5.5.1.1: of several essential levels any will do, so what the person has no means for is passed over.
    async fn of_several_levels_the_first_that_the_person_has_the_means_for_is_asked(db) {
        let mut scene = Scene::over(db).await;
        let (mut phone, _) = scene.registers(|_, credential| credential.to_owned()).await;
        let acr = json!({ "essential": true, "values": ["phrh", "urn:hufu:acr:cert"] });
        let wanted = json!({ "id_token": { "acr": acr } }).to_string();
        let page = scene.browser.authorize(&scene.website, &[("claims", &wanted)]).await;
        assert!(page.asks_for_a_passkey() && !page.is_sign_in(), "{}", page.body);
        let signed_in = phone.sign_in(&mut scene.browser, &page).await;
        let answer = scene.browser.follow(&signed_in).await;
        assert_eq!(scene.told(&answer).await["acr"], "urn:hufu:acr:cert");
    }

    /// Where nobody's word counts nobody is asked for it (WebAuthn §5.4.7), and no name says otherwise.
    async fn without_roots_no_passkey_is_asked_who_made_it(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await.code();
        let offer = browser.own_form("/me/passkeys/options", &[]).await.json();
        assert_eq!(offer["publicKey"]["attestation"], "none");
        let Created { ceremony, credential, .. } = Authenticator::created_in(&mut browser).await;
        let credential = Maker::new().vouch(&credential, Key::StaysHere);
        let fields = [("name", "Key"), ("ceremony", &*ceremony), ("credential", &credential)];
        browser.own_form("/me/passkeys/add", &fields).await;
        assert!(!browser.get("/me").await.body.contains(MODEL));
        let asked = json!({ "id_token": { "acr": { "essential": true, "value": "phrh" } } }).to_string();
        let refused = browser.authorize(&website, &[("claims", &asked)]).await;
        assert_eq!(refused.param("error").as_deref(), Some("unmet_authentication_requirements"));
    }

    /// Discovery names what the settings add.
    async fn a_node_that_verifies_and_was_assessed_says_so_in_discovery(db) {
        let mut scene = Scene::over(db).await;
        let said = scene.browser.get("/.well-known/openid-configuration").await.json()["acr_values_supported"].clone();
        let native = ["code", "cert", "cert-pin", "cert-face", "cert-pin-face"].map(|level| format!("urn:hufu:acr:{level}"));
        let names: Vec<&str> = native.iter().map(String::as_str).chain(["phr", "phrh", EIDAS]).collect();
        assert_eq!(said, json!(names));
        let offer = scene.browser.own_form("/me/passkeys/options", &[]).await.json();
        assert_eq!(offer["publicKey"]["attestation"], "direct");
    }
}
