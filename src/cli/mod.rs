//! The `hufu` command: reads the command line, makes the real clock, chance and network, and puts the house together.
//!
//! One file per command. Standard output holds the answer, standard error the log and the reason of a failure.

mod audit;
mod client;
mod client_errors;
mod client_secret;
mod client_token;
mod config;
mod conformance;
mod crowd;
mod demo;
mod desk;
mod doctor;
mod documents;
mod failure;
mod house;
mod key;
mod levels;
mod logging;
mod metrics;
mod migrate;
mod node;
mod out;
mod outbox;
mod persona;
mod place;
mod ring_file;
mod serve;
mod site;
mod stop;
mod text;
mod token;
mod trace;
mod twins;
mod voucher;
mod world;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::io::Write;
use std::process::ExitCode;

/// Hufu (虎符), an OpenID Connect provider that cannot see.
///
/// A website learns one thing: a real, verified person, the same one as last time. Each website gets its own half of a
/// person, and no two halves match.
#[derive(Parser, Debug)]
#[command(name = "hufu", version, after_help = AFTER, disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

const AFTER: &str = "\
Examples:
  hufu demo                                    try everything on this machine, with invented people
  hufu client add --data hufu-data --redirect-uri http://localhost:3000/callback
  hufu config sample > hufu.toml               begin a real installation
  hufu migrate && hufu doctor && hufu serve    prepare, check, run

Exit codes:
  0  done                       2  the command line makes no sense
  1  what was asked is not so   3  the settings, or what production found, refuse
                                4  the database, a file, a port or the network cannot be had";

#[derive(Subcommand, Debug)]
enum Command {
    /// Runs everything on this machine, with invented people: the provider and a demo website
    Demo(demo::Args),
    /// Runs one node of an installation
    Serve(serve::Args),
    /// Brings the database to the shape of this build
    Migrate(migrate::Args),
    /// Looks at everything that must be right before a node starts
    Doctor(doctor::Args),
    /// Registers websites and apps
    #[command(subcommand)]
    Client(client::Command),
    /// Keeps the key ring and the signing keys
    #[command(subcommand)]
    Key(key::Command),
    /// Keeps the invented people of a sandbox
    #[command(subcommand)]
    Persona(persona::Command),
    /// Issues and approves vouchers for who applies at a counter
    #[command(subcommand)]
    Voucher(voucher::Command),
    /// Explains a refusal by the trace id that was shown
    Trace(trace::Args),
    /// Reads and checks the record of operators' commands
    #[command(subcommand)]
    Audit(audit::Command),
    /// Prints the sample settings, or checks yours
    #[command(subcommand)]
    Config(config::Command),
    /// Runs the demo website alone, against any provider
    Site(site::Args),
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    let line = Line::parse();
    let done = match &line.command {
        Command::Demo(args) => demo::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Client(command) => client::run(command),
        Command::Key(command) => key::run(command),
        Command::Persona(command) => persona::run(command),
        Command::Voucher(command) => voucher::run(command),
        Command::Migrate(args) => migrate::run(args),
        Command::Trace(args) => trace::run(args),
        Command::Audit(command) => audit::run(command),
        Command::Config(command) => config::run(command),
        Command::Site(args) => site::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            failure.code()
        }
    }
}

/// Standard error is the last place to say anything; when it is gone too, the exit code remains.
fn complain(failure: &Failure) {
    drop(writeln!(std::io::stderr(), "hufu: {}", failure.why));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Line::command().debug_assert();
    }

    #[test]
    fn every_command_and_option_says_what_it_is_for() {
        fn walk(command: &clap::Command, path: &str) {
            assert!(command.get_about().is_some(), "{path} has no help");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some() || argument.get_id() == "help", "{path} {}", argument.get_id());
            }
            for inner in command.get_subcommands() {
                walk(inner, &format!("{path} {}", inner.get_name()));
            }
        }
        let mut command = Line::command();
        command.build();
        walk(&command, "hufu");
    }
}
