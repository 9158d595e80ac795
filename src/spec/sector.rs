//! The sector: what a person's sub is computed for (OpenID Connect Core §8.1). `client/sector` decides it, once.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A lower-case A-label host without port or trailing dot, or `client:` and a client id (PROTOCOL 3).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sector(String);

impl Sector {
    /// The sector of a web host, in the normal form of `url::Url` (lower case, A-labels).
    pub fn of_host(host: &str) -> Self {
        Self(host.trim_end_matches('.').to_ascii_lowercase())
    }

    /// The sector of a client that has only loopback or private-use redirect URIs.
    pub fn of_client(client_id: &str) -> Self {
        Self(format!("client:{client_id}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
