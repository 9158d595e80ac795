//! .
pub mod site;
