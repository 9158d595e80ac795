//! What the lines to the services are made of: an address each, and how we show who we are.

use crate::keys::MessageKey;
use std::fmt;
use url::Url;
use zeroize::Zeroizing;

/// One line. What was read from files comes in as text.
pub struct Line {
    /// The service's address; its paths lie below.
    pub url: Url,
    /// For mutual TLS: our certificate and its key, in PEM.
    pub identity: Option<Zeroizing<String>>,
    /// What requests are signed with.
    pub key: Option<MessageKey>,
    /// The authorities that may vouch for the service, in PEM; the system's own when there are none here.
    pub trusted: Option<String>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({})", self.url)
    }
}

/// All five.
#[derive(Debug)]
pub struct Lines {
    pub registry: Line,
    pub face: Line,
    pub phone: Line,
    pub card: Line,
    pub notification: Line,
}

/// Whether a twin of the sandbox may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twins {
    Welcome,
    /// In production its word is none.
    Refused,
}

/// Why there is no line.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    #[error("its address has no host, or nothing can lie below it")]
    Address,
    #[error("its certificates cannot be used: {0}")]
    Certificates(#[from] reqwest::Error),
}
