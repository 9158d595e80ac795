//! `hufu client token`: the operator's leave for one registration over HTTP. RFC 7591 §1.2.

use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::out::Reader;
use super::place::Place;
use super::{house, text, world};
use crate::client::InitialAccess;
use serde_json::json;
use std::time::Duration;

/// What `hufu client token` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The website sends it as Authorization: Bearer … with POST /register. It is good once, and never again.
Example: hufu client token --hours 4")]
pub struct Args {
    /// For how long it is good
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=720))]
    hours: u64,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    reader: Reader,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let desk = Desk::open(&args.place)?;
    let expires = world::now().plus(Duration::from_secs(args.hours * 3600));
    let keys = house::keys(&desk.config)?;
    let token = InitialAccess::issue(expires, &keys, &mut *world::rng()).map_err(Failure::unavailable)?;
    desk.record(Entry::new("client token", json!({ "expires": expires })))?;
    let base = desk.config.server.issuer.as_str().trim_end_matches('/');
    let answer = json!({
        "initial_access_token": token.expose(),
        "registration_endpoint": format!("{base}/register"),
        "expires": expires,
    });
    args.reader.tell(&answer, |_| {
        format!(
            "initial access token  {}\nfor                   {base}/register\ngood once, until      {}",
            token.expose(),
            text::instant(expires)
        )
    })
}
