//! The answer as a form that the browser posts. OAuth 2.0 Form Post Response Mode 1.0.

use super::login::{log_in, signed_in};
use crate::support::html::URLENCODED;
use crate::support::{Browser, Demo, Page, Rp};
use reqwest::Method;
use url::Url;

const MODE: (&str, &str) = ("response_mode", "form_post");

/// What the website's server would receive, as a URL, so that the ordinary library can go on with it. Form Post Response Mode §2:
/// "transmitted via the HTTP POST method … using the application/x-www-form-urlencoded format".
fn received(page: &Page) -> Url {
    let form = page.form("form_post");
    assert_eq!((&form.method, form.enctype.as_str()), (&Method::POST, URLENCODED));
    let mut url = Url::parse(&form.action).expect("a URL");
    url.query_pairs_mut().extend_pairs(&form.fields);
    url
}

/// Form Post Response Mode §2: "the Authorization Response parameters … encoded as HTML form values".
#[tokio::test]
async fn a_code_is_posted_to_the_website_and_stands_in_no_address() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "form-post.example").await;
    let mut browser = signed_in(&demo).await;
    let first = log_in(&mut browser, &rp, &[]).await;
    let attempt = rp.attempt(&[MODE]);
    let page = browser.open(&attempt.url).await.page();
    let form = page.form("form_post");
    assert_eq!(form.action, "https://form-post.example/callback");
    let names: Vec<_> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "state", "iss"], "and no token of ours");
    assert_eq!(rp.finish(&attempt, &received(&page)).await.sub, first.sub);
}

/// The same after pages of ours: sign-in and consent first.
#[tokio::test]
async fn the_mode_survives_sign_in_and_consent() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "form-post-first.example").await;
    let mut browser = Browser::new(&demo);
    let attempt = rp.attempt(&[MODE]);
    let page = browser.open(&attempt.url).await.page();
    let page = browser.sign_in(&page, demo.anybody()).await.page();
    let page = browser.allow(&page).await.page();
    rp.finish(&attempt, &received(&page)).await;
}

/// OAuth 2.0 Multiple Response Type Encoding Practices §2.1: errors travel by the same mode.
#[tokio::test]
async fn a_refusal_is_posted_too() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "form-post-refused.example").await;
    for (extra, error) in [(("prompt", "none"), "login_required"), (("prompt", "please"), "invalid_request")] {
        let attempt = rp.attempt(&[MODE, extra]);
        let page = Browser::new(&demo).open(&attempt.url).await.page();
        let said = received(&page);
        let get = |name: &str| said.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert_eq!(get("error").as_deref(), Some(error));
        assert_eq!((get("state").as_deref(), get("iss").as_deref()), (Some(&*attempt.state), Some(&*demo.issuer)));
        assert_eq!(get("code"), None);
    }
}

/// The page works with the script and without it, may post to the website only, and keeps markup as text.
#[tokio::test]
async fn the_page_posts_to_the_website_and_nowhere_else() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "form-post-page.example").await;
    let mut browser = signed_in(&demo).await;
    log_in(&mut browser, &rp, &[]).await;
    let state = "\"><script>alert(1)</script>&x=1";
    let attempt = rp.attempt(&[MODE]);
    let mut url = attempt.url.clone();
    let pairs: Vec<_> = attempt.url.query_pairs().filter(|(name, _)| name != "state").collect();
    url.query_pairs_mut().clear().extend_pairs(pairs).append_pair("state", state);
    let page = browser.open(&url).await.page();
    assert!(!page.html.contains("<script>alert"), "{}", page.html);
    assert!(page.form("form_post").fields.contains(&("state".to_owned(), state.to_owned())));
    assert!(page.text("continue").is_some_and(|words| !words.is_empty()), "a button to press");
    assert!(page.html.contains("src=\"/static/form_post.js"));
    let header = |name: &str| page.headers[name].to_str().expect("text");
    assert!(header("content-security-policy").contains("form-action https://form-post-page.example;"));
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "strict-origin");
    let script = browser.get(&demo.url("/static/form_post.js")).await;
    assert!(script.html.contains(".submit()"));
}

/// No browser posts a form to an app's own scheme: such a request is refused where it can be answered.
#[tokio::test]
async fn an_apps_own_scheme_cannot_be_posted_to() {
    let demo = Demo::shared();
    let options = ["--native", "--auth-method", "none"];
    let app = Rp::discover(&demo, demo.add_client("com.example.formpost:/callback", &options)).await;
    let answer = Browser::new(&demo).open(&app.attempt(&[MODE]).url).await;
    assert_eq!(answer.answer("error"), "invalid_request");
}
