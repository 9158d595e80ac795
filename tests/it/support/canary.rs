//! Looks for what must not be there, in whatever guise: in a row, in a file, in what leaves the house.

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
pub struct Search {
    filed: HashMap<[u8; FIRST], Vec<(Vec<u8>, &'static str)>>,
}

const FIRST: usize = 6;

impl Search {
    pub fn for_all(secrets: &[(&'static str, Vec<u8>)]) -> Self {
        let mut filed: HashMap<[u8; FIRST], Vec<(Vec<u8>, &'static str)>> = HashMap::new();
        for (what, secret) in secrets {
            for guise in guises(secret) {
                let first = guise[..FIRST].try_into().expect("no secret is so short");
                filed.entry(first).or_default().push((guise, what));
            }
        }
        Self { filed }
    }

    /// What `text` holds, in whatever guise.
    pub fn found_in(&self, text: &str) -> Option<&'static str> {
        readings(text).iter().find_map(|reading| self.found_in_bytes(reading))
    }

    /// What these bytes hold as they are.
    pub fn found_in_bytes(&self, bytes: &[u8]) -> Option<&'static str> {
        bytes.windows(FIRST).enumerate().find_map(|(at, first)| {
            let first: [u8; FIRST] = first.try_into().ok()?;
            let here = self.filed.get(&first)?.iter().find(|(guise, _)| bytes[at..].starts_with(guise))?;
            Some(here.1)
        })
    }
}

/// What the registry knows of a person (name, birth date as `YYYY-MM-DD`, document number, telephone as `+86 …`), in every form
/// that a program writes.
pub fn forms_of([name, birthdate, document, phone]: [&str; 4]) -> Vec<(&'static str, Vec<u8>)> {
    let dialled: String = phone.chars().filter(|c| !c.is_whitespace()).collect();
    let forms = [
        ("name", name.to_owned()),
        ("birth date", birthdate.to_owned()),
        ("birth date in digits", birthdate.replace('-', "")),
        ("document", document.to_owned()),
        ("phone", phone.to_owned()),
        ("phone at home", dialled.trim_start_matches("+86").to_owned()),
        ("phone as dialled", dialled),
    ];
    forms.into_iter().map(|(what, form)| (what, form.into_bytes())).collect()
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
