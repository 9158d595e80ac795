//! The twins of the services that an application needs: registry, face service, text messages, notices, the resident card's
//! gateway. One small server plays all five, and the reader that a person has beside the browser, with the sandbox's invented people.
//!
//! Speaks the contracts of docs/ports/ from the other side, over HTTP only, and imports nothing of ours but the sandbox: what
//! it says, any other service or reader that keeps the contracts could say. Remembers in memory, for as long as it runs.

mod card;
mod chip;
mod exchange;
mod face;
mod inbox;
mod page;
mod people;
mod reader;
mod registry;
mod route;
mod signature;
mod steer;

use self::card::Readings;
use self::chip::Chips;
use self::exchange::Exchanges;
use self::inbox::Inbox;
use self::people::People;
use self::steer::Steering;
use super::chip::{Country, Drawer};
use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};
use rand::CryptoRng;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use time::Date;
use url::Url;

/// Seconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How the twins are set up.
pub struct Setup {
    /// Their address as browsers know it.
    pub url: String,
    /// The day on which the sandbox was made.
    pub day: Date,
    /// The provider that a chip's reader is for.
    pub issuer: Url,
    /// What it is asked with: follows no redirect, and waits for seconds at most.
    pub http: reqwest::Client,
    /// Who issued the chips.
    pub country: Country,
    /// Whose signature every question must carry; nobody's where there is none.
    pub signed_by: Option<[u8; 32]>,
    /// `None` in a test whose providers have clocks of their own: then no signature is stale and no reading expires.
    pub clock: Option<Clock>,
    pub rng: Box<dyn CryptoRng + Send>,
    /// To be spoken to over https.
    pub tls: Option<rustls::ServerConfig>,
}

/// What all requests share.
struct Twin {
    url: String,
    signed_by: Option<[u8; 32]>,
    clock: Option<Clock>,
    rng: Mutex<Box<dyn CryptoRng + Send>>,
    people: People,
    exchanges: Exchanges,
    steering: Steering,
    inbox: Inbox,
    readings: Readings,
    chips: Chips,
}

impl Twin {
    /// Seconds since 1970; 0 without a clock.
    fn now(&self) -> i64 {
        self.clock.as_ref().map_or(0, |clock| clock())
    }

    /// A name that nobody guesses.
    fn random(&self) -> String {
        let mut bytes = [0; 16];
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        data_encoding::HEXLOWER.encode(&bytes)
    }
}

/// Begins to serve the twins on `listener`. The server runs when it is awaited.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(setup: Setup, listener: TcpListener) -> std::io::Result<Server> {
    let twin = web::Data::new(Twin {
        url: setup.url.trim_end_matches('/').to_owned(),
        signed_by: setup.signed_by,
        clock: setup.clock,
        rng: Mutex::new(setup.rng),
        people: People::of(setup.day),
        exchanges: Exchanges::default(),
        steering: Steering::default(),
        inbox: Inbox::default(),
        readings: Readings::default(),
        chips: Chips { drawer: Drawer::of(setup.country, setup.day), issuer: setup.issuer, http: setup.http },
    });
    let server = HttpServer::new(move || App::new().app_data(twin.clone()).configure(route::all))
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1);
    let server = match setup.tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    Ok(server.run())
}
