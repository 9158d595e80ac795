//! One's own page with JavaScript on: passkeys named and removed, the number shown, sessions, the PIN.

use super::Chrome;
use super::passkey::{register, sign_in_by_passkey, sign_out};
use crate::support::Demo;
use serde_json::json;
use std::sync::Arc;

/// Renamed, and removed while another way in remains.
#[tokio::test]
async fn a_passkey_is_renamed_and_removed() {
    let demo = Arc::new(Demo::start());
    let chrome = Chrome::with_authenticator().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(demo.anybody()).await;
    register(&chrome, "my phone").await;
    chrome.click("section[aria-labelledby=me-passkeys] summary").await;
    chrome.type_into("#name-1", "blue <b>key</b>").await;
    chrome.click("form[action='/me/passkeys/rename'] button").await;
    chrome.says("section[aria-labelledby=me-passkeys]", "blue <b>key</b>").await;
    chrome.click("section[aria-labelledby=me-passkeys] summary").await;
    chrome.click("form[action='/me/passkeys/remove'] button").await;
    chrome.says(".notice", "The passkey is removed").await;
    assert!(!chrome.has("form[action='/me/passkeys/rename']").await);
}

/// Never the last way in: who has one passkey and nothing else is offered no removal.
#[tokio::test]
async fn the_last_way_in_cannot_be_removed() {
    let demo = Arc::new(Demo::start());
    let person = demo.persona("passkey only");
    let chrome = Chrome::start().await;
    let authenticator = chrome.add_authenticator().await;
    chrome.add_credential(&authenticator, person.passkey.as_ref().expect("a passkey")).await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.find("#passkey-form, #end-all").await;
    sign_in_by_passkey(&chrome).await;
    chrome.click("section[aria-labelledby=me-passkeys] summary").await;
    assert!(chrome.text("section[aria-labelledby=me-passkeys]").await.contains("your only way to sign in"));
    assert!(!chrome.has("form[action='/me/passkeys/remove']").await);
    let forge = "const form = document.querySelector(\"form[action='/me/passkeys/rename']\");
        form.action = '/me/passkeys/remove'; form.submit()";
    chrome.run(forge, Vec::new()).await;
    chrome.find("#problem").await;
    assert!(chrome.has("form[action='/me/passkeys/rename']").await, "it is still there");
}

/// A device holds one passkey of a person: the second try says so (WebAuthn `excludeCredentials`).
#[tokio::test]
async fn a_device_that_holds_a_passkey_already_says_so() {
    let demo = Arc::new(Demo::start());
    let chrome = Chrome::with_authenticator().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(demo.anybody()).await;
    register(&chrome, "my phone").await;
    chrome.type_into("#passkey-name", "again").await;
    chrome.click("#add").await;
    chrome.says("#add-status", "already holds").await;
}

/// The number lies hidden until it is asked for.
#[tokio::test]
async fn the_number_is_masked_until_it_is_asked_for() {
    let demo = Demo::shared();
    let chrome = Chrome::start().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(demo.anybody()).await;
    chrome.find("#end-all").await;
    assert!(!chrome.is_visible("#whole-number").await);
    chrome.click("details.reveal summary").await;
    assert!(chrome.is_visible("#whole-number").await);
}

/// Sessions of two browsers, ended from one: "Sign out everywhere".
#[tokio::test]
async fn signing_out_everywhere_reaches_the_other_browser() {
    let demo = Arc::new(Demo::start());
    let (here, there) = (Chrome::start().await, Chrome::start().await);
    for chrome in [&here, &there] {
        chrome.open(&format!("{}/me", demo.issuer)).await;
        chrome.sign_in(demo.anybody()).await;
        chrome.find("#end-all").await;
    }
    here.open(&format!("{}/me", demo.issuer)).await;
    assert!(here.text("section[aria-labelledby=me-sessions]").await.contains("Chrome"));
    here.click("#end-all").await;
    here.find("main:not(:has(#end-all))").await;
    there.open(&format!("{}/me", demo.issuer)).await;
    there.find("#code-form").await;
}

/// The website is listed after consent, and asks again after it is withdrawn.
#[tokio::test]
async fn a_withdrawn_website_has_to_ask_again() {
    let demo = Arc::new(Demo::start());
    let chrome = Chrome::start().await;
    chrome.open(&demo.site).await;
    chrome.click("#login").await;
    chrome.sign_in(demo.anybody()).await;
    chrome.click("#allow").await;
    chrome.find("#sub").await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.click("form[action='/me/consents/withdraw'] button").await;
    chrome.find(".notice").await;
    chrome.open(&demo.site).await;
    chrome.click("#logout").await;
    chrome.click("#login").await;
    chrome.find("#allow").await;
}

/// A new PIN, then a sign-in with it.
#[tokio::test]
async fn the_pin_is_changed() {
    let demo = Arc::new(Demo::start());
    let mut person = demo.anybody().clone();
    let chrome = Chrome::start().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(&person).await;
    chrome.click("section[aria-labelledby=me-pin] summary").await;
    chrome.type_into("#pin", person.pin()).await;
    chrome.type_into("#code", &person.code()).await;
    chrome.type_into("#new-pin", "73914682").await;
    chrome.type_into("#new-pin-again", "73914682").await;
    chrome.click("#change-pin").await;
    chrome.find(".notice").await;
    sign_out(&chrome, &demo).await;
    person.pin = Some("73914682".to_owned());
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(&person).await;
    chrome.find("#end-all").await;
}

/// WCAG 2.2 §1.4.10: at 320 CSS pixels nothing has to be scrolled sideways.
#[tokio::test]
async fn nothing_is_scrolled_sideways_at_320_pixels() {
    let demo = Demo::shared();
    let chrome = Chrome::start().await;
    let narrow = json!({ "width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": true });
    chrome.devtools("Emulation.setDeviceMetricsOverride", narrow).await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    let wide = "return document.documentElement.scrollWidth";
    assert!(chrome.run(wide, Vec::new()).await.as_u64() <= Some(320), "sign-in");
    chrome.sign_in(demo.anybody()).await;
    chrome.find("#end-all").await;
    assert!(chrome.run(wide, Vec::new()).await.as_u64() <= Some(320), "one's own page");
}
