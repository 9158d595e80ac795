//! The sandbox: invented people, the registry's twin that knows them, and the demo website.
//!
//! Only `cli` comes here. What is made here is marked, so that production refuses it.

pub mod site;
