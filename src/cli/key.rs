//! `hufu key`: the key ring in its file, and the signing keys in the database.

use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::out::{self, Reader, table};
use super::place::Place;
use super::text::instant;
use super::{house, world};
use crate::config::{Config, Mode};
use crate::flow::signing;
use crate::keys::{Epoch, FileKeys, KeyService, Keys, RootKey, Sealable, SigningAlg, TagPurpose, When};
use crate::spec::{Handle, Sector, Timestamp};
use crate::store::meta;
use clap::Subcommand;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The fact in the database that says when a backup was last proved.
pub const BACKUP_PROVED: &str = "backup_proved";

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
    /// Lists the signing keys and their dates
    List {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        reader: Reader,
    },
    /// Publishes a new signing key, which signs 24 hours later
    #[command(after_help = "Example: hufu key rotate --alg ES256")]
    Rotate {
        #[command(flatten)]
        place: Place,
        /// RS256, PS256, ES256 or EdDSA
        #[arg(long, value_name = "ALG", value_parser = algorithm)]
        alg: SigningAlg,
        /// Sign with the new key at once: the old one is no longer trusted
        #[arg(long)]
        now: bool,
    },
    /// Proves that a copy of the key ring restores: same subs, same digests, opens what this one seals
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

pub fn algorithm(text: &str) -> Result<SigningAlg, String> {
    SigningAlg::parse(text).ok_or_else(|| "RS256, PS256, ES256 or EdDSA".to_owned())
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
            desk.record(Entry::new("key rotate", json!({ "alg": alg, "signs": word })))?;
            desk.wait(signing::rotate(&provider, *alg, when)).map_err(Failure::unavailable)?;
            out::line(&format!("A new {alg} key is published; it signs {word}."))
        }
        Command::BackupCheck { file, place, reader } => {
            let desk = Desk::open(place)?;
            prove_backup(&desk.config, file)?;
            let now = world::now();
            desk.change(Entry::new("key backup-check", json!({})), move |tx| {
                meta::put(tx, BACKUP_PROVED, &now.unix().to_string()).map(Some)
            })?;
            reader.tell(&json!({ "restores": true, "at": now.unix() }), |_| {
                "The copy restores: the same subs, the same digests, and it opens what this ring seals.".into()
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
                "kid": key.kid, "alg": key.alg, "stage": key.stage,
                "published": key.schedule.published().unix(), "signs_from": key.schedule.signs_from().unix(),
                "retires": unix(key.schedule.retires()), "removed_after": unix(key.schedule.removed_after()),
            })
        })
        .collect();
    reader.tell(&shown, |_| {
        let date = |at: Option<Timestamp>| at.map_or_else(|| "–".to_owned(), instant);
        let rows: Vec<_> = keys
            .iter()
            .map(|key| {
                let stage = format!("{:?}", key.stage).to_lowercase();
                let (from, to) = (instant(key.schedule.signs_from()), date(key.schedule.retires()));
                [key.alg.to_string(), stage, from, to, key.kid.clone()]
            })
            .collect();
        table(["alg", "stage", "signs from", "until", "kid"], &rows, "None yet: `hufu serve` makes the first ones.")
    })
}

/// Something to seal.
#[derive(Serialize, Deserialize)]
struct Probe([u8; 32]);

impl Sealable for Probe {
    const PURPOSE: &'static str = "backup-probe";
    const CLASSES: &'static [usize] = &[64];
}

/// PROTOCOL 12: the copy computes the same subs under every epoch, the same digests, and opens what the ring seals.
fn prove_backup(config: &Config, file: &Path) -> Result<(), Failure> {
    let ring = house::key_ring(&config.keys.file)?;
    let epochs = ring.current(RootKey::Pairwise);
    let issuer = || config.server.issuer.clone();
    let here = Keys::new(ring, issuer()).map_err(Failure::unavailable)?;
    let copy = Keys::new(house::key_ring(file)?, issuer()).map_err(Failure::unavailable)?;
    let mut rng = world::rng();
    let differs = |what: String| Failure::no(format!("{} does not restore: {what}", file.display()));
    let (handle, sector) = (Handle::random(&mut *rng), Sector::of_host("backup.example"));
    for epoch in (0..=epochs).map(Epoch) {
        let sub = |keys: &Keys| keys.sub(&sector, &handle, epoch);
        match (sub(&here), sub(&copy)) {
            (Ok(one), Ok(other)) if one == other => {}
            (Err(_), _) => {}
            _ => return Err(differs(format!("its subs of epoch {} are others", epoch.0))),
        }
    }
    let probe = random(&mut *rng);
    for purpose in [TagPurpose::Number, TagPurpose::Credential, TagPurpose::SubDigest, TagPurpose::Sid] {
        if here.tag(purpose, &[&probe]) != copy.tag(purpose, &[&probe]) {
            return Err(differs("it finds no row again".into()));
        }
    }
    let sealed = here.seal_bytes(&Probe(probe), &mut *rng).map_err(Failure::unavailable)?;
    match copy.open_bytes::<Probe>(&sealed) {
        Ok(opened) if opened.0 == probe => Ok(()),
        _ => Err(differs("it does not open what is sealed".into())),
    }
}

fn random(rng: &mut dyn CryptoRng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}
