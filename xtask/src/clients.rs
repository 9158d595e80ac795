//! Unmodified third-party libraries (`conformance/clients`), each through whole sign-ins against a demo of ours.
//!
//! Each is pinned by hash and signs the same person in three times: twice at one website, which must see the same `sub`,
//! and once at another, which must see a different one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cargo::{Build, cargo};
use crate::demo::Demo;
use crate::json::{self, Json};
use crate::report::Passed;
use crate::{machine, shell, websites};

const SECOND_WEBSITE: &str = "http://127.0.0.1:9/callback";
/// Number, PIN and code: how the scripts sign in.
const ACR: &str = "urn:hufu:acr:code";

/// The example that goes by the crate `openidconnect`.
const RUST: &str = "website";

enum Library {
    Npm(&'static str),
    PyPi(&'static str),
}

const LIBRARIES: &[Library] =
    &[Library::Npm("openid-client"), Library::PyPi("authlib"), Library::PyPi("requests-oauth2client")];

pub fn run() -> Result<Passed, String> {
    shell::run(&mut cargo(&["build", "--example", RUST], Build::Whole))?;
    let demo = Demo::start("clients")?;
    let second = demo.add_client(SECOND_WEBSITE)?;
    let (mut failures, mut count) = (0, LIBRARIES.len());
    for library in LIBRARIES {
        match library.install().and_then(|()| library.sign_in_thrice(&demo, &second)) {
            Ok(sub) => println!("test {} ... ok ({sub})", library.name()),
            Err(reason) => {
                failures += 1;
                println!("test {} ... FAILED\n{reason}", library.name());
            }
        }
    }
    for library in LIBRARIES {
        count += 1;
        match library.everything(&demo) {
            Ok(done) => println!("test {} everything ... ok ({done})", library.name()),
            Err(reason) => {
                failures += 1;
                println!("test {} everything ... FAILED\n{reason}", library.name());
            }
        }
    }
    let programs = [
        ("openid-client more".to_owned(), more(&demo)),
        ("openid-client proof".to_owned(), proof(&demo)),
        ("openid-client sign-out".to_owned(), sign_out(&demo)),
        ("sd-jwt certificates".to_owned(), certificates(&demo)),
    ];
    let rust = shell::command(shell::target().join("debug/examples").join(RUST), &[]);
    let further = [("openid-client form_post", openid_client("form_post.mjs")), ("openidconnect", rust)];
    let websites = LIBRARIES.iter().map(|library| (library.name(), library.website())).chain(further);
    let websites = websites.map(|(name, website)| (format!("{name} website"), websites::visit(&demo, website)));
    for (name, outcome) in programs.into_iter().chain(websites) {
        count += 1;
        match outcome {
            Ok(done) => println!("test {name} ... ok ({done})"),
            Err(reason) => {
                failures += 1;
                println!("test {name} ... FAILED\n{reason}");
            }
        }
    }
    println!("{} passed, {failures} failed", count - failures);
    if failures > 0 {
        println!("The server's log:\n{}", demo.log());
        return Err(format!("{failures} of {count} programs"));
    }
    demo.stop()?;
    Ok(Passed::Wholly)
}

/// What some websites ask for besides everything.
fn more(demo: &Demo) -> Result<String, String> {
    done(&ask(&mut Library::Npm("openid-client").script("more"), &told(demo, SECOND_WEBSITE, None)?)?, 8)
}

/// Proofs without sending a secret, and requests that must be pushed.
fn proof(demo: &Demo) -> Result<String, String> {
    done(&ask(&mut Library::Npm("openid-client").script("proof"), &told(demo, SECOND_WEBSITE, None)?)?, 4)
}

/// What a script says that it did: at least so much.
fn done(answer: &str, least: usize) -> Result<String, String> {
    let answer = Json::parse(answer)?;
    let done = answer.get("done").map(Json::list).unwrap_or_default();
    let done: Vec<&str> = done.iter().filter_map(Json::as_text).collect();
    if done.len() < least { Err(format!("only {done:?}")) } else { Ok(done.join(", ")) }
}

/// A sign-out of both, and the Logout Token that comes of it.
fn sign_out(demo: &Demo) -> Result<String, String> {
    let home = format!("http://localhost:{}", websites::free_port()?);
    let [bye, hears, sees] = ["bye", "backchannel-logout", "signed-out"].map(|page| format!("{home}/{page}"));
    let heard = ["--backchannel-logout-uri", &hears, "--frontchannel-logout-uri", &sees];
    let options = [&["--post-logout-redirect-uri", &bye][..], &heard].concat();
    let client = demo.add_client_with(&format!("{home}/callback"), &options)?;
    let library = Library::Npm("openid-client");
    let mut script = shell::command("node", &["sign_out.mjs"]);
    let answer = ask(script.current_dir(library.home()), &told(demo, client.text("redirect_uri")?, Some(&client))?)?;
    Json::parse(&answer)?.text("sub").map(String::from)
}

/// Network certificates, presented and verified by a library that knows nothing of us.
fn certificates(demo: &Demo) -> Result<String, String> {
    let library = Library::PyPi("sd-jwt");
    library.install()?;
    done(&ask(&mut library.script("everything"), &demo.line)?, 7)
}

impl Library {
    fn name(&self) -> &'static str {
        match self {
            Library::Npm(name) | Library::PyPi(name) => name,
        }
    }

    fn home(&self) -> PathBuf {
        shell::root().join("conformance/clients").join(self.name())
    }

    /// Fetches exactly what the lock names, once.
    fn install(&self) -> Result<(), String> {
        match self {
            Library::Npm(_) => npm(&self.home()),
            Library::PyPi(_) => {
                let (venv, lock) = (self.venv(), self.home().join("requirements.txt"));
                once(&venv, &lock, || {
                    shell::run(shell::command("python3", &["-m", "venv", "--clear"]).arg(&venv))?;
                    let words = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"];
                    shell::run(shell::command(venv.join("bin/pip"), &words).arg(&lock))
                })
            }
        }
    }

    /// The `sub` that the first website sees, both times.
    fn sign_in_thrice(&self, demo: &Demo, second: &Json) -> Result<String, String> {
        let first = demo.ready.get("client").ok_or("the demo names no client")?;
        let sub = self.sign_in(demo, first)?;
        if self.sign_in(demo, first)? != sub {
            return Err("the second sign-in at one website gave another sub".into());
        }
        if self.sign_in(demo, second)? == sub {
            return Err("two websites got the same sub".into());
        }
        Ok(sub)
    }

    fn sign_in(&self, demo: &Demo, client: &Json) -> Result<String, String> {
        let told = told(demo, client.text("redirect_uri")?, Some(client))?;
        let answer = Json::parse(&ask(&mut self.script("sign_in"), &told)?)?;
        match answer.text("acr")? {
            ACR => answer.text("sub").map(String::from),
            other => Err(format!("the ID token says acr {other}")),
        }
    }

    /// Whatever else the library can ask for, at a client that it registers itself.
    fn everything(&self, demo: &Demo) -> Result<String, String> {
        done(&ask(&mut self.script("everything"), &told(demo, SECOND_WEBSITE, None)?)?, 4)
    }

    fn script(&self, name: &str) -> Command {
        let mut script = match self {
            Library::Npm(_) => shell::command("node", &[&format!("{name}.mjs")]),
            Library::PyPi(_) => shell::command(self.venv().join("bin/python"), &[&format!("{name}.py")]),
        };
        script.current_dir(self.home());
        script
    }

    /// The website that `docs/integrating.md` shows.
    fn website(&self) -> Command {
        match self {
            Library::Npm(_) => openid_client("website.mjs"),
            Library::PyPi(_) => {
                let mut website = shell::command(self.venv().join("bin/python"), &["website.py"]);
                website.current_dir(self.home()).stderr(Stdio::null());
                website
            }
        }
    }

    fn venv(&self) -> PathBuf {
        shell::target().join("clients").join(self.name())
    }
}

/// A website by openid-client. Debian's Node 18 keeps the Web Crypto API, which the library needs, behind a flag.
fn openid_client(program: &str) -> Command {
    let flags: &[&str] = if machine::at_least("node", 19) { &[] } else { &["--experimental-global-webcrypto"] };
    let mut website = shell::command("node", flags);
    website.arg(program).current_dir(Library::Npm("openid-client").home()).stderr(Stdio::null());
    website
}

/// What a script is told: the provider, the person, and the website that it plays, where it does not register one itself.
fn told(demo: &Demo, redirect_uri: &str, client: Option<&Json>) -> Result<String, String> {
    let person = demo.scripted()?;
    let mut told = vec![
        ("issuer", demo.ready.text("issuer")?),
        ("redirect_uri", redirect_uri),
        ("network_number", person.text("network_number")?),
        ("pin", person.text("pin")?),
        ("code", person.text("fixed_code")?),
    ];
    if let Some(client) = client {
        told.extend([("client_id", client.text("client_id")?), ("client_secret", client.text("client_secret")?)]);
    }
    Ok(json::object(&told))
}

/// Fetches what the browser tests inject into pages: axe-core.
pub fn for_browser() -> Result<(), String> {
    npm(&shell::root().join("conformance/browser"))
}

/// Fetches exactly what the lock names, once.
fn npm(home: &Path) -> Result<(), String> {
    once(&home.join("node_modules"), &home.join("package-lock.json"), || {
        let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        shell::run(shell::command("npm", &words).current_dir(home))
    })
}

/// Does the work unless it was done for this very lock.
fn once(made: &Path, lock: &Path, work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let wanted = fs::read(lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let stamp = made.join(".installed-from");
    if fs::read(&stamp).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    work()?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

/// Runs a script with `told` on its standard input; what it says on standard output.
pub fn ask(script: &mut Command, told: &str) -> Result<String, String> {
    let piped = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().map_err(|error| format!("{script:?}: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(told.as_bytes()).map_err(|error| error.to_string())?;
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr))),
    }
}
