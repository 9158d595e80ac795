//! The main job, as a person sees it: the button, the sign-in page, the question, and back.

use super::passkey::{register, sign_out};
use super::{Chrome, Script};
use crate::support::{Demo, Persona, Rp};
use std::sync::Arc;

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

/// From the button on the demo website to its page for who is signed in.
async fn whole_way(chrome: &Chrome, demo: &Demo, person: &Persona) -> String {
    chrome.open(&demo.site).await;
    chrome.click("#login").await;
    chrome.sign_in(person).await;
    chrome.come_back().await;
    chrome.text("#sub").await
}

/// PAGES: a person meets us for eight seconds. OpenID Connect Core §3.1.
#[tokio::test]
async fn a_person_signs_in_with_number_pin_and_code() {
    let demo = Arc::new(Demo::start());
    let chrome = Chrome::start().await;
    let sub = whole_way(&chrome, &demo, demo.anybody()).await;
    assert_eq!(sub.len(), 43);
    assert_eq!(chrome.text("#acr").await, "urn:hufu:acr:code");
    assert_eq!(chrome.text("#iss").await, demo.issuer);
}

/// The second way works with JavaScript off.
#[tokio::test]
async fn a_person_signs_in_without_javascript() {
    let demo = Demo::shared();
    let chrome = Chrome::with(Script::Off, "en-US").await;
    chrome.open(&demo.site).await;
    chrome.click("#login").await;
    assert!(!chrome.is_visible("#passkey-form").await, "what needs a script is not shown without");
    chrome.sign_in(demo.anybody()).await;
    chrome.come_back().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    assert!(!chrome.is_visible("#add-passkey").await);
    sign_out(&chrome, &demo).await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.find("#code-form").await;
}

/// WCAG 2.2 §2.1.1: "All functionality of the content is operable through a keyboard interface".
#[tokio::test]
async fn a_person_signs_in_by_keyboard_alone() {
    let demo = Arc::new(Demo::start());
    let person = demo.anybody();
    let chrome = Chrome::start().await;
    chrome.open(&demo.site).await;
    tab_to(&chrome, "login").await;
    chrome.press(ENTER).await;
    chrome.find("#code-form").await;
    for (field, text) in
        [("number", &person.network_number), ("pin", &person.pin().to_owned()), ("code", &person.code())]
    {
        tab_to(&chrome, field).await;
        chrome.press(text).await;
    }
    chrome.press(ENTER).await;
    chrome.find("#allow").await;
    tab_to(&chrome, "allow").await;
    chrome.press(ENTER).await;
    chrome.find("#sub").await;
}

async fn tab_to(chrome: &Chrome, id: &str) {
    for _ in 0..25 {
        if chrome.focus().await == id {
            return;
        }
        chrome.press(TAB).await;
    }
    panic!("Tab never reaches #{id}");
}

/// WCAG 2.2 §2.4.1: past the switches to the content with one key.
#[tokio::test]
async fn the_first_tab_offers_the_way_to_the_content() {
    let demo = Demo::shared();
    let chrome = Chrome::start().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.press(TAB).await;
    let skip = chrome.run("return document.activeElement.getAttribute('href')", Vec::new()).await;
    assert_eq!(skip, "#main");
}

/// Declining returns to the website, which learns nothing; both on the sign-in page and on the question.
#[tokio::test]
async fn a_person_says_no_and_the_website_is_told_so() {
    let demo = Arc::new(Demo::start());
    let chrome = Chrome::start().await;
    chrome.open(&demo.site).await;
    chrome.click("#login").await;
    chrome.click("#decline").await;
    chrome.find("#declined").await;
    chrome.click("#login").await;
    chrome.sign_in(demo.anybody()).await;
    chrome.click("#decline").await;
    chrome.find("#declined").await;
}

