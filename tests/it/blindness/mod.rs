//! The claim, exactly (PROTOCOL 1; FUNCTIONS 17): "Without the keys, a reader of all rows, their physical order and several
//! snapshots learns neither which person used which website nor that two subs are one person."
//!
//! [`detector`] is the reader, [`story`] the town it reads about; the four plants prove that the reader can read.

mod detector;
mod emitted;
mod pairs;
mod story;

use crate::apply::{self, Services};
use crate::db::{TestDb, on_each_database};
use crate::house::tables;
use detector::{Link, Reader};
use hufu::authn::ClientList;
use story::{Story, Upkeep, hex, told};

/// What the reader finds when this was done to the tables first.
fn links_after(story: &Story, db: &TestDb, done: &[(String, String)]) -> Vec<Link> {
    for (sqlite, postgres) in done {
        db.execute(sqlite, postgres);
    }
    Reader::of(&story.snapshots, &story.truth).links_in(&tables::snapshot(db))
}

fn assert_finds_nothing(found: &[Link]) {
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{found:#?}");
}

fn assert_finds(found: &[Link], way: &str, what: &str) {
    assert!(
        found.iter().any(|link| link.way == way && link.what.contains(what)),
        "{way} {what}: {:?}",
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    );
}

/// A literal of bytes for either database.
fn literal(hex: &str) -> (String, String) {
    let digits = hex.trim_start_matches("\\x");
    (format!("x'{digits}'"), format!("'\\x{digits}'::bytea"))
}

/// One statement in both dialects.
fn both(statement: impl Fn(&str) -> String) -> (String, String) {
    (statement("BLOB"), statement("BYTEA"))
}

/// Sets `column` of each consent to what `value` makes of its owner, in both dialects.
fn mark_consents(story: &Story, column: &str, value: impl Fn(usize) -> (String, String)) -> Vec<(String, String)> {
    let owner_of = |owner: &str| {
        let nth = story.citizens.iter().position(|citizen| hex(citizen.person.id.as_bytes()) == owner);
        nth.expect("a citizen")
    };
    let consents = story.truth.iter().filter_map(|(key, owner)| Some((key.split_once(' ')?, owner)));
    consents
        .map(|((digest, client), owner)| {
            let (key, value) = (literal(digest), value(owner_of(owner)));
            let set = |key: &str, value: &str| {
                format!("UPDATE consents SET {column} = {value} WHERE sub_digest = {key} AND client_id = '{client}'")
            };
            (set(&key.0, &value.0), set(&key.1, &value.1))
        })
        .collect()
}

/// Sets `column` of each session to what `value` makes of its person, in both dialects.
fn mark_sessions(story: &Story, column: &str, value: impl Fn(usize) -> (String, String)) -> Vec<(String, String)> {
    let persons = story.citizens.iter().enumerate();
    persons
        .map(|(nth, citizen)| {
            let (id, value) = (literal(&hex(citizen.person.id.as_bytes())), value(nth));
            let set = |id: &str, value: &str| format!("UPDATE sessions SET {column} = {value} WHERE person = {id}");
            (set(&id.0, &value.0), set(&id.1, &value.1))
        })
        .collect()
}

on_each_database! {
    /// PROTOCOL 1, and its three plants that a change of the tables makes: an equal value, a near instant, a length.
    async fn a_reader_of_all_rows_links_no_person_to_a_website_and_no_sub_to_another(db) {
        let services = Services::default();
        let house = apply::house(db, &services).await;
        let story = told(&house, &services, Upkeep::Mingles, story::PERSONS).await;
        let consents = story.snapshots.last().expect("a snapshot")["consents"].len();
        assert!(consents >= story::PERSONS * 4, "a full run: {consents}");
        assert_finds_nothing(&Reader::of(&story.snapshots, &story.truth).links());

        let db = house.db();
        let number = |of: usize| (of.to_string(), of.to_string());

        let add = both(|blob| format!("ALTER TABLE consents ADD COLUMN planted {blob}"));
        let person = |nth: usize| literal(&hex(&story.citizens[nth].person.id.as_bytes()[..]));
        let mut planted = vec![add];
        planted.extend(mark_consents(&story, "planted", person));
        assert_finds(&links_after(&story, db, &planted), "equality", "sessions.person ~ consents.planted");
        let taken_out = both(|_| "UPDATE consents SET planted = NULL".to_owned());
        assert_finds_nothing(&links_after(&story, db, std::slice::from_ref(&taken_out)));

        // The same by way of the other database: who reads both must not get from a key to a website.
        let key = |nth: usize| literal(&hex(story.citizens[nth].key_id.as_bytes()));
        let found = links_after(&story, db, &mark_consents(&story, "planted", key));
        assert_finds(&found, "equality", "keys.person_keys.id ~ consents.planted");
        assert_finds_nothing(&links_after(&story, db, &[taken_out]));

        let add = |table: &str| both(|_| format!("ALTER TABLE {table} ADD COLUMN exact BIGINT DEFAULT 0")) ;
        let sqlite_integer = |(sqlite, postgres): (String, String)| (sqlite.replace("BIGINT", "INTEGER"), postgres);
        let second = |nth: usize| crate::house::START.unix() + 37 * i64::try_from(nth).expect("small");
        let mut planted = vec![sqlite_integer(add("consents")), sqlite_integer(add("sessions"))];
        planted.extend(mark_sessions(&story, "exact", |nth| number(second(nth) as usize)));
        planted.extend(mark_consents(&story, "exact", |nth| number(second(nth) as usize + 3)));
        assert_finds(&links_after(&story, db, &planted), "time", "sessions.exact ~ consents.exact");
        let taken_out = both(|_| "UPDATE consents SET exact = 0".to_owned());
        assert_finds_nothing(&links_after(&story, db, &[taken_out]));

        let padded = |nth: usize| literal(&"00".repeat(nth + 1));
        let longer = |nth: usize| {
            let (sqlite, postgres) = literal(&"00".repeat(nth + 1));
            (format!("CAST(sealed || {sqlite} AS BLOB)"), format!("sealed || {postgres}"))
        };
        let mut planted = mark_consents(&story, "planted", padded);
        planted.extend(mark_sessions(&story, "sealed", longer));
        assert_finds(&links_after(&story, db, &planted), "length", "sessions.sealed ~ consents.planted");
    }

    /// PROTOCOL 5: the letters that go out when sessions end, and the lists that they are made from, join nothing. Three
    /// plants: a letter that names its session, one that is as long as its session's row, and a list that is counted.
    async fn a_reader_of_the_outbox_learns_neither_whose_session_it_was_nor_who_visited_whom(db) {
        let services = Services::default();
        let house = apply::house(db, &services).await;
        let story = told(&house, &services, Upkeep::Mingles, story::PERSONS).await;
        let letters: usize = story.snapshots.iter().map(|snapshot| snapshot["outbox"].len()).sum();
        assert!(letters > story::PERSONS, "letters were seen: {letters}");
        assert_finds_nothing(&Reader::of(&story.snapshots, &story.truth).links());

        let mut named = story.snapshots.clone();
        for row in named.iter_mut().flat_map(|snapshot| snapshot.get_mut("outbox").expect("the outbox")) {
            let owner = story.truth[&detector::text(&row["id"])].clone();
            row.insert("planted".to_owned(), owner.into());
        }
        assert_finds(&Reader::of(&named, &story.truth).links(), "equality", "ended.person ~ outbox.planted");

        let mut counted = story.snapshots.clone();
        for row in counted.iter_mut().flat_map(|snapshot| snapshot.get_mut("sessions").expect("sessions")) {
            let sealed = story::bytes(&detector::text(&row["clients"]));
            let list: ClientList = house.provider.keys.open_bytes(&sealed).expect("ours");
            row.insert("version".to_owned(), list.iter().count().into());
        }
        assert_finds(&Reader::of(&counted, &story.truth).links(), "visit", "sessions.version ~ consents.client_id");

        let mut longer = story.snapshots.clone();
        let nth = |owner: &str| {
            story.citizens.iter().position(|citizen| hex(citizen.person.id.as_bytes()) == owner).expect("a citizen")
        };
        for snapshot in &mut longer {
            for row in snapshot.get_mut("outbox").expect("the outbox") {
                let owner = nth(&story.truth[&detector::text(&row["id"])]);
                row.insert("sealed".to_owned(), hex(&vec![0; 100 + owner]).into());
            }
            for row in snapshot.get_mut("sessions").expect("sessions") {
                let owner = nth(&detector::text(&row["person"]));
                row.insert("sealed".to_owned(), hex(&vec![0; 300 + owner]).into());
            }
        }
        assert_finds(&Reader::of(&longer, &story.truth).links(), "length", "ended.sealed ~ outbox.sealed");
    }

    /// PROTOCOL 1, the fourth plant: on SQLite tables with a rowid, on PostgreSQL an upkeep that sleeps.
    async fn the_same_reader_finds_the_order_of_writing_where_it_is_not_hidden(db) {
        let on_sqlite = db.is_sqlite();
        if on_sqlite {
            let keep = ["sessions", "consents", "spent", "grants", "assertions"].map(|table| {
                format!("CREATE TABLE kept AS SELECT * FROM {table}; DROP TABLE {table}; ALTER TABLE kept RENAME TO {table};")
            });
            let keys = ["sessions", "spent", "grants", "assertions"]
                .map(|table| format!("CREATE UNIQUE INDEX key_of_{table} ON {table} (id);"));
            let consents = "CREATE UNIQUE INDEX key_of_consents ON consents (sub_digest, client_id, shown);";
            db.execute(&format!("{}{}{consents}", keep.concat(), keys.concat()), "");
        }
        let services = Services::default();
        let house = apply::house(db, &services).await;
        let story = told(&house, &services, Upkeep::Sleeps, story::PERSONS).await;
        let found = Reader::of(&story.snapshots, &story.truth).links();
        assert_finds(&found, "order", "sessions");
        let mut pairs = vec![("sessions", "grants"), ("spent", "grants")];
        if !on_sqlite {
            // A few assertions among many grants: rowids, which each table counts for itself, are too coarse for them.
            pairs.push(("spent", "assertions"));
        }
        for (persons_side, subs_side) in pairs {
            let pair = |link: &&Link| link.what.starts_with(persons_side) && link.what.contains(&format!("~ {subs_side}"));
            assert!(found.iter().any(|link| link.way == "order" && pair(&link)), "{persons_side} ~ {subs_side}");
        }
        let others: Vec<Link> = found.into_iter().filter(|link| link.way != "order").collect();
        assert_finds_nothing(&others);
    }
}
