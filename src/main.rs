//! The `hufu` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    hufu::cli::run()
}
