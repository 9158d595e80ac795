//! `hufu demo`, started for a run: its own data, free ports, ended by the signal that an operator would send.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::json::Json;
use crate::shell;

/// How long it may take to answer SIGTERM.
const GOODBYE: Duration = Duration::from_secs(20);

/// A demo that is running, and stops when this value is dropped.
pub struct Demo {
    server: Child,
    data: PathBuf,
    /// The line it prints when ready.
    pub ready: Json,
    /// The same as it came.
    pub line: String,
}

impl Demo {
    /// Starts the debug build on any free ports and waits until it says that it is ready.
    pub fn start(name: &str) -> Result<Demo, String> {
        Self::start_with(name, &["--listen", "127.0.0.1:0"])
    }

    /// The same with these options.
    pub fn start_with(name: &str, options: &[&str]) -> Result<Demo, String> {
        let data = shell::target().join("tmp").join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
        let words = ["demo", "--json", "--site", "127.0.0.1:0", "--twins", "127.0.0.1:0", "--data"];
        let mut demo = shell::command(program(), &words);
        demo.arg(&data).args(options).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log(&data)?);
        let mut server = demo.spawn().map_err(|error| format!("{}: {error}", program().display()))?;
        let mut line = String::new();
        if let Some(output) = server.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
        }
        let mut demo = Demo { server, data, ready: Json::Null, line: line.clone() };
        demo.ready = Json::parse(&line).map_err(|_| format!("`hufu demo` said {line:?}\n{}", demo.log()))?;
        Ok(demo)
    }

    /// Registers another website while it runs, in a sector of its own.
    pub fn add_client(&self, redirect_uri: &str) -> Result<Json, String> {
        self.add_client_with(redirect_uri, &[])
    }

    /// The same with more options of `hufu client add`.
    pub fn add_client_with(&self, redirect_uri: &str, options: &[&str]) -> Result<Json, String> {
        let words = ["client", "add", "--json", "--redirect-uri", redirect_uri];
        let mut add = shell::command(program(), &words);
        Json::parse(&shell::read(add.args(options).arg("--data").arg(&self.data))?)
    }

    /// The persona that scripts sign in as: its code never changes.
    pub fn scripted(&self) -> Result<&Json, String> {
        let personas = self.ready.get("personas").map(Json::list).unwrap_or_default();
        personas
            .iter()
            .find(|persona| persona.text("fixed_code").is_ok())
            .ok_or_else(|| "no persona has a fixed code".into())
    }

    /// Where its data lies, as long as it runs.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.data.join("log")).unwrap_or_default()
    }

    /// Ends it and says whether it ended well.
    pub fn stop(mut self) -> Result<(), String> {
        self.end()
    }

    fn end(&mut self) -> Result<(), String> {
        let pid = self.server.id().to_string();
        shell::read(&mut shell::command("kill", &["-TERM", &pid]))?;
        let step = Duration::from_millis(50);
        for _ in 0..GOODBYE.as_millis() / step.as_millis() {
            match self.server.try_wait().map_err(|error| error.to_string())? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("on SIGTERM `hufu demo` ended with {status}")),
                None => sleep(step),
            }
        }
        Err(format!("`hufu demo` did not end within {} s of SIGTERM", GOODBYE.as_secs()))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if matches!(self.server.try_wait(), Ok(None)) && self.end().is_err() {
            let _ = self.server.kill();
            let _ = self.server.wait();
        }
        let _ = fs::remove_dir_all(&self.data);
    }
}

/// The debug build.
pub fn program() -> PathBuf {
    shell::target().join("debug/hufu")
}

fn log(data: &Path) -> Result<fs::File, String> {
    fs::File::create(data.join("log")).map_err(|error| error.to_string())
}
