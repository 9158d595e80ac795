//! Blue Bank, the demo website: an ordinary actix application that signs people in with the crate `openidconnect`.
//!
//! Imports nothing of ours and speaks HTTP only, on a port, with cookies and with a memory of its own. What it shows is
//! what any website would see.

mod http;
mod initiated;
mod login;
mod logout;
pub mod page;
mod route;
mod visitor;

use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl};
use rand::CryptoRng;
use std::net::TcpListener;
use std::sync::Mutex;
use visitor::Visitors;

/// What the website was given when it was registered.
#[derive(Clone, Debug)]
pub struct Registration {
    pub issuer: IssuerUrl,
    pub client_id: ClientId,
    pub client_secret: Option<ClientSecret>,
    pub redirect_uri: RedirectUrl,
}

/// What all requests share.
struct Bank {
    registration: Registration,
    http: http::Http,
    visitors: Visitors,
    rng: Mutex<Box<dyn CryptoRng + Send>>,
}

/// Begins to serve the website on `listener`. The server runs when it is awaited.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(
    registration: Registration,
    listener: TcpListener,
    client: reqwest::Client,
    rng: Box<dyn CryptoRng + Send>,
) -> std::io::Result<Server> {
    let bank =
        Bank { registration, http: http::Http::new(client), visitors: Visitors::default(), rng: Mutex::new(rng) };
    let bank = web::Data::new(bank);
    let server = HttpServer::new(move || App::new().app_data(bank.clone()).configure(|app| route::all(app, &bank)))
        .workers(1)
        .disable_signals()
        .shutdown_timeout(5)
        .listen(listener)?;
    Ok(server.run())
}
