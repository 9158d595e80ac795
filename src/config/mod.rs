//! Settings: one documented struct per room, read from TOML and from `HUFU_SECTION__KEY`, unknown keys refused.
//!
//! The comments below are the operator's manual: [`sample()`] prints them, with the defaults, as `hufu.sample.toml`.
//! A switch that weakens a MUST is named `danger_…`. Knows no clap and no clock; what is found in the database and in
//! the key ring comes in as [`Found`], so that production can refuse it here and nowhere else.

mod error;
mod keys;
mod load;
mod ports;
mod production;
mod sample;

pub use error::ConfigError;
pub use load::Sources;
pub use ports::{PortConfig, PortsConfig};
pub use production::Found;
pub use sample::sample;

use crate::spec::IssuerUrl;
use crate::store::{PersonKeysConfig, StoreConfig};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

/// Everything that a node is told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `production`, or `sandbox`: invented people, plain http on loopback. Production refuses what a sandbox made.
    pub mode: Mode,
    pub server: ServerConfig,
    pub store: StoreConfig,
    pub person_keys: PersonKeysConfig,
    pub keys: KeysConfig,
    pub log: LogConfig,
    pub metrics: MetricsConfig,
    pub limits: LimitsConfig,
    pub outside: OutsideConfig,
    pub ports: PortsConfig,
    pub documents: DocumentsConfig,
    pub levels: LevelsConfig,
    pub about: AboutConfig,
    pub danger: DangerConfig,
}

/// Whether the people are real.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Sandbox,
    #[default]
    Production,
}

impl Mode {
    /// The word in the file, and in the database's `meta` table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }
}

/// Who we are, and where we listen.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// The issuer: https, exactly as websites write it, without a slash at the end. It never changes.
    pub issuer: IssuerUrl,
    /// The address to listen on. TLS ends at the proxy in front.
    pub listen: SocketAddr,
    /// Threads that answer requests; 0 means one per core.
    pub workers: usize,
    /// How many seconds requests under way may take after SIGTERM, before the node ends.
    pub drain_seconds: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            issuer: IssuerUrl::new("https://id.example.org".into()).expect("a constant URL"),
            listen: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 8080),
            workers: 0,
            drain_seconds: 20,
        }
    }
}

impl ServerConfig {
    /// The number of threads that `workers` asks for.
    pub fn worker_count(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        }
    }
}

/// The key ring: a file, or the token of an HSM.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeysConfig {
    /// The file of the key ring, mode 0600. Losing it loses every sub: keep a backup, and prove it with
    /// `hufu key backup-check FILE`.
    pub file: PathBuf,
    pub pkcs11: Pkcs11Config,
}

impl Default for KeysConfig {
    fn default() -> Self {
        Self { file: "hufu-keys.toml".into(), pkcs11: Pkcs11Config::default() }
    }
}

impl KeysConfig {
    /// Where the keys are.
    pub fn place(&self) -> KeyPlace<'_> {
        match &self.pkcs11.module {
            Some(module) => KeyPlace::Token { module, settings: &self.pkcs11 },
            None => KeyPlace::File(&self.file),
        }
    }
}

/// Where the keys are. What is shown of it holds no secret.
#[derive(Clone, Copy, Debug)]
pub enum KeyPlace<'a> {
    File(&'a Path),
    Token { module: &'a Path, settings: &'a Pkcs11Config },
}

impl KeyPlace<'_> {
    /// The file that must be its owner's only: the keys, or the PIN that opens them.
    pub fn private_file(&self) -> &Path {
        match self {
            Self::File(file) => file,
            Self::Token { settings, .. } => &settings.pin_file,
        }
    }
}

impl fmt::Display for KeyPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Token { settings, .. } => write!(f, "the token `{}`", settings.token_label),
        }
    }
}

/// The token of an HSM, in place of the file: its keys cannot be copied out. `hufu key init` makes them there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pkcs11Config {
    /// The HSM's PKCS#11 module. Without it the keys are those in `keys.file`.
    /// For example `"/usr/lib/softhsm/libsofthsm2.so"`.
    pub module: Option<PathBuf>,
    /// The token's label.
    pub token_label: String,
    /// A file, mode 0600, with the PIN of the token's user and nothing else. A wrong PIN is tried once.
    pub pin_file: PathBuf,
    /// HMACs that the token is asked for at the same moment.
    pub sessions: usize,
    /// Milliseconds that a request waits for the token before it is told 503.
    pub wait_milliseconds: u64,
    /// The version of the key for new persons' subs; old persons keep theirs. `hufu key add pairwise` makes the next one.
    pub pairwise: u16,
    /// The version for one number per person.
    pub unique: u16,
    /// The version for hashes of document numbers.
    pub document: u16,
    /// The version for PINs that are set from now on.
    pub pepper: u16,
    /// The version that seals from now on: every node must see a new key before any node has it here.
    pub encryption: u16,
}

impl Default for Pkcs11Config {
    fn default() -> Self {
        Self {
            module: None,
            token_label: "hufu".into(),
            pin_file: "hufu-token-pin".into(),
            sessions: 4,
            wait_milliseconds: 2_000,
            pairwise: 1,
            unique: 1,
            document: 1,
            pepper: 1,
            encryption: 1,
        }
    }
}

/// What is written to standard error. Never a person, a sub or a query string.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug`, or a filter such as `info,hufu::store=debug`.
    pub level: String,
    /// `json`, one object a line, or `text` for people.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: "info".into(), format: LogFormat::Json }
    }
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Json,
    Text,
}

