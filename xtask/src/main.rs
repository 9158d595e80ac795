//! The house's own tool: builds, checks and measures Hufu. Standard library only, so that a bare machine can start it.
//!
//! `cargo xtask test` is everything; it installs what the machine lacks. `cargo xtask check` is the quick part of it.
//! Each command is one file; `cargo.rs` makes every cargo call.

#![expect(clippy::print_stdout, reason = "a tool speaks to the person who started it")]

mod bench;
mod cargo;
mod clients;
mod conformance;
mod demo;
mod deny;
mod docs;
mod json;
mod machine;
mod postgres;
mod report;
mod shell;
mod suite;
mod websites;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  test          install what this machine lacks, then run everything there is; minutes per stage at the end
  check         the quick part: formatting, lints, rules, endpoints on the embedded database
  clients       only the third-party libraries, against the debug build that is there
  bench         measure complete flows; prints one table
  conformance   run the official suite's plans against a server of ours, or our own version of its modules
";

fn main() -> ExitCode {
    if docs::called_as_rustdoc() {
        return docs::as_rustdoc();
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("test") => suite::test(),
        Some("check") => suite::check(),
        Some("clients") => suite::clients(),
        Some("bench") => bench::run(&words[1..]),
        Some("conformance") => conformance::run(&words[1..]),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        _ => {
            print!("{HELP}");
            ExitCode::FAILURE
        }
    }
}
