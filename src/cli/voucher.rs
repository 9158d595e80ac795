//! `hufu voucher`: the way to a number for whoever has no chip or shows no camera their face. Two officers, whom the record
//! names, see the document and its holder at a counter.

use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::house;
use super::house::Beside;
use super::out::Reader;
use super::place::Place;
use super::text::instant;
use super::world;
use crate::document::{DocumentKind, DocumentNumber};
use crate::flow::Provider;
use crate::flow::apply::{self, Issue};
use crate::spec::{BirthDate, VoucherId, lifetime};
use crate::store::vouchers;
use clap::Subcommand;
use serde_json::json;

/// What can be done with vouchers.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Writes down what the first officer saw; another officer has to approve it
    #[command(after_help = "\
Example:
  hufu voucher issue --officer 'Li Wei' --document-kind resident_identity_card \\
    --document-number 11010519491231002X --name 林安然 --birthdate 1949-12-31")]
    Issue {
        #[command(flatten)]
        place: Place,
        /// The officer who saw the document and its holder
        #[arg(long, value_name = "NAME", value_parser = officer)]
        officer: String,
        /// resident_identity_card, passport, hong_kong_macao_permit, taiwan_permit, residence_permit or
        /// foreign_permanent_resident_card
        #[arg(long, value_name = "KIND", value_parser = kind)]
        document_kind: DocumentKind,
        /// Its number, as printed
        #[arg(long, value_name = "NUMBER")]
        document_number: String,
        /// The holder's name, as printed
        #[arg(long, value_name = "NAME")]
        name: String,
        /// The holder's birth date, YYYY-MM-DD
        #[arg(long, value_name = "DATE", value_parser = day)]
        birthdate: BirthDate,
        #[command(flatten)]
        reader: Reader,
    },
    /// Has a second officer approve a voucher, and prints the code for its holder: once
    #[command(after_help = "Example: hufu voucher approve AAdT… --officer 'Zhang Min'")]
    Approve {
        /// What `hufu voucher issue` printed
        #[arg(value_name = "ID", value_parser = id)]
        id: VoucherId,
        #[command(flatten)]
        place: Place,
        /// The officer who looked again: not the one who issued it
        #[arg(long, value_name = "NAME", value_parser = officer)]
        officer: String,
        #[command(flatten)]
        reader: Reader,
    },
}

/// Characters of an officer's or a holder's name.
const LONGEST_NAME: usize = 100;

fn officer(text: &str) -> Result<String, String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    if fits { Ok(name) } else { Err(format!("a name of 1 to {LONGEST_NAME} characters")) }
}

fn kind(text: &str) -> Result<DocumentKind, String> {
    let words = || DocumentKind::ALL.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ");
    DocumentKind::of_word(text).ok_or_else(|| format!("one of {}", words()))
}

fn day(text: &str) -> Result<BirthDate, String> {
    BirthDate::parse(text).ok_or_else(|| "a day that exists, as YYYY-MM-DD".to_owned())
}

fn id(text: &str) -> Result<VoucherId, String> {
    VoucherId::from_text(text).ok_or_else(|| "what `hufu voucher issue` printed".to_owned())
}

pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Issue { place, officer, document_kind, document_number, name, birthdate, reader } => {
            let desk = Desk::open(place)?;
            let document = DocumentNumber::parse(*document_kind, document_number)
                .map_err(|error| Failure::no(format!("--document-number: {error}")))?;
            let name = self::officer(name).map_err(|why| Failure::no(format!("--name: {why}")))?;
            if document.birth_date().is_some_and(|born| born != *birthdate) {
                return Err(Failure::no(
                    "--birthdate: --document-number says another day; look at the document once more",
                ));
            }
            let seen = Issue { officer: officer.clone(), document, name, birthdate: *birthdate };
            issue(&desk, &house::provider(&desk, Beside::default())?, seen, *reader)
        }
        Command::Approve { id, place, officer, reader } => {
            let desk = Desk::open(place)?;
            approve(&desk, &house::provider(&desk, Beside::default())?, *id, officer, *reader)
        }
    }
}

/// The record names the officer and the voucher, and nobody whom it is for.
fn issue(desk: &Desk, provider: &Provider, seen: Issue, reader: Reader) -> Result<(), Failure> {
    let officer = seen.officer.clone();
    let issued = apply::issue(provider, seen).map_err(Failure::unavailable)?;
    let (id, until) = (issued.id.to_text(), world::now().plus(lifetime::VOUCHER));
    let entry = Entry::new("voucher issue", json!({ "voucher": id, "officer": officer }));
    let written = desk.change(entry, move |tx| Ok(vouchers::insert(tx, &issued.id, &issued.sealed)?.then_some(())))?;
    written.ok_or_else(|| Failure::unavailable("the id is taken: once more"))?;
    reader.tell(&json!({ "voucher": id, "approved": false, "until": until.unix() }), |_| {
        format!(
            "Issued, good until {}. Another officer looks at document and holder, and approves it:\n\
             hufu voucher approve {id} --officer NAME",
            instant(until)
        )
    })
}

fn approve(desk: &Desk, provider: &Provider, id: VoucherId, officer: &str, reader: Reader) -> Result<(), Failure> {
    let approved = desk.wait(apply::approve(provider, id, officer)).map_err(|refused| match refused {
        apply::NotApproved::Unavailable => Failure::unavailable(refused),
        _ => Failure::no(refused.to_string()),
    })?;
    let hash = approved.code.hash();
    let entry = Entry::new("voucher approve", json!({ "voucher": id.to_text(), "officer": officer }));
    let written = desk.change(entry, move |tx| Ok(vouchers::approve(tx, &id, &hash)?.then_some(())))?;
    written.ok_or_else(|| Failure::no(apply::NotApproved::Before.to_string()))?;
    let code = approved.code.grouped();
    reader.tell(&json!({ "voucher": id.to_text(), "approved": true, "code": code }), |_| {
        format!("{code}\nFor its holder, to be typed once when they apply. It is not shown again.")
    })
}
