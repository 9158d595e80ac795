//! What may be registered over HTTP and what not: one row for each rule. RFC 7591 §3.2.2, OpenID Connect Registration §3.3.

use crate::support::rp::fetch;
use crate::support::{Demo, Page, Refused, wire};
use hufu::client::RegistrationRequest;
use reqwest::Method;
use serde_json::{Value, json};

async fn register(demo: &Demo, body: String) -> Page {
    let url = demo.url("/register");
    fetch(wire::client().post(url.clone()).header("content-type", "application/json").body(body), &url).await
}

fn website() -> Value {
    json!({ "redirect_uris": ["https://table.example/cb"] })
}

/// A P-256 key, the example of RFC 7517 Appendix A.1, and what may not be in a public one.
fn ec() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    })
}

fn keys(keys: &[Value]) -> Value {
    json!({ "keys": keys })
}

/// "If a request is invalid … 400 … with error, error_description" (RFC 7591 §3.2.2): each names member, value and rule.
#[tokio::test]
async fn every_refused_member_is_named_with_its_value_and_its_rule() {
    let demo = Demo::shared();
    let mut private = ec();
    private["d"] = json!("870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE");
    let many = |count: usize| json!((0..count).map(|n| format!("https://table.example/{n}")).collect::<Vec<_>>());
    let http = json!("http://table.example/x");
    let rows = [
        ("client_id", json!(7), "a string"),
        ("client_secret", json!(["chosen"]), "a string"),
        ("redirect_uris", json!("https://table.example/cb"), "array of strings"),
        ("redirect_uris", json!([7]), "array of strings"),
        ("client_name", json!({}), "a string"),
        ("client_name", json!("a\u{202e}b"), "direction of text"),
        ("client_name", json!("x".repeat(101)), "100 characters"),
        ("client_name#zh", json!("\u{2066}x"), "direction of text"),
        ("application_type", json!("browser"), "web, native"),
        ("subject_type", json!("public"), "pairwise"),
        ("response_types", json!(["code", "id_token token"]), "code"),
        ("response_types", json!("code"), "array of strings"),
        ("grant_types", json!(["implicit"]), "authorization_code"),
        ("grant_types", json!(["refresh_token"]), "authorization_code"),
        ("contacts", json!([7]), "array of strings"),
        ("contacts", json!(vec!["a@a.example"; 11]), "at most 10"),
        ("contacts", json!(["a\nb"]), "control characters"),
        ("client_uri", http.clone(), "https"),
        ("logo_uri", http.clone(), "https"),
        ("logo_uri", json!("data:image/png;base64,AAAA"), "https"),
        ("policy_uri", http.clone(), "https"),
        ("tos_uri", json!("javascript:alert(1)"), "https"),
        ("jwks_uri", http.clone(), "https"),
        ("alternative_login_uri", http.clone(), "https"),
        ("sector_identifier_uri", http.clone(), "https"),
        ("initiate_login_uri", http.clone(), "https"),
        ("initiate_login_uri", json!("http://localhost:3000/login"), "https"),
        ("token_endpoint_auth_method", json!("tls_client_auth"), "client_secret_basic"),
        ("token_endpoint_auth_method", json!(true), "client_secret_basic"),
        ("token_endpoint_auth_method", json!("private_key_jwt"), "public keys"),
        ("token_endpoint_auth_signing_alg", json!("none"), "RS256"),
        ("assertion_profile", json!("fapi1"), "basic, fapi2"),
        ("jwks", json!("x"), "public keys"),
        ("jwks", json!({ "keys": [] }), "public keys"),
        ("jwks", keys(&[private]), "public keys"),
        ("jwks", keys(&vec![ec(); 21]), "public keys"),
        ("jwks", keys(&[ec(), ec()]), "publish each key once"),
        ("id_token_signed_response_alg", json!("none"), "RS256"),
        ("id_token_signed_response_alg", json!("HS256"), "RS256"),
        ("id_token_encrypted_response_alg", json!("RSA1_5"), "RSA-OAEP-256"),
        ("id_token_encrypted_response_alg", json!("ECDH-ES"), "a key to encrypt to"),
        ("id_token_encrypted_response_enc", json!("A128CBC-HS256"), "A128GCM"),
        ("id_token_encrypted_response_enc", json!("A128GCM"), "an alg beside the enc"),
        ("userinfo_signed_response_alg", json!("none"), "RS256"),
        ("userinfo_encrypted_response_alg", json!("ECDH-ES"), "a key to encrypt to"),
        ("userinfo_encrypted_response_enc", json!("A128GCM"), "an alg beside the enc"),
        ("introspection_signed_response_alg", json!("none"), "RS256"),
        ("introspection_encrypted_response_alg", json!("ECDH-ES"), "a key to encrypt to"),
        ("introspection_encrypted_response_enc", json!("A128GCM"), "an alg beside the enc"),
        ("request_object_signing_alg", json!("none"), "RS256"),
        ("request_object_signing_alg", json!("ES256"), "keys to verify with"),
        ("request_object_encryption_alg", json!("dir"), "RSA-OAEP-256"),
        ("request_object_encryption_enc", json!("A128GCM"), "an alg beside the enc"),
        ("request_uris", json!(["http://table.example/r"]), "https"),
        ("request_uris", many(21), "at most 20"),
        ("require_signed_request_object", json!("true"), "without quotes"),
        ("require_signed_request_object", json!(true), "keys to verify"),
        ("require_pushed_authorization_requests", json!(1), "without quotes"),
        ("require_auth_time", json!("no"), "without quotes"),
        ("require_pkce", json!("no"), "without quotes"),
        ("default_max_age", json!("60"), "seconds"),
        ("default_max_age", json!(1.5), "seconds"),
        ("default_acr_values", json!(["a b"]), "white space"),
        ("post_logout_redirect_uris", json!(["https://table.example/#x"]), "fragment"),
        ("post_logout_redirect_uris", many(51), "at most 50"),
        ("backchannel_logout_uri", http.clone(), "https"),
        ("backchannel_logout_uri", json!("https://table.example/out#x"), "fragment"),
        ("backchannel_logout_session_required", json!("yes"), "without quotes"),
        ("frontchannel_logout_uri", json!("https://other.example/out"), "redirect_uri"),
        ("frontchannel_logout_session_required", json!(0), "without quotes"),
        ("resources", json!("https://table.example/"), "array of strings"),
    ];
    for member in RegistrationRequest::members() {
        assert!(rows.iter().any(|(row, ..)| *row == member), "nothing is refused of {member}");
    }
    for (member, value, rule) in rows {
        let mut document = website();
        document[member] = value.clone();
        let answer = register(&demo, document.to_string()).await;
        let refused = Refused::read(&answer).unwrap_or_else(|why| panic!("{member} {value}: {why}"));
        assert_eq!((answer.status.as_u16(), &*refused.error), (400, "invalid_client_metadata"), "{member} {value}");
        assert_eq!(refused.lacks(), Vec::<&str>::new(), "{member} {value}: {}", refused.description);
        // A key set is named by what is wrong in it; authentication by keys by the keys that are missing.
        let named = if value == "private_key_jwt" { "jwks" } else { member.trim_end_matches("_enc") };
        assert!(refused.description.contains(named), "{member} {value}: {}", refused.description);
        assert!(refused.description.contains(rule), "{member} {value}: {}", refused.description);
    }
}

