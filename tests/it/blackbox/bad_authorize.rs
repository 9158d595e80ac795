//! Every missing, duplicated, oversized, malformed parameter of an authorization request.
//!
//! RFC 6749 §4.1.2.1: until client and redirect URI are trusted a refusal is a page; from then on a redirect.

use crate::support::edit::Edit::{self, Again, Crowd, Drop, Long, Set};
use crate::support::edit::edited;
use crate::support::{Browser, Demo, Refused, Rp, Shape};
use std::collections::BTreeMap;

/// What is broken, how, and the error and the code that must come back.
type Case = (&'static str, &'static [Edit], &'static str, &'static str);

const PAGES: &[Case] = &[
    ("no client_id", &[Drop("client_id")], "", "client_id.missing"),
    ("an empty client_id", &[Set("client_id", "")], "", "client_id.missing"),
    ("an unknown client_id", &[Set("client_id", "nobody")], "", "client_id.unknown"),
    ("an unknown client_id of markup", &[Set("client_id", "\"><script>alert(1)</script>")], "", "client_id.unknown"),
    ("client_id twice", &[Again("client_id", "nobody")], "", "param.duplicate"),
    ("a client_id of 20,000 bytes", &[Long("client_id", 20_000)], "", "param.too_long"),
    ("no redirect_uri", &[Drop("redirect_uri")], "", "redirect_uri.missing"),
    ("an empty redirect_uri", &[Set("redirect_uri", "")], "", "redirect_uri.missing"),
    ("redirect_uri twice", &[Again("redirect_uri", "https://evil.example/")], "", "param.duplicate"),
    // Who sends so many may have hidden the one that counts.
    ("a hundred more parameters", &[Crowd(100)], "", "param.too_many"),
    ("a redirect_uri of 20,000 bytes", &[Long("redirect_uri", 20_000)], "", "param.too_long"),
];

