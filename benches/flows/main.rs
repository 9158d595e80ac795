//! `cargo xtask bench`: complete flows per second beside their floor. docs/benchmarks.md says how to read the table.
//!
//! This one program is all there is beside the product: the load generator (`fleet`, `browser`, `http`), the floor
//! servers (`floor`), and what measures and prints. It speaks to the product over HTTP and its command line only, so it
//! cannot measure anything that a website or an operator does not see.

#![expect(clippy::print_stdout, reason = "the table is the answer")]
#![expect(clippy::disallowed_methods, reason = "to measure is to read the clock")]

mod browser;
mod cell;
mod fleet;
mod floor;
mod house;
mod http;
mod machine;
mod options;
mod part;
mod process;
mod product;
mod proof;
mod run;
mod site;
mod table;
mod tally;

use std::process::ExitCode;

/// What went wrong, in one sentence.
type Outcome<T> = Result<T, String>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.first().map(String::as_str) {
        Some(floor::SERVE) => floor::serve(&words[1..]),
        Some(floor::HASH) => floor::hash(&words[1..]),
        _ if words.iter().any(|word| word == "--help") => {
            print!("{}", options::HELP);
            Ok(())
        }
        _ if words.iter().any(|word| word == "--bench") => {
            options::Options::parse(&words).and_then(|options| run::all(&options))
        }
        _ => {
            println!("Nothing is measured here: this is `cargo xtask bench`.");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("bench: {reason}");
            ExitCode::FAILURE
        }
    }
}
