//! How a website proves itself, as discovery says it: each method and each algorithm at each of the three endpoints, to a
//! success. OpenID Connect Core §9; RFC 7009 §2.1; RFC 7662 §2.1.

use super::{is_all, metadata};
use crate::house::{Answer, Browser, House, ISSUER, Person, VERIFIER, Website};
use crate::support::assertion::Key;
use crate::support::chance::random;
use hufu::client::{AuthMethod, ClientMetadata};
use hufu::keys::{JwkSet, SigningAlg};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// A client that proves itself in one way.
struct Prover {
    website: Website,
    method: AuthMethod,
    key: Option<Key>,
}

impl Prover {
    async fn by(house: &House, method: AuthMethod) -> Self {
        Self::with(house, method, (method == AuthMethod::PrivateKeyJwt).then(Key::ec)).await
    }

    async fn with(house: &House, method: AuthMethod, key: Option<Key>) -> Self {
        let jwks = key.as_ref().map(|key| JwkSet::try_from(key.jwks()).expect("a set"));
        let known = ClientMetadata { token_endpoint_auth_method: method, jwks, ..metadata() };
        Self { website: house.registered(known).await, method, key }
    }

    /// One for each algorithm in which a client signs.
    async fn of_every_algorithm(house: &House) -> Vec<Self> {
        let mut provers = vec![Self::by(house, AuthMethod::ClientSecretJwt).await];
        for key in Key::of_every_algorithm() {
            provers.push(Self::with(house, AuthMethod::PrivateKeyJwt, Some(key)).await);
        }
        provers
    }

    async fn post(&self, house: &House, path: &str, form: &[(&str, &str)]) -> Answer {
        let (id, secret) = (self.website.id(), self.website.secret.as_deref().unwrap_or_default());
        let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        let now = house.now().unix();
        let said = json!({ "iss": id, "sub": id, "aud": ISSUER, "jti": random(), "iat": now, "exp": now + 60 });
        let assertion = match &self.key {
            Some(key) => key.sign(None, &said),
            None => {
                let key = EncodingKey::from_secret(secret.as_bytes());
                jsonwebtoken::encode(&Header::new(Algorithm::HS256), &said, &key).expect("signed")
            }
        };
        let credentials = match self.method {
            AuthMethod::ClientSecretBasic => return self.website.post(path, form).await,
            AuthMethod::ClientSecretPost => vec![("client_id", id), ("client_secret", secret)],
            AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt => vec![kind, ("client_assertion", &*assertion)],
            AuthMethod::None => vec![("client_id", id)],
        };
        house.browser().post(path, &[form, &credentials].concat()).await
    }

    fn told(&self) -> String {
        format!("{} {:?}", self.method.wire(), self.key.as_ref().map(Key::algorithm))
    }
}

/// Somebody whose sign-ins there is always a token of.
struct Visitor<'a> {
    house: &'a House,
    browser: Browser,
    person: Person,
}

impl<'a> Visitor<'a> {
    async fn of(house: &'a House) -> Self {
        Self { house, browser: house.browser(), person: house.person().await }
    }

    /// An access token for a code that this client redeemed as itself.
    async fn token(&mut self, prover: &Prover) -> String {
        let code = self.browser.log_in(&prover.website, &self.person, self.house.now()).await.code();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", &*prover.website.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        let answer = prover.post(self.house, "/token", &form).await;
        assert_eq!(answer.status, 200, "{}: {}", prover.told(), answer.body);
        answer.json()["access_token"].as_str().expect("an access token").to_owned()
    }

    async fn redeems(&mut self, prover: &Prover) {
        let token = self.token(prover).await;
        assert_eq!(prover.website.userinfo(&token).await.status, 200, "{}", prover.told());
    }

    async fn revokes(&mut self, prover: &Prover) {
        let token = self.token(prover).await;
        let answer = prover.post(self.house, "/revoke", &[("token", &token)]).await;
        assert_eq!(answer.status, 200, "{}: {}", prover.told(), answer.body);
        assert_eq!(prover.website.userinfo(&token).await.status, 401, "{}: it still works", prover.told());
    }

    async fn introspects(&mut self, prover: &Prover) {
        let token = self.token(prover).await;
        let answer = prover.post(self.house, "/introspect", &[("token", &token)]).await;
        assert_eq!(answer.json()["active"], true, "{}: {}", prover.told(), answer.body);
    }
}

fn every_method() -> impl Iterator<Item = &'static str> {
    AuthMethod::ALL.iter().map(|method| method.wire())
}

fn every_algorithm() -> impl Iterator<Item = &'static str> {
    SigningAlg::ALL.iter().map(|alg| alg.wire()).chain(["HS256"])
}

pub async fn token_methods(house: &House, value: &Value) {
    is_all(value, every_method());
    let mut visitor = Visitor::of(house).await;
    for method in AuthMethod::ALL {
        visitor.redeems(&Prover::by(house, *method).await).await;
    }
}

pub async fn revocation_methods(house: &House, value: &Value) {
    is_all(value, every_method());
    let mut visitor = Visitor::of(house).await;
    for method in AuthMethod::ALL {
        visitor.revokes(&Prover::by(house, *method).await).await;
    }
}

/// Everybody who can prove it: a public client cannot (RFC 7662 §2.1).
pub async fn introspection_methods(house: &House, value: &Value) {
    let confidential = || AuthMethod::ALL.iter().filter(|method| **method != AuthMethod::None);
    is_all(value, confidential().map(|method| method.wire()));
    let mut visitor = Visitor::of(house).await;
    for method in confidential() {
        visitor.introspects(&Prover::by(house, *method).await).await;
    }
    let public = Prover::by(house, AuthMethod::None).await;
    assert_eq!(public.post(house, "/introspect", &[("token", "none")]).await.status, 401);
}

pub async fn token_algorithms(house: &House, value: &Value) {
    is_all(value, every_algorithm());
    let mut visitor = Visitor::of(house).await;
    for prover in Prover::of_every_algorithm(house).await {
        visitor.redeems(&prover).await;
    }
}

pub async fn revocation_algorithms(house: &House, value: &Value) {
    is_all(value, every_algorithm());
    let mut visitor = Visitor::of(house).await;
    for prover in Prover::of_every_algorithm(house).await {
        visitor.revokes(&prover).await;
    }
}

pub async fn introspection_algorithms(house: &House, value: &Value) {
    is_all(value, every_algorithm());
    let mut visitor = Visitor::of(house).await;
    for prover in Prover::of_every_algorithm(house).await {
        visitor.introspects(&prover).await;
    }
}
