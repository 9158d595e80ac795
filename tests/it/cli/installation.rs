//! An installation as an operator has it: settings, a key ring, a database, and nodes that serve.

use super::{code, hufu_with, json, text};
use crate::db::{TestDb, Which};
use crate::house::ISSUER;
use serde_json::Value;
use std::fs::Permissions;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;

/// How long a start, or an end, may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An installation: a directory with a key ring, and a database that is migrated.
pub struct Installation {
    dir: TempDir,
    pub metrics: u16,
    settings: Vec<(&'static str, String)>,
    _db: TestDb,
}

impl Installation {
    pub fn over(db: TestDb) -> Self {
        Self::with(db, Vec::new())
    }

    /// With settings beside the usual ones.
    pub fn with(db: TestDb, more: Vec<(&'static str, String)>) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let metrics = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let mut settings = vec![
            ("HUFU_MODE", "sandbox".to_owned()),
            ("HUFU_SERVER__ISSUER", ISSUER.to_owned()),
            ("HUFU_SERVER__LISTEN", "127.0.0.1:0".to_owned()),
            ("HUFU_STORE__URL", db.config().url.clone()),
            ("HUFU_PERSON_KEYS__URL", db.keys_config().url.clone()),
            ("HUFU_METRICS__LISTEN", format!("127.0.0.1:{metrics}")),
        ];
        settings.extend(more);
        if db.is_sqlite() {
            for which in [Which::Store, Which::Keys] {
                std::fs::set_permissions(db.file_of(which), Permissions::from_mode(0o600)).expect("its owner's only");
            }
        }
        let made = Self { dir, metrics, settings, _db: db };
        for command in [&["key", "init"][..], &["migrate"]] {
            made.run(command);
        }
        made
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    fn settings(&self) -> Vec<(&str, &str)> {
        self.settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    /// A command that must succeed.
    pub fn run(&self, words: &[&str]) -> String {
        let output = hufu_with(self.path(), words, &self.settings());
        assert_eq!(code(&output), 0, "{words:?}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout).to_owned()
    }

    pub fn json(&self, words: &[&str]) -> Value {
        json(&hufu_with(self.path(), words, &self.settings()))
    }

    pub fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    /// One node of several: its numbers are at a port of its own, and what `more` names goes before the usual.
    pub fn another(&self, more: &[(&str, &str)]) -> Serving {
        self.serve_with(&[&[("HUFU_METRICS__LISTEN", "127.0.0.1:0")], more].concat())
    }

    fn serve_with(&self, more: &[(&str, &str)]) -> Serving {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hufu"))
            .arg("serve")
            .current_dir(self.path())
            .env_clear()
            .envs(self.settings())
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let log = self.path().join(format!("log-{}", child.id()));
        let (copy, stderr) = (log.clone(), child.stderr.take().expect("piped"));
        let (ready, address) = mpsc::channel();
        let copying = std::thread::spawn(move || {
            let mut file = std::fs::File::create(copy).expect("a file");
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                writeln!(file, "{line}").expect("written");
                let event: Value = serde_json::from_str(&line).unwrap_or_default();
                if event["message"] == "ready" {
                    drop(ready.send(event["address"].as_str().unwrap_or_default().to_owned()));
                }
            }
        });
        let address = address.recv_timeout(PATIENCE);
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        Serving {
            address: address.unwrap_or_else(|_| panic!("not ready:\n{}", said())),
            child,
            log,
            copying: Some(copying),
        }
    }
}

/// A node that runs.
pub struct Serving {
    pub address: String,
    child: Child,
    log: PathBuf,
    copying: Option<JoinHandle<()>>,
}

impl Serving {
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success(), "it was gone already");
    }

    /// Stops it as a service manager does.
    pub fn stop(self) {
        self.signal("-TERM");
        let (status, log) = self.ended();
        assert!(status.success(), "{log:?}");
    }

    /// How it ended, and every line that it logged until then, each an object.
    pub fn ended(mut self) -> (ExitStatus, Vec<Value>) {
        let status = self.child.wait().expect("it ends");
        self.copying.take().expect("one log").join().expect("the log is copied");
        let text = std::fs::read_to_string(&self.log).expect("a log");
        let parsed = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        (status, text.lines().map(parsed).collect())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
