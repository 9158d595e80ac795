//! `hufu persona`: the invented people of a sandbox.

use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::house::Beside;
use super::out::{self, Reader, table};
use super::place::Place;
use super::{crowd, house, text, world};
use crate::config::{Config, Mode};
use crate::flow::Provider;
use crate::keys::TagPurpose;
use crate::person::{NetworkNumber, PersonState, in_china};
use crate::sandbox::data::{DataDir, Made, Passkey, Secrets};
use crate::sandbox::registry::{CROWD, PERSONAS, Persona, Way};
use crate::sandbox::seed::{self, Tools};
use crate::spec::NumberDigest;
use crate::store::{person_keys, persons};
use clap::{Subcommand, ValueEnum};
use serde::Serialize;
use serde_json::json;
use std::path::Path;

/// What can be done with personas.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Lists the people of a sandbox, with what they type to sign in
    List {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        reader: Reader,
    },
    /// Adds another adult, also while the sandbox runs
    Add {
        #[command(flatten)]
        place: Place,
        /// How the person signs in
        #[arg(long, value_enum, default_value = "pin-and-code")]
        way: AddWay,
        /// Add the nine people of `hufu demo` instead, those who are missing
        #[arg(long, conflicts_with = "way")]
        all: bool,
        /// Add a crowd of so many for load tests, up to a million: each with a number and a code of their own, and one PIN
        #[arg(long, value_name = "N", conflicts_with_all = ["way", "all"])]
        count: Option<usize>,
        #[command(flatten)]
        reader: Reader,
    },
    /// Shows one of them, also of a crowd, which `list` does not list
    Show {
        #[command(flatten)]
        place: Place,
        /// The persona's key in `persona list --json`, or `crowd-NUMBER`
        key: String,
        #[command(flatten)]
        reader: Reader,
    },
    /// Lifts the freeze of somebody who has no passkey to lift it with
    Lift {
        #[command(flatten)]
        place: Place,
        /// The network number, or the persona's key in `persona list --json`
        who: String,
    },
}

/// The ways that can be chosen.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AddWay {
    /// Number, PIN and the code of an authenticator app
    PinAndCode,
    /// Number, PIN and a code that never changes
    FixedCode,
    /// A passkey only
    Passkey,
}

impl From<AddWay> for Way {
    fn from(way: AddWay) -> Self {
        match way {
            AddWay::PinAndCode => Self::PinAndCode,
            AddWay::FixedCode => Self::FixedCode,
            AddWay::Passkey => Self::Passkey,
        }
    }
}

/// A persona as `hufu demo --json` and `hufu persona list --json` introduce it.
#[derive(Clone, Debug, Serialize)]
pub struct Introduced {
    pub key: String,
    pub network_number: String,
    pub pin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otpauth: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_code: Option<String>,
    /// For WebDriver's "Add Credential".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passkey: Option<Passkey>,
    /// The code of this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_now: Option<String>,
    pub name: String,
    pub birthdate: String,
    pub document_number: String,
    pub phone: String,
    pub note: &'static str,
}

impl Introduced {
    /// Everybody whom the sandbox made.
    pub fn all(made: &Made) -> Result<Vec<Self>, Failure> {
        made.personas.iter().map(|secrets| Self::one(secrets, made.year)).collect()
    }

    fn one(secrets: &Secrets, year: i32) -> Result<Self, Failure> {
        let persona = persona_of(secrets)?;
        let identity = persona.identity(year);
        let source = secrets.code_source().map_err(Failure::settings)?;
        let label = secrets.number().map_err(Failure::settings)?.masked();
        let otpauth = source.as_ref().map(|source| source.otpauth_uri("Hufu", &label)).transpose();
        Ok(Self {
            key: secrets.key.clone(),
            network_number: secrets.network_number.clone(),
            pin: secrets.pin.clone(),
            otpauth: otpauth.map_err(Failure::settings)?.flatten(),
            fixed_code: secrets.fixed_code.clone(),
            passkey: secrets.passkey.clone(),
            code_now: source.map(|source| source.danger_current(world::now()).expose().to_owned()),
            name: identity.name,
            birthdate: identity.birthdate,
            document_number: identity.document_number,
            phone: identity.phone,
            note: persona.note,
        })
    }
}

