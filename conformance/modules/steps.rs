//! The scripts of `conformance/suite/browser.json`: what the suite's browser is told to do on our pages.

use super::lab::Lab;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

const SCRIPTS: &str = include_str!("../suite/browser.json");

/// What is done at addresses that match.
#[derive(Clone, Debug, Deserialize)]
pub struct Script {
    #[serde(rename = "match")]
    pub matches: String,
    pub tasks: Vec<Task>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Task {
    pub task: String,
    #[serde(default)]
    pub optional: bool,
    #[serde(rename = "match")]
    pub matches: String,
    pub commands: Vec<Vec<Value>>,
}

/// The scripts of these names, their placeholders filled.
pub fn named(lab: &Lab, names: &[String]) -> Vec<Script> {
    let mut text = SCRIPTS.to_owned();
    for (placeholder, value) in &lab.placeholders {
        text = text.replace(placeholder, value);
    }
    let known: BTreeMap<String, Script> = serde_json::from_str(&text).expect("scripts");
    names.iter().map(|name| known.get(name).unwrap_or_else(|| panic!("no script {name}")).clone()).collect()
}

/// The suite's patterns: `*` stands for anything.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    (0..=rest.len()).any(|at| rest.is_char_boundary(at) && matches(after, &rest[at..]))
}

/// The regular expressions of our scripts: texts, and `|` between them.
pub fn says(pattern: &str, text: &str) -> bool {
    pattern.split('|').any(|one| text.contains(one))
}

#[test]
fn a_pattern_matches_as_the_suite_means_it() {
    for (pattern, text, expected) in [
        ("https://a/authorize*", "https://a/authorize?x=y", true),
        ("https://a/authorize*", "https://a/token", false),
        ("*/callback*", "https://b/test/a/hufu/callback?code=c", true),
        ("*", "anything", true),
        ("a", "ab", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}
