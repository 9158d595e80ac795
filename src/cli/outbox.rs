//! `hufu client outbox`: what websites are still to be told. Whose sessions they were, nobody is shown.

use super::desk::Desk;
use super::failure::Failure;
use super::house::{self, Beside};
use super::out::{Reader, table};
use crate::flow::outbox::{self, Waiting};
use crate::spec::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// Rows that are looked at; who has more has other troubles.
const MOST: i64 = 100_000;

/// What waits for one website.
#[derive(Debug, Serialize)]
struct Line {
    client_id: String,
    waiting: usize,
    /// Of the one that was tried most often.
    attempts: i64,
    next_due: String,
    trouble: String,
}

pub fn show(desk: &Desk, reader: &Reader) -> Result<(), Failure> {
    let provider = house::provider(desk, Beside::default())?;
    let waiting = desk.wait(outbox::waiting(&provider, MOST)).map_err(Failure::unavailable)?;
    let lines = by_website(waiting);
    reader.tell(&lines, |_| {
        let row = |line: &Line| {
            let (waiting, attempts) = (line.waiting.to_string(), line.attempts.to_string());
            [line.client_id.clone(), waiting, attempts, line.next_due.clone(), line.trouble.clone()]
        };
        let rows: Vec<_> = lines.iter().map(row).collect();
        table(["client_id", "waiting", "attempts", "next due", "last trouble"], &rows, "No website waits.")
    })
}

fn by_website(waiting: Vec<Waiting>) -> Vec<Line> {
    let mut websites: BTreeMap<String, Vec<Waiting>> = BTreeMap::new();
    for one in waiting {
        websites.entry(one.client_id.clone()).or_default().push(one);
    }
    let line = |(client_id, waiting): (String, Vec<Waiting>)| Line {
        client_id,
        waiting: waiting.len(),
        attempts: waiting.iter().map(|one| one.attempts).max().unwrap_or_default(),
        next_due: waiting.iter().map(|one| one.due).min().map(written).unwrap_or_default(),
        trouble: waiting
            .iter()
            .rev()
            .map(|one| &one.trouble)
            .find(|trouble| !trouble.is_empty())
            .cloned()
            .unwrap_or_default(),
    };
    websites.into_iter().map(line).collect()
}

fn written(at: Timestamp) -> String {
    let format = time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    let at = time::OffsetDateTime::from_unix_timestamp(at.unix()).ok();
    at.and_then(|at| at.format(format).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_website_has_one_line_whatever_waits_for_it() {
        let one = |client_id: &str, attempts, due, trouble: &str| Waiting {
            client_id: client_id.into(),
            attempts,
            due: Timestamp::from_unix(due),
            trouble: trouble.into(),
        };
        let lines =
            by_website(vec![one("b", 0, 60, ""), one("a", 3, 120, "it does not answer in time"), one("b", 2, 0, "x")]);
        let told: Vec<_> =
            lines.iter().map(|l| (&*l.client_id, l.waiting, l.attempts, &*l.next_due, &*l.trouble)).collect();
        assert_eq!(
            told,
            [
                ("a", 1, 3, "1970-01-01T00:02:00Z", "it does not answer in time"),
                ("b", 2, 2, "1970-01-01T00:00:00Z", "x"),
            ]
        );
    }
}
