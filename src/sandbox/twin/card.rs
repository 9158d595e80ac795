//! The twin of the resident card's gateway. docs/ports/card.md. Its reader is the page `/reader`, where a person says which card is
//! held to it.

use super::Twin;
use super::exchange::{Answered, Question, Wrong};
use super::people::{Paper, Somebody};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use url::Url;

/// Seconds that a reading waits for a card.
const PATIENCE: i64 = 300;
/// What the reading's id begins with, so that the page knows whose ticket it is.
const PREFIX: &str = "card-";

/// What the gateway's readers can read.
pub(super) const KINDS: [&str; 2] = ["resident_identity_card", "residence_permit"];

#[derive(Default)]
pub(super) struct Readings(Mutex<HashMap<String, Reading>>);

struct Reading {
    back: Url,
    begun: i64,
    state: State,
}

enum State {
    Waiting,
    Read(Value),
    Refused,
    /// Its data were handed out.
    Spent,
}

/// What was held to the reader.
pub(super) enum Held<'a> {
    Card(&'a Somebody, &'a Paper),
    /// A card that is lost, expired or false.
    Bad,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    back: Url,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Collect {}

pub(super) fn begin(twin: &Twin, question: &Question<'_>) -> Answered {
    let Begin { back } = question.read()?;
    let id = format!("{PREFIX}{}", twin.random());
    let reader = format!("{}/reader?ticket={id}", twin.url);
    let mut readings = twin.readings.0.lock().unwrap_or_else(PoisonError::into_inner);
    if twin.clock.is_some() {
        readings.retain(|_, reading| twin.now() - reading.begun < 2 * PATIENCE);
    }
    readings.insert(id.clone(), Reading { back, begun: twin.now(), state: State::Waiting });
    Ok(json!({ "id": id, "reader": reader }))
}

pub(super) fn collect(twin: &Twin, id: &str, question: &Question<'_>) -> Answered {
    let Collect {} = question.read()?;
    let mut readings = twin.readings.0.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(reading) = readings.get_mut(id) else { return Err(Wrong("no such reading")) };
    Ok(match std::mem::replace(&mut reading.state, State::Spent) {
        State::Waiting if twin.now() - reading.begun >= PATIENCE => json!({ "state": "expired" }),
        State::Waiting => {
            reading.state = State::Waiting;
            json!({ "state": "waiting" })
        }
        State::Read(card) => json!({ "state": "read", "card": card }),
        State::Refused => {
            reading.state = State::Refused;
            json!({ "state": "refused" })
        }
        State::Spent => json!({ "state": "expired" }),
    })
}

impl Readings {
    pub fn is_ours(ticket: &str) -> bool {
        ticket.starts_with(PREFIX)
    }

    /// Holds something to the reader of this reading; where the person goes now. `None` when nobody waits there.
    pub fn hold(&self, ticket: &str, held: &Held<'_>) -> Option<Url> {
        let mut readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = readings.get_mut(ticket)?;
        if let State::Waiting = reading.state {
            reading.state = match held {
                Held::Card(somebody, paper) if KINDS.contains(&paper.kind) => State::Read(json!({
                    "kind": paper.kind,
                    "number": paper.number,
                    "name": somebody.name,
                    "birthdate": somebody.birthdate,
                    "last_day": paper.last_day,
                })),
                Held::Card(..) | Held::Bad => State::Refused,
            };
        }
        Some(reading.back.clone())
    }
}
