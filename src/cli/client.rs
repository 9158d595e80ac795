//! `hufu client`: websites and apps, as an operator registers them.

use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::house;
use super::out::{self, Reader, table};
use super::place::Place;
use super::{client_errors, client_secret, client_token, world};
use crate::client::{ApplicationType, AuthMethod, Client, ClientMetadata, Environment, GrantType, MetadataError, Pkce};
use crate::config::Mode;
use crate::flow::register::{from_row, to_row};
use crate::keys::SigningAlg;
use crate::sandbox::data::SiteClient;
use crate::spec::{ClientId, ClientSecret, Refusal, Refuse};
use crate::store::{clients, resources};
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// What can be done with websites.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Registers a website or an app; its secret is shown this once
    #[command(after_help = "\
Examples:
  hufu client add --name \"Blue Bank\" --redirect-uri https://bank.example/callback \\
                  --alternative-login-uri https://bank.example/login
  hufu client add --auth-method private_key_jwt --jwks-file keys.json --id-token-alg ES256 \\
                  --redirect-uri https://shop.example/callback
  hufu client add --redirect-uri https://bank.example/callback --alternative-login-uri https://bank.example/login \
                  --post-logout-redirect-uri https://bank.example/ \
                  --backchannel-logout-uri https://bank.example/backchannel-logout
  hufu client add --native --auth-method none --redirect-uri http://127.0.0.1/callback")]
    Add(Box<Add>),
    /// Lists the websites
    List {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        reader: Reader,
    },
    /// Shows what one website has registered
    Show {
        /// Its client_id
        #[arg(value_name = "CLIENT_ID")]
        id: String,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        reader: Reader,
    },
    /// Shows which websites are still to be told of sign-outs: how many, how often it was tried, and what went wrong
    Outbox {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        reader: Reader,
    },
    /// Makes an initial access token, with which a website registers itself once
    Token(client_token::Args),
    /// Gives a website a new secret, or a new registration access token, in place of the one before
    Secret(client_secret::Args),
    /// Shows what was refused of one website during the last day
    Errors(client_errors::Args),
    /// Removes a website: nobody can sign in to it any more
    Remove {
        /// Its client_id
        #[arg(value_name = "CLIENT_ID")]
        id: String,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        reader: Reader,
    },
}

/// What `hufu client add` takes. The names are those of RFC 7591 §2.
#[derive(clap::Args, Debug)]
pub struct Add {
    #[command(flatten)]
    place: Place,
    /// Where the website takes its visitors back; several when given several times, all of one host
    #[arg(long = "redirect-uri", value_name = "URI", required = true)]
    redirect_uris: Vec<String>,
    /// The name that people know the website by [default: the host of the redirect URI]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Its name in Chinese
    #[arg(long, value_name = "NAME")]
    name_zh: Option<String>,
    /// client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt or none
    #[arg(long, value_name = "METHOD", value_parser = auth_method, default_value = "client_secret_basic")]
    auth_method: AuthMethod,
    /// The website's public keys, for private_key_jwt and request objects: a JWK Set in a file
    #[arg(long, value_name = "FILE")]
    jwks_file: Option<PathBuf>,
    /// Where the website publishes them instead, so that it can rotate them by itself
    #[arg(long, value_name = "URL", conflicts_with = "jwks_file")]
    jwks_uri: Option<String>,
    /// How its ID tokens are signed: RS256, PS256, ES256 or EdDSA
    #[arg(long, value_name = "ALG", value_parser = super::key::signing_algorithm, default_value = "RS256")]
    id_token_alg: SigningAlg,
    /// Let it renew its tokens: registers grant_types authorization_code and refresh_token
    #[arg(long)]
    refresh: bool,
    /// A resource server of the website, which may ask us about tokens: https, on the website's own host; several when given
    /// several times
    #[arg(long = "resource", value_name = "URI")]
    resources: Vec<String>,
    /// An app on the person's own device: loopback redirects on any port, or a scheme of its own
    #[arg(long)]
    native: bool,
    /// Let this confidential client leave PKCE out; it must then send a nonce
    #[arg(long)]
    pkce_optional: bool,
    /// Put auth_time into every ID token of this website
    #[arg(long)]
    require_auth_time: bool,
    /// The oldest sign-in, in seconds, that counts where the website does not say
    #[arg(long, value_name = "SECONDS")]
    default_max_age: Option<u64>,
    /// The level asked for where the website does not say; several when given several times
    #[arg(long = "default-acr", value_name = "ACR")]
    default_acr_values: Vec<String>,
    /// Where websites of several hosts prove that they are one. Not fetched: look at it yourself
    #[arg(long, value_name = "URL")]
    sector_identifier_uri: Option<String>,
    /// Where a person signs in who cannot or will not use a network number; production demands it
    #[arg(long, value_name = "URL")]
    alternative_login_uri: Option<String>,
    /// Where a sign-in at the website begins
    #[arg(long, value_name = "URL")]
    initiate_login_uri: Option<String>,
    /// Where the website takes its visitors back after signing out; several when given several times
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    post_logout_redirect_uris: Vec<String>,
    /// Where the website's server is told that a session has ended
    #[arg(long, value_name = "URL")]
    backchannel_logout_uri: Option<String>,
    /// The website's page that ends its session in the person's browser
    #[arg(long, value_name = "URL")]
    frontchannel_logout_uri: Option<String>,
    #[command(flatten)]
    reader: Reader,
}

