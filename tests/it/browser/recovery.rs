//! Lost everything, as a person sees it: a frozen number, document and face once more, a wait, and the same at the website.

use super::{Chrome, Script};
use crate::support::applicant::{Applicant, code_of, hold};
use crate::support::{Demo, Persona};
use std::sync::Arc;
use std::time::Duration;

const PIN: &str = "39475102";
const NEW_PIN: &str = "73914682";

/// How often new ways in are tried before they should count: the sandbox waits for ten seconds, and looks every five.
const TRIES: usize = 30;

/// The demo website's sub of whoever this is; nothing where the sign-in page says no.
async fn sub_of(chrome: &Chrome, demo: &Demo, person: &Persona) -> Option<String> {
    chrome.open(&demo.site).await;
    chrome.click("#login").await;
    chrome.sign_in(person).await;
    chrome.find("#problem, #allow, #sub").await;
    if chrome.has("#problem").await {
        return None;
    }
    chrome.come_back().await;
    Some(chrome.text("#sub").await)
}

/// FUNCTIONS 21: "all routes walked in a browser; subs survive". FUNCTIONS 24: the whole of it without JavaScript.
#[tokio::test]
async fn who_lost_everything_comes_back_and_is_the_same_to_the_website() {
    let demo = Arc::new(Demo::start());
    let (applicant, page, otpauth) = Applicant::applied(&demo, "xu", PIN).await;
    let newcomer = applicant.newcomer;
    let number = page.text("whole-number").expect("the number");
    let person =
        |pin: &str, otpauth: &str| Persona { fixed_code: Some(code_of(otpauth, 1)), ..newcomer.with(&number, pin) };
    let chrome = Chrome::start().await;
    let before = sub_of(&chrome, &demo, &person(PIN, &otpauth)).await.expect("signed in");
    // Telephone, app and this very browser are gone.
    drop(chrome);

    let chrome = Chrome::with(Script::Off, "en-US").await;
    chrome.open(&format!("{}/freeze", demo.issuer)).await;
    chrome.type_into("#number", &number).await;
    chrome.type_into("#pin", PIN).await;
    chrome.click("#freeze").await;
    chrome.find("body[data-page=frozen]").await;
    chrome.open(&format!("{}/apply", demo.issuer)).await;
    chrome.click("#begin").await;
    chrome.click("button[value='resident-identity-card']").await;
    hold(&chrome.attribute("#reader", "href").await.expect("the reader's address"), &newcomer.documents[0].number)
        .await;
    chrome.click("#held").await;
    chrome.click("button[value='holder']").await;
    chrome.says("h1", "You have a network number already").await;
    chrome.click("#renew").await;
    chrome.type_into("#pin", NEW_PIN).await;
    chrome.type_into("#pin-again", NEW_PIN).await;
    chrome.click("#set-pin").await;
    let renewed = chrome.attribute("#otpauth", "href").await.expect("what the app scans");
    chrome.type_into("#code", &code_of(&renewed, 0)).await;
    chrome.click("#finish").await;
    chrome.says(".notice", "They count from").await;

    let mut after = None;
    for _ in 0..TRIES {
        after = sub_of(&chrome, &demo, &person(NEW_PIN, &renewed)).await;
        if after.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    assert_eq!(after, Some(before));
}
