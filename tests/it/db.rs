//! The two databases of one test, store and key store: migrated, empty, its own. Copied from a template, so that tests run beside each other.
//!
//! PostgreSQL comes from `HUFU_TEST_POSTGRES`, an administrator's URL, or else from a private cluster that is started
//! once for this process and ends with it. Where there is neither, the test fails and says so.

use hufu::store::{KeyStore, PersonKeysConfig, Store, StoreConfig};
use std::path::PathBuf;
use std::sync::OnceLock;

#[cfg(feature = "postgres")]
pub use self::postgres::Cluster;

/// Expands one test into `name::sqlite` and `name::postgres`. The body is given a [`TestDb`].
macro_rules! on_each_database {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn holds($db: $crate::db::TestDb) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                holds($crate::db::TestDb::sqlite()).await;
            }

            #[cfg(feature = "postgres")]
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                holds($crate::db::TestDb::postgres()).await;
            }
        }
    )+};
}
pub(crate) use on_each_database;

/// A migrated store and key store that disappear with this value.
pub struct TestDb {
    config: StoreConfig,
    keys: PersonKeysConfig,
    place: Place,
}

enum Place {
    File {
        dir: tempfile::TempDir,
    },
    #[cfg(feature = "postgres")]
    Server {
        name: String,
        keys: String,
    },
}

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Store,
    Keys,
}

impl TestDb {
    pub fn sqlite() -> TestDb {
        let dir = tempfile::tempdir().expect("a directory for the database");
        let file = dir.path().join("hufu.db");
        let keys = dir.path().join("person-keys.db");
        for (file, template) in [&file, &keys].into_iter().zip(sqlite_templates()) {
            std::fs::write(file, template).expect("a copy of the template");
        }
        TestDb { config: StoreConfig::sqlite(&file), keys: PersonKeysConfig::sqlite(&keys), place: Place::File { dir } }
    }

    #[cfg(feature = "postgres")]
    pub fn postgres() -> TestDb {
        let [(name, url), (keys, keys_url)] = Cluster::shared().copy_templates();
        let config = StoreConfig { connections: 8, ..StoreConfig::at(&url) };
        let keys_config = PersonKeysConfig { connections: 2, ..PersonKeysConfig::at(&keys_url) };
        TestDb { config, keys: keys_config, place: Place::Server { name, keys } }
    }

    pub fn config(&self) -> &StoreConfig {
        &self.config
    }

    /// One node: a store of its own over this database.
    pub fn open(&self) -> Store {
        Store::open(&self.config).expect("a usable configuration")
    }

    pub fn keys_config(&self) -> &PersonKeysConfig {
        &self.keys
    }

    /// One node's key store.
    pub fn open_keys(&self) -> KeyStore {
        KeyStore::open(&self.keys).expect("a usable configuration")
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.place, Place::File { .. })
    }

    /// The database file.
    pub fn file(&self) -> PathBuf {
        self.file_of(Which::Store)
    }

    pub fn file_of(&self, which: Which) -> PathBuf {
        let name = match which {
            Which::Store => "hufu.db",
            Which::Keys => "person-keys.db",
        };
        match &self.place {
            Place::File { dir } => dir.path().join(name),
            #[cfg(feature = "postgres")]
            Place::Server { .. } => panic!("PostgreSQL has no file of ours"),
        }
    }

    pub fn url_of(&self, which: Which) -> &str {
        match which {
            Which::Store => &self.config.url,
            Which::Keys => &self.keys.url,
        }
    }

    /// Runs statements behind the store's back, as an administrator would.
    pub fn execute(&self, sqlite: &str, postgres: &str) {
        self.execute_in(Which::Store, sqlite, postgres);
    }

    pub fn execute_in(&self, which: Which, sqlite: &str, postgres: &str) {
        use diesel::Connection;
        use diesel::connection::SimpleConnection;
        let done = match &self.place {
            Place::File { .. } => {
                let file = self.file_of(which).display().to_string();
                let mut conn = diesel::SqliteConnection::establish(&file).expect("the file opens");
                conn.batch_execute("PRAGMA busy_timeout = 5000;").and_then(|()| conn.batch_execute(sqlite))
            }
            #[cfg(feature = "postgres")]
            Place::Server { .. } => diesel::PgConnection::establish(self.url_of(which))
                .expect("the database answers")
                .batch_execute(postgres),
        };
        #[cfg(not(feature = "postgres"))]
        let _ = postgres;
        done.expect("the statements run");
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        #[cfg(feature = "postgres")]
        if let Place::Server { name, keys } = &self.place {
            for database in [name, keys] {
                Cluster::shared().drop_database(database);
            }
        }
    }
}

/// The bytes of migrated, empty database files: of the store, and of the key store.
fn sqlite_templates() -> &'static [Vec<u8>; 2] {
    static TEMPLATES: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a directory for the templates");
        let files = ["template.db", "keys.db"].map(|name| dir.path().join(name));
        hufu::store::migrate(&StoreConfig::sqlite(&files[0])).expect("the migrations apply");
        KeyStore::migrate(&PersonKeysConfig::sqlite(&files[1])).expect("the migrations apply");
        files.map(|file| std::fs::read(file).expect("the template is closed, its log folded in"))
    })
}

