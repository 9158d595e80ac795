//! The sandbox: invented people, the registry's twin that knows them, and the demo website.
//!
//! Only `cli` comes here. What is made here is marked, so that production refuses it. Who a persona is stands in
//! [`registry`] and nowhere else: neither the database nor a file of the sandbox repeats a name or a birth date.

pub mod authenticator;
pub mod certificate;
pub mod chip;
pub mod crowd;
pub mod data;
pub mod newcomer;
pub mod registry;
pub mod seed;
pub mod site;
pub mod twin;
