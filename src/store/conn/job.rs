//! A closure on its way to a thread that owns a connection, and its answer on the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::store::error::{Broken, StoreError, Unavailable};

/// What a connection thread sees of a closure: `C` is what the closure wants to be given.
pub(super) trait Job<C>: Send {
    /// Begins the work; false when the asker has gone away, and then nothing may be run.
    fn claim(&mut self) -> bool;

    /// Runs the closure, once more if need be. Its value stays inside until it is answered.
    fn run(&mut self, conn: &mut C) -> Result<(), StoreError>;

    /// Hands out the value of the last run, or the error instead.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// Runs a job and turns its panic into an error of its own.
pub(super) fn run_caught<C>(job: &mut dyn Job<C>, conn: &mut C) -> Result<(), StoreError> {
    catch_unwind(AssertUnwindSafe(|| job.run(conn))).unwrap_or(Err(StoreError::Broken(Broken::Panicked)))
}

/// Runs a thread's work until it returns. Closures are caught one by one; should anything else panic, the askers at hand
/// are told that the store is closed, and the next ones are served.
pub(super) fn unstoppably(mut work: impl FnMut()) {
    while catch_unwind(AssertUnwindSafe(&mut work)).is_err() {}
}

struct Work<T, F> {
    closure: F,
    value: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    begun: Option<Arc<AtomicBool>>,
}

impl<C, T, F> Job<C> for Work<T, F>
where
    F: FnMut(&mut C) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn claim(&mut self) -> bool {
        let first = self.begun.as_ref().is_none_or(|begun| !begun.swap(true, Ordering::AcqRel));
        first && !self.reply.is_closed()
    }

    fn run(&mut self, conn: &mut C) -> Result<(), StoreError> {
        self.value = None;
        self.value = Some((self.closure)(conn)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let answer = match (outcome, self.value) {
            (Ok(()), Some(value)) => Ok(value),
            (Ok(()), None) => Err(Broken::Panicked.into()),
            (Err(error), _) => Err(error),
        };
        // An asker that stopped waiting has no use for the answer.
        drop(self.reply.send(answer));
    }
}

/// The asker's end.
pub(super) struct Answer<T> {
    receiver: oneshot::Receiver<Result<T, StoreError>>,
    begun: Option<Arc<AtomicBool>>,
}

/// A job that is begun however long it waited.
pub(super) fn patient<C, T, F>(closure: F) -> (Box<dyn Job<C>>, Answer<T>)
where
    F: FnMut(&mut C) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    pair(closure, None)
}

/// A job that can be given up as long as it has not begun.
#[cfg(feature = "postgres")]
pub(super) fn revocable<C, T, F>(closure: F) -> (Box<dyn Job<C>>, Answer<T>)
where
    F: FnMut(&mut C) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    pair(closure, Some(Arc::new(AtomicBool::new(false))))
}

fn pair<C, T, F>(closure: F, begun: Option<Arc<AtomicBool>>) -> (Box<dyn Job<C>>, Answer<T>)
where
    F: FnMut(&mut C) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    let (reply, receiver) = oneshot::channel();
    let work = Work { closure, value: None, reply, begun: begun.clone() };
    (Box::new(work), Answer { receiver, begun })
}

impl<T> Answer<T> {
    /// Waits for the answer.
    pub(super) async fn wait(self) -> Result<T, StoreError> {
        self.receiver.await.unwrap_or(Err(Unavailable::Closed.into()))
    }

    /// Waits for the answer; gives a revocable job up when it has not begun within `patience`.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "the embedded database's jobs are all patient"))]
    pub(super) async fn within(mut self, patience: Duration) -> Result<T, StoreError> {
        if let Some(begun) = self.begun.take() {
            match tokio::time::timeout(patience, &mut self.receiver).await {
                Ok(answer) => return answer.unwrap_or(Err(Unavailable::Closed.into())),
                Err(_) if !begun.swap(true, Ordering::AcqRel) => {
                    return Err(Unavailable::NoConnection.into());
                }
                Err(_) => {}
            }
        }
        self.wait().await
    }
}
