//! A write on PostgreSQL: tried again when others interfered, and never answered on a guess.
//!
//! Each attempt leaves an id of its own in `spent`, in the same round trip as its `COMMIT`.
//! When the connection dies in between, the id is spent once more on a new connection: that
//! waits until the server is done with the lost attempt, then finds the id there (committed)
//! or takes it (and the lost attempt can never commit).

use std::thread;
use std::time::Duration;

use diesel::ExpressionMethods;

use super::Hand;
use super::session::{self, Session};
use crate::store::conn::any::Tx;
use crate::store::conn::insert_once;
use crate::store::conn::job::{Job, run_caught};
use crate::store::error::{Broken, StoreError, Unavailable};
use crate::store::schema::spent;

/// Tries after the first.
const RETRIES: u32 = 3;

/// Tries to learn what became of a commit, and the pause between them.
const SETTLING: u32 = 6;
const SETTLING_PAUSE: Duration = Duration::from_millis(250);

/// What became of one attempt.
enum Attempt {
    Ended(Result<(), StoreError>),
    /// Nothing was changed, and another attempt may succeed.
    Undone(StoreError),
}

impl Hand {
    /// Runs a job in the transaction that was just opened, and in new ones if need be.
    pub(super) fn write(&mut self, mut job: Box<dyn Job<Tx>>, isolation: &str) {
        if !job.claim() {
            self.roll_back();
            return;
        }
        let mut retries = 0;
        let outcome = loop {
            let undone = match self.attempt(job.as_mut()) {
                Attempt::Ended(outcome) => break outcome,
                Attempt::Undone(error) => error,
            };
            if retries == RETRIES {
                break Err(undone);
            }
            // The first retry is at once: whoever interfered has committed already.
            thread::sleep(Duration::from_millis(4) * retries);
            retries += 1;
            if let Err(cause) = self.begin(isolation) {
                break Err(cause.into());
            }
        };
        job.answer(outcome);
    }

    fn attempt(&mut self, job: &mut dyn Job<Tx>) -> Attempt {
        let Some(session) = &mut self.session else {
            return Attempt::Ended(Err(Unavailable::NoConnection.into()));
        };
        let Err(error) = run_caught(job, session.tx()) else {
            return self.commit();
        };
        let alive = self.roll_back();
        if session::is_panic(&error) {
            self.disconnect();
        }
        match error {
            StoreError::Unavailable(Unavailable::Contended(_)) => Attempt::Undone(error),
            StoreError::Unavailable(Unavailable::Hindered(_)) if !alive => Attempt::Undone(error),
            // A deadlock (40P01) has no kind of its own in diesel. To try a statement again that
            // is simply wrong costs little.
            StoreError::Broken(Broken::Statement(_)) => Attempt::Undone(error),
            _ => Attempt::Ended(Err(error)),
        }
    }

    fn commit(&mut self) -> Attempt {
        let Some(session) = &mut self.session else {
            return Attempt::Ended(Err(Unavailable::NoConnection.into()));
        };
        let id = session.next_attempt();
        let Err(error) =
            session.execute(&format!("INSERT INTO spent (id) VALUES ('\\x{:032x}'); COMMIT", u128::from_be_bytes(id)))
        else {
            return Attempt::Ended(Ok(()));
        };
        // A server that still answers has rolled back.
        if !self.roll_back() {
            return self.settle(&id, &error);
        }
        match error {
            StoreError::Unavailable(Unavailable::Contended(_)) => Attempt::Undone(error),
            _ => Attempt::Ended(Err(Unavailable::CommitFailed(error.to_string()).into())),
        }
    }

    /// Decides the outcome of an attempt whose commit was not answered.
    fn settle(&mut self, id: &[u8; 16], lost: &StoreError) -> Attempt {
        for _ in 0..SETTLING {
            match self.take_over(id) {
                Ok(true) => return Attempt::Undone(lost.clone()),
                Ok(false) => return Attempt::Ended(Ok(())),
                Err(_) => thread::sleep(SETTLING_PAUSE),
            }
        }
        Attempt::Ended(Err(Unavailable::OutcomeUnknown(lost.to_string()).into()))
    }

    /// Spends an attempt's id; false when the attempt has spent it itself.
    fn take_over(&mut self, id: &[u8; 16]) -> Result<bool, StoreError> {
        let mut session = Session::connect(&self.url)?;
        session.execute(session::MINGLE)?;
        let taken = insert_once!(session.tx(), spent::table, spent::id.eq(&id[..]))?;
        session.execute("COMMIT")?;
        self.connect_as(session);
        Ok(taken)
    }

    /// True when the connection lives on.
    fn roll_back(&mut self) -> bool {
        let alive = self.session.as_mut().is_some_and(|session| session.execute("ROLLBACK").is_ok());
        if !alive {
            self.disconnect();
        }
        alive
    }
}
