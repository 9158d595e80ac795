//! Every way to redeem a code wrongly. RFC 6749 §4.1.3, §5.2; RFC 7636 §4.6; PROTOCOL 17.

use super::login::signed_in;
use crate::support::edit::Edit::{self, Again, Crowd, Drop, Long, Set};
use crate::support::edit::edited;
use crate::support::rp::{Attempt, fetch};
use crate::support::{Browser, Demo, Refused, Rp, wire};
use reqwest::header::CONTENT_TYPE;
use std::collections::BTreeMap;

const SHORT: &str = "only-42-characters-and-the-rule-wants-43-x";

const FORMS: &[(&str, &[Edit], &str, &str)] = &[
    ("no grant_type", &[Drop("grant_type")], "invalid_request", "grant_type.missing"),
    ("an empty grant_type", &[Set("grant_type", "")], "invalid_request", "grant_type.missing"),
    ("password", &[Set("grant_type", "password")], "unsupported_grant_type", "grant_type.not_supported"),
    (
        "client_credentials",
        &[Set("grant_type", "client_credentials")],
        "unsupported_grant_type",
        "grant_type.not_supported",
    ),
    ("refresh_token", &[Set("grant_type", "refresh_token")], "invalid_request", "refresh_token.missing"),
    ("capitals", &[Set("grant_type", "Authorization_Code")], "unsupported_grant_type", "grant_type.not_supported"),
    ("grant_type twice", &[Again("grant_type", "authorization_code")], "invalid_request", "param.duplicate"),
    ("no code", &[Drop("code")], "invalid_request", "code.missing"),
    ("an empty code", &[Set("code", "")], "invalid_request", "code.missing"),
    ("code twice", &[Again("code", "x")], "invalid_request", "param.duplicate"),
    ("a code of noise", &[Set("code", "AAAA")], "invalid_grant", "code.not_ours"),
    ("a code of markup", &[Set("code", "\"><script>")], "invalid_grant", "code.not_ours"),
    ("a code of 16,000 bytes", &[Long("code", 16_000)], "invalid_grant", "code.not_ours"),
    ("a code of 20,000 bytes", &[Long("code", 20_000)], "invalid_request", "param.too_long"),
    ("no redirect_uri", &[Drop("redirect_uri")], "invalid_request", "redirect_uri.missing"),
    (
        "another redirect_uri",
        &[Set("redirect_uri", "https://bad-token.example/callback/")],
        "invalid_grant",
        "redirect_uri.differs",
    ),
    ("redirect_uri twice", &[Again("redirect_uri", "x")], "invalid_request", "param.duplicate"),
    ("no verifier", &[Drop("code_verifier")], "invalid_grant", "code_verifier.missing"),
    ("an empty verifier", &[Set("code_verifier", "")], "invalid_grant", "code_verifier.missing"),
    ("a verifier of noise", &[Long("code_verifier", 64)], "invalid_grant", "code_verifier.differs"),
    ("a short verifier", &[Set("code_verifier", SHORT)], "invalid_request", "code_verifier.malformed"),
    ("a verifier of 129 characters", &[Long("code_verifier", 129)], "invalid_request", "code_verifier.malformed"),
    (
        "a verifier with a space",
        &[Set("code_verifier", "aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")],
        "invalid_request",
        "code_verifier.malformed",
    ),
    ("verifier twice", &[Again("code_verifier", "x")], "invalid_request", "param.duplicate"),
    ("a hundred more parameters", &[Crowd(100)], "invalid_request", "param.too_many"),
];

async fn code(rp: &Rp, browser: &mut Browser) -> (Attempt, String) {
    let attempt = rp.attempt(&[]);
    let callback = browser.log_in(&attempt.url, rp.demo.anybody()).await;
    let code = rp.code(&attempt, &callback);
    (attempt, code)
}

/// RFC 6749 §5.2; PROTOCOL 17: "refuse, do not consume": after every refusal the code is still good.
#[tokio::test]
async fn every_broken_token_request_is_refused_as_json_and_the_code_stays_good() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "bad-token.example").await;
    let (attempt, code) = code(&rp, &mut signed_in(&demo).await).await;
    let good = rp.token_form(&attempt, &code);
    let (mut wrong, mut traces) = (Vec::new(), BTreeMap::new());
    for (what, edits, error, code) in FORMS {
        let answer = rp.token(&edited(&good, edits)).await;
        let refused = match Refused::read(&answer) {
            Ok(refused) => refused,
            Err(why) => {
                wrong.push(format!("{what}: {why}"));
                continue;
            }
        };
        let told = (refused.status.as_u16(), refused.error.as_str(), refused.code.as_str());
        if told != (400, *error, *code) || !refused.lacks().is_empty() {
            wrong.push(format!("{what}: {told:?} lacks {:?}: {}", refused.lacks(), refused.description));
        }
        if answer.headers["cache-control"] != "no-store" {
            wrong.push(format!("{what}: may be cached"));
        }
        traces.insert(refused.code.clone(), refused);
    }
    wrong.extend(traces.values().filter_map(|refused| refused.untold(&demo)));
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), FORMS.len(), wrong.join("\n"));
    assert_eq!(rp.token(&good).await.status, 200, "none of those consumed it");
}

