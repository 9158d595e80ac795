//! Every page there is, in both languages, by day and by night, on a phone and on a desk: no barriers (axe-core, WCAG 2.2
//! AA), and a picture of each in `target/screenshots`. What a person meets rarely (`rare`) comes from a house in process.

mod apply;

use super::Chrome;
use super::driver::Script;
use super::passkey::register;
use super::rare;
use super::wallet::{asking, get_certificates};
use crate::support::{Demo, Rp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Fetched by `npm ci` in conformance/browser, which `cargo xtask test` does.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/conformance/browser/node_modules/axe-core/axe.min.js");
const SIZES: [(&str, u32, u32, bool); 2] = [("phone", 390, 844, true), ("desktop", 1280, 800, false)];
const SCHEMES: [&str; 2] = ["light", "dark"];

/// A walk in one language.
struct Tour {
    chrome: Chrome,
    demo: Arc<Demo>,
    language: &'static str,
    axe: String,
    pictures: PathBuf,
    barriers: Vec<String>,
    /// The templates of the pages looked at, by their own word (`data-page`).
    seen: BTreeSet<String>,
}

impl Tour {
    async fn start(language: &'static str) -> Self {
        let axe = std::fs::read_to_string(AXE).expect("axe-core: run `npm ci` in conformance/browser");
        let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
        std::fs::create_dir_all(&pictures).expect("a directory");
        let chrome = Chrome::with(Script::On, language).await;
        let demo = Arc::new(Demo::start());
        Self { chrome, demo, language, axe, pictures, barriers: Vec::new(), seen: BTreeSet::new() }
    }

    async fn open(&mut self, path: &str, name: &str) {
        self.chrome.open(&format!("{}{path}", self.demo.issuer)).await;
        self.look(name).await;
    }

    /// Shows a page that was answered elsewhere, on the provider's own ground: the same style sheet, the same policy.
    async fn show(&mut self, html: &str, name: &str) {
        self.chrome.open(&format!("{}/nothing", self.demo.issuer)).await;
        let tree = self.chrome.devtools("Page.getFrameTree", json!({})).await;
        let content = json!({ "frameId": tree["frameTree"]["frame"]["id"], "html": html });
        self.chrome.devtools("Page.setDocumentContent", content).await;
        self.chrome.until("shown", async |chrome| chrome.run(STYLED, Vec::new()).await == true).await;
        self.look(name).await;
    }

    /// Looks at the page that is open, in every light and size.
    async fn look(&mut self, name: &str) {
        let page = self.chrome.run("return document.body.dataset.page ?? ''", Vec::new()).await;
        self.seen.insert(page.as_str().expect("text").to_owned());
        for (size, width, height, mobile) in SIZES {
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
            self.chrome.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
            for scheme in SCHEMES {
                let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
                self.chrome.devtools("Emulation.setEmulatedMedia", features).await;
                let file = self.pictures.join(format!("{name}-{}-{scheme}-{size}.png", self.language));
                std::fs::write(file, self.chrome.screenshot().await).expect("written");
                let found = self.barriers_here().await;
                self.barriers.extend(found.into_iter().map(|barrier| format!("{name} {scheme} {size}: {barrier}")));
            }
        }
    }

    /// Another secret for the codes, looked at and left alone.
    async fn new_code(&mut self) {
        self.chrome.open(&format!("{}/me", self.demo.issuer)).await;
        self.chrome.click("#new-code").await;
        self.chrome.find("#confirm").await;
        self.look("new-code").await;
        self.chrome.click("summary").await;
        self.chrome.type_into("#code", "0000000").await;
        self.chrome.click("#confirm").await;
        self.chrome.find("#problem").await;
        self.look("new-code-problem").await;
    }

    async fn barriers_here(&self) -> Vec<String> {
        let script = "const done = arguments[arguments.length - 1];
            const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
            axe.run({ runOnly: tags }).then(found => done(found.violations), error => done(String(error)))";
        self.chrome.run(&self.axe, Vec::new()).await;
        let found = self.chrome.run_async(script, Vec::new()).await;
        let Value::Array(violations) = found else { return vec![found.to_string()] };
        let told = |violation: &Value| {
            let nodes: Vec<_> =
                violation["nodes"].as_array().into_iter().flatten().map(|node| node["html"].to_string()).collect();
            format!("{}: {} {}", violation["id"], violation["help"], nodes.join(" "))
        };
        violations.iter().map(told).collect()
    }

    /// A new template without a look fails here.
    fn end(mut self) {
        assert!(self.barriers.is_empty(), "{} barriers:\n{}", self.barriers.len(), self.barriers.join("\n"));
        assert!(self.seen.remove(""), "the button's page, which has no template");
        assert_eq!(self.seen, templates());
    }
}

/// The style sheet is there.
const STYLED: &str = "return [...document.styleSheets].some(sheet => sheet.href && sheet.cssRules.length > 10)";

/// Every template that is a page, by the word that it calls itself.
fn templates() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut pages = BTreeSet::new();
    let folders = ["site", "apply", "twin"].map(|folder| (root.join(folder), format!("{folder}-")));
    for (folder, before) in [(root.clone(), String::new())].into_iter().chain(folders) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("readable").path();
            let is_page = || std::fs::read_to_string(&path).expect("UTF-8").contains("{% extends");
            if path.is_file() && is_page() {
                let name = path.file_stem().and_then(|name| name.to_str()).expect("a plain name");
                pages.insert(format!("{before}{}", name.replace('_', "-")));
            }
        }
    }
    pages
}

