//! The key store: a second database, which holds the persons' keys and nothing else (PROTOCOL 10).
//!
//! It has the same two doors as the store, with types of their own: a verb of one does not compile in a closure of the other,
//! and no transaction spans both. Whoever changes both does it in the order that leaves an unused key rather than a person
//! without one.

use super::config::PersonKeysConfig;
use super::conn::{AnyConn, Db, Schema, Store, Tx, migrate_to, pending_of};
use super::error::StoreError;

/// The database of the persons' keys. Clones share it.
#[derive(Clone)]
pub struct KeyStore(Store);

/// A view of the key store as of one moment.
pub struct KeyDb<'a>(&'a mut Db);

/// A change of the key store, committed whole or not at all.
pub struct KeyTx<'a>(&'a mut Tx);

impl KeyDb<'_> {
    pub(in crate::store) fn conn(&mut self) -> &mut AnyConn {
        self.0.conn()
    }
}

impl KeyTx<'_> {
    pub(in crate::store) fn conn(&mut self) -> &mut AnyConn {
        self.0.conn()
    }

    pub(in crate::store) fn tx(&mut self) -> &mut Tx {
        self.0
    }
}

impl KeyStore {
    /// As [`Store::open`].
    ///
    /// # Errors
    /// `Broken` when the settings name no database that this build knows.
    pub fn open(config: &PersonKeysConfig) -> Result<Self, StoreError> {
        Store::open(&config.database()).map(Self)
    }

    /// Applies the steps that are missing and names them.
    ///
    /// # Errors
    /// As [`super::migrate`], and `Broken` for the database of the store.
    pub fn migrate(config: &PersonKeysConfig) -> Result<Vec<String>, StoreError> {
        migrate_to(&config.database(), Schema::PersonKeys)
    }

    /// Names the steps that are missing.
    ///
    /// # Errors
    /// As [`Self::migrate`].
    pub fn pending(config: &PersonKeysConfig) -> Result<Vec<String>, StoreError> {
        pending_of(&config.database(), Schema::PersonKeys)
    }

    /// As [`Store::read`].
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn read<T, F>(&self, closure: F) -> Result<T, StoreError>
    where
        F: FnOnce(&mut KeyDb<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.0.read(move |db| closure(&mut KeyDb(db))).await
    }

    /// As [`Store::write`].
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write<T, F>(&self, closure: F) -> Result<T, StoreError>
    where
        F: Fn(&mut KeyTx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.0.write(move |tx| closure(&mut KeyTx(tx))).await
    }

    /// As [`Store::writes`].
    pub fn writes(&self) -> u64 {
        self.0.writes()
    }

    /// As [`Store::close`].
    pub async fn close(self) {
        self.0.close().await;
    }
}
