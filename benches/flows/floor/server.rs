//! The floor's three requests and its hello-world.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::fill;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use serde::Deserialize;

use super::form_encoded;
use super::key::Key;
use super::rows::{Id, Rows};
use crate::Outcome;
use crate::site::Alg;

/// The only person here.
const SUB: &str = "qL0zYV5uWcVQ1m0hB3dT7cJ1nX2sK9pR4fG6aE8iUo0";

/// What is known between the requests of one login.
struct Floor {
    key: Key,
    rows: Option<Rows>,
    issuer: String,
    codes: Mutex<HashMap<String, Promise>>,
    tokens: Mutex<HashSet<String>>,
}

struct Promise {
    id: Id,
    client_id: String,
    code_challenge: String,
    nonce: String,
}

#[derive(Deserialize)]
struct Authorize {
    client_id: String,
    redirect_uri: String,
    state: String,
    nonce: String,
    code_challenge: String,
}

#[derive(Deserialize)]
struct Token {
    code: String,
    code_verifier: String,
}

pub fn run(address: SocketAddr, alg: Alg, store: &str) -> Outcome<()> {
    let floor = web::Data::new(Floor {
        key: Key::make(alg)?,
        rows: Rows::open(store)?,
        issuer: format!("http://{address}"),
        codes: Mutex::default(),
        tokens: Mutex::default(),
    });
    let serve = async move {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(floor.clone())
                .route("/hello", web::get().to(hello))
                .route("/authorize", web::get().to(authorize))
                .route("/token", web::post().to(token))
                .route("/userinfo", web::get().to(userinfo))
        });
        let server = server.workers(1).keep_alive(Duration::from_secs(120)).shutdown_timeout(1).bind(address)?.run();
        println!("ready");
        server.await
    };
    actix_web::rt::System::new().block_on(serve).map_err(|error| error.to_string())
}

async fn hello() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("Hello, world!\n")
}

async fn authorize(floor: web::Data<Floor>, asked: web::Query<Authorize>) -> HttpResponse {
    let Authorize { client_id, redirect_uri, state, nonce, code_challenge } = asked.into_inner();
    let Ok(id) = random() else { return HttpResponse::InternalServerError().finish() };
    let code = BASE64_URL_SAFE_NO_PAD.encode(id);
    let iss = form_encoded(&floor.issuer);
    let location = format!("{redirect_uri}?code={code}&state={state}&iss={iss}");
    held(&floor.codes).insert(code, Promise { id, client_id, code_challenge, nonce });
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
}

async fn token(floor: web::Data<Floor>, form: web::Form<Token>) -> HttpResponse {
    let promise = held(&floor.codes).remove(&form.code);
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, form.code_verifier.as_bytes()));
    let Some(promise) = promise.filter(|promise| promise.code_challenge == challenge) else {
        return HttpResponse::BadRequest().body("{\"error\":\"invalid_grant\"}");
    };
    if let Some(rows) = &floor.rows
        && rows.insert(promise.id).await.is_err()
    {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let (Ok(access), Ok(id_token)) = (random(), floor.id_token(&promise)) else {
        return HttpResponse::InternalServerError().finish();
    };
    let access = BASE64_URL_SAFE_NO_PAD.encode(access);
    let body = format!(
        "{{\"access_token\":\"{access}\",\"token_type\":\"Bearer\",\"expires_in\":600,\"scope\":\"openid\",\"id_token\":\"{id_token}\"}}"
    );
    held(&floor.tokens).insert(access);
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).content_type("application/json").body(body)
}

async fn userinfo(floor: web::Data<Floor>, request: HttpRequest) -> HttpResponse {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer "));
    // Forgotten once used, so that the floor does not grow.
    match token.is_some_and(|token| held(&floor.tokens).remove(token)) {
        true => HttpResponse::Ok().content_type("application/json").body(format!("{{\"sub\":\"{SUB}\"}}")),
        false => HttpResponse::Unauthorized().finish(),
    }
}

impl Floor {
    fn id_token(&self, promise: &Promise) -> Outcome<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?.as_secs();
        let Promise { client_id, nonce, .. } = promise;
        self.key.sign(&format!(
            "{{\"iss\":\"{}\",\"sub\":\"{SUB}\",\"aud\":\"{client_id}\",\"exp\":{},\"iat\":{now},\"nonce\":\"{nonce}\",\
             \"acr\":\"urn:hufu:acr:code\",\"amr\":[\"pin\",\"otp\",\"mfa\"]}}",
            self.issuer,
            now + 600
        ))
    }
}

/// The hour first, so that rows of one hour lie together, as the product's do.
fn random() -> Outcome<Id> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?.as_secs();
    let mut id = [0; 16];
    fill(&mut id[4..]).map_err(|_| "no chance")?;
    id[..4].copy_from_slice(&u32::try_from(now / 3600).unwrap_or_default().to_be_bytes());
    Ok(id)
}

fn held<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
