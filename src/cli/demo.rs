//! `hufu demo`: everything on one machine, with invented people.
//!
//! What the first start makes is kept in the data directory, so that the second start finds its data again: the key
//! ring, the personas with their numbers, PINs and codes, the demo website's registration, and the addresses.

use super::conformance::{Conformance, Prepared};
use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::house::Beside;
use super::node::{self, Node};
use super::persona::Introduced;
use super::stop::Signals;
use super::{client, house, out, persona, ring_file, site, text, twins, world};
use crate::config::{LogConfig, LogFormat};
use crate::flow::Provider;
use crate::sandbox::chip::Country;
use crate::sandbox::data::{DataDir, Made, SiteClient, put};
use crate::sandbox::newcomer::{Newcomer, newcomers};
use crate::sandbox::site::Registration;
use crate::spec::IssuerUrl;
use crate::store::{self, KeyStore, meta};
use openidconnect::{ClientId, ClientSecret};
use serde::Serialize;
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use url::Url;

/// What `hufu demo` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hufu demo                                    then open http://localhost:8081
  hufu demo --json --listen 0 --site 0 --twins 0 --data /tmp/hufu-test
  hufu persona list                            the people and their current codes, while it runs
  hufu client add --redirect-uri http://localhost:3000/callback
  hufu demo --conformance --data suite-data    for the official conformance suite; see conformance/README.md")]
pub struct Args {
    /// Where its data is kept; a second start finds it again
    #[arg(long, value_name = "DIR", default_value = "hufu-data")]
    data: PathBuf,
    /// Address or port of the provider; port 0 takes the one of the last start, else any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: Address,
    /// Address or port of the demo website; port 0 as above
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    site: Address,
    /// Address or port of the twins: registry, face service, telephone, reader of documents; port 0 as above
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8082")]
    twins: Address,
    /// Print one line of JSON when ready, instead of the introduction
    #[arg(long)]
    json: bool,
    /// What to log on standard error: error, warn, info, debug
    #[arg(long, value_name = "LEVEL", env = "HUFU_LOG", default_value = "warn")]
    log: String,
    #[command(flatten)]
    conformance: Conformance,
}

/// `127.0.0.1:8080`, or the port alone.
#[derive(Clone, Copy, Debug)]
struct Address(SocketAddr);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(port) = text.parse() {
            return Ok(Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)));
        }
        text.parse().map(Self).map_err(|_| "an address with its port, such as 127.0.0.1:8080, or a port".into())
    }
}

impl Address {
    /// Port 0 becomes the port that `before` had.
    fn as_before(self, before: Option<&str>) -> SocketAddr {
        let last = before.and_then(|url| Url::parse(url).ok()?.port()).filter(|_| self.0.port() == 0);
        SocketAddr::new(self.0.ip(), last.unwrap_or(self.0.port()))
    }
}

