//! Both databases hold the same tables.

use crate::db::TestDb;
use hufu::store::{StoreConfig, migrate, pending};

#[test]
fn migrating_twice_does_nothing_more_and_nothing_is_pending() {
    let dir = tempfile::tempdir().expect("a directory");
    let config = StoreConfig::sqlite(&dir.path().join("new.db"));
    let missing = pending(&config).expect("counted");
    assert!(missing.iter().any(|step| step == "0001_persons"), "{missing:?}");
    assert_eq!(migrate(&config).expect("migrated"), missing);
    assert!(migrate(&config).expect("migrated").is_empty());
    assert!(pending(&config).expect("counted").is_empty());
}

#[test]
fn two_that_migrate_at_once_wait_for_each_other() {
    let dir = tempfile::tempdir().expect("a directory");
    let config = StoreConfig::sqlite(&dir.path().join("new.db"));
    let all = pending(&config).expect("counted").len();
    std::thread::scope(|scope| {
        let both = [0, 1].map(|_| scope.spawn(|| migrate(&config).expect("migrated").len()));
        let steps: usize = both.into_iter().map(|one| one.join().expect("no panic")).sum();
        assert_eq!(steps, all, "each step is applied once");
    });
}

#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("new.db");
    migrate(&StoreConfig::sqlite(&file)).expect("migrated");
    let mode = std::fs::metadata(&file).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(feature = "postgres")]
mod both {
    use super::*;
    use crate::db::Which;
    use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_types};

    #[derive(QueryableByName, Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct Line {
        #[diesel(sql_type = sql_types::Text)]
        line: String,
    }

    const SQLITE: &str = "
        SELECT t.name || '.' || c.name || ' '
            || CASE c.type WHEN 'BLOB' THEN 'bytes' WHEN 'TEXT' THEN 'text' ELSE 'number' END
            || CASE c.\"notnull\" WHEN 1 THEN '' ELSE ' or null' END AS line
        FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'
        UNION ALL
        SELECT t.name || ' ' || CASE WHEN i.origin = 'pk' THEN 'primary' WHEN i.\"unique\" = 1 THEN 'unique' ELSE 'index' END || ' '
            || (SELECT group_concat(name, ',') FROM
                (SELECT name FROM pragma_index_xinfo(i.name) WHERE key = 1 AND
                    (i.origin = 'pk' OR i.origin = 'u' OR seqno < (SELECT count(*) FROM pragma_index_info(i.name)))
                 ORDER BY seqno)) AS line
        FROM sqlite_schema t, pragma_index_list(t.name) i
        WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'";

    const POSTGRES: &str = "
        SELECT table_name || '.' || column_name || ' '
            || CASE data_type WHEN 'bytea' THEN 'bytes' WHEN 'text' THEN 'text' ELSE 'number' END
            || CASE is_nullable WHEN 'NO' THEN '' ELSE ' or null' END AS line
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'
        UNION ALL
        SELECT c.relname || ' '
            || CASE WHEN x.indisprimary THEN 'primary' WHEN x.indisunique THEN 'unique' ELSE 'index' END || ' '
            || (SELECT string_agg(a.attname, ',' ORDER BY k.ord) FROM unnest(x.indkey) WITH ORDINALITY k(num, ord)
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num) AS line
        FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relname NOT LIKE '\\_\\_%'";

    #[test]
    fn columns_nullability_and_keys_are_the_same_on_both_databases() {
        let (here, there) = (TestDb::sqlite(), TestDb::postgres());
        for (which, at_least) in [(Which::Store, 60), (Which::Keys, 6)] {
            let mut file = SqliteConnection::establish(&here.file_of(which).display().to_string()).expect("opens");
            let mut server = PgConnection::establish(there.url_of(which)).expect("answers");
            let mut sqlite: Vec<Line> = diesel::sql_query(SQLITE).load(&mut file).expect("listed");
            let mut postgres: Vec<Line> = diesel::sql_query(POSTGRES).load(&mut server).expect("listed");
            sqlite.sort();
            postgres.sort();
            assert!(sqlite.len() > at_least, "{sqlite:?}");
            assert_eq!(sqlite, postgres);
        }
    }

    #[test]
    fn the_steps_have_the_same_names() {
        let names = |folder: &str| {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
            let mut names: Vec<_> =
                std::fs::read_dir(folder).expect("there").flatten().map(|e| e.file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(names("sqlite"), names("postgres"));
        assert_eq!(names("sqlite-keys"), names("postgres-keys"));
    }

    #[test]
    fn migrating_postgresql_twice_does_nothing_more() {
        let db = TestDb::postgres();
        assert!(migrate(db.config()).expect("migrated").is_empty());
        assert!(pending(db.config()).expect("counted").is_empty());
    }
}

/// PROTOCOL 10: the keys lie apart from what they open, whatever addresses the one database is given.
mod key_store {
    use super::*;
    use hufu::store::{KeyStore, PersonKeysConfig};

    fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, hufu::store::StoreError>) {
        let error = outcome.expect_err("refused").to_string();
        assert!(error.contains("must name two databases"), "{error}");
    }

    #[test]
    fn the_stores_own_database_is_refused_as_key_store() {
        let dir = tempfile::tempdir().expect("a directory");
        let (file, link) = (dir.path().join("one.db"), dir.path().join("link.db"));
        migrate(&StoreConfig::sqlite(&file)).expect("migrated");
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        assert_refused(KeyStore::migrate(&PersonKeysConfig::sqlite(&link)));
        assert_refused(KeyStore::pending(&PersonKeysConfig::sqlite(&link)));
        let keys = dir.path().join("keys.db");
        KeyStore::migrate(&PersonKeysConfig::sqlite(&keys)).expect("migrated");
        assert_refused(migrate(&StoreConfig::sqlite(&keys)));
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn the_stores_own_database_is_refused_as_key_store_on_postgresql() {
        let db = TestDb::postgres();
        assert_refused(KeyStore::migrate(&PersonKeysConfig::at(&db.config().url)));
        assert_refused(migrate(&StoreConfig::at(&db.keys_config().url)));
        assert!(KeyStore::pending(db.keys_config()).expect("counted").is_empty());
    }
}
