//! The audit record: every change in it, and no change to it unnoticed.

use super::{code, hufu, hufu_with, json, text};
use diesel::{Connection, RunQueryDsl, SqliteConnection};

const HERE: [(&str, &str); 3] = [
    ("HUFU_STORE__URL", "sqlite:hufu.db"),
    ("HUFU_PERSON_KEYS__URL", "sqlite:person-keys.db"),
    ("HUFU_MODE", "sandbox"),
];

#[test]
fn a_change_is_recorded_with_who_made_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let applied = json(&hufu_with(dir.path(), &["migrate", "--json"], &HERE));
    assert!(!applied["applied"].as_array().expect("a list").is_empty());
    let again = json(&hufu_with(dir.path(), &["migrate", "--json"], &HERE));
    assert!(again["applied"].as_array().expect("a list").is_empty());

    let list = json(&hufu_with(dir.path(), &["audit", "list", "--json"], &HERE));
    assert_eq!(list.as_array().expect("a list").len(), 1, "nothing changed the second time: {list}");
    assert_eq!(list[0]["entry"]["command"], "migrate");
    assert!(!list[0]["entry"]["who"].as_str().expect("a user").is_empty());
    let whole = json(&hufu_with(dir.path(), &["audit", "verify", "--json"], &HERE));
    assert_eq!((&whole["whole"], &whole["entries"]), (&true.into(), &1.into()));
    let last = whole["last"].as_str().expect("a hash");
    assert_eq!(code(&hufu_with(dir.path(), &["audit", "verify", "--last", last], &HERE)), 0);
    assert_eq!(code(&hufu_with(dir.path(), &["audit", "verify", "--last", "00"], &HERE)), 1);
}

#[test]
fn an_entry_that_was_changed_is_noticed() {
    let dir = tempfile::tempdir().expect("a directory");
    json(&hufu_with(dir.path(), &["migrate", "--json"], &HERE));
    let file = dir.path().join("hufu.db");
    let mut database = SqliteConnection::establish(file.to_str().expect("a path")).expect("opens");
    let change = "UPDATE audit SET entry = replace(entry, 'migrate', 'nothing')";
    assert_eq!(diesel::sql_query(change).execute(&mut database).expect("changes"), 1);
    let broken = hufu_with(dir.path(), &["audit", "verify"], &HERE);
    assert_eq!(code(&broken), 1);
    assert!(text(&broken.stderr).contains("entry 1"), "{}", text(&broken.stderr));
}

#[test]
fn a_database_without_tables_says_what_to_do() {
    let dir = tempfile::tempdir().expect("a directory");
    let refused = hufu_with(dir.path(), &["audit", "list"], &HERE);
    assert_eq!(code(&refused), 4);
    assert!(text(&refused.stderr).contains("run `hufu migrate`"), "{}", text(&refused.stderr));
    assert_eq!(code(&hufu_with(dir.path(), &["migrate", "--check"], &HERE)), 1);
    assert_eq!(code(&hufu(dir.path(), &["trace", "7K2M-9QXA-0F3T"])), 1, "no trace id");
}
