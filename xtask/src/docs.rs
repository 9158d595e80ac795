//! Documentation with its warnings denied, without building the dependencies again.
//!
//! `cargo doc` would check every dependency anew. `cargo test --doc` reuses the debug build and hands rustdoc the
//! libraries it made; so this program stands in for rustdoc there and documents instead of testing.

use std::process::{Command, ExitCode};

use crate::cargo::{Build, cargo};
use crate::report::Passed;
use crate::shell;

/// Set for the cargo call whose rustdoc this program is: where the pages go.
const STAND_IN: &str = "XTASK_RUSTDOC_OUT";

/// Builds the pages of the library, private items included.
pub fn build() -> Result<Passed, String> {
    let out = shell::target().join("doc");
    let mut call = cargo(&["test", "--doc"], Build::Whole);
    call.env("RUSTDOC", std::env::current_exe().map_err(|error| error.to_string())?).env(STAND_IN, &out);
    shell::run(&mut call)?;
    println!("{}", out.join("hufu/index.html").display());
    Ok(Passed::Wholly)
}

pub fn called_as_rustdoc() -> bool {
    std::env::var_os(STAND_IN).is_some()
}

/// Calls the real rustdoc with what cargo said, less what belongs to testing.
pub fn as_rustdoc() -> ExitCode {
    let mut rustdoc = Command::new("rustdoc");
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--test" | "--no-run" => {}
            "--test-run-directory" | "--test-args" | "--test-runtool" | "--test-runtool-arg" | "--error-format" => {
                words.next();
            }
            _ => {
                rustdoc.arg(word);
            }
        }
    }
    if let Some(out) = std::env::var_os(STAND_IN) {
        rustdoc.args(["--document-private-items", "-Dwarnings", "-Arustdoc::private_intra_doc_links", "-o"]).arg(out);
    }
    match rustdoc.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            println!("rustdoc could not start: {error}");
            ExitCode::FAILURE
        }
    }
}
