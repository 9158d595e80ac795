//! What a website may ask of a sign-in: `prompt`, `max_age`, `auth_time`. OpenID Connect Core §3.1.2.1.

use super::login::{log_in, signed_in};
use crate::support::chance::unix_now;
use crate::support::{Browser, Demo, Rp};

const AUTH_TIME: (&str, &str) = ("claims", r#"{"id_token":{"auth_time":null}}"#);

/// OpenID Connect Core §3.1.2.6: `login_required`.
#[tokio::test]
async fn prompt_none_without_a_session_is_login_required() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "none.example").await;
    let stop = Browser::new(&demo).open(&rp.attempt(&[("prompt", "none")]).url).await;
    assert_eq!(stop.answer("error"), "login_required");
}

/// OpenID Connect Core §3.1.2.6: `consent_required`.
#[tokio::test]
async fn prompt_none_without_consent_is_consent_required() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "unasked.example").await;
    let stop = signed_in(&demo).await.open(&rp.attempt(&[("prompt", "none")]).url).await;
    assert_eq!(stop.answer("error"), "consent_required");
}

/// OpenID Connect Core §3.1.2.1: "The Authorization Server MUST NOT display any authentication or consent user interface
/// pages"; the state of 128 characters survives.
#[tokio::test]
async fn prompt_none_with_session_and_consent_succeeds_silently() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "silent.example").await;
    let mut browser = signed_in(&demo).await;
    let first = log_in(&mut browser, &rp, &[]).await;
    let attempt = rp.attempt(&[("prompt", "none")]);
    let callback = browser.open(&attempt.url).await.away();
    assert_eq!(rp.finish(&attempt, &callback).await.sub, first.sub);
}

/// OpenID Connect Core §3.1.2.1: `login`: "SHOULD prompt the End-User for reauthentication".
#[tokio::test]
async fn prompt_login_asks_again_and_auth_time_moves() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "login.example").await;
    let mut browser = signed_in(&demo).await;
    let first = log_in(&mut browser, &rp, &[AUTH_TIME]).await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let attempt = rp.attempt(&[("prompt", "login"), AUTH_TIME]);
    let page = browser.open(&attempt.url).await.page();
    assert!(page.has_form("code-form"), "the sign-in page again");
    let callback = browser.sign_in(&page, demo.anybody()).await.away();
    let second = rp.finish(&attempt, &callback).await;
    assert_eq!(first.sub, second.sub);
    assert!(first.claims["auth_time"].as_u64() < second.claims["auth_time"].as_u64());
}

/// OpenID Connect Core §3.1.2.1: `consent`: "SHOULD prompt the End-User for consent".
#[tokio::test]
async fn prompt_consent_asks_again_although_consent_is_remembered() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "consent.example").await;
    let mut browser = signed_in(&demo).await;
    log_in(&mut browser, &rp, &[]).await;
    let attempt = rp.attempt(&[("prompt", "consent")]);
    let page = browser.open(&attempt.url).await.page();
    let callback = browser.allow(&page).await.away();
    rp.finish(&attempt, &callback).await;
}

/// OpenID Connect Core §3.1.2.1: `select_account`: here another person can sign in.
#[tokio::test]
async fn prompt_select_account_lets_another_person_sign_in() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "select.example").await;
    let mut browser = signed_in(&demo).await;
    log_in(&mut browser, &rp, &[]).await;
    let page = browser.open(&rp.attempt(&[("prompt", "select_account")]).url).await.page();
    assert!(page.has_form("code-form"));
}

/// OpenID Connect Core §3.1.2.1: "If the elapsed time is greater than this value, the OP MUST attempt to actively
/// re-authenticate the End-User"; `max_age=0` is `prompt=login`.
#[tokio::test]
async fn max_age_that_is_over_asks_again_and_tells_auth_time() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "max-age.example").await;
    let mut browser = signed_in(&demo).await;
    log_in(&mut browser, &rp, &[]).await;
    let attempt = rp.attempt(&[("max_age", "0")]);
    let page = browser.open(&attempt.url).await.page();
    assert!(page.has_form("code-form"));
    let callback = browser.sign_in(&page, demo.anybody()).await.away();
    let login = rp.finish(&attempt, &callback).await;
    let auth_time = login.claims["auth_time"].as_u64().expect("auth_time is REQUIRED with max_age (Core §2)");
    assert!(unix_now() - auth_time < 60);
}

/// OpenID Connect Core §2: `auth_time`; the conformance suite's max-age-10000.
#[tokio::test]
async fn max_age_that_is_not_over_asks_nothing_and_tells_the_same_auth_time() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "long-age.example").await;
    let mut browser = signed_in(&demo).await;
    let first = log_in(&mut browser, &rp, &[("max_age", "15000")]).await;
    let attempt = rp.attempt(&[("max_age", "10000")]);
    let callback = browser.open(&attempt.url).await.away();
    let second = rp.finish(&attempt, &callback).await;
    assert!(first.claims["auth_time"].is_u64());
    assert_eq!(first.claims["auth_time"], second.claims["auth_time"]);
}

/// PROTOCOL 4: `auth_time` is the same second at every website, so it is told only to who asks.
#[tokio::test]
async fn auth_time_is_told_only_when_asked_for() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "auth-time.example").await;
    let mut browser = signed_in(&demo).await;
    assert!(log_in(&mut browser, &rp, &[]).await.claims["auth_time"].is_null());
    assert!(log_in(&mut browser, &rp, &[AUTH_TIME]).await.claims["auth_time"].is_u64());
}

/// OpenID Connect Registration §2: `require_auth_time`.
#[tokio::test]
async fn a_website_that_registered_require_auth_time_is_told_each_time() {
    let demo = Demo::shared();
    let rp = Rp::with(&demo, "required.example", &["--require-auth-time"]).await;
    assert!(log_in(&mut signed_in(&demo).await, &rp, &[]).await.claims["auth_time"].is_u64());
}

/// OpenID Connect Registration §2: `default_max_age`; "The max_age request parameter overrides this default value."
#[tokio::test]
async fn a_registered_default_max_age_counts_where_the_request_says_nothing() {
    let demo = Demo::shared();
    let rp = Rp::with(&demo, "default-age.example", &["--default-max-age", "0"]).await;
    let mut browser = signed_in(&demo).await;
    let page = browser.open(&rp.attempt(&[]).url).await.page();
    assert!(page.has_form("code-form"));
    let page = browser.open(&rp.attempt(&[("max_age", "10000")]).url).await.page();
    assert!(!page.has_form("code-form"));
}
