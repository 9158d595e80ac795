//! A website: asks, redeems, calls UserInfo.

use super::browser::{Answer, HTTP};
use data_encoding::BASE64URL_NOPAD;
use hufu::client::{Client, ClientMetadata, Environment, GrantType};
use hufu::spec::ClientId;
use url::form_urlencoded;

/// RFC 7636, Appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[derive(Clone)]
pub struct Website {
    pub client: Client,
    pub redirect_uri: String,
    pub secret: Option<String>,
    address: String,
}

impl Website {
    pub(super) fn new(address: &str, client: Client, secret: Option<String>, redirect_uri: String) -> Self {
        Self { client, redirect_uri, secret, address: address.to_owned() }
    }

    /// A website that an operator registered by `hufu client add --json`, talking to the node at `address`.
    pub fn of(address: &str, registered: &serde_json::Value) -> Self {
        let text =
            |name: &str| registered[name].as_str().unwrap_or_else(|| panic!("no {name} in {registered}")).to_owned();
        let redirect_uri = registered["redirect_uris"][0].as_str().expect("a redirect URI").to_owned();
        let metadata = serde_json::from_value(registered.clone()).expect("metadata");
        let client = Client::register(ClientId::new(text("client_id")), metadata, Environment::Sandbox);
        Self::new(address, client.expect("registered"), Some(text("client_secret")), redirect_uri)
    }

    /// The same website, talking to another node.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    pub fn id(&self) -> &str {
        self.client.client_id.as_str()
    }

    /// Path and query of an authorization request. What `extra` names goes before the usual value.
    pub fn request(&self, extra: &[(&str, &str)]) -> String {
        let usual = [
            ("client_id", self.id()),
            ("redirect_uri", &self.redirect_uri),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "a-state"),
            ("nonce", "a-nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(usual.iter().filter(|(name, _)| !extra.iter().any(|(other, _)| other == name)));
        query.extend_pairs(extra);
        format!("/authorize?{}", query.finish())
    }

    /// Pushes such a request (RFC 9126 §2).
    pub async fn push(&self, extra: &[(&str, &str)]) -> Answer {
        let request = self.request(extra);
        let form = request.split_once('?').expect("a query").1.to_owned();
        let mut request = HTTP.post(format!("{}/par", self.address)).body(form);
        request = request.header("content-type", "application/x-www-form-urlencoded");
        if let Some(secret) = &self.secret {
            request = request.basic_auth(encoded(self.id()), Some(encoded(secret)));
        }
        Answer::of(request.send().await).await
    }

    /// Redeems a code with a client assertion in place of a secret.
    pub async fn redeem_by_assertion(&self, code: &str, assertion: &str) -> Answer {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        self.redeem_with(code, &[("client_assertion_type", kind), ("client_assertion", assertion)]).await
    }

    /// Redeems a code as it should be done.
    pub async fn redeem(&self, code: &str) -> Answer {
        self.redeem_with(code, &[]).await
    }

    /// Redeems a code; what `other` names replaces the usual value, and an empty value leaves it out.
    pub async fn redeem_with(&self, code: &str, other: &[(&str, &str)]) -> Answer {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &*self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        form.retain(|(name, _)| !other.iter().any(|(replaced, _)| replaced == name));
        form.extend(other.iter().filter(|(_, value)| !value.is_empty()));
        self.post("/token", &form).await
    }

    /// Posts a form with the website's credentials: its secret, or as a public client its id.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        Answer::of(self.posting(path, form).send().await).await
    }

    fn posting(&self, path: &str, form: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let mut form = form.to_vec();
        let authenticates = form.iter().any(|(name, _)| *name == "client_assertion");
        if self.secret.is_none() && !authenticates {
            form.push(("client_id", self.id()));
        }
        let request = HTTP.post(format!("{}{path}", self.address)).form(&form);
        match &self.secret {
            Some(secret) => request.basic_auth(encoded(self.id()), Some(encoded(secret))),
            None => request,
        }
    }

    /// Refreshes, with what this request adds to the usual.
    pub async fn refresh(&self, refresh_token: &str, extra: &[(&str, &str)]) -> Answer {
        self.post("/token", &[&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)], extra].concat())
            .await
    }

    pub async fn revoke(&self, token: &str) -> Answer {
        self.post("/revoke", &[("token", token)]).await
    }

    /// What introspection says of a token.
    pub async fn introspect(&self, token: &str) -> serde_json::Value {
        let answer = self.post("/introspect", &[("token", token)]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// The same as a JWT (RFC 9701 §4).
    pub async fn introspect_signed(&self, token: &str) -> Answer {
        let request = self.posting("/introspect", &[("token", token)]);
        let request = request.header("accept", "application/json;q=0.5, application/token-introspection+jwt");
        Answer::of(request.send().await).await
    }

    /// The access token of a login, redeemed.
    pub async fn access_token(&self, code: &str) -> String {
        let answer = self.redeem(code).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().expect("an access token").to_owned()
    }

    pub async fn userinfo(&self, access_token: &str) -> Answer {
        Answer::of(HTTP.get(format!("{}/userinfo", self.address)).bearer_auth(access_token).send().await).await
    }
}

/// The claims of a JWT, unverified: for a look, not for trust.
pub fn claims(jwt: &str) -> serde_json::Value {
    let body = jwt.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&BASE64URL_NOPAD.decode(body.as_bytes()).expect("base64url")).expect("JSON")
}

/// RFC 6749 §2.3.1: both parts of Basic are form-encoded first.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// What a website at `host` registers that renews its tokens.
pub fn renewing(host: &str) -> ClientMetadata {
    ClientMetadata {
        client_name: host.to_owned(),
        redirect_uris: vec![format!("https://{host}/cb")],
        alternative_login_uri: Some(format!("https://{host}/login")),
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        ..ClientMetadata::default()
    }
}
