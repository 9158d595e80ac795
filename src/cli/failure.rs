//! How a command ends when it does not succeed: a sentence for a person, a number for a script.

use crate::config::ConfigError;
use crate::store::StoreError;
use std::process::ExitCode;

/// The exit codes, as `hufu --help` and docs/operating.md list them. Clap ends with 2 on a wrong command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// What was asked for is not so: no such client, a broken chain, a check that failed.
    No = 1,
    /// The settings, or what production found, refuse to start.
    Settings = 3,
    /// The database, a file, a port or the network cannot be had.
    Unavailable = 4,
}

/// Why, and with which number.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub why: String,
}

impl Failure {
    pub fn no(why: impl ToString) -> Self {
        Self { exit: Exit::No, why: why.to_string() }
    }

    pub fn settings(why: impl ToString) -> Self {
        Self { exit: Exit::Settings, why: why.to_string() }
    }

    pub fn unavailable(why: impl ToString) -> Self {
        Self { exit: Exit::Unavailable, why: why.to_string() }
    }

    /// A file or a port that cannot be had.
    pub fn at(what: impl std::fmt::Display) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::unavailable(format!("{what}: {error}"))
    }

    pub fn code(&self) -> ExitCode {
        ExitCode::from(self.exit as u8)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::settings(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::unavailable(error)
    }
}

/// Standard output went away: `hufu client list | head`.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::unavailable(error)
    }
}
