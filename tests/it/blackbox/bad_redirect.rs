//! Redirect URIs that are almost right. OpenID Connect Core §3.1.2.1: "Simple String Comparison"; RFC 9700 §4.1.3.

use super::login::signed_in;
use crate::support::{Browser, Demo, Refused, Rp, Shape};
use reqwest::header::LOCATION;

const REGISTERED: &str = "https://exact.example/callback";

const ALMOST: &[(&str, &str)] = &[
    ("a character less", "https://exact.example/callbac"),
    ("a character more", "https://exact.example/callbackk"),
    ("a trailing slash", "https://exact.example/callback/"),
    ("a path more", "https://exact.example/callback/x"),
    ("no path", "https://exact.example/"),
    ("another port", "https://exact.example:8443/callback"),
    ("the default port said", "https://exact.example:443/callback"),
    ("capitals in the host", "https://EXACT.example/callback"),
    ("capitals in the path", "https://exact.example/Callback"),
    ("capitals in the scheme", "HTTPS://exact.example/callback"),
    ("http", "http://exact.example/callback"),
    ("a query", "https://exact.example/callback?x=1"),
    ("an empty query", "https://exact.example/callback?"),
    ("a fragment", "https://exact.example/callback#x"),
    ("an empty fragment", "https://exact.example/callback#"),
    ("an encoded slash", "https://exact.example%2Fcallback"),
    ("an encoded slash in the path", "https://exact.example/%2Fcallback"),
    ("an encoded letter", "https://exact.example/%63allback"),
    ("a way up", "https://exact.example/x/../callback"),
    ("a dot", "https://exact.example/./callback"),
    ("two slashes", "https://exact.example//callback"),
    ("a backslash", "https://exact.example\\callback"),
    ("a name before the host", "https://exact.example@evil.example/callback"),
    ("a password", "https://user:pass@exact.example/callback"),
    ("a longer host", "https://exact.example.evil.example/callback"),
    ("a subdomain", "https://www.exact.example/callback"),
    ("a dot at the host's end", "https://exact.example./callback"),
    ("a look-alike host", "https://exаct.example/callback"),
    ("a space before", " https://exact.example/callback"),
    ("a space after", "https://exact.example/callback "),
    ("a line break", "https://exact.example/callback\r\nLocation: https://evil.example"),
    ("a nothing", "https://exact.example/callback\0"),
    ("two in one", "https://exact.example/callback https://evil.example/"),
    ("a relative one", "/callback"),
    ("a script", "javascript:alert(1)"),
    ("data", "data:text/html,<script>alert(1)</script>"),
    ("a file", "file:///etc/passwd"),
    ("a stranger", "https://evil.example/callback"),
];

/// RFC 6749 §4.1.2.1; PROTOCOL 25: the received value and the rule are shown, what is registered is not.
#[tokio::test]
async fn a_redirect_uri_that_is_almost_right_is_a_page_and_never_a_redirect() {
    let demo = Demo::shared();
    let mut rp = Rp::discover(&demo, demo.add_client(REGISTERED, &[])).await;
    // Signed in and even agreed: an open redirect would show now.
    let mut browser = signed_in(&demo).await;
    browser.log_in(&rp.attempt(&[]).url, demo.anybody()).await;
    let mut wrong = Vec::new();
    for (what, uri) in ALMOST {
        let mut url = rp.attempt(&[]).url;
        let pairs: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| name != "redirect_uri").collect();
        url.query_pairs_mut().clear().extend_pairs(pairs).append_pair("redirect_uri", uri);
        let page = browser.get(&url).await;
        match Refused::read(&page) {
            Ok(refused) if refused.shape == Shape::Page && refused.code.starts_with("redirect_uri.") => {
                let lacks = refused.lacks();
                if refused.status != 400 || page.headers.contains_key(LOCATION) || !lacks.is_empty() {
                    wrong.push(format!("{what}: {} lacks {lacks:?}", refused.status));
                }
            }
            other => wrong.push(format!("{what}: {other:?}")),
        }
        if !uri.contains(REGISTERED) && page.html.contains(REGISTERED) {
            wrong.push(format!("{what}: the page tells what is registered"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    REGISTERED.clone_into(&mut rp.registered.redirect_uri);
    browser.open(&rp.attempt(&[]).url).await.away();
}

/// PROTOCOL 25: "registered values are shown to the website's owner only".
#[tokio::test]
async fn the_operator_s_trace_tells_what_is_registered() {
    let demo = Demo::shared();
    let mut rp = Rp::at(&demo, "traced.example").await;
    "https://traced.example/Callback".clone_into(&mut rp.registered.redirect_uri);
    let page = Browser::new(&demo).get(&rp.attempt(&[]).url).await;
    let refused = Refused::read(&page).expect("a refusal");
    let told = demo.trace(&refused.trace).to_string();
    assert!(told.contains("https://traced.example/callback"), "{told}");
    assert!(told.contains("https://traced.example/Callback"), "{told}");
}

/// OpenID Connect Registration §2, RFC 7591 §3.2.2, RFC 8252 §7: what may be registered at all.
#[tokio::test]
async fn a_redirect_uri_that_may_not_be_registered_is_refused_at_the_door() {
    let demo = Demo::shared();
    for (uri, error) in [
        ("http://plain.example/callback", "invalid_redirect_uri"),
        ("https://fragment.example/callback#x", "invalid_redirect_uri"),
        ("/relative", "invalid_redirect_uri"),
        ("javascript:alert(1)", "invalid_redirect_uri"),
        ("https://*.wild.example/callback", "invalid_redirect_uri"),
        ("https://user:pass@bank.example/callback", "invalid_redirect_uri"),
    ] {
        let output = demo.hufu(&["client", "add", "--json", "--redirect-uri", uri]);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!output.status.success(), "{uri} was registered: {said}");
        assert!(said.contains(error), "{uri}: {said}");
    }
}
