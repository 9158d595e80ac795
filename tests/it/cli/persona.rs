//! `hufu persona`: people of a sandbox, and the help that only the operator can give them.

use super::{code, json, text};
use crate::support::{Browser, Demo, Persona};
use std::sync::Arc;

/// PROTOCOL 22: any passkey lifts a freeze; who has none is not stranded.
#[tokio::test]
async fn a_persona_without_a_passkey_is_thawed_by_the_operator_and_by_nobody_else() {
    let demo = Arc::new(Demo::start());
    let person = demo.anybody().clone();
    let mut browser = Browser::new(&demo);
    let page = browser.open(&demo.url("/freeze")).await.page();
    let form = page.form("freeze-form").fill("number", &person.network_number).fill("pin", person.pin());
    let heard = browser.submit(&page, &form).await.page();
    assert_eq!(heard.url.path(), "/freeze/heard");
    let page = browser.open(&demo.url("/me")).await.page();
    assert!(browser.sign_in(&page, &person).await.page().has_form("code-form"), "frozen");

    let lifted = demo.hufu(&["persona", "lift", &person.network_number]);
    assert_eq!(code(&lifted), 0, "{}", text(&lifted.stderr));
    Browser::of(&demo, &person).await;
    assert_eq!(code(&demo.hufu(&["persona", "lift", &person.network_number])), 1, "nothing is left to lift");
    assert_eq!(code(&demo.hufu(&["persona", "lift", "nobody"])), 1);
    let audit = json(&demo.hufu(&["audit", "list", "--json"]));
    let entries: Vec<_> = audit.as_array().expect("a list").iter().map(|one| one["entry"].to_string()).collect();
    assert_eq!(entries.iter().filter(|entry| entry.contains("persona lift")).count(), 1, "{entries:?}");
    assert!(!entries.concat().contains(&person.network_number), "an audit record names no number");
}

/// Issue 4: "`hufu persona add --count 100000 --json --data DIR` makes applied persons fast enough for load tests". They are
/// persons: the first, the last and one between sign in by number, PIN and a code of their own, and are not listed.
#[tokio::test]
async fn a_crowd_is_made_at_once_and_each_of_it_can_sign_in() {
    let demo = Arc::new(Demo::start());
    let listed = || json(&demo.hufu(&["persona", "list", "--json"])).as_array().expect("a list").len();
    let before = listed();
    let made = json(&demo.hufu(&["persona", "add", "--count", "1900", "--json"]));
    assert_eq!((&made["count"], &made["there"]), (&1900.into(), &0.into()), "{made}");
    assert!(made["persons_per_second"].as_f64().is_some_and(|rate| rate > 100.0), "{made}");
    assert!(made["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{made}");
    let more = json(&demo.hufu(&["persona", "add", "--count", "100", "--json"]));
    assert_eq!((&more["first"], &more["last"]), (&"crowd-1901".into(), &"crowd-2000".into()), "{more}");
    assert_eq!(listed(), before, "a crowd is not listed");

    let mut numbers = Vec::new();
    for key in ["crowd-1", "crowd-777", "crowd-2000"] {
        let person: Persona =
            serde_json::from_value(json(&demo.hufu(&["persona", "show", key, "--json"]))).expect("a persona");
        Browser::of(&demo, &person).await;
        numbers.push(person.network_number);
    }
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
    assert_eq!(code(&demo.hufu(&["persona", "show", "crowd-2001"])), 1);
    assert_eq!(code(&demo.hufu(&["persona", "add", "--count", "0"])), 1);
    assert_eq!(code(&demo.hufu(&["persona", "add", "--count", "1000000"])), 1, "there is room for a million in all");

    let doctor = demo.hufu(&["doctor", "--json"]);
    assert!(text(&doctor.stdout).contains("2009 keys"), "{}", text(&doctor.stdout));
}

/// A command that was cut off left persons whom the next one finds there; nobody is made twice.
#[tokio::test]
async fn a_crowd_that_was_cut_off_is_completed() {
    let demo = Demo::start();
    demo.hufu(&["persona", "add", "--count", "600", "--json"]);
    let file = demo.data().join("sandbox.json");
    let kept = std::fs::read_to_string(&file).expect("readable").replace("\"count\": 600", "\"count\": 0");
    std::fs::write(&file, kept).expect("written");
    let again = json(&demo.hufu(&["persona", "add", "--count", "700", "--json"]));
    assert_eq!((&again["count"], &again["there"]), (&700.into(), &600.into()), "{again}");
}
