//! Pushed authorization requests. RFC 9126; docs/adr/0009-a-pushed-request-leads-to-one-code.md.

use crate::db::on_each_database;
use crate::house::{Answer, Answers, Browser, Documents, House, ISSUER, Website};
use crate::support::assertion::Key;
use hufu::client::{AuthMethod, ClientMetadata};
use serde_json::json;

fn urn(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["request_uri"].as_str().expect("a request_uri").to_owned()
}

/// The browser, led to the provider with what was pushed and nothing else.
async fn bring(browser: &mut Browser, website: &Website, urn: &str) -> Answer {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", website.id()), ("request_uri", urn)])
        .finish();
    browser.get(&format!("/authorize?{query}")).await
}

/// A whole request, signed.
fn object(website: &Website, key: &Key) -> String {
    let claims = json!({
        "iss": website.id(), "aud": ISSUER, "client_id": website.id(), "response_type": "code", "scope": "openid",
        "redirect_uri": website.redirect_uri, "state": "signed", "code_challenge_method": "S256",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    });
    key.sign(Some("oauth-authz-req+jwt"), &claims)
}

fn code(answer: &Answer) -> String {
    let said = answer.json()["error_description"].as_str().expect("a description").to_owned();
    said.rsplit_once('[').and_then(|(_, code)| code.split_once(']')).expect("a code in brackets").0.to_owned()
}

