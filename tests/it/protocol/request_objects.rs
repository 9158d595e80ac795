//! Signed requests, by value and by reference. OpenID Connect Core §6, RFC 9101.

use crate::db::{TestDb, on_each_database};
use crate::house::{Answer, Answers, Browser, Documents, House, ISSUER, Website};
use crate::support::assertion::Key;
use data_encoding::BASE64URL_NOPAD;
use hufu::client::ClientMetadata;
use hufu::flow::refusals;
use hufu::keys::{ContentEncryption, EncryptionAlg, JwkSet, SigningAlg};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

const DOCUMENT: &str = "/request.jwt";
const JWKS: &str = "/jwks.json";

struct Scene {
    house: House,
    documents: Documents,
    key: Key,
    website: Website,
    /// Signed in, and asked for nothing any more.
    browser: Browser,
}

impl Scene {
    async fn over(db: TestDb, change: impl FnOnce(&mut ClientMetadata)) -> Self {
        let (house, documents, key) = (House::over(db).await, Documents::start().await, Key::ec());
        let mut metadata = ClientMetadata {
            client_name: "Object Bank".to_owned(),
            redirect_uris: vec!["https://objects.example/cb".to_owned()],
            jwks: Some(serde_json::from_value(key.jwks()).expect("a JWKS")),
            request_uris: vec![documents.uri(DOCUMENT)],
            ..ClientMetadata::default()
        };
        documents.put(JWKS, Answers::With(key.jwks().to_string()));
        change(&mut metadata);
        let (website, person) = (house.registered(metadata).await, house.person().await);
        let scene = Self { browser: house.browser(), house, documents, key, website };
        let mut browser = scene.house.browser();
        let object = scene.object(&json!({}));
        let page = browser.authorize(&scene.website, &[("request", &object)]).await;
        let page = browser.sign_in(&page, &person, scene.house.now()).await;
        browser.decide(&page, "allow").await.code();
        Self { browser, ..scene }
    }

    /// A whole request with these members changed; one that is null goes.
    fn claims(&self, change: &Value) -> Value {
        let now = self.house.now().unix();
        let mut claims = json!({
            "iss": self.website.id(), "aud": ISSUER, "iat": now, "exp": now + 60, "client_id": self.website.id(),
            "response_type": "code", "redirect_uri": self.website.redirect_uri, "scope": "openid", "state": "inside",
            "nonce": "n", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
        });
        let members = claims.as_object_mut().expect("an object");
        for (name, value) in change.as_object().expect("an object") {
            members.insert(name.clone(), value.clone());
        }
        members.retain(|_, value| !value.is_null());
        claims
    }

    fn object(&self, change: &Value) -> String {
        self.key.sign(Some("oauth-authz-req+jwt"), &self.claims(change))
    }

    async fn ask(&self, extra: &[(&str, &str)]) -> Answer {
        self.browser.clone().authorize(&self.website, extra).await
    }
}

/// The error and our code in a redirect's query.
fn refused(answer: &Answer) -> (String, String) {
    let description = answer.param("error_description").unwrap_or_default();
    let code = description.rsplit_once('[').and_then(|(_, code)| code.split_once(']')).unwrap_or_default().0;
    (answer.param("error").unwrap_or_default(), code.to_owned())
}

/// The keys of a scene by reference instead of by value.
fn by_reference(metadata: &mut ClientMetadata) {
    metadata.jwks = None;
    metadata.jwks_uri = Some(metadata.request_uris[0].replace(DOCUMENT, JWKS));
}

fn invalid(code: &str) -> (String, String) {
    ("invalid_request_object".to_owned(), code.to_owned())
}

