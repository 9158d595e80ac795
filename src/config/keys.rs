//! The keys that exist and what their comments say, read from the sources of the settings themselves.
//!
//! A macro could carry the comments too, but not those of a room that owns its own struct, such as the store. The
//! sources are ours and formatted, so reading `///` and `pub name:` is enough; a test holds them against serde.

use std::sync::LazyLock;

/// A section, which is a struct, or the top level, whose name is empty.
pub(super) struct Section {
    pub name: String,
    pub doc: Vec<&'static str>,
    pub keys: Vec<Key>,
}

/// One setting.
pub(super) struct Key {
    pub name: &'static str,
    pub doc: Vec<&'static str>,
}

const OURS: &str = include_str!("mod.rs");
const STORE: &str = include_str!("../store/config.rs");
const PORTS: &str = include_str!("ports.rs");

/// All sections, in the order of the sample.
pub(super) static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| {
    let sections = [
        ("", OURS, "Config"),
        ("server", OURS, "ServerConfig"),
        ("store", STORE, "StoreConfig"),
        ("person_keys", STORE, "PersonKeysConfig"),
        ("keys", OURS, "KeysConfig"),
        ("keys.pkcs11", OURS, "Pkcs11Config"),
        ("log", OURS, "LogConfig"),
        ("metrics", OURS, "MetricsConfig"),
        ("limits", OURS, "LimitsConfig"),
        ("outside", OURS, "OutsideConfig"),
        ("documents", OURS, "DocumentsConfig"),
        ("levels", OURS, "LevelsConfig"),
        ("about", OURS, "AboutConfig"),
        ("danger", OURS, "DangerConfig"),
    ];
    let mut sections: Vec<_> = sections.into_iter().map(|(name, source, of)| read(name, source, of)).collect();
    // The lines to the services are sections of one form below `ports`, each with the comment of its field.
    let danger = sections.len() - 1;
    let lines = read("ports", PORTS, "PortsConfig").keys.into_iter().map(|line| Section {
        name: format!("ports.{}", line.name),
        doc: line.doc,
        ..read("", PORTS, "PortConfig")
    });
    sections.splice(danger..danger, lines);
    sections
});

/// All keys as `section.key`.
pub(super) static KNOWN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let dotted = |section: &Section, key: &Key| match section.name.as_str() {
        "" => key.name.to_owned(),
        name => format!("{name}.{}", key.name),
    };
    SECTIONS.iter().flat_map(|section| section.keys.iter().map(move |key| dotted(section, key))).collect()
});

/// Whether `name` is a section, and so a table.
pub(super) fn is_section(name: &str) -> bool {
    SECTIONS.iter().any(|section| section.name == name)
}

fn read(name: &str, source: &'static str, of: &str) -> Section {
    let mut doc = Vec::new();
    let mut section = None;
    for line in source.lines().map(str::trim) {
        match (&mut section, line.strip_prefix("/// ")) {
            (_, Some(text)) => doc.push(text),
            (None, None) if line == format!("pub struct {of} {{") => {
                section = Some(Section { name: name.to_owned(), doc: std::mem::take(&mut doc), keys: Vec::new() });
            }
            (Some(_), None) if line == "}" => break,
            (Some(section), None) => {
                let field = line.strip_prefix("pub ").and_then(|rest| rest.split_once(':'));
                let doc = std::mem::take(&mut doc);
                // A field without a comment is a section.
                section.keys.extend(field.filter(|_| !doc.is_empty()).map(|(name, _)| Key { name, doc }));
            }
            (None, None) if line.starts_with("#[") => {}
            (None, None) => doc.clear(),
        }
    }
    section.expect("the struct stands in its source")
}

/// The known key that is nearest to `key`, when one is near: mistyped, or right but in another section.
pub(super) fn nearest(key: &str) -> Option<&'static str> {
    let steps = |known: &str| {
        let (last, known_last) = (last_part(key), last_part(known));
        let whole = Some(distance(key, known)).filter(|steps| *steps <= 1 + key.len() / 4);
        let elsewhere = Some(distance(last, known_last)).filter(|steps| *steps <= last.len() / 4);
        whole.into_iter().chain(elsewhere.map(|steps| steps + 2)).min()
    };
    KNOWN.iter().filter_map(|known| Some((steps(known)?, known.as_str()))).min().map(|(_, known)| known)
}

fn last_part(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or_default()
}

/// How many letters must be added, dropped or changed (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn every_key_that_serde_knows_has_a_comment() {
        let defaults = toml::Value::try_from(Config::default()).expect("settings are TOML");
        let mut tables = vec![(String::new(), defaults)];
        while let Some((before, table)) = tables.pop() {
            for (name, value) in table.as_table().expect("a table") {
                let key = format!("{before}{name}");
                match value.is_table() {
                    true => tables.push((format!("{key}."), value.clone())),
                    false => assert!(KNOWN.contains(&key), "{key} has no comment"),
                }
            }
        }
        assert!(SECTIONS.iter().all(|section| !section.doc.is_empty() && !section.keys.is_empty()));
    }

    #[test]
    fn the_nearest_key_is_named() {
        assert_eq!(nearest("server.isuer"), Some("server.issuer"));
        assert_eq!(nearest("issuer"), Some("server.issuer"));
        assert_eq!(nearest("stor.url"), Some("store.url"));
        assert_eq!(nearest("something.else"), None);
    }
}
