//! `hufu key`: the key ring in its file or its token, and the signing keys in the database.

use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::house::Beside;
use super::out::{self, Reader, table};
use super::place::Place;
use super::text::instant;
use super::{house, ring_file, token, world};
use crate::config::{Config, KeyPlace, Mode, Pkcs11Config};
use crate::flow::signing::{self, Rotated};
use crate::keys::{HeldKey, KeyAlg, KeyService, RingProof, RootKey, SigningAlg, Stage, When};
use crate::spec::Timestamp;
use crate::store::meta;
use clap::{Args, Subcommand};
use serde_json::json;
use std::fmt;
use std::path::{Path, PathBuf};

/// What can be done with keys.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Makes the key ring, where there is none: a file, or keys in the token of the settings
    ///
    /// Put a copy away: losing it loses every sub.
    Init {
        #[command(flatten)]
        place: Place,
    },
    /// Makes the next version of a key, which nothing is made under before `hufu key use`
    #[command(after_help = "Example: hufu key add pairwise")]
    Add {
        /// pairwise, unique, document, pepper or encryption
        #[arg(value_name = "KEY", value_parser = root_key)]
        root: RootKey,
        #[command(flatten)]
        place: Place,
    },
    /// Makes what is new under that version from now on, when every node has it; the others still open, and no sub moves
    #[command(after_help = "Example: hufu key use pairwise 2")]
    Use {
        /// pairwise, pepper or encryption
        #[arg(value_name = "KEY", value_parser = turning_key)]
        root: RootKey,
        /// Its version
        #[arg(value_name = "VERSION")]
        version: u16,
        #[command(flatten)]
        place: Place,
    },
    /// Moves the keys of a file into the token, which does not give them back
    ///
    /// For a house that began with a file, and for a second token with the same keys.
    Import {
        /// The key ring
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Lists the keys that sign and decrypt, and their dates
    List {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        reader: Reader,
    },
    /// Makes a new key, which signs (or is offered to be encrypted to) 24 hours later
    #[command(after_help = "Example: hufu key rotate --alg ES256")]
    Rotate {
        #[command(flatten)]
        place: Place,
        /// RS256, PS256, ES256 or EdDSA; RSA-OAEP-256 or ECDH-ES
        #[arg(long, value_name = "ALG", value_parser = algorithm)]
        alg: KeyAlg,
        /// Use the new key at once: the old one is no longer trusted
        #[arg(long)]
        now: bool,
    },
    /// Proves that a copy of the key ring restores: every key of every version is there
    #[command(after_help = "Examples: hufu key backup-check /media/safe/hufu-keys.toml
          hufu key backup-check --token-label hufu-backup --pin-file backup-pin")]
    BackupCheck {
        #[command(flatten)]
        copy: BackupCopy,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        reader: Reader,
    },
}

/// Where a copy of the key ring is.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = true)]
pub struct BackupCopy {
    /// The copy, where it is a file
    #[arg(value_name = "FILE", conflicts_with_all = ["token_label", "module", "pin_file"])]
    file: Option<PathBuf>,
    /// The label of the token that is the copy
    #[arg(long, value_name = "LABEL")]
    token_label: Option<String>,
    /// The PKCS#11 module of that token [default: that of the settings]
    #[arg(long, value_name = "FILE", requires = "token_label")]
    module: Option<PathBuf>,
    /// The file with the PIN of that token [default: that of the settings]
    #[arg(long, value_name = "FILE", requires = "token_label")]
    pin_file: Option<PathBuf>,
}

impl BackupCopy {
    fn open(&self, config: &Config) -> Result<Box<dyn KeyService>, Failure> {
        match (&self.file, &self.token_label) {
            (Some(file), _) => Ok(Box::new(house::key_ring(file)?)),
            (None, label) => {
                let mut other = config.clone();
                let token = &mut other.keys.pkcs11;
                token.module = self.module.clone().or(token.module.take());
                token.token_label = label.clone().unwrap_or_default();
                token.pin_file = self.pin_file.clone().unwrap_or_else(|| token.pin_file.clone());
                if token.module.is_none() {
                    return Err(Failure::settings("no PKCS#11 module is known: name it with --module"));
                }
                house::key_service(&other)
            }
        }
    }
}

impl fmt::Display for BackupCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, &self.token_label) {
            (Some(file), _) => write!(f, "{}", file.display()),
            (None, label) => write!(f, "the token `{}`", label.as_deref().unwrap_or_default()),
        }
    }
}

fn root_key(text: &str) -> Result<RootKey, String> {
    RootKey::parse(text)
        .filter(|root| *root != RootKey::Digest)
        .ok_or_else(|| "pairwise, unique, document, pepper or encryption; the digest key is one for good".to_owned())
}

/// Persons and documents are found again under the first version of their key, whatever its file says.
fn turning_key(text: &str) -> Result<RootKey, String> {
    RootKey::parse(text)
        .filter(|root| matches!(root, RootKey::Pairwise | RootKey::Pepper | RootKey::Encryption))
        .ok_or_else(|| "pairwise, pepper or encryption; rows are found under the first version of any other".to_owned())
}

