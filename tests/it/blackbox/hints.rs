//! Hints, languages, and what must be ignored. OpenID Connect Core §3.1.2.1.

use super::login::{log_in, signed_in};
use crate::support::{Browser, Demo, Refused, Rp};
use serde_json::json;

/// OpenID Connect Core §3.1.2.1: `id_token_hint`: the person it names is signed in: silence.
#[tokio::test]
async fn an_id_token_hint_at_the_person_signed_in_succeeds_silently() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "hint.example").await;
    let mut browser = signed_in(&demo).await;
    let first = log_in(&mut browser, &rp, &[]).await;
    let attempt = rp.attempt(&[("prompt", "none"), ("id_token_hint", &first.id_token)]);
    let callback = browser.open(&attempt.url).await.away();
    assert_eq!(rp.finish(&attempt, &callback).await.sub, first.sub);
}

/// OpenID Connect Core §3.1.2.1: "otherwise, it SHOULD return an error, such as login_required".
#[tokio::test]
async fn an_id_token_hint_at_somebody_else_is_login_required() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "hinted.example").await;
    let of_anybody = log_in(&mut signed_in(&demo).await, &rp, &[]).await;
    let adult = demo.personas.iter().find(|persona| persona.otpauth.is_some() && persona.note.contains("dult"));
    let mut browser = Browser::of(&demo, adult.expect("an adult with a code app")).await;
    let stop = browser.open(&rp.attempt(&[("prompt", "none"), ("id_token_hint", &of_anybody.id_token)]).url).await;
    assert_eq!(stop.answer("error"), "login_required");
}

/// OpenID Connect Core §3.1.2.2: with "a specific value for the sub Claim" the server "MUST NOT reply with an ID Token or Access
/// Token for a different user, even if they have an active session"; §5.5.1: "value" and "values".
#[tokio::test]
async fn a_sub_in_the_claims_parameter_is_the_only_person_answered_for() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "asked-sub.example").await;
    let mut browser = signed_in(&demo).await;
    let sub = log_in(&mut browser, &rp, &[]).await.sub;
    for (claims, answered) in [
        (json!({ "id_token": { "sub": { "value": sub } } }), true),
        (json!({ "userinfo": { "sub": { "value": sub } } }), true),
        (json!({ "id_token": { "sub": { "values": ["another", sub] } } }), true),
        (json!({ "id_token": { "sub": { "value": "another" } } }), false),
        (json!({ "id_token": { "sub": { "values": ["another", "a third"] } } }), false),
    ] {
        let claims = claims.to_string();
        let stop = browser.open(&rp.attempt(&[("prompt", "none"), ("claims", &claims)]).url).await.away();
        assert_eq!(stop.query_pairs().any(|(name, _)| name == "code"), answered, "{claims}: {stop}");
        assert!(answered || stop.as_str().contains("error=login_required"), "{claims}: {stop}");
        // The reason names what was sent: there was no hint.
        let why = stop.query_pairs().find(|(name, _)| name == "error_description").map(|(_, why)| why.into_owned());
        let named = why.is_some_and(|why| why.contains("claims parameter") && !why.contains("id_token_hint"));
        assert_eq!(named, !answered, "{claims}: {stop}");
    }
}

/// A hint that this provider did not give to this client says nothing about anybody.
#[tokio::test]
async fn an_id_token_hint_that_is_altered_or_of_another_client_is_refused() {
    let demo = Demo::shared();
    let (rp, other) = (Rp::at(&demo, "own-hint.example").await, Rp::at(&demo, "their-hint.example").await);
    let mut browser = signed_in(&demo).await;
    let own = log_in(&mut browser, &rp, &[]).await.id_token;
    let theirs = log_in(&mut browser, &other, &[]).await.id_token;
    let unsigned = format!("{}.", own.rsplit_once('.').expect("three parts").0);
    let altered = own.replacen("eyJ", "eyK", 1);
    for hint in [theirs, unsigned, altered, "no.jwt.atall".to_owned(), "x".to_owned()] {
        let callback = browser.open(&rp.attempt(&[("id_token_hint", &hint)]).url).await.away();
        let refused = Refused::redirect(callback.as_str()).unwrap_or_else(|why| panic!("{hint}: {why}"));
        assert_eq!(refused.error, "invalid_request", "{hint}");
    }
}

