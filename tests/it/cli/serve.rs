//! `hufu serve` as an installation runs it, over either database: its commands, its log, its metrics, and its end.

use super::installation::{Installation, PATIENCE, Serving};
use crate::db::{TestDb, on_each_database};
use crate::house::{Browser, Website, claims};
use crate::hsm::{Hsm, TOKEN_PIN};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A person of the sandbox at a node that begins to serve, and the code that was redeemed.
async fn a_person_signs_in(house: &Installation) -> (Serving, Website, String) {
    let person = house.json(&["persona", "add", "--way", "fixed-code", "--json"]);
    let registered = house.json(&["client", "add", "--json", "--redirect-uri", "https://shop.example/cb"]);
    let node = house.serve();
    house.run(&["doctor"]);

    let address = format!("http://{}", node.address);
    let (mut browser, website) = (Browser::new(&address), Website::of(&address, &registered));
    let said = |name: &str| person[name].as_str().expect("text").to_owned();
    let page = browser.authorize(&website, &[]).await;
    let posted = browser.type_in(&page, &said("network_number"), &said("pin"), &said("fixed_code")).await;
    let consent = browser.follow(&posted).await;
    let code = browser.decide(&consent, "allow").await.code();
    let tokens = website.redeem(&code).await.json();
    let sub = claims(tokens["id_token"].as_str().expect("an ID token"))["sub"].clone();
    assert_eq!(website.userinfo(tokens["access_token"].as_str().expect("a token")).await.json()["sub"], sub);
    (node, website, code)
}

/// PROTOCOL 12: "PKCS#11 … in production": `key init`, `serve` and `doctor` over a token, through the binary.
#[tokio::test]
async fn an_installation_whose_keys_are_in_a_token_signs_a_person_in() {
    let dir = tempfile::tempdir().expect("a directory");
    let hsm = Hsm::made_in(dir.path());
    let house = Installation::with(TestDb::sqlite(), hsm.to_be_used());
    assert!(!house.path().join("hufu-keys.toml").exists(), "no key is in a file");
    let (node, ..) = a_person_signs_in(&house).await;
    let ready = reqwest::get(format!("http://{}/readyz", node.address)).await.expect("an answer");
    assert_eq!(ready.status(), 200);
    node.signal("-TERM");
    let (status, log) = node.ended();
    assert!(status.success(), "{log:?}");
    assert!(!log.iter().any(|line| line.to_string().contains(TOKEN_PIN)), "the log shows no PIN");
}

on_each_database! {
    /// Issue "One-click login": `serve`, `migrate`, `doctor`, `client`, `key`, `persona`, through the binary, on each database.
    async fn an_installation_is_made_served_and_signs_a_person_in(db) {
        let house = Installation::over(db);
        std::fs::copy(house.path().join("hufu-keys.toml"), house.path().join("copy.toml")).expect("a backup");
        house.run(&["key", "backup-check", "copy.toml"]);
        let (node, website, code) = a_person_signs_in(&house).await;

        let metrics = reqwest::get(format!("http://127.0.0.1:{}/metrics", house.metrics)).await.expect("metrics");
        assert!(metrics.text().await.expect("text").contains("hufu_signins_total 1"));
        let refused = website.redeem(&code).await;
        let trace = refused.header("x-trace-id").to_owned();
        node.signal("-INT");
        let (status, log) = node.ended();
        assert!(status.success(), "Ctrl-C ends it well");
        let of_it: Vec<_> = log.iter().filter(|line| line.to_string().contains(&trace)).collect();
        assert!(of_it.iter().any(|line| line["code"] == "code.replayed"), "{trace}: {of_it:?}");
        let explained = house.json(&["trace", &trace, "--json"]);
        assert_eq!(explained["refusal"]["code"], "code.replayed", "what the node had not written yet, it wrote at its end");
        house.run(&["audit", "verify"]);
    }
}

/// Issue "One-click login": "graceful shutdown": a request that is under way is answered, a new one is not taken.
#[tokio::test]
async fn sigterm_lets_a_request_under_way_end() {
    let house = Installation::over(TestDb::sqlite());
    let node = house.serve();
    let mut slow = TcpStream::connect(&node.address).expect("connected");
    slow.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let form = "grant_type=authorization_code&client_id=nobody";
    let head = format!(
        "POST /token HTTP/1.1\r\nHost: id\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        form.len()
    );
    slow.write_all(head.as_bytes()).and_then(|()| slow.write_all(&form.as_bytes()[..10])).expect("half of it is sent");
    // The head is read when another request on the same node has been answered.
    let other = reqwest::get(format!("http://{}/healthz", node.address)).await.expect("an answer");
    assert_eq!(other.status(), 200);
    node.signal("-TERM");
    tokio::time::sleep(Duration::from_millis(300)).await;
    slow.write_all(&form.as_bytes()[10..]).expect("the rest is taken");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("client.unknown"), "{answer}");
    assert!(node.ended().0.success());
}
