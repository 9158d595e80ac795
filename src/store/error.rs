//! What can go wrong with the database, split by what the caller can do about it.
//!
//! A refusal is not in here: "already spent" or "wrong version" are values that a closure
//! returns. An `Err` rolls the closure's changes back.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// The only error of both doors.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Not now: nothing was acknowledged, asking again later may succeed. 503 on the wire.
    #[error("the database is unavailable: {0}")]
    Unavailable(Unavailable),
    /// Asking again will not help: the program and the database disagree. 500 on the wire.
    #[error("the database and the program disagree: {0}")]
    Broken(Broken),
}

/// Why the database cannot serve at the moment.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unavailable {
    #[error("the queue is full")]
    QueueFull,
    #[error("no connection became free in time")]
    NoConnection,
    #[error("cannot connect: {0}")]
    Unreachable(String),
    #[error("it is locked, full or going away: {0}")]
    Hindered(String),
    #[error("other writers kept interfering: {0}")]
    Contended(String),
    #[error("the commit failed: {0}")]
    CommitFailed(String),
    #[error("the connection was lost during the commit, and the outcome cannot be read: {0}")]
    OutcomeUnknown(String),
    #[error("the store is closed")]
    Closed,
}

/// What does not fit together.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Broken {
    #[error("a statement was refused: {0}")]
    Statement(String),
    #[error("a row of {table} makes no sense: {what}")]
    Row { table: &'static str, what: &'static str },
    #[error("a closure panicked")]
    Panicked,
    #[error("the settings name no usable database: {0}")]
    Settings(String),
    #[error("the migrations do not apply: {0}")]
    Migration(String),
}

impl StoreError {
    /// A row that the program did not write, or no longer understands.
    pub(crate) fn row(table: &'static str, what: &'static str) -> StoreError {
        StoreError::Broken(Broken::Row { table, what })
    }
}

impl From<Unavailable> for StoreError {
    fn from(cause: Unavailable) -> StoreError {
        StoreError::Unavailable(cause)
    }
}

impl From<Broken> for StoreError {
    fn from(cause: Broken) -> StoreError {
        StoreError::Broken(cause)
    }
}

impl From<Diesel> for StoreError {
    fn from(error: Diesel) -> StoreError {
        let text = error.to_string();
        match error {
            Diesel::DatabaseError(kind, _) => match kind {
                DatabaseErrorKind::SerializationFailure => Unavailable::Contended(text).into(),
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction => Unavailable::Hindered(text).into(),
                _ if HINDRANCES.iter().any(|known| text.contains(known)) => Unavailable::Hindered(text).into(),
                _ => Broken::Statement(text).into(),
            },
            _ => Broken::Statement(text).into(),
        }
    }
}

/// Diesel keeps neither SQLite's result code nor PostgreSQL's SQLSTATE, so these are known by
/// their words. SQLite's are never translated (`sqlite3ErrStr`); PostgreSQL's may be, and then
/// count as [`Broken::Statement`].
const HINDRANCES: [&str; 12] = [
    "database is locked",                   // SQLITE_BUSY
    "database table is locked",             // SQLITE_LOCKED
    "disk I/O error",                       // SQLITE_IOERR
    "database or disk is full",             // SQLITE_FULL
    "unable to open database file",         // SQLITE_CANTOPEN
    "attempt to write a readonly database", // SQLITE_READONLY
    "database disk image is malformed",     // SQLITE_CORRUPT
    "file is not a database",               // SQLITE_NOTADB
    "locking protocol",                     // SQLITE_PROTOCOL
    "due to lock timeout",                  // 55P03
    "due to statement timeout",             // 57014
    "No space left on device",              // 53100
];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: DatabaseErrorKind, words: &str) -> StoreError {
        StoreError::from(Diesel::DatabaseError(kind, Box::new(words.to_owned())))
    }

    #[test]
    fn a_locked_file_is_worth_asking_again() {
        let error = said(DatabaseErrorKind::Unknown, "database is locked");
        assert!(matches!(error, StoreError::Unavailable(Unavailable::Hindered(_))));
    }

    #[test]
    fn a_missing_table_is_not() {
        let error = said(DatabaseErrorKind::Unknown, "no such table: persons");
        assert!(matches!(error, StoreError::Broken(Broken::Statement(_))));
    }

    #[test]
    fn a_serialization_failure_is_contention() {
        let error = said(DatabaseErrorKind::SerializationFailure, "could not serialize access");
        assert!(matches!(error, StoreError::Unavailable(Unavailable::Contended(_))));
    }
}
