//! An ordinary website: the crate `openidconnect`, unmodified, as its manual shows it. PKCE, state, nonce, verification.

use super::chance::random;
use super::wire::{self, Http};
use super::{Demo, Page, Registered};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse,
};
use serde_json::Value;
use std::sync::Arc;
use url::Url;

/// A website with its registration and what it discovered of the provider.
pub struct Rp {
    pub demo: Arc<Demo>,
    pub registered: Registered,
    pub auth: AuthType,
    metadata: CoreProviderMetadata,
    pub http: Http,
}

/// One sign-in that has left and not come back.
pub struct Attempt {
    pub url: Url,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

/// A sign-in that came back and passed every check of the library.
#[derive(Clone, Debug)]
pub struct Login {
    pub sub: String,
    pub id_token: String,
    pub header: Value,
    pub claims: Value,
    pub access_token: String,
}

impl Rp {
    /// Reads the provider's discovery document and its keys.
    pub async fn discover(demo: &Arc<Demo>, registered: Registered) -> Self {
        let http = Http(wire::client());
        let issuer = IssuerUrl::new(demo.issuer.clone()).expect("an issuer");
        let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.expect("discovery");
        Self { demo: Arc::clone(demo), registered, auth: AuthType::BasicAuth, metadata, http }
    }

    /// A new website of this host.
    pub async fn at(demo: &Arc<Demo>, host: &str) -> Self {
        Self::discover(demo, demo.website(host)).await
    }

    /// The same website registered with these options of `client add`.
    pub async fn with(demo: &Arc<Demo>, host: &str, options: &[&str]) -> Self {
        Self::discover(demo, demo.add_client(&format!("https://{host}/callback"), options)).await
    }

    /// Leaves for the provider, with these parameters besides the usual ones.
    pub fn attempt(&self, extra: &[(&str, &str)]) -> Attempt {
        let (state, nonce, verifier) = (random(), random(), random());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
        let (sent_state, sent_nonce) = (CsrfToken::new(state.clone()), Nonce::new(nonce.clone()));
        let client = self.client();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || sent_state.clone(),
                move || sent_nonce.clone(),
            )
            .set_pkce_challenge(challenge);
        for (name, value) in extra {
            request = request.add_extra_param(*name, *value);
        }
        Attempt { url: request.url().0, state, nonce, verifier }
    }

    /// Comes back with a code: exchange, verification of the ID token, UserInfo for the same sub.
    pub async fn finish(&self, attempt: &Attempt, callback: &Url) -> Login {
        let code = self.code(attempt, callback);
        let client = self.client();
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .expect("a token endpoint")
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()))
            .request_async(&self.http)
            .await
            .unwrap_or_else(|error| panic!("the token endpoint refuses: {error:?}"));
        let id_token = tokens.id_token().expect("an ID token");
        let claims = id_token
            .claims(&client.id_token_verifier(), &Nonce::new(attempt.nonce.clone()))
            .unwrap_or_else(|error| panic!("the ID token does not verify: {error:?}"));
        let _: CoreUserInfoClaims = client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .expect("a UserInfo endpoint")
            .request_async(&self.http)
            .await
            .unwrap_or_else(|error| panic!("UserInfo refuses: {error:?}"));
        let sub = claims.subject().to_string();
        let access_token = tokens.access_token().secret().clone();
        let id_token = id_token.to_string();
        let (header, claims) = decoded(&id_token);
        Login { sub, id_token, header, claims, access_token }
    }

    /// The code that came back, with `state` and `iss` checked (RFC 6749 §10.12, RFC 9207 §2.4).
    pub fn code(&self, attempt: &Attempt, callback: &Url) -> String {
        let get = |name: &str| callback.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert!(callback.as_str().starts_with(&self.registered.redirect_uri), "{callback} is not ours");
        assert_eq!(get("state").as_deref(), Some(attempt.state.as_str()), "{callback}");
        assert_eq!(get("iss").as_deref(), Some(self.demo.issuer.as_str()), "{callback}");
        get("code").unwrap_or_else(|| panic!("no code in {callback}"))
    }

    /// The form that redeems a code, to be sent or spoilt.
    pub fn token_form(&self, attempt: &Attempt, code: &str) -> Vec<(String, String)> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.registered.redirect_uri),
            ("code_verifier", &attempt.verifier),
        ];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    /// Sends a form to the token endpoint with the secret in the header.
    pub async fn token(&self, form: &[(String, String)]) -> Page {
        let url = self.demo.url("/token");
        let request = self.http.0.post(url.clone()).form(form);
        let secret = self.registered.client_secret.as_deref();
        fetch(request.basic_auth(&self.registered.client_id, secret), &url).await
    }

    /// What UserInfo says to this token.
    pub async fn userinfo(&self, token: &str) -> Page {
        let url = self.demo.url("/userinfo");
        fetch(self.http.0.get(url.clone()).bearer_auth(token), &url).await
    }

    /// The library's own client.
    pub fn client(&self) -> DiscoveredClient {
        let secret = self.registered.client_secret.clone().map(ClientSecret::new);
        let redirect = RedirectUrl::new(self.registered.redirect_uri.clone()).expect("a redirect URI");
        CoreClient::from_provider_metadata(
            self.metadata.clone(),
            ClientId::new(self.registered.client_id.clone()),
            secret,
        )
        .set_redirect_uri(redirect)
        .set_auth_type(self.auth.clone())
    }
}

pub type DiscoveredClient = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

/// Sends a request and keeps the answer as it came.
pub async fn fetch(request: reqwest::RequestBuilder, url: &Url) -> Page {
    let answer = request.send().await.unwrap_or_else(|error| panic!("{url}: {error:?}"));
    let (status, headers) = (answer.status(), answer.headers().clone());
    Page { url: url.clone(), status, headers, html: answer.text().await.expect("a body") }
}

/// Header and claims of a JWT, unverified.
pub fn decoded(jwt: &str) -> (Value, Value) {
    let part = |part: &str| {
        let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64url");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    let mut parts = jwt.split('.');
    (part(parts.next().expect("a header")), part(parts.next().expect("claims")))
}