/// PAGES: errors say what happened and what to do now; the number stays, the secrets go, the focus is where to mend.
#[tokio::test]
async fn a_wrong_pin_leaves_the_number_and_puts_the_focus_where_to_mend() {
    let demo = Demo::shared();
    let mut wrong = demo.persona("phone").clone();
    wrong.pin = Some("39475102".to_owned());
    let chrome = Chrome::start().await;
    let phone = serde_json::json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true });
    chrome.devtools("Emulation.setDeviceMetricsOverride", phone).await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(&wrong).await;
    chrome.find("#problem").await;
    assert_eq!(chrome.focus().await, "pin");
    let top = chrome.run("return document.getElementById('problem').getBoundingClientRect().top", Vec::new()).await;
    assert!(top.as_f64() >= Some(0.0), "the words are in sight, on a phone too: {top}");
    assert_eq!(chrome.run("return document.getElementById('pin').value", Vec::new()).await, "");
    let number = chrome.run("return document.getElementById('number').value", Vec::new()).await;
    let bare = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    assert_eq!(bare(number.as_str().expect("text")), bare(&wrong.network_number));
    assert_eq!(chrome.attribute("#problem", "role").await.as_deref(), Some("alert"));
}

/// The inputs say what they want, so that password managers and phones can help (HTML §4.10.18.7).
#[tokio::test]
async fn the_fields_say_what_they_want() {
    let demo = Demo::shared();
    let chrome = Chrome::start().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    for (field, autocomplete) in
        [("#number", "username webauthn"), ("#pin", "current-password"), ("#code", "one-time-code")]
    {
        assert_eq!(chrome.attribute(field, "autocomplete").await.as_deref(), Some(autocomplete));
    }
}

/// Signing out here ends the session here; the website keeps its own until it ends it.
#[tokio::test]
async fn a_person_signs_out() {
    let demo = Demo::shared();
    let chrome = Chrome::start().await;
    whole_way(&chrome, &demo, demo.anybody()).await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.click("a[href='/signout']").await;
    chrome.click("#signout").await;
    chrome.find("main:not(:has(form))").await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.find("#code-form").await;
    chrome.open(&demo.site).await;
    chrome.find("#sub").await;
}

/// A whole sign-in runs under the strict policy: nothing on any page is blocked.
#[tokio::test]
async fn no_page_breaks_its_own_content_security_policy() {
    let demo = Demo::shared();
    let chrome = Chrome::start().await;
    let watch = "window.broken = []; document.addEventListener('securitypolicyviolation', \
                 event => window.broken.push(event.violatedDirective + ' ' + event.blockedURI))";
    chrome.devtools("Page.addScriptToEvaluateOnNewDocument", serde_json::json!({ "source": watch })).await;
    for page in ["/", "/me", "/signout", "/nothing"] {
        chrome.open(&format!("{}{page}", demo.issuer)).await;
        let broken = chrome.run("return window.broken", Vec::new()).await;
        assert_eq!(broken, serde_json::json!([]), "{page}");
    }
    whole_way(&chrome, &demo, demo.anybody()).await;
}

/// A step up to a passkey without JavaScript: the page says what is missing and why it cannot go on, and leads back.
#[tokio::test]
async fn a_step_up_without_javascript_says_what_is_missing_and_leads_back() {
    let demo = Arc::new(Demo::start());
    let rp = Rp::discover(&demo, demo.add_client(&format!("{}/elsewhere", demo.site), &[])).await;
    let with = Chrome::with_authenticator().await;
    with.open(&format!("{}/me", demo.issuer)).await;
    with.sign_in(demo.anybody()).await;
    register(&with, "my phone").await;
    drop(with);
    let chrome = Chrome::with(Script::Off, "en-US").await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(demo.anybody()).await;
    chrome.find("#end-all").await;
    let claims = r#"{"id_token":{"acr":{"essential":true,"value":"urn:hufu:acr:cert-pin"}}}"#;
    chrome.open(rp.attempt(&[("claims", claims)]).url.as_str()).await;
    chrome.says(".lead", "your passkey as well").await;
    assert!(chrome.is_visible("#no-passkey").await && !chrome.is_visible("#passkey-form").await);
    assert!(!chrome.has("#code-form").await, "what does not help is not offered");
    chrome.click("#decline").await;
    chrome.arrives_at("/elsewhere").await;
    assert!(chrome.url().await.query().is_some_and(|query| query.contains("error=access_denied")));
}