/// The line of `--json`.
#[derive(Serialize)]
struct Ready<'a> {
    issuer: &'a str,
    site: &'a str,
    twins: &'a str,
    personas: &'a [Introduced],
    newcomers: &'a [Newcomer],
    client: &'a SiteClient,
    #[serde(skip_serializing_if = "Option::is_none")]
    conformance: Option<Prepared>,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let data = DataDir::at(&args.data);
    let here = || Failure::at(args.data.display().to_string());
    data.create().map_err(here())?;
    let before = data.made().map_err(here())?;

    let address = args.listen.as_before(before.as_ref().map(|made| made.issuer.as_str()));
    let taken = |error| Failure::unavailable(format!("{address}: {error}; is a demo running there already?"));
    let listener = world::listen(address).map_err(taken)?;
    let issuer = IssuerUrl::new(args.conformance.own_url(&listener)?).map_err(Failure::settings)?;
    same_issuer(before.as_ref(), &issuer)?;
    if before.is_some() && !data.person_keys().exists() {
        return Err(Failure::settings(
            "this data has no key store (person-keys.db), without which nobody in it opens: bring it back, or make new data with --data",
        ));
    }
    // The website may move; the provider may not, for what is sealed belongs to one issuer.
    let last_site = before.as_ref().and_then(|made| Some(made.client.as_ref()?.redirect_uri.clone()));
    let site_listener =
        world::listen(args.site.as_before(last_site.as_deref())).or_else(|_| world::listen(args.site.0));
    let site_listener = site_listener.map_err(Failure::at(args.site.0))?;
    let site_url = site::own_url(&site_listener)?;
    let last_twins = before.as_ref().and_then(|made| made.twins.as_ref()).map(Url::as_str);
    let twins_listener = world::listen(args.twins.as_before(last_twins)).or_else(|_| world::listen(args.twins.0));
    let twins_listener = twins_listener.map_err(Failure::at(args.twins.0))?;
    let twins_url = twins::own_url(&twins_listener)?;

    let country =
        Country::kept_in(&data, text::year(world::now()), &mut *world::rng()).map_err(Failure::unavailable)?;
    put(&data.authority(), country.authority()).map_err(Failure::at(data.authority().display()))?;
    let mut config = data.settings_for(issuer.clone(), Some(&twins_url));
    config.log = LogConfig { level: args.log.clone(), format: LogFormat::Text };
    config.metrics.beside = true;
    config.server.drain_seconds = 3;
    args.conformance.apply(&mut config);
    let instruments = node::instruments(&config)?;
    if !data.key_ring().exists() {
        ring_file::make(&data.key_ring(), config.mode)?;
    }
    twins::make_line_key(&data)?;
    store::migrate(&config.store)?;
    KeyStore::migrate(&config.person_keys)?;
    let desk = Desk::over(config)?;
    desk.change(Entry::new("demo", json!({ "issuer": issuer.as_str() })), |tx| {
        Ok(meta::put_once(tx, "mode", "sandbox")?.then_some(()))
    })?;
    let twins = twins_url.as_str().trim_end_matches('/');
    let beside = Beside { demo_site: Some(site_url.clone()), twins: Some(twins.to_owned()) };
    let provider = house::provider(&desk, beside)?;
    let made = furnish(&desk, &provider, &data, (&site_url, &twins_url), &args.conformance)?;
    let tls = args.conformance.tls(&data)?;
    let introduced = Introduced::all(&made)?;
    let Some(client) = made.client.clone() else { return Err(Failure::unavailable("no demo website is registered")) };

    let authority = args.conformance.authority(&data)?;
    let served = twins::Served { issuer: &issuer, authority: &authority, country, day: made.day() };
    let registration = Registration {
        issuer: issuer.clone(),
        client_id: ClientId::new(client.client_id.clone()),
        client_secret: Some(ClientSecret::new(client.client_secret.clone())),
        redirect_uri: site::redirect_uri(&site_url).map_err(Failure::settings)?,
    };
    let config = desk.config.clone();
    drop(desk);
    actix_web::rt::System::new().block_on(async {
        let signals = Signals::catch()?;
        let website = site::start(registration, site_listener, &authority)?;
        let services = twins::start(&data, &twins_url, served, twins_listener)?;
        let node = Node::start(provider, &config, listener, tls, &instruments).await?;
        signals.stop(vec![website.handle(), node.server.handle(), services.handle()]);
        let website = actix_web::rt::spawn(website);
        let services = actix_web::rt::spawn(services);
        let ready = Ready {
            issuer: made.issuer.as_str(),
            site: &site_url,
            twins,
            personas: &introduced,
            newcomers: &newcomers(made.day()),
            client: &client,
            conformance: args.conformance.prepared(&data, made.suite.as_ref()),
        };
        out::line(&if args.json { out::to_json(&ready) } else { welcome(&ready, args) })?;
        node.run().await?;
        drop(website.await);
        drop(services.await);
        Ok(())
    })
}

fn same_issuer(before: Option<&Made>, issuer: &IssuerUrl) -> Result<(), Failure> {
    match before {
        Some(made) if made.issuer != *issuer => Err(Failure::settings(format!(
            "this data belongs to {}: start there with --listen, or make new data with --data",
            made.issuer.as_str()
        ))),
        _ => Ok(()),
    }
}

/// Makes what is missing: people, and the registration of the demo website at its address of today. Notes where the twins are.
fn furnish(
    desk: &Desk,
    provider: &Provider,
    data: &DataDir,
    (site_url, twins_url): (&str, &Url),
    conformance: &Conformance,
) -> Result<Made, Failure> {
    let mut made = persona::begin(data, provider)?;
    made.twins = Some(twins_url.clone());
    persona::invent_missing(&mut made, provider)?;
    persona::settle(desk, provider, data, &made)?;
    let redirect_uri = site::redirect_uri(site_url).map_err(Failure::settings)?;
    made.client = Some(client::demo_website(desk, made.client.as_ref(), redirect_uri.as_str())?);
    made.suite = conformance.clients(desk, made.suite.as_ref())?;
    data.keep(&made).map_err(Failure::at(data.path().display()))?;
    Ok(made)
}

fn welcome(ready: &Ready<'_>, args: &Args) -> String {
    let data = args.data.display();
    format!(
        "Hufu is running, with invented people only.

  Demo website  {}
  Provider      {}

Open the demo website, press the button, and be one of these:

{}

Or apply for a number as {}: telephone and document reader are at {}
Who has a code gets a new one every 30 seconds; `hufu persona list --data {data}` shows the current one.
Another website: hufu client add --data {data} --redirect-uri http://localhost:3000/callback
Stop with Ctrl-C. The data stays in {data}, and the next start finds it again.",
        ready.site,
        ready.issuer,
        persona::shown(ready.personas).replace('\n', "\n  ").replacen("", "  ", 1),
        ready.newcomers.iter().map(|newcomer| newcomer.key).collect::<Vec<_>>().join(", "),
        ready.twins,
    )
}
