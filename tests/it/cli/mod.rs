//! The `hufu` command as an operator meets it: the real binary, its output, its exit codes.

mod audit;
mod canary;
mod config;
mod conformance;
mod demo;
mod deploy;
mod examples;
mod help;
mod installation;
mod keys;
mod outbox;
mod persona;
mod rotation;
mod serve;
mod voucher;

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// Runs `hufu` in `dir`, with nothing of this process's environment but what it needs.
pub fn hufu(dir: &Path, arguments: &[&str]) -> Output {
    hufu_with(dir, arguments, &[])
}

/// The same with variables set.
pub fn hufu_with(dir: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hufu"))
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .expect("hufu runs")
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

/// The answer of a command that must succeed, as JSON.
pub fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one line of JSON")
}

pub fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}
