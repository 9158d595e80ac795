//! How a twin misbehaves when a test or a curious developer tells it to: `POST /steer`, from this machine only.

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use serde::Deserialize;
use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// Which of the five.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Port {
    Registry,
    Face,
    Phone,
    Card,
    Notification,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Behaviour {
    /// As it should.
    Up,
    /// Breaks off before it did anything.
    Down,
    /// Does it, and breaks off before it says so.
    Lost,
    /// Answers after a minute.
    Slow,
    /// Answers what the contract does not have.
    Lying,
    #[serde(rename = "5xx")]
    Failing,
    /// Answers at great length.
    Oversized,
    Redirecting,
}

/// What is posted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    port: Port,
    behaviour: Behaviour,
    /// For so many questions; without it until the next order.
    #[serde(rename = "for")]
    times: Option<u32>,
    /// For the provider whose signing key has this name; without it for all.
    by: Option<String>,
}

#[derive(Default)]
pub(super) struct Steering(Mutex<HashMap<Whom, Standing>>);

/// A port, and one caller of it or all.
type Whom = (Port, Option<String>);
/// A behaviour, and for how many questions yet.
type Standing = (Behaviour, Option<u32>);

impl Steering {
    pub fn obey(&self, order: Order) {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        orders.insert((order.port, order.by), (order.behaviour, order.times));
    }

    /// How the next question of this caller is met: as was ordered for it, else as for all.
    pub fn next(&self, port: Port, caller: &str) -> Behaviour {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = (port, Some(caller.to_owned()));
        let order = if orders.contains_key(&own) { own } else { (port, None) };
        match orders.get_mut(&order) {
            None | Some((_, Some(0))) => Behaviour::Up,
            Some((behaviour, None)) => *behaviour,
            Some((behaviour, Some(left))) => {
                *left -= 1;
                *behaviour
            }
        }
    }
}

/// How long a slow twin takes.
pub(super) const SLOW: Duration = Duration::from_secs(60);

/// A lie that is none of any contract's words.
pub(super) const LIE: &str = r#"{"answer":"perhaps","band":"perhaps","liveness":"perhaps","result":"perhaps","state":"perhaps","id":"","reader":"mailto:x"}"#;

/// An answer that ends in the middle.
pub(super) fn broken_off() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(BreaksOff)
}

struct BreaksOff;

impl MessageBody for BreaksOff {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(1_000)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::BrokenPipe.into())))
    }
}
