//! Signing out in a real browser: the websites' pages are loaded, and then it goes on, with scripts and without.

use super::{Chrome, Script};
use crate::house::{Manner, Receiver};
use crate::support::{Demo, Rp};
use std::sync::Arc;

/// Front-Channel Logout 1.0 §2; RP-Initiated Logout 1.0 §3.
async fn tells_and_goes_on(script: Script) {
    let demo = Arc::new(Demo::start());
    let website = Receiver::start(Manner::Answers(200)).await;
    let at = |path: &str| website.url.replace("/logout", path);
    let options = ["--frontchannel-logout-uri", &at("/frame"), "--post-logout-redirect-uri", &at("/bye")];
    let rp = Rp::discover(&demo, demo.add_client(&at("/callback"), &options)).await;
    let chrome = Chrome::with(script, "en-US").await;
    let attempt = rp.attempt(&[]);
    chrome.open(attempt.url.as_str()).await;
    chrome.sign_in(demo.anybody()).await;
    chrome.find("#allow").await;
    chrome.click("#allow").await;
    chrome.arrives_at("/callback").await;
    let login = rp.finish(&attempt, &chrome.url().await).await;

    let mut out = demo.url("/logout");
    let fields = [("id_token_hint", &*login.id_token), ("post_logout_redirect_uri", &at("/bye")), ("state", "a b&c")];
    out.query_pairs_mut().extend_pairs(fields);
    chrome.open(out.as_str()).await;
    chrome.arrives_at("/bye").await;
    let landed = chrome.url().await;
    assert_eq!(landed.query_pairs().collect::<Vec<_>>(), [("state".into(), "a b&c".into())]);
    let asked = website.asked();
    assert_eq!(asked.iter().filter(|path| path.starts_with("/bye")).count(), 1, "{asked:?}");
    let frame = asked.iter().find(|path| path.starts_with("/frame?")).unwrap_or_else(|| panic!("no frame: {asked:?}"));
    let sid = login.claims["sid"].as_str().expect("a sid");
    assert!(frame.contains("iss=") && frame.ends_with(&format!("sid={sid}")), "{frame}");
    chrome.open(demo.url("/me").as_str()).await;
    chrome.find("#code-form").await;
}

#[tokio::test]
async fn a_browser_tells_the_websites_and_goes_on() {
    tells_and_goes_on(Script::On).await;
}

#[tokio::test]
async fn a_browser_without_scripts_tells_the_websites_and_goes_on() {
    tells_and_goes_on(Script::Off).await;
}
