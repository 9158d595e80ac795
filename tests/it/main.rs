//! The tests from outside: one binary, one module per part of the server.
//!
//! Each test has a database of its own (`db`), so all run beside each other.

mod apply;
mod assurance;
mod blackbox;
mod blindness;
mod browser;
mod cli;
#[path = "../../conformance/modules/mod.rs"]
mod conformance;
mod db;
mod documents;
mod fuzz;
mod house;
mod hsm;
mod parsers;
mod ports;
mod protocol;
mod rack;
mod readings;
mod store;
mod support;
