//! `hufu doctor`: looks at everything that must be right before a node starts, and says what to mend.

use super::desk::Desk;
use super::failure::Failure;
use super::house::Beside;
use super::key::BackupProof;
use super::out::{Reader, table};
use super::place::Place;
use super::text::{instant, span};
use super::{house, world};
use crate::authn::Passkeys;
use crate::config::{Config, KeyPlace, Mode};
use crate::flow::{World, signing};
use crate::keys::{KeyAlg, Stage};
use crate::outside::ports;
use crate::spec::Timestamp;
use crate::store::audit::{self, Chain};
use crate::store::{self, meta, person_keys, persons};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What `hufu doctor` takes.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Exit code 1 when something must be mended. Asks the services of the settings whether they are well."
)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    reader: Reader,
}

/// One thing looked at.
#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    state: State,
    found: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    /// It works; do something about it all the same.
    Notice,
    Bad,
}

/// No earlier build of this program can have run before this instant (2026-11-01): a clock before it is wrong.
const BUILT_AFTER: Timestamp = Timestamp::from_unix(1_793_491_200);
/// A backup that was proved longer ago may be an old one.
const PROOF_LASTS: Duration = Duration::from_secs(90 * 86_400);

pub fn run(args: &Args) -> Result<(), Failure> {
    let config = args.place.settings()?;
    let mut sheet = Sheet(Vec::new());
    sheet.note("settings", State::Good, format!("{}, issuer {}", config.mode.word(), config.server.issuer.as_str()));
    for danger in config.danger.switched_on() {
        sheet.note("settings", State::Notice, format!("{danger} is on"));
    }
    sheet
        .look("passkeys", Passkeys::new(&config.server.issuer).map(|_| "the issuer can be a relying party".to_owned()));
    sheet.clock();
    sheet.files(&config);
    sheet.look("key ring", house::keys(&config).map(|_| format!("{} opens", config.keys.place())));
    sheet.services(&config);
    sheet.database(&config);
    let bad = sheet.0.iter().filter(|check| check.state == State::Bad).count();
    args.reader.tell(&sheet.0, |checks| {
        let word = |state| match state {
            State::Good => "good",
            State::Notice => "look",
            State::Bad => "BAD",
        };
        let rows: Vec<_> = checks
            .iter()
            .map(|check| [word(check.state).to_owned(), check.what.to_owned(), check.found.clone()])
            .collect();
        table(["", "what", "found"], &rows, "")
    })?;
    if bad == 0 { Ok(()) } else { Err(Failure::no(format!("{bad} to mend"))) }
}

/// What was found so far.
struct Sheet(Vec<Check>);

impl Sheet {
    fn note(&mut self, what: &'static str, state: State, found: impl Into<String>) {
        self.0.push(Check { what, state, found: found.into() });
    }

    fn look<E: std::fmt::Display>(&mut self, what: &'static str, found: Result<String, E>) {
        match found {
            Ok(found) => self.note(what, State::Good, found),
            Err(error) => self.note(what, State::Bad, error.to_string()),
        }
    }

    fn clock(&mut self) {
        let now = world::now();
        match now < BUILT_AFTER {
            true => {
                self.note("clock", State::Bad, format!("{} lies before this program was built: set it", instant(now)))
            }
            false => self.note("clock", State::Good, instant(now)),
        }
    }

    fn files(&mut self, config: &Config) {
        let place = config.keys.place();
        let mut private = vec![place.private_file()];
        for url in [&config.store.url, &config.person_keys.url] {
            private.extend(url.strip_prefix("sqlite:").map(Path::new));
        }
        for file in private {
            let path = file.display();
            match house::readable_by_others(file) {
                Ok(false) => self.note("permissions", State::Good, format!("{path} is its owner's only")),
                Ok(true) => self.note("permissions", State::Bad, format!("others may read {path}: chmod 600 {path}")),
                Err(failure) => self.note("permissions", State::Bad, failure.why),
            }
        }
    }

