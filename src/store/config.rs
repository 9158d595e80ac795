//! The store's own settings.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{Broken, StoreError};

/// Where the data is kept.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// `sqlite:PATH`, a file on this machine's own disk, or `postgres://USER:PASSWORD@HOST/NAME`.
    pub url: String,
    /// Requests that may wait for the database before the next one is told 503.
    pub queue: usize,
    /// Connections to PostgreSQL. The embedded database needs no number.
    pub connections: usize,
}

impl Default for StoreConfig {
    fn default() -> StoreConfig {
        StoreConfig { url: "sqlite:hufu-data/hufu.db".to_owned(), queue: 1024, connections: 16 }
    }
}

/// Where the persons' keys are kept: in another database than the store, whose backups live for a short time only. What was
/// sealed for a person can be opened for as long as one copy of their key is left.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonKeysConfig {
    /// As `store.url`; never the same database.
    pub url: String,
    /// As `store.queue`.
    pub queue: usize,
    /// As `store.connections`. An opened key is remembered for a minute, so a few are enough.
    pub connections: usize,
}

impl Default for PersonKeysConfig {
    fn default() -> PersonKeysConfig {
        PersonKeysConfig { url: "sqlite:hufu-data/person-keys.db".to_owned(), queue: 1024, connections: 4 }
    }
}

impl PersonKeysConfig {
    /// The embedded database in the file `path`.
    pub fn sqlite(path: &Path) -> PersonKeysConfig {
        PersonKeysConfig::at(&format!("sqlite:{}", path.display()))
    }

    /// The database at `url`, with the usual sizes.
    pub fn at(url: &str) -> PersonKeysConfig {
        PersonKeysConfig { url: url.to_owned(), ..PersonKeysConfig::default() }
    }

    /// As the doors see it.
    pub(super) fn database(&self) -> StoreConfig {
        StoreConfig { url: self.url.clone(), queue: self.queue, connections: self.connections }
    }
}

/// As [`StoreConfig`]'s.
impl fmt::Debug for PersonKeysConfig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.database().fmt(out)
    }
}

/// The password in the address stays out of logs.
impl fmt::Debug for StoreConfig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.url.split(':').next().unwrap_or_default();
        out.debug_struct("StoreConfig")
            .field("url", &format_args!("{scheme}:…"))
            .field("queue", &self.queue)
            .field("connections", &self.connections)
            .finish()
    }
}

/// The database that an address names.
pub(super) enum Place {
    Sqlite(PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(String),
}

impl StoreConfig {
    /// The embedded database in the file `path`.
    pub fn sqlite(path: &Path) -> StoreConfig {
        StoreConfig::at(&format!("sqlite:{}", path.display()))
    }

    /// The database at `url`, with the usual sizes.
    pub fn at(url: &str) -> StoreConfig {
        StoreConfig { url: url.to_owned(), ..StoreConfig::default() }
    }

    pub(super) fn place(&self) -> Result<Place, StoreError> {
        if let Some(path) = self.url.strip_prefix("sqlite:")
            && !path.is_empty()
        {
            return Ok(Place::Sqlite(PathBuf::from(path)));
        }
        let scheme = self.url.split(':').next().unwrap_or_default();
        if matches!(scheme, "postgres" | "postgresql") {
            #[cfg(feature = "postgres")]
            return Ok(Place::Postgres(self.url.clone()));
            #[cfg(not(feature = "postgres"))]
            return Err(unusable("built without PostgreSQL: cargo build --features postgres"));
        }
        Err(unusable("it must begin with sqlite:PATH or postgres://"))
    }
}

fn unusable(why: &str) -> StoreError {
    Broken::Settings(why.to_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_scheme_is_refused() {
        let place = StoreConfig::at("mysql://localhost/hufu").place();
        assert!(matches!(place, Err(StoreError::Broken(Broken::Settings(_)))));
    }

    #[test]
    fn debug_shows_no_password() {
        let shown = format!("{:?}", StoreConfig::at("postgres://hufu:tally@db/hufu"));
        assert!(!shown.contains("tally"), "{shown}");
    }
}
