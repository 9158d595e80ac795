//! `hufu demo`, started for the tests and ended with them.

use super::Persona;
use serde::Deserialize;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;
use url::Url;

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(120);

/// A running provider with its demo website.
pub struct Demo {
    pub issuer: String,
    pub site: String,
    pub personas: Vec<Persona>,
    pub client: Registered,
    /// The whole line that it said when ready.
    pub ready: Value,
    child: Child,
    log: Arc<Mutex<String>>,
    data: TempDir,
}

/// What a website is given at its registration.
#[derive(Clone, Debug, Deserialize)]
pub struct Registered {
    pub client_id: String,
    #[serde(default)]
    pub client_secret: Option<String>,
    pub redirect_uri: String,
}

/// The line that says "ready".
#[derive(Deserialize)]
struct Ready {
    issuer: String,
    site: String,
    personas: Vec<Persona>,
    client: Registered,
}

static SHARED: Mutex<Weak<Demo>> = Mutex::new(Weak::new());

impl Demo {
    /// The one server that most tests share; it ends with the last of them.
    pub fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let demo = Arc::new(Self::start());
            *shared = Arc::downgrade(&demo);
            demo
        })
    }

    /// A server of one's own, for a test that changes persons or ends sessions.
    pub fn start() -> Self {
        Self::start_in(TempDir::new().expect("a directory"))
    }

    /// A server over data that may exist already.
    pub fn start_in(data: TempDir) -> Self {
        Self::start_with(data, &[])
    }

    /// The same with more options.
    pub fn start_with(data: TempDir, options: &[&str]) -> Self {
        let mut child = hufu()
            .arg("demo")
            .args(["--json", "--listen", "127.0.0.1:0", "--site", "127.0.0.1:0", "--twins", "127.0.0.1:0", "--data"])
            .arg(data.path())
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let log = Arc::new(Mutex::new(String::new()));
        let (ready, line) = mpsc::channel();
        let (out, err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        let copy = Arc::clone(&log);
        thread::spawn(move || keep(err, |line| append(&copy, line)));
        let copy = Arc::clone(&log);
        thread::spawn(move || {
            keep(out, |line| match ready.send(line.to_owned()) {
                Ok(()) => {}
                Err(mpsc::SendError(line)) => append(&copy, &line),
            });
        });
        let line = line.recv_timeout(START);
        let said = || log.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Ok(line) = line else {
            child.kill().expect("it can be ended");
            panic!("the demo is not ready after {START:?}; it said:\n{}", said());
        };
        let ready: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in the ready line: {line}\n{}", said()));
        let Ready { issuer, site, personas, client } =
            Ready::deserialize(&ready).unwrap_or_else(|error| panic!("{error} in the ready line: {line}"));
        Self { issuer, site, personas, client, ready, child, log, data }
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.issuer)).expect("a URL of the issuer")
    }

    /// The person whose note tells this.
    pub fn persona(&self, note: &str) -> &Persona {
        let found = self.personas.iter().find(|persona| persona.note.to_lowercase().contains(note));
        found.unwrap_or_else(|| panic!("nobody is “{note}” among {:?}", self.notes()))
    }

    /// The person whose code never changes: may sign in at any time, from many tests at once.
    pub fn anybody(&self) -> &Persona {
        self.personas.iter().find(|persona| persona.fixed_code.is_some()).expect("a persona with a fixed code")
    }

    fn notes(&self) -> Vec<&str> {
        self.personas.iter().map(|persona| persona.note.as_str()).collect()
    }

    /// Registers a website by `hufu client add` while the server runs.
    pub fn add_client(&self, redirect_uri: &str, options: &[&str]) -> Registered {
        let output = self.hufu(&[&["client", "add", "--json", "--redirect-uri", redirect_uri], options].concat());
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "client add {options:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        let registered: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error} in {said}"));
        Registered {
            client_id: registered["client_id"].as_str().expect("a client_id").to_owned(),
            client_secret: registered["client_secret"].as_str().map(str::to_owned),
            redirect_uri: redirect_uri.to_owned(),
        }
    }

    /// A website of its own sector, as most are.
    pub fn website(&self, host: &str) -> Registered {
        self.add_client(&format!("https://{host}/callback"), &[])
    }

    /// The directory of its data.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Another command over the same data.
    pub fn hufu(&self, words: &[&str]) -> Output {
        hufu().args(words).arg("--data").arg(self.data.path()).output().expect("the binary starts")
    }

    /// What `hufu trace` knows of a refusal. Refusals are written soon, not at once.
    pub fn trace(&self, id: &str) -> Value {
        for _ in 0..40 {
            let output = self.hufu(&["trace", id, "--json"]);
            if output.status.success() {
                return serde_json::from_slice(&output.stdout).expect("JSON");
            }
            thread::sleep(Duration::from_millis(250));
        }
        panic!("hufu trace {id} explains nothing");
    }

    /// Everything the server has logged.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The line of the log that holds `what`, which may come a moment after the answer.
    pub fn logged(&self, what: &str) -> String {
        for _ in 0..100 {
            if let Some(line) = self.log().lines().find(|line| line.contains(what)) {
                return line.to_owned();
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("{what} is not in:\n{}", self.log())
    }

    /// Asks the server to stop, as a service manager does, and waits until it has. Returns its data.
    pub fn stop(mut self) -> (bool, TempDir) {
        let stop = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill");
        assert!(stop.success(), "the server was gone already");
        let ended = self.child.wait().expect("it ends").success();
        let data = std::mem::replace(&mut self.data, TempDir::new().expect("a directory"));
        (ended, data)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already; either way nothing of it stays.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn hufu() -> Command {
    let mut hufu = Command::new(env!("CARGO_BIN_EXE_hufu"));
    hufu.env("HUFU_LOG", "info").env("NO_COLOR", "1");
    hufu
}

fn keep(stream: impl std::io::Read, mut with: impl FnMut(&str)) {
    BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| with(&line));
}

fn append(log: &Mutex<String>, line: &str) {
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    log.push_str(line);
    log.push('\n');
}
