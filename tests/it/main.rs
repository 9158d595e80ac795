//! The tests from outside: one binary, one module per part of the server.

mod cli;
