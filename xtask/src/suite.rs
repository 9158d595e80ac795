//! The two suites: `test` runs everything, `check` the quick part. A stage that fails stops only those that need it.

use std::process::{Command, ExitCode};

use crate::cargo::{Build, cargo, test as cargo_test};
use crate::postgres::Cluster;
use crate::report::{Passed, Report};
use crate::{clients, deny, docs, machine, shell};

/// Everything, on a machine that may be bare.
pub fn test() -> ExitCode {
    let mut report = Report::new();
    report.stage("machine", || machine::prepare(machine::FOR_TESTS));
    report.stage("formatting", formatting);
    report.stage("dependencies", deny::check);
    if build(&mut report) {
        report.stage("default features", default_features);
        report.stage("documentation", docs::build);
        let mut cluster = None;
        report.stage("PostgreSQL", || {
            cluster = Some(Cluster::start()?);
            Ok(Passed::Wholly)
        });
        tests(&mut report, cluster.as_ref());
        report.stage("people (Chromium)", || run(cargo_test(&["--test", "it"], &["browser::"])));
        report.stage("websites (their libraries)", clients::run);
    }
    report.close()
}

/// What to run before every commit.
pub fn check() -> ExitCode {
    let mut report = Report::new();
    report.stage("machine", || machine::prepare(machine::FOR_BUILDING));
    report.stage("formatting", formatting);
    if build(&mut report) {
        tests(&mut report, None);
    }
    report.close()
}

/// The one build, which is also the lint.
fn build(report: &mut Report) -> bool {
    let built = report
        .stage("build and lint", || run(cargo(&["test", "--no-run", "--workspace", "--all-targets"], Build::Whole)));
    if !built {
        report.leave_out("tests", "nothing to run, the build failed");
    }
    built
}

fn tests(report: &mut Report, cluster: Option<&Cluster>) {
    let with_databases = |mut command: Command| {
        match cluster {
            Some(cluster) => command.env("HUFU_TEST_POSTGRES", cluster.url()),
            None => command.env_remove("HUFU_TEST_POSTGRES"),
        };
        run(command)
    };
    report.stage("floors", || run(cargo_test(&["--test", "floors"], &[])));
    report.stage("rules", || with_databases(cargo_test(&["--workspace", "--lib", "--bins"], &[])));
    report.stage("endpoints", || with_databases(cargo_test(&["--test", "it"], &["--skip", "browser::"])));
}

fn formatting() -> Result<Passed, String> {
    run(cargo(&["fmt", "--all", "--check"], Build::None))
}

/// The bare machine's build: the library without PostgreSQL. (The binary adds one line to it.)
fn default_features() -> Result<Passed, String> {
    run(cargo(&["build", "--lib"], Build::Default))
}

fn run(mut command: Command) -> Result<Passed, String> {
    shell::run(&mut command).map(|()| Passed::Wholly)
}
