//! `hufu client secret`: fresh credentials for a website that lost its own, or whose own others know. Its `client_id`, its sector
//! and so every sub stay.

use super::client::unknown;
use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::out::Reader;
use super::place::Place;
use super::{house, world};
use crate::client::Client;
use crate::flow::register::{from_row, to_row};
use crate::spec::{BearerSecret, ClientId};
use crate::store::clients::{self, ClientRow};
use serde_json::json;
use std::sync::Arc;

/// What `hufu client secret` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The old one ends at once: let the website be ready for the new one.
Examples:
  hufu client secret abcdefghijkmnpqr
  hufu client secret abcdefghijkmnpqr --registration")]
pub struct Args {
    /// Its client_id
    #[arg(value_name = "CLIENT_ID")]
    id: String,
    /// A registration access token instead, with which the website reads, changes and removes its registration by itself
    /// (RFC 7592)
    #[arg(long)]
    registration: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    reader: Reader,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let desk = Desk::open(&args.place)?;
    let wanted = ClientId::new(args.id.clone());
    let row = desk.read(move |db| clients::by_id(db, &wanted))?.ok_or_else(|| unknown(&args.id))?;
    let (kept_hash, expires_day) = (row.registration_hash, row.expires_day);
    let mut client = Arc::unwrap_or_clone(from_row(row).map_err(Failure::unavailable)?);
    let (name, secret, registration_hash) = if args.registration {
        let token = BearerSecret::random(&mut *world::rng());
        ("registration_access_token", token.expose().to_owned(), Some(token.hash()))
    } else {
        ("client_secret", fresh_secret(&desk, &mut client)?, kept_hash)
    };
    let mut changed = to_row(&client).map_err(Failure::unavailable)?;
    changed.row = ClientRow { registration_hash, expires_day, ..changed.row };
    let entry = Entry::new("client secret", json!({ "client_id": args.id, "of": name }));
    let done = desk.change(entry, move |tx| Ok(clients::update(tx, &changed)?.then_some(())))?;
    done.ok_or_else(|| Failure::no("the website was changed at this very moment; once more, please"))?;
    let base = desk.config.server.issuer.as_str().trim_end_matches('/');
    let mut answer = json!({ "client_id": args.id, name: secret });
    if args.registration {
        answer["registration_client_uri"] = json!(format!("{base}/register/{}", args.id));
    }
    args.reader.tell(&answer, |_| format!("{name}  {secret}  (shown this once; the one before has ended)"))
}

fn fresh_secret(desk: &Desk, client: &mut Client) -> Result<String, Failure> {
    let secret = client.issue_secret(&house::keys(&desk.config)?, &mut *world::rng()).map_err(Failure::unavailable)?;
    let method = client.metadata.token_endpoint_auth_method.wire();
    let secret =
        secret.ok_or_else(|| Failure::no(format!("this website authenticates by {method}: it has no secret")))?;
    Ok(secret.expose().to_owned())
}
