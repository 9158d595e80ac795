//! `hufu site`: the demo website alone, against any provider.

use super::failure::Failure;
use super::stop::Signals;
use super::{out, world};
use crate::sandbox::site::{self, Registration};
use actix_web::dev::Server;
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl};
use serde_json::json;
use std::net::{SocketAddr, TcpListener};

/// What `hufu site` takes.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The provider
    #[arg(long, value_name = "URL", default_value = "http://localhost:8080")]
    issuer: String,
    /// What `hufu client add` printed
    #[arg(long, value_name = "ID", env = "SITE_CLIENT_ID")]
    client_id: String,
    /// What `hufu client add` printed; leave it out for a public client
    #[arg(long, value_name = "SECRET", env = "SITE_CLIENT_SECRET", hide_env_values = true)]
    client_secret: Option<String>,
    /// The address to listen on; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// The website's own address as browsers know it [default: http://localhost and the port]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Print one line of JSON when ready
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let listener = world::listen(args.listen).map_err(Failure::at(args.listen))?;
    let url = args.url.clone().map_or_else(|| own_url(&listener), Ok)?;
    let wrong = |what: &str, error: url::ParseError| Failure::settings(format!("{what}: {error}"));
    let registration = Registration {
        issuer: IssuerUrl::new(args.issuer.clone()).map_err(|error| wrong("--issuer", error))?,
        client_id: ClientId::new(args.client_id.clone()),
        client_secret: args.client_secret.clone().map(ClientSecret::new),
        redirect_uri: redirect_uri(&url).map_err(|error| wrong("--url", error))?,
    };
    actix_web::rt::System::new().block_on(async {
        let signals = Signals::catch()?;
        let server = start(registration, listener, "")?;
        signals.stop(vec![server.handle()]);
        out::line(&match args.json {
            true => out::to_json(&json!({ "site": url })),
            false => format!("The demo website is at {url}"),
        })?;
        server.await.map_err(Failure::at("the demo website"))
    })
}

/// `http://localhost:PORT`: as browsers write it, and what passkeys accept as their site.
pub fn own_url(listener: &TcpListener) -> Result<String, Failure> {
    let port = listener.local_addr().map_err(Failure::at("the listener"))?.port();
    Ok(format!("http://localhost:{port}"))
}

/// Where the website takes its visitors back.
pub fn redirect_uri(url: &str) -> Result<RedirectUrl, url::ParseError> {
    RedirectUrl::new(format!("{}/callback", url.trim_end_matches('/')))
}

/// Begins to serve the website, which trusts `authority` besides the system's when it talks to the provider.
pub fn start(registration: Registration, listener: TcpListener, authority: &str) -> Result<Server, Failure> {
    let http = world::http(authority).map_err(Failure::unavailable)?;
    site::serve(registration, listener, http, world::rng()).map_err(Failure::at("the demo website"))
}
