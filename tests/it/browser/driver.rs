//! One Chromium, driven by WebDriver; it ends with the test, however the test ends.

use crate::support::{Persona, wire};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{sleep, timeout};
use url::Url;

/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at a page.
const BREATH: Duration = Duration::from_millis(50);
/// How often a chromedriver may fail to start.
const STARTS: usize = 5;
/// Browsers at once; each is as heavy as everything else together.
static ROOM: Semaphore = Semaphore::const_new(2);

/// Whether pages may run their scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    On,
    Off,
}

/// Starts until one stands, at a port of its own. A chromedriver takes its free port in two steps, one for each kind of
/// address; when somebody comes between, it ends without a word.
fn driver() -> (Child, u16) {
    for _ in 0..STARTS {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed (apt-get install chromium chromium-driver)");
        let said = BufReader::new(driver.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let mut ports = said
            .filter_map(|line| line.rsplit_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok());
        match ports.next() {
            Some(port) => return (driver, port),
            None => drop(driver.wait()),
        }
    }
    panic!("chromedriver names no port, {STARTS} times over");
}

pub struct Chrome {
    client: Client,
    session: Url,
    http: reqwest::Client,
    driver: Child,
    _profile: TempDir,
    _room: SemaphorePermit<'static>,
}

impl Chrome {
    /// A fresh browser with an English person before it.
    pub async fn start() -> Self {
        Self::with(Script::On, "en-US").await
    }

    pub async fn with(script: Script, language: &str) -> Self {
        let room = ROOM.acquire().await.expect("never closed");
        let profile = TempDir::new().expect("a directory");
        let (driver, port) = driver();
        let address = format!("http://127.0.0.1:{port}/");
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
        ];
        let mut words: Vec<String> = flags.map(str::to_owned).to_vec();
        words.push(format!("--user-data-dir={}", profile.path().display()));
        words.push(format!("--accept-lang={language}"));
        let mut preferences = json!({ "intl.accept_languages": language, "credentials_enable_service": false });
        if script == Script::Off {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let capabilities = json!({ "goog:chromeOptions": { "args": words, "prefs": preferences } });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().expect("an object").clone())
            .connect(&address)
            .await
            .expect("Chromium starts");
        let id = client.session_id().await.expect("a session").expect("a session");
        let session = Url::parse(&format!("{address}session/{id}/")).expect("a URL");
        Self { client, session, http: wire::client(), driver, _profile: profile, _room: room }
    }

    /// A passkey holder inside this device: resident keys, user verification, always willing.
    pub async fn with_authenticator() -> Self {
        let chrome = Self::start().await;
        chrome.add_authenticator().await;
        chrome
    }

    pub async fn add_authenticator(&self) -> String {
        let authenticator = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "isUserConsenting": true,
        });
        self.command("webauthn/authenticator", &authenticator).await.as_str().expect("an id").to_owned()
    }

    /// Puts a passkey into the authenticator, private key and all.
    pub async fn add_credential(&self, authenticator: &str, passkey: &Value) {
        self.command(&format!("webauthn/authenticator/{authenticator}/credential"), passkey).await;
    }

    /// What the authenticator holds.
    pub async fn credentials(&self, authenticator: &str) -> Value {
        let url = self.session.join(&format!("webauthn/authenticator/{authenticator}/credentials")).expect("a path");
        let answer: Value = self.http.get(url).send().await.expect("an answer").json().await.expect("JSON");
        answer["value"].clone()
    }

    /// A command of the DevTools protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.command("goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).await
    }

    async fn command(&self, path: &str, body: &Value) -> Value {
        let url = self.session.join(path).expect("a path");
        let answer = self.http.post(url).json(body).send().await.expect("chromedriver answers");
        let answer: Value = answer.json().await.expect("JSON");
        assert!(answer["value"]["error"].is_null(), "{path}: {answer}");
        answer["value"].clone()
    }

    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Waits for what the selector names.
    pub async fn find(&self, css: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("no {css}: {error}\n{}\n{}", self.url().await, self.body().await),
        }
    }

    /// Does something with what the selector names: a page may be on its way out while it is asked for.
    async fn on<T>(&self, css: &str, action: impl AsyncFn(Element) -> Result<T, CmdError>) -> T {
        let done = timeout(PATIENCE, async {
            loop {
                match action(self.find(css).await).await {
                    Ok(done) => return done,
                    Err(error) if replaced(&error) => sleep(BREATH).await,
                    Err(error) => panic!("{css}: {error}"),
                }
            }
        });
        done.await.unwrap_or_else(|_| panic!("{css} never stood still"))
    }

    /// Waits until `holds`.
    pub async fn until(&self, what: &str, holds: impl AsyncFn(&Self) -> bool) {
        let held = timeout(PATIENCE, async {
            while !holds(self).await {
                sleep(BREATH).await;
            }
        });
        if held.await.is_err() {
            panic!("not {what}\n{}\n{}", self.url().await, self.body().await);
        }
    }

    /// Waits until what the selector names says `words`.
    pub async fn says(&self, css: &str, words: &str) {
        self.until(&format!("{css} says {words}"), async |chrome| chrome.text(css).await.contains(words)).await;
    }

    /// Waits until the browser is at `path`.
    pub async fn arrives_at(&self, path: &str) {
        self.until(&format!("at {path}"), async |chrome| chrome.url().await.path() == path).await;
    }

    async fn body(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_else(|error| error.to_string()),
            Err(error) => error.to_string(),
        }
    }

    pub async fn has(&self, css: &str) -> bool {
        !self.client.find_all(Locator::Css(css)).await.expect("a page").is_empty()
    }

    pub async fn is_visible(&self, css: &str) -> bool {
        self.on(css, async |element| element.is_displayed().await).await
    }

    pub async fn click(&self, css: &str) {
        self.on(css, async |element| element.click().await).await;
    }

    pub async fn type_into(&self, css: &str, text: &str) {
        self.on(css, async |field| {
            field.clear().await?;
            field.send_keys(text).await
        })
        .await;
    }

    pub async fn text(&self, css: &str) -> String {
        self.on(css, async |element| element.text().await).await
    }

    pub async fn attribute(&self, css: &str, name: &str) -> Option<String> {
        self.on(css, async |element| element.attr(name).await).await
    }

    pub async fn url(&self) -> Url {
        self.client.current_url().await.expect("a URL")
    }

    /// Sends keys to whatever has the focus: `\u{e004}` is Tab, `\u{e007}` Enter.
    pub async fn press(&self, keys: &str) {
        let element = self.client.active_element().await.expect("something has the focus");
        element.send_keys(keys).await.expect("keys");
    }

    /// The id of what has the focus.
    pub async fn focus(&self) -> String {
        let element = self.client.active_element().await.expect("something has the focus");
        element.attr("id").await.expect("an element").unwrap_or_default()
    }

    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs a script that calls its last argument when it is done.
    pub async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute_async(script, arguments).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn screenshot(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a picture")
    }

    /// Back at the demo website: through the question, if it is asked.
    pub async fn come_back(&self) {
        self.find("#allow, #sub").await;
        if self.has("#allow").await {
            self.click("#allow").await;
        }
        self.find("#sub").await;
    }

    /// Number, PIN and code on the sign-in page.
    pub async fn sign_in(&self, persona: &Persona) {
        self.type_into("#number", &persona.network_number).await;
        self.type_into("#pin", persona.pin()).await;
        self.type_into("#code", &persona.code()).await;
        self.click("#signin").await;
    }
}

/// Whether the page that an element stood on has made way for the next one.
fn replaced(error: &CmdError) -> bool {
    // Chromedriver's own word for it, when the page goes in the middle of its answer.
    let gone = || error.to_string().contains("does not belong to the document");
    error.is_stale_element_reference() || error.is_no_such_element() || gone()
}

impl Drop for Chrome {
    fn drop(&mut self) {
        // Ending the session ends Chromium; the driver alone would leave it behind.
        let request = format!(
            "DELETE {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
            self.session.path().trim_end_matches('/')
        );
        wire::tell(&self.session, request.as_bytes());
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}
