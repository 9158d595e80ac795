//! The embedded database: one writer thread, readers where they are asked.
//!
//! A commit at `synchronous=FULL` costs one wait for the disk however much it holds, so the writer commits whatever is
//! waiting together, each job in a savepoint of its own. A read is some microseconds in memory, no more than waking
//! another thread, so it runs where it is asked, on a `query_only` connection that sees committed rows only.

mod batch;
mod shelf;
mod statement;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

pub(super) use self::shelf::address;

use self::batch::Settled;
use self::shelf::Shelf;
use super::any::{Db, Tx};
use super::job::{Job, unstoppably};
use super::queue::Queue;
use crate::store::error::{Broken, StoreError, Unavailable};

/// As many jobs as one commit may hold.
const BATCH: usize = 64;

pub(super) type WriteJob = Box<dyn Job<Tx>>;

pub(super) struct Sqlite {
    shelf: Arc<Shelf>,
    queue: Arc<Queue<WriteJob>>,
    writer: Mutex<Option<thread::JoinHandle<()>>>,
}

impl Sqlite {
    /// Starts the writer. Nothing is opened before it is needed.
    ///
    /// # Errors
    /// `Unavailable` when the system gives no thread.
    pub(super) fn start(path: PathBuf, capacity: usize) -> Result<Sqlite, StoreError> {
        let shelf = Arc::new(Shelf::new(path));
        let queue = Arc::new(Queue::new(capacity));
        let (its_shelf, its_queue) = (Arc::clone(&shelf), Arc::clone(&queue));
        let writer = thread::Builder::new()
            .name("hufu-writer".to_owned())
            .spawn(move || unstoppably(|| write_until_closed(&its_shelf, &its_queue)))
            .map_err(|error| Unavailable::Hindered(error.to_string()))?;
        Ok(Sqlite { shelf, queue, writer: Mutex::new(Some(writer)) })
    }

    pub(super) fn push(&self, job: WriteJob) -> Result<(), Unavailable> {
        self.queue.push(job)
    }

    /// Runs one closure on one snapshot.
    pub(super) fn read<T>(&self, closure: impl FnOnce(&mut Db) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut reader = self.shelf.reader()?;
        statement::begin(reader.tx())?;
        let outcome = catch_unwind(AssertUnwindSafe(|| closure(reader.tx())));
        let Ok(value) = outcome else {
            return Err(Broken::Panicked.into());
        };
        statement::commit(reader.tx())?;
        reader.keep();
        value
    }

    pub(super) fn close(&self) {
        self.queue.close();
    }

    /// Waits until what was queued is committed and answered.
    pub(super) fn join(&self) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(writer.map(thread::JoinHandle::join));
        self.shelf.clear();
    }
}

fn write_until_closed(shelf: &Arc<Shelf>, queue: &Queue<WriteJob>) {
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(job) = queue.take() {
        batch.push(job);
        queue.take_waiting(&mut batch, BATCH);
        batch.retain_mut(|job| job.claim());
        let Settled { answers, hindered } = batch::settle(shelf, &mut batch);
        if hindered.is_some() {
            // The database itself cannot be had: whoever waits behind would only wait longer.
            queue.take_waiting(&mut batch, usize::MAX);
        }
        for (job, outcome) in answers {
            job.answer(outcome);
        }
        if let Some(cause) = hindered {
            for job in batch.drain(..) {
                job.answer(Err(cause.clone().into()));
            }
        }
    }
}
