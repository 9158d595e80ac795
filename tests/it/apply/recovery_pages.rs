//! Every route of recovery, walked from page to page. FUNCTIONS 21: "all routes walked in a browser"; ADR 18.

use super::passport::{house_of, passport};
use super::*;
use crate::db::on_each_database;
use crate::house::{Authenticator, Browser, House, Website, lift};
use crate::support::Page;
use crate::support::applicant::called;
use hufu::flow::recovery;
use hufu::person::RegistryRef;
use hufu::sandbox::chip::Proves;
use hufu::spec::lifetime;

const PHONE: &str = "19900001000";
const NEW_PIN: &str = "39475102";
const WAIT: u64 = lifetime::RECOVERY_WAIT.as_secs();

/// Somebody who applied on the pages, and whom a website knows.
struct Owner<'a> {
    house: &'a House,
    services: &'a Services,
    website: Website,
    number: String,
    sub: String,
    app: totp_rs::Totp,
    /// Where they applied: signed in.
    browser: Browser,
}

impl<'a> Owner<'a> {
    async fn of(house: &'a House, services: &'a Services) -> Self {
        let mut visitor = Visitor::begins(house, services).await;
        visitor.shows_card(&lin(services)).await;
        Self::proved(visitor, house, services).await
    }

    /// Whose document was read just now.
    async fn proved(mut visitor: Visitor<'_>, house: &'a House, services: &'a Services) -> Self {
        visitor.shows_face().await;
        visitor.shows_phone(PHONE).await;
        let app = visitor.sets(PIN).await;
        assert_eq!(visitor.at(), "apply-done", "{}", visitor.page.html);
        let (number, mut browser) = (visitor.number(), visitor.browser);
        let website = house.website("bank.example").await;
        let asks = browser.authorize(&website, &[]).await;
        let back = browser.decide(&asks, "allow").await;
        let sub = sub(&website, &back.code()).await;
        Self { house, services, website, number, sub, app, browser }
    }

    /// By number, PIN and the code of this app, in a browser that nobody knows: their sub, or the page that says no.
    async fn signs_in(&self, pin: &str, app: &totp_rs::Totp) -> Result<String, Page> {
        self.house.pass(60);
        let mut browser = self.house.browser();
        let page = browser.authorize(&self.website, &[]).await;
        let code = app.generate(self.house.now().unix().unsigned_abs()).to_string();
        let typed = browser.type_in(&page, &self.number, pin, &code).await;
        if typed.status != 303 {
            return Err(typed.page());
        }
        let next = browser.follow(&typed).await;
        let back = if next.is_consent() { browser.decide(&next, "allow").await } else { next };
        Ok(sub(&self.website, &back.code()).await)
    }

    /// The same person with a renewed card, after a change of name: document and face.
    async fn proves_again_in(&self, browser: Browser) -> Visitor<'a> {
        let renewed = Citizen::with_card("林安", "1990-03-15", 321);
        self.services.knows(&renewed, "ref-lin");
        let mut again = Visitor::begins_in(browser, self.house, self.services).await;
        again.shows_card(&renewed).await;
        again.shows_face().await;
        assert_eq!((again.at(), again.number()), ("apply-done".to_owned(), self.number.clone()));
        again
    }

    /// Number and PIN, on the page that needs no sign-in.
    async fn freezes(&self) {
        let mut anywhere = self.house.browser();
        let form = anywhere.get("/freeze").await.page().form("/freeze");
        let fields = [("csrf", form.value("csrf")), ("number", &self.number), ("pin", PIN)];
        let said = anywhere.post("/freeze", &fields).await;
        assert_eq!(called(&anywhere.follow(&said).await.page()), "frozen");
    }
}

async fn sub(website: &Website, code: &str) -> String {
    let token = website.access_token(code).await;
    website.userinfo(&token).await.json()["sub"].as_str().expect("a sub").to_owned()
}

