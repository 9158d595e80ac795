//! Where the open connections lie while nobody uses them, all of them on the same file.
//!
//! A connection on a file that was moved away still works, and would acknowledge writes into
//! nothing. So each use looks whether the path still leads to the file that was opened; a reader
//! may rely on a look of [`LATELY`], which is to have asked so much sooner. If the path leads
//! nowhere, the database is unavailable until the file is back; if it leads to another file,
//! every old connection is closed before the first new one is opened, since the last one to
//! close removes the write-ahead log by name.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use super::Tx;
use crate::store::conn::any::AnyConn;
use crate::store::error::Unavailable;

/// What a look costs is a tenth of a short read.
const LATELY: Duration = Duration::from_millis(10);

pub(super) struct Shelf {
    path: PathBuf,
    content: Mutex<Content>,
}

#[derive(Default)]
struct Content {
    file: Option<FileId>,
    /// What the path led to when somebody looked last.
    seen: Option<(FileId, Instant)>,
    in_use: usize,
    readers: Vec<Tx>,
    writer: Option<Tx>,
}

/// Device and inode.
#[derive(Clone, Copy, PartialEq, Eq)]
struct FileId(u64, u64);

#[derive(Clone, Copy)]
enum Role {
    Reader,
    Writer,
}

impl Shelf {
    pub(super) fn new(path: PathBuf) -> Shelf {
        Shelf { path, content: Mutex::default() }
    }

    pub(super) fn reader(self: &Arc<Shelf>) -> Result<Lent, Unavailable> {
        self.lend(Role::Reader)
    }

    pub(super) fn writer(self: &Arc<Shelf>) -> Result<Lent, Unavailable> {
        self.lend(Role::Writer)
    }

    /// Closes what lies here.
    pub(super) fn clear(&self) {
        let mut content = self.content();
        content.readers.clear();
        content.writer = None;
    }

    fn lend(self: &Arc<Shelf>, role: Role) -> Result<Lent, Unavailable> {
        let (file, mut content) = self.look(role)?;
        if content.file != Some(file) {
            content.readers.clear();
            content.writer = None;
            if content.in_use > 0 {
                let replaced = "the file was replaced, its connections are being closed";
                return Err(Unavailable::Hindered(replaced.to_owned()));
            }
            content.file = Some(file);
        }
        content.in_use += 1;
        let found = match role {
            Role::Reader => content.readers.pop(),
            Role::Writer => content.writer.take(),
        };
        drop(content);
        let mut lent = Lent { shelf: Arc::clone(self), role, file, tx: None, sound: false };
        lent.tx = Some(match found {
            Some(tx) => tx,
            None => open(&self.path, role)?,
        });
        Ok(lent)
    }

    /// The file that the path leads to, and the shelf as of then.
    fn look(&self, role: Role) -> Result<(FileId, MutexGuard<'_, Content>), Unavailable> {
        let (content, now) = (self.content(), now_monotonic());
        // Never for a connection that is yet to be opened: it would be taken for one on the file that was seen.
        if let (Role::Reader, Some((file, then))) = (role, content.seen)
            && now.duration_since(then) < LATELY
            && content.file == Some(file)
            && !content.readers.is_empty()
        {
            return Ok((file, content));
        }
        drop(content);
        let found = FileId::of(&self.path);
        let mut content = self.content();
        content.seen = match &found {
            Ok(file) => Some((*file, now)),
            Err(_) => None,
        };
        Ok((found?, content))
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in use. It goes back on the shelf when its user says that it is sound, and is
/// closed otherwise.
pub(super) struct Lent {
    shelf: Arc<Shelf>,
    role: Role,
    file: FileId,
    tx: Option<Tx>,
    sound: bool,
}

impl Lent {
    pub(super) fn tx(&mut self) -> &mut Tx {
        self.tx.as_mut().expect("present until drop")
    }

    pub(super) fn keep(mut self) {
        self.sound = true;
    }

    pub(super) fn discard(self) {}
}

impl Drop for Lent {
    fn drop(&mut self) {
        let tx = self.tx.take();
        let (back, closing) = if self.sound { (tx, None) } else { (None, tx) };
        // Diesel panics when an unfinished statement cannot be closed cleanly.
        let close = || drop(closing);
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(close)));
        let mut content = self.shelf.content();
        content.in_use -= 1;
        if content.file == Some(self.file) {
            match self.role {
                Role::Reader => content.readers.extend(back),
                Role::Writer => content.writer = back,
            }
        }
    }
}

impl FileId {
    fn of(path: &Path) -> Result<FileId, Unavailable> {
        let found = std::fs::metadata(path)
            .map_err(|error| Unavailable::Unreachable(format!("{}: {error}", path.display())))?;
        Ok(FileId(found.dev(), found.ino()))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how fresh a look is decides nothing that a person or a website could see"
)]
fn now_monotonic() -> Instant {
    Instant::now()
}

fn open(path: &Path, role: Role) -> Result<Tx, Unavailable> {
    let unreachable = |error: &dyn std::fmt::Display| Unavailable::Unreachable(error.to_string());
    let mut conn = SqliteConnection::establish(&address(path, "rw")).map_err(|error| unreachable(&error))?;
    let settings = match role {
        Role::Reader => READER,
        Role::Writer => WRITER,
    };
    conn.batch_execute(settings).map_err(|error| unreachable(&error))?;
    Ok(Tx::over(AnyConn::Sqlite(conn)))
}

/// The address of a file for SQLite: `rw` opens what exists, `rwc` creates it.
pub(in crate::store::conn) fn address(path: &Path, mode: &str) -> String {
    let mut address = "file:".to_owned();
    for part in path.to_string_lossy().chars() {
        match part {
            '%' => address.push_str("%25"),
            '?' => address.push_str("%3f"),
            '#' => address.push_str("%23"),
            plain => address.push(plain),
        }
    }
    address.push_str("?mode=");
    address.push_str(mode);
    address
}

/// A reader waits for nobody: in WAL mode only a stranger's exclusive lock could make it.
const READER: &str = "
    PRAGMA busy_timeout = 50;
    PRAGMA query_only = ON;
    PRAGMA cache_size = -4096;
    PRAGMA temp_store = MEMORY;";

/// The writer waits a second for the writer of another process, such as `hufu client add`.
/// Deleted rows are overwritten where that costs no further page.
const WRITER: &str = "
    PRAGMA busy_timeout = 1000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = FAST;
    PRAGMA temp_store = MEMORY;
    PRAGMA journal_size_limit = 67108864;";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_odd_letters_stays_a_path() {
        let address = address(Path::new("/tmp/50%?/a#b.db"), "rw");
        assert_eq!(address, "file:/tmp/50%25%3f/a%23b.db?mode=rw");
    }
}
