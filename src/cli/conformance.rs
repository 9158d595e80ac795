//! What a run of the official conformance suite needs of a demo: https, its clients, its certificate trusted, and the
//! exception of PROTOCOL 16. In a sandbox only: the settings that come of it are refused by production.

use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::{client, site, world};
use crate::client::{AuthMethod, Client, ClientMetadata, GrantType, Pkce};
use crate::config::Config;
use crate::flow::register::to_row;
use crate::sandbox::certificate;
use crate::sandbox::data::{DataDir, SuiteClient, SuiteClients};
use crate::spec::{ClientId, ClientSecret};
use crate::store::clients;
use rustls::ServerConfig;
use serde::Serialize;
use serde_json::json;
use std::net::TcpListener;
use std::path::PathBuf;
use url::Url;

/// The name that the suite's addresses carry: `/test/a/hufu/callback`.
pub const ALIAS: &str = "hufu";

/// The options of a demo that serves a conformance run.
#[derive(clap::Args, Clone, Debug)]
pub struct Conformance {
    /// Prepare a run of the official conformance suite: https, its clients, requests without PKCE and nonce
    #[arg(long)]
    conformance: bool,
    /// The suite's address, which its redirect URIs begin with
    #[arg(long, value_name = "URL", requires = "conformance", default_value = "https://localhost.emobix.co.uk:8443/")]
    suite: Url,
    /// The host in our own address, by which the suite reaches this machine
    #[arg(long, value_name = "NAME", requires = "conformance", default_value = "localhost")]
    host: String,
    /// Certificates in PEM that are trusted when a website's own server is called: as authorities, and as servers' own,
    /// whatever their names and dates
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

/// What the line of `--json` says of it.
#[derive(Serialize)]
pub struct Prepared {
    suite: Url,
    alias: &'static str,
    authority: PathBuf,
    certificate: PathBuf,
    #[serde(flatten)]
    clients: SuiteClients,
}

impl Conformance {
    /// The issuer's URL of a demo at `listener`.
    pub fn own_url(&self, listener: &TcpListener) -> Result<String, Failure> {
        let url = site::own_url(listener)?;
        Ok(match self.conformance {
            true => url.replacen("http://localhost", &format!("https://{}", self.host), 1),
            false => url,
        })
    }

    /// Changes the settings as the options say.
    pub fn apply(&self, config: &mut Config) {
        config.outside.trusted_certificates.clone_from(&self.trust);
        config.danger.danger_pin_trusted_certificates = self.trust.is_some();
        config.danger.danger_accept_bare_requests = self.conformance;
    }

    /// The certificate to listen with; `None` without a conformance run.
    pub fn tls(&self, data: &DataDir) -> Result<Option<ServerConfig>, Failure> {
        if !self.conformance {
            return Ok(None);
        }
        certificate::make_missing(data, &self.host, world::now()).map_err(Failure::unavailable)?;
        certificate::server(data).map(Some).map_err(Failure::unavailable)
    }

    /// The authority that signed it, in PEM; empty without a conformance run.
    pub fn authority(&self, data: &DataDir) -> Result<String, Failure> {
        let [authority, ..] = data.tls();
        match self.conformance {
            true => std::fs::read_to_string(&authority).map_err(Failure::at(authority.display())),
            false => Ok(String::new()),
        }
    }

    /// Registers the suite's clients anew at the suite's address of today; `None` without a conformance run.
    pub fn clients(&self, desk: &Desk, known: Option<&SuiteClients>) -> Result<Option<SuiteClients>, Failure> {
        if !self.conformance {
            return Ok(known.cloned());
        }
        let basic = AuthMethod::ClientSecretBasic;
        Ok(Some(SuiteClients {
            client: self.client(desk, known.map(|known| &known.client), "Suite, first client", basic)?,
            client2: self.client(desk, known.map(|known| &known.client2), "Suite, second client", basic)?,
            client_secret_post: self.client(
                desk,
                known.map(|known| &known.client_secret_post),
                "Suite, secret in the form",
                AuthMethod::ClientSecretPost,
            )?,
        }))
    }

    /// What is told to whoever starts the suite.
    pub fn prepared(&self, data: &DataDir, clients: Option<&SuiteClients>) -> Option<Prepared> {
        let [authority, certificate, _] = data.tls();
        let clients = clients.filter(|_| self.conformance)?.clone();
        Some(Prepared { suite: self.suite.clone(), alias: ALIAS, authority, certificate, clients })
    }

    fn client(
        &self,
        desk: &Desk,
        known: Option<&SuiteClient>,
        name: &str,
        method: AuthMethod,
    ) -> Result<SuiteClient, Failure> {
        let mut rng = world::rng();
        let at = |path: &str| format!("{}test/a/{ALIAS}/{path}", self.suite);
        let client = SuiteClient {
            client_id: known.map_or_else(|| Client::fresh_id(&mut *rng).to_string(), |known| known.client_id.clone()),
            client_secret: known.map_or_else(
                || ClientSecret::random(&mut *rng).expose().to_owned(),
                |known| known.client_secret.clone(),
            ),
            redirect_uris: vec![at("callback"), at("callback?dummy1=lorem&dummy2=ipsum")],
        };
        let metadata = ClientMetadata {
            client_name: name.to_owned(),
            redirect_uris: client.redirect_uris.clone(),
            token_endpoint_auth_method: method,
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            post_logout_redirect_uris: vec![at("post_logout_redirect")],
            require_pkce: Pkce::Optional,
            ..ClientMetadata::default()
        };
        let id = ClientId::new(client.client_id.clone());
        let registered = Client::register(id.clone(), metadata, client::environment(desk.config.mode));
        let mut registered = registered.map_err(|error| client::refused(&error))?;
        registered.set_secret(&ClientSecret::new(client.client_secret.clone()));
        let row = to_row(&registered).map_err(Failure::unavailable)?;
        let entry = Entry::new("client of the conformance suite", json!({ "client_id": id, "name": name }));
        desk.change(entry, move |tx| {
            clients::delete(tx, &id)?;
            Ok(clients::insert(tx, &row)?.then_some(()))
        })?;
        Ok(client)
    }
}
