//! docs/integrating.md: "Our tests run each command and each program as it stands here". The commands here, in a shell beside a
//! demo; of the programs, that each line shown stands in one that `cargo xtask clients` runs, or a browser test.

use super::text;
use crate::support::{Browser, Demo, Registered, Rp, wire};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

/// What a developer's shell knows: the program by its name, and that a failure ends a command. What is registered is told as
/// JSON, which the examples leave out where a person reads it.
const SHELL: &str = r#"set -eu
hufu() { case "$1 $2" in "client add" | "client token" | "client secret") command hufu "$@" --json ;; *) command hufu "$@" ;; esac; }
cargo() { shift 3; case $1 in demo) ;; *) command hufu "$@" ;; esac; }
curl() { command curl --silent --show-error --fail-with-body "$@"; }
"#;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The blocks of that language in the document.
fn blocks(language: &str) -> Vec<String> {
    let document = std::fs::read_to_string(root().join("docs/integrating.md")).expect("the document");
    let begin = format!("\n```{language}\n");
    let parts = document.split(&begin).skip(1);
    parts.map(|after| after.split("\n```").next().expect("it ends").to_owned()).collect()
}

/// Each command, its continued lines joined.
fn commands() -> Vec<String> {
    let joined = blocks("sh").join("\n").replace("\\\n", "");
    let lines = joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// A developer beside a demo.
struct Desk {
    demo: Arc<Demo>,
    directory: TempDir,
    variables: BTreeMap<&'static str, String>,
}

impl Desk {
    fn beside(demo: Arc<Demo>) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        std::os::unix::fs::symlink(demo.data(), directory.path().join("hufu-data")).expect("a link");
        let own = [("ISSUER", demo.issuer.clone()), ("STATE", "a-state".to_owned()), ("NONCE", "a-nonce".to_owned())];
        Self { demo, directory, variables: own.into() }
    }

    fn run(&self, command: &str) -> String {
        let binary = Path::new(env!("CARGO_BIN_EXE_hufu")).parent().expect("a directory");
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{SHELL}{command}")]).current_dir(self.directory.path());
        let output = shell.env("PATH", path).envs(&self.variables).output().expect("sh runs");
        let (out, err) = (text(&output.stdout).to_owned(), text(&output.stderr));
        assert!(output.status.success(), "{command}\n{out}{err}\n{:?}", self.variables);
        out
    }

    fn set(&mut self, name: &'static str, value: &Value) {
        self.variables.insert(name, value.as_str().unwrap_or_else(|| panic!("{name} is {value}")).to_owned());
    }

    /// The website that was registered is the developer's own from here on, and somebody has signed in at it.
    async fn own(&mut self, registered: &Value, resource: Option<&str>) {
        if registered["client_secret"].is_null() {
            return;
        }
        self.set("CLIENT_ID", &registered["client_id"]);
        self.set("CLIENT_SECRET", &registered["client_secret"]);
        let known = Registered {
            client_id: self.variables["CLIENT_ID"].clone(),
            client_secret: Some(self.variables["CLIENT_SECRET"].clone()),
            redirect_uri: registered["redirect_uris"][0].as_str().expect("a redirect URI").to_owned(),
        };
        let rp = Rp::discover(&self.demo, known).await;
        let mut browser = Browser::of(&self.demo, self.demo.anybody()).await;

        let attempt = rp.attempt(&[]);
        let callback = browser.log_in(&attempt.url, self.demo.anybody()).await;
        let answer = rp.token(&rp.token_form(&attempt, &rp.code(&attempt, &callback))).await;
        let tokens: Value = serde_json::from_str(&answer.html).expect("JSON");
        self.set("ACCESS_TOKEN", &tokens["access_token"]);
        if tokens["refresh_token"].is_string() {
            self.set("REFRESH_TOKEN", &tokens["refresh_token"]);
        }

        let asked: Vec<_> = resource.map(|resource| ("resource", resource)).into_iter().collect();
        let attempt = rp.attempt(&asked);
        let callback = browser.log_in(&attempt.url, self.demo.anybody()).await;
        let challenge = attempt.url.query_pairs().find(|(name, _)| name == "code_challenge").expect("PKCE").1;
        self.variables.insert("CODE", rp.code(&attempt, &callback));
        self.variables.insert("CHALLENGE", challenge.into_owned());
        self.variables.insert("VERIFIER", attempt.verifier.clone());

        let wrong = self.demo.url(&format!("/authorize?client_id={}&redirect_uri=x:y", self.variables["CLIENT_ID"]));
        let refused = wire::client().get(wrong).send().await.expect("an answer");
        let trace = refused.headers()["x-trace-id"].to_str().expect("text").to_owned();
        self.demo.trace(&trace);
        self.variables.insert("TRACE_ID", trace);
    }

    /// Runs one command, holds its answer against what the document says of it, and keeps what the next ones need.
    async fn follow(&mut self, command: &str) {
        let said = self.run(command);
        let json = || serde_json::from_str::<Value>(&said).unwrap_or_else(|error| panic!("{command}: {error}: {said}"));
        let has = |part: &str| command.contains(part);
        if has("client add") && has("--auth-method") {
            let method = command.split("--auth-method ").nth(1).and_then(|after| after.split(' ').next());
            assert_eq!(json()["token_endpoint_auth_method"].as_str(), method, "{said}");
        } else if has("client add") {
            let resource = command.split("--resource ").nth(1);
            self.own(&json(), resource).await;
        } else if has("client secret") && has("--registration") {
            self.set("REGISTRATION_CLIENT_URI", &json()["registration_client_uri"]);
            self.set("REGISTRATION_ACCESS_TOKEN", &json()["registration_access_token"]);
        } else if has("client secret") {
            self.set("CLIENT_SECRET", &json()["client_secret"]);
        } else if has("client token") {
            self.set("INITIAL_ACCESS_TOKEN", &json()["initial_access_token"]);
        } else if has("-X DELETE $REGISTRATION_CLIENT_URI ") {
            assert_eq!(said, "", "204");
        } else if has("-X PUT $REGISTRATION_CLIENT_URI ") {
            assert_eq!(json()["client_name"], "Our shop", "{said}");
            self.set("REGISTRATION_ACCESS_TOKEN", &json()["registration_access_token"]);
        } else if has("$ISSUER/register ") {
            for member in ["require_pushed_authorization_requests", "logo_uri", "policy_uri", "tos_uri"] {
                assert_eq!(has(member), json()[member] != Value::Null && json()[member] != false, "{member}: {said}");
            }
            self.set("REGISTRATION_CLIENT_URI", &json()["registration_client_uri"]);
            self.set("REGISTRATION_ACCESS_TOKEN", &json()["registration_access_token"]);
        } else if has("/errors ") {
            assert!(json()["errors"].is_array(), "{said}");
        } else if has("$REGISTRATION_CLIENT_URI ") {
            assert_eq!(json()["client_name"], "shop.example", "{said}");
        } else if has("/par ") {
            assert!(json()["request_uri"].as_str().expect("text").starts_with("urn:ietf:params:oauth:request_uri:"));
        } else if has("token-introspection+jwt") {
            let claims = said.split('.').nth(1).expect("a JWT");
            let claims = BASE64URL_NOPAD.decode(claims.as_bytes()).expect("base64url");
            let claims: Value = serde_json::from_slice(&claims).expect("JSON");
            assert_eq!(claims["token_introspection"]["active"], false, "revoked by the command before");
        } else if has("/introspect ") {
            assert_eq!(json()["active"], true, "{said}");
        } else if has("grant_type=refresh_token") {
            let tokens = json();
            self.set("ACCESS_TOKEN", &tokens["access_token"]);
            self.set("REFRESH_TOKEN", &tokens["refresh_token"]);
        } else if has("grant_type=authorization_code") {
            let token = json()["access_token"].as_str().expect("text").to_owned();
            assert_eq!(token.split('.').count(), 3, "a JWT for a resource of its own");
        } else if has("hufu trace") || has("hufu client errors") {
            assert!(said.contains("redirect_uri.not_registered"), "{command}: {said}");
        }
    }
}