on_each_database! {
    /// RFC 9101 §6.1, OpenID Connect Core §10.2: signed, then encrypted to a key of ours that the JWKS names.
    async fn an_object_that_was_signed_and_then_encrypted_counts(db) {
        let scene = Scene::over(db, |_| {}).await;
        let jwks = scene.house.browser().get("/jwks").await.json();
        let ours = JwkSet::try_from(jwks).expect("a JWKS");
        let signed = scene.object(&json!({}));
        let mut rng = StdRng::seed_from_u64(11);
        for alg in EncryptionAlg::ALL {
            for enc in ContentEncryption::ALL {
                let to = ours.recipient(*alg, *enc).expect("a key of ours");
                let object = to.encrypt_jwt(&signed, &mut rng).expect("encrypted");
                assert_eq!(scene.ask(&[("request", &object)]).await.param("state").as_deref(), Some("inside"), "{alg:?} {enc:?}");
            }
        }
        let to = ours.recipient(EncryptionAlg::EcdhEs, ContentEncryption::A256GCM).expect("a key of ours");
        // Encrypted and not signed: anybody can encrypt to a public key.
        let unsigned = to.encrypt_claims(scene.claims(&json!({})).to_string().as_bytes(), &mut rng).expect("encrypted");
        assert_eq!(refused(&scene.ask(&[("request", &unsigned)]).await), invalid("request.malformed"));
        let stranger = Key::ec().sign(Some("oauth-authz-req+jwt"), &scene.claims(&json!({})));
        let stranger = to.encrypt_jwt(&stranger, &mut rng).expect("encrypted");
        assert_eq!(refused(&scene.ask(&[("request", &stranger)]).await), invalid("request.signature"));
        let object = to.encrypt_jwt(&signed, &mut rng).expect("encrypted");
        let (rest, tag) = object.rsplit_once('.').expect("a tag");
        let altered = format!("{rest}.{}{}", if tag.starts_with('A') { 'B' } else { 'A' }, &tag[1..]);
        assert_eq!(refused(&scene.ask(&[("request", &altered)]).await), invalid("request.encryption"));
    }

    /// OpenID Connect Registration §2, request_object_encryption_alg and _enc.
    async fn an_object_is_encrypted_as_the_client_registered(db) {
        let scene = Scene::over(db, |metadata| {
            metadata.request_object_encryption_alg = Some(EncryptionAlg::EcdhEs);
            metadata.request_object_encryption_enc = Some(ContentEncryption::A128GCM);
        })
        .await;
        let ours = JwkSet::try_from(scene.house.browser().get("/jwks").await.json()).expect("a JWKS");
        let (signed, mut rng) = (scene.object(&json!({})), StdRng::seed_from_u64(12));
        let mut encrypted = |alg, enc| {
            ours.recipient(alg, enc).expect("a key of ours").encrypt_jwt(&signed, &mut rng).expect("encrypted")
        };
        let right = encrypted(EncryptionAlg::EcdhEs, ContentEncryption::A128GCM);
        assert_eq!(scene.ask(&[("request", &right)]).await.param("state").as_deref(), Some("inside"));
        for (alg, enc) in [(EncryptionAlg::RsaOaep256, ContentEncryption::A128GCM), (EncryptionAlg::EcdhEs, ContentEncryption::A256GCM)] {
            let other = encrypted(alg, enc);
            assert_eq!(refused(&scene.ask(&[("request", &other)]).await), invalid("request.encryption_differs"));
        }
    }

    /// Core §6.1: "supersede those passed using the OAuth 2.0 request syntax"; what the object does not say stays.
    async fn what_was_signed_supersedes_what_the_browser_brings(db) {
        let scene = Scene::over(db, |_| {}).await;
        let object = scene.object(&json!({ "nonce": null }));
        let answer = scene.ask(&[("request", &object), ("state", "outside")]).await;
        assert_eq!(answer.param("state").as_deref(), Some("inside"));
        let tokens = scene.website.redeem(&answer.code()).await.json();
        let claims = crate::house::claims(tokens["id_token"].as_str().expect("an ID token"));
        assert_eq!(claims["nonce"], "a-nonce", "completed from outside");
    }

    /// OpenID Connect Core §3.1.2.1, ui_locales: of an object as of anything else, on the first page and on those after it.
    async fn the_languages_inside_choose_the_pages_language(db) {
        let scene = Scene::over(db, |_| {}).await;
        for (inside, outside, expected) in [("zh-CN", "en", "zh-CN"), ("en", "zh-CN", "en")] {
            let object = scene.object(&json!({ "ui_locales": inside, "prompt": "login consent" }));
            let mut browser = scene.house.browser();
            let (object, outside) = (("request", object.as_str()), ("ui_locales", outside));
            let page = browser.authorize(&scene.website, &[object, outside]).await;
            let consent = browser.sign_in(&page, &scene.house.person().await, scene.house.now()).await;
            assert!(page.is_sign_in() && consent.is_consent());
            for page in [page, consent] {
                assert!(page.body.contains(&format!("<html lang=\"{expected}\"")), "{}", page.body);
            }
        }
    }

    /// Core §6.1: a good redirect_uri inside counts, whatever stands outside; refusals go there too.
    async fn the_redirect_uri_inside_is_the_one_that_counts(db) {
        let scene = Scene::over(db, |_| {}).await;
        let outside = ("redirect_uri", "https://evil.example/cb");
        let answer = scene.ask(&[("request", &scene.object(&json!({}))), outside]).await;
        assert!(answer.location().as_str().starts_with("https://objects.example/cb?code="));
        let answer = scene.ask(&[("request", &scene.object(&json!({ "prompt": "please" }))), outside]).await;
        assert!(answer.location().as_str().starts_with("https://objects.example/cb?error=invalid_request&"));
        let elsewhere = scene.object(&json!({ "redirect_uri": "https://evil.example/cb" }));
        assert_eq!(scene.ask(&[("request", &elsewhere)]).await.status, 400, "a page");
        // An object that nobody signed says nothing about where to go.
        let stranger = Key::ec().sign(None, &scene.claims(&json!({})));
        assert_eq!(scene.ask(&[("request", &stranger), outside]).await.status, 400, "a page");
    }

    /// RFC 9101 §4, §5, §6.2, §10; RFC 8725 §2.1, §3.1; RFC 7515 §4.1.11.
    async fn an_object_that_may_not_count_is_refused_with_its_reason(db) {
        let scene = Scene::over(db, |_| {}).await;
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let good = scene.object(&json!({}));
        let rest = good.split_once('.').expect("a JWT").1;
        let with_header = |header: Value| format!("{}.{rest}", part(&header));
        let secret = scene.key.jwks().to_string();
        let mac = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
        let message = format!("{}.{}", part(&json!({ "alg": "HS256" })), part(&scene.claims(&json!({}))));
        let tag = aws_lc_rs::hmac::sign(&mac, message.as_bytes());
        let now = scene.house.now().unix();
        for (what, object, code) in [
            ("expired", scene.object(&json!({ "exp": now - 61 })), "request.times"),
            ("not valid yet", scene.object(&json!({ "nbf": now + 61 })), "request.times"),
            ("for somebody else", scene.object(&json!({ "aud": "https://other.example" })), "request.audience"),
            ("by somebody else", scene.object(&json!({ "iss": "other" })), "request.client_id"),
            ("of another client", scene.object(&json!({ "client_id": "other" })), "request.client_id"),
            ("like an assertion", scene.object(&json!({ "sub": scene.website.id() })), "request.subject"),
            ("nested", scene.object(&json!({ "request": good })), "request.nested"),
            ("nested by reference", scene.object(&json!({ "request_uri": "https://x.example" })), "request.nested"),
            ("another key's", Key::ec().sign(None, &scene.claims(&json!({}))), "request.signature"),
            ("altered", with_header(json!({ "alg": "ES256" })), "request.signature"),
            ("of another alg than its key", with_header(json!({ "alg": "RS256" })), "request.signature"),
            ("unsigned", with_header(json!({ "alg": "none" })), "request.alg"),
            ("under the public key", format!("{message}.{}", BASE64URL_NOPAD.encode(tag.as_ref())), "request.alg"),
            ("critical", with_header(json!({ "alg": "ES256", "crit": ["x"], "x": 1 })), "request.critical"),
            ("another kind of token", scene.key.sign(Some("at+jwt"), &scene.claims(&json!({}))), "request.typ"),
            ("with a date in words", scene.object(&json!({ "exp": "tomorrow" })), "request.claims"),
            ("no token", "a.b".to_owned(), "request.malformed"),
            ("in five parts", "a.b.c.d.e".to_owned(), "request.encryption"),
            ("of a list for a text", scene.object(&json!({ "scope": ["openid"] })), "request.parameter"),
        ] {
            assert_eq!(refused(&scene.ask(&[("request", &object)]).await), invalid(code), "{what}");
        }
        // What the developer reads afterwards (`hufu trace`): a rule and a fix of their own for each of these causes.
        refusals::flush(&scene.house.provider).await.expect("written");
        let lines = refusals::of_client(&scene.house.provider, scene.website.client.client_id.clone()).await.expect("read");
        let of = |code: &str| {
            let line = lines.iter().find(|line| line.remembered.refusal.code == code).unwrap_or_else(|| panic!("no {code}"));
            (line.remembered.refusal.expected.clone(), line.remembered.refusal.fix.clone())
        };
        for (code, gist) in [("request.critical", "crit"), ("request.typ", "typ"), ("request.claims", "claim"), ("request.malformed", "JOSE")] {
            let (expected, fix) = of(code);
            assert!(fix.contains(gist), "{code}: {expected}; {fix}");
        }
        let long = scene.object(&json!({ "x": "y".repeat(8_000) }));
        let answer = scene.ask(&[("request", &long)]).await;
        assert_eq!(refused(&answer), ("invalid_request".into(), "param.too_large".into()), "inside as outside");
    }

    /// OpenID Connect Registration §2, request_object_signing_alg: "All Request Objects … MUST be rejected, if not signed
    /// with this algorithm"; each one that discovery lists works for who registered none.
    async fn objects_are_signed_in_the_registered_algorithm(db) {
        let only = |metadata: &mut ClientMetadata| metadata.request_object_signing_alg = Some(SigningAlg::ES256);
        let scene = Scene::over(db, only).await;
        scene.ask(&[("request", &scene.object(&json!({})))]).await.code();
        for key in Key::of_every_algorithm() {
            let website = scene.house.registered(ClientMetadata {
                client_name: "Object Bank".to_owned(),
                redirect_uris: vec!["https://objects.example/cb".to_owned()],
                jwks: Some(serde_json::from_value(key.jwks()).expect("a JWKS")),
                ..ClientMetadata::default()
            }).await;
            let claims = scene.claims(&json!({ "iss": website.id(), "client_id": website.id() }));
            let answer = scene.browser.clone().authorize(&website, &[("request", &key.sign(None, &claims))]).await;
            assert!(answer.is_consent(), "{:?}: {}", key.algorithm(), answer.header("location"));
            if key.algorithm() != jsonwebtoken::Algorithm::ES256 {
                let object = key.sign(None, &scene.claims(&json!({})));
                assert_eq!(refused(&scene.ask(&[("request", &object)]).await), invalid("request.alg"));
            }
        }
    }

    /// OpenID Connect Core §6.1, §10.1.1: keys at `jwks_uri`, which the signer rotates "by periodically adding new keys".
    async fn an_object_is_verified_by_the_keys_at_jwks_uri_and_a_change_is_noticed(db) {
        let scene = Scene::over(db, by_reference).await;
        scene.ask(&[("request", &scene.object(&json!({})))]).await.code();
        assert_eq!(scene.documents.asked(JWKS), 1, "kept");
        let new = Key::ec();
        scene.documents.put(JWKS, Answers::With(new.jwks().to_string()));
        scene.house.pass(31);
        let object = new.sign(Some("oauth-authz-req+jwt"), &scene.claims(&json!({})));
        scene.ask(&[("request", &object)]).await.code();
        let uri = scene.documents.put(DOCUMENT, Answers::With(object));
        assert_eq!(scene.ask(&[("request_uri", &uri)]).await.param("state").as_deref(), Some("inside"));
        assert_eq!(scene.documents.asked(JWKS), 2, "an unknown kid is looked for at once, and once");
        let withdrawn = scene.object(&json!({}));
        assert_eq!(refused(&scene.ask(&[("request", &withdrawn)]).await), invalid("request.signature"));
    }

    /// RFC 9101 §7, invalid_request_object: of keys that cannot be had it says why; the last good ones serve for an hour.
    async fn an_object_of_a_client_whose_keys_cannot_be_fetched_is_refused_with_the_reason(db) {
        let scene = Scene::over(db, by_reference).await;
        scene.documents.put(JWKS, Answers::Status(503));
        scene.house.pass(1700);
        scene.ask(&[("request", &scene.object(&json!({})))]).await.code();
        scene.house.pass(1900);
        let answer = scene.ask(&[("request", &scene.object(&json!({})))]).await;
        assert_eq!(refused(&answer), invalid("request.jwks_uri"));
        assert!(answer.param("error_description").is_some_and(|words| words.contains("status 503")));
    }

    /// OpenID Connect Core §6.1: an object that is verified by nothing is no request; pushed or brought by the browser.
    async fn an_object_of_a_client_without_keys_is_refused(db) {
        let scene = Scene::over(db, |_| {}).await;
        let keyless = scene.house.website("keyless.example").await;
        let members = json!({ "iss": keyless.id(), "client_id": keyless.id(), "redirect_uri": keyless.redirect_uri });
        let object = scene.key.sign(None, &scene.claims(&members));
        let answer = scene.browser.clone().authorize(&keyless, &[("request", &object)]).await;
        assert_eq!(refused(&answer), invalid("request.no_keys"));
        let pushed = keyless.push(&[("request", &object)]).await;
        assert_eq!((pushed.status, pushed.error().as_str()), (400, "invalid_request_object"));
        assert!(pushed.body.contains("[request.no_keys]"), "{}", pushed.body);
    }

    /// RFC 7515 §4.1.4: `kid` "is OPTIONAL". The official suite names one in two of its modules only.
    async fn an_object_without_a_kid_is_verified_by_whichever_key_fits(db) {
        let keys = Key::of_every_algorithm().map(Key::without_kid);
        let (alone, stranger) = (Key::ec().without_kid(), Key::ec().without_kid());
        let jwks = serde_json::from_value(Key::jwks_of(keys.iter().chain([&alone]))).expect("a JWKS");
        let scene = Scene::over(db, |_| {}).await;
        let website = |jwks| scene.house.registered(ClientMetadata {
            client_name: "Object Bank".to_owned(),
            redirect_uris: vec!["https://objects.example/cb".to_owned()],
            jwks: Some(jwks),
            ..ClientMetadata::default()
        });
        let (several, one) = (website(jwks).await, website(serde_json::from_value(alone.jwks()).expect("a JWKS")).await);
        let ask = async |website: &Website, key: &Key| {
            let claims = scene.claims(&json!({ "iss": website.id(), "client_id": website.id() }));
            scene.browser.clone().authorize(website, &[("request", &key.sign(None, &claims))]).await
        };
        assert!(ask(&one, &alone).await.is_consent());
        for key in keys.iter().chain([&alone]) {
            assert!(ask(&several, key).await.is_consent(), "{:?}", key.algorithm());
        }
        assert_eq!(refused(&ask(&several, &stranger).await), invalid("request.signature"));
    }

    /// RFC 9101 §6.3, §10.5: then nothing outside counts, and nothing plain.
    async fn who_requires_signed_objects_is_told_nothing_by_the_browser(db) {
        let scene = Scene::over(db, |metadata| metadata.require_signed_request_object = true).await;
        assert_eq!(refused(&scene.ask(&[]).await), ("invalid_request".into(), "request.required".into()));
        let object = scene.object(&json!({}));
        scene.ask(&[("request", &object), ("prompt", "login"), ("response_mode", "form_post")]).await.code();
        let unnamed = scene.object(&json!({ "client_id": null }));
        assert_eq!(refused(&scene.ask(&[("request", &unnamed)]).await), invalid("request.client_id"));
    }

    /// Core §6.2: fetched when the browser arrives, and not again while the person is asked.
    async fn an_object_by_reference_is_fetched_once(db) {
        let scene = Scene::over(db, |_| {}).await;
        let uri = scene.documents.put(DOCUMENT, Answers::With(scene.object(&json!({ "prompt": "consent" }))));
        let mut browser = scene.browser.clone();
        let page = browser.authorize(&scene.website, &[("request_uri", &format!("{uri}#v2"))]).await;
        assert!(page.is_consent());
        let answer = browser.decide(&page, "allow").await;
        assert_eq!(answer.param("state").as_deref(), Some("inside"));
        answer.code();
        assert_eq!(scene.documents.asked(DOCUMENT), 1);
    }

    /// RFC 9101 §7: `invalid_request_uri`, with the rule that the website's server broke.
    async fn a_request_uri_that_does_not_answer_well_is_named(db) {
        let scene = Scene::over(db, |_| {}).await;
        let uri = scene.documents.uri(DOCUMENT);
        for (answers, said) in [
            (Answers::Status(404), "status 404"),
            (Answers::Redirect(scene.documents.uri("/other")), "a redirect"),
            (Answers::Flood, "longer than 24576 bytes"),
            (Answers::With("a".repeat(25_000)), "longer than 24576 bytes"),
            (Answers::Silence, "does not answer in time"),
        ] {
            scene.documents.put(DOCUMENT, answers);
            let answer = scene.ask(&[("request_uri", &uri)]).await;
            assert_eq!(refused(&answer), ("invalid_request_uri".into(), "request_uri.fetch".into()), "{said}");
            assert!(answer.param("error_description").is_some_and(|words| words.contains(said)), "{said}");
        }
        // The true bound of what is fetched: the token's own.
        scene.documents.put(DOCUMENT, Answers::With("a".repeat(17_000)));
        assert_eq!(refused(&scene.ask(&[("request_uri", &uri)]).await), invalid("request.too_long"));
        scene.documents.put(DOCUMENT, Answers::With(scene.object(&json!({}))));
        // The fragment tells a server that keeps documents when to fetch anew (Core §6.2): what counts is who signed.
        let other = format!("{uri}#{}", BASE64URL_NOPAD.encode(&[7; 32]));
        assert_eq!(scene.ask(&[("request_uri", &other)]).await.param("state").as_deref(), Some("inside"));
        for (uri, code) in [
            (scene.documents.uri("/other"), "request_uri.not_registered"),
            ("https://127.0.0.1/request.jwt".to_owned(), "request_uri.not_registered"),
            ("file:///etc/passwd".to_owned(), "request_uri.not_registered"),
            ("urn:ietf:params:oauth:request_uri:AAAA".to_owned(), "request_uri.unknown"),
        ] {
            let answer = scene.ask(&[("request_uri", &uri)]).await;
            assert_eq!(refused(&answer), ("invalid_request_uri".into(), code.into()), "{uri}");
        }
        assert_eq!(scene.documents.asked("/other"), 0, "what is not registered is not fetched, what redirects not followed");
        let both = scene.ask(&[("request_uri", &uri), ("request", &scene.object(&json!({})))]).await;
        assert_eq!(refused(&both), ("invalid_request".into(), "request_uri.beside_request".into()));
    }
}