/// OpenID Connect Core §3.1.2.1: `login_hint` is a hint: whatever it says, the page comes.
#[tokio::test]
async fn a_login_hint_never_breaks_the_sign_in() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "login-hint.example").await;
    for hint in ["buffy@localhost", "\"><script>alert(1)</script>", "蓝海", &demo.anybody().network_number] {
        let attempt = rp.attempt(&[("login_hint", hint)]);
        let page = Browser::new(&demo).open(&attempt.url).await.page();
        assert!(page.has_form("code-form"), "{hint}");
        assert!(!page.html.contains("<script>"), "{hint}");
    }
}

/// OpenID Connect Core §3.1.2.1: `ui_locales`, "ordered by preference"; none that we speak is no error.
#[tokio::test]
async fn the_page_speaks_the_language_that_was_asked_for() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "locales.example").await;
    for (ui_locales, accept, expected) in [
        ("zh-CN", "en", "zh-CN"),
        ("zh", "en", "zh-CN"),
        ("fr zh-Hans-CN en", "en", "zh-CN"),
        ("en-GB", "zh-CN", "en"),
        ("se", "zh-CN,zh;q=0.9", "zh-CN"),
        ("se", "fr,en;q=0.5", "en"),
    ] {
        let mut browser = Browser::new(&demo);
        accept.clone_into(&mut browser.language);
        let page = browser.open(&rp.attempt(&[("ui_locales", ui_locales)]).url).await.page();
        assert_eq!(page.lang(), expected, "ui_locales={ui_locales}, Accept-Language: {accept}");
    }
}

/// The switch on every page beats the browser's setting and is remembered.
#[tokio::test]
async fn the_language_switch_is_remembered_by_this_browser() {
    let demo = Demo::shared();
    let mut browser = Browser::new(&demo);
    let page = browser.open(&demo.url("/")).await.page();
    assert_eq!(page.lang(), "en");
    let mut form = page.form("/language");
    form.fields.push(("locale".to_owned(), "zh-CN".to_owned()));
    let page = browser.submit(&page, &form).await.page();
    assert_eq!(page.lang(), "zh-CN");
    assert_eq!(browser.open(&demo.url("/me")).await.page().lang(), "zh-CN");
}

/// RFC 6749 §3.1: "The authorization server MUST ignore unrecognized request parameters."
#[tokio::test]
async fn unknown_parameters_scopes_and_displays_are_ignored() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "unknown.example").await;
    let mut browser = signed_in(&demo).await;
    for extra in [("extra", "foobar"), ("display", "popup"), ("claims_locales", "se")] {
        log_in(&mut browser, &rp, &[extra]).await;
    }
    let mut attempt = rp.attempt(&[]);
    attempt.url = attempt.url.as_str().replace("scope=openid", "scope=email+openid+unheard-of").parse().expect("a URL");
    let callback = browser.open(&attempt.url).await.away();
    rp.finish(&attempt, &callback).await;
}

/// RFC 6749 §4.1.2: `state`: "the exact value received from the client". §3.1.2: a registered query is retained.
#[tokio::test]
async fn state_and_the_registered_query_come_back_exactly() {
    let demo = Demo::shared();
    let registered = demo.add_client("https://query.example/callback?bar=foo&x=%2F", &[]);
    let rp = Rp::discover(&demo, registered).await;
    let mut browser = signed_in(&demo).await;
    for state in [format!("{}-._~", "x".repeat(124)), " a+b%20&c=d #\u{85cd}\"<".to_owned(), "y".repeat(4096)] {
        let attempt = rp.attempt(&[]);
        let mut url = attempt.url.clone();
        let pairs: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| name != "state").collect();
        url.query_pairs_mut().clear().extend_pairs(pairs).append_pair("state", &state);
        let callback = browser.log_in(&url, demo.anybody()).await;
        assert!(callback.as_str().starts_with("https://query.example/callback?bar=foo&x=%2F&code="), "{callback}");
        assert!(callback.query_pairs().any(|(name, value)| name == "state" && value == state.as_str()), "{callback}");
    }
}
