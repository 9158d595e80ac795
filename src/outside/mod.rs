//! The HTTP adapters of the flows' ports. Knows no page, no key and no row.

mod address;
mod fetch;

pub use fetch::{Fetcher, FetcherError, Reach};
