//! Access tokens at UserInfo: missing, twice, of another kind, altered. RFC 6750 §2, §3.1; OpenID Connect Core §5.3.

use super::login::{log_in, signed_in};
use crate::support::rp::fetch;
use crate::support::{Demo, Refused, Rp, Shape, wire};

/// RFC 6750 §3.1: "SHOULD NOT include an error code or other error information" without any authentication.
#[tokio::test]
async fn no_access_token_is_a_bare_challenge() {
    let demo = Demo::shared();
    let url = demo.url("/userinfo");
    let http = wire::client();
    for request in [http.get(url.clone()), http.post(url.clone()), http.get(url.clone()).basic_auth("a", Some("b"))] {
        let answer = fetch(request, &url).await;
        assert_eq!(answer.status, 401);
        let challenge = answer.headers["www-authenticate"].to_str().expect("text");
        assert!(challenge.starts_with("Bearer") && !challenge.contains("error"), "{challenge}");
    }
}

/// OpenID Connect Core §5.3.1: GET and POST; RFC 6750 §2.1, §2.2: header and form.
#[tokio::test]
async fn userinfo_takes_the_token_by_header_and_by_form() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "bearer.example").await;
    let login = log_in(&mut signed_in(&demo).await, &rp, &[]).await;
    let (url, token) = (demo.url("/userinfo"), login.access_token.as_str());
    let http = wire::client();
    for request in [
        http.get(url.clone()).bearer_auth(token),
        http.get(url.clone()).header("authorization", format!("bearer {token}")),
        http.post(url.clone()).bearer_auth(token),
        http.post(url.clone()).form(&[("access_token", token)]),
    ] {
        let answer = fetch(request, &url).await;
        assert_eq!((answer.status.as_u16(), answer.html.contains(&login.sub)), (200, true), "{}", answer.html);
    }
}

/// RFC 6750 §2: "Clients MUST NOT use more than one method"; RFC 9700 §4.3.2: never in the query.
#[tokio::test]
async fn a_token_in_two_places_or_in_the_query_is_refused() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "places.example").await;
    let token = log_in(&mut signed_in(&demo).await, &rp, &[]).await.access_token;
    let url = demo.url("/userinfo");
    let http = wire::client();
    let twice = http.post(url.clone()).bearer_auth(&token).form(&[("access_token", &token)]);
    let refused = Refused::read(&fetch(twice, &url).await).expect("a refusal");
    assert_eq!((refused.status.as_u16(), refused.error.as_str()), (400, "invalid_request"));
    let mut in_query = url.clone();
    in_query.query_pairs_mut().append_pair("access_token", &token);
    assert_eq!(fetch(http.get(in_query), &url).await.status, 401);
}

/// RFC 6750 §3.1: `invalid_token`, with a challenge that says so.
#[tokio::test]
async fn a_token_of_another_kind_or_altered_is_invalid_token() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "kinds.example").await;
    let mut browser = signed_in(&demo).await;
    let login = log_in(&mut browser, &rp, &[]).await;
    let attempt = rp.attempt(&[]);
    let callback = browser.open(&attempt.url).await.away();
    let mut altered = login.access_token.clone();
    let last = altered.pop().expect("not empty");
    altered.push(if last == 'A' { 'B' } else { 'A' });
    for (what, token) in [
        ("the code", rp.code(&attempt, &callback)),
        ("the ID token", login.id_token.clone()),
        ("the sub", login.sub.clone()),
        ("an altered token", altered),
        ("a longer token", format!("{}AA", login.access_token)),
        ("a shorter token", login.access_token[..login.access_token.len() - 2].to_owned()),
        ("noise", "x".repeat(300)),
        ("a long noise", "x".repeat(6000)),
    ] {
        let refused = Refused::read(&rp.userinfo(&token).await).unwrap_or_else(|why| panic!("{what}: {why}"));
        assert_eq!((refused.shape, refused.error.as_str()), (Shape::Bearer, "invalid_token"), "{what}");
        assert_eq!(refused.lacks(), Vec::<&str>::new(), "{what}: {}", refused.description);
    }
}

/// PROTOCOL 6: revocation is checked on use: the token dies with the session.
#[tokio::test]
async fn a_token_and_a_code_die_with_the_session() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "dies.example").await;
    let mut browser = signed_in(&demo).await;
    let login = log_in(&mut browser, &rp, &[]).await;
    let attempt = rp.attempt(&[]);
    let callback = browser.open(&attempt.url).await.away();
    let page = browser.open(&demo.url("/signout")).await.page();
    browser.submit(&page, &page.form("/signout").press("signout")).await.page();
    let refused = Refused::read(&rp.userinfo(&login.access_token).await).expect("a refusal");
    assert_eq!((refused.error.as_str(), refused.code.as_str()), ("invalid_token", "access_token.revoked"));
    let answer = rp.token(&rp.token_form(&attempt, &rp.code(&attempt, &callback))).await;
    let refused = Refused::read(&answer).expect("a refusal");
    assert_eq!((refused.error.as_str(), refused.code.as_str()), ("invalid_grant", "code.sign_in_ended"));
}
