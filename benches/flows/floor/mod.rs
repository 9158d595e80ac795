//! The floor: what no server of this kind can be faster than, built from the same parts and nothing else.
//!
//! actix-web, three requests, the PKCE check, one row inserted durably, one signature with a key that was parsed once.
//! No client, no session, no consent, no sealing, no log: it checks almost nothing and must never be reachable.

mod key;
mod rows;
mod server;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::Outcome;
use crate::process::{Server, free_address, on_server_core};
use crate::site::{Alg, Site};

/// The words that make this program a floor.
pub const SERVE: &str = "floor";
pub const HASH: &str = "floor-hash";

/// The website that the floor lets in; it lets everybody in.
const REDIRECT_URI: &str = "https://bench.example/callback";

/// Starts a floor server on the server's core. `store` is `none`, `sqlite:PATH` or a PostgreSQL address.
pub fn start(store: &str, alg: Alg, log: &Path) -> Outcome<(Server, Site)> {
    let address = free_address()?;
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let words = [SERVE, &address.to_string(), alg.name(), store];
    let server = Server::start(on_server_core(&program, &words, log)?, address)?;
    let site = Site {
        authority: address.to_string(),
        client_id: "bench".to_owned(),
        client_secret: "bench".to_owned(),
        redirect_uri: REDIRECT_URI.to_owned(),
        alg,
    };
    Ok((server, site))
}

/// The server itself, in a process of its own.
pub fn serve(words: &[String]) -> Outcome<()> {
    let [address, alg, store] = words else { return Err(format!("{SERVE} ADDRESS ALG STORE")) };
    let address: SocketAddr = address.parse().map_err(|_| format!("{address} is no address"))?;
    let alg = Alg::ALL.into_iter().find(|known| known.name() == alg).ok_or("which algorithm?")?;
    server::run(address, alg, store)
}

/// Hashes per second with a buffer that is kept: RFC 9106 argon2id with the product's parameters, and nothing around it.
pub fn hash(words: &[String]) -> Outcome<()> {
    let millis = words.first().and_then(|word| word.parse().ok()).ok_or(format!("{HASH} MILLISECONDS"))?;
    let params = Params::new(19_456, 2, 1, Some(32)).map_err(|error| error.to_string())?;
    let mut memory = vec![Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = [0; 32];
    let (begin, mut hashes) = (Instant::now(), 0_u32);
    while begin.elapsed() < Duration::from_millis(millis) {
        argon2
            .hash_password_into_with_memory(b"13572468", b"a salt of 16 b..", &mut out, &mut memory)
            .map_err(|error| error.to_string())?;
        hashes += 1;
    }
    println!("{}", f64::from(hashes) / begin.elapsed().as_secs_f64());
    Ok(())
}

/// One round of [`hash`] on the server's core.
pub fn hashes_per_second(time: Duration, log: &Path) -> Outcome<f64> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = on_server_core(&program, &[HASH, &time.as_millis().to_string()], log)?;
    let output = command.output().map_err(|error| error.to_string())?;
    String::from_utf8_lossy(&output.stdout).trim().parse().map_err(|_| "no hash was made".to_owned())
}

/// `application/x-www-form-urlencoded`, as a browser writes it.
pub fn form_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}
