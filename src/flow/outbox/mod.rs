//! Empties the outbox: tells websites that a session has ended, until they have heard or a day is over. OpenID Connect
//! Back-Channel Logout 1.0 §2.5, §2.7, §2.8; PROTOCOL 5.
//!
//! A lease makes one node the postman; when it dies, another goes on where the rows say. So a website is told at least
//! once. Each call is a task of its own and bounded in time, each website has a share of them, and one that does not answer
//! is asked by one call at a time: whoever hangs holds up nobody.

mod call;
mod change;
mod envelope;
mod not_told;
mod waiting;

pub use envelope::open;
pub(super) use envelope::seal;
pub use waiting::{Waiting, waiting};

use self::call::Call;
use self::change::{Change, carry_out};
use self::not_told::{NotTold, Trouble};
use crate::authn::{Addressee, Letter};
use crate::client::Client;
use crate::flow::{FetchError, Provider, Unavailable, person_key, refusals, register};
use crate::keys::PersonKey;
use crate::spec::{ClientId, NodeId, OutboxId, Refuse, Timestamp};
use crate::store::outbox::{self, OutboxRow};
use crate::store::{clients, leases};
use crate::token::LogoutTokenClaims;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tracing::info;
use url::Url;

/// Rows that one look takes in.
const LOOK: i64 = 512;
/// Calls under way at once, and of them to one website.
const CALLS: usize = 128;
const CALLS_TO_ONE: usize = 32;
/// How long a dead node holds the work up; longer than a call and the look for a key before it.
const LEASE: Duration = Duration::from_secs(15);
/// A row that does not open is looked at again after an hour; the sweep takes it in the end.
const DAMAGED: Duration = Duration::from_secs(3600);

/// A letter to one website.
struct Delivery {
    row: OutboxRow,
    letter: Letter,
    /// To seal the letter with again.
    key: Arc<PersonKey>,
    client: Arc<Client>,
}

/// What the website answered.
struct Answer {
    delivery: Delivery,
    told: Result<u16, Trouble>,
}

/// This node's part in the work.
pub struct Outbox {
    node: NodeId,
    /// Until when this node is the postman.
    until: Option<Timestamp>,
    calls: JoinSet<Answer>,
    under_way: HashMap<OutboxId, ClientId>,
    /// Websites that did not answer the last time.
    silent: HashSet<String>,
}

impl Outbox {
    pub fn new(provider: &Provider) -> Self {
        Self {
            node: NodeId::random(&mut *provider.rng()),
            until: None,
            calls: JoinSet::new(),
            under_way: HashMap::new(),
            silent: HashSet::new(),
        }
    }

    /// Notes what was answered meanwhile, and begins what is due. Waits for no website.
    ///
    /// # Errors
    /// Unavailable storage or keys: everything stays due.
    pub async fn tick(&mut self, provider: &Provider) -> Result<(), Unavailable> {
        let mut answers = Vec::new();
        while let Some(answer) = self.calls.try_join_next() {
            answers.extend(answer.ok());
        }
        self.note(provider, answers).await?;
        if self.calls.is_empty() {
            self.under_way.clear();
        }
        let now = provider.now();
        let mut due = due(provider, now).await?;
        if due.is_empty() && self.calls.is_empty() {
            return Ok(());
        }
        if self.until.is_none_or(|until| now.plus(LEASE / 2) >= until) {
            let (node, until, renewed) = (self.node, now.plus(LEASE), self.until.is_some_and(|until| now < until));
            let claimed = provider.store.write(move |tx| leases::claim(tx, "outbox", &node, now, until)).await?;
            self.until = claimed.then_some(until);
            if !claimed {
                return Ok(());
            }
            if !renewed {
                // What was due before the claim, the postman before us may have settled.
                due = self::due(provider, now).await?;
            }
        }
        due.retain(|row| !self.under_way.contains_key(&row.id));
        self.begin(provider, due, now).await
    }

    /// Waits for the calls under way, and notes their answers.
    ///
    /// # Errors
    /// Unavailable storage.
    pub async fn settle(&mut self, provider: &Provider) -> Result<(), Unavailable> {
        let mut answers = Vec::new();
        while let Some(answer) = self.calls.join_next().await {
            answers.extend(answer.ok());
        }
        self.note(provider, answers).await
    }

    async fn begin(&mut self, provider: &Provider, due: Vec<OutboxRow>, now: Timestamp) -> Result<(), Unavailable> {
        let mut changes = Vec::new();
        let mut opened = Vec::new();
        person_key::warm(provider, envelope::keys_of(provider, due.iter().map(|row| row.sealed.as_slice()))).await?;
        for row in due {
            match open(provider, &row.sealed).await? {
                Some((letter, key)) => opened.push((row, letter, key)),
                None => {
                    let _logged = Unavailable::damaged("outbox");
                    let later = OutboxRow { due: now.plus(DAMAGED), attempts: row.attempts + 1, ..row.clone() };
                    changes.push(Change::PutOff(later, row.attempts));
                }
            }
        }
        let known = clients_of(provider, &opened).await?;
        for (row, letter, key) in opened {
            match &letter.to {
                Addressee::Everybody(list) => {
                    let hearing = list.iter().filter(|id| reachable(&known, id.as_str()).is_some());
                    let rows =
                        hearing.map(|id| addressed(provider, (&key, &letter), &id, now)).collect::<Result<_, _>>()?;
                    changes.push(Change::Share(row.id, rows));
                }
                Addressee::One(id) => match reachable(&known, id) {
                    Some(client) => {
                        let delivery = Delivery { row, letter, key, client: client.clone() };
                        changes.extend(self.call(provider, delivery, now)?);
                    }
                    // It is gone, or wants to hear no more.
                    None => changes.push(Change::TakeOut(row.id)),
                },
            }
        }
        carry_out(provider, changes).await
    }

