//! What a browser client may read from another origin, and what no other origin may.

use super::login::{log_in, signed_in};
use crate::support::rp::fetch;
use crate::support::{Demo, Rp, wire};
use reqwest::Method;

const ORIGIN: &str = "https://spa.example";

/// A single-page application calls these by script.
#[tokio::test]
async fn token_revocation_userinfo_discovery_and_jwks_may_be_read_from_anywhere() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "spa.example").await;
    let login = log_in(&mut signed_in(&demo).await, &rp, &[]).await;
    let http = wire::client();
    let get = |path: &str| http.get(demo.url(path)).header("origin", ORIGIN);
    for (path, request) in [
        ("/.well-known/openid-configuration", get("/.well-known/openid-configuration")),
        ("/.well-known/oauth-authorization-server", get("/.well-known/oauth-authorization-server")),
        ("/jwks", get("/jwks")),
        ("/userinfo", get("/userinfo").bearer_auth(&login.access_token)),
        ("/userinfo", get("/userinfo")),
        ("/token", http.post(demo.url("/token")).header("origin", ORIGIN).form(&[("grant_type", "x")])),
        ("/revoke", http.post(demo.url("/revoke")).header("origin", ORIGIN).form(&[("token", "x")])),
    ] {
        let answer = fetch(request, &demo.url(path)).await;
        assert_eq!(answer.headers["access-control-allow-origin"], "*", "{path} {}", answer.status);
        assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{path}: cookies count nowhere here");
        let exposed = answer.headers.get("access-control-expose-headers").map(|names| names.to_str().expect("text"));
        let expected =
            (!path.starts_with("/.well") && path != "/jwks").then_some("WWW-Authenticate, X-Trace-Id, Retry-After");
        assert_eq!(exposed, expected, "{path}: what a script needs to know beside the body");
    }
}

/// Fetch Standard: the preflight of a request with an Authorization header.
#[tokio::test]
async fn a_preflight_for_token_and_userinfo_is_answered() {
    let demo = Demo::shared();
    for path in ["/token", "/revoke", "/userinfo"] {
        let request = wire::client()
            .request(Method::OPTIONS, demo.url(path))
            .header("origin", ORIGIN)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type");
        let answer = fetch(request, &demo.url(path)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.status);
        let header = |name: &str| answer.headers[name].to_str().expect("text").to_ascii_lowercase();
        assert_eq!(header("access-control-allow-origin"), "*");
        assert!(header("access-control-allow-methods").contains("post"));
        assert!(header("access-control-allow-headers").contains("authorization"));
    }
}

/// RFC 6749 §3.1: the authorization endpoint is for browsers, not for scripts (RFC 9700 §2.6).
#[tokio::test]
async fn the_pages_may_not_be_read_from_anywhere() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "reader.example").await;
    for url in [rp.attempt(&[]).url, demo.url("/me"), demo.url("/"), demo.url("/authorize"), demo.url("/introspect")] {
        let answer = fetch(wire::client().get(url.clone()).header("origin", ORIGIN), &url).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{}", url.path());
    }
}

/// PROTOCOL 24 and the OWASP list: what stands around every page.
#[tokio::test]
async fn every_page_carries_the_security_headers() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "headers.example").await;
    let mut browser = signed_in(&demo).await;
    for url in [rp.attempt(&[]).url, demo.url("/me"), demo.url("/"), demo.url("/authorize"), demo.url("/nothing")] {
        let page = browser.open(&url).await.page();
        let header = |name: &str| page.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{}: {policy}", url.path());
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{}: {policy}", url.path());
        assert_eq!(header("x-frame-options"), "DENY", "{}", url.path());
        assert_eq!(header("x-content-type-options"), "nosniff", "{}", url.path());
        assert_eq!(header("referrer-policy"), "same-origin", "{}", url.path());
        assert_eq!(header("cache-control"), "no-store", "{}", url.path());
    }
    let page = browser.open(&rp.attempt(&[]).url).await.page();
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("form-action 'self' https://headers.example"), "the redirect after consent: {policy}");
}

/// RFC 9700 §4.2.4: "suppressing the Referer header"; §4.12: 303; RFC 6749 §5.1 in spirit: no cache keeps a code.
#[tokio::test]
async fn a_redirect_to_a_website_hands_on_no_referrer_and_is_kept_by_nobody() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "referrer.example").await;
    let mut browser = signed_in(&demo).await;
    log_in(&mut browser, &rp, &[]).await;
    for (extra, answer) in [(("display", "page"), "code="), (("prompt", "please"), "error=")] {
        let redirect = browser.get(&rp.attempt(&[extra]).url).await;
        let header = |name: &str| redirect.headers[name].to_str().expect("text");
        assert_eq!(redirect.status, 303);
        assert!(
            header("location").starts_with("https://referrer.example/callback?") && header("location").contains(answer)
        );
        assert_eq!((header("referrer-policy"), header("cache-control")), ("no-referrer", "no-store"));
    }
}

/// RFC 9700 §4.13: what a request says of the host that it reached decides nothing.
#[tokio::test]
async fn host_and_forwarded_headers_change_neither_issuer_nor_any_address() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "forwarded.example").await;
    let mut browser = signed_in(&demo).await;
    log_in(&mut browser, &rp, &[]).await;
    let lying = |request: reqwest::RequestBuilder| {
        let forwarded = "for=192.0.2.1;host=evil.example;proto=https";
        request
            .header("host", "evil.example")
            .header("forwarded", forwarded)
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-prefix", "/evil")
    };
    for path in ["/.well-known/openid-configuration", "/jwks"] {
        let url = demo.url(path);
        let honest = fetch(wire::client().get(url.clone()), &url).await;
        assert_eq!(fetch(lying(wire::client().get(url.clone())), &url).await.html, honest.html, "{path}");
    }
    let url = rp.attempt(&[]).url;
    let request = lying(browser.http().get(url.clone()));
    let answer = browser.send(request, &url).await;
    let location = answer.headers["location"].to_str().expect("text").to_owned();
    assert!(location.contains(&format!("iss={}", demo.issuer.replace(':', "%3A").replace('/', "%2F"))), "{location}");
    let request = lying(browser.http().post(demo.url("/authorize"))).form(&url.query_pairs().collect::<Vec<_>>());
    let answer = browser.send(request, &url).await;
    assert!(answer.headers["location"].to_str().expect("text").starts_with(&demo.issuer), "{:?}", answer.headers);
}
