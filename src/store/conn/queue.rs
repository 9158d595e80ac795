//! A bounded queue between the async side and the threads that own connections.
//!
//! Full means "say so at once": nobody waits for a place. Taking hands out what is waiting
//! already, up to a limit, and never waits for more.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::store::error::Unavailable;

pub(super) struct Queue<J> {
    state: Mutex<State<J>>,
    arrived: Condvar,
    capacity: usize,
}

struct State<J> {
    waiting: VecDeque<J>,
    open: bool,
}

impl<J> Queue<J> {
    pub(super) fn new(capacity: usize) -> Queue<J> {
        let state = State { waiting: VecDeque::new(), open: true };
        Queue { state: Mutex::new(state), arrived: Condvar::new(), capacity }
    }

    /// Puts a job at the end.
    ///
    /// # Errors
    /// `QueueFull` or `Closed`; the job is dropped.
    pub(super) fn push(&self, job: J) -> Result<(), Unavailable> {
        let mut state = self.lock();
        if !state.open {
            return Err(Unavailable::Closed);
        }
        if state.waiting.len() >= self.capacity {
            return Err(Unavailable::QueueFull);
        }
        state.waiting.push_back(job);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Puts a job back in front, for somebody else to take. Never refused.
    #[cfg(feature = "postgres")]
    pub(super) fn put_back(&self, job: J) {
        self.lock().waiting.push_front(job);
        self.arrived.notify_one();
    }

    /// Waits for a job; `None` when the queue is closed and empty.
    pub(super) fn take(&self) -> Option<J> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.waiting.pop_front() {
                return Some(job);
            }
            if !state.open {
                return None;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Adds to `batch` what is waiting now, until it holds `most`.
    pub(super) fn take_waiting(&self, batch: &mut Vec<J>, most: usize) {
        let mut state = self.lock();
        let room = most.saturating_sub(batch.len()).min(state.waiting.len());
        batch.extend(state.waiting.drain(..room));
    }

    /// Takes no more jobs; those that wait are still handed out.
    pub(super) fn close(&self) {
        self.lock().open = false;
        self.arrived.notify_all();
    }

    /// The lock is never held over foreign code, so a poisoned one holds a sound queue.
    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_refuses_at_once() {
        let queue = Queue::new(2);
        assert!(queue.push(1).is_ok());
        assert!(queue.push(2).is_ok());
        assert!(matches!(queue.push(3), Err(Unavailable::QueueFull)));
    }

    #[test]
    fn taking_is_in_order_and_bounded() {
        let queue = Queue::new(9);
        for job in 0..5 {
            assert!(queue.push(job).is_ok());
        }
        let mut batch = vec![queue.take().expect("there are five")];
        queue.take_waiting(&mut batch, 3);
        assert_eq!(batch, [0, 1, 2]);
    }

    #[test]
    fn a_closed_queue_hands_out_the_rest_and_ends() {
        let queue = Queue::new(2);
        assert!(queue.push(1).is_ok());
        queue.close();
        assert!(matches!(queue.push(2), Err(Unavailable::Closed)));
        assert_eq!(queue.take(), Some(1));
        assert_eq!(queue.take(), None);
    }
}
