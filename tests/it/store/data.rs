//! docs/data.md lists every column of every table of both databases, and none that is not there (issue 4, 9).

use crate::db::{TestDb, Which};
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_types};
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../docs/data.md");
const FORMS: [&str; 5] = ["clear", "digest", "random", "sealed", "person's key"];

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = sql_types::Text)]
    column: String,
}

const SQLITE: &str = "SELECT t.name || '.' || c.name AS column
    FROM sqlite_schema t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'";

/// The columns of both databases, as `store.table.column` and `keys.table.column`.
fn columns(of: impl Fn(Which) -> Vec<Column>) -> BTreeSet<String> {
    let named =
        |which, prefix: &'static str| of(which).into_iter().map(move |Column { column }| format!("{prefix}.{column}"));
    named(Which::Store, "store").chain(named(Which::Keys, "keys")).collect()
}

/// The columns that a page lists, and what is wrong with how it lists them.
fn listed(page: &str) -> (BTreeSet<String>, Vec<String>) {
    let (mut columns, mut wrong, mut table, mut introduced) = (BTreeSet::new(), Vec::new(), "", true);
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            if !introduced {
                wrong.push(format!("{table}: say `Keyed by: … Goes: …` below its heading"));
            }
            (table, introduced) = (heading.trim(), false);
        }
        introduced |= line.starts_with("Keyed by: ");
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        if !line.starts_with('|') || matches!(cells[0], "column") || cells[0].starts_with("---") {
            continue;
        }
        let name = format!("{table}.{}", cells[0]);
        let whole = cells.len() == 5 && cells.iter().all(|cell| !cell.is_empty());
        if !whole {
            wrong.push(format!("{name}: five cells: column, what, purpose, form, lifetime"));
        } else if !FORMS.iter().any(|form| cells[3] == *form || cells[3].starts_with(&format!("{form}, "))) {
            wrong.push(format!("{name}: its form is `{}`, and must begin with one of {FORMS:?}", cells[3]));
        }
        if !columns.insert(name.clone()) {
            wrong.push(format!("{name}: listed twice"));
        }
    }
    (columns, wrong)
}

/// What must be mended in the page, one sentence each.
fn to_mend(page: &str, there: &BTreeSet<String>) -> Vec<String> {
    let (listed, mut wrong) = listed(page);
    wrong.extend(there.difference(&listed).map(|column| {
        let (table, name) = column.rsplit_once('.').unwrap_or_default();
        format!(
            "{column} is not in docs/data.md: below `## {table}` add `| {name} | what | purpose | form | lifetime |`"
        )
    }));
    wrong.extend(
        listed
            .difference(there)
            .map(|column| format!("{column} is in docs/data.md, and in no database: take its row out")),
    );
    wrong
}

fn sqlite() -> BTreeSet<String> {
    let db = TestDb::sqlite();
    columns(|which| {
        let mut conn = SqliteConnection::establish(&db.file_of(which).display().to_string()).expect("opens");
        diesel::sql_query(SQLITE).load(&mut conn).expect("listed")
    })
}

#[test]
fn every_column_of_sqlite_is_in_the_page_and_no_other() {
    let there = sqlite();
    assert!(there.len() > 70, "{there:?}");
    let wrong = to_mend(PAGE, &there);
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[cfg(feature = "postgres")]
#[test]
fn every_column_of_postgresql_is_in_the_page_and_no_other() {
    let db = TestDb::postgres();
    let there = columns(|which| {
        let mut conn = diesel::PgConnection::establish(db.url_of(which)).expect("answers");
        let all = "SELECT table_name || '.' || column_name AS column FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";
        diesel::sql_query(all).load(&mut conn).expect("listed")
    });
    let wrong = to_mend(PAGE, &there);
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The same reader finds what is missing, too much, unsaid or said in a word of its own.
#[test]
fn a_column_that_is_missing_or_too_much_is_noticed() {
    let there = sqlite();
    let wrong = |page: &str| to_mend(page, &there).join("\n");
    let row = PAGE.lines().find(|line| line.starts_with("| pin_hash |")).expect("listed");
    assert!(wrong(&PAGE.replace(row, "")).contains("store.persons.pin_hash is not in docs/data.md: below"));
    let planted = PAGE.replace(row, &format!("{row}\n| face | an image | none | clear | for ever |"));
    assert_eq!(wrong(&planted), "store.persons.face is in docs/data.md, and in no database: take its row out");
    assert!(wrong(&PAGE.replace(row, &row.replace("digest", "somehow"))).contains("must begin with one of"));
    assert!(wrong(&PAGE.replace(row, &row.replace("argon2id over the peppered PIN", ""))).contains("five cells"));
    assert!(wrong(&PAGE.replace("Keyed by: sub.", "")).contains("store.consents: say"));
    let mut more = there.clone();
    more.insert("keys.person_keys.planted".to_owned());
    assert_eq!(to_mend(PAGE, &more).len(), 1);
}
