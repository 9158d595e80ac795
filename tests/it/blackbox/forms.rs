//! Forms that are not our own: a stale or foreign token, another origin. PROTOCOL 23, 24.

use super::login::signed_in;
use crate::support::rp::fetch;
use crate::support::{Browser, Demo, Refused, Rp};
use reqwest::header::LOCATION;

const POSTS: &[&str] = &[
    "/signin/code",
    "/signin/passkey",
    "/signin/lift",
    "/signin/without",
    "/freeze",
    "/consent",
    "/signout",
    "/language",
    "/type-size",
    "/me/sessions/end",
    "/me/sessions/end-all",
    "/me/consents/withdraw",
    "/me/passkeys/options",
    "/me/passkeys/add",
    "/me/passkeys/rename",
    "/me/passkeys/remove",
    "/me/pin",
    "/me/code",
    "/me/code/confirm",
    "/me/freeze",
    "/wallet/options",
    "/wallet/certificates",
    "/wallet/revoke",
    "/apply",
    "/apply/stage",
    "/apply/document",
    "/apply/read",
    "/apply/voucher",
    "/apply/phone",
    "/apply/phone/code",
    "/apply/pin",
    "/apply/code",
    "/apply/renew",
    "/apply/back",
    "/apply/stop",
    "/apply/elsewhere",
    "/apply/here",
];

fn fields(csrf: &str) -> Vec<(String, String)> {
    [("csrf", csrf), ("decision", "allow"), ("size", "large"), ("locale", "en"), ("back", "/")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

/// The token is a keyed digest of this browser's cookie: another browser's, an altered one and none are foreign.
#[tokio::test]
async fn a_form_without_this_browser_s_token_is_refused_everywhere() {
    let demo = Demo::shared();
    let mut other = signed_in(&demo).await;
    let theirs = other.open(&demo.url("/signout")).await.page().form("/signout").value("csrf").to_owned();
    let mut browser = signed_in(&demo).await;
    let own = browser.open(&demo.url("/signout")).await.page().form("/signout").value("csrf").to_owned();
    assert_ne!(own, theirs);
    for path in POSTS {
        for csrf in ["", "A", &theirs, &own.replacen(|c: char| c.is_ascii_lowercase(), "_", 1)] {
            let answer = browser.post(&demo.url(path), &fields(csrf)).await;
            assert_eq!(answer.status, 403, "{path} with {csrf:?}");
            let refused = Refused::read(&answer).unwrap_or_else(|why| panic!("{path}: {why}"));
            assert_eq!((refused.code.as_str(), refused.trace.is_empty()), ("form.csrf", false), "{path}");
        }
    }
    let page = browser.open(&demo.url("/me")).await.page();
    assert!(!page.has_form("code-form"), "none of those ended the session");
}

/// The Fetch Metadata and Origin headers of another site.
#[tokio::test]
async fn a_form_from_another_origin_is_refused_everywhere() {
    let demo = Demo::shared();
    let mut browser = signed_in(&demo).await;
    let csrf = browser.open(&demo.url("/signout")).await.page().form("/signout").value("csrf").to_owned();
    for path in POSTS {
        let url = demo.url(path);
        let http = browser.http().clone();
        let post = || http.post(url.clone()).form(&fields(&csrf));
        for request in [
            post().header("origin", "https://evil.example"),
            post().header("origin", &demo.site),
            post().header("sec-fetch-site", "cross-site"),
            post().header("sec-fetch-site", "same-site").header("origin", &demo.issuer),
        ] {
            let answer = browser.send(request, &url).await;
            assert_eq!(answer.status, 403, "{path}");
            assert_eq!(Refused::read(&answer).expect("a page").code, "form.foreign", "{path}");
        }
    }
    assert!(!browser.open(&demo.url("/me")).await.page().has_form("code-form"));
}

/// A consent page that somebody else opened cannot be agreed to from here.
#[tokio::test]
async fn one_browser_s_consent_page_is_worth_nothing_in_another() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "stolen-consent.example").await;
    let page = signed_in(&demo).await.open(&rp.attempt(&[]).url).await.page();
    let mut stranger = Browser::new(&demo);
    stranger.open(&demo.url("/me")).await.page();
    let form = page.form("/consent").press("allow");
    let answer = stranger.post(&demo.url("/consent"), &form.fields).await;
    assert_eq!((answer.status.as_u16(), answer.headers.contains_key(LOCATION)), (403, false));
}

/// RFC 9700 §4.11.2: open redirectors: the switches lead back to our own pages only.
#[tokio::test]
async fn a_switch_leads_back_to_our_own_pages_only() {
    let demo = Demo::shared();
    let mut browser = Browser::new(&demo);
    let page = browser.open(&demo.url("/")).await.page();
    for back in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/a\r\nb: c",
    ] {
        let mut form = page.form("/language").fill("back", back);
        form.fields.push(("locale".to_owned(), "en".to_owned()));
        let answer = browser.post(&demo.url("/language"), &form.fields).await;
        if let Some(location) = answer.headers.get(LOCATION) {
            let to = demo.url("/").join(location.to_str().expect("text")).expect("a URL");
            assert_eq!(to.origin(), demo.url("/").origin(), "{back}");
        }
    }
}

/// PROTOCOL 24: a cross-site POST to authorize becomes a same-site GET; it is never taken for a form of ours.
#[tokio::test]
async fn a_website_s_post_to_authorize_is_no_form_of_ours() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "cross-post.example").await;
    let fields: Vec<_> = rp.attempt(&[]).url.query_pairs().into_owned().collect();
    let url = demo.url("/authorize");
    let request = Browser::new(&demo).http().post(url.clone()).header("origin", "https://cross-post.example");
    let answer = fetch(request.header("sec-fetch-site", "cross-site").form(&fields), &url).await;
    assert!(answer.status == 303 || answer.status == 200, "{} {}", answer.status, answer.html);
}
