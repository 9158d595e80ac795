//! The ways in which a website proves itself at the token endpoint. OpenID Connect Core §9; RFC 6749 §2.3.

use super::login::{log_in, signed_in};
use crate::support::assertion::{Assertion, Key};
use crate::support::rp::fetch;
use crate::support::{Demo, Page, Refused, Rp, wire};
use openidconnect::AuthType;
use serde_json::Value;
use std::io::Write;

/// A code for this website, and the form that redeems it.
async fn form(rp: &Rp) -> Vec<(String, String)> {
    let attempt = rp.attempt(&[]);
    let callback = signed_in(&rp.demo).await.log_in(&attempt.url, rp.demo.anybody()).await;
    rp.token_form(&attempt, &rp.code(&attempt, &callback))
}

/// The form as it is, without a header.
async fn post(rp: &Rp, form: &[(String, String)]) -> Page {
    let url = rp.demo.url("/token");
    fetch(wire::client().post(url.clone()).form(form), &url).await
}

async fn with_key(demo: &std::sync::Arc<Demo>, host: &str, key: &Key) -> Rp {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    write!(file, "{}", key.jwks()).expect("written");
    let path = file.path().to_str().expect("text").to_owned();
    Rp::with(demo, host, &["--auth-method", "private_key_jwt", "--jwks-file", &path]).await
}

/// OpenID Connect Core §9: `client_secret_basic`, the default.
#[tokio::test]
async fn client_secret_basic_is_the_default() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "basic.example").await;
    log_in(&mut signed_in(&demo).await, &rp, &[]).await;
}

/// OpenID Connect Core §9: `client_secret_post`; a client uses the method that it registered.
#[tokio::test]
async fn client_secret_post_works_for_who_registered_it() {
    let demo = Demo::shared();
    let mut rp = Rp::with(&demo, "post-secret.example", &["--auth-method", "client_secret_post"]).await;
    let refused = rp.token(&form(&rp).await).await;
    assert_eq!(Refused::read(&refused).expect("basic is not registered").error, "invalid_client");
    rp.auth = AuthType::RequestBody;
    log_in(&mut signed_in(&demo).await, &rp, &[]).await;
}

/// OpenID Connect Core §9: `client_secret_jwt`; RFC 7523 §3 (7): good for one request.
#[tokio::test]
async fn client_secret_jwt_works_for_who_registered_it() {
    let demo = Demo::shared();
    let rp = Rp::with(&demo, "secret-jwt.example", &["--auth-method", "client_secret_jwt"]).await;
    let secret = rp.registered.client_secret.clone().expect("a secret");
    let assertion = Assertion::of(&rp, &demo.issuer);
    let (good, other) =
        (assertion.fields_under(&secret), assertion.fields_under("another secret of this length, at least"));
    let (first, second) = (form(&rp).await, form(&rp).await);
    let with = |fields: &[(String, String)]| [&first[..], fields].concat();
    let refused = Refused::read(&post(&rp, &with(&other)).await).expect("a refusal");
    assert_eq!((refused.error.as_str(), refused.code.as_str()), ("invalid_client", "client.assertion_signature"));
    let by_secret = rp.token(&first).await;
    assert_eq!(Refused::read(&by_secret).expect("basic is not registered").code, "client.method_differs");
    assert_eq!(post(&rp, &with(&good)).await.status, 200);
    let again = post(&rp, &[&second[..], &good].concat()).await;
    assert_eq!(Refused::read(&again).expect("a refusal").code, "client.assertion_replayed");
}

/// OpenID Connect Core §9: `private_key_jwt`, in every algorithm that discovery lists; PROTOCOL 19: each accepted audience.
#[tokio::test]
async fn private_key_jwt_works_in_every_algorithm_and_for_every_accepted_audience() {
    let demo = Demo::shared();
    for key in Key::of_every_algorithm() {
        let rp = with_key(&demo, "assertion.example", &key).await;
        for audience in [demo.issuer.clone(), demo.url("/token").to_string()] {
            let mut form = form(&rp).await;
            form.extend(Assertion::of(&rp, &audience).fields(&key));
            let answer = post(&rp, &form).await;
            assert_eq!(answer.status, 200, "{:?} for {audience}: {}", key.algorithm(), answer.html);
        }
    }
}

/// RFC 7523 §3: issuer, subject, audience, expiry, and a `jti` that is used once.
#[tokio::test]
async fn an_assertion_that_breaks_a_rule_is_invalid_client() {
    let demo = Demo::shared();
    let key = Key::ec();
    let rp = with_key(&demo, "bad-assertion.example", &key).await;
    let form = form(&rp).await;
    let good = || Assertion::of(&rp, &demo.issuer);
    let used = good();
    let cases = [
        ("another key", good().fields(&Key::ec())),
        ("another issuer of the assertion", good().with("iss", "somebody").fields(&key)),
        ("another subject", good().with("sub", "somebody").fields(&key)),
        ("another audience", good().with("aud", "https://other.example").fields(&key)),
        ("two audiences", good().with("aud", vec![demo.issuer.as_str(), "https://other.example"]).fields(&key)),
        ("expired", good().with("exp", 1_000_000_000).fields(&key)),
        ("no expiry", good().without("exp").fields(&key)),
        ("an expiry in years", good().with("exp", 4_000_000_000_u64).fields(&key)),
        ("no jti", good().without("jti").fields(&key)),
        ("alg none", good().unsigned_fields()),
        ("no assertion at all", Vec::new()),
    ];
    for (what, fields) in cases {
        let answer = post(&rp, &[form.clone(), fields].concat()).await;
        let refused = Refused::read(&answer).unwrap_or_else(|why| panic!("{what}: {why}"));
        assert_eq!((refused.error.as_str(), refused.status.as_u16()), ("invalid_client", 401), "{what}");
        assert_eq!(refused.lacks(), Vec::<&str>::new(), "{what}: {}", refused.description);
    }
    let fields = used.fields(&key);
    assert_eq!(post(&rp, &[form.clone(), fields.clone()].concat()).await.status, 200, "the good one");
    let fresh = self::form(&rp).await;
    let again = Refused::read(&post(&rp, &[fresh, fields].concat()).await).expect("a used jti");
    assert_eq!(again.error, "invalid_client");
}

