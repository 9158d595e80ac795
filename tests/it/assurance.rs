//! docs/assurance.md, the published ladder, held against the code: every row of its tables says what the code does.

use hufu::person::{DocumentProof, Evidence, FaceProof, Uniqueness};
use hufu::spec::{Acr, Assurance, Factor, FactorSet, KeyHome, Ladder, Timestamp, lifetime};
use std::time::Duration;

const NOW: Timestamp = Timestamp::from_unix(0);

/// The rows of the table whose head begins so, each as its cells.
fn table(head: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string("docs/assurance.md").expect("the page");
    let rows: Vec<Vec<String>> = text
        .lines()
        .skip_while(|line| !line.starts_with(head))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    assert!(!rows.is_empty(), "no table {head}");
    rows
}

/// The words in backticks.
fn words(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn hours(cell: &str) -> Duration {
    let hours: u64 = cell.strip_suffix(" h").and_then(|hours| hours.parse().ok()).expect("hours");
    Duration::from_secs(hours * 3600)
}

fn factor(word: &str) -> Factor {
    serde_json::from_value(word.into()).expect("a factor")
}

fn everything(passkey: Assurance) -> FactorSet {
    FactorSet::cert(NOW, passkey).join(&FactorSet::pin_and_code(NOW)).join(&FactorSet::face(NOW))
}

#[test]
fn the_published_levels_are_those_of_the_code() {
    let rows = table("| `acr` | factors |");
    assert_eq!(rows.len(), Acr::LADDER.len());
    for (row, level) in rows.iter().zip(Acr::LADDER) {
        assert_eq!(words(&row[0]), [level.wire()]);
        assert_eq!(words(&row[1]).into_iter().map(factor).collect::<Vec<_>>(), level.factors());
        assert_eq!(words(&row[2]), everything(Assurance::Synced).amr(*level));
        assert_eq!(hours(&row[3]), lifetime::level(*level), "{}", level.wire());
    }
}

#[test]
fn the_published_factors_are_those_of_the_code() {
    let rows = table("| factor | what");
    let said: Vec<Factor> = rows.iter().map(|row| factor(words(&row[0])[0])).collect();
    assert_eq!(said, [Factor::Cert, Factor::Pin, Factor::Code, Factor::Face]);
    for (row, factor) in rows.iter().zip(said) {
        assert_eq!(hours(&row[2]), lifetime::factor(factor), "{factor:?}");
    }
}

#[test]
fn the_published_caps_are_those_of_the_code() {
    let rows = table("| how the document was proved |");
    let mut said = Vec::new();
    for row in &rows {
        let document: DocumentProof = serde_json::from_value(words(&row[1])[0].into()).expect("a way of proving");
        let evidence = Evidence {
            document,
            face: FaceProof::Compared,
            uniqueness: Uniqueness::Registry,
            weak_hash: false,
            at: NOW,
        };
        assert_eq!(words(&row[2]), [evidence.cap().wire()], "{document:?}");
        // "SHA-1 in the chip's signatures caps at `urn:hufu:acr:cert` as well".
        assert_eq!(Evidence { weak_hash: true, ..evidence }.cap(), Acr::Cert);
        said.push(document);
    }
    // A match, so that a new way of proving is not forgotten here.
    let all = |document: DocumentProof| match document {
        DocumentProof::ActiveAuthentication
        | DocumentProof::ChipAuthentication
        | DocumentProof::ResidentCard
        | DocumentProof::Voucher
        | DocumentProof::PassiveOnly => 5,
    };
    assert_eq!(said.len(), all(said[0]));
}

#[test]
fn the_published_names_of_passkeys_are_those_of_the_code() {
    let ladder = Ladder::default().attesting(Vec::new());
    let rows = table("| passkey | on its");
    assert_eq!(rows.len(), 3);
    for row in rows {
        let passkey = match words(&row[0])[0] {
            "Synced" => Assurance::Synced,
            "DeviceBound" => Assurance::DeviceBound,
            "Attested" => Assurance::Attested,
            other => panic!("{other}"),
        };
        let met = |name: &str| ladder.rung(name).expect("offered").met_by(&FactorSet::cert(NOW, passkey));
        let said = |cell: &str| cell == "yes";
        assert_eq!((said(&row[2]), said(&row[3])), (met("phr"), met("phrh")), "{passkey:?}");
    }
}

/// PROTOCOL 20: what others gave a meaning to is told only where the page says.
#[test]
fn the_published_names_of_others_are_told_where_the_page_says() {
    let rows = table("| `acr` | what must have happened | told where |");
    let names: Vec<_> = rows.iter().map(|row| words(&row[0]).first().copied().unwrap_or("any other")).collect();
    assert_eq!(names, ["phr", "phrh", "any other"]);
    let (bare, attesting) = (Ladder::default(), Ladder::default().attesting(Vec::new()));
    assert!(bare.rung("phr").is_some() && bare.rung("phrh").is_none());
    let phrh = attesting.rung("phrh").expect("offered");
    assert_eq!((phrh.level, phrh.key), (Acr::Cert, KeyHome::AttestedDevice));
    assert!(phrh.amr(&everything(Assurance::Attested)).contains(&"hwk"), "`amr` then holds `hwk`");
    assert_eq!(attesting.rung("http://eidas.europa.eu/LoA/high"), None);
}
