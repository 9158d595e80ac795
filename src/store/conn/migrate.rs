//! Brings the tables to the shape that this build expects. Synchronous: for commands, not for
//! requests.
//!
//! Each step only adds, so that yesterday's nodes work on tomorrow's tables and a cluster is
//! upgraded node by node; what is no longer used goes in a later release.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::{Connection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::sqlite::address;
use crate::store::config::{Place, StoreConfig};
use crate::store::error::{Broken, StoreError, Unavailable};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The advisory lock that one migrating node holds ("hufu" in ASCII).
#[cfg(feature = "postgres")]
const LOCK: i64 = 0x6875_6675;

/// Applies the steps that are missing and names them. Two at once wait for each other.
///
/// # Errors
/// `Unavailable` when the database cannot be had, `Broken` when a step does not apply.
pub fn migrate(config: &StoreConfig) -> Result<Vec<String>, StoreError> {
    match config.place()? {
        Place::Sqlite(path) => migrate_sqlite(&path),
        #[cfg(feature = "postgres")]
        Place::Postgres(url) => migrate_postgres(&url),
    }
}

/// Names the steps that are missing.
///
/// # Errors
/// `Unavailable` when the database cannot be had.
pub fn pending(config: &StoreConfig) -> Result<Vec<String>, StoreError> {
    match config.place()? {
        Place::Sqlite(path) if !path.exists() => names::<diesel::sqlite::Sqlite>(SQLITE.migrations()),
        Place::Sqlite(path) => names(connect_sqlite(&path)?.pending_migrations(SQLITE)),
        #[cfg(feature = "postgres")]
        Place::Postgres(url) => names(connect_postgres(&url)?.pending_migrations(POSTGRES)),
    }
}

fn migrate_sqlite(path: &Path) -> Result<Vec<String>, StoreError> {
    create_private(path)?;
    let mut conn = connect_sqlite(path)?;
    switch_to_wal(&mut conn)?;
    conn.immediate_transaction(|conn| {
        let missing = names(conn.pending_migrations(SQLITE))?;
        conn.run_pending_migrations(SQLITE).map_err(refused)?;
        Ok(missing)
    })
}

/// The mode is kept in the file and cannot be changed inside a transaction. Two that switch at once hinder each other, and
/// SQLite's own waiting (`busy_timeout`) does not cover this lock: so we wait.
fn switch_to_wal(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    const TRIES: u32 = 200;
    for _ in 1..TRIES {
        match conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").map_err(StoreError::from) {
            Err(StoreError::Unavailable(_)) => std::thread::sleep(Duration::from_millis(50)),
            done => return done,
        }
    }
    Ok(conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?)
}

fn connect_sqlite(path: &Path) -> Result<SqliteConnection, StoreError> {
    let mut conn = SqliteConnection::establish(&address(path, "rw"))
        .map_err(|error| Unavailable::Unreachable(error.to_string()))?;
    conn.batch_execute("PRAGMA busy_timeout = 10000;")?;
    Ok(conn)
}

/// Nobody but the owner reads the file; SQLite gives its companions the same permissions.
fn create_private(path: &Path) -> Result<(), StoreError> {
    // A file that is there is not even opened: closing it would drop the locks that SQLite holds on it in this process.
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Unavailable::Unreachable(format!("{}: {error}", path.display())).into()),
    }
}

#[cfg(feature = "postgres")]
fn migrate_postgres(url: &str) -> Result<Vec<String>, StoreError> {
    let mut conn = connect_postgres(url)?;
    conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
    let missing = names(conn.pending_migrations(POSTGRES));
    let applied = conn.run_pending_migrations(POSTGRES).map(|_| ()).map_err(refused);
    conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
    applied?;
    missing
}

#[cfg(feature = "postgres")]
fn connect_postgres(url: &str) -> Result<diesel::PgConnection, StoreError> {
    diesel::PgConnection::establish(url).map_err(|error| Unavailable::Unreachable(error.to_string()).into())
}

/// The names of steps that were found, as `0001_persons`.
fn names<DB: Backend>(steps: Result<Vec<Box<dyn Migration<DB>>>, Refused>) -> Result<Vec<String>, StoreError> {
    Ok(steps.map_err(refused)?.iter().map(|step| step.name().to_string()).collect())
}

type Refused = Box<dyn std::error::Error + Send + Sync>;

fn refused(error: Refused) -> StoreError {
    Broken::Migration(error.to_string()).into()
}