fn auth_method(text: &str) -> Result<AuthMethod, String> {
    let known = AuthMethod::ALL.iter().copied().find(|method| method.wire() == text);
    known.ok_or_else(|| AuthMethod::ALL.iter().map(|method| method.wire()).collect::<Vec<_>>().join(", "))
}

pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Add(add) => add.run(),
        Command::List { place, reader } => {
            let clients = all(&Desk::open(place)?)?;
            let shown: Vec<_> = clients.iter().map(|client| shown(client)).collect();
            reader.tell(&shown, |_| {
                let rows: Vec<_> = clients.iter().map(|client| row(client)).collect();
                table(["client_id", "name", "sector", "authentication"], &rows, "No website is registered.")
            })
        }
        Command::Show { id, place, reader } => {
            let wanted = ClientId::new(id.clone());
            let row = Desk::open(place)?.read(move |db| clients::by_id(db, &wanted))?;
            let client = from_row(row.ok_or_else(|| unknown(id))?).map_err(Failure::unavailable)?;
            reader.tell(&shown(&client), |shown| serde_json::to_string_pretty(shown).unwrap_or_default())
        }
        Command::Outbox { place, reader } => super::outbox::show(&Desk::open(place)?, reader),
        Command::Token(args) => client_token::run(args),
        Command::Secret(args) => client_secret::run(args),
        Command::Errors(args) => client_errors::run(args),
        Command::Remove { id, place, reader } => {
            let wanted = ClientId::new(id.clone());
            let entry = Entry::new("client remove", json!({ "client_id": id }));
            let removed =
                Desk::open(place)?.change(entry, move |tx| Ok(clients::delete(tx, &wanted)?.then_some(())))?;
            removed.ok_or_else(|| unknown(id))?;
            reader.tell(&json!({ "client_id": id, "removed": true }), |_| format!("{id} is removed."))
        }
    }
}

pub fn unknown(id: &str) -> Failure {
    Failure::no(format!("no website has the client_id {id}; `hufu client list` shows them"))
}

pub fn refused(error: &MetadataError) -> Failure {
    let refusal = error.refusal();
    let Refusal { error, code, received, expected, fix, .. } = refusal;
    Failure::no(format!("{}: {received}: expected {expected}. Fix: {fix}. [{code}]", error.wire()))
}