/// RFC 7591 §3.2.2, invalid_redirect_uri; OpenID Connect Registration §2.
#[tokio::test]
async fn a_bad_redirect_uri_has_its_own_error() {
    let demo = Demo::shared();
    let uris = |uris: &[&str]| json!({ "redirect_uris": uris });
    for document in [
        json!({}),
        json!({ "client_name": "Table", "redirect_uris": null }),
        json!({ "client_name": "a\u{202e}b", "grant_types": ["refresh_token"] }),
        uris(&[]),
        uris(&["https://table.example/cb#fragment"]),
        uris(&["http://table.example/cb"]),
        uris(&["https://table.example/cb", "https://table.example/cb"]),
        uris(&["https://*.table.example/cb"]),
        uris(&["app:/cb"]),
        json!({ "redirect_uris": ["http://table.example/cb"], "application_type": "native" }),
    ] {
        let answer = register(&demo, document.to_string()).await;
        let refused = Refused::read(&answer).expect("a refusal");
        assert_eq!((answer.status.as_u16(), &*refused.error), (400, "invalid_redirect_uri"), "{document}");
        assert_eq!(refused.code, "metadata.redirect_uris", "{document}");
        assert_eq!(refused.lacks(), Vec::<&str>::new(), "{document}");
    }
    let long = format!("https://{}.example/cb", ["a".repeat(60), "b".repeat(60)].join("."));
    let named = register(&demo, uris(&[&long]).to_string()).await;
    let name: Value = serde_json::from_str(&named.html).expect("JSON");
    assert_eq!(name["client_name"], long["https://".len()..][..100], "a name that nobody chose is cut, not refused");
    let two = register(&demo, uris(&["https://one.example/cb", "https://two.example/cb"]).to_string()).await;
    assert_eq!(Refused::read(&two).expect("a refusal").code, "metadata.several_hosts");
}