fn persona_of(secrets: &Secrets) -> Result<Persona, Failure> {
    Persona::of_key(&secrets.key)
        .ok_or_else(|| Failure::settings(format!("sandbox.json: the registry knows no {}", secrets.key)))
}

pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::List { place, reader } => {
            let data = sandbox(&place.settings()?)?;
            let made = data.made().map_err(Failure::at(data.path().display()))?;
            let people = made.as_ref().map_or_else(|| Ok(Vec::new()), Introduced::all)?;
            let crowd = made.and_then(|made| made.crowd).map_or(0, |crowd| crowd.count);
            reader.tell(&people, |people| match crowd {
                0 => shown(people),
                _ => format!("{}\nAnd a crowd of {crowd}: `hufu persona show crowd-1`.", shown(people)),
            })
        }
        Command::Show { place, key, reader } => {
            let data = sandbox(&place.settings()?)?;
            let made = data.made().map_err(Failure::at(data.path().display()))?;
            let found = made.as_ref().and_then(|made| Some((secrets_of(made, key)?, made.year)));
            let (secrets, year) = found.ok_or_else(|| Failure::no("no persona of this sandbox"))?;
            reader.tell(&Introduced::one(&secrets, year)?, |one| shown(std::slice::from_ref(one)))
        }
        Command::Add { place, count: Some(count), reader, .. } => {
            let desk = Desk::open(place)?;
            let provider = house::provider(&desk, Beside::default())?;
            let data = sandbox(&desk.config)?;
            let summary = crowd::add(&desk, &provider, &data, *count)?;
            reader.tell(&summary, |summary| {
                let crowd::Summary { first, last, seconds, persons_per_second, .. } = summary;
                format!("{first} to {last}: {seconds:.1} s, {persons_per_second:.0} persons a second.")
            })
        }
        Command::Add { place, way, all, reader, .. } => {
            let desk = Desk::open(place)?;
            let provider = house::provider(&desk, Beside::default())?;
            let data = sandbox(&desk.config)?;
            let mut made = begin(&data, &provider)?;
            let known = made.personas.len();
            if *all {
                invent_missing(&mut made, &provider)?;
            } else {
                let last =
                    made.personas.iter().filter_map(|secrets| Persona::number_of(&secrets.key)).max().unwrap_or(0);
                let persona =
                    Persona::more(last + 1, (*way).into()).ok_or_else(|| Failure::no("the registry is full"))?;
                made.personas.push(invent(&persona, &made, &provider)?);
            }
            settle(&desk, &provider, &data, &made)?;
            let added: Vec<_> = Introduced::all(&made)?.split_off(if *all { 0 } else { known });
            match added.as_slice() {
                [one] => reader.tell(one, |one| shown(std::slice::from_ref(one))),
                people => reader.tell(&people, |people| shown(people)),
            }
        }
        Command::Lift { place, who } => {
            lift(&Desk::open(place)?, who)?;
            out::line("The freeze is lifted.")
        }
    }
}

/// What the persona of that key types, listed or of the crowd.
fn secrets_of(made: &Made, key: &str) -> Option<Secrets> {
    if let Some(listed) = made.personas.iter().find(|secrets| secrets.key == key) {
        return Some(listed.clone());
    }
    let (crowd, number) = (made.crowd.as_ref()?, key.strip_prefix(CROWD)?.parse().ok()?);
    (1..=crowd.count).contains(&number).then(|| crowd.secrets(number, &crowd.pin()))
}

