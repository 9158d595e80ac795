//! Puts the house together: settings, key ring, database, provider.

use super::desk::Desk;
use super::failure::Failure;
use super::{documents, levels, token, world};
use crate::authn::Rack;
use crate::client::BareRequests;
use crate::config::{AboutConfig, Config, Found, KeyPlace, Mode, PortConfig, PortsConfig};
use crate::flow::{self, Parts, Provider, World, register};
use crate::keys::{FileKeys, KeyMaterial, KeyService, Keys, MessageKey, RingError};
use crate::outside::ports::{self, Line, Lines, Twins};
use crate::outside::{Fetcher, Reach, Trust};
use crate::spec::{About, lifetime};
use crate::store::{KeyStore, clients, meta};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Sign-ins that may wait for a free core, for each one that has one.
const WAITING_PER_HASH: usize = 16;

/// The name of the key that requests to services are signed with, where the settings have none.
const USUAL_KEY_ID: &str = "hufu";

/// Long enough to be seen waiting, short enough to be seen done.
const RECOVERY_WAIT_IN_THE_SANDBOX: Duration = Duration::from_secs(10);

/// The key ring in `file`.
///
/// # Errors
/// No such file, or no ring in it.
pub fn key_ring(file: &Path) -> Result<FileKeys, Failure> {
    FileKeys::parse(&key_text(file)?).map_err(not_a_ring(file))
}

/// The bare keys in `file`, for moving them.
///
/// # Errors
/// As [`key_ring`].
pub fn danger_key_material(file: &Path) -> Result<KeyMaterial, Failure> {
    KeyMaterial::danger_read(&key_text(file)?).map_err(not_a_ring(file))
}

fn key_text(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = std::fs::read_to_string(file);
    text.map(Zeroizing::new)
        .map_err(|error| Failure::unavailable(format!("{}: {error}; make one with `hufu key init`", file.display())))
}

fn not_a_ring(file: &Path) -> impl Fn(RingError) -> Failure {
    move |error| Failure::settings(format!("{}: {error}", file.display()))
}

/// What holds the keys of this installation.
///
/// # Errors
/// No file or token, or none that is fit.
pub fn key_service(config: &Config) -> Result<Box<dyn KeyService>, Failure> {
    Ok(match config.keys.place() {
        KeyPlace::File(file) => Box::new(key_ring(file)?),
        KeyPlace::Token { module, settings } => Box::new(token::keys(module, settings, config.mode)?),
    })
}

/// The keys of this installation.
pub fn keys(config: &Config) -> Result<Keys, Failure> {
    Keys::new(key_service(config)?, config.server.issuer.clone()).map_err(Failure::unavailable)
}

/// What runs beside the provider in a demo, and is linked to.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    pub demo_site: Option<String>,
    pub twins: Option<String>,
}

/// The provider over the desk's data.
///
/// # Errors
/// No key ring, an issuer whose host is an address, or a service's key that is none.
pub fn provider(desk: &Desk, beside: Beside) -> Result<Provider, Failure> {
    let config = &desk.config;
    let world: Arc<dyn World> = Arc::new(world::Real);
    let hashes = config.limits.pin_hash_count();
    Ok(Provider::new(Parts {
        issuer: config.server.issuer.clone(),
        mode: match config.mode {
            Mode::Sandbox => flow::Mode::Sandbox,
            Mode::Production => flow::Mode::Production,
        },
        keys: keys(config)?,
        store: desk.store().clone(),
        person_keys: key_store(config)?,
        passkeys: levels::passkeys(config)?,
        rack: Rack::new(hashes, hashes * WAITING_PER_HASH),
        websites: fetcher(config)?.into(),
        ports: match lines(config)? {
            Some(lines) => Some(ports::over_http(lines, twins(config), &world).map_err(of_line)?),
            None => None,
        },
        issuers: Arc::new(documents::issuers(&config.documents, world.now())?),
        ladder: levels::ladder(&config.levels)?,
        about: about(&config.about),
        world,
        demo_site: beside.demo_site,
        twins: beside.twins,
        recovery_wait: match config.mode {
            Mode::Sandbox => RECOVERY_WAIT_IN_THE_SANDBOX,
            Mode::Production => lifetime::RECOVERY_WAIT,
        },
        bare_requests: match config.danger.danger_accept_bare_requests {
            true => BareRequests::Accepted,
            false => BareRequests::Refused,
        },
    }))
}

fn about(pages: &AboutConfig) -> About {
    let AboutConfig { op_policy_uri, op_tos_uri, service_documentation } = pages.clone();
    About { op_policy_uri, op_tos_uri, service_documentation }
}

