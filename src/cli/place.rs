//! Which data a command works on: a settings file, a demo's directory, or what lies in the current directory.

use super::failure::Failure;
use super::world;
use crate::config::{Config, Sources};
use crate::sandbox::data::DataDir;
use clap::Args;
use std::path::{Path, PathBuf};

/// The settings file that is taken when none is named.
const USUAL_FILE: &str = "hufu.toml";
/// The demo's directory that is taken when there is no file either.
const USUAL_DATA: &str = "hufu-data";

/// Which data.
#[derive(Args, Clone, Debug)]
pub struct Place {
    /// Settings file [default: hufu.toml where there is one]
    #[arg(long, value_name = "FILE", env = "HUFU_CONFIG")]
    pub config: Option<PathBuf>,
    /// Directory of a `hufu demo`, instead of a settings file [default: hufu-data where there is no hufu.toml]
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub data: Option<PathBuf>,
}

impl Place {
    /// The settings.
    ///
    /// # Errors
    /// Settings that cannot be read, or a directory that no demo has made.
    pub fn settings(&self) -> Result<Config, Failure> {
        let demo = |dir: &Path| DataDir::at(dir).settings().map_err(Failure::at(dir.display()));
        match (&self.config, &self.data) {
            (Some(file), _) => read(Some(file.clone())),
            (None, Some(dir)) => demo(dir),
            (None, None) if Path::new(USUAL_FILE).exists() => read(Some(USUAL_FILE.into())),
            (None, None) if Path::new(USUAL_DATA).exists() => demo(Path::new(USUAL_DATA)),
            (None, None) => read(None),
        }
    }
}

fn read(file: Option<PathBuf>) -> Result<Config, Failure> {
    Ok(Config::load(&Sources { file, environment: world::environment() })?)
}
