//! The adapters of ports that reach out of the process: HTTP to websites, PKCS#11 to an HSM. Knows no page and no row.

mod address;
mod fetch;
pub mod pkcs11;

pub use fetch::{Fetcher, FetcherError, Reach};
