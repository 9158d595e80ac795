//! What the provider says of itself, and that it is true. OpenID Connect Discovery 1.0 §3, RFC 8414, RFC 9207 §3.

use crate::support::rp::fetch;
use crate::support::{Demo, Page, wire};
use serde_json::{Value, json};
use std::collections::HashSet;

async fn get(demo: &Demo, path: &str) -> Page {
    fetch(wire::client().get(demo.url(path)), &demo.url(path)).await
}

/// OpenID Connect Discovery 1.0 §3. Each value stands beside the test that exercises it; a new one needs a new test.
#[tokio::test]
async fn every_value_that_discovery_advertises_is_exercised() {
    let demo = Demo::shared();
    let document: Value =
        serde_json::from_str(&get(&demo, "/.well-known/openid-configuration").await.html).expect("JSON");
    let at = |path: &str| demo.url(path).to_string();
    let mut expected = json!({
        // Every login goes through these four.
        "issuer": demo.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        // registration::*
        "registration_endpoint": at("/register"),
        // a_key_set_is_public_well_formed_and_revalidated
        "jwks_uri": at("/jwks"),
        // login::a_person_signs_in_at_a_website_that_uses_an_ordinary_library
        // tokens::an_ordinary_library_refreshes_introspects_and_revokes
        "scopes_supported": ["openid", "offline_access"],
        "response_types_supported": ["code"],
        // form_post::*
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        // login::a_second_website_is_one_click_and_another_sub
        "subject_types_supported": ["pairwise"],
        // acr::*, browser::passkey::a_passkey_on_top_of_the_pin_reaches_the_highest_level
        // protocol::face::*, browser::passkey::the_ladder_is_climbed_by_passkey_then_face_then_pin
        "acr_values_supported": [
            "urn:hufu:acr:code", "urn:hufu:acr:cert", "urn:hufu:acr:cert-pin", "urn:hufu:acr:cert-face",
            "urn:hufu:acr:cert-pin-face", "phr",
        ],
        // client_auth::the_id_token_is_signed_in_the_registered_algorithm
        "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA"],
        "userinfo_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA"],
        // client_auth::*
        "token_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"],
        // client_auth::private_key_jwt_works_in_every_algorithm_and_for_every_accepted_audience
        // client_auth::client_secret_jwt_works_for_who_registered_it
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA", "HS256"],
        // login::the_id_token_holds_exactly_the_minimal_claims, prompt::auth_time_is_told_only_when_asked_for
        "claim_types_supported": ["normal"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"],
        // acr::*
        "claims_parameter_supported": true,
        // hints::the_page_speaks_the_language_that_was_asked_for
        "ui_locales_supported": ["zh-CN", "en"],
        // protocol::pushed::*
        "pushed_authorization_request_endpoint": at("/par"),
        // protocol::request_objects::*
        "request_object_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA"],
        "require_request_uri_registration": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        // bad_token: the verifier
        "code_challenge_methods_supported": ["S256"],
        // every answer that `Rp` and `Refused` read
        "authorization_response_iss_parameter_supported": true,
        // prompt::*
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        // protocol::logout::a_website_that_shows_the_sessions_own_id_token_signs_the_person_out_and_gets_them_back
        "end_session_endpoint": at("/logout"),
        // protocol::outbox::a_website_is_told_of_a_sign_out_by_a_logout_token
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        // protocol::logout::websites_are_told_through_the_browser_before_it_goes_back
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
    });
    // protocol::introspection::the_answer_is_signed_for_who_asks_for_a_jwt
    expected["introspection_signing_alg_values_supported"] = json!(["RS256", "PS256", "ES256", "EdDSA"]);
    // protocol::encrypted, protocol::introspection, protocol::request_objects
    for encrypted in ["id_token", "userinfo", "introspection", "request_object"] {
        expected[format!("{encrypted}_encryption_alg_values_supported")] = json!(["RSA-OAEP-256", "ECDH-ES"]);
        expected[format!("{encrypted}_encryption_enc_values_supported")] = json!(["A128GCM", "A256GCM"]);
    }
    // tokens::every_way_to_authenticate_works_at_every_endpoint
    for (endpoint, path) in [("revocation", "/revoke"), ("introspection", "/introspect")] {
        expected[format!("{endpoint}_endpoint")] = json!(at(path));
        expected[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")] =
            json!(["RS256", "PS256", "ES256", "EdDSA", "HS256"]);
    }
    let confidential = json!(["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"]);
    expected["introspection_endpoint_auth_methods_supported"] = confidential.clone();
    let mut everybody = confidential;
    everybody.as_array_mut().expect("a list").push(json!("none"));
    expected["revocation_endpoint_auth_methods_supported"] = everybody;
    assert_eq!(sorted(&document), sorted(&expected));
}

