//! A server on its core: started, watched through /proc, ended when dropped.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::machine::SERVER_CORE;

/// A server that takes longer than this to come or go is broken.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

/// A program on the server's core, its complaints kept in `log`.
pub fn on_server_core(program: &Path, words: &[&str], log: &Path) -> Outcome<Command> {
    let log = fs::File::options().create(true).append(true).open(log).map_err(|error| error.to_string())?;
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER_CORE]).arg(program).args(words);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    Ok(command)
}

impl Server {
    /// Starts it and waits for its first line.
    pub fn start(mut command: Command, address: SocketAddr) -> Outcome<Server> {
        let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let mut said = String::new();
        if let Some(output) = child.stdout.as_mut() {
            BufReader::new(output).read_line(&mut said).map_err(|error| error.to_string())?;
        }
        if said.is_empty() {
            let _ = child.kill();
            let ended = child.wait().map_err(|error| error.to_string())?;
            return Err(format!("{command:?} ended with {ended} before it was ready"));
        }
        Ok(Server { child, address })
    }

    /// Starts it and knocks until it answers a request; how long that took.
    pub fn start_and_knock(mut command: Command, address: SocketAddr) -> Outcome<(Server, Duration)> {
        command.stdout(Stdio::null());
        let begin = Instant::now();
        let child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let mut server = Server { child, address };
        while begin.elapsed() < PATIENCE {
            if answers(address) {
                return Ok((server, begin.elapsed()));
            }
            if let Ok(Some(status)) = server.child.try_wait() {
                return Err(format!("{command:?} ended with {status} before it answered"));
            }
            sleep(Duration::from_micros(500));
        }
        Err(format!("{command:?} did not answer"))
    }

    /// CPU time of all its threads so far.
    pub fn cpu(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let nanos = tasks.into_iter().flatten().flatten().filter_map(|task| {
            let stat = fs::read_to_string(task.path().join("schedstat")).ok()?;
            stat.split_whitespace().next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanos.sum())
    }

    /// Resident memory in MiB.
    pub fn memory(&self) -> Outcome<f64> {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).map_err(|error| error.to_string())?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = resident.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
        kib.map(|kib| kib / 1024.0).ok_or_else(|| "no VmRSS".to_owned())
    }

    /// Asks it to end, and makes sure.
    pub fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// A loopback address that nobody uses just now.
pub fn free_address() -> Outcome<SocketAddr> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
    socket.map_err(|error| format!("no free port: {error}"))
}

fn answers(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut status = [0; 12];
    stream.write_all(request.as_bytes()).is_ok() && stream.read_exact(&mut status).is_ok() && status.ends_with(b"200")
}
