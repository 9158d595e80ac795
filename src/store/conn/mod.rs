//! The two doors to the database, and the only place that names the databases.
//!
//! [`Store::read`] runs a closure on one snapshot; [`Store::write`] runs one in a transaction
//! that is committed before the answer comes back. A `write` closure owns its values, may run
//! twice, ends within a millisecond, and has no await, hash, signature, HTTP, clock, randomness
//! or nested transaction.

mod any;
mod job;
mod migrate;
#[cfg(feature = "postgres")]
mod postgres;
mod queue;
mod sqlite;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(feature = "postgres")]
use self::postgres::{CHECKOUT, PgJob, Postgres};
use self::sqlite::Sqlite;
use super::config::{Place, StoreConfig};
use super::error::StoreError;

pub(in crate::store) use self::any::{AnyConn, find_one, insert_once, on_each};
pub use self::any::{Db, Tx};
pub(in crate::store) use self::migrate::{Schema, migrate_to, pending_of};
pub use self::migrate::{migrate, pending};

/// The database. Clones share it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    writes: AtomicU64,
}

enum Engine {
    Sqlite(Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(Postgres),
}

impl Store {
    /// Makes the doors ready. The database may be away: it is reached when it is needed.
    ///
    /// # Errors
    /// `Broken` when the settings name no database that this build knows.
    pub fn open(config: &StoreConfig) -> Result<Store, StoreError> {
        let engine = match config.place()? {
            Place::Sqlite(path) => Engine::Sqlite(Sqlite::start(path, config.queue)?),
            #[cfg(feature = "postgres")]
            Place::Postgres(url) => Engine::Postgres(Postgres::start(&url, config.connections, config.queue)?),
        };
        let shared = Shared { engine, writes: AtomicU64::new(0) };
        Ok(Store { shared: Arc::new(shared) })
    }

    /// Runs `closure` on one snapshot of what is committed.
    ///
    /// # Errors
    /// Those of the closure, and `Unavailable` when the database cannot be had.
    pub async fn read<T, F>(&self, closure: F) -> Result<T, StoreError>
    where
        F: FnOnce(&mut Db) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.read(closure),
            #[cfg(feature = "postgres")]
            Engine::Postgres(postgres) => {
                let mut once = Some(closure);
                let (job, answer) = job::revocable(move |db: &mut Db| match once.take() {
                    Some(closure) => closure(db),
                    None => Err(super::error::Unavailable::NoConnection.into()),
                });
                postgres.push(PgJob::Read(job))?;
                answer.within(CHECKOUT).await
            }
        }
    }

    /// Runs `closure` in a transaction; answers when it is committed and on disk.
    ///
    /// A refusal is a value. An `Err` from the closure rolls its changes back.
    ///
    /// # Errors
    /// Those of the closure, and `Unavailable` when the database cannot be had, is too busy, or
    /// could not commit.
    pub async fn write<T, F>(&self, closure: F) -> Result<T, StoreError>
    where
        F: Fn(&mut Tx) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.shared.writes.fetch_add(1, Ordering::Relaxed);
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => {
                let (job, answer) = job::patient(closure);
                sqlite.push(job)?;
                answer.wait().await
            }
            #[cfg(feature = "postgres")]
            Engine::Postgres(postgres) => {
                let (job, answer) = job::revocable(closure);
                postgres.push(PgJob::Write(job))?;
                answer.within(CHECKOUT).await
            }
        }
    }

    /// Rewrites what was lately written in random order, so that neither the physical order of
    /// rows nor `xmin` joins a session with a consent or a grant. True when there was something to hide.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn mingle(&self) -> Result<bool, StoreError> {
        match &self.shared.engine {
            // WITHOUT ROWID: a row lies where its key says.
            Engine::Sqlite(_) => Ok(false),
            #[cfg(feature = "postgres")]
            Engine::Postgres(postgres) => {
                let mut any = false;
                for table in postgres::mingle::TABLES {
                    if self.read(move |db| postgres::mingle::shows_order(db, table)).await? {
                        let (job, answer) = job::revocable(move |tx: &mut Tx| postgres::mingle::rewrite(tx, table));
                        postgres.push(PgJob::Mingle(job))?;
                        answer.within(CHECKOUT).await?;
                        any = true;
                    }
                }
                Ok(any)
            }
        }
    }

    /// How many times the `write` door was used since the store was opened.
    pub fn writes(&self) -> u64 {
        self.shared.writes.load(Ordering::Relaxed)
    }

    /// Takes no more work, and returns when what was accepted is committed and answered. Work
    /// is refused from here on, also to other clones.
    pub async fn close(self) {
        self.shared.close();
        let shared = Arc::clone(&self.shared);
        let joined = tokio::task::spawn_blocking(move || shared.join());
        drop(joined.await);
    }
}

impl Shared {
    fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close(),
            #[cfg(feature = "postgres")]
            Engine::Postgres(postgres) => postgres.close(),
        }
    }

    fn join(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.join(),
            #[cfg(feature = "postgres")]
            Engine::Postgres(postgres) => postgres.join(),
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}
