//! What was counted, and what it comes to.

use std::time::Duration;

use crate::fleet::Laps;

/// The raw count of one side of a cell, over all its rounds.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    laps: [Vec<u32>; 3],
    time: Duration,
    /// CPU time of the server's process.
    server: Duration,
    /// Time in which the server's and the client's core were not idle, whoever worked there.
    near: Duration,
    far: Duration,
}

impl Tally {
    pub fn new(time: Duration, server: Duration, near: f64, far: f64) -> Tally {
        Tally { time, server, near: time.mul_f64(near), far: time.mul_f64(far), ..Tally::default() }
    }

    pub fn add(&mut self, done: &[Laps]) {
        for laps in done {
            for (all, lap) in self.laps.iter_mut().zip(laps) {
                all.push(u32::try_from(lap.as_micros()).unwrap_or(u32::MAX));
            }
        }
    }

    /// Another round of the same.
    pub fn join(&mut self, other: Tally) {
        for (all, more) in self.laps.iter_mut().zip(other.laps) {
            all.extend(more);
        }
        self.time += other.time;
        self.server += other.server;
        self.near += other.near;
        self.far += other.far;
    }

    pub fn flows(&self) -> u64 {
        self.laps[0].len() as u64
    }

    pub fn summary(mut self) -> Summary {
        let flows = self.flows();
        let seconds = self.time.as_secs_f64();
        Summary {
            flows,
            per_second: flows as f64 / seconds,
            steps: self.laps.each_mut().map(|laps| {
                laps.sort_unstable();
                Step { p50: percentile(laps, 50), p99: percentile(laps, 99) }
            }),
            cpu_micros: self.server.as_secs_f64() * 1e6 / flows.max(1) as f64,
            server_busy: self.server.as_secs_f64() / seconds,
            client_busy: self.far.as_secs_f64() / seconds,
            others: (self.near.saturating_sub(self.server)).as_secs_f64() / seconds,
        }
    }
}

/// One side of a cell.
#[derive(Clone, Debug)]
pub struct Summary {
    pub flows: u64,
    pub per_second: f64,
    pub steps: [Step; 3],
    /// The server's CPU time for one flow.
    pub cpu_micros: f64,
    /// Shares of one core.
    pub server_busy: f64,
    pub client_busy: f64,
    /// The share of the server's core that somebody else took.
    pub others: f64,
}

/// In microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub p50: u32,
    pub p99: u32,
}

fn percentile(sorted: &[u32], percent: usize) -> u32 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}
