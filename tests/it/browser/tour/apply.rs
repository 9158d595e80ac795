//! The pages of an application, in a walk that stumbles at each step.

use super::Tour;
use crate::support::applicant::{Newcomer, code_of, code_sent_to, hold, twins};
use crate::support::{Browser, wire};
use serde_json::json;
use url::Url;

const PIN: &str = "39475102";
const NEW_PIN: &str = "73914682";

impl Tour {
    pub(super) async fn application(&mut self) {
        // Somebody else sat here.
        self.chrome.open(&format!("{}/signout", self.demo.issuer)).await;
        self.open("/apply", "apply-notice").await;
        self.chrome.click("#begin").await;
        self.chrome.find("#elsewhere").await;
        self.look("apply-kinds").await;
        self.on_another_device().await;
        self.document().await;
        self.face_and_phone().await;
        self.pin_and_code().await;
        self.renewal().await;
        self.endings().await;
    }

    async fn on_another_device(&mut self) {
        self.chrome.click("#elsewhere").await;
        self.chrome.find(".qr").await;
        self.look("apply-elsewhere").await;
        let link = self.chrome.text("main code").await;
        self.chrome.open(&link).await;
        self.look("apply-take-over").await;
        // Another browser takes it over, and this one looks on; then it begins anew.
        let mut other = Browser::new(&self.demo);
        let page = other.open(&Url::parse(&link).expect("a link")).await.page();
        other.submit(&page, &page.form("/apply/here")).await.page();
        self.open("/apply", "apply-watching").await;
        self.chrome.open(&format!("{}/apply/notice", self.demo.issuer)).await;
        self.chrome.click("#begin").await;
    }

    async fn document(&mut self) {
        self.chrome.click("summary").await;
        self.chrome.type_into("#voucher", "AAAA-AAAA").await;
        self.chrome.click("#use-voucher").await;
        self.chrome.find("#problem").await;
        self.look("apply-voucher-problem").await;
        self.chrome.click("button[value='passport']").await;
        self.chrome.find("#held").await;
        self.look("apply-hold-chip").await;
        self.chip().await;
        self.chrome.click("button[value='resident-identity-card']").await;
        self.chrome.find("#held").await;
        self.look("apply-hold").await;
        let reader = self.chrome.attribute("#reader", "href").await.expect("the reader's address");
        let here = self.chrome.url().await;
        self.chrome.open(&reader).await;
        self.look("twin-reader-card").await;
        self.chrome.open(here.as_str()).await;
        self.chrome.click("#held").await;
        self.chrome.find("#problem").await;
        self.look("apply-hold-problem").await;
        self.steer("registry", 20).await;
        self.hold_card("xu").await;
        self.chrome.find("#ask-again").await;
        self.look("apply-registry").await;
        self.steer("registry", 0).await;
        self.chrome.click("#ask-again").await;
    }

    /// At the sandbox's reader: a copy, which is refused; then the same ticket, which is spent; and with the phone.
    async fn chip(&mut self) {
        let reader = self.chrome.attribute("#reader", "href").await.expect("the reader's address");
        self.chrome.click("#reader").await;
        self.chrome.find("#hold").await;
        self.look("twin-reader").await;
        self.chrome.click("option[value='copy']").await;
        self.chrome.click("#hold").await;
        self.chrome.find("#error-code").await;
        self.look("twin-read-refused").await;
        self.chrome.open(&reader.replace("device=this", "device=other")).await;
        self.chrome.click("#hold").await;
        self.chrome.find("#elsewhere").await;
        self.look("twin-read-spent").await;
        self.chrome.open(&format!("{}/?lang={}", twins(&self.demo), self.language)).await;
        self.look("twin-index").await;
        self.chrome.open(&format!("{}/phone?lang={}", twins(&self.demo), self.language)).await;
        self.look("twin-phone").await;
        self.chrome.open(&format!("{}/apply", self.demo.issuer)).await;
        self.chrome.find("#error-code").await;
        self.look("apply-kinds-refused").await;
    }

