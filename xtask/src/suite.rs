//! The two suites: `test` runs everything, `check` the quick part. A stage that fails stops only those that need it.

use std::process::{Command, ExitCode};

use crate::cargo::{Build, cargo, test as cargo_test};
use crate::postgres::Cluster;
use crate::report::{Passed, Report};
use crate::{clients, conformance, deny, docs, machine, shell};

const CLIENTS: &str = "websites (their libraries)";

/// Everything, on a machine that may be bare.
pub fn test() -> ExitCode {
    let mut report = Report::new();
    report.stage("machine", || machine::prepare(machine::FOR_TESTS));
    report.stage("formatting", formatting);
    report.stage("dependencies", deny::check);
    if build(&mut report) {
        report.stage("default features", default_features);
        report.stage("documentation", docs::build);
        tests(&mut report);
        report.stage("endpoints, PostgreSQL", tests_on_postgres);
        report.stage("people (Chromium)", || {
            clients::for_browser()?;
            run(&mut cargo_test(&["--test", "it"], &["browser::"]))
        });
        report.stage(CLIENTS, clients::run);
        report.stage("the official suite's runner", conformance::test_runner);
    }
    report.close()
}

/// What to run before every commit.
pub fn check() -> ExitCode {
    let mut report = Report::new();
    report.stage("machine", || machine::prepare(machine::FOR_BUILDING));
    report.stage("formatting", formatting);
    if build(&mut report) {
        tests(&mut report);
    }
    report.close()
}

/// The third-party libraries alone.
pub fn clients() -> ExitCode {
    let mut report = Report::new();
    report.stage(CLIENTS, clients::run);
    report.close()
}

/// The one build, which is also the lint.
fn build(report: &mut Report) -> bool {
    let built = report.stage("build and lint", || {
        run(&mut cargo(&["test", "--no-run", "--workspace", "--all-targets"], Build::Whole))
    });
    if !built {
        report.leave_out("tests", "nothing to run, the build failed");
    }
    built
}

/// The map, the rules at the foot of each file, the endpoints on the embedded database.
fn tests(report: &mut Report) {
    report.stage("floors", || run(&mut cargo_test(&["--test", "floors"], &[])));
    report.stage("rules", || run(&mut cargo_test(&["--workspace", "--lib", "--bins"], &[])));
    let embedded = &["--skip", "browser::", "--skip", "::postgres"];
    report.stage("endpoints, embedded", || run(&mut cargo_test(&["--test", "it"], embedded)));
}

/// The same endpoints again, on a PostgreSQL that lives as long as they run.
fn tests_on_postgres() -> Result<Passed, String> {
    let cluster = Cluster::start()?;
    let mut tests = cargo_test(&["--test", "it"], &["::postgres", "--skip", "browser::"]);
    run(tests.env("HUFU_TEST_POSTGRES", cluster.url()))
}

fn formatting() -> Result<Passed, String> {
    run(&mut cargo(&["fmt", "--all", "--check"], Build::None))
}

/// The bare machine's build: the library without PostgreSQL. (The binary adds one line to it.)
fn default_features() -> Result<Passed, String> {
    run(&mut cargo(&["build", "--lib"], Build::Default))
}

fn run(command: &mut Command) -> Result<Passed, String> {
    shell::run(command).map(|()| Passed::Wholly)
}