/// The key store of this installation.
///
/// # Errors
/// A database that cannot be had, lacks steps, or is the store's own.
pub fn key_store(config: &Config) -> Result<KeyStore, Failure> {
    let missing = KeyStore::pending(&config.person_keys)?;
    if !missing.is_empty() {
        let steps = missing.join(", ");
        return Err(Failure::unavailable(format!("the key store lacks {steps}: run `hufu migrate` first")));
    }
    Ok(KeyStore::open(&config.person_keys)?)
}

/// The way to websites' own servers.
fn fetcher(config: &Config) -> Result<Fetcher, Failure> {
    let reach = if config.danger.danger_fetch_from_loopback { Reach::Loopback } else { Reach::Public };
    let file = config.outside.trusted_certificates.as_ref();
    let given = file.map(|file| std::fs::read_to_string(file).map_err(Failure::at(file.display()))).transpose()?;
    let trust = match given.as_deref() {
        None => Trust::System,
        Some(pem) if config.danger.danger_pin_trusted_certificates => Trust::DangerAsTheyAre(pem),
        Some(pem) => Trust::Authorities(pem),
    };
    Fetcher::new(reach, trust).map_err(Failure::settings)
}

/// The lines to the services that an application needs; `None` where none is set.
///
/// # Errors
/// A file that cannot be read, or that holds something else.
pub fn lines(config: &Config) -> Result<Option<Lines>, Failure> {
    let PortsConfig { registry, face, phone, card, notification } = &config.ports;
    Ok(match config.ports.are_set() {
        true => Some(Lines {
            registry: line("registry", registry)?,
            face: line("face", face)?,
            phone: line("phone", phone)?,
            card: line("card", card)?,
            notification: line("notification", notification)?,
        }),
        false => None,
    })
}

/// Whether the sandbox's twins may answer here.
pub const fn twins(config: &Config) -> Twins {
    match config.mode {
        Mode::Sandbox => Twins::Welcome,
        Mode::Production => Twins::Refused,
    }
}

/// A line that cannot be had.
pub fn of_line((name, error): (&'static str, ports::LineError)) -> Failure {
    Failure::settings(format!("ports.{name}: {error}"))
}

fn line(name: &str, port: &PortConfig) -> Result<Line, Failure> {
    let text = |file: &Path| std::fs::read_to_string(file).map_err(Failure::at(file.display()));
    let private = |file: &Path| match readable_by_others(file)? {
        true => Err(Failure::settings(format!("others may read {0}: chmod 600 {0}", file.display()))),
        false => text(file).map(Zeroizing::new),
    };
    let url = port.url.clone().ok_or_else(|| Failure::settings(format!("ports.{name}.url is missing")))?;
    let identity = match (&port.client_certificate, &port.client_key) {
        (Some(certificate), Some(key)) => {
            let key = private(key)?;
            Some(Zeroizing::new(format!("{}\n{}", text(certificate)?, key.as_str())))
        }
        _ => None,
    };
    let key = match &port.signing_key_file {
        Some(file) => {
            let id = port.signing_key_id.as_deref().unwrap_or(USUAL_KEY_ID);
            let wrong = |error| Failure::settings(format!("ports.{name}: {}: {error}", file.display()));
            Some(MessageKey::parse(&private(file)?, id).map_err(wrong)?)
        }
        None => None,
    };
    Ok(Line { url, identity, key, trusted: port.trusted_certificates.as_deref().map(text).transpose()? })
}

/// What the settings must be held against before anything starts.
///
/// # Errors
/// The key ring or the database cannot be had.
pub fn inspect(desk: &Desk) -> Result<Found, Failure> {
    let (database, rows) = desk.read(|db| Ok((meta::value(db, "mode")?, clients::all(db)?)))?;
    let mut found = Found {
        database,
        sandbox_keys: key_service(&desk.config)?.is_sandbox(),
        key_file_readable: readable_by_others(desk.config.keys.place().private_file())?,
        ..Found::default()
    };
    for row in rows {
        let id = row.client_id.to_string();
        let client = register::from_row(row).map_err(|error| Failure::unavailable(format!("website {id}: {error}")))?;
        let metadata = &client.metadata;
        let web = metadata.application_type == crate::client::ApplicationType::Web;
        if web && metadata.redirect_uris.iter().any(|uri| uri.starts_with("http:")) {
            found.http_redirects.push(id.clone());
        }
        if web && metadata.alternative_login_uri.is_none() {
            found.without_alternative.push(id);
        }
    }
    Ok(found)
}

/// Whether the file's mode lets anybody but its owner read it.
pub fn readable_by_others(file: &Path) -> Result<bool, Failure> {
    let metadata = std::fs::metadata(file).map_err(Failure::at(file.display()))?;
    Ok(metadata.permissions().mode() & 0o077 != 0)
}
