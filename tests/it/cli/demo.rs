//! `hufu demo`: starts, says one line, works beside other commands, stops, and finds its data again.

use super::{code, hufu, json, text};
use reqwest::{Client, StatusCode, redirect};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A demo under way. It ends with this value.
struct Running {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    ready: Value,
}

/// How a demo ended, and everything it said besides its first line.
struct Ended {
    well: bool,
    out: String,
    log: String,
}

impl Running {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hufu"))
            .args([
                "demo",
                "--json",
                "--listen",
                "0",
                "--site",
                "127.0.0.1:0",
                "--twins",
                "0",
                "--log",
                "debug",
                "--data",
            ])
            .arg(data)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("hufu runs");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { child, out, ready }
    }

    fn text(&self, pointer: &str) -> &str {
        self.ready.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {}", self.ready))
    }

    fn stop(mut self) -> Ended {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.expect("kill runs").success());
        let (mut out, mut log) = (String::new(), String::new());
        self.child.stderr.take().expect("piped").read_to_string(&mut log).expect("UTF-8");
        self.out.read_to_string(&mut out).expect("UTF-8");
        Ended { well: self.child.wait().expect("it ends").success(), out, log }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn data() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn browser() -> Client {
    Client::builder().redirect(redirect::Policy::none()).build().expect("a client")
}

/// Issue 2, "Run".
#[test]
fn it_says_one_line_and_stops_cleanly_and_a_second_start_finds_its_data_again() {
    let data = data();
    let first = Running::start(data.path());
    let personas = first.ready["personas"].as_array().cloned().expect("people");
    assert!(personas.len() >= 8);
    for persona in &personas {
        for field in ["network_number", "name", "birthdate", "document_number", "phone", "note"] {
            assert!(persona[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {persona}");
        }
    }
    let with = |field: &str| personas.iter().filter(|persona| persona[field].is_string()).count();
    assert!(with("pin") >= 7 && with("otpauth") >= 5 && with("fixed_code") == 1);
    assert!(personas.iter().any(|persona| persona["passkey"]["privateKey"].is_string()));
    for field in ["client_id", "client_secret", "redirect_uri"] {
        assert!(!first.text(&format!("/client/{field}")).is_empty());
    }
    let mut ready = first.ready.clone();
    let ended = first.stop();
    assert!(ended.well, "{}", ended.log);
    assert_eq!(ended.out, "", "one line and no more");

    let second = Running::start(data.path());
    let mut again = second.ready.clone();
    for ready in [&mut ready, &mut again] {
        for persona in ready["personas"].as_array_mut().expect("people") {
            persona.as_object_mut().expect("a person").remove("code_now");
        }
    }
    assert_eq!(again, ready, "the same people, numbers, PINs, website and addresses");
    assert!(second.stop().well);
}

#[test]
fn data_that_belongs_to_another_address_is_refused() {
    let data = data();
    assert!(Running::start(data.path()).stop().well);
    let path = data.path().to_str().expect("a path");
    let elsewhere = hufu(data.path(), &["demo", "--listen", "127.0.0.1:1", "--data", path]);
    assert_ne!(code(&elsewhere), 0, "port 1 is not where it was");
    let taken = Running::start(data.path());
    let twice = hufu(data.path(), &["demo", "--listen", "0", "--site", "0", "--twins", "0", "--data", path]);
    assert_eq!(code(&twice), 4);
    assert!(text(&twice.stderr).contains("is a demo running there already?"), "{}", text(&twice.stderr));
    assert!(taken.stop().well);
}

/// Issue 2: "`hufu client add` … adds another to the same demo while it runs."
#[tokio::test]
async fn a_website_is_added_while_it_runs() {
    let data = data();
    let demo = Running::start(data.path());
    let path = data.path().to_str().expect("a path");
    let uri = "https://shop.example/cb";
    let added = json(&hufu(data.path(), &["client", "add", "--json", "--data", path, "--redirect-uri", uri]));
    assert_eq!(added["issuer"], demo.ready["issuer"]);
    let authorize = |client_id: &str| {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let query = [
            ("response_type", "code"),
            ("scope", "openid"),
            ("client_id", client_id),
            ("redirect_uri", uri),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
        ];
        let mut url = url::Url::parse(demo.text("/issuer")).expect("a URL").join("/authorize").expect("a URL");
        url.query_pairs_mut().extend_pairs(query);
        browser().get(url).send()
    };
    let known = authorize(added["client_id"].as_str().expect("an id")).await.expect("answers");
    assert_eq!(known.status(), StatusCode::OK, "the sign-in page");
    let unknown = authorize("nobody").await.expect("answers");
    assert_eq!(unknown.status(), StatusCode::BAD_REQUEST);

    // What a developer reads on that page, an operator can look up.
    let id = unknown.headers()["x-trace-id"].to_str().expect("text").to_owned();
    let explained = (0..40).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(250));
        let output = hufu(data.path(), &["trace", &id, "--json", "--data", path]);
        output.status.success().then(|| json(&output))
    });
    let explained = explained.expect("the refusal is kept");
    assert_eq!(explained["refusal"]["endpoint"], "/authorize");
    assert!(explained["refusal"]["fix"].as_str().is_some_and(|fix| !fix.is_empty()), "{explained}");
    assert!(demo.stop().well);
}

