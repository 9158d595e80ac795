//! Lost everything, and a forgotten PIN: through the real binary, which carries out by itself what is due. FUNCTIONS 21; ADR 18.

use crate::support::applicant::{Applicant, called, code_of, twins};
use crate::support::{Browser, Demo, Device, Page, Persona, Rp, Stop, wire};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

const PIN: &str = "39475102";
const NEW_PIN: &str = "73914682";

/// How often new ways in are tried before they should count: the sandbox waits for ten seconds, and looks every five.
const TRIES: usize = 40;

/// Somebody who applied, and whom a website knows.
struct Owner {
    applicant: Applicant,
    rp: Rp,
    sub: String,
    person: Persona,
    otpauth: String,
}

impl Owner {
    async fn applied(demo: &Arc<Demo>, key: &str) -> Self {
        let (mut applicant, page, otpauth) = Applicant::applied(demo, key, PIN).await;
        let person = applicant.newcomer.with(&page.text("whole-number").expect("the number"), PIN);
        let rp = Rp::at(demo, &format!("{key}.example")).await;
        let attempt = rp.attempt(&[]);
        let asks = applicant.browser.open(&attempt.url).await.page();
        let back = applicant.browser.allow(&asks).await.away();
        let sub = rp.finish(&attempt, &back).await.sub;
        Self { applicant, rp, sub, person, otpauth }
    }

    /// The newest document and the face, in this browser: known.
    async fn proves_again_in(&self, browser: Browser) -> (Applicant, Page) {
        let mut newcomer = self.applicant.newcomer.clone();
        newcomer.documents.reverse();
        let mut again = Applicant { browser, newcomer };
        let notice = again.stands().await;
        let page = again.press(&notice, "/apply", &[]).await;
        let page = again.show_document(&page).await;
        let page = again.show_face(&page, "holder").await;
        assert_eq!(page.text("whole-number").as_ref(), Some(&self.person.network_number), "{}", page.html);
        (again, page)
    }

    /// The same, then a new PIN and a new app; the last page, and what was scanned.
    async fn renews_in(&self, browser: Browser) -> (Page, String) {
        let (mut again, page) = self.proves_again_in(browser).await;
        let page = again.press(&page, "/apply/renew", &[]).await;
        let page = again.choose(&page, NEW_PIN).await;
        let otpauth = page.attribute("otpauth", "href").expect("a code to scan");
        let page = again.press(&page, "/apply/code", &[("code", &code_of(&otpauth, 0))]).await;
        assert_eq!(called(&page), "apply-done", "{}", page.html);
        (page, otpauth)
    }

    /// By number, this PIN and the next code of this app, in a browser that nobody knows: their sub, if they are let in.
    async fn sub_by(&self, pin: &str, otpauth: &str) -> Option<String> {
        let person =
            Persona { pin: Some(pin.to_owned()), fixed_code: Some(code_of(otpauth, 1)), ..self.person.clone() };
        let (mut browser, attempt) = (Browser::new(&self.rp.demo), self.rp.attempt(&[]));
        let page = browser.open(&attempt.url).await.page();
        match browser.sign_in(&page, &person).await {
            Stop::Page(_) => None,
            Stop::Away(back) => Some(self.rp.finish(&attempt, &back).await.sub),
        }
    }

    /// Number and PIN, on the page that needs no sign-in.
    async fn freezes(&self) {
        let mut anywhere = Browser::new(&self.rp.demo);
        let page = anywhere.open(&self.rp.demo.url("/freeze")).await.page();
        let form = page.form("/freeze").fill("number", &self.person.network_number).fill("pin", PIN);
        assert_eq!(called(&anywhere.submit(&page, &form).await.page()), "frozen");
    }

