//! Somebody before the pages of an application: over HTTP, form by form, in a browser without JavaScript.

use super::services::{Citizen, Services};
use crate::house::{Browser, Node};
use crate::support::applicant::called;
use crate::support::{Page, wire};
use hufu::document::ReaderStep;
use hufu::sandbox::chip::ScriptedReader;
use url::Url;

pub struct Visitor<'a> {
    house: &'a Node,
    services: Services,
    pub browser: Browser,
    pub page: Page,
}

impl<'a> Visitor<'a> {
    /// Has agreed to the notice, in a browser of their own.
    pub async fn begins(house: &'a Node, services: &Services) -> Self {
        Self::begins_in(house.browser(), house, services).await
    }

    /// The same in a browser that did other things before.
    pub async fn begins_in(mut browser: Browser, house: &'a Node, services: &Services) -> Self {
        browser.jar.entry("__Host-hufu-locale".to_owned()).or_insert_with(|| "en".to_owned());
        let page = browser.get("/apply").await.page();
        let mut visitor = Self { house, services: services.clone(), browser, page };
        visitor.press("/apply", &[]).await;
        assert_eq!(visitor.at(), "apply-kinds");
        visitor
    }

    /// The page that is open, by its own word.
    pub fn at(&self) -> String {
        called(&self.page)
    }

    /// Sends a form of the page.
    pub async fn press(&mut self, action: &str, fields: &[(&str, &str)]) {
        let form = self.page.form(action);
        let answer = self.browser.post(action, &[&[("csrf", form.value("csrf"))], fields].concat()).await;
        self.page = match answer.status {
            303 => self.browser.follow(&answer).await.page(),
            _ => answer.page(),
        };
    }

    /// Holds a resident card to the gateway's reader.
    pub async fn shows_card(&mut self, citizen: &Citizen) {
        self.press("/apply/document", &[("kind", "resident-identity-card")]).await;
        self.services.holds_card(citizen);
        self.press("/apply/read", &[]).await;
    }

    /// Holds a passport to a reader that speaks the documented API.
    pub async fn shows_passport(&mut self, reader: &mut ScriptedReader) {
        self.press("/apply/document", &[("kind", "passport")]).await;
        let link = Url::parse(&self.page.attribute("reader", "href").expect("a reader")).expect("its address");
        let ticket = link.query_pairs().find(|(name, _)| name == "ticket").expect("a ticket").1.into_owned();
        let ticket = format!("{}{}", self.house.address, Url::parse(&ticket).expect("an address").path());
        let http = wire::client();
        let mut task = http.get(&ticket).send().await.expect("an answer").json().await.expect("a task");
        loop {
            let answer = http.post(&ticket).json(&reader.answer(&task)).send().await.expect("an answer");
            match answer.json().await.expect("a step") {
                ReaderStep::More { task: next } => task = next,
                step => break assert_eq!(step, ReaderStep::Done),
            }
        }
        self.press("/apply/read", &[]).await;
    }

    pub async fn shows_face(&mut self) {
        let form = self.page.form("/apply/face");
        let fields = [("csrf", form.value("csrf")), ("nonce", form.value("nonce")), ("camera", "holder")];
        let answer = self.browser.upload("/apply/face", &fields, None).await;
        self.page = self.browser.follow(&answer).await.page();
    }

    /// Has a code sent, and types it.
    pub async fn shows_phone(&mut self, phone: &str) {
        self.press("/apply/phone", &[("phone", phone)]).await;
        // The message says more than the code, with digits of its own behind it.
        let code: String = self.services.code().chars().take(6).collect();
        self.press("/apply/phone/code", &[("code", &code)]).await;
    }

    /// Chooses a PIN and sets the app up; tells what the app has scanned.
    pub async fn sets(&mut self, pin: &str) -> totp_rs::Totp {
        self.press("/apply/pin", &[("pin", pin), ("pin_again", pin)]).await;
        let otpauth = self.page.attribute("otpauth", "href").expect("a code to scan");
        let app = totp_rs::Totp::from_url_unchecked(&otpauth).expect("an otpauth URL");
        let code = app.generate(self.house.now().unix().unsigned_abs()).to_string();
        self.press("/apply/code", &[("code", &code)]).await;
        app
    }

    /// The number on the page.
    pub fn number(&self) -> String {
        self.page.text("whole-number").unwrap_or_else(|| panic!("no number: {}", self.page.html))
    }
}
