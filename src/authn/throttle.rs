//! Who may try a PIN, and when: two budgets, so that a stranger's wrong PINs never close the person's own door.
//!
//! PROTOCOL 21, NIST SP 800-63B §3.2.2 ("no more than 100 consecutive failed attempts", and allowing for attempts from
//! browsers already known). A counter is a row of a table of fixed size; its slot is a keyed digest of *what was typed*,
//! so a number that nobody has is counted, paused and answered exactly like one that somebody has. With [`SLOTS`] rows,
//! filling the table with failures takes a hundred million hashes, and meeting a given person's slot by chance one in a
//! million.
//!
//! | door | key | opens | after failures |
//! |---|---|---|---|
//! | stranger | number as typed | 100 times | closed; one attempt grows back each hour |
//! | known browser | person, device | 20 times | pauses of 1, 2, 4, 8, then 15 minutes from the fourth on; after the twentieth the browser is a stranger until attempts grow back, one an hour |
//! | passkey | — | always | has no budget: a signature cannot be guessed |
//! | face | person | 10 times | closed; one attempt grows back each hour. Only a session begun by a passkey comes so far |
//!
//! Counting happens in the write that also judges, from the row as it is *then*: of a thousand PINs that arrive together,
//! those after the budget's last are refused even if right.

use crate::spec::Timestamp;
use std::time::Duration;

/// Rows of the table.
pub const SLOTS: u64 = 1 << 20;

const MINUTE: Duration = Duration::from_secs(60);
/// Minutes in which one spent attempt grows back.
const GROWS_BACK: i64 = 60;

/// Face checks in succession that may fail: NIST SP 800-63B §3.2.3 allows so many where living persons are told from pictures.
const FACE_ATTEMPTS: i64 = 10;

/// A row's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot(i64);

impl Slot {
    /// The slot of a keyed digest.
    pub fn of(tag: &[u8; 32]) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&tag[..8]);
        Self((u64::from_be_bytes(first) % SLOTS).cast_signed())
    }

    pub const fn value(self) -> i64 {
        self.0
    }
}

/// A row: failures in succession, and the minute of the last one. No row is the same as [`Counter::CLEAR`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    /// Minutes since 1970.
    pub window: i64,
    pub failures: i64,
}

/// Which budget an attempt draws on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    Stranger,
    KnownBrowser,
}

impl Budget {
    pub const fn attempts(self) -> i64 {
        match self {
            Self::Stranger => 100,
            Self::KnownBrowser => 20,
        }
    }
}

impl Counter {
    pub const CLEAR: Self = Self { window: 0, failures: 0 };

    /// Failures that still count at `now`. A clock that went back forgives nothing.
    fn counting(self, now: Timestamp) -> i64 {
        let grown = (minute(now) - self.window).max(0) / GROWS_BACK;
        self.failures.saturating_sub(grown).max(0)
    }

    /// Whether one more face check is heard.
    ///
    /// # Errors
    /// The budget is spent, until then.
    pub fn admits_face(self, now: Timestamp) -> Result<(), Timestamp> {
        if self.counting(now) < FACE_ATTEMPTS { Ok(()) } else { Err(self.grows_back(now)) }
    }

    /// This counter after an attempt that was heard.
    #[must_use]
    pub fn after(self, attempt: Attempt, now: Timestamp) -> Self {
        match attempt {
            Attempt::Right => Self::CLEAR,
            Attempt::Wrong => self.failed(now),
        }
    }

    fn failed(self, now: Timestamp) -> Self {
        Self { window: minute(now).max(self.window), failures: self.counting(now) + 1 }
    }

    /// When the next attempt grows back, for a budget that is spent.
    fn grows_back(self, now: Timestamp) -> Timestamp {
        let grown = (minute(now) - self.window).max(0) / GROWS_BACK;
        at_minute(self.window + (grown + 1) * GROWS_BACK)
    }

    /// The pause after so many failures in a known browser.
    fn paused_until(self, now: Timestamp) -> Timestamp {
        let pause = match self.counting(now) {
            ..=3 => 0,
            4 => 1,
            5 => 2,
            6 => 4,
            7 => 8,
            _ => 15,
        };
        at_minute(self.window + pause)
    }
}