    /// Begins a call, unless the website has its share already; one that does not answer waits for longer.
    fn call(&mut self, provider: &Provider, delivery: Delivery, now: Timestamp) -> Result<Option<Change>, Unavailable> {
        let id = &delivery.client.client_id;
        let calls = self.under_way.values().filter(|other| *other == id).count();
        if self.silent.contains(id.as_str()) && calls > 0 {
            return self.failed(provider, delivery, "it did not answer another call", now).map(Some);
        }
        if calls >= CALLS_TO_ONE || self.under_way.len() >= CALLS {
            return Ok(None);
        }
        let (Some(published), Some(url)) = (provider.published(), address(&delivery.client)) else { return Ok(None) };
        let claims =
            LogoutTokenClaims::of(&delivery.letter, &delivery.client, &provider.keys, now, &mut *provider.rng())?;
        let signed = claims.sign(&delivery.client, &published.signing)?;
        self.under_way.insert(delivery.row.id, id.clone());
        let call = Call::new(provider, Arc::clone(&delivery.client), url, signed);
        self.calls.spawn(async move {
            let told = call.make().await;
            Answer { delivery, told }
        });
        Ok(None)
    }

    async fn note(&mut self, provider: &Provider, answers: Vec<Answer>) -> Result<(), Unavailable> {
        let now = provider.now();
        let mut changes = Vec::with_capacity(answers.len());
        for Answer { delivery, told } in answers {
            self.under_way.remove(&delivery.row.id);
            let id = delivery.client.client_id.as_str().to_owned();
            if told.is_err() {
                self.silent.insert(id);
            } else {
                self.silent.remove(&id);
            }
            changes.push(match told {
                Ok(200 | 204) => {
                    metrics::counter!("hufu_logouts_told_total").increment(1);
                    Change::TakeOut(delivery.row.id)
                }
                Ok(status) => self.failed(provider, delivery, &FetchError::Status(status).to_string(), now)?,
                Err(error) => self.failed(provider, delivery, &error.to_string(), now)?,
            });
        }
        carry_out(provider, changes).await
    }

    fn failed(
        &self,
        provider: &Provider,
        Delivery { row, letter, key, client }: Delivery,
        trouble: &str,
        now: Timestamp,
    ) -> Result<Change, Unavailable> {
        metrics::counter!("hufu_logouts_failed_total").increment(1);
        let attempts = row.attempts + 1;
        let client_id = &client.client_id;
        info!(target: "hufu::outbox", client = client_id.as_str(), attempts, trouble, "a website was not told of a sign-out");
        let Some(due) = letter.again(attempts, now, &mut *provider.rng()) else {
            metrics::counter!("hufu_logouts_given_up_total").increment(1);
            let uri = client.metadata.backchannel_logout_uri.clone().unwrap_or_default();
            let refusal = NotTold { uri, trouble: trouble.to_owned() }.refusal();
            refusals::record(provider, provider.trace(), "backchannel_logout_uri", Some(client_id), &refusal);
            return Ok(Change::TakeOut(row.id));
        };
        let sealed = seal(provider, &key, &letter.troubled(trouble))?;
        Ok(Change::PutOff(OutboxRow { id: row.id, sealed, due, attempts }, row.attempts))
    }
}

async fn due(provider: &Provider, now: Timestamp) -> Result<Vec<OutboxRow>, Unavailable> {
    Ok(provider.store.read(move |db| outbox::due(db, now, LOOK)).await?)
}

type Known = HashMap<String, Arc<Client>>;

async fn clients_of(
    provider: &Provider,
    letters: &[(OutboxRow, Letter, Arc<PersonKey>)],
) -> Result<Known, Unavailable> {
    let mut wanted = HashSet::new();
    for (_, letter, _) in letters {
        match &letter.to {
            Addressee::Everybody(list) => wanted.extend(list.iter().map(|id| id.as_str().to_owned())),
            Addressee::One(id) => drop(wanted.insert(id.clone())),
        }
    }
    let found = provider.store.read(move |db| {
        wanted.into_iter().map(|id| clients::by_id(db, &ClientId::new(id))).collect::<Result<Vec<_>, _>>()
    });
    let found = found.await?.into_iter().flatten();
    found.map(|row| Ok((row.client_id.as_str().to_owned(), register::from_row(row)?))).collect()
}

/// The client, if it is there and wants to be told.
fn reachable<'a>(known: &'a Known, id: &str) -> Option<&'a Arc<Client>> {
    known.get(id).filter(|client| address(client).is_some())
}

fn address(client: &Client) -> Option<Url> {
    Url::parse(client.metadata.backchannel_logout_uri.as_deref()?).ok()
}

fn addressed(
    provider: &Provider,
    (key, letter): (&PersonKey, &Letter),
    client: &ClientId,
    now: Timestamp,
) -> Result<OutboxRow, Unavailable> {
    let letter = letter.addressed(client);
    let sealed = seal(provider, key, &letter)?;
    let mut rng = provider.rng();
    Ok(OutboxRow { id: letter.id(&mut *rng), sealed, due: Letter::first(now, &mut *rng), attempts: 0 })
}
