//! `cargo xtask conformance`: the official suite's plans against a demo of ours, or our own version of its modules.
//!
//! The suite itself is somebody else's program and runs already: `conformance/README.md` says how. The runner is
//! `conformance/suite/run.py`; it is given what it does not need to share with the demo.

use std::fs;
use std::process::{Command, ExitCode};

use crate::cargo::{Build, cargo, test as cargo_test};
use crate::demo::{Demo, program};
use crate::report::Passed;
use crate::{machine, shell};

const HELP: &str = "\
cargo xtask conformance --suite URL [OPTION]...   the official suite that runs at URL, against a demo started here
cargo xtask conformance --modules                 our own version of its modules; writes conformance/RESULTS.md

  --listen ADDRESS   where the demo listens [default: 127.0.0.1:0]
  --host NAME        the host by which the suite reaches it [default: localhost]
  --trust FILE       the authority of the suite's certificate, for the demo's own calls to it
  --plan NAME, --token, --ca, --insecure, --timeout, --results: see conformance/suite/run.py --help
";
/// What the demo is told, each with a value.
const OF_THE_DEMO: [&str; 3] = ["--listen", "--host", "--trust"];

pub fn run(words: &[String]) -> ExitCode {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["--modules"] => modules(),
        _ if words.contains(&"--suite") => suite(&words),
        _ => {
            print!("{HELP}");
            return ExitCode::FAILURE;
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

/// Our modules, and what came of them written down.
fn modules() -> Result<(), String> {
    let mut test = cargo_test(&["--test", "it"], &["conformance::every_module_ends", "--nocapture"]);
    shell::run(test.env("HUFU_WRITE_RESULTS", "1"))
}

fn suite(words: &[&str]) -> Result<(), String> {
    machine::prepare(machine::FOR_BUILDING)?;
    shell::run(&mut cargo(&["build"], Build::Whole))?;
    let (mut of_demo, of_runner) = split(words)?;
    if !of_demo.contains(&"--listen") {
        of_demo.extend(["--listen", "127.0.0.1:0"]);
    }
    let demo = Demo::start_with("conformance", &[&["--conformance"][..], &of_demo].concat())?;
    let (file, data) = (demo.data().join("ready.json"), demo.data().display());
    fs::write(&file, &demo.line).map_err(|error| format!("{}: {error}", file.display()))?;
    let rotate = format!("'{}' key rotate --alg RS256 --data '{data}'", program().display());
    let mut runner = python(&["conformance/suite/run.py", "--rotate", &rotate, "--demo"]);
    let ended = shell::run(runner.arg(&file).args(of_runner));
    if ended.is_err() {
        println!("The demo's log:\n{}", demo.log());
    }
    ended.and(demo.stop())
}

/// The words for the demo, and those for the runner; both are told where the suite is.
fn split<'a>(words: &[&'a str]) -> Result<(Vec<&'a str>, Vec<&'a str>), String> {
    let (mut of_demo, mut of_runner) = (Vec::new(), Vec::new());
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let mut pair = || Ok::<_, String>([*word, *rest.next().ok_or_else(|| format!("{word} needs a value"))?]);
        if *word == "--suite" {
            let told = pair()?;
            of_demo.extend(told);
            of_runner.extend(told);
        } else if OF_THE_DEMO.contains(word) {
            of_demo.extend(pair()?);
        } else {
            of_runner.push(*word);
        }
    }
    Ok((of_demo, of_runner))
}

/// The runner against a suite that is played.
pub fn test_runner() -> Result<Passed, String> {
    shell::run(&mut python(&["-m", "unittest", "discover", "-s", "conformance/suite"])).map(|()| Passed::Wholly)
}

fn python(words: &[&str]) -> Command {
    shell::command("python3", words)
}

#[test]
fn the_demo_and_the_runner_are_each_told_their_part() {
    let (demo, runner) = split(&["--suite", "u", "--plan", "p", "--host", "h", "--insecure"]).expect("sound");
    assert_eq!(demo, ["--suite", "u", "--host", "h"]);
    assert_eq!(runner, ["--suite", "u", "--plan", "p", "--insecure"]);
    assert!(split(&["--trust"]).is_err());
}
