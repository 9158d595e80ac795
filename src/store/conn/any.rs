//! One connection type over both databases.
//!
//! The derive refuses `on_conflict`, batch inserts and `for_update`; the macros at the foot
//! write such a statement once and send it to whichever database is there.

use diesel::SqliteConnection;

#[cfg(feature = "postgres")]
use diesel::PgConnection;

/// A connection to either database.
#[cfg(feature = "postgres")]
#[derive(diesel::MultiConnection)]
pub(in crate::store) enum AnyConn {
    Pg(PgConnection),
    Sqlite(SqliteConnection),
}

/// A connection to the embedded database, the only one in this build.
#[cfg(not(feature = "postgres"))]
#[derive(diesel::MultiConnection)]
pub(in crate::store) enum AnyConn {
    Sqlite(SqliteConnection),
}

/// A view of the database as of one moment. Finders take it.
pub struct Db {
    conn: AnyConn,
}

impl Db {
    pub(in crate::store) fn conn(&mut self) -> &mut AnyConn {
        &mut self.conn
    }
}

/// A change that is committed whole or not at all. Verbs take it; finders too, since it is a [`Db`].
pub struct Tx {
    db: Db,
}

impl Tx {
    pub(super) fn over(conn: AnyConn) -> Tx {
        Tx { db: Db { conn } }
    }
}

impl std::ops::Deref for Tx {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.db
    }
}

/// Runs one diesel expression on the real connection behind an [`AnyConn`].
macro_rules! on_each {
    ($tx:expr, $conn:ident => $run:expr) => {
        match $tx.conn() {
            $crate::store::conn::AnyConn::Sqlite($conn) => $run,
            #[cfg(feature = "postgres")]
            $crate::store::conn::AnyConn::Pg($conn) => $run,
        }
    };
}

/// `INSERT … ON CONFLICT DO NOTHING`: true when the row is new, false when its key was there.
///
/// The only way in which anything is created "once": a unique violation is never caught, since
/// on PostgreSQL it would end the transaction.
macro_rules! insert_once {
    ($tx:expr, $table:expr, $values:expr) => {
        $crate::store::conn::on_each!($tx, conn => {
            diesel::RunQueryDsl::execute(
                diesel::insert_into($table).values($values).on_conflict_do_nothing(),
                conn,
            )
        })
        .map(|rows| rows == 1)
        .map_err($crate::store::StoreError::from)
    };
}

/// The row with a unique key, if there is one.
///
/// Asked of the real connection, since an `AnyConn` would write the statement out anew each time; and without `first`,
/// since its bound `LIMIT` would make SQLite prepare the statement anew each time.
macro_rules! find_one {
    ($db:expr, $query:expr) => {
        $crate::store::conn::on_each!($db, conn => {
            diesel::OptionalExtension::optional(diesel::RunQueryDsl::get_result($query, conn))
        })
        .map_err($crate::store::StoreError::from)
    };
}

pub(in crate::store) use {find_one, insert_once, on_each};
