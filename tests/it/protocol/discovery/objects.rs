//! Request objects as discovery says of them: by value and by reference, signed in each algorithm, encrypted by each pair, and
//! each led to a code that is redeemed. OpenID Connect Core §6; RFC 9101.

use super::{asked, is_all, pairs};
use crate::house::{Answers, Browser, Documents, House, Person, Website};
use crate::support::assertion::Key;
use hufu::client::ClientMetadata;
use hufu::keys::{ContentEncryption, JwkSet, SigningAlg};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

const PLACE: &str = "/request.jwt";

/// A website that signs what it asks for, and somebody who signs in at it.
struct Scene<'a> {
    house: &'a House,
    website: Website,
    key: Key,
    documents: Documents,
    browser: Browser,
    person: Person,
}

impl<'a> Scene<'a> {
    async fn of(house: &'a House, key: Key) -> Self {
        let documents = Documents::start().await;
        let known = ClientMetadata {
            redirect_uris: vec!["https://objects.example/cb".to_owned()],
            client_name: "Object Bank".to_owned(),
            jwks: Some(JwkSet::try_from(key.jwks()).expect("a set")),
            request_uris: vec![documents.uri(PLACE)],
            ..ClientMetadata::default()
        };
        let (website, browser, person) = (house.registered(known).await, house.browser(), house.person().await);
        Self { house, website, key, documents, browser, person }
    }

    /// Supersedes the `state` that the browser brings: so it shows whether it counts.
    fn object(&self) -> String {
        self.key.sign(None, &json!({ "client_id": self.website.id(), "state": "inside" }))
    }

    /// A sign-in with this parameter goes all the way, and the object counts.
    async fn leads_to_tokens(&mut self, name: &str, value: &str) {
        let answer = self.browser.log_in_with(&self.website, &self.person, self.house.now(), &[(name, value)]).await;
        assert_eq!(answer.param("state").as_deref(), Some("inside"), "{name} by {:?}", self.key.algorithm());
        let redeemed = self.website.redeem(&answer.code()).await;
        assert_eq!(redeemed.status, 200, "{name}: {}", redeemed.body);
    }
}

pub async fn request_parameter(house: &House, value: &Value) {
    assert_eq!(value, true);
    let mut scene = Scene::of(house, Key::ec()).await;
    let object = scene.object();
    scene.leads_to_tokens("request", &object).await;
    assert_eq!(asked(house, "request", "a.b.c").await.param("error").as_deref(), Some("invalid_request_object"));
}

/// Only where it was registered (OpenID Connect Registration §2, request_uris).
pub async fn request_uri_parameter(house: &House, value: &Value) {
    assert_eq!(value, true);
    let mut scene = Scene::of(house, Key::ec()).await;
    let place = scene.documents.put(PLACE, Answers::With(scene.object()));
    scene.leads_to_tokens("request_uri", &place).await;
    assert!(scene.documents.asked(PLACE) > 0, "it was fetched");
    let elsewhere = scene.documents.put("/elsewhere.jwt", Answers::With(scene.object()));
    let refused = scene.browser.authorize(&scene.website, &[("request_uri", &elsewhere)]).await;
    assert_eq!(refused.param("error").as_deref(), Some("invalid_request_uri"), "it is not registered");
    assert_eq!(scene.documents.asked("/elsewhere.jwt"), 0, "and not fetched");
}

pub async fn signing(house: &House, value: &Value) {
    is_all(value, SigningAlg::ALL.iter().map(|alg| alg.wire()));
    for key in Key::of_every_algorithm() {
        let mut scene = Scene::of(house, key).await;
        let object = scene.object();
        scene.leads_to_tokens("request", &object).await;
    }
}

pub async fn encryption(house: &House, value: &Value) {
    is_all(value, ContentEncryption::ALL.iter().map(|enc| enc.wire()));
    let ours = JwkSet::try_from(house.browser().get("/jwks").await.json()).expect("a set");
    let (mut scene, mut rng) = (Scene::of(house, Key::ec()).await, StdRng::seed_from_u64(11));
    for (alg, enc) in pairs() {
        let to = ours.recipient(alg, enc).unwrap_or_else(|| panic!("no key of ours for {}", alg.wire()));
        let object = to.encrypt_jwt(&scene.object(), &mut rng).expect("encrypted");
        scene.leads_to_tokens("request", &object).await;
    }
}
