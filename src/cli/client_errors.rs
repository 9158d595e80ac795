//! `hufu client errors`: a website's flight recorder, as its own server reads it at `registration_client_uri`/errors.

use super::client::unknown;
use super::desk::Desk;
use super::failure::Failure;
use super::out::Reader;
use super::place::Place;
use super::text;
use crate::flow::refusals::{KEPT, Line, line};
use crate::spec::{ClientId, Sender};
use crate::store::{clients, refusals};

/// What `hufu client errors` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Refusals are kept for 24 hours: of each website the last 200 that came from itself, and the last 200 that anybody may have
sent in its name. They hold no personal data.
Example: hufu client errors 4s7znnv5gvx27v9k --json")]
pub struct Args {
    /// Its client_id
    #[arg(value_name = "CLIENT_ID")]
    id: String,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    reader: Reader,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let id = ClientId::new(args.id.clone());
    let found = Desk::open(&args.place)?.read(move |db| match clients::by_id(db, &id)? {
        None => Ok(None),
        Some(_) => refusals::of_client(db, &id, 2 * KEPT).map(Some),
    })?;
    let rows = found.ok_or_else(|| unknown(&args.id))?;
    let lines: Vec<Line> = rows.iter().filter_map(line).collect();
    args.reader.tell(&lines, |lines| match lines.is_empty() {
        true => "Nothing was refused during the last 24 hours.".to_owned(),
        false => lines.iter().map(written).collect::<Vec<_>>().join("\n\n"),
    })
}

fn written(line: &Line) -> String {
    let refused = &line.remembered;
    let refusal = &refused.refusal;
    let sender = match refused.sender {
        Sender::Client => "the website itself",
        Sender::Anybody => "anybody who knows the client_id",
    };
    let error = format!("{} [{}]", refusal.error.wire(), refusal.code);
    [
        ("Hour", text::instant(refused.hour)),
        ("Trace", line.trace_id.clone()),
        ("Endpoint", refused.endpoint.clone()),
        ("Sent by", sender.to_owned()),
        ("Answer", error),
        ("Received", refusal.received.clone()),
        ("Registered", refusal.registered.clone().unwrap_or_default()),
        ("Expected", refusal.expected.clone().into_owned()),
        ("Fix", refusal.fix.clone().into_owned()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| format!("{name:<11}{value}"))
    .collect::<Vec<_>>()
    .join("\n")
}
