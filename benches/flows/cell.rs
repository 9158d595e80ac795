//! One cell of the table: two sides take turns on the same core, so that whatever drifts meets both.

use std::time::Duration;

use crate::Outcome;
use crate::fleet::{Work, drive};
use crate::process::Server;
use crate::tally::{Summary, Tally};

/// Turns that each side takes: A B A B A B A B.
const ROUNDS: u32 = 4;
/// Before anything counts.
const WARM_UP: Duration = Duration::from_millis(300);

/// A server and who is at work there.
pub struct Side<'a, W> {
    server: &'a Server,
    fleet: Vec<W>,
    tally: Tally,
}

impl<'a, W: Work> Side<'a, W> {
    pub fn new(server: &'a Server, fleet: Vec<W>) -> Side<'a, W> {
        Side { server, fleet, tally: Tally::default() }
    }

    async fn turn(&mut self, time: Duration) -> Outcome<Tally> {
        let (fleet, tally) = drive(self.server, std::mem::take(&mut self.fleet), time).await?;
        self.fleet = fleet;
        Ok(tally)
    }

    /// The fleet, to be used again, and what it came to.
    pub fn finish(self) -> (Vec<W>, Summary) {
        (self.fleet, self.tally.summary())
    }
}

/// Measures both sides for `time` each.
pub async fn take_turns<A: Work, B: Work>(a: &mut Side<'_, A>, b: &mut Side<'_, B>, time: Duration) -> Outcome<()> {
    a.turn(WARM_UP).await?;
    b.turn(WARM_UP).await?;
    for _ in 0..ROUNDS {
        let tally = a.turn(time / ROUNDS).await?;
        a.tally.join(tally);
        let tally = b.turn(time / ROUNDS).await?;
        b.tally.join(tally);
    }
    Ok(())
}
