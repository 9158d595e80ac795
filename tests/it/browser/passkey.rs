//! Passkeys, with a virtual authenticator in the device. Web Authentication Level 3.

use super::Chrome;
use crate::support::{Demo, Rp};
use std::sync::Arc;

/// On one's own page: a name, a touch, and it is there.
pub async fn register(chrome: &Chrome, name: &str) {
    chrome.type_into("#passkey-name", name).await;
    chrome.click("#add").await;
    chrome.find("form[action='/me/passkeys/rename']").await;
}

pub async fn sign_out(chrome: &Chrome, demo: &Demo) {
    chrome.open(&format!("{}/signout", demo.issuer)).await;
    chrome.click("#signout").await;
    chrome.find("main:not(:has(form))").await;
}

/// Usernameless: the button, or the offer in the number's autofill, whichever the browser answers first.
pub async fn sign_in_by_passkey(chrome: &Chrome) {
    for _ in 0..100 {
        if !chrome.has("#passkey-form").await {
            return;
        }
        if chrome.is_visible("#passkey-form").await {
            // The offer may have been answered in the meantime, and the page with it.
            drop(chrome.run("document.getElementById('passkey')?.click()", Vec::new()).await);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// Registered on /me, used at the website: no number, no PIN, no code, and a higher level.
#[tokio::test]
async fn a_passkey_is_registered_and_signs_in_without_a_name() {
    let demo = Arc::new(Demo::start());
    let chrome = Chrome::with_authenticator().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(demo.anybody()).await;
    register(&chrome, "my phone").await;
    chrome.says("main", "my phone").await;
    sign_out(&chrome, &demo).await;
    chrome.open(&demo.site).await;
    chrome.click("#login").await;
    chrome.find("#passkey-form, #allow, #sub").await;
    sign_in_by_passkey(&chrome).await;
    chrome.come_back().await;
    assert_eq!(chrome.text("#acr").await, "urn:hufu:acr:cert");
    assert!(chrome.text("#amr").await.contains("user"));
}

/// The person is one person, whichever way in: the same sub at the same website.
#[tokio::test]
async fn the_sub_is_the_same_by_passkey_and_by_code() {
    let demo = Arc::new(Demo::start());
    let chrome = Chrome::with_authenticator().await;
    chrome.open(&demo.site).await;
    chrome.click("#login").await;
    chrome.sign_in(demo.anybody()).await;
    chrome.click("#allow").await;
    chrome.find("#sub").await;
    let by_code = chrome.text("#sub").await;
    chrome.click("#logout").await;
    chrome.find("#login").await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    register(&chrome, "blue key").await;
    sign_out(&chrome, &demo).await;
    chrome.open(&demo.site).await;
    chrome.click("#login").await;
    chrome.find("#passkey-form, #allow, #sub").await;
    sign_in_by_passkey(&chrome).await;
    chrome.come_back().await;
    assert_eq!(chrome.text("#sub").await, by_code);
}

/// PROTOCOL 11: `user.id` is random, `user.name` is masked: both sync into other people's clouds.
#[tokio::test]
async fn what_a_passkey_carries_into_the_cloud_names_nobody() {
    let demo = Arc::new(Demo::start());
    let person = demo.anybody();
    let chrome = Chrome::start().await;
    let authenticator = chrome.add_authenticator().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(person).await;
    register(&chrome, "my phone").await;
    let credentials = chrome.credentials(&authenticator).await;
    let text = credentials.to_string();
    assert!(text.contains("userHandle"), "resident, for signing in without a name: {text}");
    for secret in person.secrets() {
        assert!(!text.contains(&secret), "{text}");
    }
    assert!(!text.contains(&person.name), "{text}");
}

/// Who changes their mind at the device is told so, and the other way stays open.
#[tokio::test]
async fn a_passkey_that_is_not_given_leaves_the_page_as_it_was() {
    let demo = Arc::new(Demo::start());
    let chrome = Chrome::start().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.add_authenticator().await;
    chrome.find("#passkey-form:not([hidden])").await;
    chrome.click("#passkey").await;
    chrome.says("#passkey-status", "not completed").await;
    chrome.sign_in(demo.anybody()).await;
    chrome.find("#end-all").await;
}

/// PROTOCOL 20: a passkey on top of number, PIN and code is `cert-pin`; OpenID Connect Core §5.5.1.1: asked for as essential.
#[tokio::test]
async fn a_passkey_on_top_of_the_pin_reaches_the_highest_level() {
    let demo = Arc::new(Demo::start());
    let rp = Rp::discover(&demo, demo.add_client(&format!("{}/elsewhere", demo.site), &[])).await;
    let chrome = Chrome::with_authenticator().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(demo.anybody()).await;
    register(&chrome, "my phone").await;
    let claims = r#"{"id_token":{"acr":{"essential":true,"value":"urn:hufu:acr:cert-pin"}}}"#;
    let attempt = rp.attempt(&[("claims", claims)]);
    chrome.open(attempt.url.as_str()).await;
    chrome.find("#passkey-form, #allow").await;
    sign_in_by_passkey(&chrome).await;
    chrome.click("#allow").await;
    chrome.arrives_at("/elsewhere").await;
    let login = rp.finish(&attempt, &chrome.url().await).await;
    assert_eq!(login.claims["acr"], "urn:hufu:acr:cert-pin");
    assert_eq!(login.claims["amr"], serde_json::json!(["pop", "user", "pin", "mfa"]));
}

/// RFC 9470 §5; PROTOCOL 20: from level to level, and each page asks for the one thing that is missing.
#[tokio::test]
async fn the_ladder_is_climbed_by_passkey_then_face_then_pin() {
    let demo = Arc::new(Demo::start());
    let rp = Rp::discover(&demo, demo.add_client(&format!("{}/elsewhere", demo.site), &[])).await;
    let chrome = Chrome::with_authenticator().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(demo.anybody()).await;
    register(&chrome, "my phone").await;
    sign_out(&chrome, &demo).await;
    for level in ["cert", "cert-face", "cert-pin-face"] {
        let level = format!("urn:hufu:acr:{level}");
        let claims = serde_json::json!({ "id_token": { "acr": { "essential": true, "value": level } } }).to_string();
        let attempt = rp.attempt(&[("claims", &claims)]);
        chrome.open(attempt.url.as_str()).await;
        match level.as_str() {
            "urn:hufu:acr:cert" => {
                chrome.find("#passkey-form, #allow").await;
                sign_in_by_passkey(&chrome).await;
                chrome.click("#allow").await;
            }
            "urn:hufu:acr:cert-face" => {
                chrome.find("#face-form").await;
                assert!(!chrome.has("#passkey-form").await && !chrome.has("#code-form").await);
                chrome.click("#holder").await;
            }
            _ => {
                chrome.find("#code-form").await;
                assert!(!chrome.has("#passkey-form").await && !chrome.has("#face-form").await);
                chrome.sign_in(demo.anybody()).await;
            }
        }
        chrome.arrives_at("/elsewhere").await;
        let login = rp.finish(&attempt, &chrome.url().await).await;
        assert_eq!(login.claims["acr"], level.as_str());
    }
}

/// Notes how the page asks for a passkey, across the pages of one tab.
const WATCH: &str = "const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = options => {
        sessionStorage.asked = (sessionStorage.asked ?? '') + (options.mediation ?? 'button') + ' ';
        return get(options);
    };";

/// Web Authentication Level 3 §5.1.4.2, conditional mediation: the offer waits in the number's autofill, and taking it is
/// the whole sign-in. Nobody presses the button.
#[tokio::test]
async fn the_offer_in_the_autofill_signs_in_without_the_button() {
    let demo = Arc::new(Demo::start());
    let chrome = Chrome::with_authenticator().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(demo.anybody()).await;
    register(&chrome, "my phone").await;
    sign_out(&chrome, &demo).await;
    chrome.devtools("Page.addScriptToEvaluateOnNewDocument", serde_json::json!({ "source": WATCH })).await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.find("#end-all").await;
    assert_eq!(chrome.run("return sessionStorage.asked", Vec::new()).await, "conditional ");
}

/// PROTOCOL 22: frozen and lifted by a person: a touch, or an offer taken in passing, leads to the question and no further.
#[tokio::test]
async fn a_frozen_number_is_lifted_by_a_passkey_and_a_word() {
    let demo = Arc::new(Demo::start());
    let chrome = Chrome::with_authenticator().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(demo.anybody()).await;
    register(&chrome, "my phone").await;
    chrome.click("section[aria-labelledby=me-freeze] summary").await;
    chrome.click("#freeze").await;
    chrome.says("h1", "Your number is frozen").await;
    chrome.open(&demo.site).await;
    chrome.click("#login").await;
    chrome.find("#passkey-form, #lift").await;
    sign_in_by_passkey(&chrome).await;
    chrome.find("#lift").await;
    assert!(!chrome.has("#allow").await);
    chrome.click("#lift").await;
    chrome.come_back().await;
}
