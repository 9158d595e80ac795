//! Native apps: loopback on any port, private-use schemes. RFC 8252.

use super::login::signed_in;
use crate::support::{Browser, Demo, Refused, Rp, Stop};
use std::sync::Arc;

async fn app(demo: &Arc<Demo>, redirect_uri: &str) -> Rp {
    Rp::discover(demo, demo.add_client(redirect_uri, &["--native", "--auth-method", "none"])).await
}

/// Twice in a row through consent: an app is asked about each time.
async fn is_asked_each_time(browser: &mut Browser, rp: &Rp) {
    for _ in 0..2 {
        let attempt = rp.attempt(&[]);
        let page = browser.open(&attempt.url).await.page();
        assert!(page.html.contains("This is an app on this device"), "the page says what cannot be known");
        let callback = browser.allow(&page).await.away();
        rp.finish(&attempt, &callback).await;
    }
    let stop = browser.open(&rp.attempt(&[("prompt", "none")]).url).await;
    assert_eq!(stop.answer("error"), "consent_required");
}

/// RFC 8252 §7.3: "The authorization server MUST allow any port to be specified at the time of the request for loopback
/// IP redirect URIs". §8.6: a native app is never trusted to be itself.
#[tokio::test]
async fn a_loopback_redirect_works_on_any_port_and_asks_each_time() {
    let demo = Demo::shared();
    let mut rp = app(&demo, "http://127.0.0.1/callback").await;
    let mut browser = signed_in(&demo).await;
    for port in ["http://127.0.0.1:50123/callback", "http://127.0.0.1:61001/callback", "http://127.0.0.1/callback"] {
        port.clone_into(&mut rp.registered.redirect_uri);
        is_asked_each_time(&mut browser, &rp).await;
    }
    for wrong in ["http://127.0.0.1:50123/other", "http://127.0.0.2:50123/callback", "http://localhost:50123/callback"]
    {
        wrong.clone_into(&mut rp.registered.redirect_uri);
        let stop = browser.open(&rp.attempt(&[]).url).await;
        let Stop::Page(page) = stop else { panic!("{wrong} led to the app") };
        assert!(Refused::read(&page).is_ok_and(|refused| refused.code.starts_with("redirect_uri.")), "{wrong}");
    }
}

/// RFC 8252 §7.3: IPv6.
#[tokio::test]
async fn a_loopback_redirect_may_be_ipv6() {
    let demo = Demo::shared();
    let mut rp = app(&demo, "http://[::1]/callback").await;
    "http://[::1]:50124/callback".clone_into(&mut rp.registered.redirect_uri);
    is_asked_each_time(&mut signed_in(&demo).await, &rp).await;
}

/// RFC 8252 §7.1: private-use URI schemes.
#[tokio::test]
async fn a_private_use_scheme_works_and_asks_each_time() {
    let demo = Demo::shared();
    let rp = app(&demo, "com.example.app:/callback").await;
    is_asked_each_time(&mut signed_in(&demo).await, &rp).await;
}

/// PROTOCOL 3: loopback and private-use only: every app is a sector of its own.
#[tokio::test]
async fn two_apps_are_two_sectors() {
    let demo = Demo::shared();
    let mut browser = signed_in(&demo).await;
    let mut subs = Vec::new();
    for _ in 0..2 {
        let rp = app(&demo, "com.example.twin:/callback").await;
        let attempt = rp.attempt(&[]);
        let callback = browser.log_in(&attempt.url, demo.anybody()).await;
        subs.push(rp.finish(&attempt, &callback).await.sub);
    }
    assert_ne!(subs[0], subs[1]);
}
