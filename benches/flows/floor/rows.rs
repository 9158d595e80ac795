//! One durable row: the same group commit as the product's on SQLite, the same single insert on PostgreSQL.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Binary;
use diesel::{Connection, QueryResult, RunQueryDsl, SqliteConnection};
use tokio::sync::oneshot;

use crate::Outcome;

/// As the product's: at most so many jobs in one commit, and never waiting for more.
const BATCH: usize = 64;
/// As the product's: connections to PostgreSQL.
#[cfg(feature = "postgres")]
const CONNECTIONS: usize = 16;

pub type Id = [u8; 16];

/// Ids that wait for their row, each with somebody to tell.
#[derive(Default)]
struct Waiting {
    jobs: Mutex<VecDeque<(Id, oneshot::Sender<()>)>>,
    arrived: Condvar,
}

/// Where the row goes.
#[derive(Clone)]
pub struct Rows(Arc<Waiting>);

impl Rows {
    /// `none` keeps nothing.
    pub fn open(store: &str) -> Outcome<Option<Rows>> {
        let waiting = Arc::new(Waiting::default());
        match store.split_once(':') {
            None => return Ok(None),
            Some(("sqlite", path)) => sqlite(path, &waiting)?,
            #[cfg(feature = "postgres")]
            Some(_) => postgres(store, &waiting)?,
            #[cfg(not(feature = "postgres"))]
            Some(_) => return Err("built without PostgreSQL".to_owned()),
        }
        Ok(Some(Rows(waiting)))
    }

    /// Inserts; returns when the row is on the disk.
    pub async fn insert(&self, id: Id) -> Outcome<()> {
        let (tell, told) = oneshot::channel();
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner).push_back((id, tell));
        self.0.arrived.notify_one();
        told.await.map_err(|_| "the row was lost".to_owned())
    }
}

impl Waiting {
    /// Waits for one job; takes as many as wait by then, up to `most`.
    fn take(&self, most: usize) -> Vec<(Id, oneshot::Sender<()>)> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        while jobs.is_empty() {
            jobs = self.arrived.wait(jobs).unwrap_or_else(PoisonError::into_inner);
        }
        let many = jobs.len().min(most);
        jobs.drain(..many).collect()
    }
}

fn sqlite(path: &str, waiting: &Arc<Waiting>) -> Outcome<()> {
    let mut conn = SqliteConnection::establish(path).map_err(|error| error.to_string())?;
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        CREATE TABLE grants (id BLOB NOT NULL PRIMARY KEY, revoked INTEGER NOT NULL) STRICT, WITHOUT ROWID;";
    conn.batch_execute(settings).map_err(|error| error.to_string())?;
    let waiting = Arc::clone(waiting);
    let write = move || {
        loop {
            let batch = waiting.take(BATCH);
            let committed = (|| {
                Sql::plain("BEGIN IMMEDIATE").execute(&mut conn)?;
                for (id, _) in &batch {
                    Sql("INSERT INTO grants (id, revoked) VALUES (", Some(id), ", 0)").execute(&mut conn)?;
                }
                Sql::plain("COMMIT").execute(&mut conn)
            })();
            answer(batch, committed);
        }
    };
    thread::Builder::new().name("floor-writer".to_owned()).spawn(write).map(drop).map_err(|error| error.to_string())
}

#[cfg(feature = "postgres")]
fn postgres(url: &str, waiting: &Arc<Waiting>) -> Outcome<()> {
    use diesel::PgConnection;

    let open = || PgConnection::establish(url).map_err(|error| error.to_string());
    let table = "CREATE TABLE IF NOT EXISTS floor_grants (id BYTEA NOT NULL PRIMARY KEY, revoked BOOLEAN NOT NULL)";
    open()?.batch_execute(table).map_err(|error| error.to_string())?;
    for number in 0..CONNECTIONS {
        let (waiting, mut conn) = (Arc::clone(waiting), open()?);
        let write = move || {
            loop {
                let one = waiting.take(1);
                let inserted = one.iter().try_for_each(|(id, _)| {
                    let insert = Sql("INSERT INTO floor_grants (id, revoked) VALUES (", Some(id), ", false)");
                    insert.execute(&mut conn).map(drop)
                });
                answer(one, inserted);
            }
        };
        let hand = thread::Builder::new().name(format!("floor-{number}")).spawn(write);
        hand.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Tells everybody that their row is there; or, by silence, that it is not.
fn answer<T>(batch: Vec<(Id, oneshot::Sender<()>)>, outcome: QueryResult<T>) {
    match outcome {
        Ok(_) => {
            for (_, tell) in batch {
                let _ = tell.send(());
            }
        }
        Err(error) => eprintln!("floor: {error}"),
    }
}

/// Text, perhaps a value, text: prepared once per connection and kept.
struct Sql<'a>(&'static str, Option<&'a Id>, &'static str);

impl Sql<'_> {
    const fn plain(text: &'static str) -> Sql<'static> {
        Sql(text, None, "")
    }
}

impl QueryId for Sql<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB> QueryFragment<DB> for Sql<'_>
where
    DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<Binary>,
    [u8]: diesel::serialize::ToSql<Binary, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.0);
        if let Some(id) = self.1 {
            out.push_bind_param::<Binary, [u8]>(id)?;
        }
        out.push_sql(self.2);
        Ok(())
    }
}

impl<Conn> RunQueryDsl<Conn> for Sql<'_> {}
