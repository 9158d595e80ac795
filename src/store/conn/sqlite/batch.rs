//! One group commit: jobs in, an outcome for each out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::shelf::Shelf;
use super::{Tx, WriteJob, statement};
use crate::store::conn::job::run_caught;
use crate::store::error::{Broken, StoreError, Unavailable};

pub(super) struct Settled {
    /// Every job of the batch, with what it is to be told.
    pub(super) answers: Vec<(WriteJob, Result<(), StoreError>)>,
    /// Set when the database could not even begin.
    pub(super) hindered: Option<Unavailable>,
}

/// Runs the batch in one transaction and empties it. Nothing is answered before the commit.
pub(super) fn settle(shelf: &Arc<Shelf>, batch: &mut Vec<WriteJob>) -> Settled {
    if batch.is_empty() {
        return Settled::of(Vec::new());
    }
    let begun = shelf.writer().and_then(|mut writer| {
        statement::begin_immediate(writer.tx()).map_err(hindrance)?;
        Ok(writer)
    });
    let mut writer = match begun {
        Ok(writer) => writer,
        Err(cause) => return Settled::hindered(batch, cause),
    };

    let mut answers = Vec::with_capacity(batch.len());
    let mut lost = None;
    let mut panicked = false;
    for mut job in batch.drain(..) {
        let outcome = match &lost {
            Some(cause) => Err(StoreError::Unavailable(Unavailable::clone(cause))),
            None => match in_savepoint(writer.tx(), &mut job) {
                Ok(outcome) => outcome,
                Err(cause) => {
                    lost = Some(cause.clone());
                    Err(cause.into())
                }
            },
        };
        panicked |= matches!(outcome, Err(StoreError::Broken(Broken::Panicked)));
        answers.push((job, outcome));
    }

    if lost.is_none() {
        lost = statement::commit(writer.tx()).err().map(|error| Unavailable::CommitFailed(error.to_string()));
    }
    match lost {
        None if panicked => writer.discard(),
        None => writer.keep(),
        Some(cause) => {
            writer.discard();
            for (_, outcome) in answers.iter_mut().filter(|(_, outcome)| outcome.is_ok()) {
                *outcome = Err(cause.clone().into());
            }
        }
    }
    Settled::of(answers)
}

/// Runs one job so that its failure undoes its own changes and nobody else's.
///
/// # Errors
/// The savepoint itself failed: SQLite ended the whole transaction (a full disk does that).
fn in_savepoint(tx: &mut Tx, job: &mut WriteJob) -> Result<Result<(), StoreError>, Unavailable> {
    statement::savepoint(tx).map_err(hindrance)?;
    let outcome = run_caught(job.as_mut(), tx);
    let ended = catch_unwind(AssertUnwindSafe(|| {
        if outcome.is_err() {
            statement::roll_back_to_savepoint(tx)?;
        }
        statement::release(tx)
    }));
    match ended {
        Ok(Ok(())) => Ok(outcome),
        Ok(Err(error)) => Err(Unavailable::CommitFailed(error.to_string())),
        Err(_) => Err(Unavailable::CommitFailed("the connection is broken".to_owned())),
    }
}

/// The cause of a failure to begin, which is never the program's.
fn hindrance(error: StoreError) -> Unavailable {
    match error {
        StoreError::Unavailable(cause) => cause,
        StoreError::Broken(cause) => Unavailable::Hindered(cause.to_string()),
    }
}

impl Settled {
    fn of(answers: Vec<(WriteJob, Result<(), StoreError>)>) -> Settled {
        Settled { answers, hindered: None }
    }

    fn hindered(batch: &mut Vec<WriteJob>, cause: Unavailable) -> Settled {
        let told = |job| (job, Err(cause.clone().into()));
        Settled { answers: batch.drain(..).map(told).collect(), hindered: Some(cause) }
    }
}
