//! The real world: the clock, chance, the network, the environment, and who sits at the keyboard. Made here only.

use crate::flow;
use crate::spec::Timestamp;
use rand::rngs::StdRng;
use rand::{CryptoRng, SeedableRng};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The instant, in whole seconds.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Timestamp::from_unix(since.as_secs().try_into().unwrap_or(i64::MAX))
}

/// A generator of its own, seeded by the system.
#[expect(clippy::disallowed_methods, reason = "the one place that draws chance")]
pub fn rng() -> Box<dyn CryptoRng + Send> {
    Box::new(StdRng::from_rng(&mut rand::rng()))
}

/// The world as the flows see it.
pub struct Real;

impl flow::World for Real {
    fn now(&self) -> Timestamp {
        now()
    }

    fn rng(&self) -> Box<dyn CryptoRng> {
        rng()
    }

    #[expect(clippy::disallowed_methods, reason = "measures, decides nothing")]
    fn stopwatch(&self) -> Box<dyn Fn() -> Duration + Send> {
        let begun = Instant::now();
        Box::new(move || begun.elapsed())
    }
}

/// A client that follows no redirect and does not wait for ever. It trusts `also`, certificates in PEM, besides the system's.
///
/// # Errors
/// When TLS cannot be set up.
pub fn http(also: &str) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .tls_certs_merge(reqwest::Certificate::from_pem_bundle(also.as_bytes())?)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .timeout(Duration::from_secs(10))
        .user_agent(concat!("hufu/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// The environment, as the settings read it. A variable that is not UTF-8 is none of ours.
pub fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The operating system's user, for the audit record: `alice`, or `root (sudo: alice)`.
pub fn operator() -> String {
    let uid = std::fs::metadata("/proc/self").map(|owner| owner.uid());
    let name = uid.map_or_else(|_| "unknown".to_owned(), |uid| name_of(uid).unwrap_or_else(|| uid.to_string()));
    match std::env::var("SUDO_USER") {
        Ok(behind) if behind != name => format!("{name} (sudo: {behind})"),
        _ => name,
    }
}

fn name_of(uid: u32) -> Option<String> {
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

/// A listening socket; port 0 takes any that is free.
///
/// # Errors
/// The address is taken or not ours.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
