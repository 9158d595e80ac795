//! The product, as an operator sets it up and starts it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::Outcome;
use crate::process::{Server, free_address, on_server_core};
use crate::proof::{Method, Signer};
use crate::site::{Alg, Site};

/// The callback of the website: https, since a loopback callback is asked for consent every time (RFC 8252 §8.6).
const REDIRECT_URI: &str = "https://bench.example/callback";

const DATABASE: &str = "hufu.db";
/// The key store is embedded beside either: an opened key is remembered, so a login seldom looks there.
const KEYS: &str = "person-keys.db";

/// What a scripted person types.
#[derive(Clone, Debug)]
pub struct Persona {
    pub network_number: String,
    pub pin: String,
    pub fixed_code: String,
}

/// An installation: settings, a key ring, a database, one persona.
pub struct Product {
    dir: PathBuf,
    config: String,
    address: SocketAddr,
    authority: String,
    pub persona: Persona,
}

impl Product {
    /// Makes a new one in `dir`, on the embedded database or on one of PostgreSQL's, by the commands that an operator uses.
    pub fn make(dir: &Path, postgres: Option<&str>) -> Outcome<Product> {
        fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        let (address, shown) = (free_address()?, dir.display());
        // A name, since passkeys know no addresses.
        let authority = format!("localhost:{}", address.port());
        let url = postgres.map_or_else(|| format!("sqlite:{shown}/{DATABASE}"), str::to_owned);
        let settings = format!(
            "mode = \"sandbox\"\n[server]\nissuer = \"http://{authority}\"\nlisten = \"{address}\"\n\
             [store]\nurl = \"{url}\"\n[person_keys]\nurl = \"sqlite:{shown}/{KEYS}\"\n[keys]\nfile = \"{shown}/keys.json\"\n"
        );
        let config = format!("{shown}/hufu.toml");
        fs::write(&config, settings).map_err(|error| format!("{config}: {error}"))?;
        command(&["key", "init", "--config", &config])?;
        command(&["migrate", "--config", &config])?;
        let added = command(&["persona", "add", "--way", "fixed-code", "--json", "--config", &config])?;
        let added: Value = serde_json::from_str(&added).map_err(|error| format!("persona add: {error}"))?;
        let persona = Persona {
            network_number: member(&added, "network_number")?,
            pin: member(&added, "pin")?,
            fixed_code: member(&added, "fixed_code")?,
        };
        Ok(Product { dir: dir.to_owned(), config, address, authority, persona })
    }

    /// The embedded database's file.
    pub fn database(&self) -> PathBuf {
        self.dir.join(DATABASE)
    }

    /// Adds so many persons, each of whom could sign in.
    pub fn add_crowd(&self, count: u64) -> Outcome<()> {
        command(&["persona", "add", "--json", "--count", &count.to_string(), "--config", &self.config]).map(drop)
    }

    /// Starts `serve`; how long it took until it answered.
    pub fn serve(&self) -> Outcome<(Server, Duration)> {
        let words = ["serve", "--config", &self.config];
        Server::start_and_knock(on_server_core(program(), &words, &log_beside(&self.dir))?, self.address)
    }

    /// Registers a website.
    pub fn add_site(&self, alg: Alg) -> Outcome<Site> {
        self.add(alg, &[])
    }

    /// Registers a website that renews its tokens.
    pub fn add_renewing_site(&self, alg: Alg) -> Outcome<Site> {
        self.add(alg, &["--refresh"])
    }

    /// Registers a website that proves in that way who it is; what signs its assertions, where there are any.
    pub fn add_proving_site(&self, method: Method) -> Outcome<(Site, Option<Signer>)> {
        let way = ["--auth-method", method.name()];
        match method {
            Method::ClientSecretBasic => Ok((self.add(Alg::Es256, &way)?, None)),
            Method::ClientSecretJwt => {
                let site = self.add(Alg::Es256, &way)?;
                let signer = Signer::by_secret(&site);
                Ok((site, Some(signer)))
            }
            Method::PrivateKeyJwt => {
                let (signer, jwks) = Signer::by_key()?;
                let file = format!("{}/client-keys.json", self.dir.display());
                fs::write(&file, jwks.to_string()).map_err(|error| format!("{file}: {error}"))?;
                Ok((self.add(Alg::Es256, &[&way[..], &["--jwks-file", &file]].concat())?, Some(signer)))
            }
        }
    }

    fn add(&self, alg: Alg, more: &[&str]) -> Outcome<Site> {
        let words = ["client", "add", "--json", "--config", &self.config, "--redirect-uri", REDIRECT_URI];
        let added = command(&[&words[..], &["--id-token-alg", alg.name()], more].concat())?;
        let added: Value = serde_json::from_str(&added).map_err(|error| format!("client add: {error}"))?;
        Ok(Site {
            authority: self.authority.clone(),
            client_id: member(&added, "client_id")?,
            // A client that signs with its own key has none.
            client_secret: added["client_secret"].as_str().unwrap_or_default().to_owned(),
            redirect_uri: REDIRECT_URI.to_owned(),
            alg,
        })
    }
}

/// How long the first `hufu demo` takes in an empty directory until it answers.
pub fn first_demo(dir: &Path) -> Outcome<Duration> {
    let (address, site, twins) = (free_address()?, free_address()?.to_string(), free_address()?.to_string());
    let (data, listen) = (dir.display().to_string(), address.to_string());
    let words = ["demo", "--data", &data, "--listen", &listen, "--site", &site, "--twins", &twins];
    let (_ends_here, took) = Server::start_and_knock(on_server_core(program(), &words, &log_beside(dir))?, address)?;
    Ok(took)
}

/// Runs a command to its end; what it answers.
fn command(words: &[&str]) -> Outcome<String> {
    let output =
        Command::new(program()).args(words).stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("hufu {}: {}", words[..2].join(" "), String::from_utf8_lossy(&output.stderr).trim()))
}

fn member(json: &Value, name: &str) -> Outcome<String> {
    json[name].as_str().map(str::to_owned).ok_or_else(|| format!("no {name} in {json}"))
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_hufu"))
}

fn log_beside(dir: &Path) -> PathBuf {
    dir.with_extension("log")
}
