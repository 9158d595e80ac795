//! RESULTS.md: one table a plan, one row a module, as this run found it.

use super::plans::Plan;
use super::run::{Outcome, Stop};
use std::fmt::Write;
use std::path::Path;

const HEAD: &str = "# Results\n\n\
    What came of every module of the official suite's plans in our own version of it (`conformance/modules`), written by the\n\
    run itself: `cargo xtask conformance --modules`. A test holds this file against every run. The official suite itself\n\
    has not been run yet: see [README.md](README.md).\n";

/// What came of one module.
pub struct Row {
    pub name: String,
    word: &'static str,
    why: Vec<String>,
    /// What was found, for the log only: it differs from run to run.
    found: String,
}

impl Row {
    pub fn of(name: String, outcome: Outcome, warnings: Vec<String>) -> Self {
        let (word, why, found) = match outcome {
            Err(Stop::Fail(rule, found)) => ("fail", vec![rule], found),
            Err(Stop::Skip(why)) => ("skip", vec![why], String::new()),
            Ok(()) if warnings.is_empty() => ("pass", warnings, String::new()),
            Ok(()) => ("warn", warnings, String::new()),
        };
        Self { name, word, why, found }
    }

    /// A module that a plan names and nobody wrote.
    pub fn forgotten(name: String) -> Self {
        Self::of(name, Err(Stop::fail("not written", "")), Vec::new())
    }
}

/// Holds this run against the committed file, or writes the file where `HUFU_WRITE_RESULTS` is set.
pub fn compare(tables: &[(&Plan, Vec<&Row>)], log: &str) {
    let now = rendered(tables);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/RESULTS.md");
    let failures = failures(tables);
    if std::env::var_os("HUFU_WRITE_RESULTS").is_some() {
        std::fs::write(&file, &now).expect("writable");
        eprintln!("{failures}");
        return;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    if now == committed {
        return;
    }
    let mut differs = String::new();
    for line in committed.lines().filter(|line| !now.lines().any(|other| other == *line)) {
        let _ = writeln!(differs, "- {line}");
    }
    for line in now.lines().filter(|line| !committed.lines().any(|other| other == *line)) {
        let _ = writeln!(differs, "+ {line}");
    }
    let log: Vec<_> = log.lines().rev().take(30).collect();
    panic!(
        "conformance/RESULTS.md is not what this run found. If it should be, run `cargo xtask conformance --modules`.\n\
         {differs}\n{failures}\nThe end of the provider's log:\n{}",
        log.into_iter().rev().collect::<Vec<_>>().join("\n")
    );
}

/// What was found where something failed.
fn failures(tables: &[(&Plan, Vec<&Row>)]) -> String {
    let mut text = String::new();
    for (plan, rows) in tables {
        for row in rows.iter().filter(|row| row.word == "fail") {
            let _ = writeln!(text, "{}: {}: {}: {}", plan.name, row.name, row.why.join("; "), row.found);
        }
    }
    text
}

fn rendered(tables: &[(&Plan, Vec<&Row>)]) -> String {
    let mut text = HEAD.to_owned();
    let all = || tables.iter().flat_map(|(_, rows)| rows.iter());
    let count = |word: &str| all().filter(|row| row.word == word).count();
    let words = ["pass", "warn", "skip", "fail"].map(|word| format!("{} {word}", count(word)));
    let _ = writeln!(text, "\n{} modules: {}.", all().count(), words.join(", "));
    for (plan, rows) in tables {
        let variant: Vec<_> = plan.variant.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let _ = writeln!(text, "\n## {}\n\n`{}` {}\n", plan.name, plan.plan, variant.join(", "));
        let _ = writeln!(text, "| module | result | why |\n|---|---|---|");
        for row in rows {
            let _ = writeln!(text, "| {} | {} | {} |", row.name, row.word, row.why.join("; "));
        }
    }
    text
}