async fn every_page(language: &'static str) {
    let mut tour = Tour::start(language).await;
    let (demo, site) = (Arc::clone(&tour.demo), tour.demo.site.clone());
    let rp = Rp::at(&demo, "tour.example").await;
    let app = demo.add_client("com.example.tour:/callback", &["--native", "--auth-method", "none"]);
    let app = Rp::discover(&demo, app).await;
    // Strangers.
    tour.open("/", "landing").await;
    tour.open("/static/button/index.html", "button").await;
    tour.open("/me", "sign-in").await;
    tour.open("/authorize?client_id=nobody", "unknown-website").await;
    tour.open(
        &format!("/authorize?client_id={}&redirect_uri=https://evil.example/", rp.registered.client_id),
        "unknown-return",
    )
    .await;
    tour.open(&format!("/authorize?client_id={}", rp.registered.client_id), "bad-request").await;
    tour.open("/wallet", "wallet-stranger").await;
    tour.open("/continue?i=noise", "stale").await;
    tour.open("/nothing", "not-found").await;
    tour.open("/consent", "wrong-method").await;
    // Freezing, by somebody who mistyped first.
    tour.open("/freeze", "freeze").await;
    tour.chrome.type_into("#number", "K7QM").await;
    tour.chrome.type_into("#pin", "39475102").await;
    tour.chrome.click("#freeze").await;
    tour.chrome.find("#problem").await;
    tour.look("freeze-problem").await;
    tour.open("/freeze/heard", "frozen-perhaps").await;
    for (name, html) in rare::pages(language).await {
        tour.show(&html, name).await;
    }
    // A wrong PIN, a minor, a no.
    tour.chrome.open(rp.attempt(&[]).url.as_str()).await;
    tour.look("sign-in-website").await;
    let mut wrong = demo.anybody().clone();
    wrong.pin = Some("39475102".to_owned());
    tour.chrome.sign_in(&wrong).await;
    tour.chrome.find("#problem").await;
    tour.look("sign-in-wrong").await;
    for (age, name) in [("16", "minor-16"), ("10", "minor-10")] {
        tour.chrome.open(rp.attempt(&[("prompt", "login")]).url.as_str()).await;
        tour.chrome.sign_in(demo.persona(age)).await;
        tour.chrome.find("main:not(:has(#code-form))").await;
        tour.look(name).await;
    }
    // The demo website.
    tour.chrome.open(&site).await;
    tour.look("site").await;
    tour.chrome.click("#other").await;
    tour.look("site-other").await;
    for word in ["privacy", "terms"] {
        tour.chrome.open(&format!("{site}/{word}")).await;
        tour.look(&format!("site-{word}")).await;
    }
    tour.chrome.open(&format!("{site}/callback?error=server_error")).await;
    tour.look("site-failed").await;
    tour.chrome.open(&site).await;
    tour.chrome.click("#login").await;
    tour.chrome.find("#decline").await;
    tour.chrome.click("#decline").await;
    tour.chrome.find("#declined").await;
    tour.look("site-declined").await;
    tour.chrome.click("#login").await;
    tour.chrome.sign_in(demo.anybody()).await;
    tour.chrome.find("#allow").await;
    tour.look("consent").await;
    tour.chrome.click("#allow").await;
    tour.chrome.find("#sub").await;
    tour.look("site-signed-in").await;
    tour.chrome.open(app.attempt(&[]).url.as_str()).await;
    tour.chrome.find("#allow").await;
    tour.look("consent-app").await;
    // One's own page.
    tour.open("/me", "me").await;
    for done in ["consent-withdrawn", "session-ended", "passkey-removed", "pin-changed", "code-replaced"] {
        tour.open(&format!("/me?done={done}"), &format!("me-{done}")).await;
    }
    tour.chrome.add_authenticator().await;
    register(&tour.chrome, "my phone").await;
    tour.chrome.run("document.querySelectorAll('details').forEach(one => one.open = true)", Vec::new()).await;
    tour.look("me-open").await;
    tour.chrome.type_into("#pin", demo.anybody().pin()).await;
    tour.chrome.type_into("#code", &demo.anybody().code()).await;
    tour.chrome.type_into("#new-pin", "12345678").await;
    tour.chrome.type_into("#new-pin-again", "12345678").await;
    tour.chrome.click("#change-pin").await;
    tour.chrome.find("#problem").await;
    tour.look("me-problem").await;
    tour.new_code().await;
    tour.open("/wallet", "wallet").await;
    get_certificates(&tour.chrome).await;
    tour.chrome.run("document.querySelectorAll('details').forEach(one => one.open = true)", Vec::new()).await;
    tour.look("wallet-open").await;
    for (claim, name) in [("age_over_18", "wallet-asked"), ("name", "wallet-asked-too-much")] {
        tour.chrome.open(&asking(&demo, &json!([{ "path": [claim] }]), &[])).await;
        tour.chrome.find("#ask:not([hidden])").await;
        tour.look(name).await;
    }
    tour.open("/signout", "sign-out").await;
    tour.chrome.click("#signout").await;
    tour.chrome.find("main:not(:has(form))").await;
    tour.look("signed-out").await;
    tour.application().await;
    tour.end();
}

/// PAGES: "zh and en, light and dark, phone and desktop"; issue: "zero WCAG 2.2 AA violations on every page".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_without_barriers_in_chinese() {
    every_page("zh-CN").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_without_barriers_in_english() {
    every_page("en-US").await;
}
