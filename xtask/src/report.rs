//! The stages of a run: each timed, all summed up at the end, the exit code with them.

use std::process::ExitCode;
use std::time::{Duration, Instant};

/// A whole run may take this long on two cores; more is reported as a bug.
const BUDGET: Duration = Duration::from_secs(30 * 60);

/// How a stage ended, when it did not fail.
pub enum Passed {
    Wholly,
    /// Passed, and there is something that the reader must know.
    With(String),
}

enum Outcome {
    Passed,
    Noted(String),
    Failed(String),
    LeftOut(String),
}

/// What has run so far.
pub struct Report {
    start: Instant,
    stages: Vec<(&'static str, Duration, Outcome)>,
}

impl Report {
    pub fn new() -> Report {
        Report { start: Instant::now(), stages: Vec::new() }
    }

    /// Runs a stage and says whether it passed.
    pub fn stage(&mut self, name: &'static str, work: impl FnOnce() -> Result<Passed, String>) -> bool {
        println!("\n━━ {name}");
        let start = Instant::now();
        let outcome = match work() {
            Ok(Passed::Wholly) => Outcome::Passed,
            Ok(Passed::With(note)) => Outcome::Noted(note),
            Err(reason) => Outcome::Failed(reason),
        };
        match &outcome {
            Outcome::Failed(reason) => println!("{name} FAILED: {reason}"),
            Outcome::Noted(note) => println!("{name}: {note}"),
            Outcome::Passed | Outcome::LeftOut(_) => {}
        }
        let passed = !matches!(outcome, Outcome::Failed(_));
        self.stages.push((name, start.elapsed(), outcome));
        passed
    }

    /// Notes a stage that could not be tried.
    pub fn leave_out(&mut self, name: &'static str, reason: &str) {
        self.stages.push((name, Duration::ZERO, Outcome::LeftOut(reason.into())));
    }

    /// Prints the table and gives the exit code: success only where every stage ran and passed.
    pub fn close(self) -> ExitCode {
        let total = self.start.elapsed();
        println!("\nminutes  stage");
        for (name, took, outcome) in &self.stages {
            let said = match outcome {
                Outcome::Passed => "ok".into(),
                Outcome::Noted(note) => format!("ok, but {note}"),
                Outcome::Failed(reason) => format!("FAILED: {reason}"),
                Outcome::LeftOut(reason) => format!("NOT RUN: {reason}"),
            };
            println!("{:>7.1}  {name:<26} {said}", minutes(*took));
        }
        println!("{:>7.1}  in all", minutes(total));
        if total > BUDGET {
            println!("More than {:.0} minutes in all is a bug: please report it.", minutes(BUDGET));
        }
        let passed = self.stages.iter().all(|(_, _, outcome)| matches!(outcome, Outcome::Passed | Outcome::Noted(_)));
        println!("{}", if passed { "All passed." } else { "NOT all passed." });
        if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn minutes(duration: Duration) -> f64 {
    duration.as_secs_f64() / 60.0
}