pub fn environment(mode: Mode) -> Environment {
    match mode {
        Mode::Sandbox => Environment::Sandbox,
        Mode::Production => Environment::Production,
    }
}

fn all(desk: &Desk) -> Result<Vec<Arc<Client>>, Failure> {
    let rows = desk.read(clients::all)?;
    rows.into_iter().map(|row| from_row(row).map_err(Failure::unavailable)).collect()
}

fn shown(client: &Client) -> Value {
    let mut shown = serde_json::to_value(&client.metadata).unwrap_or_default();
    shown["client_id"] = json!(client.client_id);
    shown["sector"] = json!(client.sector);
    shown
}

fn row(client: &Client) -> [String; 4] {
    let metadata = &client.metadata;
    let method = metadata.token_endpoint_auth_method.wire().to_owned();
    [client.client_id.to_string(), metadata.client_name.clone(), client.sector.to_string(), method]
}

impl Add {
    fn run(&self) -> Result<(), Failure> {
        let desk = Desk::open(&self.place)?;
        let mut rng = world::rng();
        let id = Client::fresh_id(&mut *rng);
        let client = Client::register(id, self.metadata()?, environment(desk.config.mode));
        let mut client = client.map_err(|error| refused(&error))?;
        let secret = client.issue_secret(&house::keys(&desk.config)?, &mut *rng).map_err(Failure::unavailable)?;
        let row = to_row(&client).map_err(Failure::unavailable)?;
        let entry =
            Entry::new("client add", json!({ "client_id": client.client_id, "name": client.metadata.client_name }));
        let (id, uris) = (client.client_id.clone(), client.metadata.resources.clone());
        if let Some(uri) = desk.read(move |db| resources::taken(db, &id, &uris))? {
            return Err(refused(&MetadataError::resource_taken(uri)));
        }
        let added = desk.change(entry, move |tx| Ok(clients::insert(tx, &row)?.then_some(())))?;
        added.ok_or_else(|| Failure::unavailable("the new client_id is taken; once more, please"))?;
        if let Some(uri) = &self.sector_identifier_uri {
            out::warn(&format!(
                "look at {uri} yourself: this command does not fetch it. It must list every redirect_uri (OpenID Connect Core \
                 §8.1), or this website gets the subs of a sector that is not its own."
            ))?;
        }
        let mut answer = shown(&client);
        answer["issuer"] = json!(desk.config.server.issuer);
        answer["redirect_uri"] = json!(self.redirect_uris.first());
        if let Some(secret) = &secret {
            answer["client_secret"] = json!(secret.expose());
        }
        self.reader.tell(&answer, |_| {
            let secret =
                secret.as_ref().map(|secret| format!("\nclient_secret  {}  (shown this once)", secret.expose()));
            format!(
                "issuer         {}\nclient_id      {}{}\nsector         {}",
                desk.config.server.issuer.as_str(),
                client.client_id.as_str(),
                secret.unwrap_or_default(),
                client.sector
            )
        })
    }

