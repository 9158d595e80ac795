//! A client's keys by reference: fetched when they are needed, kept while they are good, never fetched at a stranger's will.
//! OpenID Connect Core §10.1.1; RFC 7517 §5.

use crate::db::on_each_database;
use crate::house::{Answer, Answers, Documents, House, ISSUER, Person, Website};
use crate::support::assertion::Key;
use hufu::client::{AssertionProfile, AuthMethod, ClientMetadata, Environment};
use hufu::flow::register;
use hufu::store::clients;
use serde_json::json;

/// A house, a website whose keys are at its own server, and who signs in there.
struct Scene {
    house: House,
    documents: Documents,
    website: Website,
    person: Person,
}

const JWKS: &str = "/jwks.json";

impl Scene {
    async fn over(db: crate::db::TestDb) -> Self {
        let house = House::over(db).await;
        let documents = Documents::start().await;
        let metadata = ClientMetadata {
            client_name: "Key Bank".to_owned(),
            redirect_uris: vec!["https://keys.example/cb".to_owned()],
            token_endpoint_auth_method: AuthMethod::PrivateKeyJwt,
            jwks_uri: Some(documents.uri(JWKS)),
            ..ClientMetadata::default()
        };
        let (website, person) = (house.registered(metadata).await, house.person().await);
        Self { house, documents, website, person }
    }

    fn publish(&self, key: &Key) {
        self.documents.put(JWKS, Answers::With(key.jwks().to_string()));
    }

    /// A login redeemed with an assertion by `key`.
    async fn redeem(&self, key: &Key, jti: &str) -> Answer {
        let code = self.house.browser().log_in(&self.website, &self.person, self.house.now()).await.code();
        self.website.redeem_by_assertion(&code, &self.assertion(key, jti)).await
    }

    /// A request that proves nothing but who the client is.
    async fn knock(&self, key: &Key, jti: &str) -> Answer {
        self.website.redeem_by_assertion("no-code", &self.assertion(key, jti)).await
    }

    fn assertion(&self, key: &Key, jti: &str) -> String {
        let (id, now) = (self.website.id(), self.house.now().unix());
        key.sign(None, &json!({ "iss": id, "sub": id, "aud": ISSUER, "jti": jti, "iat": now, "exp": now + 60 }))
    }
}

/// The code in brackets at the end of a refusal's description.
fn code(answer: &Answer) -> String {
    let said = answer.json()["error_description"].as_str().expect("a description").to_owned();
    said.rsplit_once('[').and_then(|(_, code)| code.split_once(']')).expect("a code in brackets").0.to_owned()
}

