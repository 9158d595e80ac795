//! HTTP: extract, call a flow, render. Decides status, headers, cookies and shapes; decides nothing about people.
//!
//! Knows no database and no key. `routes` reads as the URL tree.

mod apply;
mod authorize;
mod certificate;
mod cookie;
mod error;
mod form;
mod freeze;
mod health;
mod logo;
mod logout;
mod me;
mod new_code;
mod oauth;
pub mod page;
mod preferences;
mod registration;
mod reply;
mod sign_in;
mod sign_in_face;
mod statics;
mod trace;
mod upload;
mod visit;
mod wallet;

use self::error::Asker;
use self::visit::Visit;
use crate::flow::Provider;
use crate::spec::limits;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, FromRequest, Handler, HttpServer, Resource, Responder, Route};
use metrics_exporter_prometheus::PrometheusHandle;
use std::net::TcpListener;
use std::time::Duration;

/// How the server listens.
pub struct Listening {
    pub listener: TcpListener,
    /// https, where no proxy stands in front: a conformance run in the sandbox.
    pub tls: Option<rustls::ServerConfig>,
    pub workers: usize,
    /// Seconds that a graceful stop waits for requests under way.
    pub drain: u64,
    /// Open connections per worker.
    pub connections: usize,
    /// How long a request's head may take, and an idle connection is kept.
    pub request_head: Duration,
    pub keep_alive: Duration,
    /// `/metrics`, when the operator wants it on this listener.
    pub metrics: Option<PrometheusHandle>,
}

/// The server, ready to be awaited. It handles no signals: `cli` does.
///
/// # Errors
/// A listener that cannot be used.
pub fn serve(provider: web::Data<Provider>, listening: Listening) -> std::io::Result<actix_web::dev::Server> {
    let metrics = listening.metrics;
    let server = HttpServer::new(move || {
        let (provider, metrics) = (provider.clone(), metrics.clone());
        App::new().wrap(from_fn(trace::layer)).configure(move |app| routes(app, provider, metrics))
    });
    let server = server
        .workers(listening.workers)
        .max_connections(listening.connections)
        .client_request_timeout(listening.request_head)
        .keep_alive(listening.keep_alive)
        .shutdown_timeout(listening.drain)
        .disable_signals();
    let server = match listening.tls {
        Some(tls) => server.listen_rustls_0_23(listening.listener, tls)?,
        None => server.listen(listening.listener)?,
    };
    Ok(server.run())
}

