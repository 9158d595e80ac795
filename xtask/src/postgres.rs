//! One private PostgreSQL for a run: a new cluster on a free loopback port, gone when the run ends, well or badly.
//!
//! For tests it is quick and forgets: nothing is ever flushed to the disk. For the benchmark every commit is.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::{machine, shell};

const ALWAYS: &[&str] = &[
    "max_connections=400",
    "max_pred_locks_per_transaction=256",
    "listen_addresses=127.0.0.1",
    "log_min_messages=panic",
];
const HASTE: &[&str] = &["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
const PREFIX: &str = "hufu-postgres-";

/// A server that is running, and stops when this value is dropped.
pub struct Cluster {
    server: Child,
    dir: PathBuf,
    port: u16,
}

impl Cluster {
    /// Makes a cluster that forgets, and waits until it answers.
    pub fn start() -> Result<Cluster, String> {
        Cluster::with(HASTE)
    }

    /// Makes a cluster as PostgreSQL is delivered: a commit is on the disk before it is acknowledged.
    pub fn durable() -> Result<Cluster, String> {
        Cluster::with(&[])
    }

    fn with(settings: &[&str]) -> Result<Cluster, String> {
        sweep();
        // Not under `target`: the user `postgres` may not reach what lies in root's home.
        let dir = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
        let owner = Owner::of_the_server()?;
        fs::create_dir_all(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        if let Some(owner) = &owner {
            chown(&dir, Some(owner.uid), Some(owner.gid)).map_err(|error| error.to_string())?;
        }
        let as_owner = |name: &str| -> Result<Command, String> {
            let mut command = Command::new(program(name)?);
            command.current_dir(&dir).stdin(Stdio::null());
            if let Some(owner) = &owner {
                command.uid(owner.uid).gid(owner.gid);
            }
            Ok(command)
        };
        let port = free_port()?;
        let data = dir.join("data");
        let mut initdb = as_owner("initdb")?;
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--pgdata"]);
        shell::read(initdb.arg(&data))?;
        let mut postgres = as_owner("postgres")?;
        postgres.arg("-D").arg(&data).arg("-k").arg(&dir).arg("-p").arg(port.to_string());
        ALWAYS.iter().chain(settings).for_each(|setting| {
            postgres.args(["-c", setting]);
        });
        let server = postgres.stdout(Stdio::null()).spawn().map_err(|error| format!("postgres: {error}"))?;
        let mut cluster = Cluster { server, dir, port };
        cluster.wait()?;
        eprintln!("{}", cluster.url());
        Ok(cluster)
    }

    /// The maintenance database, in which a test makes its own.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&mut self) -> Result<(), String> {
        let port = self.port.to_string();
        for _ in 0..300 {
            if let Ok(Some(status)) = self.server.try_wait() {
                return Err(format!("postgres ended with {status}"));
            }
            let mut ready = shell::command(program("pg_isready")?, &["--quiet", "--host=127.0.0.1", "--port", &port]);
            if shell::read(&mut ready).is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(100));
        }
        Err("postgres did not answer within 30 seconds".into())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown: connections are closed and its helpers end with it.
        let pid = self.server.id().to_string();
        if shell::read(&mut shell::command("kill", &["-INT", &pid])).is_err() {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Whose server it is: PostgreSQL refuses to run as root.
struct Owner {
    uid: u32,
    gid: u32,
}

impl Owner {
    fn of_the_server() -> Result<Option<Owner>, String> {
        if !machine::is_root()? {
            return Ok(None);
        }
        let people = fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
        let line = people.lines().find(|line| line.starts_with("postgres:"));
        let mut numbers = line.ok_or("there is no user `postgres`")?.split(':').skip(2).map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(uid)), Some(Ok(gid))) => Ok(Some(Owner { uid, gid })),
            _ => Err("the user `postgres` has no number".into()),
        }
    }
}

/// A program of the newest PostgreSQL: Debian keeps them off the PATH.
pub fn program(name: &str) -> Result<PathBuf, String> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let number = |dir: &Path| dir.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest = versions.filter(|dir| dir.join("bin").join(name).exists()).max_by_key(|dir| number(dir));
    newest
        .map(|dir| dir.join("bin").join(name))
        .or_else(|| shell::which(name))
        .ok_or_else(|| format!("PostgreSQL's `{name}` is not installed"))
}

fn free_port() -> Result<u16, String> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
    socket.map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}

/// Removes clusters whose run was killed. (A server that finds its directory gone ends itself.)
fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(run) = name.strip_prefix(PREFIX) else { continue };
        if !Path::new("/proc").join(run).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