/// FUNCTIONS 4 and 23: the registry's attributes are neither in our database nor in our log.
#[tokio::test]
async fn no_name_birth_date_document_or_telephone_number_is_stored_or_logged() {
    let data = data();
    let demo = Running::start(data.path());
    let login = browser().get(format!("{}/login", demo.text("/site"))).send().await.expect("answers");
    let authorize = login.headers()["location"].to_str().expect("a URL").to_owned();
    assert!(browser().get(&authorize).send().await.expect("answers").status().is_success());
    let personas = demo.ready["personas"].as_array().cloned().expect("people");
    let ended = demo.stop();

    let mut kept = ended.log.clone().into_bytes();
    for entry in std::fs::read_dir(data.path()).expect("readable") {
        kept.extend(std::fs::read(entry.expect("a file").path()).expect("readable"));
    }
    let holds = |canary: &str| kept.windows(canary.len()).any(|window| window == canary.as_bytes());
    assert!(
        holds(personas[0]["network_number"].as_str().expect("a number")),
        "sandbox.json has it, so the search works"
    );
    for persona in &personas {
        for field in ["name", "birthdate", "document_number", "phone"] {
            let canary = persona[field].as_str().expect("text");
            assert!(!holds(canary), "{field} {canary} is stored");
        }
        let number = persona["network_number"].as_str().expect("a number");
        assert!(!ended.log.contains(number), "a network number is logged");
    }
    assert!(ended.log.contains("/authorize"), "the request is logged: {}", ended.log);
    let query = url::Url::parse(&authorize).expect("a URL").query().expect("a query").to_owned();
    assert!(!ended.log.contains(&query) && !ended.log.contains("code_challenge"), "{}", ended.log);
}

#[tokio::test]
async fn the_website_says_kindly_what_went_wrong() {
    let data = data();
    let demo = Running::start(data.path());
    let site = demo.text("/site").to_owned();
    let page = async |path: &str, cookie: Option<&str>| {
        let mut request = browser().get(format!("{site}{path}"));
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let answer = request.send().await.expect("answers");
        (answer.status(), answer.text().await.expect("text"))
    };
    let (status, html) = page("/", None).await;
    assert!(status == StatusCode::OK && html.contains("id=\"login\""), "{html}");
    let (status, html) = page("/callback?code=x&state=y", None).await;
    assert!(status == StatusCode::BAD_REQUEST && html.contains("session_lost"), "{html}");

    let login = browser().get(format!("{site}/login")).send().await.expect("answers");
    let cookie = login.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("a pair").to_owned();
    let sent = url::Url::parse(login.headers()["location"].to_str().expect("text")).expect("a URL");
    let sent: std::collections::HashMap<_, _> = sent.query_pairs().into_owned().collect();
    assert_eq!(sent["code_challenge_method"], "S256");
    assert!(sent.contains_key("nonce"));
    let iss: String = url::form_urlencoded::byte_serialize(demo.text("/issuer").as_bytes()).collect();
    let (_, html) =
        page(&format!("/callback?error=access_denied&state={}&iss={iss}", sent["state"]), Some(&cookie)).await;
    assert!(html.contains("id=\"declined\""), "{html}");
    let (_, html) =
        page(&format!("/callback?error=access_denied&state={}&iss={iss}", sent["state"]), Some(&cookie)).await;
    assert!(html.contains("session_lost"), "what was sent along counts once: {html}");
    assert!(demo.stop().well);
}
