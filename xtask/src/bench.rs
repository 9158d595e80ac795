//! `cargo xtask bench`: complete flows per second beside their floor. `benches/flows` measures and prints the one table;
//! this builds it once, as it is shipped, and gives it a PostgreSQL of its own whose commits reach the disk.

use std::process::{Command, ExitCode, Stdio};

use crate::cargo::{Build, cargo};
use crate::postgres::Cluster;
use crate::{machine, shell};

/// The client's core, and PostgreSQL's beside it; the server has core 0 to itself (`benches/flows/machine.rs`).
const CLIENT_CORE: &str = "1";

pub fn run(words: &[String]) -> ExitCode {
    match measure(words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn measure(words: &[String]) -> Result<(), String> {
    let json = words.iter().any(|word| word == "--json");
    if !json {
        machine::prepare(machine::FOR_BENCH)?;
    }
    let flows = || cargo(&["bench", "--quiet", "--profile", "dist", "--bench", "flows"], Build::Shipped);
    speak(flows().arg("--no-run"))?;
    // What starts from here on stays off the server's core, unless it asks for it.
    shell::read(&mut shell::command("taskset", &["-cp", CLIENT_CORE, &std::process::id().to_string()]))?;
    let cluster = if named(words) { None } else { Some(Cluster::durable()?) };
    let url = cluster.as_ref().map(Cluster::url);
    let mut bench = flows();
    bench.arg("--");
    if let Some(url) = &url {
        bench.args(["--postgres", url]);
    }
    speak(bench.args(words))
}

/// Whether the caller brings a cluster, or needs none.
fn named(words: &[String]) -> bool {
    words.iter().any(|word| word == "--postgres")
        || words.windows(2).any(|two| two[0] == "--store" && two[1] == "sqlite")
}

/// Runs with its output shown and nothing added: the JSON stands alone.
fn speak(command: &mut Command) -> Result<(), String> {
    let status = command.stdin(Stdio::null()).status().map_err(|error| format!("cargo could not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the benchmark ended with {status}")) }
}
