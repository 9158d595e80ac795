//! `hufu voucher`: two officers, each in the record, and nobody else in it.

use super::{code, hufu_with, json, text};

const HERE: [(&str, &str); 4] = [
    ("HUFU_STORE__URL", "sqlite:hufu.db"),
    ("HUFU_PERSON_KEYS__URL", "sqlite:person-keys.db"),
    ("HUFU_MODE", "sandbox"),
    ("HUFU_KEYS__FILE", "keys.toml"),
];

/// A directory with a database and a key ring.
fn counter() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for command in [&["migrate"][..], &["key", "init"]] {
        let done = hufu_with(dir.path(), command, &HERE);
        assert_eq!(code(&done), 0, "{}", text(&done.stderr));
    }
    dir
}

fn issue<'a>(number: &'a str, born: &'a str) -> Vec<&'a str> {
    let document = ["--document-kind", "resident_identity_card", "--document-number", number];
    let holder = ["--name", "林安然", "--birthdate", born];
    [&["voucher", "issue", "--officer", "Li Wei", "--json"][..], &document, &holder].concat()
}

#[test]
fn two_officers_make_a_code_and_the_record_names_them_and_no_holder() {
    let dir = counter();
    let run = |args: &[&str]| hufu_with(dir.path(), args, &HERE);
    let issued = json(&run(&issue("11010519491231002X", "1949-12-31")));
    let id = issued["voucher"].as_str().expect("an id").to_owned();
    let same = run(&["voucher", "approve", &id, "--officer", "li wei"]);
    assert_eq!(code(&same), 1);
    assert!(text(&same.stderr).contains("another officer"), "{}", text(&same.stderr));
    let approved = json(&run(&["voucher", "approve", &id, "--officer", "Zhang Min", "--json"]));
    let shown = approved["code"].as_str().expect("a code");
    assert_eq!(shown.len(), 19, "four groups of four: {shown}");
    assert_eq!(code(&run(&["voucher", "approve", &id, "--officer", "Wang Fang"])), 1, "once");

    let list = json(&run(&["audit", "list", "--json"]));
    let of = |command: &str| {
        let entries = list.as_array().expect("a list").iter();
        let found: Vec<_> = entries.filter(|entry| entry["entry"]["command"] == command).collect();
        assert_eq!(found.len(), 1, "{list}");
        found[0]["entry"]["detail"]["officer"].as_str().expect("a name").to_owned()
    };
    assert_eq!((of("voucher issue"), of("voucher approve")), ("Li Wei".to_owned(), "Zhang Min".to_owned()));
    for secret in ["林", "1949", "110105", shown] {
        assert!(!list.to_string().contains(secret), "{secret} in the record: {list}");
    }
}

#[test]
fn a_number_that_breaks_its_rule_or_a_day_that_is_none_or_not_the_numbers_is_refused_and_not_recorded() {
    let dir = counter();
    let run = |args: &[&str]| hufu_with(dir.path(), args, &HERE);
    let before = json(&run(&["audit", "list", "--json"])).as_array().expect("a list").len();
    assert_ne!(code(&run(&issue("110105194912310021", "1949-12-31"))), 0);
    assert_ne!(code(&run(&issue("11010519491231002X", "1949-02-30"))), 0);
    let mistyped = run(&issue("11010519491231002X", "1949-12-13"));
    assert!(code(&mistyped) == 1 && text(&mistyped.stderr).contains("another day"), "{}", text(&mistyped.stderr));
    assert_eq!(json(&run(&["audit", "list", "--json"])).as_array().expect("a list").len(), before);
}
