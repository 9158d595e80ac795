//! `hufu audit`: who changed what with which command, and whether the record is whole.

use super::desk::Desk;
use super::failure::Failure;
use super::out::{Reader, table};
use super::place::Place;
use super::text::instant;
use crate::store::audit::{self, AuditRow, Chain};
use clap::Subcommand;
use serde_json::{Value, json};

/// What can be done with the audit record.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Lists the entries, the newest last
    List {
        #[command(flatten)]
        place: Place,
        /// Begin with this entry
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        from: i64,
        /// Show at most this many
        #[arg(long, value_name = "COUNT", default_value_t = 1000)]
        most: i64,
        #[command(flatten)]
        reader: Reader,
    },
    /// Walks the whole chain of hashes; exit code 1 when an entry was changed or taken out
    Verify {
        #[command(flatten)]
        place: Place,
        /// The last hash that you wrote down elsewhere: shows also that no entry was cut off at the end
        #[arg(long, value_name = "HASH")]
        last: Option<String>,
        #[command(flatten)]
        reader: Reader,
    },
}

pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::List { place, from, most, reader } => {
            let (from, most) = (*from, *most);
            let rows = Desk::open(place)?.read(move |db| audit::from(db, from, most))?;
            reader.tell(&rows.iter().map(shown).collect::<Vec<_>>(), |_| {
                let lines: Vec<_> = rows.iter().map(line).collect();
                table(["number", "at", "who", "command", "detail"], &lines, "No operator has changed anything yet.")
            })
        }
        Command::Verify { place, last, reader } => {
            let desk = Desk::open(place)?;
            let chain = desk.read(audit::verify)?;
            match chain {
                Chain::BrokenAt(entry) => {
                    reader.tell(&json!({ "whole": false, "broken_at": entry }), |_| String::new())?;
                    Err(Failure::no(format!("entry {entry} is missing or is not as it was written")))
                }
                Chain::Whole(entries) => {
                    let rows = desk.read(move |db| audit::from(db, entries.max(1), 1))?;
                    let hash = rows.first().map(|row| hex(&row.hash)).unwrap_or_default();
                    if last.as_ref().is_some_and(|last| !ends_in(&desk, last, &hash)) {
                        return Err(Failure::no("no entry has that hash: the end of the record was cut off"));
                    }
                    reader.tell(&json!({ "whole": true, "entries": entries, "last": hash }), |_| {
                        format!("Entries: {entries}, each as it was written. Last hash: {hash}")
                    })
                }
            }
        }
    }
}

/// Whether the hash that was written down is in the chain: it may have grown since.
fn ends_in(desk: &Desk, known: &str, last: &str) -> bool {
    known.eq_ignore_ascii_case(last)
        || desk.read(audit::all).is_ok_and(|rows| rows.iter().any(|row| known.eq_ignore_ascii_case(&hex(&row.hash))))
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn entry(row: &AuditRow) -> Value {
    serde_json::from_str(&row.entry).unwrap_or_else(|_| Value::String(row.entry.clone()))
}

fn shown(row: &AuditRow) -> Value {
    json!({ "number": row.seq, "at": row.at.unix(), "entry": entry(row), "hash": hex(&row.hash) })
}

fn line(row: &AuditRow) -> [String; 5] {
    let entry = entry(row);
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let detail = entry.get("detail").map(ToString::to_string).unwrap_or_default();
    [row.seq.to_string(), instant(row.at), text("who"), text("command"), detail]
}
