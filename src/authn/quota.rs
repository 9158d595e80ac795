//! At most so many in a span of time, whoever asks: what keeps a door that stands open from being a tap.
//!
//! Shares the counters' table with `throttle` and its unit, the minute. A quota counts everything that it lets through, right
//! or wrong; with the span it begins anew.

use super::throttle::Counter;
use crate::spec::Timestamp;
use std::time::Duration;

/// How many, in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub most: i64,
    pub span: Duration,
}

impl Quota {
    /// The counter after one more; `None` when there is no more to draw in this span.
    pub fn draw(self, counter: Counter, now: Timestamp) -> Option<Counter> {
        let window = self.window(now);
        let drawn = if counter.window == window { counter.failures } else { 0 };
        (drawn < self.most).then_some(Counter { window, failures: drawn + 1 })
    }

    /// The counter after one was given back, which was not needed.
    #[must_use]
    pub fn give_back(self, counter: Counter, now: Timestamp) -> Counter {
        if counter.window != self.window(now) {
            return counter;
        }
        Counter { failures: (counter.failures - 1).max(0), ..counter }
    }

    fn window(self, now: Timestamp) -> i64 {
        now.step(self.span).unix() / 60
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const TWO: Quota = Quota { most: 2, span: HOUR };
    const START: Timestamp = Timestamp::from_unix(1_790_000_000);

    #[test]
    fn so_many_are_let_through_and_no_more_until_the_span_is_over() {
        let one = TWO.draw(Counter::CLEAR, START).expect("the first");
        let two = TWO.draw(one, START).expect("the second");
        assert_eq!(TWO.draw(two, START), None);
        assert!(TWO.draw(two, START.hour().plus(HOUR)).is_some());
    }

    #[test]
    fn what_was_not_needed_can_be_drawn_again() {
        let full = TWO.draw(TWO.draw(Counter::CLEAR, START).expect("one"), START).expect("two");
        assert!(TWO.draw(TWO.give_back(full, START), START).is_some());
        let later = START.plus(HOUR);
        assert_eq!(TWO.give_back(full, later), full, "another span's");
        assert_eq!(TWO.give_back(Counter { failures: 0, ..full }, START).failures, 0);
    }
}