    /// Adds a passkey where they applied.
    async fn adds_a_passkey(&mut self) -> Device {
        let (browser, demo) = (&mut self.applicant.browser, Arc::clone(&self.rp.demo));
        let page = browser.open(&demo.url("/me")).await.page();
        let form = page.form("add-passkey").fill("name", "my phone");
        let offer: Value =
            serde_json::from_str(&browser.post(&demo.url("/me/passkeys/options"), &form.fields).await.html)
                .expect("creation options");
        let (device, credential) = Device::created(&demo.issuer, &offer["publicKey"]);
        let form =
            form.fill("ceremony", offer["ceremony"].as_str().expect("a ceremony")).fill("credential", &credential);
        let page = browser.submit(&page, &form).await.page();
        assert!(page.html.contains("The passkey is added."), "{}", page.html);
        device
    }
}

/// What the telephone received, newest first.
async fn inbox(demo: &Demo, phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let url = format!("{}/phone/messages?to={digits}", twins(demo));
    wire::client().get(url).send().await.expect("an answer").text().await.expect("messages")
}

/// FUNCTIONS 21, 22: frozen at once, proved anew, waited for, and the website knows them as before.
#[tokio::test]
async fn who_lost_everything_freezes_proves_anew_waits_and_is_the_same_to_the_website() {
    let demo = Arc::new(Demo::start());
    let mut owner = Owner::applied(&demo, "xu").await;
    owner.freezes().await;
    let me = owner.applicant.browser.open(&demo.url("/me")).await.page();
    assert!(me.has_form("code-form"), "signed out at once: {}", me.html);
    assert_eq!(owner.sub_by(PIN, &owner.otpauth).await, None, "frozen");

    let (page, new) = owner.renews_in(Browser::new(&demo)).await;
    assert!(page.html.contains("They count from") && !page.html.contains("from now on"), "{}", page.html);
    let phone = owner.applicant.newcomer.phone.clone();
    assert!(inbox(&demo, &phone).await.contains("asks for new ways in"));
    let mut after = None;
    for _ in 0..TRIES {
        after = owner.sub_by(NEW_PIN, &new).await;
        if after.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    assert_eq!(after.as_ref(), Some(&owner.sub));
    assert_eq!(owner.sub_by(PIN, &owner.otpauth).await, None, "the old ones are revoked");
    assert!(inbox(&demo, &phone).await.contains("a new PIN and dynamic code are in place"));
}

/// FUNCTIONS 21: two proofs in one browser, document and face and a passkey: the new PIN and codes count at once, and the passkey
/// stays.
#[tokio::test]
async fn with_a_passkey_a_forgotten_pin_costs_no_waiting() {
    let demo = Arc::new(Demo::start());
    let mut owner = Owner::applied(&demo, "yu18").await;
    let mut device = owner.adds_a_passkey().await;
    let mut browser = Browser::new(&demo);
    let page = browser.open(&demo.url("/me")).await.page();
    let options: Value =
        serde_json::from_str(&page.attribute("passkey-form", "data-options").expect("options")).expect("JSON");
    let form = page.form("passkey-form").fill("credential", &device.asserted(&options));
    let me = browser.submit(&page, &form).await.page();
    assert_eq!(called(&me), "me", "{}", me.html);

    let (page, new) = owner.renews_in(browser).await;
    assert!(page.html.contains("They count from now on"), "{}", page.html);
    assert_eq!(owner.sub_by(PIN, &owner.otpauth).await, None, "the old ones are revoked");
    assert_eq!(owner.sub_by(NEW_PIN, &new).await, Some(owner.sub.clone()));
    let me = owner.applicant.browser.open(&demo.url("/me")).await.page();
    assert!(me.html.contains("my phone"), "the passkey stays, and the session with it: {}", me.html);
}

/// FUNCTIONS 1, 21: a renewed passport, while the device lives: it joins its person, and nothing else changes.
#[tokio::test]
async fn a_renewed_passport_joins_its_person_and_every_way_in_stays() {
    let demo = Arc::new(Demo::start());
    let owner = Owner::applied(&demo, "gao").await;
    let (_, page) = owner.proves_again_in(Browser::new(&demo)).await;
    assert!(page.html.contains("Your new document is noted"), "{}", page.html);
    assert_eq!(owner.sub_by(PIN, &owner.otpauth).await, Some(owner.sub.clone()));
}