pub fn signing_algorithm(text: &str) -> Result<SigningAlg, String> {
    SigningAlg::parse(text).ok_or_else(|| "RS256, PS256, ES256 or EdDSA".to_owned())
}

fn algorithm(text: &str) -> Result<KeyAlg, String> {
    KeyAlg::parse(text).ok_or_else(|| "RS256, PS256, ES256 or EdDSA; RSA-OAEP-256 or ECDH-ES".to_owned())
}

pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Init { place } => {
            let config = place.settings()?;
            match config.keys.place() {
                KeyPlace::File(file) => {
                    ring_file::make(file, config.mode)?;
                    out::line(&format!(
                        "The key ring is in {}. Put a copy away now: losing it loses every sub.",
                        file.display()
                    ))
                }
                KeyPlace::Token { settings, .. } => make_in_token(&config, settings),
            }
        }
        Command::Add { root, place } => {
            let desk = Desk::open(place)?;
            match desk.config.keys.place() {
                KeyPlace::File(file) => add_to_file(&desk, file, *root),
                KeyPlace::Token { .. } => add_to_token(&desk, *root),
            }
        }
        Command::Use { root, version, place } => {
            turn_to(&Desk::open(place)?, HeldKey { root: *root, version: *version })
        }
        Command::Import { file, place } => import(&place.settings()?, file),
        Command::List { place, reader } => list(&Desk::open(place)?, *reader),
        Command::Rotate { place, alg, now } => {
            let desk = Desk::open(place)?;
            let provider = house::provider(&desk, Beside::default())?;
            let (when, word) = if *now { (When::Now, "now") } else { (When::Scheduled, "in 24 hours") };
            desk.record(Entry::new("key rotate", json!({ "alg": alg.wire(), "used": word })))?;
            let rotated = desk.wait(signing::rotate(&provider, *alg, when)).map_err(Failure::unavailable)?;
            out::line(&match rotated {
                Rotated::Done { used_from } if used_from <= world::now() => {
                    format!("A new {alg} key is published and in use from now on.")
                }
                Rotated::Done { used_from } => {
                    format!("A new {alg} key is made; it is in use from {}.", instant(used_from))
                }
                Rotated::AlreadyWaiting { used_from } => format!(
                    "Nothing to do: the next {alg} key is made already and in use from {}; --now puts it to use at once.",
                    instant(used_from)
                ),
            })
        }
        Command::BackupCheck { copy, place, reader } => {
            let desk = Desk::open(place)?;
            let proof = BackupProof { at: world::now(), ring: Some(prove_backup(&desk.config, copy)?) };
            let fact = proof.to_text();
            desk.change(Entry::new("key backup-check", json!({})), move |tx| {
                meta::put(tx, BackupProof::FACT, &fact).map(Some)
            })?;
            reader.tell(&json!({ "restores": true, "at": proof.at.unix() }), |_| {
                "The copy restores: every key of this ring is there, of every version.".into()
            })
        }
    }
}

/// Has the token make each root key that it lacks; one that is there is never touched.
fn make_in_token(config: &Config, settings: &Pkcs11Config) -> Result<(), Failure> {
    let ceremony = token::ceremony(config)?;
    let held = ceremony.held()?;
    let mut made = Vec::new();
    for root in RootKey::ALL.into_iter().filter(|root| !held.iter().any(|key| key.root == *root)) {
        let key = HeldKey { root, version: 1 };
        ceremony.make(key)?;
        made.push(key.to_string());
    }
    let label = &settings.token_label;
    match made.is_empty() {
        true => Err(Failure::no(format!("the token `{label}` has its keys already; `hufu key add KEY` makes another"))),
        false => out::line(&format!(
            "The token `{label}` made {}. Copy it to a second token now, as its maker says: losing it loses every sub.",
            made.join(", ")
        )),
    }
}

/// Writes the next version of `root` into the file.
fn add_to_file(desk: &Desk, file: &Path, root: RootKey) -> Result<(), Failure> {
    let (word, shown) = (root.word(), file.display());
    let version = ring_file::change(file, |ring| {
        let HeldKey { version, .. } = ring.add(root, &mut *world::rng()).map_err(Failure::no)?;
        desk.record(Entry::new("key add", json!({ "key": word, "version": version })))?;
        Ok(version)
    })?;
    out::line(&format!(
        "Version {version} of the {word} key is in {shown}, and nothing is made under it yet. Put a copy away and prove it with \
         `hufu key backup-check`. Bring the file to every node and start each anew; then `hufu key use {word} {version}`."
    ))
}

/// Marks `key` in the file as the one that new values are made under.
fn turn_to(desk: &Desk, key: HeldKey) -> Result<(), Failure> {
    let (word, version) = (key.root.word(), key.version);
    let file = match desk.config.keys.place() {
        KeyPlace::File(file) => file,
        KeyPlace::Token { settings, .. } => {
            return Err(Failure::settings(format!(
                "the keys are in the token `{}`: set `{word} = {version}` under [keys.pkcs11] on every node instead",
                settings.token_label
            )));
        }
    };
    ring_file::change(file, |ring| {
        ring.turn_to(key).map_err(Failure::no)?;
        desk.record(Entry::new("key use", json!({ "key": word, "version": version })))
    })?;
    out::line(&format!(
        "Version {version} of the {word} key is the one that {} from now on. Bring {} to every node and start each anew. Keep \
         every other version for good.",
        match key.root {
            RootKey::Pairwise => "is fixed for new persons, and nobody’s sub moves",
            _ => "makes what is new",
        },
        file.display()
    ))
}

