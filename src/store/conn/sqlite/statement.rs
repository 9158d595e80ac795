//! The statements around a transaction, prepared once per connection like any other.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

use super::Tx;
use crate::store::StoreError;
use crate::store::conn::any::AnyConn;

macro_rules! statements {
    ($($verb:ident $name:ident $sql:literal;)*) => {$(
        #[derive(QueryId)]
        struct $name;

        impl QueryFragment<Sqlite> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                out.push_sql($sql);
                Ok(())
            }
        }

        impl RunQueryDsl<SqliteConnection> for $name {}

        pub(super) fn $verb(tx: &mut Tx) -> Result<(), StoreError> {
            match tx.conn() {
                AnyConn::Sqlite(conn) => $name.execute(conn)?,
                #[cfg(feature = "postgres")]
                AnyConn::Pg(_) => 0,
            };
            Ok(())
        }
    )*};
}

statements! {
    begin Begin "BEGIN";
    begin_immediate BeginImmediate "BEGIN IMMEDIATE";
    savepoint Savepoint "SAVEPOINT job";
    release Release "RELEASE job";
    roll_back_to_savepoint RollBackTo "ROLLBACK TO job";
    commit Commit "COMMIT";
}
