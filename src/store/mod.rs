//! What is kept, and the two doors to it.
//!
//! One file per table: what a row holds, the finders that look at it (`&mut Db`) and the verbs that change it (`&mut
//! Tx`). A verb that may find somebody ahead of it answers with a `bool` or an enum, since a refusal is not a failure:
//! an `Err` would roll the rest of the closure back. Only `conn` names the databases.
//!
//! The persons' keys are in a database of their own, behind two doors of their own ([`KeyStore`]): no closure sees both.
//!
//! Knows rows, not rules: when a session ends or a PIN is wrong is decided in the rooms below. Ids, digests and sealed
//! values come ready made; nothing here holds a key.

mod column;
mod config;
mod conn;
mod error;
mod key_store;
mod schema;

pub mod applications;
pub mod assertions;
pub mod audit;
pub mod certificates;
pub mod clients;
pub mod consents;
pub mod documents;
pub mod events;
pub mod families;
pub mod grants;
pub mod leases;
pub mod meta;
pub mod outbox;
pub mod passkeys;
pub mod person_keys;
pub mod persons;
pub mod pushed;
pub mod recoveries;
pub mod refusals;
pub mod resources;
pub mod sessions;
pub mod signing_keys;
pub mod spent;
pub mod status_lists;
pub mod sweep;
pub mod throttles;
pub mod vouchers;

pub use config::{PersonKeysConfig, StoreConfig};
pub use conn::{Db, Store, Tx, migrate, pending};
pub use error::{Broken, StoreError, Unavailable};
pub use key_store::{KeyDb, KeyStore, KeyTx};