const REDIRECTS: &[Case] = &[
    ("no response_type", &[Drop("response_type")], "invalid_request", "response_type.missing"),
    ("implicit", &[Set("response_type", "token")], "unsupported_response_type", "response_type.not_supported"),
    ("hybrid", &[Set("response_type", "code id_token")], "unsupported_response_type", "response_type.not_supported"),
    ("capitals", &[Set("response_type", "CODE")], "unsupported_response_type", "response_type.not_supported"),
    ("response_type twice", &[Again("response_type", "code")], "invalid_request", "param.duplicate"),
    ("fragment", &[Set("response_mode", "fragment")], "invalid_request", "response_mode.not_supported"),
    ("web_message", &[Set("response_mode", "web_message")], "invalid_request", "response_mode.not_supported"),
    ("no scope", &[Drop("scope")], "invalid_scope", "scope.openid_missing"),
    ("a scope without openid", &[Set("scope", "profile email")], "invalid_scope", "scope.openid_missing"),
    ("scope in capitals", &[Set("scope", "OpenID")], "invalid_scope", "scope.openid_missing"),
    ("scope twice", &[Again("scope", "openid")], "invalid_request", "param.duplicate"),
    ("state twice", &[Again("state", "another")], "invalid_request", "param.duplicate"),
    ("a state of 4,097 bytes", &[Long("state", 4097)], "invalid_request", "param.too_long"),
    ("nonce twice", &[Again("nonce", "another")], "invalid_request", "param.duplicate"),
    ("a nonce of 321 bytes", &[Long("nonce", 321)], "invalid_request", "param.too_long"),
    ("no code_challenge", &[Drop("code_challenge")], "invalid_request", "code_challenge.missing"),
    (
        "no PKCE at all",
        &[Drop("code_challenge"), Drop("code_challenge_method")],
        "invalid_request",
        "code_challenge.missing",
    ),
    ("plain", &[Set("code_challenge_method", "plain")], "invalid_request", "code_challenge_method.not_supported"),
    ("plain unsaid", &[Drop("code_challenge_method")], "invalid_request", "code_challenge_method.not_supported"),
    ("s256", &[Set("code_challenge_method", "s256")], "invalid_request", "code_challenge_method.not_supported"),
    ("a challenge of 42 characters", &[Long("code_challenge", 42)], "invalid_request", "code_challenge.malformed"),
    ("a challenge of 44 characters", &[Long("code_challenge", 44)], "invalid_request", "code_challenge.malformed"),
    (
        "a padded challenge",
        &[Set("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=")],
        "invalid_request",
        "code_challenge.malformed",
    ),
    (
        "a challenge in plain base64",
        &[Set("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")],
        "invalid_request",
        "code_challenge.malformed",
    ),
    ("code_challenge twice", &[Again("code_challenge", "x")], "invalid_request", "param.duplicate"),
    ("an unknown prompt", &[Set("prompt", "please")], "invalid_request", "prompt.unknown"),
    ("none and login", &[Set("prompt", "none login")], "invalid_request", "prompt.none_not_alone"),
    ("a negative max_age", &[Set("max_age", "-1")], "invalid_request", "max_age.malformed"),
    ("a max_age in words", &[Set("max_age", "soon")], "invalid_request", "max_age.malformed"),
    ("a max_age with a fraction", &[Set("max_age", "1.5")], "invalid_request", "max_age.malformed"),
    ("a max_age without end", &[Set("max_age", "99999999999999999999")], "invalid_request", "max_age.malformed"),
    ("claims that are no JSON", &[Set("claims", "{")], "invalid_request", "claims.malformed"),
    ("claims that are a list", &[Set("claims", "[]")], "invalid_request", "claims.malformed"),
    ("a claims member of another type", &[Set("claims", r#"{"id_token":1}"#)], "invalid_request", "claims.malformed"),
    (
        "an acr that is no text",
        &[Set("claims", r#"{"id_token":{"acr":{"value":1}}}"#)],
        "invalid_request",
        "claims.malformed",
    ),
    ("a request object", &[Set("request", "eyJhbGciOiJub25lIn0.e30.")], "invalid_request_object", "request.alg"),
    (
        "a request_uri",
        &[Set("request_uri", "https://evil.example/r#x")],
        "invalid_request_uri",
        "request_uri.not_registered",
    ),
    ("registration", &[Set("registration", "{}")], "registration_not_supported", "registration.not_supported"),
    ("an id_token_hint of noise", &[Set("id_token_hint", "x.y.z")], "invalid_request", "id_token_hint.not_ours"),
    ("an unknown parameter twice", &[Again("foo", "1"), Again("foo", "2")], "invalid_request", "param.duplicate"),
    ("a parameter of 20,000 bytes", &[Long("foo", 20_000)], "invalid_request", "param.too_long"),
];

/// Sends every case and compares; then asks `hufu trace` about one refusal of each code.
async fn all_are_refused(cases: &[Case], shape: Shape) {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "bad-authorize.example").await;
    let mut browser = Browser::new(&demo);
    let (mut wrong, mut traces) = (Vec::new(), BTreeMap::new());
    for (what, edits, error, code) in cases {
        let attempt = rp.attempt(&[]);
        let good: Vec<_> = attempt.url.query_pairs().into_owned().collect();
        let mut url = demo.url("/authorize");
        url.query_pairs_mut().extend_pairs(edited(&good, edits));
        let refused = match Refused::read(&browser.get(&url).await) {
            Ok(refused) => refused,
            Err(why) => {
                wrong.push(format!("{what}: {why}"));
                continue;
            }
        };
        if (refused.shape, refused.error.as_str(), refused.code.as_str()) != (shape, *error, *code) {
            wrong.push(format!("{what}: {refused:?}"));
        }
        if !refused.lacks().is_empty() {
            wrong.push(format!("{what}: lacks {:?}: {}", refused.lacks(), refused.description));
        }
        if shape == Shape::Redirect {
            // RFC 6749 §4.1.2.1: state "REQUIRED if a state parameter was present"; RFC 9207 §2.
            let touched = what.contains("state");
            if !touched && refused.state.as_deref() != Some(attempt.state.as_str()) {
                wrong.push(format!("{what}: state is {:?}", refused.state));
            }
            if refused.iss.as_deref() != Some(demo.issuer.as_str()) {
                wrong.push(format!("{what}: iss is {:?}", refused.iss));
            }
        } else if refused.status != 400 {
            wrong.push(format!("{what}: {}", refused.status));
        }
        traces.insert(refused.code.clone(), refused);
    }
    wrong.extend(traces.values().filter_map(|refused| refused.untold(&demo)));
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// RFC 6749 §4.1.2.1: "MUST NOT automatically redirect the user-agent to the invalid redirection URI".
#[tokio::test]
async fn without_a_trusted_redirect_uri_every_refusal_is_a_page() {
    all_are_refused(PAGES, Shape::Page).await;
}

/// RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 7636 §4.4.1.
#[tokio::test]
async fn with_a_trusted_redirect_uri_every_refusal_is_a_redirect() {
    all_are_refused(REDIRECTS, Shape::Redirect).await;
}

/// RFC 6749 Appendix B: UTF-8.
#[tokio::test]
async fn bytes_that_are_no_utf8_are_refused() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "bytes.example").await;
    let mut browser = Browser::new(&demo);
    for spoilt in ["&login_hint=%ff%fe", "&%c3%28=1"] {
        let url = format!("{}{spoilt}", rp.attempt(&[]).url).parse().expect("a URL");
        let refused = Refused::read(&browser.get(&url).await).expect("a refusal");
        assert_eq!((refused.error.as_str(), refused.code.as_str()), ("invalid_request", "param.not_utf8"), "{spoilt}");
    }
}

/// What arrives is shown as text, whatever it is.
#[tokio::test]
async fn markup_in_a_parameter_stays_text_on_the_page() {
    let demo = Demo::shared();
    let mut url = demo.url("/authorize");
    url.query_pairs_mut().append_pair("client_id", "\"><img src=x onerror=alert(1)>").append_pair("scope", "openid");
    let page = Browser::new(&demo).get(&url).await;
    assert_eq!(page.status, 400);
    assert!(!page.html.contains("<img src=x"), "{}", page.html);
    assert!(page.html.contains("onerror=alert(1)"), "the received value is shown (PROTOCOL 25)");
}
