//! HTTP: extract, call a flow, render. Decides status, headers, cookies and shapes; decides nothing about people.
//!
//! Knows no database and no key. `routes` reads as the URL tree.

mod authorize;
mod cookie;
mod error;
mod form;
mod health;
mod logout;
mod me;
mod oauth;
pub mod page;
mod preferences;
mod reply;
mod sign_in;
mod statics;
mod trace;
mod visit;

use crate::flow::Provider;
use crate::spec::limits;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, HttpServer};
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

/// The URL tree.
pub fn routes(app: &mut ServiceConfig, provider: web::Data<Provider>, metrics: Option<PrometheusHandle>) {
    app.app_data(provider).app_data(web::PayloadConfig::new(limits::BODY));
    app.route("/", web::get().to(preferences::landing))
        .route("/.well-known/openid-configuration", web::get().to(oauth::metadata))
        .route("/.well-known/oauth-authorization-server", web::get().to(oauth::metadata))
        .route("/jwks", web::get().to(oauth::jwks))
        .service(
            web::resource("/authorize")
                .route(web::get().to(authorize::by_query))
                .route(web::post().to(authorize::by_form)),
        )
        .route("/continue", web::get().to(authorize::again))
        .route("/consent", web::post().to(authorize::decide))
        .route("/signin/code", web::post().to(sign_in::by_code))
        .route("/signin/passkey", web::post().to(sign_in::by_passkey))
        .service(
            web::resource("/token")
                .route(web::post().to(oauth::token))
                .route(web::method(Method::OPTIONS).to(oauth::preflight)),
        )
        .service(
            web::resource("/par")
                .route(web::post().to(oauth::push))
                .route(web::method(Method::OPTIONS).to(oauth::preflight)),
        )
        .service(
            web::resource("/userinfo")
                .route(web::get().to(oauth::userinfo))
                .route(web::post().to(oauth::userinfo))
                .route(web::method(Method::OPTIONS).to(oauth::preflight)),
        )
        .service(web::resource("/logout").route(web::get().to(logout::by_query)).route(web::post().to(logout::by_form)))
        .service(
            web::resource("/signout").route(web::get().to(logout::ask_here)).route(web::post().to(logout::sign_out)),
        )
        .service(
            web::scope("/me")
                .route("", web::get().to(me::overview))
                .route("/signin", web::get().to(me::sign_in))
                .route("/consents/withdraw", web::post().to(me::withdraw))
                .route("/sessions/end", web::post().to(me::end_session))
                .route("/sessions/end-all", web::post().to(me::end_all))
                .route("/passkeys/options", web::post().to(me::passkey_options))
                .route("/passkeys/add", web::post().to(me::add_passkey))
                .route("/passkeys/rename", web::post().to(me::rename_passkey))
                .route("/passkeys/remove", web::post().to(me::remove_passkey))
                .route("/pin", web::post().to(me::change_pin)),
        )
        .route("/language", web::post().to(preferences::language))
        .route("/type-size", web::post().to(preferences::type_size))
        .route("/healthz", web::get().to(health::healthz))
        .route("/readyz", web::get().to(health::readyz))
        .route("/static/{path:.*}", web::get().to(statics::file))
        .default_service(web::route().to(preferences::not_found));
    if let Some(handle) = metrics {
        app.app_data(web::Data::new(handle)).route("/metrics", web::get().to(health::render));
    }
}
