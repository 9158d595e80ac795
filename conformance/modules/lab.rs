//! What all modules share: the provider, the website's server, an HTTP client for each, the website's keys.

use super::rp::Website;
use crate::support::Demo;
use crate::support::assertion::Key;
use jsonwebtoken::Algorithm;
use reqwest::{Certificate, Client, redirect};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub struct Lab {
    pub demo: Demo,
    pub website: Website,
    /// Calls the provider.
    pub http: Client,
    /// Calls the website, and looks at no certificate, as the suite's browser.
    pub careless: Client,
    /// The website's key for assertions and request objects.
    pub rsa: Key,
    /// The key that it changes to.
    pub next: Key,
    /// A number, PIN and code for the placeholders of `browser.json`.
    pub placeholders: BTreeMap<&'static str, String>,
}

impl Lab {
    pub async fn start() -> Arc<Self> {
        let (website, certificate) = Website::start();
        let data = TempDir::new().expect("a directory");
        let trust = data.path().join("website.pem");
        std::fs::write(&trust, &certificate).expect("writable");
        let suite = website.url("/").to_string();
        let options = ["--conformance", "--suite", &suite, "--trust", trust.to_str().expect("text")];
        let demo = Demo::start_with(data, &options);
        let told = |member: &str| demo.ready["conformance"][member].as_str().expect("told").to_owned();
        let ours = std::fs::read(told("authority")).expect("readable");
        let ours = Certificate::from_pem(&ours).expect("a certificate");
        let client =
            || Client::builder().redirect(redirect::Policy::none()).no_proxy().timeout(Duration::from_secs(60));
        let http = client().tls_certs_only([ours]).build().expect("a client");
        let careless = client().tls_danger_accept_invalid_certs(true).build().expect("a client");
        let person = demo.anybody();
        let placeholders = BTreeMap::from([
            ("{issuer}", demo.issuer.clone()),
            ("{alias}", told("alias")),
            ("{number}", person.network_number.clone()),
            ("{pin}", person.pin().to_owned()),
            ("{code}", person.code()),
        ]);
        Arc::new(Self { demo, website, http, careless, rsa: Key::rsa(Algorithm::RS256), next: Key::ec(), placeholders })
    }

    /// A static client, under the name that the suite's configuration has for it.
    pub fn known(&self, name: &str) -> &Value {
        &self.demo.ready["conformance"][name]
    }
}