#[tokio::test]
async fn every_command_of_the_document_does_what_it_says() {
    let commands = commands();
    assert!(commands.len() > 20, "{commands:#?}");
    let mut desk = Desk::beside(Demo::shared());
    for command in commands {
        desk.follow(&command).await;
    }
    for name in ["CODE", "REFRESH_TOKEN", "INITIAL_ACCESS_TOKEN", "REGISTRATION_ACCESS_TOKEN", "TRACE_ID"] {
        assert!(desk.variables.contains_key(name), "nothing told {name}");
    }
}

/// Every program below `conformance/clients`: what is run of it, and what that imports.
fn programs(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("node_modules") {
            programs(&path, found);
        } else if path.extension().is_some_and(|end| end == "mjs" || end == "js" || end == "py") {
            found.push(path);
        }
    }
}

#[test]
fn every_program_of_the_document_stands_in_one_that_is_run() {
    let mut files = Vec::new();
    programs(&root().join("conformance/clients"), &mut files);
    let texts: Vec<_> = files.iter().map(|file| std::fs::read_to_string(file).expect("text")).collect();
    let shown: Vec<_> = ["js", "python"].into_iter().flat_map(blocks).collect();
    assert!(shown.len() > 6, "{shown:?}");
    for block in shown {
        // The first line of a website says how it is started, and is its first line there too.
        let paragraphs: Vec<_> = block.split("\n\n").map(str::trim_end).collect();
        let stands_in = |program: &&String| {
            let mut rest = program.as_str();
            paragraphs.iter().all(|paragraph| match rest.split_once(paragraph) {
                Some((_, after)) => {
                    rest = after;
                    true
                }
                None => false,
            })
        };
        assert!(texts.iter().any(|program| stands_in(&program)), "in no program that is run:\n{block}");
    }
}
