//! The websites of `docs/integrating.md`, each started as its first line says and visited once: from its button to its page
//! for who is signed in.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::clients::ask;
use crate::demo::Demo;
use crate::json::{self, Json};
use crate::shell;

/// What the page of each says before the `sub`.
const SIGNED_IN: &str = "Signed in as ";
/// base64url of an HMAC-SHA-256.
const SUB: usize = 43;

/// Registers the website at a free port, starts it, and is its first visitor. Tells the `sub` that it shows.
pub fn visit(demo: &Demo, mut program: Command) -> Result<String, String> {
    let port = free_port()?;
    let home = format!("http://localhost:{port}");
    let client = demo.add_client(&format!("{home}/callback"))?;
    program.env("ISSUER", demo.ready.text("issuer")?).env("PORT", port.to_string());
    program.env("CLIENT_ID", client.text("client_id")?).env("CLIENT_SECRET", client.text("client_secret")?);
    let _website = Website::start(&mut program, port)?;
    let person = demo.scripted()?;
    let told = json::object(&[
        ("login", &format!("{home}/login")),
        ("redirect_uri", &format!("{home}/callback")),
        ("network_number", person.text("network_number")?),
        ("pin", person.text("pin")?),
        ("code", person.text("fixed_code")?),
    ]);
    let mut visitor = shell::command("node", &["conformance/clients/visit.mjs"]);
    let answer = Json::parse(&ask(&mut visitor, &told)?)?;
    let page = answer.text("page")?;
    match page.strip_prefix(SIGNED_IN) {
        Some(sub) if sub.len() == SUB => Ok(sub.to_owned()),
        _ => Err(format!("the website says: {page}")),
    }
}

/// A website that runs, and stops when this value is dropped.
struct Website(Child);

impl Website {
    fn start(program: &mut Command, port: u16) -> Result<Self, String> {
        let quiet = program.stdin(Stdio::null()).stdout(Stdio::null());
        let mut website = Self(quiet.spawn().map_err(|error| format!("{program:?}: {error}"))?);
        for _ in 0..200 {
            if let Ok(Some(status)) = website.0.try_wait() {
                return Err(format!("the website ended with {status}"));
            }
            if TcpStream::connect(("localhost", port)).is_ok() {
                return Ok(website);
            }
            sleep(Duration::from_millis(100));
        }
        Err("the website does not listen".into())
    }
}

impl Drop for Website {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn free_port() -> Result<u16, String> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
    socket.map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}
