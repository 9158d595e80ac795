//! The product, as an operator starts it: `hufu demo` makes the data once, `hufu serve` answers on it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::Outcome;
use crate::process::{Server, free_address, on_server_core};
use crate::site::{Alg, Site};

/// The callback of the website: https, since a loopback callback is asked for consent every time (RFC 8252 §8.6).
const REDIRECT_URI: &str = "https://bench.example/callback";

/// What a scripted person types.
#[derive(Clone, Debug)]
pub struct Persona {
    pub network_number: String,
    pub pin: String,
    pub fixed_code: String,
}

/// A directory of data, and perhaps a database beside it.
pub struct Product {
    dir: PathBuf,
    /// The address of a PostgreSQL database, else the embedded one is used.
    postgres: Option<String>,
    address: SocketAddr,
    pub persona: Persona,
    issuer: String,
    /// How long the first `demo` took until it answered.
    pub first_demo: Duration,
}

impl Product {
    /// Makes new data in `dir`.
    pub fn make(dir: &Path, postgres: Option<&str>) -> Outcome<Product> {
        let (address, site) = (free_address()?, free_address()?);
        let demo = |json: bool| -> Outcome<Command> {
            let (data, listen, site) = (dir.display().to_string(), address.to_string(), site.to_string());
            let mut words = vec!["demo", "--data", &data, "--listen", &listen, "--site", &site];
            words.extend(json.then_some("--json"));
            words.extend(postgres.map(|url| ["--store", url]).into_iter().flatten());
            on_server_core(program(), &words, &log_beside(dir))
        };
        let (server, first_demo) = Server::start_and_knock(demo(false)?, address)?;
        drop(server);
        let server = Server::start(demo(true)?, address)?;
        let ready: Value = serde_json::from_str(&server.said).map_err(|error| format!("{error}: {}", server.said))?;
        let persona = ready["personas"].as_array().and_then(|people| people.iter().find_map(persona_of));
        Ok(Product {
            dir: dir.to_owned(),
            postgres: postgres.map(str::to_owned),
            address,
            persona: persona.ok_or("no persona with a fixed code")?,
            issuer: ready["issuer"].as_str().unwrap_or_default().trim_end_matches('/').to_owned(),
            first_demo,
        })
    }

    /// The embedded database's file.
    pub fn database(&self) -> PathBuf {
        self.dir.join("hufu.db")
    }

    /// Starts `serve` on the data; how long it took until it answered.
    pub fn serve(&self) -> Outcome<(Server, Duration)> {
        let config = self.config()?.display().to_string();
        let command = on_server_core(program(), &["serve", "--config", &config], &log_beside(&self.dir))?;
        Server::start_and_knock(command, self.address)
    }

    /// Registers a website.
    pub fn add_site(&self, alg: Alg) -> Outcome<Site> {
        let config = self.config()?.display().to_string();
        let words = ["client", "add", "--json", "--config", &config, "--redirect-uri", REDIRECT_URI, "--id-token-alg"];
        let mut add = Command::new(program());
        let output =
            add.args(words).arg(alg.name()).stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
        let added: Value = serde_json::from_slice(&output.stdout)
            .map_err(|_| format!("client add: {}", String::from_utf8_lossy(&output.stderr).trim()))?;
        let text = |name: &str| added[name].as_str().map(str::to_owned).ok_or(format!("client add said no {name}"));
        Ok(Site {
            authority: self.issuer.split("://").nth(1).unwrap_or_default().to_owned(),
            client_id: text("client_id")?,
            client_secret: text("client_secret")?,
            redirect_uri: REDIRECT_URI.to_owned(),
            alg,
        })
    }

    /// The settings of this data, with every other default.
    fn config(&self) -> Outcome<PathBuf> {
        let path = self.dir.join("bench.toml");
        let database = self.postgres.clone().unwrap_or_else(|| format!("sqlite:{}", self.database().display()));
        let text = format!(
            "mode = \"sandbox\"\n[server]\nissuer = \"{}\"\nlisten = \"{}\"\n[store]\nurl = \"{database}\"\n[keys]\nfile = \"{}/keys.json\"\n",
            self.issuer,
            self.address,
            self.dir.display()
        );
        fs::write(&path, text).map_err(|error| error.to_string())?;
        Ok(path)
    }
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_hufu"))
}

fn log_beside(dir: &Path) -> PathBuf {
    dir.with_extension("log")
}

fn persona_of(json: &Value) -> Option<Persona> {
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    Some(Persona { network_number: text("network_number")?, pin: text("pin")?, fixed_code: text("fixed_code")? })
}
