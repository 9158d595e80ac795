//! Many browsers at once, each with one request under way, for a bounded time.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Outcome;
use crate::machine::{Busy, CLIENT_CORE, SERVER_CORE};
use crate::process::Server;
use crate::tally::Tally;

/// How long each step took.
pub type Laps = [Duration; 3];

/// Browsers find their rhythm before anything counts.
const RAMP: Duration = Duration::from_millis(200);

/// What one browser repeats.
pub trait Work: Send + 'static {
    fn once(&mut self) -> impl Future<Output = Outcome<Laps>> + Send;
}

/// Everybody works until the time is over; what was finished within `length` counts. The browsers come back for the next
/// round. One failure ends it: a rate with failures in it means nothing.
pub async fn drive<W: Work>(server: &Server, fleet: Vec<W>, length: Duration) -> Outcome<(Vec<W>, Tally)> {
    let begin = Instant::now() + RAMP;
    let end = begin + length;
    let mut at_work = JoinSet::new();
    for mut browser in fleet {
        at_work.spawn(async move {
            let mut done = Vec::with_capacity(1024);
            loop {
                let laps = browser.once().await?;
                let now = Instant::now();
                if now >= end {
                    return Ok::<_, String>((browser, done));
                }
                if now >= begin {
                    done.push(laps);
                }
            }
        });
    }
    tokio::time::sleep_until(begin.into()).await;
    let (cpu, near, far) = (server.cpu(), Busy::of(SERVER_CORE)?, Busy::of(CLIENT_CORE)?);
    tokio::time::sleep_until(end.into()).await;
    let cpu = server.cpu().saturating_sub(cpu);
    let (near, far) = (Busy::of(SERVER_CORE)?.since(&near), Busy::of(CLIENT_CORE)?.since(&far));
    let mut tally = Tally::new(length, cpu, near, far);
    let mut back = Vec::with_capacity(at_work.len());
    while let Some(joined) = at_work.join_next().await {
        let (browser, done) = joined.map_err(|error| error.to_string())??;
        tally.add(&done);
        back.push(browser);
    }
    Ok((back, tally))
}

/// Everybody works until so many flows are done between them.
pub async fn count<W: Work>(fleet: Vec<W>, flows: u64) -> Outcome<Vec<W>> {
    let share = flows.div_ceil(fleet.len() as u64);
    let mut at_work = JoinSet::new();
    for mut browser in fleet {
        at_work.spawn(async move {
            for _ in 0..share {
                browser.once().await?;
            }
            Ok::<_, String>(browser)
        });
    }
    let mut back = Vec::with_capacity(at_work.len());
    while let Some(joined) = at_work.join_next().await {
        back.push(joined.map_err(|error| error.to_string())??);
    }
    Ok(back)
}
