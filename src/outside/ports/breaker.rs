//! A circuit breaker: a service that fails again and again is left alone for a while, so that nobody waits for it in vain and it
//! can recover. Counts and instants only; the clock is handed in.

use crate::spec::Timestamp;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Failures in a row that open it.
pub const FAILURES: u32 = 5;
/// How long it stays open before one question may try.
pub const REST: Duration = Duration::from_secs(30);

/// Closed as long as the service answers.
#[derive(Debug)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed {
        failures: u32,
    },
    /// One question may try from this instant on.
    Open {
        again: Timestamp,
    },
}

/// How a question ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The service answered, whatever it said.
    Answered,
    Failed,
}

impl Default for Breaker {
    fn default() -> Self {
        Self(Mutex::new(State::Closed { failures: 0 }))
    }
}

impl Breaker {
    /// Whether a question may be asked now. Of those that come while it is open one is let through in each [`REST`]: whether it
    /// ever ends does not matter, so that one that nobody waits for any more keeps nothing shut.
    pub fn admits(&self, now: Timestamp) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            State::Closed { .. } => true,
            State::Open { again } if now < again => false,
            State::Open { .. } => {
                *state = State::Open { again: now.plus(REST) };
                true
            }
        }
    }

    /// Notes how a question ended; true when that opened it.
    pub fn note(&self, ended: Ended, now: Timestamp) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (next, opened) = match (ended, *state) {
            (Ended::Answered, _) => (State::Closed { failures: 0 }, false),
            (Ended::Failed, State::Closed { failures }) if failures + 1 < FAILURES => {
                (State::Closed { failures: failures + 1 }, false)
            }
            (Ended::Failed, State::Closed { .. }) => (State::Open { again: now.plus(REST) }, true),
            (Ended::Failed, State::Open { .. }) => (State::Open { again: now.plus(REST) }, false),
        };
        *state = next;
        opened
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + second)
    }

    fn opened() -> Breaker {
        let breaker = Breaker::default();
        let opening: Vec<_> = (0..FAILURES).map(|_| breaker.note(Ended::Failed, at(0))).collect();
        assert_eq!(opening.iter().filter(|opened| **opened).count(), 1, "the last one opens it: {opening:?}");
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
        let breaker = Breaker::default();
        for _ in 0..3 * FAILURES {
            for _ in 1..FAILURES {
                assert!(!breaker.note(Ended::Failed, at(0)));
            }
            breaker.note(Ended::Answered, at(0));
        }
        assert!(breaker.admits(at(0)));
        assert!(!opened().admits(at(29)));
    }

    #[test]
    fn one_question_tries_after_the_rest_and_closes_it() {
        let breaker = opened();
        assert!(breaker.admits(at(30)));
        assert!(!breaker.admits(at(30)), "one only");
        breaker.note(Ended::Answered, at(31));
        assert!(breaker.admits(at(31)) && breaker.admits(at(31)));
    }

    #[test]
    fn a_trial_that_fails_or_never_ends_keeps_it_open_for_one_more_rest() {
        let breaker = opened();
        assert!(breaker.admits(at(30)));
        breaker.note(Ended::Failed, at(35));
        assert!(!breaker.admits(at(64)) && breaker.admits(at(65)));
        assert!(!breaker.admits(at(94)) && breaker.admits(at(95)), "nobody noted how the second trial ended");
    }
}