/// RFC 7636 §4.6: the challenge itself is no verifier: `plain` is not served.
#[tokio::test]
async fn the_challenge_is_not_accepted_as_the_verifier() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "plain.example").await;
    let (mut attempt, code) = code(&rp, &mut signed_in(&demo).await).await;
    let challenge = attempt.url.query_pairs().find(|(name, _)| name == "code_challenge").expect("PKCE").1.into_owned();
    attempt.verifier = challenge;
    let refused = Refused::read(&rp.token(&rp.token_form(&attempt, &code)).await).expect("a refusal");
    assert_eq!((refused.error.as_str(), refused.code.as_str()), ("invalid_grant", "code_verifier.differs"));
}

/// RFC 6749 §4.1.3: "using the application/x-www-form-urlencoded format", in the body.
#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "content.example").await;
    let (attempt, code) = code(&rp, &mut signed_in(&demo).await).await;
    let url = demo.url("/token");
    let form = rp.token_form(&attempt, &code);
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
    let json: serde_json::Map<_, _> = form.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let mut in_query = url.clone();
    in_query.set_query(Some(&text));
    let http = wire::client();
    for (what, request) in [
        ("JSON", http.post(url.clone()).json(&json)),
        ("plain text", http.post(url.clone()).header(CONTENT_TYPE, "text/plain").body(text.clone())),
        ("no type", http.post(url.clone()).body(text.clone())),
        ("multipart", http.post(url.clone()).header(CONTENT_TYPE, "multipart/form-data; boundary=x").body("--x--")),
        ("in the query", http.post(in_query)),
    ] {
        let id = &rp.registered.client_id;
        let answer = fetch(request.basic_auth(id, rp.registered.client_secret.as_deref()), &url).await;
        let refused = Refused::read(&answer).unwrap_or_else(|why| panic!("{what}: {why}"));
        assert_eq!((refused.status.as_u16(), refused.error.as_str()), (400, "invalid_request"), "{what}");
        assert_eq!(refused.lacks(), Vec::<&str>::new(), "{what}: {}", refused.description);
    }
    let charset =
        http.post(url.clone()).header(CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8").body(text);
    let id = &rp.registered.client_id;
    assert_eq!(fetch(charset.basic_auth(id, rp.registered.client_secret.as_deref()), &url).await.status, 200);
}

/// RFC 6749 §4.1.2: "If an authorization code is used more than once, the authorization server MUST deny the request and
/// SHOULD revoke (when possible) all tokens previously issued based on that authorization code."
#[tokio::test]
async fn code_used_twice_is_denied_and_its_tokens_are_revoked() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "twice.example").await;
    let (attempt, code) = code(&rp, &mut signed_in(&demo).await).await;
    let form = rp.token_form(&attempt, &code);
    let tokens: serde_json::Value = serde_json::from_str(&rp.token(&form).await.html).expect("JSON");
    let token = tokens["access_token"].as_str().expect("a token");
    assert_eq!(rp.userinfo(token).await.status, 200);
    for _ in 0..2 {
        let refused = Refused::read(&rp.token(&form).await).expect("a refusal");
        assert_eq!((refused.error.as_str(), refused.code.as_str()), ("invalid_grant", "code.replayed"));
        let refused = Refused::read(&rp.userinfo(token).await).expect("a refusal");
        assert_eq!((refused.error.as_str(), refused.code.as_str()), ("invalid_token", "access_token.revoked"));
    }
}

/// RFC 6749 §4.1.3: "ensure that the authorization code was issued to the authenticated confidential client".
#[tokio::test]
async fn a_code_in_another_client_s_hands_is_denied_and_stays_good_for_its_owner() {
    let demo = Demo::shared();
    let (rp, thief) = (Rp::at(&demo, "owner.example").await, Rp::at(&demo, "thief.example").await);
    let public = Rp::with(&demo, "public-thief.example", &["--auth-method", "none"]).await;
    let (attempt, code) = code(&rp, &mut signed_in(&demo).await).await;
    let form = rp.token_form(&attempt, &code);
    let refused = Refused::read(&thief.token(&form).await).expect("a refusal");
    assert_eq!((refused.error.as_str(), refused.code.as_str()), ("invalid_grant", "code.other_client"));
    let with_id = [form.clone(), vec![("client_id".to_owned(), public.registered.client_id.clone())]].concat();
    let answer = fetch(wire::client().post(demo.url("/token")).form(&with_id), &demo.url("/token")).await;
    assert_eq!(Refused::read(&answer).expect("a refusal").code, "code.other_client");
    assert_eq!(rp.token(&form).await.status, 200);
}

/// PROTOCOL 17: single use is one guarded change of one row, also from 64 connections at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_code_redeemed_from_64_connections_at_once_gives_one_set_of_tokens() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "race.example").await;
    let (attempt, code) = code(&rp, &mut signed_in(&demo).await).await;
    let form = rp.token_form(&attempt, &code);
    let (url, id, secret) = (demo.url("/token"), &rp.registered.client_id, rp.registered.client_secret.as_deref());
    let requests: Vec<_> = (0..64)
        .map(|_| tokio::spawn(wire::client().post(url.clone()).basic_auth(id, secret).form(&form).send()))
        .collect();
    let mut statuses = BTreeMap::new();
    for request in requests {
        let answer = request.await.expect("it runs").expect("an answer");
        *statuses.entry(answer.status().as_u16()).or_insert(0) += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(200, 1), (400, 63)]));
}
