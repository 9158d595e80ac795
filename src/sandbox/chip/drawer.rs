//! The documents with a chip that the sandbox's people have, and what somebody may hold to a reader in their place.
//!
//! A passport proves itself by a signature and the other kinds by an agreement, so that both ways are seen.

use super::card::Card;
use super::country::Country;
use super::holder::Holder;
use super::papers::{Papers, Proves};
use super::reader::{Mischief, ScriptedReader};
use crate::document::{DocumentKind, ReaderFailure};
use crate::sandbox::newcomer::{Newcomer, newcomers};
use crate::sandbox::registry::{PERSONAS, Persona};
use time::macros::format_description;
use time::{Date, Duration};

/// A document of somebody's.
#[derive(Clone, Debug)]
pub struct ChipDocument {
    pub holder: Holder,
    pub kind: DocumentKind,
    pub number: String,
    /// The last day on which it is valid.
    pub expires: Date,
}

/// All of them, and the country that issued them.
pub struct Drawer {
    pub newcomers: Vec<ChipDocument>,
    pub personas: Vec<ChipDocument>,
    /// What is copied, what has expired, and what another authority would have issued.
    sample: ChipDocument,
    country: Country,
    day: Date,
}

impl ChipDocument {
    /// A persona's passport, in a sandbox that was made on `day`.
    pub fn of_persona(persona: &Persona, day: Date) -> Self {
        let holder = Holder::of_persona(persona, day.year());
        let kind = DocumentKind::Passport;
        Self { number: holder.number_of(kind), holder, kind, expires: day + Duration::days(5 * 365) }
    }

    /// Those of a newcomer's documents that have a chip of ICAO's.
    fn of_newcomer(newcomer: &Newcomer) -> impl Iterator<Item = Self> {
        newcomer.documents.iter().filter_map(|document| {
            let (kind, number) = (document.kind, document.number.clone());
            if matches!(kind, DocumentKind::ResidentIdentityCard | DocumentKind::ResidencePermit) {
                return None;
            }
            let expires =
                Date::parse(document.last_day.as_deref()?, format_description!("[year]-[month]-[day]")).ok()?;
            Some(Self { holder: Holder::of_newcomer(newcomer), kind, number, expires })
        })
    }

    fn issued_by(&self, country: &Country, expires: Date) -> Card {
        let proves = match self.kind {
            DocumentKind::Passport => Proves::ActiveEcdsa,
            _ => Proves::ChipAuthentication,
        };
        country.issue(&self.holder, Papers { kind: self.kind, number: Some(&self.number), proves, expires })
    }
}

impl Drawer {
    /// The drawer of a sandbox that was made on `day`.
    pub fn of(country: Country, day: Date) -> Self {
        Self {
            newcomers: newcomers(day).iter().flat_map(ChipDocument::of_newcomer).collect(),
            personas: PERSONAS.iter().map(|persona| ChipDocument::of_persona(persona, day)).collect(),
            sample: ChipDocument::of_persona(&PERSONAS[0], day),
            country,
            day,
        }
    }