    /// The services that an application needs. Those of a demo run beside it, and only as long as it does.
    fn services(&mut self, config: &Config) {
        let lines = match house::lines(config) {
            Ok(Some(lines)) => lines,
            Ok(None) => return self.note("services", State::Good, "none set: no applications are taken"),
            Err(failure) => return self.note("services", State::Bad, failure.why),
        };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return self.note("services", State::Bad, error.to_string()),
        };
        let world: Arc<dyn World> = Arc::new(world::Real);
        let amiss = if config.mode == Mode::Sandbox { State::Notice } else { State::Bad };
        for (name, well) in runtime.block_on(ports::probe(lines, house::twins(config), &world)) {
            match well {
                Ok(Ok(())) => self.note("services", State::Good, format!("{name} is well")),
                Ok(Err(error)) => self.note("services", amiss, format!("{name}: {error}")),
                Err(error) => self.note("services", State::Bad, format!("ports.{name}: {error}")),
            }
        }
    }

    fn database(&mut self, config: &Config) {
        match store::pending(&config.store) {
            Ok(missing) if missing.is_empty() => self.note("database", State::Good, "reachable, all steps applied"),
            Ok(missing) => {
                return self.note(
                    "database",
                    State::Bad,
                    format!("{} missing: run `hufu migrate`", missing.join(", ")),
                );
            }
            Err(error) => return self.note("database", State::Bad, error.to_string()),
        }
        match Desk::over(config.clone()) {
            Ok(desk) => self.inside(&desk),
            Err(failure) => self.note("database", State::Bad, failure.why),
        }
    }

    /// The key store: every person's key is in it, or the person is lost.
    fn key_store(&mut self, desk: &Desk, people: i64) {
        let what = "key store";
        let keys = house::key_store(&desk.config).and_then(|keys| Ok(desk.wait(keys.read(person_keys::count))?));
        match keys {
            Ok(keys) if keys < people => self.note(
                what,
                State::Bad,
                format!("{keys} keys for {people} persons: restore its latest backup, whose key is lost is lost"),
            ),
            Ok(keys) => self.note(what, State::Good, format!("reachable, all steps applied, {keys} keys")),
            Err(failure) => self.note(what, State::Bad, failure.why),
        }
    }

    /// What lies in the database, and whether it fits the settings and the key ring.
    fn inside(&mut self, desk: &Desk) {
        match house::inspect(desk) {
            Ok(found) => {
                let refusals = desk.config.refusals(&found);
                for refusal in &refusals {
                    self.note(desk.config.mode.word(), State::Bad, refusal.as_str());
                }
                if refusals.is_empty() {
                    self.note(desk.config.mode.word(), State::Good, "nothing here is refused");
                }
            }
            Err(failure) => self.note("websites", State::Bad, failure.why),
        }
        let facts = desk.read(|db| {
            Ok((
                meta::value(db, "issuer")?,
                meta::value(db, BackupProof::FACT)?,
                persons::count(db)?,
                audit::verify(db)?,
            ))
        });
        let (issuer, proved, people, chain) = match facts {
            Ok(facts) => facts,
            Err(failure) => return self.note("database", State::Bad, failure.why),
        };
        let ours = desk.config.server.issuer.as_str();
        if let Some(other) = issuer.filter(|issuer| issuer != ours) {
            self.note(
                "issuer",
                State::Bad,
                format!("the database was made for {other}: what is sealed opens for no other"),
            );
        }
        self.signing_keys(desk);
        self.backup(&desk.config, proved.as_deref().and_then(BackupProof::parse));
        self.note("persons", State::Good, people.to_string());
        self.key_store(desk, people);
        match chain {
            Chain::Whole(entries) => self.note("audit record", State::Good, format!("entries: {entries}, whole")),
            Chain::BrokenAt(entry) => {
                self.note("audit record", State::Bad, format!("entry {entry} is missing or not as it was written"));
            }
        }
    }

    fn signing_keys(&mut self, desk: &Desk) {
        let keys = house::provider(desk, Beside::default()).and_then(|provider| {
            desk.wait(signing::refresh(&provider)).map_err(Failure::unavailable)?;
            desk.wait(signing::list(&provider)).map_err(Failure::unavailable)
        });
        match keys {
            Ok(keys) => {
                let signs = |key: &&signing::Listed| key.stage == Stage::InUse && matches!(key.alg, KeyAlg::Signing(_));
                let sign: Vec<_> = keys.iter().filter(signs).map(|key| key.alg.to_string()).collect();
                match sign.is_empty() {
                    true => self.note("signing keys", State::Notice, "none yet: the first start makes them"),
                    false => self.note("signing keys", State::Good, format!("{} sign, and they open", sign.join(", "))),
                }
            }
            Err(failure) => self.note("signing keys", State::Bad, failure.why),
        }
    }

    /// PROTOCOL 12: the backup of the pairwise keys is proved to restore; of this ring, not of what it once was.
    fn backup(&mut self, config: &Config, proved: Option<BackupProof>) {
        let what = "key backup";
        let how = match config.keys.place() {
            KeyPlace::File(_) => "prove one with `hufu key backup-check FILE`",
            KeyPlace::Token { .. } => "prove one with `hufu key backup-check --token-label LABEL`",
        };
        if config.mode == Mode::Sandbox && proved.is_none() {
            return self.note(what, State::Good, "not needed in a sandbox");
        }
        let Some(proof) = proved else {
            return self.note(what, State::Bad, format!("no copy was ever proved to restore: {how}"));
        };
        let ring = match house::keys(config).and_then(|keys| keys.proof().map_err(Failure::unavailable)) {
            Ok(ring) => ring.fingerprint(),
            Err(failure) => return self.note(what, State::Bad, failure.why),
        };
        let age = world::now().since(proof.at);
        let ago = span(age);
        if proof.ring.is_none_or(|proved| proved != ring) {
            let found = format!("the key ring has changed since a copy was proved, {ago} ago: copy it again and {how}");
            return self.note(what, State::Bad, found);
        }
        match age <= PROOF_LASTS {
            true => self.note(what, State::Good, format!("proved to restore, {ago} ago")),
            false => self.note(what, State::Notice, format!("proved {ago} ago: {how} again")),
        }
    }
}