/// Has the token make the next version of `root`.
fn add_to_token(desk: &Desk, root: RootKey) -> Result<(), Failure> {
    let ceremony = token::ceremony(&desk.config)?;
    let last = ceremony.held()?.into_iter().filter(|key| key.root == root).map(|key| key.version).max();
    let next = last.unwrap_or_default().checked_add(1).ok_or_else(|| Failure::no("there is no further version"))?;
    desk.record(Entry::new("key add", json!({ "key": root.word(), "version": next })))?;
    ceremony.make(HeldKey { root, version: next })?;
    out::line(&format!(
        "Version {next} of the {word} key is made. Copy the token, start every node anew so that it sees the key, then set \
         `{word} = {next}` under [keys.pkcs11] on every node.",
        word = root.word()
    ))
}

/// Moves every key of `file` into the token, or none when one of them is there.
fn import(config: &Config, file: &Path) -> Result<(), Failure> {
    let ceremony = token::ceremony(config)?;
    let material = house::danger_key_material(file)?;
    if material.sandbox && config.mode == Mode::Production {
        return Err(Failure::settings("this key ring was made by a sandbox, so others know it"));
    }
    let held = ceremony.held()?;
    if let Some(there) = material.keys.keys().find(|key| held.contains(key)) {
        return Err(Failure::no(format!("nothing was imported: {there} is in the token already")));
    }
    for (key, bytes) in &material.keys {
        ceremony.import(*key, bytes)?;
    }
    out::line(&format!(
        "Imported {} keys; the token does not give them back. Set the current versions under [keys.pkcs11], prove the token \
         with `hufu key backup-check {}`, then lock the file away or destroy it: it still opens everything.",
        material.keys.len(),
        file.display()
    ))
}

fn list(desk: &Desk, reader: Reader) -> Result<(), Failure> {
    let provider = house::provider(desk, Beside::default())?;
    let keys = desk.wait(signing::list(&provider)).map_err(Failure::unavailable)?;
    let unix = |at: Option<Timestamp>| at.map(Timestamp::unix);
    let shown: Vec<_> = keys
        .iter()
        .map(|key| {
            json!({
                "kid": key.kid, "alg": key.alg.wire(), "stage": key.stage,
                "published": key.schedule.published().unix(), "used_from": key.schedule.used_from().unix(),
                "retires": unix(key.schedule.retires()), "removed_after": unix(key.schedule.removed_after()),
            })
        })
        .collect();
    reader.tell(&shown, |_| {
        let date = |at: Option<Timestamp>| at.map_or_else(|| "–".to_owned(), instant);
        let rows: Vec<_> = keys
            .iter()
            .map(|key| {
                let stage = stage(key.stage).to_owned();
                let (from, to) = (instant(key.schedule.used_from()), date(key.schedule.retires()));
                [key.alg.to_string(), stage, from, to, key.kid.clone()]
            })
            .collect();
        table(["alg", "stage", "used from", "until", "kid"], &rows, "None yet: `hufu serve` makes the first ones.")
    })
}

const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Waiting => "waiting",
        Stage::InUse => "in use",
        Stage::Retired => "retired",
        Stage::Gone => "gone",
    }
}

/// The fact in the database: when a copy of the ring was last proved to restore, and which ring that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupProof {
    pub at: Timestamp,
    /// Of the ring as it was then; none in what an earlier version wrote.
    pub ring: Option<String>,
}

impl BackupProof {
    /// Its name in `meta`.
    pub const FACT: &str = "backup_proved";

    fn to_text(&self) -> String {
        let at = self.at.unix();
        self.ring.as_ref().map_or_else(|| at.to_string(), |ring| format!("{at} {ring}"))
    }

    /// `None` when it is no such fact.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, ring) = text.split_once(' ').map_or((text, None), |(at, ring)| (at, Some(ring)));
        Some(Self { at: Timestamp::from_unix(at.parse().ok()?), ring: ring.map(str::to_owned) })
    }
}

/// PROTOCOL 12: the copy holds every key of this ring, of every version: those that old rows need, and those that are to
/// become current. Tells the fingerprint of the ring that this is true of.
fn prove_backup(config: &Config, copy: &BackupCopy) -> Result<String, Failure> {
    let of = |service: &dyn KeyService| RingProof::of(service).map_err(Failure::unavailable);
    let (here, there) = (of(&*house::key_service(config)?)?, of(&*copy.open(config)?)?);
    match here.first_lost_by(&there) {
        None => Ok(here.fingerprint()),
        Some(lost) => Err(Failure::no(format!("{copy} does not restore: {lost} is missing there, or is another key"))),
    }
}
