//! A website in Rust that signs people in, with the crate `openidconnect`.
//!
//! ```sh
//! CLIENT_ID=… CLIENT_SECRET=… cargo run --example website
//! ```

#![expect(clippy::disallowed_methods, reason = "a website draws its own randomness")]

use actix_web::cookie::{Cookie, SameSite};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::http::Response;
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest as Outgoing, HttpResponse as Incoming, IssuerUrl,
    Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse,
};
use std::collections::HashMap;
use std::env::var;
use std::error::Error;
use std::sync::{Arc, Mutex};

/// What each visitor left with, by the cookie that this very browser holds.
type Visits = Mutex<HashMap<String, (CsrfToken, Nonce, PkceCodeVerifier)>>;

struct Site {
    metadata: CoreProviderMetadata,
    id: ClientId,
    secret: ClientSecret,
    home: String,
    http: reqwest::Client,
    visits: Visits,
}

/// The library brings no HTTP client of its own here; this one follows no redirect.
async fn send(http: &reqwest::Client, request: Outgoing) -> Result<Incoming, reqwest::Error> {
    let answer = http.execute(request.try_into()?).await?;
    let mut built = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        built = built.header(name, value);
    }
    Ok(built.body(answer.bytes().await?.to_vec()).expect("an answer is an answer"))
}

macro_rules! client {
    ($site:expr) => {
        CoreClient::from_provider_metadata($site.metadata.clone(), $site.id.clone(), Some($site.secret.clone()))
            .set_redirect_uri(RedirectUrl::new(format!("{}/callback", $site.home)).expect("a URL"))
    };
}

async fn login(site: web::Data<Site>) -> HttpResponse {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let client = client!(site);
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random).set_pkce_challenge(challenge);
    let (to, state, nonce) = request.url();
    let cookie = Cookie::build("visit", state.secret().clone()).http_only(true).same_site(SameSite::Lax).finish();
    site.visits.lock().expect("no visitor panics").insert(state.secret().clone(), (state, nonce, verifier));
    HttpResponse::SeeOther().insert_header(("Location", to.as_str())).cookie(cookie).finish()
}

async fn callback(site: web::Data<Site>, request: HttpRequest, query: web::Query<HashMap<String, String>>) -> String {
    let visit = request.cookie("visit").and_then(|held| site.visits.lock().ok()?.remove(held.value()));
    match visit {
        Some(visit) => signed_in(&site, visit, &query).await.unwrap_or_else(|error| error.to_string()),
        None => "This browser did not begin here.".to_owned(),
    }
}

async fn signed_in(
    site: &Site,
    (state, nonce, verifier): (CsrfToken, Nonce, PkceCodeVerifier),
    query: &HashMap<String, String>,
) -> Result<String, Box<dyn Error>> {
    let sent = |name: &str| query.get(name).cloned().unwrap_or_default();
    if sent("state") != *state.secret() || sent("iss") != site.metadata.issuer().as_str() {
        return Err("state or iss is not what it must be".into());
    }
    let client = client!(site);
    let http = |request| send(&site.http, request);
    let exchange = client.exchange_code(AuthorizationCode::new(sent("code")))?.set_pkce_verifier(verifier);
    let tokens = exchange.request_async(&http).await?;
    // The ID token's signature, issuer, audience, nonce and times.
    let claims = tokens.id_token().ok_or("no ID token")?.claims(&client.id_token_verifier(), &nonce)?;
    Ok(format!("Signed in as {}", claims.subject().as_str()))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = var("PORT").unwrap_or_else(|_| "3000".into()).parse()?;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let issuer = IssuerUrl::new(var("ISSUER").unwrap_or_else(|_| "http://localhost:8080".into()))?;
    let discover = |request| send(&http, request);
    let metadata = CoreProviderMetadata::discover_async(issuer, &discover).await?;
    let (id, secret) = (ClientId::new(var("CLIENT_ID")?), ClientSecret::new(var("CLIENT_SECRET")?));
    let home = format!("http://localhost:{port}");
    let site = web::Data::from(Arc::new(Site { metadata, id, secret, home, http, visits: Mutex::default() }));
    let routes = move || {
        App::new()
            .app_data(site.clone())
            .route("/login", web::get().to(login))
            .route("/callback", web::get().to(callback))
    };
    Ok(HttpServer::new(routes).workers(1).bind(("127.0.0.1", port))?.run().await?)
}
