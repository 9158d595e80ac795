//! The answer as a form, in a real browser: posted by the script, and by the button where scripts are off.

use super::{Chrome, Script};
use crate::house::{Manner, Receiver};
use crate::support::{Demo, Rp};
use url::Url;

/// Form Post Response Mode 1.0 §2: the parameters arrive in the body of a POST, and stand in no address.
async fn is_posted(script: Script) {
    let demo = Demo::shared();
    let website = Receiver::start(Manner::Answers(200)).await;
    let callback = website.url.replace("/logout", "/callback");
    let rp = Rp::discover(&demo, demo.add_client(&callback, &[])).await;
    let chrome = Chrome::with(script, "en-US").await;
    let attempt = rp.attempt(&[("response_mode", "form_post")]);
    chrome.open(attempt.url.as_str()).await;
    chrome.sign_in(demo.anybody()).await;
    chrome.find("#allow").await;
    chrome.click("#allow").await;
    if script == Script::Off {
        chrome.find("#form_post").await;
        assert_eq!(website.asked(), Vec::<String>::new(), "nothing is sent before the button is pressed");
        chrome.click("#continue").await;
    }
    chrome.arrives_at("/callback").await;
    assert_eq!(chrome.url().await.as_str(), callback);
    let arrived: Vec<_> = website.asked().into_iter().zip(website.bodies()).collect();
    let [(_, body)] = &arrived.iter().filter(|(path, _)| path != "/favicon.ico").collect::<Vec<_>>()[..] else {
        panic!("once: {arrived:?}");
    };
    let mut landed = Url::parse(&callback).expect("a URL");
    landed.set_query(Some(body));
    rp.finish(&attempt, &landed).await;
}

#[tokio::test]
async fn a_browser_posts_the_answer_to_the_website() {
    is_posted(Script::On).await;
}

#[tokio::test]
async fn a_browser_without_scripts_posts_the_answer_by_the_button() {
    is_posted(Script::Off).await;
}
