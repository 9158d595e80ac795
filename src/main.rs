//! The `hufu` command.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A request takes and gives back some hundred small pieces of memory; docs/benchmarks.md says what this allocator saves.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    hufu::cli::run()
}