    fn metadata(&self) -> Result<ClientMetadata, Failure> {
        let jwks = match &self.jwks_file {
            None => None,
            Some(file) => {
                let text = std::fs::read_to_string(file).map_err(Failure::at(file.display()))?;
                let jwks = serde_json::from_str(&text);
                Some(jwks.map_err(|error| Failure::no(format!("{}: {error}", file.display())))?)
            }
        };
        Ok(ClientMetadata {
            client_name: self.name.clone().unwrap_or_else(|| self.host()),
            client_name_zh: self.name_zh.clone(),
            redirect_uris: self.redirect_uris.clone(),
            application_type: if self.native { ApplicationType::Native } else { ApplicationType::Web },
            grant_types: if self.refresh {
                vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
            } else {
                vec![GrantType::AuthorizationCode]
            },
            resources: self.resources.clone(),
            sector_identifier_uri: self.sector_identifier_uri.clone(),
            token_endpoint_auth_method: self.auth_method,
            jwks,
            jwks_uri: self.jwks_uri.clone(),
            id_token_signed_response_alg: self.id_token_alg,
            default_acr_values: self.default_acr_values.clone(),
            default_max_age: self.default_max_age,
            require_auth_time: self.require_auth_time,
            require_pkce: if self.pkce_optional { Pkce::Optional } else { Pkce::Required },
            initiate_login_uri: self.initiate_login_uri.clone(),
            post_logout_redirect_uris: self.post_logout_redirect_uris.clone(),
            backchannel_logout_uri: self.backchannel_logout_uri.clone(),
            backchannel_logout_session_required: self.backchannel_logout_uri.is_some(),
            frontchannel_logout_uri: self.frontchannel_logout_uri.clone(),
            frontchannel_logout_session_required: self.frontchannel_logout_uri.is_some(),
            alternative_login_uri: self.alternative_login_uri.clone(),
            ..ClientMetadata::default()
        })
    }

    fn host(&self) -> String {
        let first = self.redirect_uris.first().map(String::as_str).unwrap_or_default();
        let url = url::Url::parse(first).ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| first.to_owned())
    }
}

/// The demo website's registration: the one that `known` describes, at its address of today.
///
/// # Errors
/// Unavailable storage.
pub fn demo_website(desk: &Desk, known: Option<&SiteClient>, redirect_uri: &str) -> Result<SiteClient, Failure> {
    let mut rng = world::rng();
    let site = SiteClient {
        client_id: known.map_or_else(|| Client::fresh_id(&mut *rng).to_string(), |site| site.client_id.clone()),
        client_secret: known
            .map_or_else(|| ClientSecret::random(&mut *rng).expose().to_owned(), |site| site.client_secret.clone()),
        redirect_uri: redirect_uri.to_owned(),
    };
    let metadata = ClientMetadata {
        client_name: "Blue Bank".into(),
        client_name_zh: Some("蓝海银行".into()),
        redirect_uris: vec![redirect_uri.to_owned()],
        logo_uri: Some(redirect_uri.replace("/callback", "/logo.png")),
        policy_uri: Some(redirect_uri.replace("/callback", "/privacy")),
        tos_uri: Some(redirect_uri.replace("/callback", "/terms")),
        alternative_login_uri: Some(redirect_uri.replace("/callback", "/other")),
        post_logout_redirect_uris: vec![redirect_uri.replace("/callback", "/bye")],
        backchannel_logout_uri: Some(redirect_uri.replace("/callback", "/backchannel-logout")),
        backchannel_logout_session_required: true,
        ..ClientMetadata::default()
    };
    let id = ClientId::new(site.client_id.clone());
    let registered = desk.read(move |db| clients::by_id(db, &id))?;
    if let Some(row) = registered {
        let client = from_row(row).map_err(Failure::unavailable)?;
        if client.metadata == metadata {
            return Ok(site);
        }
        let moved = Arc::unwrap_or_clone(client).update(metadata, Environment::Sandbox);
        let row = to_row(&moved.map_err(|error| refused(&error))?).map_err(Failure::unavailable)?;
        let entry = Entry::new("demo website moved", json!({ "client_id": site.client_id }));
        desk.change(entry, move |tx| Ok(clients::update(tx, &row)?.then_some(())))?;
        return Ok(site);
    }
    let client = Client::register(ClientId::new(site.client_id.clone()), metadata, Environment::Sandbox);
    let mut client = client.map_err(|error| refused(&error))?;
    client.set_secret(&ClientSecret::new(site.client_secret.clone()));
    let row = to_row(&client).map_err(Failure::unavailable)?;
    let entry = Entry::new("client add", json!({ "client_id": client.client_id, "name": client.metadata.client_name }));
    desk.change(entry, move |tx| Ok(clients::insert(tx, &row)?.then_some(())))?;
    Ok(site)
}
