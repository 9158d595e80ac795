//! The port to websites' own servers: their keys, logos, sector files and request objects, and the calls that tell them of
//! a sign-out. The adapter in `outside` reaches no private address, follows no redirect and waits for nobody.

use bytes::Bytes;
use std::pin::Pin;
use std::time::Duration;
use url::Url;

/// What comes back, sometime.
pub type Fetching<'a, T> = Pin<Box<dyn Future<Output = Result<T, FetchError>> + Send + 'a>>;

/// Reaches servers that websites name.
pub trait Fetch: Send + Sync {
    /// A document of at most `bounds`.
    fn get<'a>(&'a self, url: &'a Url, bounds: Bounds) -> Fetching<'a, Fetched>;

    /// Posts a form; the answer's status is all that counts of it.
    fn post<'a>(&'a self, url: &'a Url, form: String, bounds: Bounds) -> Fetching<'a, u16>;
}

/// How much of a stranger's server we bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of the body.
    pub bytes: usize,
    /// From the name's look-up to the last byte.
    pub time: Duration,
}

impl Bounds {
    /// A document that a person or a request waits for: 64 KiB, 5 s.
    pub const DOCUMENT: Self = Self { bytes: 64 * 1024, time: Duration::from_secs(5) };
    /// A picture: 256 KiB, 5 s.
    pub const PICTURE: Self = Self { bytes: 256 * 1024, time: Duration::from_secs(5) };
}

/// A document with status 200.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The `Content-Type` without parameters, in lower case.
    pub media_type: String,
    pub body: Bytes,
}

/// Why nothing came. The words are for the website's developer: they name the rule, and no address of our network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("it is no https URL")]
    Scheme,
    #[error("its host is or leads to an address that is not public")]
    Address,
    #[error("its host has no address")]
    Name,
    #[error("it answers with a redirect, which is not followed")]
    Redirect,
    #[error("it answers with status {0}")]
    Status(u16),
    #[error("it is longer than {0} bytes")]
    TooLarge(usize),
    #[error("it does not answer in time")]
    Slow,
    #[error("it cannot be reached, or its certificate is not trusted")]
    Unreachable,
}