on_each_database! {
    /// FUNCTIONS 21, 22: "the person can freeze at once"; "re-proof with document and face, waiting period and notices …; subs
    /// survive". The new ways end the freeze too.
    async fn who_lost_everything_freezes_at_once_proves_anew_and_waits(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let mut owner = Owner::of(&house, &services).await;
        owner.freezes().await;
        assert!(owner.signs_in(PIN, &owner.app).await.is_err(), "neither does who found the telephone");
        assert_eq!(owner.browser.get("/me").await.location().path(), "/me/signin", "signed out where they were");

        let mut again = owner.proves_again_in(house.browser()).await;
        again.press("/apply/renew", &[]).await;
        assert_eq!(again.at(), "apply-pin");
        let app = again.sets(NEW_PIN).await;
        assert_eq!(again.at(), "apply-done");
        let said = again.page.html.clone();
        assert!(said.contains("They count from") && said.contains("24 September 2026"), "{said}");
        assert!(!again.page.has_form("/apply/renew"), "once is enough");
        assert!(owner.signs_in(NEW_PIN, &app).await.is_err(), "not yet");

        house.pass(WAIT);
        assert_eq!(recovery::carry_out_due(&house.provider, house.now()).await.expect("carried out"), 1);
        assert!(owner.signs_in(PIN, &owner.app).await.is_err(), "the old ones are revoked");
        assert_eq!(owner.signs_in(NEW_PIN, &app).await.expect("signed in"), owner.sub);
    }

    /// FUNCTIONS 21: a forgotten PIN, with a passkey in the same browser.
    async fn with_a_passkey_in_the_same_browser_the_page_says_that_they_count_at_once(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let mut owner = Owner::of(&house, &services).await;
        let mut phone = Authenticator::registered_in(&mut owner.browser).await;
        let mut browser = house.browser();
        let page = browser.get("/me/signin").await;
        assert_eq!(phone.sign_in(&mut browser, &page).await.status, 303);
        let mut again = owner.proves_again_in(browser).await;
        again.press("/apply/renew", &[]).await;
        let app = again.sets(NEW_PIN).await;
        assert!(again.page.html.contains("They count from now on"), "{}", again.page.html);
        assert!(owner.signs_in(PIN, &owner.app).await.is_err(), "the old ones are revoked");
        assert_eq!(owner.signs_in(NEW_PIN, &app).await.expect("signed in"), owner.sub);
    }

    /// FUNCTIONS 1, 21: a renewed document, while the device lives: it joins its person, and nothing else changes.
    async fn a_renewed_document_joins_and_every_way_in_stays(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let owner = Owner::of(&house, &services).await;
        let again = owner.proves_again_in(house.browser()).await;
        assert!(again.page.html.contains("Your new document is noted"), "{}", again.page.html);
        assert_eq!(owner.signs_in(PIN, &owner.app).await.expect("as before"), owner.sub);
        assert_eq!((house.count("persons"), house.count("documents"), house.count("recoveries")), (1, 2, 0));
    }

    /// PROTOCOL 22; ADR 18: "any old one can stop them", here one that had to lift a freeze first.
    async fn who_lifts_a_freeze_finds_what_waits_and_stops_it(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let mut owner = Owner::of(&house, &services).await;
        let mut phone = Authenticator::registered_in(&mut owner.browser).await;
        let mut thief = owner.proves_again_in(house.browser()).await;
        thief.press("/apply/renew", &[]).await;
        let app = thief.sets(NEW_PIN).await;
        owner.freezes().await;

        let page = owner.browser.get("/me/signin").await;
        let asks = phone.sign_in(&mut owner.browser, &page).await;
        assert_eq!(called(&asks.page()), "lift");
        assert_eq!(lift(&mut owner.browser, &asks, &[]).await.status, 303);
        let me = owner.browser.get("/me").await.page();
        assert!(me.form("/me/recovery/stop").has_button("stop-recovery"), "{}", me.html);
        assert_eq!(owner.browser.own_form("/me/recovery/stop", &[]).await.status, 303);
        house.pass(WAIT);
        assert_eq!(recovery::carry_out_due(&house.provider, house.now()).await.expect("nothing"), 0);
        assert!(owner.signs_in(NEW_PIN, &app).await.is_err(), "the thief's count for nothing");
        assert_eq!(owner.signs_in(PIN, &owner.app).await.expect("as before"), owner.sub);
    }

    /// PROTOCOL 27: "passive-only evidence is marked and capped": a chip that proves nothing of itself opens less than the one
    /// that the person was known by, and the page says what to bring instead.
    async fn a_weaker_proof_is_told_that_it_is_not_enough_for_new_ways_in(db) {
        let services = Services::default();
        let house = house_of(db, &services).await;
        services.desk().registry_knows_all = RegistryRef::new("ref-lin".to_owned());
        let mut visitor = Visitor::begins(&house, &services).await;
        visitor.shows_passport(&mut passport(Proves::ActiveEcdsa)).await;
        let owner = Owner::proved(visitor, &house, &services).await;

        let mut copy = Visitor::begins(&house, &services).await;
        copy.shows_passport(&mut passport(Proves::Nothing)).await;
        copy.shows_face().await;
        assert_eq!(copy.number(), owner.number);
        copy.press("/apply/renew", &[]).await;
        assert_eq!((copy.at().as_str(), copy.page.status.as_u16()), ("apply-over", 200));
        assert_eq!(copy.page.text("error-code").as_deref(), Some("apply.too_weak"));
        assert!(copy.page.html.contains("a voucher from a counter"), "{}", copy.page.html);
        assert_eq!(house.count("recoveries"), 0);
        assert_eq!(owner.signs_in(PIN, &owner.app).await.expect("as before"), owner.sub);
    }
}
