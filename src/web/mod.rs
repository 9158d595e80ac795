//! .
pub mod page;
