//! A confidential client that may leave PKCE out. PROTOCOL 16; RFC 9700 §2.1.1.

use super::login::signed_in;
use crate::support::rp::Attempt;
use crate::support::{Demo, Refused, Rp};
use std::sync::Arc;

async fn website(demo: &Arc<Demo>, host: &str) -> Rp {
    Rp::with(demo, host, &["--pkce-optional"]).await
}

/// The same request without these parameters.
fn without(attempt: &mut Attempt, names: &[&str]) {
    let pairs: Vec<_> = attempt.url.query_pairs().into_owned().filter(|(name, _)| !names.contains(&&**name)).collect();
    attempt.url.query_pairs_mut().clear().extend_pairs(pairs);
}

const PKCE: [&str; 2] = ["code_challenge", "code_challenge_method"];

/// RFC 9700 §2.1.1: a nonce protects a confidential OpenID Connect client as well.
#[tokio::test]
async fn without_pkce_a_nonce_is_demanded_and_enough() {
    let demo = Demo::shared();
    let rp = website(&demo, "optional.example").await;
    let mut browser = signed_in(&demo).await;
    let mut attempt = rp.attempt(&[]);
    without(&mut attempt, &PKCE);
    let callback = browser.log_in(&attempt.url, demo.anybody()).await;
    let mut form = rp.token_form(&attempt, &rp.code(&attempt, &callback));
    form.retain(|(name, _)| name != "code_verifier");
    assert_eq!(rp.token(&form).await.status, 200);
    let mut attempt = rp.attempt(&[]);
    without(&mut attempt, &[PKCE[0], PKCE[1], "nonce"]);
    let callback = browser.open(&attempt.url).await.away();
    let refused = Refused::redirect(callback.as_str()).expect("a refusal");
    assert_eq!((refused.error.as_str(), refused.code.as_str()), ("invalid_request", "nonce.missing"));
    assert_eq!(refused.lacks(), Vec::<&str>::new());
}

/// RFC 9700 §4.8.2: the downgrade: a verifier without a challenge. And a challenge that was sent is always enforced.
#[tokio::test]
async fn a_verifier_without_a_challenge_is_denied_and_a_challenge_is_always_enforced() {
    let demo = Demo::shared();
    let rp = website(&demo, "downgrade.example").await;
    let mut browser = signed_in(&demo).await;
    let mut attempt = rp.attempt(&[]);
    without(&mut attempt, &PKCE);
    let callback = browser.log_in(&attempt.url, demo.anybody()).await;
    let answer = rp.token(&rp.token_form(&attempt, &rp.code(&attempt, &callback))).await;
    let refused = Refused::read(&answer).expect("a refusal");
    assert_eq!((refused.error.as_str(), refused.code.as_str()), ("invalid_grant", "code_verifier.unexpected"));
    let attempt = rp.attempt(&[]);
    let callback = browser.open(&attempt.url).await.away();
    let mut form = rp.token_form(&attempt, &rp.code(&attempt, &callback));
    form.retain(|(name, _)| name != "code_verifier");
    let refused = Refused::read(&rp.token(&form).await).expect("a refusal");
    assert_eq!((refused.error.as_str(), refused.code.as_str()), ("invalid_grant", "code_verifier.missing"));
}