/// What the person would do with a passkey: only a freeze can be lifted, and the number, the handle and every sub stay.
fn lift(desk: &Desk, who: &str) -> Result<(), Failure> {
    let data = sandbox(&desk.config)?;
    let provider = house::provider(desk, Beside::default())?;
    let made = begin(&data, &provider)?;
    let typed = NetworkNumber::parse(who).ok();
    let meant = |secrets: &&Secrets| {
        let number = typed.as_ref().zip(secrets.number().ok());
        number.is_some_and(|(typed, number)| typed.matches(&number))
    };
    let secrets = made.personas.iter().find(meant).cloned().or_else(|| secrets_of(&made, who));
    let secrets = secrets.ok_or_else(|| Failure::no("no persona of this sandbox"))?;
    let number = secrets.number().map_err(Failure::settings)?;
    let digest = NumberDigest::from_bytes(provider.keys.tag(TagPurpose::Number, &[number.expose()]));
    let lifted = desk.change(Entry::new("persona lift", json!({ "key": secrets.key })), move |tx| {
        let Some(person) = persons::by_number_digest(tx, &digest)? else { return Ok(None) };
        let Some(lifted) = PersonState::parse(&person.state).and_then(|state| state.lift().ok()) else {
            return Ok(None);
        };
        Ok(persons::set_state(tx, &person.id, person.version, lifted.text())?.then_some(()))
    })?;
    lifted.ok_or_else(|| Failure::no("the persona is not frozen"))
}

/// Where a sandbox keeps what its people type: beside its key ring.
fn sandbox(config: &Config) -> Result<DataDir, Failure> {
    match config.mode {
        Mode::Sandbox => Ok(DataDir::at(config.keys.file.parent().unwrap_or(Path::new(".")))),
        Mode::Production => {
            Err(Failure::settings("personas are invented people: they live in a sandbox (mode = \"sandbox\")"))
        }
    }
}

/// What the sandbox made so far.
pub fn begin(data: &DataDir, provider: &Provider) -> Result<Made, Failure> {
    let made = data.made().map_err(Failure::at(data.path().display()))?;
    let fresh = || Made {
        issuer: provider.issuer.clone(),
        year: text::year(world::now()),
        // Ages are counted by the calendar of China, as an application counts them.
        day: Some(text::day(in_china(world::now()))),
        twins: None,
        personas: Vec::new(),
        crowd: None,
        client: None,
        suite: None,
    };
    Ok(made.unwrap_or_else(fresh))
}

/// Invents those of the nine who are missing.
pub fn invent_missing(made: &mut Made, provider: &Provider) -> Result<(), Failure> {
    for persona in &PERSONAS {
        if made.personas.iter().all(|secrets| secrets.key != persona.key) {
            let secrets = invent(persona, made, provider)?;
            made.personas.push(secrets);
        }
    }
    Ok(())
}

fn invent(persona: &Persona, made: &Made, provider: &Provider) -> Result<Secrets, Failure> {
    seed::invent(persona, made.year, &provider.keys, &mut *world::rng()).map_err(Failure::unavailable)
}

/// Keeps the secrets, then writes the rows that are missing: a command that was cut off leaves nobody in the database
/// whose PIN is lost.
pub fn settle(desk: &Desk, provider: &Provider, data: &DataDir, made: &Made) -> Result<(), Failure> {
    data.keep(made).map_err(Failure::at(data.path().display()))?;
    made.personas.iter().try_for_each(|secrets| move_in(desk, provider, made.year, secrets))
}

/// Puts a persona into the database, unless it is there.
fn move_in(desk: &Desk, provider: &Provider, year: i32, secrets: &Secrets) -> Result<(), Failure> {
    let (keys, passkeys, rack) = (&provider.keys, &provider.passkeys, &provider.rack);
    let tools = Tools { keys, passkeys, rack, now: world::now(), year };
    let digest = tools.number_digest(&secrets.number().map_err(Failure::settings)?);
    if desk.read(move |db| persons::by_number_digest(db, &digest))?.is_some() {
        return Ok(());
    }
    let rows = tools.rows(&persona_of(secrets)?, secrets, &mut *world::rng()).map_err(Failure::unavailable)?;
    let key = rows.key.clone();
    desk.wait(provider.person_keys.write(move |tx| person_keys::insert(tx, &key)))?;
    desk.change(Entry::new("persona add", json!({ "key": secrets.key })), move |tx| rows.insert(tx))?;
    Ok(())
}

/// The people as a table.
pub fn shown(people: &[Introduced]) -> String {
    let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".into());
    let rows: Vec<_> = people
        .iter()
        .map(|one| {
            let number = one.network_number.clone();
            [one.name.clone(), number, dash(&one.pin), dash(&one.code_now), one.note.to_owned()]
        })
        .collect();
    table(["name", "network number", "PIN", "code now", ""], &rows, "Nobody.")
}