/// RFC 6749 §2.1: a public client has no secret; PKCE proves it (RFC 9700 §2.1.1).
#[tokio::test]
async fn a_public_client_redeems_with_its_verifier_alone() {
    let demo = Demo::shared();
    let rp = Rp::with(&demo, "public.example", &["--auth-method", "none"]).await;
    assert!(rp.registered.client_secret.is_none());
    log_in(&mut signed_in(&demo).await, &rp, &[]).await;
}

/// RFC 6749 §5.2: "the authorization server MUST respond with an HTTP 401 … and include the WWW-Authenticate header".
#[tokio::test]
async fn a_wrong_secret_is_invalid_client_and_the_code_stays_good() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "wrong-secret.example").await;
    let form = form(&rp).await;
    let url = demo.url("/token");
    let id = &rp.registered.client_id;
    let basic = |id: &str, secret: &str| wire::client().post(url.clone()).basic_auth(id, Some(secret)).form(&form);
    for request in [
        basic(id, "wrong"),
        basic(id, ""),
        basic("nobody", "wrong"),
        wire::client().post(url.clone()).header("authorization", "Basic !!!").form(&form),
    ] {
        let answer = fetch(request, &url).await;
        let refused = Refused::read(&answer).expect("a refusal");
        assert_eq!((refused.error.as_str(), refused.status.as_u16()), ("invalid_client", 401));
        assert!(answer.headers["www-authenticate"].to_str().expect("text").starts_with("Basic"));
    }
    assert_eq!(rp.token(&form).await.status, 200);
}

/// RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
#[tokio::test]
async fn two_methods_at_once_are_refused() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "two-methods.example").await;
    let mut form = form(&rp).await;
    form.push(("client_id".to_owned(), rp.registered.client_id.clone()));
    form.push(("client_secret".to_owned(), rp.registered.client_secret.clone().expect("a secret")));
    let refused = Refused::read(&rp.token(&form).await).expect("a refusal");
    assert!(["invalid_request", "invalid_client"].contains(&refused.error.as_str()), "{}", refused.error);
}

/// OpenID Connect Registration §2: `id_token_signed_response_alg`.
#[tokio::test]
async fn the_id_token_is_signed_in_the_registered_algorithm() {
    let demo = Demo::shared();
    let mut browser = signed_in(&demo).await;
    for alg in ["RS256", "PS256", "ES256", "EdDSA"] {
        let rp = Rp::with(&demo, "algorithms.example", &["--id-token-alg", alg]).await;
        assert_eq!(log_in(&mut browser, &rp, &[]).await.header["alg"], alg);
    }
}

/// `hufu client secret --json` of this website, with these options.
fn renewed(rp: &Rp, options: &[&str]) -> Value {
    let words = [&["client", "secret", &rp.registered.client_id, "--json"], options].concat();
    let output = rp.demo.hufu(&words);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// docs/operating.md: a secret that is lost or known to others. The one before ends; the client, and so every sub, stays.
#[tokio::test]
async fn a_new_secret_ends_the_old_one_and_keeps_every_sub() {
    let demo = Demo::shared();
    let mut rp = Rp::with(&demo, "new-secret.example", &[]).await;
    let mut browser = signed_in(&demo).await;
    let first = log_in(&mut browser, &rp, &[]).await;
    let waiting = form(&rp).await;
    let told = renewed(&rp, &[]);
    assert_eq!(Refused::read(&rp.token(&waiting).await).expect("a refusal").code, "client.secret_differs");
    rp.registered.client_secret = told["client_secret"].as_str().map(str::to_owned);
    assert_eq!(rp.token(&waiting).await.status, 200, "the code was not consumed");
    assert_eq!(log_in(&mut browser, &rp, &[]).await.sub, first.sub);

    // RFC 7592 §2.1: with a registration access token of the operator's hand; the secret stays.
    let told = renewed(&rp, &["--registration"]);
    let text = |name: &str| told[name].as_str().unwrap_or_else(|| panic!("no {name}: {told}")).to_owned();
    let (uri, token) = (text("registration_client_uri"), text("registration_access_token"));
    let uri: url::Url = uri.parse().expect("a URL");
    let read = fetch(wire::client().get(uri.clone()).bearer_auth(&token), &uri).await;
    assert_eq!(read.status, 200, "{}", read.html);
    let again = renewed(&rp, &["--registration"]);
    assert_ne!(again["registration_access_token"], told["registration_access_token"]);
    assert_eq!(
        fetch(wire::client().get(uri.clone()).bearer_auth(&token), &uri).await.status,
        401,
        "the one before ended"
    );
    assert_eq!(log_in(&mut browser, &rp, &[]).await.sub, first.sub);

    let public = Rp::with(&demo, "new-secret.example", &["--auth-method", "none"]).await;
    let refused = demo.hufu(&["client", "secret", &public.registered.client_id]);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("it has no secret"));
}
