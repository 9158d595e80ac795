//! Instants in whole seconds, and the coarse ones that rows may hold (PROTOCOL 1: nothing finer may join two tables).

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Seconds since 1970-01-01T00:00:00Z (a JWT `NumericDate`, RFC 7519 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    pub const fn unix(self) -> i64 {
        self.0
    }

    /// This instant, later by `span`.
    pub const fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.as_secs() as i64))
    }

    /// This instant, earlier by `span`.
    pub const fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span.as_secs() as i64))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub const fn since(self, earlier: Self) -> Duration {
        let seconds = self.0 - earlier.0;
        Duration::from_secs(if seconds > 0 { seconds as u64 } else { 0 })
    }

    /// The start of this instant's hour.
    pub const fn hour(self) -> Self {
        self.step(Duration::from_secs(3600))
    }

    /// The start of this instant's day (UTC).
    pub const fn day(self) -> Self {
        self.step(Duration::from_secs(86_400))
    }

    /// The start of the `span`-long step that this instant lies in.
    pub const fn step(self, span: Duration) -> Self {
        let span = span.as_secs() as i64;
        Self(self.0.div_euclid(span) * span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_hold_instants_rounded_to_the_hour_and_the_quarter() {
        let now = Timestamp::from_unix(1_790_000_123);
        assert_eq!(now.hour().unix() % 3600, 0);
        assert!(now.since(now.hour()) < Duration::from_secs(3600));
        assert_eq!(now.step(Duration::from_secs(900)).unix() % 900, 0);
        assert_eq!(now.hour().since(now), Duration::ZERO);
    }
}
