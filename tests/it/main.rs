//! The tests from outside: one binary, one module per part of the server.
//!
//! Each test has a database of its own (`db`), so all run beside each other.

mod cli;
mod db;
mod parsers;
mod rack;
mod store;