    /// A reader on which that lies: a document by its number, or by a word what looks like one and is none.
    pub fn hold(&self, what: &str) -> ScriptedReader {
        let (home, sample) = (&self.country, &self.sample);
        if let Some(document) = self.newcomers.iter().chain(&self.personas).find(|document| document.number == what) {
            return ScriptedReader::new(document.issued_by(home, document.expires));
        }
        let genuine = || sample.issued_by(home, sample.expires);
        match what {
            "copy" => ScriptedReader::that(Mischief::Clone, genuine()),
            "expired" => ScriptedReader::new(sample.issued_by(home, self.day - Duration::days(30))),
            "unknown-authority" => ScriptedReader::new(sample.issued_by(&home.impostor(), sample.expires)),
            // A resident card, say: what it has is no chip of this kind.
            _ => ScriptedReader::that(Mischief::Fails(ReaderFailure::NoChip), genuine()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{ChipSession, DocumentRefused, Next, Possession, ReaderAnswer, ReaderStep, VerifiedDocument};
    use crate::sandbox::chip::Heard;
    use crate::spec::Timestamp;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::collections::BTreeSet;

    const DAY: Date = time::macros::date!(2026 - 11 - 28);

    fn drawer() -> Drawer {
        Drawer::of(Country::from_seed([7; 32], 2026), DAY)
    }

    /// The rounds in JSON, against a server that knows this country.
    fn read(drawer: &Drawer, what: &str) -> Result<VerifiedDocument, DocumentRefused> {
        let (trust, now) =
            (drawer.country.trusted(), Timestamp::from_unix(DAY.midnight().assume_utc().unix_timestamp()));
        let mut reader = drawer.hold(what);
        let (mut session, task) = ChipSession::begin(&mut StdRng::seed_from_u64(1));
        let mut answer = reader.begin(&serde_json::to_vec(&task).expect("JSON")).expect("a task");
        loop {
            match session.answer(ReaderAnswer::parse(&answer)?, &trust, now)? {
                Next::Read(document) => return Ok(*document),
                Next::More(next, task) => {
                    session = next;
                    let step = serde_json::to_vec(&ReaderStep::More { task }).expect("JSON");
                    let Ok(Heard::More(next)) = reader.hear(&step) else { panic!("one more") };
                    answer = next;
                }
            }
        }
    }

    /// Issue 4, 2: "correctly signed chips, with a scripted reader": what the chip says is what the newcomer is.
    #[test]
    fn every_document_is_read_as_its_holders() {
        let drawer = drawer();
        let mut seen = BTreeSet::new();
        for document in drawer.newcomers.iter().chain(&drawer.personas) {
            let (key, holder) = (&document.holder.key, &document.holder);
            let read = read(&drawer, &document.number).unwrap_or_else(|error| panic!("{key}: {error}"));
            assert_eq!((read.kind(), read.number().expose()), (document.kind, document.number.as_str()), "{key}");
            assert_eq!((read.name(), read.sex(), read.expires()), (holder.name.clone(), holder.sex, document.expires));
            assert_eq!(read.birth_date().to_string(), holder.birthdate);
            assert_eq!(read.personal_number(), holder.resident_number.as_deref(), "{key}");
            assert_eq!(read.nationality(), if key == "martin" { "FRA" } else { "CHN" });
            let proved = match document.kind {
                DocumentKind::Passport => Possession::ActiveAuthentication,
                _ => Possession::ChipAuthentication,
            };
            assert_eq!(read.possession(), proved);
            assert!(seen.insert(read.number().expose().to_owned()), "{key}");
        }
        assert_eq!(seen.len(), 5 + PERSONAS.len());
    }

    #[test]
    fn what_looks_like_a_document_is_refused_for_what_it_is() {
        let drawer = drawer();
        for (what, code) in [
            ("copy", "not_the_chip"),
            ("expired", "expired"),
            ("unknown-authority", "signer_not_trusted"),
            ("library card", "no_chip"),
        ] {
            assert_eq!(read(&drawer, what).expect_err(what).code(), code, "{what}");
        }
    }

    /// docs/ports/reader.md, "The rounds".
    #[test]
    fn a_reader_hears_the_last_step_and_nothing_that_is_none() {
        let mut reader = drawer().hold("copy");
        assert_eq!(reader.hear(br#"{"step":"done"}"#).expect("a step"), Heard::Done);
        let refused = reader.hear(br#"{"step":"refused","code":"expired","message":"it is"}"#).expect("a step");
        assert_eq!(refused, Heard::Refused { code: "expired".into(), message: "it is".into() });
        for noise in ["", "[]", r#"{"step":"dance"}"#, "<html>"] {
            assert!(reader.hear(noise.as_bytes()).is_err() && reader.begin(noise.as_bytes()).is_err(), "{noise}");
        }
    }
}
