//! Why the settings cannot be used: the file or variable, the key, and what to write instead.

use std::path::PathBuf;

/// One reason, in one sentence with its fix.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: {why}. Write one with `hufu config sample > {}`, or name another with --config.", .path.display(), .path.display())]
    Unreadable { path: PathBuf, why: std::io::Error },
    #[error("{place}: there is no key `{key}`{}", .nearest.map(|known| format!("; did you mean `{known}`?")).unwrap_or_else(|| ".".into()))]
    UnknownKey { place: String, key: String, nearest: Option<&'static str> },
    #[error("{place}{}: {why}.", .key.as_ref().map(|key| format!(": `{key}`")).unwrap_or_default())]
    Value { place: String, key: Option<String>, why: String },
}
