//! `hufu trace`: what stood behind the code that a website's developer, or a person, read out.

use super::desk::Desk;
use super::failure::Failure;
use super::out::Reader;
use super::place::Place;
use crate::spec::TraceId;
use crate::store::refusals;
use serde_json::{Value, json};

/// What `hufu trace` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example: hufu trace 7K2M-9QXA-0F3T-VB6H\nRefusals are kept for 24 hours.")]
pub struct Args {
    /// The code on the page, in `error_description`'s answer header X-Trace-Id, or in the log
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    reader: Reader,
}

const UNKNOWN: &str = "no refusal is kept under that id: they are kept for 24 hours, and those of a person's own sign-in \
                       (a wrong PIN or code) stand in the log alone, under the same id";

pub fn run(args: &Args) -> Result<(), Failure> {
    let id = TraceId::from_spoken(&args.id).ok_or_else(|| {
        Failure::no(format!("{} is no trace id: sixteen letters and digits in groups of four", args.id))
    })?;
    let row = Desk::open(&args.place)?.read(move |db| refusals::by_trace(db, &id))?;
    let row = row.ok_or_else(|| Failure::no(UNKNOWN))?;
    let body: Value = serde_json::from_str(&row.body).unwrap_or(Value::String(row.body));
    let client_id = row.client_id.map(|id| id.to_string());
    let whole = json!({ "trace": id.spoken(), "client_id": client_id, "refusal": body });
    args.reader.tell(&whole, |_| {
        let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or("–").to_owned();
        [
            ("Website", client_id.clone().unwrap_or_else(|| "unknown".into())),
            ("Endpoint", field("endpoint")),
            ("Answer", field("error")),
            ("Code", field("code")),
            ("Received", field("received")),
            ("Expected", field("expected")),
            ("Registered", field("registered")),
            ("Fix", field("fix")),
        ]
        .map(|(name, value)| format!("{name:<11}{value}"))
        .join("\n")
    })
}
