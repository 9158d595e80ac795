//! `hufu config`: the sample file, and a check of one's own.

use super::failure::Failure;
use super::out::{self, Reader};
use super::place::Place;
use crate::config::{Found, sample};
use clap::Subcommand;
use serde_json::json;

/// What can be done with settings.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Prints every setting with its comment and its default
    ///
    /// Example: hufu config sample > hufu.toml
    #[command(verbatim_doc_comment)]
    Sample,
    /// Reads the settings and says what is wrong with them; `hufu doctor` also looks at the data
    Check {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        reader: Reader,
    },
}

pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Sample => out::line(sample().trim_end()),
        Command::Check { place, reader } => {
            let config = place.settings()?;
            let (refusals, dangers) = (config.refusals(&Found::default()), config.danger.switched_on());
            reader.tell(&json!({ "refusals": refusals, "dangers": dangers }), |_| {
                let dangers = dangers.iter().map(|name| format!("Switched on: {name}.\n"));
                let wrong = refusals.iter().map(|sentence| format!("{sentence}\n"));
                let last = if refusals.is_empty() { "The settings are good.\n" } else { "" };
                dangers.chain(wrong).chain([last.to_owned()]).collect()
            })?;
            match refusals.as_slice() {
                [] => Ok(()),
                _ => Err(Failure::settings(format!("{} of these settings are refused", refusals.len()))),
            }
        }
    }
}
