//! How instants and spans are written for people.

use crate::spec::Timestamp;
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::format_description;

/// `2026-11-23 22:05:48Z`.
pub fn instant(at: Timestamp) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z");
    let written = OffsetDateTime::from_unix_timestamp(at.unix()).ok().and_then(|at| at.format(form).ok());
    written.unwrap_or_else(|| at.unix().to_string())
}

/// The calendar year, UTC.
pub fn year(at: Timestamp) -> i32 {
    OffsetDateTime::from_unix_timestamp(at.unix()).map_or(1970, OffsetDateTime::year)
}

/// `2026-11-23`, UTC.
pub fn day(at: Timestamp) -> String {
    instant(at).chars().take(10).collect()
}

/// `90 days`, `3 hours`, `40 s`.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} minutes", seconds / 60),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc() {
        assert_eq!(instant(Timestamp::from_unix(1_795_471_548)), "2026-11-23 22:05:48Z");
        assert_eq!(day(Timestamp::from_unix(1_795_471_548)), "2026-11-23");
        assert_eq!(span(Duration::from_secs(90 * 86_400)), "90 days");
    }
}
