//! Remembers refusals for a day, so that `hufu trace` can explain one and a website's developer can look back.
//!
//! No unauthenticated request writes a row (PROTOCOL 23): refusals wait in a bounded ring and the upkeep writes what is
//! there. When somebody floods us, the oldest are dropped; the log has them all by trace id. What a client sent after it
//! had proven itself has a ring and a bound of its own, which no stranger can fill.

use super::client_auth::Refused;
use super::{Provider, Unavailable};
use crate::spec::{ClientId, Refusal, Sender, Timestamp, TraceId};
use crate::store::refusals;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use tracing::info;

const RING: usize = 512;
/// Rows that one transaction writes: it ends within a millisecond.
const BATCH: usize = 16;
/// Refusals that are kept of one client and one kind of sender, and of requests that name no client.
pub const KEPT: i64 = 200;

/// A refusal as it is kept. It names a website and a rule, never a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Remembered {
    /// The hour it happened in.
    pub hour: Timestamp,
    pub endpoint: String,
    pub client_id: Option<String>,
    #[serde(default)]
    pub sender: Sender,
    #[serde(flatten)]
    pub refusal: Refusal,
}

/// Of which client a refusal tells, and whether that client sent what was refused.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    client_id: Option<&'a ClientId>,
    sender: Sender,
}

impl<'a> Whose<'a> {
    pub const NOBODY: Whose<'static> = Whose { client_id: None, sender: Sender::Anybody };

    /// The client had proven to be itself.
    pub fn proven(client_id: Option<&'a ClientId>) -> Self {
        Self { client_id, sender: if client_id.is_some() { Sender::Client } else { Sender::Anybody } }
    }
}

impl<'a, E> From<&'a Refused<E>> for Whose<'a> {
    fn from(refused: &'a Refused<E>) -> Self {
        Self { client_id: refused.client_id.as_ref(), sender: refused.sender }
    }
}

/// Whoever sent it only named the client.
impl<'a> From<Option<&'a ClientId>> for Whose<'a> {
    fn from(client_id: Option<&'a ClientId>) -> Self {
        Self { client_id, sender: Sender::Anybody }
    }
}

/// The rings between the requests and the upkeep.
#[derive(Default)]
pub struct Recorder {
    anybody: Ring,
    clients: Ring,
}

#[derive(Default)]
struct Ring(Mutex<VecDeque<(TraceId, Remembered)>>);

impl Ring {
    fn push(&self, trace: TraceId, remembered: Remembered) {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ring.len() == RING {
            ring.pop_front();
        }
        ring.push_back((trace, remembered));
    }

    fn drain(&self) -> Vec<(TraceId, Remembered)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }
}

impl Recorder {
    fn push(&self, trace: TraceId, remembered: Remembered) {
        let ring = match remembered.sender {
            Sender::Anybody => &self.anybody,
            Sender::Client => &self.clients,
        };
        ring.push(trace, remembered);
    }

    fn drain(&self) -> Vec<(TraceId, Remembered)> {
        [self.clients.drain(), self.anybody.drain()].concat()
    }
}

/// Notes a refusal: one log line now, one row soon.
pub fn record<'a>(provider: &Provider, trace: TraceId, endpoint: &str, whose: impl Into<Whose<'a>>, refusal: &Refusal) {
    info!(target: "hufu::refusal", trace = trace.spoken(), endpoint, code = %refusal.code, error = refusal.error.wire(), "refused");
    metrics::counter!("hufu_refusals_total", "code" => refusal.code.clone().into_owned()).increment(1);
    let Whose { client_id, sender } = whose.into();
    provider.refusals.push(
        trace,
        Remembered {
            hour: provider.now().hour(),
            endpoint: endpoint.to_owned(),
            client_id: client_id.map(|id| id.to_string()),
            sender,
            refusal: refusal.clone(),
        },
    );
}

/// Writes what the rings hold.
///
/// # Errors
/// Unavailable storage: the refusals are put back.
pub async fn flush(provider: &Provider) -> Result<usize, Unavailable> {
    let waiting = provider.refusals.drain();
    if waiting.is_empty() {
        return Ok(0);
    }
    let rows: Vec<_> = waiting
        .iter()
        .map(|(trace, remembered)| refusals::RefusalRow {
            id: *trace,
            client_id: remembered.client_id.clone().map(ClientId::new),
            body: serde_json::to_string(remembered).expect("plain strings serialise"),
            sender: remembered.sender,
        })
        .collect();
    let count = rows.len();
    for batch in rows.chunks(BATCH) {
        let batch = batch.to_vec();
        let written = provider.store.write(move |tx| batch.iter().try_for_each(|row| refusals::insert(tx, row, KEPT)));
        if let Err(error) = written.await {
            // A refusal that is written twice is one row: its id is the trace id.
            waiting.into_iter().for_each(|(trace, remembered)| provider.refusals.push(trace, remembered));
            return Err(error.into());
        }
    }
    Ok(count)
}

/// What `hufu trace` shows; `None` when the day is over or the id was never ours.
///
/// # Errors
/// Unavailable storage.
pub async fn explain(provider: &Provider, trace: TraceId) -> Result<Option<Remembered>, Unavailable> {
    let row = provider.store.read(move |db| refusals::by_trace(db, &trace)).await?;
    Ok(row.and_then(|row| serde_json::from_str(&row.body).ok()))
}

/// One line of a client's flight recorder.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub trace_id: String,
    #[serde(flatten)]
    pub remembered: Remembered,
}

/// The line of a row; one that another version wrote is left out.
pub fn line(row: &refusals::RefusalRow) -> Option<Line> {
    let remembered = serde_json::from_str(&row.body).ok()?;
    Some(Line { trace_id: row.id.spoken(), remembered })
}

/// The last refusals of one client, by the hour, the latest first; within an hour in no order, for none is kept.
///
/// # Errors
/// Unavailable storage.
pub async fn of_client(provider: &Provider, id: ClientId) -> Result<Vec<Line>, Unavailable> {
    let rows = provider.store.read(move |db| refusals::of_client(db, &id, 2 * KEPT)).await?;
    Ok(rows.iter().filter_map(line).collect())
}
