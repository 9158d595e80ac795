//! Every cargo call is made here, with the same features and the same environment, so that nothing is compiled twice.
//!
//! The workspace is compiled by clippy's driver, which is the compiler with more lints: the one debug build that the tests
//! run is also the lint. Only members of the workspace see the driver and its `-D warnings`; dependencies keep their
//! artifacts. (`-D warnings` in RUSTFLAGS would rebuild them all.)

use std::process::Command;

use crate::shell;

/// What a call builds with.
#[derive(Clone, Copy)]
pub enum Build {
    /// Both databases: what is tested.
    Whole,
    /// The default features: what a bare machine builds.
    Default,
    /// Both databases by the plain compiler: what is measured.
    Shipped,
    /// Nothing of the workspace.
    None,
}

/// A cargo call, ready to run.
pub fn cargo(words: &[&str], build: Build) -> Command {
    let mut cargo = shell::command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), words);
    // `cargo xtask` itself runs under cargo, which must not leak into the calls made here.
    for (name, _) in std::env::vars_os().filter(|(name, _)| leaks(&name.to_string_lossy())) {
        cargo.env_remove(name);
    }
    match build {
        Build::Whole | Build::Shipped => cargo.args(["--features", "postgres"]),
        Build::Default | Build::None => &mut cargo,
    };
    match build {
        Build::Whole | Build::Default => {
            cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", "-Dwarnings__CLIPPY_HACKERY__")
        }
        Build::Shipped | Build::None => &mut cargo,
    };
    cargo
}

/// `cargo test` with both databases, `words` choosing the targets and `filter` the tests in them.
pub fn test(words: &[&str], filter: &[&str]) -> Command {
    let mut test = cargo(&[&["test"], words].concat(), Build::Whole);
    test.arg("--").args(filter);
    test
}

fn leaks(name: &str) -> bool {
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}
