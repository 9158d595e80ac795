//! `hufu key`: the key ring in its file, and the signing keys in the database.

use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::out::{self, Reader, table};
use super::place::Place;
use super::text::instant;
use super::{house, world};
use crate::config::{Config, Mode};
use crate::flow::signing::{self, Rotated};
use crate::keys::{FileKeys, KeyAlg, Keys, SigningAlg, Stage, When};
use crate::spec::Timestamp;
use crate::store::meta;
use clap::Subcommand;
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What can be done with keys.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Makes the key ring, where there is none
    ///
    /// Put a copy of the file away: losing it loses every sub.
    Init {
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
    BackupCheck {
        /// The copy
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        reader: Reader,
    },
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
            make_ring(&config.keys.file, config.mode)?;
            out::line(&format!(
                "The key ring is in {}. Put a copy away now: losing it loses every sub.",
                config.keys.file.display()
            ))
        }
        Command::List { place, reader } => list(&Desk::open(place)?, *reader),
        Command::Rotate { place, alg, now } => {
            let desk = Desk::open(place)?;
            let provider = house::provider(&desk, None)?;
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
        Command::BackupCheck { file, place, reader } => {
            let desk = Desk::open(place)?;
            let proof = BackupProof { at: world::now(), ring: Some(prove_backup(&desk.config, file)?) };
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

/// Makes a key ring of its mode, readable by its owner only. One that is there is never touched.
pub fn make_ring(file: &Path, mode: Mode) -> Result<(), Failure> {
    let text = match mode {
        Mode::Sandbox => FileKeys::generate_sandbox(&mut *world::rng()),
        Mode::Production => FileKeys::generate(&mut *world::rng()),
    };
    let mut ring =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(Failure::at(file.display()))?;
    let written = ring.write_all(text.as_bytes()).and_then(|()| ring.sync_all());
    written.map_err(Failure::at(file.display()))
}

fn list(desk: &Desk, reader: Reader) -> Result<(), Failure> {
    let provider = house::provider(desk, None)?;
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
fn prove_backup(config: &Config, file: &Path) -> Result<String, Failure> {
    let of = |file: &Path| {
        let keys = Keys::new(house::key_ring(file)?, config.server.issuer.clone()).map_err(Failure::unavailable)?;
        keys.proof().map_err(Failure::unavailable)
    };
    let (here, copy) = (of(&config.keys.file)?, of(file)?);
    match here.first_lost_by(&copy) {
        None => Ok(here.fingerprint()),
        Some(lost) => {
            let copy = file.display();
            Err(Failure::no(format!("{copy} does not restore: {lost} is missing there, or is another key")))
        }
    }
}
