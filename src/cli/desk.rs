//! The operator's desk: settings, database and audit record of one command.
//!
//! A change and its audit record are one transaction: neither can be there without the other.

use super::failure::Failure;
use super::place::Place;
use super::world;
use crate::config::Config;
use crate::store::{self, Db, Store, StoreError, Tx, audit};
use serde::Serialize;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

pub struct Desk {
    pub config: Config,
    store: Store,
    runtime: Runtime,
}

/// What the audit record says of one command. Never a secret.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    pub who: String,
    pub command: &'static str,
    pub detail: Value,
}

impl Entry {
    pub fn new(command: &'static str, detail: Value) -> Self {
        Self { who: world::operator(), command, detail }
    }

    /// Appends this to the chain.
    pub fn append(&self, tx: &mut Tx) -> Result<i64, StoreError> {
        let text = serde_json::to_string(self).expect("plain values serialise");
        audit::append(tx, &text, world::now())
    }
}

impl Desk {
    /// The desk over the data of `place`.
    ///
    /// # Errors
    /// Settings that refuse, or a database that cannot be had or lacks migrations.
    pub fn open(place: &Place) -> Result<Self, Failure> {
        Self::over(place.settings()?)
    }

    /// The desk over the data of `config`.
    pub fn over(config: Config) -> Result<Self, Failure> {
        let missing = store::pending(&config.store)?;
        if !missing.is_empty() {
            let steps = missing.join(", ");
            return Err(Failure::unavailable(format!("the database lacks {steps}: run `hufu migrate` first")));
        }
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Failure::at("cannot start"))?;
        Ok(Self { store: Store::open(&config.store)?, config, runtime })
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn wait<T>(&self, task: impl Future<Output = T>) -> T {
        self.runtime.block_on(task)
    }

    /// Looks something up.
    pub fn read<T, F>(&self, closure: F) -> Result<T, Failure>
    where
        F: FnOnce(&mut Db) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        Ok(self.wait(self.store.read(closure))?)
    }

    /// Records a command whose change is a flow's own transaction: before it, so that no change goes unrecorded.
    pub fn record(&self, entry: Entry) -> Result<(), Failure> {
        self.change(entry, |_| Ok(Some(()))).map(drop)
    }

    /// Changes something and records it. `None` from the closure means that there was nothing to change.
    pub fn change<T, F>(&self, entry: Entry, closure: F) -> Result<Option<T>, Failure>
    where
        F: Fn(&mut Tx) -> Result<Option<T>, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let change = move |tx: &mut Tx| {
            let changed = closure(tx)?;
            if changed.is_some() {
                entry.append(tx)?;
            }
            Ok(changed)
        };
        Ok(self.wait(self.store.write(change))?)
    }
}
