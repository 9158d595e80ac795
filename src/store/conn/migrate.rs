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
use diesel::dsl::sql;
use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::BigInt;
use diesel::{Connection, RunQueryDsl, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::sqlite::address;
use crate::store::config::{Place, StoreConfig};
use crate::store::error::{Broken, StoreError, Unavailable};

/// Which tables a database is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Schema {
    Store,
    PersonKeys,
}

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const SQLITE_KEYS: EmbeddedMigrations = embed_migrations!("migrations/sqlite-keys");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
#[cfg(feature = "postgres")]
const POSTGRES_KEYS: EmbeddedMigrations = embed_migrations!("migrations/postgres-keys");

impl Schema {
    const fn sqlite(self) -> EmbeddedMigrations {
        match self {
            Self::Store => SQLITE,
            Self::PersonKeys => SQLITE_KEYS,
        }
    }

    #[cfg(feature = "postgres")]
    const fn postgres(self) -> EmbeddedMigrations {
        match self {
            Self::Store => POSTGRES,
            Self::PersonKeys => POSTGRES_KEYS,
        }
    }

    /// A table by which the other one's database is known.
    const fn foreign(self) -> &'static str {
        match self {
            Self::Store => "person_keys",
            Self::PersonKeys => "persons",
        }
    }

    /// The keys lie apart from what they open, whatever addresses the settings give the one database (PROTOCOL 10).
    fn alone(self, foreign: i64) -> Result<(), StoreError> {
        match foreign {
            0 => Ok(()),
            _ => Err(Broken::Settings(format!(
                "store.url and person_keys.url must name two databases: here is the other one's table {}",
                self.foreign()
            ))
            .into()),
        }
    }
}

/// The advisory lock that one migrating node holds ("hufu" in ASCII).
#[cfg(feature = "postgres")]
const LOCK: i64 = 0x6875_6675;

/// Applies the steps that are missing and names them. Two at once wait for each other.
///
/// # Errors
/// `Unavailable` when the database cannot be had, `Broken` when a step does not apply.
pub fn migrate(config: &StoreConfig) -> Result<Vec<String>, StoreError> {
    migrate_to(config, Schema::Store)
}

pub(in crate::store) fn migrate_to(config: &StoreConfig, schema: Schema) -> Result<Vec<String>, StoreError> {
    match config.place()? {
        Place::Sqlite(path) => migrate_sqlite(&path, schema),
        #[cfg(feature = "postgres")]
        Place::Postgres(url) => migrate_postgres(&url, schema),
    }
}

/// Names the steps that are missing.
///
/// # Errors
/// `Unavailable` when the database cannot be had.
pub fn pending(config: &StoreConfig) -> Result<Vec<String>, StoreError> {
    pending_of(config, Schema::Store)
}

pub(in crate::store) fn pending_of(config: &StoreConfig, schema: Schema) -> Result<Vec<String>, StoreError> {
    match config.place()? {
        Place::Sqlite(path) if !path.exists() => names::<diesel::sqlite::Sqlite>(schema.sqlite().migrations()),
        Place::Sqlite(path) => {
            let mut conn = connect_sqlite(&path)?;
            alone_in_sqlite(&mut conn, schema)?;
            names(conn.pending_migrations(schema.sqlite()))
        }
        #[cfg(feature = "postgres")]
        Place::Postgres(url) => {
            let mut conn = connect_postgres(&url)?;
            alone_in_postgres(&mut conn, schema)?;
            names(conn.pending_migrations(schema.postgres()))
        }
    }
}

fn migrate_sqlite(path: &Path, schema: Schema) -> Result<Vec<String>, StoreError> {
    create_private(path)?;
    let mut conn = connect_sqlite(path)?;
    switch_to_wal(&mut conn)?;
    conn.immediate_transaction(|conn| {
        alone_in_sqlite(conn, schema)?;
        let missing = names(conn.pending_migrations(schema.sqlite()))?;
        conn.run_pending_migrations(schema.sqlite()).map_err(refused)?;
        Ok(missing)
    })
}

fn alone_in_sqlite(conn: &mut SqliteConnection, schema: Schema) -> Result<(), StoreError> {
    let found = format!("(SELECT count(*) FROM sqlite_schema WHERE name = '{}')", schema.foreign());
    schema.alone(diesel::select(sql::<BigInt>(&found)).get_result(conn)?)
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
fn migrate_postgres(url: &str, schema: Schema) -> Result<Vec<String>, StoreError> {
    let mut conn = connect_postgres(url)?;
    alone_in_postgres(&mut conn, schema)?;
    conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
    let missing = names(conn.pending_migrations(schema.postgres()));
    let applied = conn.run_pending_migrations(schema.postgres()).map(|_| ()).map_err(refused);
    conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
    applied?;
    missing
}

#[cfg(feature = "postgres")]
fn alone_in_postgres(conn: &mut diesel::PgConnection, schema: Schema) -> Result<(), StoreError> {
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    let found = format!("({tables} AND tablename = '{}')", schema.foreign());
    schema.alone(diesel::select(sql::<BigInt>(&found)).get_result(conn)?)
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
