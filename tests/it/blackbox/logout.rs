//! Signing out, through the binary and its demo website: its own session and ours, whichever is ended first.

use crate::support::{Browser, Demo, Page};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

pub(super) fn site(demo: &Demo, path: &str) -> Url {
    Url::parse(&demo.site).expect("a URL").join(path).expect("a path")
}

/// Follows redirects wherever they lead, the website's too.
pub(super) async fn land(browser: &mut Browser, mut page: Page) -> Page {
    for _ in 0..10 {
        if !page.status.is_redirection() {
            return page;
        }
        let to = page.url.join(page.headers["location"].to_str().expect("text")).expect("a location");
        page = browser.get(&to).await;
    }
    panic!("round and round: {}", page.url)
}

/// A browser signed in at the demo website, and the page that says so.
async fn at_the_bank(demo: &Arc<Demo>) -> (Browser, Page) {
    let mut browser = Browser::of(demo, demo.anybody()).await;
    let begun = browser.get(&site(demo, "/login")).await;
    let mut page = land(&mut browser, begun).await;
    if page.has_form("/consent") {
        let form = page.form("/consent").press("allow");
        let allowed = browser.post(&page.url.join(&form.action).expect("a URL"), &form.fields).await;
        page = land(&mut browser, allowed).await;
    }
    assert!(page.html.contains(r#"id="sub""#), "{}", page.html);
    (browser, page)
}

async fn press(browser: &mut Browser, page: &Page, button: &str) -> Page {
    let form = page.form("/logout");
    let form = if button.is_empty() { form } else { form.press(button) };
    let answer = browser.post(&page.url.join(&form.action).expect("a URL"), &form.fields).await;
    land(browser, answer).await
}

/// RP-Initiated Logout 1.0 §2: the website sends the person to us with the ID token, and gets them back.
#[tokio::test]
async fn the_demo_website_signs_a_person_out_of_both() {
    let demo = Arc::new(Demo::start());
    let (mut browser, page) = at_the_bank(&demo).await;
    let policy = page.headers["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.contains(&format!("form-action 'self' {}", demo.issuer)), "{policy}");
    let page = press(&mut browser, &page, "logout-both").await;
    assert!(page.url.path() == "/bye" && page.html.contains(r#"id="bye""#), "{} {}", page.url, page.html);
    let page = browser.open(&demo.url("/me")).await.page();
    assert!(page.has_form("code-form"), "signed out with us too");
}

/// Back-Channel Logout 1.0 §2.5 to §2.7: the person signs out with us, and the website ends its own session.
#[tokio::test]
async fn the_demo_website_hears_of_a_sign_out_elsewhere() {
    let demo = Arc::new(Demo::start());
    let (mut browser, _) = at_the_bank(&demo).await;
    let page = browser.open(&demo.url("/signout")).await.page();
    browser.submit(&page, &page.form("/signout")).await;
    for _ in 0..150 {
        let page = browser.get(&site(&demo, "/")).await;
        if page.html.contains(r#"id="told""#) {
            // The row goes when the answer is noted.
            for _ in 0..50 {
                let waiting = demo.hufu(&["client", "outbox", "--json"]);
                if serde_json::from_slice::<Value>(&waiting.stdout).expect("JSON") == json!([]) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            panic!("told, and still in the outbox");
        }
        assert!(page.html.contains(r#"id="sub""#), "{}", page.html);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the website was not told:\n{}", demo.log());
}

/// Back-Channel Logout 1.0 §2.6: what is not our Logout Token ends nothing.
#[tokio::test]
async fn the_demo_website_believes_no_other_token() {
    let demo = Arc::new(Demo::start());
    let (mut browser, page) = at_the_bank(&demo).await;
    for token in ["", "a.b.c", "eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCJ9.e30."] {
        let fields = [("logout_token".to_owned(), token.to_owned())];
        let answer = browser.post(&site(&demo, "/backchannel-logout"), &fields).await;
        assert_eq!(answer.status, 400, "{token}");
    }
    assert!(browser.get(&site(&demo, "/")).await.html.contains(r#"id="sub""#));
    // Signing out here only: the provider still knows the person, and the website is one click away.
    let gone = press(&mut browser, &page, "").await;
    assert!(gone.html.contains(r#"id="login""#));
    assert!(browser.open(&demo.url("/me")).await.page().has_form("/me/sessions/end-all"));
}