/// Prometheus. Without either of the two there is no `/metrics`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
    /// An address of its own, which the world cannot reach. For example `"127.0.0.1:9464"`.
    pub listen: Option<SocketAddr>,
    /// Or `/metrics` beside everything else: then the proxy must keep it from the world.
    pub beside: bool,
}

/// Bounds that keep a crowd from becoming an outage.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Open connections per worker; further ones wait in the system's backlog.
    pub connections: usize,
    /// Seconds that a request's head may take to arrive.
    pub request_head_seconds: u64,
    /// Seconds that an idle connection is kept.
    pub keep_alive_seconds: u64,
    /// PINs hashed at the same moment; 0 means one per core. Each takes 19 MiB.
    pub pin_hashes: usize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { connections: 10_000, request_head_seconds: 5, keep_alive_seconds: 30, pin_hashes: 0 }
    }
}

impl LimitsConfig {
    pub const fn request_head(&self) -> Duration {
        Duration::from_secs(self.request_head_seconds)
    }

    pub const fn keep_alive(&self) -> Duration {
        Duration::from_secs(self.keep_alive_seconds)
    }

    /// The number of hashes that `pin_hashes` asks for.
    pub fn pin_hash_count(&self) -> usize {
        match self.pin_hashes {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        }
    }
}

/// The way to websites' own servers: their keys, logos and logout addresses.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutsideConfig {
    /// A file with certificates in PEM that are trusted beside the system's own, for websites of an inner network.
    /// For example `"/etc/hufu/inner-ca.pem"`.
    pub trusted_certificates: Option<PathBuf>,
}

/// Whose documents are believed: the authorities that let issuing states' signers sign chips (ICAO Doc 9303 part 12).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentsConfig {
    /// Files with one authority's certificate each, in DER, as the state hands it out. Without any, no chip is taken.
    pub authorities: Vec<PathBuf>,
    /// Master lists of further authorities, each in DER and signed under one of `authorities`.
    pub master_lists: Vec<PathBuf>,
    /// What the authorities revoked: one CRL in DER a file.
    pub revocations: Vec<PathBuf>,
}

/// Which levels sign-ins reach, and what they are called. docs/assurance.md has the table.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LevelsConfig {
    /// A directory whose `.pem` files hold the roots of the makers whose word about a passkey counts. With it a new passkey
    /// is asked who made it, and `phrh` is offered. For example `"/etc/hufu/attestation"`.
    pub attestation_roots: Option<PathBuf>,
    /// The levels that only a passkey of such a maker reaches.
    pub attestation_required_for: Vec<String>,
    /// Levels of others' frameworks that this operation was assessed for, each with the level here that stands for it.
    /// For example `{ "http://eidas.europa.eu/LoA/substantial" = "urn:hufu:acr:cert-pin-face" }`.
    pub assessed_as: Option<BTreeMap<String, String>>,
}

/// Pages of the operator's own, which discovery names to websites (OpenID Connect Discovery 1.0 §3).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AboutConfig {
    /// What websites may do with what they are told. For example `"https://id.example.org/policy"`.
    pub op_policy_uri: Option<Url>,
    /// The terms of service for websites. For example `"https://id.example.org/terms"`.
    pub op_tos_uri: Option<Url>,
    /// What a website's developers should read. For example `"https://id.example.org/integrating"`.
    pub service_documentation: Option<Url>,
}

impl AboutConfig {
    /// The first page that is none: its key.
    pub(super) fn not_https(&self) -> Option<&'static str> {
        let pages = [
            ("about.op_policy_uri", &self.op_policy_uri),
            ("about.op_tos_uri", &self.op_tos_uri),
            ("about.service_documentation", &self.service_documentation),
        ];
        let wrong = |page: &&(_, &Option<Url>)| page.1.as_ref().is_some_and(|url| url.scheme() != "https");
        pages.iter().find(wrong).map(|(key, _)| *key)
    }
}

/// Each of these weakens a MUST. A node that has one on says so in its log at every start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DangerConfig {
    /// The key ring's file, or that of the token's PIN, may be readable by others than its owner: whoever reads the first
    /// can compute every sub, whoever reads the second can have the token compute it.
    pub danger_key_file_readable: bool,
    /// Documents that a website names may lie on this very machine (loopback). For a sandbox whose websites run beside it;
    /// production refuses it.
    pub danger_fetch_from_loopback: bool,
    /// A confidential website may send neither `code_challenge` nor `nonce`, as the official conformance suite does. For
    /// its sandbox, which `hufu demo --conformance` makes; production refuses it.
    pub danger_accept_bare_requests: bool,
    /// Each certificate of `outside.trusted_certificates` is believed as a server's own too, whatever its name and its dates:
    /// the official conformance suite serves one that signed itself. For the sandbox of `hufu demo --trust`; production
    /// refuses it.
    pub danger_pin_trusted_certificates: bool,
}

impl DangerConfig {
    /// The names of the switches that are on.
    pub fn switched_on(&self) -> Vec<&'static str> {
        let switches = [
            ("danger_key_file_readable", self.danger_key_file_readable),
            ("danger_fetch_from_loopback", self.danger_fetch_from_loopback),
            ("danger_accept_bare_requests", self.danger_accept_bare_requests),
            ("danger_pin_trusted_certificates", self.danger_pin_trusted_certificates),
        ];
        switches.into_iter().filter_map(|(name, on)| on.then_some(name)).collect()
    }
}
