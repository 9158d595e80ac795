//! RESULTS.md: one table a plan, one row a module, as this run found it. What does not pass is an exception of
//! `conformance/suite/expected.json` with its reason, and each exception there is a row.

use super::plans::Plan;
use super::run::{Outcome, Stop};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const HEAD: &str = "# Results\n\n\
    What came of every module of the official suite's plans in our own version of it (`conformance/modules`), written by the\n\
    run itself: `cargo xtask conformance --modules`. A test holds this file against every run, and what does not pass\n\
    against [suite/expected.json](suite/expected.json), which has the reason. The official suite itself has not been run\n\
    yet: see [README.md](README.md).\n";

/// The exceptions by plan and module; `*` stands for every plan.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Exceptions(BTreeMap<String, BTreeMap<String, Exception>>);

/// What the official suite says of a module that does not pass, and why that is as it should be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    result: String,
    reason: String,
}

impl Exceptions {
    pub fn read() -> Self {
        serde_json::from_str(include_str!("../suite/expected.json")).expect("exceptions")
    }

    fn of(&self, plan: &str, module: &str) -> Option<&Exception> {
        [plan, "*"].into_iter().find_map(|place| self.0.get(place)?.get(module))
    }

    fn reason(&self, plan: &str, row: &Row) -> &str {
        let exception = self.of(plan, &row.name).filter(|_| row.word != "pass");
        exception.map_or("", |exception| exception.reason.as_str())
    }

    /// What is not as expected: a row that nobody excepts, or an exception that no row is.
    fn missed(&self, rows: &[(&str, &Row)]) -> Vec<String> {
        let mut missed = Vec::new();
        for (plan, row) in rows {
            let exception = self.of(plan, &row.name);
            let allowed = exception.map_or("PASSED", |exception| exception.result.as_str());
            if !allowed.split('|').any(|result| result == row.result()) {
                missed.push(format!("{plan}: {}: {}, not {allowed}", row.name, row.result()));
            }
            if exception.is_some_and(|exception| exception.reason.is_empty()) {
                missed.push(format!("{plan}: {}: an exception without a reason", row.name));
            }
        }
        for (place, modules) in &self.0 {
            for module in modules.keys() {
                let is = |(plan, row): &(&str, &Row)| (place == "*" || place == plan) && row.name == *module;
                if !rows.iter().any(is) {
                    missed.push(format!("{place}: {module}: an exception of no module"));
                }
            }
        }
        missed
    }
}

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

    /// The official suite's word for it.
    fn result(&self) -> &'static str {
        match self.word {
            "pass" => "PASSED",
            "warn" => "WARNING",
            "skip" => "SKIPPED",
            _ => "FAILED",
        }
    }

    /// A module that a plan names and nobody wrote.
    pub fn forgotten(name: String) -> Self {
        Self::of(name, Err(Stop::fail("not written", "")), Vec::new())
    }
}

/// Holds this run against the exceptions and the committed file, or writes the file where `HUFU_WRITE_RESULTS` is set.
pub fn compare(tables: &[(&Plan, Vec<&Row>)], log: &str) {
    let exceptions = Exceptions::read();
    let now = rendered(tables, &exceptions);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/RESULTS.md");
    let failures = failures(tables);
    let write = std::env::var_os("HUFU_WRITE_RESULTS").is_some();
    if write {
        std::fs::write(&file, &now).expect("writable");
        eprintln!("{failures}");
    }
    let rows: Vec<_> =
        tables.iter().flat_map(|(plan, rows)| rows.iter().map(|row| (plan.name.as_str(), *row))).collect();
    let missed = exceptions.missed(&rows);
    assert!(missed.is_empty(), "not as conformance/suite/expected.json has it:\n{}\n{failures}", missed.join("\n"));
    if write {
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

fn rendered(tables: &[(&Plan, Vec<&Row>)], exceptions: &Exceptions) -> String {
    let mut text = HEAD.to_owned();
    let all = || tables.iter().flat_map(|(_, rows)| rows.iter());
    let count = |word: &str| all().filter(|row| row.word == word).count();
    let words = ["pass", "warn", "skip", "fail"].map(|word| format!("{} {word}", count(word)));
    let _ = writeln!(text, "\n{} modules: {}.", all().count(), words.join(", "));
    for (plan, rows) in tables {
        let variant: Vec<_> = plan.variant.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let _ = writeln!(text, "\n## {}\n\n`{}` {}\n", plan.name, plan.plan, variant.join(", "));
        let _ = writeln!(text, "| module | result | found | why that is so |\n|---|---|---|---|");
        for row in rows {
            let (found, reason) = (row.why.join("; "), exceptions.reason(&plan.name, row));
            let _ = writeln!(text, "| {} | {} | {found} | {reason} |", row.name, row.word);
        }
    }
    text
}

#[test]
fn what_does_not_pass_is_an_exception_with_its_reason_and_each_exception_is_a_row() {
    let exceptions = r#"{ "*": { "a": { "result": "SKIPPED|REVIEW", "reason": "r" } },
        "one": { "b": { "result": "FAILED", "reason": "r" } } }"#;
    let exceptions: Exceptions = serde_json::from_str(exceptions).expect("exceptions");
    let row = |name: &str, outcome: Outcome| Row::of(name.to_owned(), outcome, Vec::new());
    let (skip, fail) = (|| Err(Stop::skip("s")), || Err(Stop::fail("f", "")));
    let missed =
        |rows: &[(&str, Row)]| exceptions.missed(&rows.iter().map(|(plan, row)| (*plan, row)).collect::<Vec<_>>());
    let well = || vec![("one", row("a", skip())), ("one", row("b", fail())), ("two", row("c", Ok(())))];
    assert_eq!(missed(&well()), Vec::<String>::new());
    for (wrong, said) in [
        (("two", row("c", fail())), "two: c: FAILED, not PASSED"),
        (("two", row("c", skip())), "two: c: SKIPPED, not PASSED"),
        (("two", Row::of("c".to_owned(), Ok(()), vec!["w".to_owned()])), "two: c: WARNING, not PASSED"),
        (("two", Row::forgotten("c".to_owned())), "two: c: FAILED, not PASSED"),
        (("two", row("a", fail())), "two: a: FAILED, not SKIPPED|REVIEW"),
        (("two", row("b", fail())), "two: b: FAILED, not PASSED"),
        (("two", row("a", Ok(()))), "two: a: PASSED, not SKIPPED|REVIEW"),
    ] {
        let rows: Vec<_> = well().into_iter().chain([wrong]).collect();
        assert_eq!(missed(&rows), [said]);
    }
    let gone: Vec<_> = well().into_iter().filter(|(_, row)| row.name != "b").collect();
    assert_eq!(missed(&gone), ["one: b: an exception of no module"]);
}
