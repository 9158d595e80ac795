//! The main job, whole: a person signs in, a website learns one code.

use crate::support::{Browser, Demo, Login, Refused, Rp, Stop};
use std::sync::Arc;

/// Signs the persona with the fixed code in at a website, with these parameters.
pub async fn log_in(browser: &mut Browser, rp: &Rp, extra: &[(&str, &str)]) -> Login {
    let attempt = rp.attempt(extra);
    let callback = browser.log_in(&attempt.url, rp.demo.anybody()).await;
    rp.finish(&attempt, &callback).await
}

/// A browser of the persona with the fixed code, signed in.
pub async fn signed_in(demo: &Arc<Demo>) -> Browser {
    Browser::of(demo, demo.anybody()).await
}

/// OpenID Connect Core §3.1: the authorization code flow, from the button to the UserInfo response.
#[tokio::test]
async fn a_person_signs_in_at_a_website_that_uses_an_ordinary_library() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "bank.example").await;
    let mut browser = Browser::new(&demo);
    let attempt = rp.attempt(&[]);
    let page = browser.open(&attempt.url).await.page();
    let page = browser.sign_in(&page, demo.anybody()).await.page();
    assert!(page.has_form("/consent"), "consent is asked the first time:\n{}", page.html);
    let callback = browser.allow(&page).await.away();
    let login = rp.finish(&attempt, &callback).await;
    assert_eq!(login.sub.len(), 43, "base64url of an HMAC-SHA-256 (PROTOCOL 2)");
}

/// PROTOCOL 7: consent to the result is remembered. DESIGN: a second login at the same website asks nothing.
#[tokio::test]
async fn the_same_website_gets_the_same_sub_again_without_a_page() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "again.example").await;
    let mut browser = signed_in(&demo).await;
    let first = log_in(&mut browser, &rp, &[]).await;
    let attempt = rp.attempt(&[]);
    let callback = browser.open(&attempt.url).await.away();
    let second = rp.finish(&attempt, &callback).await;
    assert_eq!(first.sub, second.sub);
    let mut elsewhere = Browser::new(&demo);
    let third = log_in(&mut elsewhere, &rp, &[]).await;
    assert_eq!(first.sub, third.sub, "another browser, the same person");
}

/// OpenID Connect Core §8.1: pairwise subject identifiers; a second website is one click.
#[tokio::test]
async fn a_second_website_is_one_click_and_another_sub() {
    let demo = Demo::shared();
    let (one, other) = (Rp::at(&demo, "one.example").await, Rp::at(&demo, "other.example").await);
    let mut browser = signed_in(&demo).await;
    let first = log_in(&mut browser, &one, &[]).await;
    let attempt = other.attempt(&[]);
    let page = browser.open(&attempt.url).await.page();
    assert!(!page.has_form("code-form"), "nobody signs in twice");
    let callback = browser.allow(&page).await.away();
    let second = other.finish(&attempt, &callback).await;
    assert_ne!(first.sub, second.sub);
}

/// OpenID Connect Core §8.1: websites of one host are one sector.
#[tokio::test]
async fn two_clients_of_one_sector_get_one_sub() {
    let demo = Demo::shared();
    let (one, other) = (Rp::at(&demo, "sector.example").await, Rp::at(&demo, "sector.example").await);
    let mut browser = signed_in(&demo).await;
    let first = log_in(&mut browser, &one, &[]).await;
    let second = log_in(&mut browser, &other, &[]).await;
    assert_eq!(first.sub, second.sub);
}

/// RFC 6749 §4.1.2.1: `access_denied`; RFC 9207 §2: `iss` in the error response too.
#[tokio::test]
async fn declining_returns_access_denied_with_state_and_iss() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "declined.example").await;
    let attempt = rp.attempt(&[]);
    let mut stranger = Browser::new(&demo);
    let page = stranger.open(&attempt.url).await.page();
    let before_sign_in = stranger.decline(&page).await.away();
    let mut browser = signed_in(&demo).await;
    let page = browser.open(&attempt.url).await.page();
    let on_consent = browser.decline(&page).await.away();
    for callback in [before_sign_in, on_consent] {
        let refused = Refused::redirect(callback.as_str()).expect("a refusal");
        assert_eq!(refused.error, "access_denied");
        assert_eq!(refused.state.as_deref(), Some(attempt.state.as_str()));
        assert_eq!(refused.iss.as_deref(), Some(demo.issuer.as_str()));
    }
    let page = browser.open(&rp.attempt(&[]).url).await.page();
    assert!(page.has_form("/consent"), "a no is not remembered as a yes");
}