on_each_database! {
    /// RFC 9126 §2.2, §4.
    async fn a_pushed_request_is_followed_and_leads_to_one_code(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("push.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await.code();
        let before = house.provider.store.writes();
        let pushed = website.push(&[("state", "pushed")]).await;
        assert_eq!(pushed.header("cache-control"), "no-cache, no-store");
        assert_eq!(pushed.json()["expires_in"], 60);
        let urn = urn(&pushed);
        let answer = bring(&mut browser, &website, &urn).await;
        assert_eq!(answer.param("state").as_deref(), Some("pushed"));
        assert_eq!(website.redeem(&answer.code()).await.status, 200);
        assert_eq!(house.provider.store.writes() - before, 3, "pushed, taken away, redeemed");
        assert_eq!(house.count("pushed"), 0);
        let again = bring(&mut browser, &website, &urn).await;
        assert_eq!(again.status, 400, "a page: nothing outside says where to go");
        assert!(again.body.contains("request_uri.unknown"), "{}", again.body);
    }

    /// RFC 9126 §4: a reload before the code is harmless; of two windows one gets the code.
    async fn a_reload_is_harmless_and_of_two_windows_one_gets_the_code(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("reload.example").await, house.person().await);
        let urn = urn(&website.push(&[("prompt", "consent")]).await);
        let mut browser = house.browser();
        let page = bring(&mut browser, &website, &urn).await;
        let page = browser.sign_in(&page, &person, house.now()).await;
        let second = bring(&mut browser, &website, &urn).await;
        assert!(page.is_consent() && second.is_consent());
        // Minutes may pass while a person signs in: what was sealed into the page was fetched in time.
        house.pass(600);
        browser.decide(&page, "allow").await.code();
        let late = browser.decide(&second, "allow").await;
        assert_eq!(late.param("error").as_deref(), Some("invalid_request_uri"));
    }

    /// RFC 9126 §4: what was pushed is the request, its `ui_locales` too (OpenID Connect Core §3.1.2.1).
    async fn the_languages_that_were_pushed_choose_the_pages_language(db) {
        let house = House::over(db).await;
        let website = house.website("pushed-language.example").await;
        for locale in ["zh-CN", "en"] {
            let urn = urn(&website.push(&[("ui_locales", locale)]).await);
            let page = bring(&mut house.browser(), &website, &urn).await;
            assert!(page.body.contains(&format!("<html lang=\"{locale}\"")), "{}", page.body);
        }
    }

    /// RFC 9126 §2.2: "expires_in"; §4: "the client_id … MUST match".
    async fn a_pushed_request_is_good_for_a_minute_and_for_its_own_client(db) {
        let house = House::over(db).await;
        let (website, other) = (house.website("minute.example").await, house.website("other.example").await);
        let urn = urn(&website.push(&[]).await);
        let mut browser = house.browser();
        assert!(bring(&mut browser, &other, &urn).await.body.contains("request_uri.unknown"));
        house.pass(59);
        assert!(bring(&mut browser, &website, &urn).await.is_sign_in());
        house.pass(1);
        assert!(bring(&mut browser, &website, &urn).await.body.contains("request_uri.unknown"));
    }

    /// RFC 9126 §2.1, §2.3: checked as at the authorization endpoint, answered as at the token endpoint.
    async fn what_may_not_be_pushed_is_refused_at_once_and_kept_by_nobody(db) {
        let house = House::over(db).await;
        let website = house.website("refused.example").await;
        for (extra, error, refused) in [
            (("redirect_uri", "https://evil.example/cb"), "invalid_request", "redirect_uri.not_registered"),
            (("response_type", "token"), "unsupported_response_type", "response_type.not_supported"),
            (("prompt", "please"), "invalid_request", "prompt.unknown"),
            (("request_uri", "https://x.example/"), "invalid_request", "request_uri.while_pushing"),
            (("request", "x"), "invalid_request_object", "request.malformed"),
        ] {
            let answer = website.push(&[extra]).await;
            assert_eq!((answer.status, answer.error().as_str(), code(&answer).as_str()), (400, error, refused));
        }
        let mut impostor = website.clone();
        impostor.secret = Some("another".to_owned());
        let answer = impostor.push(&[]).await;
        assert_eq!((answer.status, answer.error().as_str()), (401, "invalid_client"));
        assert_eq!(house.count("pushed"), 0);
    }

    /// RFC 9126 §6: enforced for who registered it, also where the browser brings a good request object by value or by reference;
    /// §2: public clients push too.
    async fn who_requires_pushing_is_served_by_no_other_way(db) {
        let (house, documents, key) = (House::over(db).await, Documents::start().await, Key::ec());
        let website = house.registered(ClientMetadata {
            client_name: "Push Bank".to_owned(),
            redirect_uris: vec!["https://must-push.example/cb".to_owned()],
            token_endpoint_auth_method: AuthMethod::None,
            jwks: Some(serde_json::from_value(key.jwks()).expect("a JWKS")),
            request_uris: vec![documents.uri("/request.jwt")],
            require_pushed_authorization_requests: true,
            ..ClientMetadata::default()
        }).await;
        let mut browser = house.browser();
        let object = object(&website, &key);
        let uri = documents.put("/request.jwt", Answers::With(object.clone()));
        for brought in [None, Some(("request", &*object)), Some(("request_uri", &*uri))] {
            let refused = browser.authorize(&website, brought.as_slice()).await;
            assert_eq!(refused.param("error").as_deref(), Some("invalid_request"), "{brought:?}");
            let why = refused.param("error_description");
            assert!(why.is_some_and(|words| words.contains("request_uri.push_required")), "{brought:?}");
        }
        assert_eq!(documents.asked("/request.jwt"), 0);
        for pushed in [None, Some(("request", &*object))] {
            let urn = urn(&website.push(pushed.as_slice()).await);
            assert!(bring(&mut browser, &website, &urn).await.is_sign_in());
        }
    }

    /// RFC 9101 §10.5, RFC 9126 §3: `require_signed_request_object` holds for what is pushed as well.
    async fn who_requires_signed_objects_pushes_nothing_plain(db) {
        let (house, key) = (House::over(db).await, Key::ec());
        let website = house.registered(ClientMetadata {
            client_name: "Signing Bank".to_owned(),
            redirect_uris: vec!["https://must-sign.example/cb".to_owned()],
            jwks: Some(serde_json::from_value(key.jwks()).expect("a JWKS")),
            require_signed_request_object: true,
            ..ClientMetadata::default()
        }).await;
        let plain = website.push(&[]).await;
        assert_eq!((plain.status, &*plain.error(), &*code(&plain)), (400, "invalid_request", "request.required"));
        assert_eq!(house.count("pushed"), 0);
        let urn = urn(&website.push(&[("request", &object(&website, &key))]).await);
        assert!(bring(&mut house.browser(), &website, &urn).await.is_sign_in());
    }

    /// RFC 9126 §3: of a pushed object only the object counts; §2: authenticated by an assertion, good for one push.
    async fn an_object_and_an_assertion_may_be_pushed(db) {
        let (house, key) = (House::over(db).await, Key::ec());
        let website = house.registered(ClientMetadata {
            client_name: "Key Bank".to_owned(),
            redirect_uris: vec!["https://key-push.example/cb".to_owned()],
            token_endpoint_auth_method: AuthMethod::PrivateKeyJwt,
            jwks: Some(serde_json::from_value(key.jwks()).expect("a JWKS")),
            ..ClientMetadata::default()
        }).await;
        let (id, now) = (website.id(), house.now().unix());
        let assertion = |jti: &str, aud: &str| {
            key.sign(None, &json!({ "iss": id, "sub": id, "aud": aud, "jti": jti, "exp": now + 60 }))
        };
        let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        let first = assertion("1", &format!("{ISSUER}/par"));
        let object = object(&website, &key);
        let urn = urn(&website.push(&[kind, ("client_assertion", &first), ("request", &object), ("prompt", "none")]).await);
        assert!(bring(&mut house.browser(), &website, &urn).await.is_sign_in(), "prompt=none stood outside");
        let again = website.push(&[kind, ("client_assertion", &first)]).await;
        assert_eq!((again.status, code(&again).as_str()), (401, "client.assertion_replayed"));
        assert_eq!(house.count("pushed"), 1);
    }
}