/// Lists of this document are sets, except that the first algorithm is no matter either.
fn sorted(document: &Value) -> Value {
    let mut document = document.clone();
    for value in document.as_object_mut().expect("an object").values_mut() {
        if let Some(list) = value.as_array_mut() {
            list.sort_by_key(Value::to_string);
        }
    }
    document
}

/// RFC 8414 §3: the same document for OAuth clients; the issuer is the URL it came from (§3.3).
#[tokio::test]
async fn the_oauth_document_says_the_same() {
    let demo = Demo::shared();
    let openid = get(&demo, "/.well-known/openid-configuration").await;
    let oauth = get(&demo, "/.well-known/oauth-authorization-server").await;
    assert_eq!(openid.html, oauth.html);
    assert_eq!(openid.headers["content-type"], "application/json");
}

/// RFC 7517 §5: public keys only, each with its own `kid`. RFC 9110 §13.1.2: `If-None-Match`.
#[tokio::test]
async fn a_key_set_is_public_well_formed_and_revalidated() {
    let demo = Demo::shared();
    for path in ["/jwks", "/.well-known/openid-configuration"] {
        let first = get(&demo, path).await;
        assert_eq!(first.status, 200);
        let etag = first.headers["etag"].to_str().expect("text").to_owned();
        assert!(first.headers["cache-control"].to_str().expect("text").contains("max-age="), "{path}");
        let again = wire::client().get(demo.url(path)).header("if-none-match", &etag);
        let again = fetch(again, &demo.url(path)).await;
        assert_eq!((again.status.as_u16(), again.html.as_str()), (304, ""), "{path}");
        let other = wire::client().get(demo.url(path)).header("if-none-match", "\"another\"");
        assert_eq!(fetch(other, &demo.url(path)).await.status, 200);
    }
    let keys: Value = serde_json::from_str(&get(&demo, "/jwks").await.html).expect("JSON");
    let keys = keys["keys"].as_array().expect("keys");
    let kids: HashSet<_> = keys.iter().map(|key| key["kid"].as_str().expect("a kid")).collect();
    assert_eq!(kids.len(), keys.len(), "kids are distinct");
    for key in keys {
        let encrypts = ["RSA-OAEP-256", "ECDH-ES"].contains(&key["alg"].as_str().expect("an alg"));
        assert_eq!(key["use"], if encrypts { "enc" } else { "sig" });
        for secret in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(key[secret].is_null(), "{secret} is private");
        }
    }
    let algorithms: HashSet<_> = keys.iter().map(|key| key["alg"].as_str().expect("an alg")).collect();
    assert_eq!(algorithms, HashSet::from(["RS256", "PS256", "ES256", "EdDSA", "RSA-OAEP-256", "ECDH-ES"]));
}

/// What nobody serves answers as what it is, to a person and to a machine.
#[tokio::test]
async fn an_address_that_is_not_served_is_a_page_that_says_so() {
    let demo = Demo::shared();
    let page = get(&demo, "/nothing/here").await;
    assert_eq!(page.status, 404);
    assert!(page.text("error-code").is_some() && page.text("trace-id").is_some(), "{}", page.html);
    for (path, method) in [("/token", "GET"), ("/consent", "GET"), ("/signin/code", "GET"), ("/jwks", "POST")] {
        let request = wire::client().request(method.parse().expect("a method"), demo.url(path));
        let status = fetch(request, &demo.url(path)).await.status;
        assert_eq!(status, 405, "{method} {path}");
    }
}

/// The operator's probes; they tell nobody's name.
#[tokio::test]
async fn health_readiness_and_metrics_answer() {
    let demo = Demo::shared();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(&demo, path).await.status, 200, "{path}");
    }
    let metrics = get(&demo, "/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.html.contains("hufu_"), "{}", metrics.html);
}
