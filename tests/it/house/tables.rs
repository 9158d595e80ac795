//! The tables as a reader of the disk sees them: every row of every table, with where and when it was put.

use crate::db::{TestDb, Which};
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A row: column by column. Bytes are text of the form `\x00ff`, and on PostgreSQL there are `xmin` and `ctid` too.
pub type Row = Map<String, Value>;

/// Table by table, rows in the order in which the disk has them. Those of the key store begin with [`KEYS`].
pub type Snapshot = BTreeMap<String, Vec<Row>>;

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = Text)]
    one: String,
}

pub const KEYS: &str = "keys.";

/// Everything that is on both disks at this instant.
pub fn snapshot(db: &TestDb) -> Snapshot {
    let of = |which| if db.is_sqlite() { sqlite(db, which) } else { postgres(db, which) };
    let keys = of(Which::Keys).into_iter().map(|(table, rows)| (format!("{KEYS}{table}"), rows));
    of(Which::Store).into_iter().chain(keys).collect()
}

/// How many rows each table has: every one that the databases know of, so that a new one is counted by itself.
pub fn counts(db: &TestDb) -> BTreeMap<String, usize> {
    snapshot(db).into_iter().map(|(table, rows)| (table, rows.len())).collect()
}

/// What became of one table's rows: those that are no more as they were, and those that were not so before.
#[derive(Debug, Default)]
pub struct Change {
    pub gone: Vec<Row>,
    pub come: Vec<Row>,
}

/// The tables that differ. On PostgreSQL a row that was written anew as it was differs too, by its `xmin`.
pub fn changes(before: &Snapshot, after: &Snapshot) -> BTreeMap<String, Change> {
    let mut changes = BTreeMap::new();
    for table in before.keys().chain(after.keys()) {
        let rows = |of: &Snapshot| of.get(table).cloned().unwrap_or_default();
        let (was, is) = (rows(before), rows(after));
        let only = |some: &[Row], others: &[Row]| some.iter().filter(|row| !others.contains(row)).cloned().collect();
        let change = Change { gone: only(&was, &is), come: only(&is, &was) };
        if !change.gone.is_empty() || !change.come.is_empty() {
            changes.insert(table.clone(), change);
        }
    }
    changes
}

/// The rows of one table.
pub fn rows(db: &TestDb, table: &str) -> Vec<Row> {
    snapshot(db).remove(table).unwrap_or_else(|| panic!("no table {table}"))
}

fn texts<C>(conn: &mut C, statement: &str) -> Vec<String>
where
    C: Connection,
    diesel::query_builder::SqlQuery: for<'a> diesel::query_dsl::LoadQuery<'a, C, One>,
{
    let found: Vec<One> =
        diesel::sql_query(statement).load(conn).unwrap_or_else(|error| panic!("{statement}: {error}"));
    found.into_iter().map(|row| row.one).collect()
}

fn parsed(rows: Vec<String>) -> Vec<Row> {
    rows.iter().map(|row| serde_json::from_str(row).expect("a JSON object")).collect()
}

fn sqlite(db: &TestDb, which: Which) -> Snapshot {
    let mut conn = SqliteConnection::establish(&db.file_of(which).display().to_string()).expect("the file opens");
    let names = "SELECT name AS one FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'";
    let with_rowid = texts(&mut conn, &format!("{names} AND sql NOT LIKE '%WITHOUT ROWID%'"));
    texts(&mut conn, names)
        .into_iter()
        .map(|table| {
            let mut columns = texts(&mut conn, &format!("SELECT name AS one FROM pragma_table_info('{table}')"));
            columns.extend(with_rowid.contains(&table).then(|| "rowid".to_owned()));
            let pairs: Vec<_> = columns
                .iter()
                .map(|c| {
                    format!(
                        "'{c}', CASE typeof(\"{c}\") WHEN 'blob' THEN '\\x' || lower(hex(\"{c}\")) ELSE \"{c}\" END"
                    )
                })
                .collect();
            let rows = texts(&mut conn, &format!("SELECT json_object({}) AS one FROM {table}", pairs.join(", ")));
            (table, parsed(rows))
        })
        .collect()
}

#[cfg(feature = "postgres")]
fn postgres(db: &TestDb, which: Which) -> Snapshot {
    let mut conn = PgConnection::establish(db.url_of(which)).expect("the database answers");
    let names =
        "SELECT tablename::text AS one FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_%'";
    texts(&mut conn, names)
        .into_iter()
        .map(|table| {
            let physical = "jsonb_build_object('xmin', t.xmin::text::bigint, 'ctid', t.ctid::text)";
            let rows = texts(&mut conn, &format!("SELECT (to_jsonb(t) || {physical})::text AS one FROM {table} t"));
            (table, parsed(rows))
        })
        .collect()
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &TestDb, _: Which) -> Snapshot {
    unreachable!("built without PostgreSQL")
}
