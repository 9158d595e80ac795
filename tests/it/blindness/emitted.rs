//! What leaves the house, and what lies in the tables, holds no byte of what a person is known by (PROTOCOL 1, 2, 4, 9).

use super::story::{Citizen, Story, Upkeep, told};
use crate::apply::{self, Services};
use crate::db::on_each_database;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use std::collections::HashMap;

/// Every guise in which `bytes` may hide in a text: raw, hex, and base64 at each of its three alignments.
fn guises(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut guises = vec![bytes.to_vec(), HEXLOWER.encode(bytes).into_bytes(), HEXUPPER.encode(bytes).into_bytes()];
    for shift in 0..3_usize {
        let shifted = [vec![0; shift], bytes.to_vec()].concat();
        // Without the letters that the neighbours have a part in.
        let (from, until) = ([0, 2, 3][shift], shifted.len() * 8 / 6);
        for alphabet in [&BASE64_NOPAD, &BASE64URL_NOPAD] {
            guises.push(alphabet.encode(&shifted).as_bytes()[from..until].to_vec());
        }
    }
    guises
}

/// A text and what its parts decode to.
fn readings(text: &str) -> Vec<Vec<u8>> {
    let mut readings = vec![text.as_bytes().to_vec()];
    for part in text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '/' | '='))) {
        for alphabet in [&BASE64URL_NOPAD, &BASE64_NOPAD, &BASE64] {
            readings.extend(alphabet.decode(part.as_bytes()));
        }
        readings.extend(HEXLOWER.decode(part.trim_start_matches('x').to_lowercase().as_bytes()));
    }
    readings
}

/// Looks for many secrets at once: each guise is filed under its first bytes, and each text is read once.
struct Search<'a> {
    filed: HashMap<[u8; FIRST], Vec<(Vec<u8>, &'a str)>>,
}

const FIRST: usize = 6;

impl<'a> Search<'a> {
    fn for_all(secrets: &'a [(&'static str, Vec<u8>)]) -> Self {
        let mut filed: HashMap<[u8; FIRST], Vec<(Vec<u8>, &str)>> = HashMap::new();
        for (what, secret) in secrets {
            for guise in guises(secret) {
                let first = guise[..FIRST].try_into().expect("no secret is so short");
                filed.entry(first).or_default().push((guise, what));
            }
        }
        Self { filed }
    }

    /// What `text` holds, in whatever guise.
    fn found_in(&self, text: &str) -> Option<&'a str> {
        let found = |reading: &[u8], at: usize| {
            let first: [u8; FIRST] = reading[at..at + FIRST].try_into().ok()?;
            let here = self.filed.get(&first)?.iter().find(|(guise, _)| reading[at..].starts_with(guise))?;
            Some(here.1)
        };
        readings(text)
            .iter()
            .find_map(|reading| (0..(reading.len() + 1).saturating_sub(FIRST)).find_map(|at| found(reading, at)))
    }
}

/// What a person is known by to us, and what the registry knows.
fn known_by(citizen: &Citizen) -> Vec<(&'static str, Vec<u8>)> {
    let number = citizen.person.number.clone();
    let reference = citizen.secrets.registry_ref.as_ref().expect("the registry's twin knows everybody");
    vec![
        ("number", number.replace('-', "").into_bytes()),
        ("number as typed", number.into_bytes()),
        ("handle", citizen.secrets.handle.expose().to_vec()),
        ("webauthn user", citizen.secrets.webauthn_user.as_bytes().to_vec()),
        ("pin", citizen.person.pin.clone().into_bytes()),
        ("name", citizen.identity.name.clone().into_bytes()),
        ("birth date", citizen.identity.birthdate.clone().into_bytes()),
        ("document", citizen.identity.document_number.clone().into_bytes()),
        ("registry's reference", reference.expose().as_bytes().to_vec()),
        ("phone", citizen.identity.phone.clone().into_bytes()),
    ]
}

fn rows(story: &Story) -> impl Iterator<Item = (&String, String)> {
    let tables = story.snapshots.last().into_iter().flatten();
    tables
        .flat_map(|(table, rows)| rows.iter().map(move |row| (table, serde_json::Value::from(row.clone()).to_string())))
}

on_each_database! {
    /// PROTOCOL 2, 4: ID token, UserInfo, code, access token and redirect; PROTOCOL 9 and 10: the tables.
    async fn nothing_that_leaves_and_nothing_that_is_kept_holds_a_number_a_handle_or_an_identity(db) {
        let services = Services::default();
        let house = apply::house(db, &services).await;
        let story = told(&house, &services, Upkeep::Mingles, 12).await;
        assert!(story.emitted.len() > 200, "{}", story.emitted.len());
        let mut known: Vec<_> = story.citizens.iter().flat_map(known_by).collect();
        let search = Search::for_all(&known);
        for (table, row) in rows(&story) {
            assert_eq!(search.found_in(&row), None, "{table} {row}");
        }
        // The tables may hold a person's row id; a website may not.
        known.extend(story.citizens.iter().map(|citizen| ("person id", citizen.person.id.as_bytes().to_vec())));
        let search = Search::for_all(&known);
        for given in &story.emitted {
            assert_eq!(search.found_in(given), None, "{given}");
        }
    }
}

/// The search finds what it looks for, in every guise.
#[test]
fn a_secret_is_found_in_every_guise() {
    let secret = b"a handle of thirty-two bytes, or";
    let secrets = [("handle", secret.to_vec())];
    let search = Search::for_all(&secrets);
    for around in 0..6 {
        let text = [vec![b'.'; around], secret.to_vec(), vec![b'!'; 5]].concat();
        for hidden in [
            String::from_utf8_lossy(&text).into_owned(),
            format!("token {}", BASE64URL_NOPAD.encode(&text)),
            format!("{{\"sealed\":\"\\\\x{}\"}}", HEXLOWER.encode(&text)),
            format!("x.{}.y", BASE64URL_NOPAD.encode(BASE64.encode(&text).as_bytes())),
        ] {
            assert_eq!(search.found_in(&hidden), Some("handle"), "{around} {hidden}");
        }
    }
    assert_eq!(search.found_in("a handle of thirty-two bytes"), None);
}
