//! The machine: its two cores and what they do, its disk.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::Outcome;

/// The server has one core to itself; the client, and a database server beside it, the other.
pub const SERVER_CORE: &str = "0";
pub const CLIENT_CORE: &str = "1";

/// Puts this process, and threads that it starts from now on, on the client's core.
pub fn take_client_core() -> Outcome<()> {
    let own = std::process::id().to_string();
    let taken = Command::new("taskset").args(["-cp", CLIENT_CORE, &own]).output();
    match taken {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("two cores are wanted: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Err(format!("taskset (util-linux) could not start: {error}")),
    }
}

/// How long a core worked, and how long there was, in the kernel's ticks.
pub struct Busy {
    worked: u64,
    whole: u64,
}

impl Busy {
    pub fn of(core: &str) -> Outcome<Busy> {
        let stat = fs::read_to_string("/proc/stat").map_err(|error| error.to_string())?;
        let name = format!("cpu{core} ");
        let line = stat.lines().find_map(|line| line.strip_prefix(&name)).ok_or("two cores are wanted")?;
        // user nice system idle iowait irq softirq steal; guest time is in user already.
        let ticks: Vec<u64> = line.split_whitespace().take(8).filter_map(|ticks| ticks.parse().ok()).collect();
        let idle: u64 = ticks.iter().skip(3).take(2).sum();
        let whole: u64 = ticks.iter().sum();
        Ok(Busy { worked: whole - idle, whole })
    }

    /// The share of the time since `before` in which the core worked.
    pub fn since(&self, before: &Busy) -> f64 {
        (self.worked - before.worked) as f64 / (self.whole - before.whole).max(1) as f64
    }
}

/// Processor, kernel and disk in one line: figures without them say nothing.
pub fn describe(dir: &Path) -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = info.lines().filter(|line| line.starts_with("processor")).count();
    let disk = match flush_micros(dir) {
        Ok(micros) => format!("write and fdatasync of 4 KiB {micros} µs (median)"),
        Err(error) => format!("disk unknown: {error}"),
    };
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{}, {cores} cores, Linux {}, {disk}", model.unwrap_or("unknown processor"), kernel.trim())
}

fn flush_micros(dir: &Path) -> std::io::Result<u128> {
    let path = dir.join("flush");
    let mut file = fs::File::create(&path)?;
    let mut took = Vec::new();
    for _ in 0..200 {
        let begin = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        took.push(begin.elapsed().as_micros());
    }
    fs::remove_file(path)?;
    took.sort_unstable();
    Ok(took[took.len() / 2])
}
