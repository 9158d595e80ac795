//! PostgreSQL, and what speaks its protocol: a crew of threads with a connection each.
//!
//! A write is SERIALIZABLE and tried again when others interfered. A read is one REPEATABLE
//! READ snapshot. `BEGIN` is the check that the connection is alive, so a restarted server
//! costs no request.

mod attempt;
pub(super) mod mingle;
mod session;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use self::session::Session;
use super::any::{Db, Tx};
use super::job::{Job, run_caught, unstoppably};
use super::queue::Queue;
use crate::store::error::{StoreError, Unavailable};

/// How long a job waits for a connection.
pub(super) const CHECKOUT: Duration = Duration::from_secs(1);

/// Between two tries to connect, while other threads of the crew do have a connection.
const PAUSE: Duration = Duration::from_millis(250);

pub(super) enum PgJob {
    Read(Box<dyn Job<Db>>),
    Write(Box<dyn Job<Tx>>),
    Mingle(Box<dyn Job<Tx>>),
}

pub(super) struct Postgres {
    queue: Arc<Queue<PgJob>>,
    crew: Mutex<Vec<thread::JoinHandle<()>>>,
}

impl Postgres {
    /// Starts the crew. Nobody connects before there is work.
    ///
    /// # Errors
    /// `Unavailable` when the system gives no thread.
    pub(super) fn start(url: &str, connections: usize, capacity: usize) -> Result<Postgres, StoreError> {
        let url = with_patience(url);
        let queue = Arc::new(Queue::new(capacity));
        let connected = Arc::new(AtomicUsize::new(0));
        let crew = (0..connections.max(1))
            .map(|number| {
                let mut hand = Hand {
                    url: url.clone(),
                    queue: Arc::clone(&queue),
                    connected: Arc::clone(&connected),
                    session: None,
                };
                thread::Builder::new()
                    .name(format!("hufu-postgres-{number}"))
                    .spawn(move || unstoppably(|| hand.work_until_closed()))
                    .map_err(|error| Unavailable::Hindered(error.to_string()).into())
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Postgres { queue, crew: Mutex::new(crew) })
    }

    pub(super) fn push(&self, job: PgJob) -> Result<(), Unavailable> {
        self.queue.push(job)
    }

    pub(super) fn close(&self) {
        self.queue.close();
    }

    /// Waits until what was queued is done and answered.
    pub(super) fn join(&self) {
        let crew = std::mem::take(&mut *self.crew.lock().unwrap_or_else(PoisonError::into_inner));
        for hand in crew {
            drop(hand.join());
        }
    }
}

/// What libpq would wait for a silent server without end: to connect, and for its acknowledgements.
const PATIENCE: [&str; 5] =
    ["connect_timeout=2", "tcp_user_timeout=5000", "keepalives_idle=10", "keepalives_interval=3", "keepalives_count=3"];

/// The address with bounds on waiting, where it sets none itself.
fn with_patience(url: &str) -> String {
    let mut url = url.to_owned();
    for bound in PATIENCE {
        let name = bound.split('=').next().unwrap_or(bound);
        if !url.contains(name) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(bound);
        }
    }
    url
}

/// One thread of the crew.
struct Hand {
    url: String,
    queue: Arc<Queue<PgJob>>,
    connected: Arc<AtomicUsize>,
    session: Option<Session>,
}

impl Hand {
    fn work_until_closed(&mut self) {
        while let Some(job) = self.queue.take() {
            if let Err(cause) = self.begin(job.isolation()) {
                // Others may be connected still, when the server only has no room for one more.
                if self.connected.load(Ordering::Acquire) > 0 {
                    self.queue.put_back(job);
                    thread::sleep(PAUSE);
                } else {
                    job.refuse(cause);
                }
                continue;
            }
            self.run(job);
        }
        self.disconnect();
    }

    /// Opens a transaction, on a fresh connection if the one at hand is dead or old.
    fn begin(&mut self, isolation: &str) -> Result<(), Unavailable> {
        if let Some(session) = &mut self.session
            && !session.is_old()
            && session.execute(isolation).is_ok()
        {
            return Ok(());
        }
        self.disconnect();
        let mut session = Session::connect(&self.url)?;
        session.execute(isolation).map_err(|error| Unavailable::Unreachable(error.to_string()))?;
        self.connect_as(session);
        Ok(())
    }

    fn connect_as(&mut self, session: Session) {
        self.disconnect();
        self.session = Some(session);
        self.connected.fetch_add(1, Ordering::AcqRel);
    }

    fn disconnect(&mut self) {
        if self.session.take().is_some() {
            self.connected.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Runs a job in the transaction that was just opened.
    fn run(&mut self, job: PgJob) {
        match job {
            PgJob::Read(job) => self.read(job),
            PgJob::Write(job) => self.write(job, session::WRITE),
            PgJob::Mingle(job) => self.write(job, session::MINGLE),
        }
    }

    fn read(&mut self, mut job: Box<dyn Job<Db>>) {
        let Some(session) = &mut self.session else {
            return;
        };
        let claimed = job.claim();
        let outcome = claimed.then(|| run_caught(job.as_mut(), session.tx()));
        let panicked = matches!(&outcome, Some(Err(error)) if session::is_panic(error));
        if let Some(outcome) = outcome {
            job.answer(outcome);
        }
        // Nothing hangs on the end of a snapshot, so the asker does not wait for it.
        if panicked || session.execute("ROLLBACK").is_err() {
            self.disconnect();
        }
    }
}

impl PgJob {
    fn isolation(&self) -> &'static str {
        match self {
            PgJob::Read(_) => session::READ,
            PgJob::Write(_) => session::WRITE,
            PgJob::Mingle(_) => session::MINGLE,
        }
    }

    fn refuse(self, cause: Unavailable) {
        match self {
            PgJob::Read(job) => job.answer(Err(cause.into())),
            PgJob::Write(job) | PgJob::Mingle(job) => job.answer(Err(cause.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_a_silent_server_is_bounded_unless_the_operator_says_how() {
        let bounded = with_patience("postgres://hufu@db/hufu");
        assert!(bounded.starts_with("postgres://hufu@db/hufu?connect_timeout=2&tcp_user_timeout=5000&"), "{bounded}");
        let own = with_patience("postgres://hufu@db/hufu?connect_timeout=9");
        assert!(
            own.contains("?connect_timeout=9&tcp_user_timeout=5000") && !own.contains("connect_timeout=2"),
            "{own}"
        );
    }
}
