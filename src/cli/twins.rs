//! The twins of the services that an application needs, beside a demo.

use super::failure::Failure;
use super::{site, world};
use crate::keys::MessageKey;
use crate::sandbox::chip::Country;
use crate::sandbox::data::{DataDir, put};
use crate::sandbox::twin::{self, Setup};
use crate::spec::IssuerUrl;
use actix_web::dev::Server;
use std::net::TcpListener;
use std::sync::Arc;
use time::Date;
use url::Url;

/// Their address as browsers and the provider write it.
pub fn own_url(listener: &TcpListener) -> Result<Url, Failure> {
    Url::parse(&site::own_url(listener)?).map_err(Failure::settings)
}

/// Makes the key that questions to them are signed with, unless it is there.
pub fn make_line_key(data: &DataDir) -> Result<(), Failure> {
    let file = data.line_key();
    if file.exists() {
        return Ok(());
    }
    put(&file, MessageKey::fresh_pem(&mut *world::rng()).as_bytes()).map_err(Failure::at(file.display()))
}

/// Whom the twins serve.
pub struct Served<'a> {
    pub issuer: &'a IssuerUrl,
    /// Who signed the provider's certificate, in PEM, where that is nobody whom the system trusts.
    pub authority: &'a str,
    /// Who issued the sandbox's documents.
    pub country: Country,
    /// The day on which the sandbox was made.
    pub day: Date,
}

/// Begins to serve them; they answer to nobody but this demo's provider.
pub fn start(data: &DataDir, url: &Url, served: Served<'_>, listener: TcpListener) -> Result<Server, Failure> {
    let file = data.line_key();
    let pem = std::fs::read_to_string(&file).map_err(Failure::at(file.display()))?;
    let key = MessageKey::parse(&pem, "hufu").map_err(Failure::settings)?;
    let setup = Setup {
        url: url.to_string(),
        day: served.day,
        issuer: served.issuer.url().clone(),
        http: world::http(served.authority).map_err(Failure::unavailable)?,
        country: served.country,
        signed_by: Some(key.public_key()),
        clock: Some(Arc::new(|| world::now().unix())),
        rng: world::rng(),
        tls: None,
    };
    twin::serve(setup, listener).map_err(Failure::at("the twins"))
}
