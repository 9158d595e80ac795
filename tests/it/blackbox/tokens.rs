//! Refresh, introspection and revocation as an ordinary library does them, and what may accompany a request without
//! breaking it. RFC 6749 §6; RFC 7009; RFC 7662; OpenID Connect Core §3.1.2.1, §5.2.

use super::login::{log_in, signed_in};
use crate::support::assertion::{Assertion, Key};
use crate::support::rp::fetch;
use crate::support::{Demo, Page, Rp, wire};
use openidconnect::{
    AccessToken, IntrospectionUrl, OAuth2TokenResponse, RefreshToken, RevocationUrl, TokenIntrospectionResponse,
};
use serde_json::Value;
use std::io::Write;
use std::sync::Arc;

/// A login at a website that asks to renew its tokens without the person; the token response.
pub async fn offline(rp: &Rp) -> Value {
    let attempt = rp.attempt(&[("prompt", "consent")]);
    let url = attempt.url.as_str().replace("scope=openid", "scope=openid+offline_access").parse().expect("a URL");
    let callback = signed_in(&rp.demo).await.log_in(&url, rp.demo.anybody()).await;
    let answer = rp.token(&rp.token_form(&attempt, &rp.code(&attempt, &callback))).await;
    assert_eq!(answer.status, 200, "{}", answer.html);
    serde_json::from_str(&answer.html).expect("JSON")
}

/// The crate `openidconnect`, unmodified, through all three.
#[tokio::test]
async fn an_ordinary_library_refreshes_introspects_and_revokes() {
    let demo = Demo::shared();
    let rp = Rp::with(&demo, "renewing.example", &["--refresh"]).await;
    let tokens = offline(&rp).await;
    assert_eq!(tokens["scope"], "openid offline_access");
    let client =
        rp.client().set_introspection_url(IntrospectionUrl::new(demo.url("/introspect").to_string()).expect("a URL"));
    let token = RefreshToken::new(tokens["refresh_token"].as_str().expect("a refresh token").to_owned());
    let renewing = client.exchange_refresh_token(&token).expect("a token endpoint");
    let renewed = renewing.request_async(&rp.http).await.expect("new tokens");
    assert!(renewed.refresh_token().is_some_and(|next| next.secret() != token.secret()));
    let asked = client.introspect(renewed.access_token()).request_async(&rp.http).await.expect("an answer");
    assert!(asked.active() && asked.exp().is_some() && asked.sub().is_some_and(|sub| sub.len() == 43));
    // The library revokes over https only; the form is its own.
    let revoked = RevocationUrl::new(demo.url("/revoke").to_string()).expect("a URL");
    let form = [("token", renewed.access_token().secret().as_str()), ("token_type_hint", "access_token")];
    let answer = post(&rp, revoked.url().path(), &form, rp.registered.client_secret.as_deref()).await;
    assert_eq!(answer.status, 200);
    let dead = AccessToken::new(renewed.access_token().secret().clone());
    let asked = client.introspect(&dead).request_async(&rp.http).await.expect("an answer");
    assert!(!asked.active());
}

async fn post(rp: &Rp, path: &str, form: &[(&str, &str)], secret: Option<&str>) -> Page {
    let url = rp.demo.url(path);
    let request = wire::client().post(url.clone()).form(form);
    let request = match secret {
        Some(secret) => request.basic_auth(&rp.registered.client_id, Some(secret)),
        None => request,
    };
    fetch(request, &url).await
}

/// RFC 8414 §2: `revocation_endpoint_auth_methods_supported`, `introspection_endpoint_auth_methods_supported`, and the
/// algorithms of both; PROTOCOL 19: "the endpoint called" is an audience.
#[tokio::test]
async fn every_way_to_authenticate_works_at_every_endpoint() {
    let demo = Demo::shared();
    let host = "every-way.example";
    let (basic, public) = (Rp::at(&demo, host).await, Rp::with(&demo, host, &["--auth-method", "none"]).await);
    let by_form = Rp::with(&demo, host, &["--auth-method", "client_secret_post"]).await;
    let token = ("token", "nonsense");
    for path in ["/revoke", "/introspect"] {
        let secret = basic.registered.client_secret.as_deref();
        assert_eq!(post(&basic, path, &[token], secret).await.status, 200, "{path}");
        let id = ("client_id", by_form.registered.client_id.as_str());
        let secret = ("client_secret", by_form.registered.client_secret.as_deref().expect("a secret"));
        assert_eq!(post(&by_form, path, &[token, id, secret], None).await.status, 200, "{path}");
        let id = ("client_id", public.registered.client_id.as_str());
        let expected = if path == "/revoke" { 200 } else { 401 };
        assert_eq!(post(&public, path, &[token, id], None).await.status, expected, "{path}");
        for key in Key::of_every_algorithm() {
            let rp = with_key(&demo, host, &key).await;
            for audience in [demo.issuer.clone(), demo.url(path).to_string()] {
                let assertion = Assertion::of(&rp, &audience).fields(&key);
                let mut form = vec![token];
                form.extend(assertion.iter().map(|(name, value)| (name.as_str(), value.as_str())));
                assert_eq!(post(&rp, path, &form, None).await.status, 200, "{path} {:?}", key.algorithm());
                let again = post(&rp, path, &form, None).await;
                assert_eq!(again.status, 401, "{path}: an assertion is good for one request");
            }
        }
    }
}

async fn with_key(demo: &Arc<Demo>, host: &str, key: &Key) -> Rp {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    write!(file, "{}", key.jwks()).expect("written");
    let path = file.path().to_str().expect("text").to_owned();
    Rp::with(demo, host, &["--auth-method", "private_key_jwt", "--jwks-file", &path]).await
}

/// OpenID Connect Core §15.1, of `display` and of `claims_locales`: "the minimum level of support required … is simply …
/// not result in an error".
#[tokio::test]
async fn display_and_claims_locales_break_nothing() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "display.example").await;
    let mut browser = signed_in(&demo).await;
    for display in ["page", "popup", "touch", "wap", "hologram"] {
        log_in(&mut browser, &rp, &[("display", display), ("claims_locales", "zh-CN en")]).await;
    }
}

/// RFC 8707, by the command line: what is registered is what may be asked for.
#[tokio::test]
async fn a_resource_is_registered_by_the_command_line_and_by_one_website_only() {
    let demo = Demo::shared();
    let resource = "https://resource.example/api";
    let rp = Rp::with(&demo, "resource.example", &["--resource", resource]).await;
    let attempt = rp.attempt(&[("resource", resource)]);
    let callback = signed_in(&demo).await.log_in(&attempt.url, demo.anybody()).await;
    let answer = rp.token(&rp.token_form(&attempt, &rp.code(&attempt, &callback))).await;
    let tokens: Value = serde_json::from_str(&answer.html).expect("JSON");
    assert_eq!(tokens["access_token"].as_str().expect("a token").split('.').count(), 3, "{tokens}");
    let words = ["client", "add", "--redirect-uri", "https://resource.example/callback", "--resource", resource];
    let refused = demo.hufu(&words);
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("resources") && said.contains(resource), "{said}");
}