/// The URL tree. Every address says which methods it takes to who comes by another.
pub fn routes(app: &mut ServiceConfig, provider: web::Data<Provider>, metrics: Option<PrometheusHandle>) {
    app.app_data(provider).app_data(web::PayloadConfig::new(limits::BODY));
    app.service(get("/", preferences::landing))
        .service(document("/.well-known/openid-configuration", oauth::metadata))
        .service(document("/.well-known/oauth-authorization-server", oauth::metadata))
        .service(document("/jwks", oauth::jwks))
        .service(document("/.well-known/jwt-vc-issuer", certificate::issuer))
        .service(document("/vct/network-certificate", certificate::kind))
        .service(get_or_post("/authorize", authorize::by_query, authorize::by_form))
        .service(get("/continue", authorize::again))
        .service(post("/consent", authorize::decide))
        .service(post("/signin/code", sign_in::by_code))
        .service(post("/signin/passkey", sign_in::by_passkey))
        .service(post("/signin/face", sign_in_face::by_face))
        .service(post("/signin/lift", sign_in::lift))
        .service(post("/signin/without", sign_in::without))
        .service(get_or_post("/freeze", freeze::ask, freeze::by_pin))
        .service(get("/freeze/heard", freeze::heard))
        .service(
            web::resource("/token")
                .route(web::post().to(oauth::token))
                .route(web::method(Method::OPTIONS).to(oauth::preflight))
                .default_service(not(Asker::Server, "POST, OPTIONS")),
        )
        .service(
            web::resource("/par")
                .route(web::post().to(oauth::push))
                .route(web::method(Method::OPTIONS).to(oauth::preflight))
                .default_service(not(Asker::Server, "POST, OPTIONS")),
        )
        .service(
            web::resource("/revoke")
                .route(web::post().to(oauth::revoke))
                .route(web::method(Method::OPTIONS).to(oauth::preflight))
                .default_service(not(Asker::Server, "POST, OPTIONS")),
        )
        .service(
            web::resource("/introspect")
                .route(web::post().to(oauth::introspect))
                .default_service(not(Asker::Server, "POST")),
        )
        .service(
            web::resource("/userinfo")
                .route(web::get().to(oauth::userinfo))
                .route(web::post().to(oauth::userinfo))
                .route(web::method(Method::OPTIONS).to(oauth::preflight))
                .default_service(not(Asker::Server, "GET, HEAD, POST, OPTIONS")),
        )
        .service(document("/client/{client_id}/logo", logo::show))
        .service(document("/status/{list}", certificate::status_list))
        .service(get_or_post("/logout", logout::by_query, logout::by_form))
        .service(get_or_post("/signout", logout::ask_here, logout::sign_out))
        .service(
            web::resource("/register")
                .route(web::post().to(registration::create))
                .route(web::method(Method::OPTIONS).to(registration::preflight))
                .default_service(not(Asker::Server, "POST, OPTIONS")),
        )
        .service(
            web::resource("/register/{client_id}")
                .route(web::get().to(registration::read))
                .route(web::put().to(registration::replace))
                .route(web::delete().to(registration::remove))
                .route(web::method(Method::OPTIONS).to(registration::preflight))
                .default_service(not(Asker::Server, "GET, HEAD, PUT, DELETE, OPTIONS")),
        )
        .service(
            web::resource("/register/{client_id}/errors")
                .route(web::get().to(registration::errors))
                .route(web::method(Method::OPTIONS).to(registration::preflight))
                .default_service(not(Asker::Server, "GET, HEAD, OPTIONS")),
        )
        .service(
            web::scope("/me")
                .service(get("", me::overview))
                .service(get("/signin", me::sign_in))
                .service(post("/consents/withdraw", me::withdraw))
                .service(post("/sessions/end", me::end_session))
                .service(post("/sessions/end-all", me::end_all))
                .service(post("/passkeys/options", me::passkey_options))
                .service(post("/passkeys/add", me::add_passkey))
                .service(post("/passkeys/rename", me::rename_passkey))
                .service(post("/passkeys/remove", me::remove_passkey))
                .service(post("/pin", me::change_pin))
                .service(post("/code", new_code::begin))
                .service(post("/code/confirm", new_code::confirm))
                .service(post("/freeze", me::freeze))
                .service(post("/export", me::export))
                .service(post("/recovery/stop", me::stop_recovery)),
        )
        .service(
            web::scope("/wallet")
                .service(get("", wallet::show))
                .service(document("/worker.js", wallet::worker))
                .service(post("/options", wallet::options))
                .service(post("/certificates", wallet::issue))
                .service(post("/revoke", wallet::revoke)),
        )
        .service(
            web::scope("/apply")
                .service(get_or_post("", apply::stands, apply::begin))
                .service(get("/notice", apply::notice))
                .service(post("/stage", apply::stage))
                .service(post("/document", apply::document))
                .service(post("/read", apply::read))
                .service(post("/voucher", apply::voucher))
                .service(post("/face", apply::face))
                .service(post("/phone", apply::send))
                .service(post("/phone/code", apply::hear))
                .service(post("/pin", apply::choose_pin))
                .service(post("/code", apply::finish))
                .service(post("/renew", apply::renew))
                .service(post("/back", apply::back))
                .service(post("/stop", apply::stop))
                .service(post("/elsewhere", apply::hand_over))
                .service(get_or_post("/here", apply::ask_to_take_over, apply::take_over))
                .service(get("/qr", apply::of_step))
                .service(get("/qr/here", apply::of_link)),
        )
        .service(
            web::resource("/reader/{ticket}")
                .app_data(web::PayloadConfig::new(apply::LONGEST))
                .route(web::get().to(apply::task))
                .route(web::post().to(apply::answer))
                .default_service(not(Asker::Server, "GET, HEAD, POST")),
        )
        .service(post("/language", preferences::language))
        .service(post("/type-size", preferences::type_size))
        .service(document("/healthz", health::healthz))
        .service(document("/readyz", health::readyz))
        .service(get("/static/{path:.*}", statics::file))
        .default_service(web::route().to(preferences::not_found));
    if let Some(handle) = metrics {
        app.app_data(web::Data::new(handle)).service(document("/metrics", health::render));
    }
}

/// A page. `trace::layer` turns HEAD into GET.
fn get<A: FromRequest + 'static>(path: &str, handler: impl Answers<A>) -> Resource {
    web::resource(path).route(web::get().to(handler)).default_service(not(Asker::Person, "GET, HEAD"))
}

/// A form of ours.
fn post<A: FromRequest + 'static>(path: &str, handler: impl Answers<A>) -> Resource {
    web::resource(path).route(web::post().to(handler)).default_service(not(Asker::Person, "POST"))
}

/// A page and the form on it.
fn get_or_post<A, B>(path: &str, page: impl Answers<A>, form: impl Answers<B>) -> Resource
where
    A: FromRequest + 'static,
    B: FromRequest + 'static,
{
    web::resource(path)
        .route(web::get().to(page))
        .route(web::post().to(form))
        .default_service(not(Asker::Person, "GET, HEAD, POST"))
}

/// Something that programs read.
fn document<A: FromRequest + 'static>(path: &str, handler: impl Answers<A>) -> Resource {
    web::resource(path).route(web::get().to(handler)).default_service(not(Asker::Server, "GET, HEAD"))
}

/// The answer to every method that an address does not take (RFC 9110 §15.5.6).
fn not(asker: Asker, allow: &'static str) -> Route {
    web::route().to(move |provider: web::Data<Provider>, visit: Visit| async move {
        error::wrong_method(&provider, &visit, asker, allow)
    })
}

/// A handler of ours.
trait Answers<A>: Handler<A, Output = Self::Answer> {
    type Answer: Responder + 'static;
}

impl<A, H: Handler<A>> Answers<A> for H
where
    H::Output: Responder + 'static,
{
    type Answer = H::Output;
}