fn minute(at: Timestamp) -> i64 {
    at.step(MINUTE).unix() / 60
}

const fn at_minute(minute: i64) -> Timestamp {
    Timestamp::from_unix(minute.saturating_mul(60))
}

/// The counters that an attempt with number, PIN and code meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doors {
    pub stranger: Counter,
    /// Only when the browser is known *for the person whose number was typed*.
    pub browser: Option<Counter>,
}

/// Whether the attempt is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Through(Budget),
    /// Not before `until`. What was typed is not looked at, and not counted.
    TryLater {
        until: Timestamp,
    },
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    Wrong,
    Right,
}

impl Doors {
    /// Judges the counters as they are. Asked before the hash, to save it, and again inside the write, to be sure.
    pub fn admit(&self, now: Timestamp) -> Admission {
        if let Some(browser) = self.browser
            && browser.counting(now) < Budget::KnownBrowser.attempts()
        {
            let until = browser.paused_until(now);
            let paused = until > now;
            return if paused { Admission::TryLater { until } } else { Admission::Through(Budget::KnownBrowser) };
        }
        if self.stranger.counting(now) < Budget::Stranger.attempts() {
            Admission::Through(Budget::Stranger)
        } else {
            Admission::TryLater { until: self.stranger.grows_back(now) }
        }
    }

    /// The counters after an attempt that came through `budget`.
    ///
    /// A wrong one is counted at its own door only. A right one ends the succession at both: number, PIN and code were
    /// the person's, wherever they were typed.
    #[must_use]
    pub fn after(mut self, budget: Budget, attempt: Attempt, now: Timestamp) -> Self {
        match (attempt, budget) {
            (Attempt::Wrong, Budget::Stranger) => self.stranger = self.stranger.failed(now),
            (Attempt::Wrong, Budget::KnownBrowser) => self.browser = self.browser.map(|counter| counter.failed(now)),
            (Attempt::Right, _) => {
                self.stranger = Counter::CLEAR;
                self.browser = self.browser.map(|_| Counter::CLEAR);
            }
        }
        self
    }

