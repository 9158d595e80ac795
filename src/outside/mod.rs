//! The adapters of ports that reach out of the process: HTTP to websites and to the services of an application, PKCS#11 to an
//! HSM. Knows no page and no row.

mod address;
mod fetch;
mod pinned;
pub mod pkcs11;
pub mod ports;

pub use fetch::{Fetcher, FetcherError, Reach, Trust};