/// RFC 7591 §3.1: "an HTTP POST … application/json"; whatever else comes is refused as what it is, and never a 500.
#[tokio::test]
async fn what_is_no_document_is_refused() {
    let demo = Demo::shared();
    for body in ["", "[]", "null", "{", "\u{0}", "{\"redirect_uris\":[\"https://a.example/cb\"]}x", &"[".repeat(50_000)]
    {
        let refused = Refused::read(&register(&demo, body.to_owned()).await).expect("a refusal");
        assert_eq!((&*refused.error, &*refused.code), ("invalid_client_metadata", "metadata.document"), "{body:.20}");
        assert_eq!(refused.lacks(), Vec::<&str>::new());
    }
    let large = json!({ "redirect_uris": ["https://a.example/cb"], "x": "x".repeat(70_000) });
    let refused = Refused::read(&register(&demo, large.to_string()).await).expect("a refusal");
    assert_eq!(refused.error, "invalid_request");
    let url = demo.url("/register");
    let form = wire::client().post(url.clone()).form(&[("redirect_uris", "https://a.example/cb")]);
    let refused = Refused::read(&fetch(form, &url).await).expect("a refusal");
    assert_eq!((&*refused.error, &*refused.code), ("invalid_request", "registration.content_type"));
    let forged = wire::client().post(url.clone()).bearer_auth("nonsense").json(&website());
    let answer = fetch(forged, &url).await;
    assert_eq!(
        (answer.status.as_u16(), Refused::read(&answer).expect("a refusal").code),
        (401, "registration.initial_token".to_owned())
    );
}

/// OpenID Connect Registration §3.1, as the official suite registers: what it sends is taken and told back.
#[tokio::test]
async fn the_documents_of_the_official_suite_are_registered() {
    let demo = Demo::shared();
    let suite = json!({
        "client_name": "conformance-suite a.b", "grant_types": ["authorization_code"], "response_types": ["code"],
        "redirect_uris": ["https://localhost.emobix.example:8443/test/a/hufu/callback"], "contacts": ["certification@oidf.example"],
        "jwks": keys(&[ec()]), "token_endpoint_auth_method": "private_key_jwt", "subject_type": "pairwise",
        "id_token_signed_response_alg": "RS256", "userinfo_signed_response_alg": "RS256",
        "initiate_login_uri": "https://localhost.emobix.example:8443/test/a/hufu/login",
        "post_logout_redirect_uris": ["https://localhost.emobix.example:8443/test/a/hufu/out"],
        "backchannel_logout_uri": "https://localhost.emobix.example:8443/test/a/hufu/back",
        "frontchannel_logout_uri": "https://localhost.emobix.example:8443/test/a/hufu/front",
        "logo_uri": "https://openid.example/logo.png", "policy_uri": "https://openid.example/policy",
        "tos_uri": "https://openid.example/terms", "request_uris": ["https://localhost.emobix.example:8443/requests/x#hash"],
        "software_id": "unknown members are ignored",
    });
    let created = register(&demo, suite.to_string()).await;
    assert_eq!(created.status, 201, "{}", created.html);
    let told: Value = serde_json::from_str(&created.html).expect("JSON");
    for (member, value) in suite.as_object().expect("an object") {
        if member != "software_id" {
            assert_eq!(&told[member], value, "{member}");
        }
    }
    let uri = told["registration_client_uri"].as_str().expect("a URI").parse().expect("a URL");
    let own = |method: Method| {
        let token = told["registration_access_token"].as_str().expect("a token");
        wire::client().request(method, told["registration_client_uri"].as_str().expect("a URI")).bearer_auth(token)
    };
    let read: Value = serde_json::from_str(&fetch(own(Method::GET), &uri).await.html).expect("JSON");
    assert_eq!(read["initiate_login_uri"], suite["initiate_login_uri"]);
    assert_eq!(fetch(own(Method::DELETE), &uri).await.status, 204);
    assert_eq!(fetch(own(Method::GET), &uri).await.status, 401);
    let preflight = wire::client().request(Method::OPTIONS, uri.clone());
    let allowed =
        fetch(preflight, &uri).await.headers["access-control-allow-methods"].to_str().expect("text").to_owned();
    assert!(allowed.contains("PUT") && allowed.contains("DELETE"), "{allowed}");
}
