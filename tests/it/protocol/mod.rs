//! The invariants of the protocol, each broken once: what needs a steered clock, many connections at once, a database
//! that fails, or a look into the tables. In process, on SQLite and again on PostgreSQL.

mod attestation;
mod between;
mod certificates;
mod client_keys;
mod discovery;
mod dynamic_code;
mod encrypted;
mod errors;
mod events;
mod export;
mod face;
mod freeze;
mod growth;
mod guessing;
mod introspection;
mod logos;
mod logout;
mod nul;
mod outage;
mod outbox;
mod person_keys;
mod pushed;
mod redemption;
mod refresh;
mod registration;
mod request_objects;
mod resources;
mod revocation;
mod rotation;
mod sessions;
mod signing_keys;
mod step_up;
mod threats;
mod transport;
mod writes;
