//! `hufu persona`: people of a sandbox, and the help that only the operator can give them.

use super::{code, json, text};
use crate::support::{Browser, Demo};
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
