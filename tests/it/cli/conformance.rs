//! `hufu demo --conformance`: what a run of the official suite finds.

use crate::support::applicant::{Applicant, called};
use crate::support::{Browser, Demo, Refused};
use reqwest::header::{LOCATION, SET_COOKIE};
use reqwest::{Certificate, Client, Response, redirect};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use url::Url;

const SUITE: &str = "https://suite.example:8443/";

fn start(data: TempDir) -> Demo {
    Demo::start_with(data, &["--conformance", "--suite", SUITE])
}

fn browser(demo: &Demo) -> Client {
    let file = demo.ready["conformance"]["authority"].as_str().expect("the authority's file");
    let authority = Certificate::from_pem(&std::fs::read(Path::new(file)).expect("readable")).expect("a certificate");
    let client = Client::builder().tls_certs_only([authority]).redirect(redirect::Policy::none()).no_proxy();
    client.build().expect("a client")
}

/// A request as the Basic plan sends it: neither `code_challenge` nor `nonce`.
async fn bare(demo: &Demo, http: &Client, client_id: &str, redirect_uri: &str) -> Response {
    let mut url = Url::parse(&format!("{}/authorize", demo.issuer)).expect("a URL");
    url.query_pairs_mut()
        .append_pair("client_id", client_id)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("scope", "openid")
        .append_pair("state", "s");
    http.get(url).send().await.expect("an answer")
}

/// PROTOCOL 16: "in `demo --conformance` it is the default for registered confidential clients and the nonce is optional".
#[tokio::test]
async fn a_conformance_run_finds_https_its_clients_and_may_leave_pkce_and_nonce_out() {
    let demo = start(TempDir::new().expect("a directory"));
    assert!(demo.issuer.starts_with("https://localhost:"), "{}", demo.issuer);
    let http = browser(&demo);
    for name in ["client", "client2", "client_secret_post"] {
        let client = &demo.ready["conformance"][name];
        let (id, redirect_uris) = (client["client_id"].as_str().expect("an id"), client["redirect_uris"].clone());
        assert_eq!(redirect_uris[0], format!("{SUITE}test/a/hufu/callback"));
        for redirect_uri in redirect_uris.as_array().expect("a list") {
            let answer = bare(&demo, &http, id, redirect_uri.as_str().expect("a URI")).await;
            assert_eq!(answer.status(), 200, "{name} is shown the sign-in page");
            let cookies: Vec<_> = answer.headers().get_all(SET_COOKIE).iter().collect();
            assert!(!cookies.is_empty());
            for cookie in cookies {
                assert!(cookie.to_str().expect("text").starts_with("__Host-"), "{cookie:?}");
            }
        }
    }
    // A website that was registered to need PKCE still does.
    let strict = demo.add_client("https://strict.example/cb", &[]);
    let answer = bare(&demo, &http, &strict.client_id, &strict.redirect_uri).await;
    let refused = Refused::redirect(answer.headers()[LOCATION].to_str().expect("text")).expect("a refusal");
    assert_eq!(refused.code, "code_challenge.missing");
    let (told, data) = (demo.ready["conformance"].clone(), demo.stop().1);
    assert_eq!(start(data).ready["conformance"], told, "a second start finds its certificate and clients again");
}

/// The reader of the sandbox speaks to a provider whose certificate is signed by an authority of the demo's own.
#[tokio::test]
async fn a_chip_is_read_over_https_too() {
    let demo = Arc::new(start(TempDir::new().expect("a directory")));
    let (mut applicant, page) = Applicant::begin_in(Browser::over(&demo, browser(&demo)), "gao").await;
    let page = applicant.show_document(&page).await;
    assert_eq!(called(&page), "apply-face", "{}", page.html);
}

/// PROTOCOL 16, the other half: an ordinary demo makes no exception, and names no client of the suite.
#[tokio::test]
async fn an_ordinary_demo_demands_pkce_or_a_nonce_of_everybody() {
    let demo = Demo::shared();
    assert_eq!(demo.ready["conformance"], Value::Null);
    let http = crate::support::wire::client();
    for (options, code) in [(&[][..], "code_challenge.missing"), (&["--pkce-optional"], "nonce.missing")] {
        let client = demo.add_client("https://ordinary.example/cb", options);
        let answer = bare(&demo, &http, &client.client_id, &client.redirect_uri).await;
        let refused = Refused::redirect(answer.headers()[LOCATION].to_str().expect("text")).expect("a refusal");
        assert_eq!(refused.code, code);
    }
}
