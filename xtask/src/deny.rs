//! cargo-deny: which licences, crates and sources may enter. Always gates; advisories gate where their database can be had.

use std::path::PathBuf;
use std::time::Duration;

use crate::cargo::{Build, cargo};
use crate::report::Passed;
use crate::shell;

const VERSION: &str = "0.20.2";

pub fn check() -> Result<Passed, String> {
    let tool = tool()?;
    let deny = |words: &[&str]| shell::command(&tool, &[&["--all-features", "--log-level", "error"], words].concat());
    shell::run(&mut deny(&["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))?;
    if !shell::succeeds_within(&mut deny(&["fetch", "db"]), Duration::from_secs(60)) {
        return Ok(Passed::With("advisories NOT checked: their database cannot be reached from here".into()));
    }
    shell::run(&mut deny(&["check", "--disable-fetch", "advisories"]))?;
    Ok(Passed::Wholly)
}

/// The pinned version: from the PATH, else from this person's cache, where the first run builds it.
fn tool() -> Result<PathBuf, String> {
    let kept = cache().join(format!("cargo-deny-{VERSION}"));
    let candidates = [shell::which("cargo-deny"), Some(kept.join("bin/cargo-deny"))];
    if let Some(tool) = candidates.into_iter().flatten().find(is_pinned) {
        return Ok(tool);
    }
    let mut install = cargo(&["install", "cargo-deny", "--quiet", "--locked", "--version", VERSION], Build::None);
    // It runs for a second: a build that is quick to make is the better one.
    install.args(["--profile", "dev", "--config", "profile.dev.opt-level=1", "--config", "profile.dev.debug=false"]);
    shell::run(install.arg("--root").arg(&kept))?;
    Ok(kept.join("bin/cargo-deny"))
}

fn is_pinned(tool: &PathBuf) -> bool {
    shell::read(&mut shell::command(tool, &["--version"])).is_ok_and(|said| said.trim().ends_with(VERSION))
}

fn cache() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home);
    base.map_or_else(|| shell::target().join("tools"), |base| base.join("hufu"))
}
