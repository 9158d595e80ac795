//! `hufu migrate`: brings the tables of both databases to the shape of this build.

use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::out::Reader;
use super::place::Place;
use crate::store::{self, KeyStore, meta};
use serde_json::json;

/// What `hufu migrate` takes.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Only name the steps that are missing; exit code 1 when there are any
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    reader: Reader,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let config = args.place.settings()?;
    if args.check {
        let missing = [store::pending(&config.store)?, KeyStore::pending(&config.person_keys)?].concat();
        args.reader.tell(&json!({ "pending": missing }), |_| match missing.is_empty() {
            true => "Nothing is missing.".into(),
            false => format!("Missing: {}", missing.join(", ")),
        })?;
        return if missing.is_empty() { Ok(()) } else { Err(Failure::no("run `hufu migrate`")) };
    }
    let applied = [store::migrate(&config.store)?, KeyStore::migrate(&config.person_keys)?].concat();
    let (mode, issuer) = (config.mode.word(), config.server.issuer.to_string());
    let desk = Desk::over(config)?;
    let entry = Entry::new("migrate", json!({ "applied": applied }));
    let fresh = !applied.is_empty();
    desk.change(entry, move |tx| {
        // What kind of people live here is written once, when the tables are made; nothing changes it later.
        let new = meta::put_once(tx, "mode", mode)?;
        meta::put_once(tx, "issuer", &issuer)?;
        Ok((new || fresh).then_some(()))
    })?;
    args.reader.tell(&json!({ "applied": applied }), |_| match applied.is_empty() {
        true => "The databases are up to date.".into(),
        false => format!("Applied: {}", applied.join(", ")),
    })
}