    async fn face_and_phone(&mut self) {
        self.chrome.find("button[value='holder']").await;
        self.look("apply-face").await;
        self.chrome.click("button[value='photograph']").await;
        self.chrome.find("#problem").await;
        self.look("apply-face-problem").await;
        self.chrome.click("button[value='holder']").await;
        self.chrome.type_into("#phone", "12345").await;
        self.chrome.click("#send").await;
        self.chrome.find("#problem").await;
        self.look("apply-phone-problem").await;
        let newcomer = Newcomer::of(&self.demo, "xu");
        self.chrome.type_into("#phone", &newcomer.telephone()).await;
        self.chrome.click("#send").await;
        self.chrome.find("#confirm").await;
        self.look("apply-message").await;
        let code = code_sent_to(&self.demo, &newcomer.phone).await;
        self.chrome.type_into("#code", if code == "000000" { "000001" } else { "000000" }).await;
        self.chrome.click("#confirm").await;
        self.chrome.find("#problem").await;
        self.look("apply-message-problem").await;
        self.chrome.type_into("#code", &code).await;
        self.chrome.click("#confirm").await;
    }

    async fn pin_and_code(&mut self) {
        self.chrome.find("#set-pin").await;
        self.look("apply-pin").await;
        self.choose("12345678").await;
        self.chrome.find("#problem").await;
        self.look("apply-pin-problem").await;
        self.choose(PIN).await;
        self.chrome.find("#otpauth").await;
        self.look("apply-authenticator").await;
        let otpauth = self.chrome.attribute("#otpauth", "href").await.expect("what the app scans");
        self.chrome.type_into("#code", "00000000").await;
        self.chrome.click("#finish").await;
        self.chrome.find("#problem").await;
        self.look("apply-authenticator-problem").await;
        self.chrome.type_into("#code", &code_of(&otpauth, 0)).await;
        self.chrome.click("#finish").await;
        self.chrome.find(".reveal").await;
        self.look("apply-done").await;
    }

    /// The same person once more: known, new ways in that wait, and what their own page says of it. Pages are looked at as they came:
    /// the sandbox's waiting is over sooner than a look. What else may come of it is among the rare pages.
    async fn renewal(&mut self) {
        self.chrome.open(&format!("{}/apply/notice", self.demo.issuer)).await;
        self.chrome.click("#begin").await;
        self.chrome.click("button[value='resident-identity-card']").await;
        self.hold_card("xu").await;
        self.chrome.click("button[value='holder']").await;
        self.chrome.find("#renew").await;
        self.look("apply-known").await;
        self.chrome.click("#renew").await;
        self.chrome.find("#set-pin").await;
        self.choose(NEW_PIN).await;
        let otpauth = self.chrome.attribute("#otpauth", "href").await.expect("what the app scans");
        self.look("apply-renew-authenticator").await;
        self.chrome.type_into("#code", &code_of(&otpauth, 0)).await;
        self.chrome.click("#finish").await;
        self.chrome.find(".notice").await;
        self.look("apply-renewed-later").await;
    }

    /// Three of the ways that it ends without a number.
    async fn endings(&mut self) {
        for (key, name) in [("bai7", "apply-too-young"), ("song16", "apply-guardian"), ("gu", "apply-deceased")] {
            self.chrome.open(&format!("{}/apply/notice", self.demo.issuer)).await;
            self.chrome.click("#begin").await;
            self.chrome.click("button[value='resident-identity-card']").await;
            self.hold_card(key).await;
            self.chrome.find("#error-code").await;
            self.look(name).await;
        }
        self.chrome.open(&format!("{}/apply/notice", self.demo.issuer)).await;
        self.chrome.click("#begin").await;
        self.chrome.click("details.leave summary").await;
        self.chrome.click("#stop").await;
        self.chrome.find("#begin-again").await;
        self.look("apply-stopped").await;
    }

    async fn choose(&self, pin: &str) {
        self.chrome.type_into("#pin", pin).await;
        self.chrome.type_into("#pin-again", pin).await;
        self.chrome.click("#set-pin").await;
    }

    async fn hold_card(&self, key: &str) {
        let reader = self.chrome.attribute("#reader", "href").await.expect("the reader's address");
        hold(&reader, &Newcomer::of(&self.demo, key).documents[0].number).await;
    }

    async fn steer(&self, port: &str, times: u32) {
        let order = json!({ "port": port, "behaviour": "5xx", "for": times });
        let answer = wire::client().post(format!("{}/steer", twins(&self.demo))).json(&order).send().await;
        assert_eq!(answer.expect("answers").status(), 204);
    }
}
