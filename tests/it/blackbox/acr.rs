//! Which level a website asks for and which it gets. OpenID Connect Core §5.5.1.1; PROTOCOL 20.

use super::login::{log_in, signed_in};
use crate::support::{Demo, Refused, Rp};
use serde_json::json;

fn essential(values: &[&str]) -> String {
    json!({ "id_token": { "acr": { "essential": true, "values": values } } }).to_string()
}

/// OpenID Connect Core §3.1.2.1: `acr_values` are voluntary: the true lower level, never a refusal.
#[tokio::test]
async fn acr_values_that_are_not_met_give_the_true_level() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "voluntary.example").await;
    let mut browser = signed_in(&demo).await;
    for wanted in ["urn:hufu:acr:cert-pin urn:hufu:acr:cert", "1 2", "urn:hufu:acr:code"] {
        let login = log_in(&mut browser, &rp, &[("acr_values", wanted)]).await;
        assert_eq!(login.claims["acr"], "urn:hufu:acr:code", "asked for {wanted}");
    }
}

/// OpenID Connect Core §5.5.1.1: an essential `acr` that is met.
#[tokio::test]
async fn an_essential_acr_that_is_met_is_told() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "essential.example").await;
    let claims = essential(&["urn:example:gold", "urn:hufu:acr:code"]);
    let login = log_in(&mut signed_in(&demo).await, &rp, &[("claims", &claims)]).await;
    assert_eq!(login.claims["acr"], "urn:hufu:acr:code");
}

/// OpenID Connect Core §5.5.1.1: "the Authorization Server MUST treat that outcome as a failed authentication attempt";
/// Unmet Authentication Requirements 1.0 §2.
#[tokio::test]
async fn an_essential_acr_that_nobody_can_reach_is_refused() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "unmet.example").await;
    let attempt = rp.attempt(&[("claims", &essential(&["urn:example:gold", "urn:example:silver"]))]);
    let callback = signed_in(&demo).await.open(&attempt.url).await.away();
    let refused = Refused::redirect(callback.as_str()).expect("a refusal");
    assert_eq!(refused.error, "unmet_authentication_requirements");
    assert_eq!(refused.lacks(), Vec::<&str>::new(), "{}", refused.description);
}

/// Unmet Authentication Requirements 1.0 §2: a person who has no passkey is not asked for one for ever: they read what lifts it,
/// and the website hears of it when they go back. That one who has a passkey is asked for it is walked in Chromium
/// (`browser::passkey`); `prompt=none` can ask for nothing.
#[tokio::test]
async fn an_essential_acr_that_the_person_has_no_means_for_is_told_and_refused() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "step-up.example").await;
    let mut browser = signed_in(&demo).await;
    log_in(&mut browser, &rp, &[]).await;
    let claims = essential(&["urn:hufu:acr:cert"]);
    let page = browser.open(&rp.attempt(&[("claims", &claims)]).url).await.page();
    assert!(page.html.contains("you have none"), "{}", page.html);
    assert_eq!(page.attribute("lift-it", "href").as_deref(), Some("/me#me-passkeys"));
    let stop = browser.decline(&page).await;
    assert_eq!(stop.answer("error"), "unmet_authentication_requirements");
    let stop = browser.open(&rp.attempt(&[("claims", &claims), ("prompt", "none")]).url).await;
    assert_eq!(stop.answer("error"), "login_required");
}

/// OpenID Connect Core §5.5: claims that nobody has are ignored, and none leaks into the ID token.
#[tokio::test]
async fn essential_claims_that_nobody_has_do_not_break_the_login() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "claims.example").await;
    let claims = json!({
        "userinfo": { "name": { "essential": true } },
        "id_token": { "email": null, "acr": { "value": "urn:hufu:acr:code" } },
    });
    let login = log_in(&mut signed_in(&demo).await, &rp, &[("claims", &claims.to_string())]).await;
    assert_eq!(login.claims.as_object().map(serde_json::Map::len), Some(8));
    assert_eq!(rp.userinfo(&login.access_token).await.html, json!({ "sub": login.sub }).to_string());
}

/// OpenID Connect Registration §2: `default_acr_values` are voluntary, and the request's own values go before them.
#[tokio::test]
async fn registered_default_acr_values_are_voluntary() {
    let demo = Demo::shared();
    let rp = Rp::with(&demo, "default-acr.example", &["--default-acr", "urn:hufu:acr:cert"]).await;
    let mut browser = signed_in(&demo).await;
    for extra in [&[][..], &[("acr_values", "urn:hufu:acr:code")]] {
        assert_eq!(log_in(&mut browser, &rp, extra).await.claims["acr"], "urn:hufu:acr:code");
    }
}