    /// The counters after a passkey signed in: this browser is the person's again. The stranger's count stays, for a
    /// passkey says nothing about who has been guessing PINs (NIST counts per authenticator).
    #[must_use]
    pub fn after_passkey(mut self) -> Self {
        self.browser = self.browser.map(|_| Counter::CLEAR);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_unix(1_790_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    fn stranger(failures: i64) -> Doors {
        Doors { stranger: Counter { window: minute(START), failures }, browser: None }
    }

    fn known(failures: i64) -> Doors {
        Doors { browser: Some(Counter { window: minute(START), failures }), ..stranger(100) }
    }

    /// PROTOCOL 21: "a stranger's wrong PINs, up to the 100 that NIST allows and beyond, never close the door to the
    /// person's own browser or passkey."
    #[test]
    fn ten_thousand_wrong_pins_from_strangers_and_the_person_still_gets_in() {
        let mut number = Counter::CLEAR;
        let mut heard = 0;
        let mut now = START;
        for attempt in 0..10_000 {
            now = START.plus(Duration::from_secs(attempt));
            let doors = Doors { stranger: number, browser: None };
            if let Admission::Through(budget) = doors.admit(now) {
                number = doors.after(budget, Attempt::Wrong, now).stranger;
                heard += 1;
            }
        }
        assert!((100..=103).contains(&heard), "a hundred, and what grew back in under three hours: {heard}");
        let own = Doors { stranger: number, browser: Some(Counter::CLEAR) };
        assert_eq!(own.admit(now), Admission::Through(Budget::KnownBrowser));
        let after = own.after(Budget::KnownBrowser, Attempt::Right, now);
        assert_eq!(after, Doors { stranger: Counter::CLEAR, browser: Some(Counter::CLEAR) });
    }

    /// NIST SP 800-63B §3.2.2.
    #[test]
    fn no_more_than_a_hundred_consecutive_failures_are_heard_from_strangers() {
        assert_eq!(stranger(99).admit(START), Admission::Through(Budget::Stranger));
        assert!(matches!(stranger(100).admit(START), Admission::TryLater { .. }));
    }

    #[test]
    fn a_closed_door_opens_for_one_attempt_each_hour_and_says_when() {
        let doors = stranger(100);
        let Admission::TryLater { until } = doors.admit(START) else { panic!("closed") };
        assert!(until > START && until <= START.plus(HOUR));
        assert!(matches!(doors.admit(until.minus(Duration::from_secs(1))), Admission::TryLater { .. }));
        assert_eq!(doors.admit(until), Admission::Through(Budget::Stranger));
        let again = doors.after(Budget::Stranger, Attempt::Wrong, until);
        assert!(matches!(again.admit(until), Admission::TryLater { .. }));
        assert_eq!(doors.admit(START.plus(HOUR * 200)), Admission::Through(Budget::Stranger));
    }

    #[test]
    fn a_known_browser_pauses_ever_longer_and_then_is_a_stranger() {
        let mut doors = known(0);
        let mut now = START;
        let mut pauses = Vec::new();
        while let Admission::Through(Budget::KnownBrowser) = doors.admit(now) {
            doors = doors.after(Budget::KnownBrowser, Attempt::Wrong, now);
            if doors.browser.is_some_and(|counter| counter.counting(now) >= 20) {
                break;
            }
            if let Admission::TryLater { until } = doors.admit(now) {
                pauses.push(until.since(now.step(MINUTE)).as_secs() / 60);
                now = until;
            }
        }
        assert_eq!(pauses[..6], [1, 2, 4, 8, 15, 15]);
        let spent = Doors { stranger: Counter::CLEAR, ..doors };
        assert_eq!(spent.admit(now), Admission::Through(Budget::Stranger));
        assert_eq!(spent.admit(now.plus(HOUR * 2)), Admission::Through(Budget::KnownBrowser), "it grows back");
    }

    #[test]
    fn a_wrong_pin_is_counted_at_its_own_door_only() {
        let doors = Doors { stranger: Counter::CLEAR, browser: Some(Counter::CLEAR) };
        let after = doors.after(Budget::KnownBrowser, Attempt::Wrong, START);
        assert_eq!((after.stranger.failures, after.browser.map(|c| c.failures)), (0, Some(1)));
        let after = doors.after(Budget::Stranger, Attempt::Wrong, START);
        assert_eq!((after.stranger.failures, after.browser.map(|c| c.failures)), (1, Some(0)));
    }

    #[test]
    fn a_passkey_makes_its_browser_the_persons_again_and_leaves_the_strangers_count() {
        let after = known(20).after_passkey();
        assert_eq!(after.admit(START), Admission::Through(Budget::KnownBrowser));
        assert_eq!(after.stranger.failures, 100);
    }

    #[test]
    fn a_clock_that_goes_back_opens_no_door() {
        let earlier = START.minus(HOUR * 48);
        assert!(matches!(stranger(100).admit(earlier), Admission::TryLater { .. }));
        let after = stranger(50).after(Budget::Stranger, Attempt::Wrong, earlier);
        assert_eq!(after.stranger, Counter { window: minute(START), failures: 51 });
    }

    #[test]
    fn every_digest_has_a_slot_in_the_table() {
        for byte in 0..=255 {
            assert!((0..SLOTS.cast_signed()).contains(&Slot::of(&[byte; 32]).value()));
        }
    }

    /// NIST SP 800-63B §3.2.3.
    #[test]
    fn ten_faces_that_do_not_fit_close_the_camera_and_one_grows_back_each_hour() {
        let mut counter = Counter::CLEAR;
        for failed in 0..FACE_ATTEMPTS {
            assert_eq!(counter.admits_face(START), Ok(()), "after {failed}");
            counter = counter.after(Attempt::Wrong, START);
        }
        let until = counter.admits_face(START).expect_err("spent");
        assert_eq!(counter.admits_face(until.minus(Duration::from_secs(1))), Err(until));
        assert_eq!(counter.admits_face(until), Ok(()));
        assert!(counter.after(Attempt::Wrong, until).admits_face(until).is_err(), "one, not ten");
        assert_eq!(counter.after(Attempt::Right, until), Counter::CLEAR);
    }
}