#[cfg(feature = "postgres")]
mod postgres {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};
    use hufu::store::{KeyStore, PersonKeysConfig, StoreConfig};
    use std::path::PathBuf;
    use std::process::{Child, ChildStdin, Command, Stdio};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    /// A PostgreSQL server for tests, with migrated templates in it.
    pub struct Cluster {
        admin: String,
        /// Of the store, and of the key store.
        templates: [String; 2],
        /// Held so that it lives as long as this process.
        _server: Option<Server>,
    }

    /// Ends the server and removes its files when this process is gone: a shell waits for the end of its input.
    pub struct Server {
        _shell: Child,
        _alive: Option<ChildStdin>,
        admin: String,
    }

    impl Cluster {
        pub fn shared() -> &'static Cluster {
            static CLUSTER: OnceLock<Cluster> = OnceLock::new();
            CLUSTER.get_or_init(|| {
                let given = std::env::var("HUFU_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
                let server = given.is_none().then(Server::start);
                let admin = given.unwrap_or_else(|| server.as_ref().map(|s| s.admin.clone()).unwrap_or_default());
                let templates = ["template", "keys"].map(|name| format!("hufu_{name}_{}", std::process::id()));
                for template in &templates {
                    run(&admin, &format!("CREATE DATABASE {template}"));
                }
                let [store, keys] = templates.each_ref().map(|template| database(&admin, template));
                hufu::store::migrate(&StoreConfig::at(&store)).expect("the migrations apply on PostgreSQL");
                KeyStore::migrate(&PersonKeysConfig::at(&keys)).expect("the migrations apply on PostgreSQL");
                Cluster { admin, templates, _server: server }
            })
        }

        /// A fresh copy of each template: its name and its URL.
        pub fn copy_templates(&self) -> [(String, String); 2] {
            static NUMBER: AtomicU32 = AtomicU32::new(0);
            self.templates.each_ref().map(|template| {
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                let name = format!("hufu_test_{}_{number}", std::process::id());
                run(&self.admin, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
                let url = database(&self.admin, &name);
                (name, url)
            })
        }

        pub fn drop_database(&self, name: &str) {
            run(&self.admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }

    impl Server {
        /// A private cluster on a socket in its own directory.
        pub fn start() -> Server {
            let bin = binaries();
            let dir = tempfile::Builder::new().prefix("hufu-pg-").tempdir().expect("a directory").keep();
            let dir = dir.display().to_string();
            let root = std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
            // PostgreSQL refuses to run as root.
            let become_postgres = if root { "setpriv --reuid=postgres --regid=postgres --clear-groups" } else { "env" };
            if root {
                let given = Command::new("chown").args(["postgres", &dir]).status().expect("chown runs");
                assert!(given.success(), "the system user `postgres` is missing (Debian: apt-get install postgresql)");
            }
            let script = format!(
                "set -e
                 {become_postgres} {bin}/initdb -D {dir}/data -U postgres -A trust -E UTF8 --locale=C --no-sync >{dir}/log
                 {become_postgres} {bin}/postgres -D {dir}/data -k {dir} -c listen_addresses= -c fsync=off \
                    -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB -c autovacuum=off >>{dir}/log 2>&1 &
                 server=$!
                 read line || true
                 kill -QUIT $server; wait $server || true
                 rm -rf {dir}",
                bin = bin.display(),
            );
            let mut shell = Command::new("sh")
                .args(["-c", &script])
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .expect("sh runs");
            let alive = shell.stdin.take();
            let admin = format!("postgres:///postgres?host={dir}&user=postgres");
            for _ in 0..600 {
                if PgConnection::establish(&admin).is_ok() {
                    return Server { _shell: shell, _alive: alive, admin };
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            drop((shell.kill(), shell.wait()));
            panic!("PostgreSQL did not start; see {dir}/log");
        }
    }

    /// The newest PostgreSQL on this machine.
    fn binaries() -> PathBuf {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> = versions.map(|dir| dir.path().join("bin")).collect();
        found.retain(|bin| bin.join("initdb").exists());
        found.sort();
        found.pop().expect(
            "no PostgreSQL under /usr/lib/postgresql (Debian: apt-get install postgresql), \
             and HUFU_TEST_POSTGRES names none: these tests need one",
        )
    }

    /// The URL of another database on the same server.
    fn database(admin: &str, name: &str) -> String {
        let (server, options) = admin.split_once('?').map_or((admin, ""), |(server, options)| (server, options));
        let server = server.rsplit_once('/').map_or(server, |(server, _)| server);
        if options.is_empty() { format!("{server}/{name}") } else { format!("{server}/{name}?{options}") }
    }

    fn run(url: &str, statement: &str) {
        let mut conn = PgConnection::establish(url).expect("PostgreSQL answers");
        conn.batch_execute(statement).expect("the administrator may do this");
    }
}