on_each_database! {
    /// OpenID Connect Core §10.1.1: "The signer … keys can be rotated … by periodically adding new keys to the JWK Set".
    async fn a_set_is_fetched_once_and_again_when_a_kid_is_not_in_it(db) {
        let scene = Scene::over(db).await;
        let (old, new) = (Key::ec(), Key::ec());
        scene.publish(&old);
        for jti in ["1", "2"] {
            assert_eq!(scene.redeem(&old, jti).await.status, 200);
        }
        assert_eq!(scene.documents.asked(JWKS), 1, "kept");
        scene.publish(&new);
        scene.house.pass(31);
        assert_eq!(scene.redeem(&new, "3").await.status, 200, "an unknown kid is looked for at once");
        assert_eq!(scene.documents.asked(JWKS), 2);
        assert_eq!(code(&scene.knock(&old, "4").await), "client.assertion_signature", "the old key is gone");
    }

    /// Issue "Every OpenID Connect profile": "a client's changed `jwks_uri` is noticed": at once, though the old set is fresh.
    async fn a_jwks_uri_that_was_moved_is_asked_at_its_new_place(db) {
        let scene = Scene::over(db).await;
        let (old, new) = (Key::ec(), Key::ec());
        scene.publish(&old);
        assert_eq!(scene.redeem(&old, "1").await.status, 200);
        let uri = scene.documents.put("/moved.json", Answers::With(new.jwks().to_string()));
        let metadata = ClientMetadata { jwks_uri: Some(uri), ..scene.website.client.metadata.clone() };
        let moved = scene.website.client.clone().update(metadata, Environment::Sandbox).expect("as good as before");
        let row = register::to_row(&moved).expect("a row");
        assert!(scene.house.provider.store.write(move |tx| clients::update(tx, &row)).await.expect("written"));
        assert_eq!(scene.redeem(&new, "2").await.status, 200);
        assert_eq!(code(&scene.knock(&old, "3").await), "client.assertion_signature", "what was there counts no more");
        assert_eq!((scene.documents.asked(JWKS), scene.documents.asked("/moved.json")), (1, 1));
    }

    /// RFC 7515 §4.1.4: "Use of this Header Parameter is OPTIONAL"; RFC 7517 §4.5 likewise. Whichever key fits the algorithm is tried.
    async fn an_assertion_without_a_kid_is_verified_by_whichever_key_fits(db) {
        let scene = Scene::over(db).await;
        let [rs, ps, ec, ed] = Key::of_every_algorithm().map(Key::without_kid);
        let (first, named) = (Key::ec().without_kid(), Key::ec());
        scene.publish(&ec);
        assert_eq!(scene.redeem(&ec, "alone").await.status, 200);
        scene.documents.put(JWKS, Answers::With(Key::jwks_of([&rs, &ps, &first, &named, &ec, &ed]).to_string()));
        scene.house.pass(60);
        for (jti, key) in [&rs, &ps, &first, &ec, &ed].into_iter().enumerate() {
            assert_eq!(scene.redeem(key, &jti.to_string()).await.status, 200, "{:?}", key.algorithm());
        }
        assert_eq!(code(&scene.knock(&Key::ec().without_kid(), "stranger").await), "client.assertion_signature");
        let unnamed = named.without_kid();
        assert_eq!(scene.redeem(&unnamed, "named").await.status, 200, "a kid that only the set names");
    }

    /// PROTOCOL 19: "`basic` accepts issuer, token endpoint or the endpoint called as the single audience; `fapi2` the issuer string
    /// only" (FAPI 2.0 Security Profile §5.3.2.1), and none of RS256 (§5.4.1).
    async fn the_profile_fapi2_takes_the_issuer_alone_for_an_audience(db) {
        let (house, [rs, _, ec, _]) = (House::over(db).await, Key::of_every_algorithm());
        let registered = |profile| house.registered(ClientMetadata {
            client_name: "Profile Bank".to_owned(),
            redirect_uris: vec!["https://profile.example/cb".to_owned()],
            token_endpoint_auth_method: AuthMethod::PrivateKeyJwt,
            assertion_profile: profile,
            jwks: Some(serde_json::from_value(Key::jwks_of([&rs, &ec])).expect("a JWKS")),
            ..ClientMetadata::default()
        });
        let (token, par) = (format!("{ISSUER}/token"), format!("{ISSUER}/par"));
        for (profile, key, audience, refused) in [
            (AssertionProfile::Basic, &rs, json!(ISSUER), ""),
            (AssertionProfile::Basic, &ec, json!(token), ""),
            (AssertionProfile::Basic, &ec, json!([ISSUER]), ""),
            (AssertionProfile::Basic, &ec, json!([ISSUER, token]), "client.assertion_audience"),
            (AssertionProfile::Basic, &ec, json!(par), "client.assertion_audience"),
            (AssertionProfile::Fapi2, &ec, json!(ISSUER), ""),
            (AssertionProfile::Fapi2, &ec, json!(token), "client.assertion_audience"),
            (AssertionProfile::Fapi2, &ec, json!([ISSUER]), "client.assertion_audience"),
            (AssertionProfile::Fapi2, &rs, json!(ISSUER), "client.assertion_alg"),
        ] {
            let website = registered(profile).await;
            let (id, exp) = (website.id(), house.now().unix() + 60);
            let assertion = key.sign(None, &json!({ "iss": id, "sub": id, "aud": audience, "jti": "1", "exp": exp }));
            let answer = website.redeem_by_assertion("no-code", &assertion).await;
            // Who was believed is refused for the code.
            let expected = if refused.is_empty() { "invalid_grant" } else { "invalid_client" };
            assert_eq!(answer.error(), expected, "{profile:?} {audience}: {}", answer.body);
            assert!(refused.is_empty() || code(&answer) == refused, "{profile:?} {audience}: {}", answer.body);
        }
    }

    /// docs/integrating.md: "Name a `kid` in every header; without one a change is noticed within a minute."
    async fn without_a_kid_a_change_is_noticed_within_a_minute(db) {
        let scene = Scene::over(db).await;
        let (old, new) = (Key::ec().without_kid(), Key::ec().without_kid());
        scene.publish(&old);
        assert_eq!(scene.redeem(&old, "1").await.status, 200);
        scene.publish(&new);
        scene.house.pass(59);
        assert_eq!(code(&scene.knock(&new, "2").await), "client.assertion_signature");
        assert_eq!(scene.documents.asked(JWKS), 1);
        scene.house.pass(1);
        assert_eq!(scene.redeem(&new, "3").await.status, 200);
        assert_eq!(scene.documents.asked(JWKS), 2);
        assert_eq!(code(&scene.knock(&old, "4").await), "client.assertion_signature");
    }

    /// A key that is withdrawn without a successor is not believed for longer than ten minutes.
    async fn a_set_older_than_ten_minutes_is_fetched_again(db) {
        let scene = Scene::over(db).await;
        let key = Key::ec();
        scene.publish(&key);
        assert_eq!(scene.redeem(&key, "1").await.status, 200);
        scene.publish(&Key::ec());
        scene.house.pass(599);
        assert_eq!(scene.redeem(&key, "2").await.status, 200);
        scene.house.pass(1);
        assert_eq!(code(&scene.knock(&key, "3").await), "client.assertion_signature");
    }

    /// Who makes up keys makes us ask the website twice a minute, and no more.
    async fn made_up_kids_do_not_make_us_hammer_the_website(db) {
        let scene = Scene::over(db).await;
        let key = Key::ec();
        scene.publish(&key);
        assert_eq!(scene.redeem(&key, "1").await.status, 200);
        scene.house.pass(31);
        for jti in 0..20 {
            assert_eq!(code(&scene.knock(&Key::ec(), &jti.to_string()).await), "client.assertion_signature");
        }
        assert_eq!(scene.documents.asked(JWKS), 2);
        assert_eq!(scene.redeem(&key, "2").await.status, 200, "the website itself is served all along");
    }

    /// A website whose server is down for a while goes on signing people in.
    async fn the_last_good_keys_serve_while_the_website_is_down(db) {
        let scene = Scene::over(db).await;
        let key = Key::ec();
        scene.publish(&key);
        assert_eq!(scene.redeem(&key, "1").await.status, 200);
        scene.documents.put(JWKS, Answers::Status(503));
        scene.house.pass(1800);
        assert_eq!(scene.redeem(&key, "2").await.status, 200);
        assert_eq!(scene.documents.asked(JWKS), 2);
        scene.house.pass(1800);
        let refused = scene.knock(&key, "3").await;
        assert_eq!((refused.error().as_str(), code(&refused).as_str()), ("invalid_client", "client.jwks_uri"));
    }

    /// Each failure says which rule the website's server broke; nothing is fetched twice within half a minute.
    async fn a_jwks_uri_that_does_not_answer_well_is_named(db) {
        let scene = Scene::over(db).await;
        let key = Key::ec();
        let twice = [&key.jwks()["keys"][0], &key.jwks()["keys"][0]].map(Clone::clone);
        let (mut private, unnamed) = (key.jwks(), Key::ec().without_kid());
        private["keys"][0]["d"] = json!("AAAA");
        for (jti, (answers, said)) in [
            (Answers::Status(404), "status 404"),
            (Answers::Redirect("https://elsewhere.example/".into()), "a redirect"),
            (Answers::With("<html>".into()), "not JSON"),
            (Answers::With("[]".into()), "no object"),
            (Answers::With(private.to_string()), "contains `d`"),
            (Answers::With(json!({ "keys": twice }).to_string()), "the kid of another key"),
            (Answers::With(Key::jwks_of([&unnamed, &unnamed]).to_string()), "publish each key once"),
            (Answers::Flood, "longer than 65536 bytes"),
            (Answers::Liar(70_000), "longer than 65536 bytes"),
            (Answers::Silence, "does not answer in time"),
        ].into_iter().enumerate() {
            scene.documents.put(JWKS, answers);
            scene.house.pass(31);
            let refused = scene.knock(&key, &jti.to_string()).await;
            assert_eq!((refused.error().as_str(), code(&refused).as_str()), ("invalid_client", "client.jwks_uri"));
            let described = refused.json()["error_description"].to_string();
            assert!(described.contains(said), "{said}: {described}");
            let before = scene.documents.asked(JWKS);
            scene.knock(&key, &format!("again-{jti}")).await;
            assert_eq!(scene.documents.asked(JWKS), before, "{said}: not at once again");
        }
    }
}
