//! A country whose chips a house believes, and the passport of somebody in it.

use super::Services;
use crate::db::TestDb;
use crate::house::{House, Plan};
use hufu::document::DocumentKind;
use hufu::sandbox::chip::{Country, Holder, Papers, Proves, ScriptedReader};
use hufu::sandbox::registry::Persona;
use std::sync::Arc;
use time::macros::date;

pub fn country() -> Country {
    Country::from_seed([7; 32], 2026)
}

pub async fn house_of(db: TestDb, services: &Services) -> House {
    let plan = Plan { ports: Some(services.ports()), issuers: Arc::new(country().trusted()), ..Plan::default() };
    House::built(db, plan).await
}

pub fn lin_of_the_sandbox() -> Holder {
    Holder::of_persona(&Persona::of_key("lin").expect("a persona"), 2026)
}

pub fn papers(kind: DocumentKind, proves: Proves) -> Papers<'static> {
    Papers { kind, number: None, proves, expires: date!(2031 - 01 - 01) }
}

/// A reader that holds Lin's passport, whose chip proves so much of itself.
pub fn passport(proves: Proves) -> ScriptedReader {
    ScriptedReader::new(country().issue(&lin_of_the_sandbox(), papers(DocumentKind::Passport, proves)))
}
