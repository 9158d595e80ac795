//! The registry's twin. docs/ports/registry.md.

use super::Twin;
use super::exchange::{Answered, Question, Wrong};
use crate::sandbox::newcomer::AtRegistry;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lookup {
    document: Document,
    name: String,
    birthdate: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    kind: String,
    number: String,
}

const KINDS: [&str; 6] = [
    "resident_identity_card",
    "passport",
    "hong_kong_macao_permit",
    "taiwan_permit",
    "residence_permit",
    "foreign_permanent_resident_card",
];

pub(super) fn look_up(twin: &Twin, question: &Question<'_>) -> Answered {
    let Lookup { document, name, birthdate } = question.read()?;
    if !KINDS.contains(&document.kind.as_str()) {
        return Err(Wrong("no such kind of document"));
    }
    let found = twin.people.by_document(&document.kind, &document.number);
    Ok(match found.filter(|found| found.is_called(&name) && found.birthdate == birthdate) {
        None => json!({ "answer": "no" }),
        Some(found) => match found.standing {
            AtRegistry::Known => json!({ "answer": "yes", "registry_ref": found.reference() }),
            AtRegistry::Suspended => json!({ "answer": "suspended" }),
            AtRegistry::Deceased => json!({ "answer": "deceased" }),
            AtRegistry::Unknown => json!({ "answer": "no" }),
        },
    })
}
