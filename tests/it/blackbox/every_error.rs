//! Every OAuth error that these endpoints can produce is produced here, once, in one table.

use super::login::{log_in, signed_in};
use super::tokens::offline;
use crate::support::{Browser, Demo, Refused, Rp};
use hufu::spec::OAuthError;
use std::collections::BTreeSet;

/// What no request from outside can bring about: broken keys and a dead database. Produced in `protocol::errors`.
const NOT_FROM_OUTSIDE: &[OAuthError] = &[OAuthError::ServerError, OAuthError::TemporarilyUnavailable];

/// DESIGN, Tests: "every OAuth error is produced by some test".
#[tokio::test]
async fn every_oauth_error_is_produced() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "every-error.example").await;
    let mut produced = BTreeSet::new();
    let mut browser = signed_in(&demo).await;
    for extra in [
        ("prompt", "none"),
        ("prompt", "please"),
        ("request", "x"),
        ("request_uri", "https://x.example/"),
        ("registration", "{}"),
        ("resource", "https://nowhere.example/"),
        ("claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:example:gold"}}}"#),
    ] {
        produced.insert(browser.open(&rp.attempt(&[extra]).url).await.answer("error"));
    }
    produced.insert(Browser::new(&demo).open(&rp.attempt(&[("prompt", "none")]).url).await.answer("error"));
    for (from, to) in [("response_type=code", "response_type=token"), ("scope=openid", "scope=email")] {
        let url = rp.attempt(&[]).url.as_str().replace(from, to).parse().expect("a URL");
        produced.insert(browser.open(&url).await.answer("error"));
    }
    let page = browser.open(&rp.attempt(&[]).url).await.page();
    produced.insert(browser.decline(&page).await.answer("error"));

    let login = log_in(&mut browser, &rp, &[]).await;
    let attempt = rp.attempt(&[]);
    let form = rp.token_form(&attempt, &login.access_token);
    let mut unknown_grant = form.clone();
    "password".clone_into(&mut unknown_grant[0].1);
    let mut impostor = Rp::discover(&demo, rp.registered.clone()).await;
    impostor.registered.client_secret = Some("wrong".to_owned());
    let narrow = Rp::with(&demo, "narrow.example", &["--refresh"]).await;
    let tokens = offline(&narrow).await;
    let token = tokens["refresh_token"].as_str().expect("a refresh token");
    let narrowed = narrow.token(&refresh_form(token, "offline_access")).await;
    let narrowed: serde_json::Value = serde_json::from_str(&narrowed.html).expect("JSON");
    for answer in [
        rp.token(&form).await,
        rp.token(&unknown_grant).await,
        impostor.token(&form).await,
        rp.userinfo(&login.id_token).await,
        rp.token(&refresh_form(&login.access_token, "openid")).await,
        narrow.userinfo(narrowed["access_token"].as_str().expect("a token")).await,
    ] {
        produced.insert(Refused::read(&answer).expect("a refusal").error);
    }
    for words in [
        &["--redirect-uri", "http://plain.example/callback"][..],
        &["--redirect-uri", "https://one.example/callback", "--redirect-uri", "https://two.example/callback"],
    ] {
        let output = demo.hufu(&[&["client", "add", "--json"], words].concat());
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let named = ["invalid_redirect_uri", "invalid_client_metadata"].into_iter().find(|error| said.contains(error));
        produced.insert(named.unwrap_or_else(|| panic!("{words:?}: {said}")).to_owned());
    }

    let expected: BTreeSet<String> = OAuthError::ALL
        .iter()
        .filter(|error| !NOT_FROM_OUTSIDE.contains(error))
        .map(|error| error.wire().to_owned())
        .collect();
    assert_eq!(produced, expected);
}

fn refresh_form(token: &str, scope: &str) -> Vec<(String, String)> {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}