/// PROTOCOL 4: ID token `iss sub aud exp iat nonce acr amr`, and nothing else.
#[tokio::test]
async fn the_id_token_holds_exactly_the_minimal_claims() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "minimal.example").await;
    let login = log_in(&mut signed_in(&demo).await, &rp, &[]).await;
    let claims = login.claims.as_object().expect("an object");
    let mut names: Vec<_> = claims.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["acr", "amr", "aud", "exp", "iat", "iss", "nonce", "sub"]);
    assert_eq!(claims["iss"], demo.issuer.as_str());
    assert_eq!(claims["aud"], rp.registered.client_id.as_str());
    assert_eq!(claims["acr"], "urn:hufu:acr:code");
    assert_eq!(claims["amr"], serde_json::json!(["pin", "otp", "mfa"]));
    assert_eq!(login.header["alg"], "RS256", "the default of the specification (Core §2)");
    assert!(login.header["kid"].is_string());
}

/// PROTOCOL 4: UserInfo `sub`. OpenID Connect Core §5.3.
#[tokio::test]
async fn userinfo_holds_exactly_the_sub() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "userinfo.example").await;
    let login = log_in(&mut signed_in(&demo).await, &rp, &[("claims", r#"{"userinfo":{"name":null}}"#)]).await;
    let answer = rp.userinfo(&login.access_token).await;
    assert_eq!(answer.html, format!(r#"{{"sub":"{}"}}"#, login.sub));
    assert_eq!(answer.headers["cache-control"], "no-store");
}

/// RFC 6749 §5.1: "Cache-Control: no-store"; the fields of the response.
#[tokio::test]
async fn the_token_response_is_exactly_what_the_specification_says() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "tokens.example").await;
    let mut browser = signed_in(&demo).await;
    let attempt = rp.attempt(&[]);
    let callback = browser.log_in(&attempt.url, demo.anybody()).await;
    let code = rp.code(&attempt, &callback);
    assert!((22..=1024).contains(&code.len()), "a code of {} characters (PROTOCOL 13)", code.len());
    let answer = rp.token(&rp.token_form(&attempt, &code)).await;
    let body: serde_json::Value = serde_json::from_str(&answer.html).expect("JSON");
    let mut names: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["access_token", "expires_in", "id_token", "scope", "token_type"]);
    assert_eq!(body["expires_in"], 600);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["pragma"], "no-cache");
}

/// OpenID Connect Core §3.1.2.1: "Authorization Servers MUST support the use of the HTTP GET and POST methods".
#[tokio::test]
async fn an_authorization_request_may_be_a_post_from_the_website() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "post.example").await;
    let mut browser = signed_in(&demo).await;
    let attempt = rp.attempt(&[]);
    let fields: Vec<_> = attempt.url.query_pairs().into_owned().collect();
    // A cross-site POST carries no SameSite=Lax cookie (PROTOCOL 24): the answer must lead to a GET that does.
    let request = browser.http().post(demo.url("/authorize")).header("origin", "https://post.example").form(&fields);
    let answer = crate::support::rp::fetch(request, &demo.url("/authorize")).await;
    let page = browser.follow(answer).await.page();
    assert!(!page.has_form("code-form"), "the session is seen again");
    let callback = browser.allow(&page).await.away();
    rp.finish(&attempt, &callback).await;
}

/// The person's own page works without a website, and without JavaScript.
#[tokio::test]
async fn signing_out_ends_the_session_here() {
    let demo = Demo::shared();
    let mut browser = signed_in(&demo).await;
    let page = browser.open(&demo.url("/signout")).await.page();
    browser.submit(&page, &page.form("/signout").press("signout")).await.page();
    let page = browser.open(&demo.url("/me")).await.page();
    assert!(page.has_form("code-form"), "signed out:\n{}", page.html);
    let rp = Rp::at(&demo, "signed-out.example").await;
    let stop = browser.open(&rp.attempt(&[("prompt", "none")]).url).await;
    assert_eq!(stop.answer("error"), "login_required");
}

/// One wording for every wrong credential (PROTOCOL 21), and the way back to the website stays open.
#[tokio::test]
async fn a_wrong_pin_an_unknown_number_and_a_suspended_person_read_alike() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "wrong.example").await;
    let mut browser = Browser::new(&demo);
    let right = demo.persona("suspended").clone();
    let mut said = Vec::new();
    let mut wrong = right.clone();
    wrong.pin = Some("39475102".to_owned());
    let mut unknown = wrong.clone();
    unknown.network_number = "0000-0000-0000-0000".to_owned();
    for persona in [right, wrong, unknown] {
        let page = browser.open(&rp.attempt(&[]).url).await.page();
        let Stop::Page(page) = browser.sign_in(&page, &persona).await else { panic!("{} is in", persona.note) };
        assert!(page.has_form("code-form") && page.form("/consent").has_button("decline"));
        assert_eq!(page.form("code-form").value("pin"), "", "a PIN never comes back");
        let alert = page.text("problem").expect("an alert");
        said.push(alert.split("give this code").next().map(str::to_owned));
    }
    assert_eq!(said[0], said[1]);
    assert_eq!(said[1], said[2]);
}

/// Issue 2, "Run": the client in the ready line is a website like any other.
#[tokio::test]
async fn the_demo_s_own_client_works_with_any_library() {
    let demo = Demo::shared();
    let rp = Rp::discover(&demo, demo.client.clone()).await;
    log_in(&mut signed_in(&demo).await, &rp, &[]).await;
}
