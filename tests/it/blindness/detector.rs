//! Somebody who reads all rows of several snapshots, without the keys, and tries to learn which person used which website,
//! or that two subs are one person (PROTOCOL 1). Reads both databases, the store and the key store. Knows the schema and our source; is told the truth only to count hits.
//!
//! Each *way* names suspects for a row of the sub's side: persons, or other rows of the sub's side. A way links when the
//! right one is among the suspects clearly more often than chance would have it. Chance is measured within the crowd: the
//! persons who were active between the same two snapshots. That crowd is what the claim promises, and no way may narrow it.
//!
//! | way | suspects |
//! |---|---|
//! | equality | whoever has the same value, or the same eight bytes, in some column |
//! | time | whoever's instant is nearest, under any shift by one of our published lifetimes |
//! | order | whoever was written at about the same place of the row's table, or just before (`rowid`, `xmin`, `ctid`, place) |
//! | length | whoever's value is as much longer than the shortest of its column |
//! | visit | for a website that is told of sign-outs: whoever's row counts something, and more than the least |
//!
//! A row of the outbox comes from a session that has ended: its crowd is whoever had one of those.

use crate::house::tables::{Row, Snapshot};
use hufu::spec::lifetime;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

/// Who a row is really about, by the key of the row on the sub's side: to count hits, never to find them.
pub type Truth = HashMap<String, String>;

/// A way that links, and how well.
#[derive(Debug)]
pub struct Link {
    pub way: &'static str,
    pub what: String,
    pub hits: f64,
    pub chance: f64,
    pub tried: usize,
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { way, what, hits, chance, tried } = self;
        write!(f, "by {way}: {what} hits {hits} of {tried}, where chance would hit {chance:.1}")
    }
}

pub struct Reader<'a> {
    snapshots: &'a [Snapshot],
    truth: &'a Truth,
    /// For each row of the sub's side, by its key: who was active when it appeared.
    crowds: HashMap<String, BTreeSet<String>>,
    /// The websites that are told of sign-outs: anybody can read that.
    hearing: BTreeSet<String>,
}

const PERSONS_SIDE: [&str; 6] = ["persons", "passkeys", "sessions", "spent", PERSON_KEYS, ENDED];
/// In the key store.
const PERSON_KEYS: &str = "keys.person_keys";
/// The sessions that were there before and are no more.
const ENDED: &str = "ended";
/// Grants, families and assertions name neither a sub nor a website. But who could say whose they are, and which of them
/// lie in one transaction, would know who used a website with keys, or one that renews its tokens.
const SUBS_SIDE: [&str; 6] = ["consents", "refusals", "grants", "families", "assertions", "outbox"];
const PHYSICAL: [&str; 4] = ["rowid", "xmin", "ctid", "place"];

/// A row with its owner: known by the schema on the person's side, by the truth on the sub's.
#[derive(Clone)]
struct Owned<'a> {
    row: &'a Row,
    place: usize,
    owner: String,
}

#[derive(Default)]
struct Score {
    hits: f64,
    chance: f64,
    variance: f64,
    tried: usize,
}

type Scores = BTreeMap<(&'static str, String), Score>;
type Suspects = BTreeSet<usize>;
/// Table by table, the rows that are looked at together.
type View<'a> = BTreeMap<&'static str, Vec<Owned<'a>>>;

impl<'a> Reader<'a> {
    pub fn of(snapshots: &'a [Snapshot], truth: &'a Truth) -> Self {
        let hearing = snapshots.last().into_iter().flat_map(|last| &last["clients"]);
        let hearing = hearing.filter(|client| text(&client["metadata"]).contains("channel_logout_uri"));
        let hearing = hearing.map(|client| text(&client["client_id"])).collect();
        let mut reader = Self { snapshots, truth, crowds: HashMap::new(), hearing };
        let mut ended = BTreeSet::new();
        for pair in snapshots.windows(2) {
            let view = reader.owned(&pair[0], &pair[1]);
            let owners = |table: &&str| view[*table].iter().map(|row| row.owner.clone());
            let active: BTreeSet<String> =
                PERSONS_SIDE.iter().filter(|table| **table != ENDED).flat_map(owners).collect();
            if !view[ENDED].is_empty() {
                ended = owners(&ENDED).collect();
            }
            for table in SUBS_SIDE {
                let crowd = if table == "outbox" { &ended } else { &active };
                for key in view[table].iter().map(|row| key(row.row)).collect::<Vec<_>>() {
                    reader.crowds.entry(key).or_insert_with(|| crowd.clone());
                }
            }
        }
        reader
    }

    /// Every way that links, in what appeared or changed between two snapshots and in all of the last.
    pub fn links(&self) -> Vec<Link> {
        let mut scores = Scores::new();
        for pair in self.snapshots.windows(2) {
            self.compare_all(&self.owned(&pair[0], &pair[1]), &mut scores);
        }
        let mut links = clear(scores);
        links.extend(self.links_in(&self.snapshots[self.snapshots.len() - 1]));
        links
    }

    /// Every way that links in one snapshot.
    pub fn links_in(&self, snapshot: &Snapshot) -> Vec<Link> {
        let mut scores = Scores::new();
        self.compare_all(&self.owned(&Snapshot::new(), snapshot), &mut scores);
        clear(scores)
    }

    fn compare_all(&self, view: &View<'_>, scores: &mut Scores) {
        for (left_name, left) in view {
            for (right_name, right) in view.iter().filter(|(name, _)| SUBS_SIDE.contains(name)) {
                if PERSONS_SIDE.contains(left_name) || left_name == right_name {
                    compare((left_name, left), (right_name, right), self, scores);
                }
            }
        }
    }

    fn owned<'b>(&self, before: &'b Snapshot, after: &'b Snapshot) -> View<'b> {
        let sessions = &after["sessions"];
        let owner = |table: &str, row: &Row| match table {
            "persons" => Some(text(&row["id"])),
            // The row of the person who names the key.
            PERSON_KEYS => {
                let naming = after["persons"].iter().find(|person| text(&person["key_id"]) == text(&row["id"]));
                naming.map(|person| text(&person["id"]))
            }
            "passkeys" | "sessions" | ENDED => Some(text(&row["person"])),
            // A ceremony's row and its session differ in the hour before the twelve random bytes only.
            "spent" => {
                let twin = sessions.iter().find(|session| text(&session["id"])[10..] == text(&row["id"])[10..]);
                twin.map(|session| text(&session["person"]))
            }
            _ => self.truth.get(&key(row)).cloned(),
        };
        let new = |table: &'static str| {
            if table == ENDED {
                let there: BTreeSet<String> = sessions.iter().map(|row| text(&row["id"])).collect();
                let gone = before.get("sessions").into_iter().flatten().enumerate();
                let gone = gone.filter(|(_, row)| !there.contains(&text(&row["id"])));
                let owned = gone.filter_map(|(place, row)| Some(Owned { row, place, owner: owner(table, row)? }));
                return (table, owned.collect());
            }
            let known: BTreeSet<String> = before.get(table).into_iter().flatten().map(content).collect();
            let rows = after[table].iter().enumerate().filter(|(_, row)| !known.contains(&content(row)));
            let owned = rows.filter_map(|(place, row)| Some(Owned { row, place, owner: owner(table, row)? }));
            (table, owned.collect())
        };
        PERSONS_SIDE.into_iter().chain(SUBS_SIDE).map(new).collect()
    }
}

/// The ways that hit clearly more often than chance.
fn clear(scores: Scores) -> Vec<Link> {
    let clear = |score: &Score| score.hits > score.chance + 5.0 * score.variance.sqrt() + 3.0;
    let found = scores.into_iter().filter(|(_, score)| clear(score));
    found.map(|((way, what), Score { hits, chance, tried, .. })| Link { way, what, hits, chance, tried }).collect()
}

/// Tries every way between two tables of one view.
fn compare(
    (left_name, left): (&str, &[Owned<'_>]),
    (right_name, right): (&str, &[Owned<'_>]),
    Reader { crowds, hearing, .. }: &Reader<'_>,
    scores: &mut Scores,
) {
    let (Some(first_left), Some(first_right)) = (left.first(), right.first()) else { return };
    let mut tell = |way: &'static str, a: &str, b: &str, suspects: Vec<Suspects>| {
        let score = scores.entry((way, format!("{left_name}.{a} ~ {right_name}.{b}"))).or_default();
        for (row, mut suspected) in right.iter().zip(suspects) {
            let Some(crowd) = crowds.get(&key(row.row)) else { continue };
            suspected.retain(|at| !std::ptr::eq(left[*at].row, row.row));
            let owners: BTreeSet<&String> =
                suspected.iter().map(|at| &left[*at].owner).filter(|owner| crowd.contains(*owner)).collect();
            let chance = owners.len() as f64 / crowd.len() as f64;
            score.tried += 1;
            score.hits += f64::from(u8::from(owners.contains(&row.owner)));
            score.chance += chance;
            score.variance += chance * (1.0 - chance);
        }
    };
    let (columns_left, columns_right) = (columns(first_left.row), columns(first_right.row));
    for a in &columns_left {
        let (having, times) = (having(left, a), instants(left, a));
        for b in &columns_right {
            tell("equality", a, b, by_equality(&having, right, b));
            tell("length", a, b, by_length(left, a, right, b));
            if b == "client_id" && right_name == "consents" {
                tell("visit", a, b, by_visit(left, a, right, hearing));
            }
            let ours = instants(right, b);
            let both = times.iter().any(Option::is_some) && ours.iter().any(Option::is_some);
            for shift in SHIFTS.into_iter().filter(|_| both) {
                tell("time", a, b, by_time((left, &times), (right, &ours), shift));
            }
        }
    }
    for a in PHYSICAL {
        for b in PHYSICAL {
            tell("order", a, b, by_rank(left, a, right, b));
        }
        tell("order", a, "just before", by_predecessor(left, a, right));
    }
}

/// The lifetimes that our source publishes: from an expiry the reader counts back.
const SHIFTS: [i64; 6] = [
    0,
    lifetime::CONSENT.as_secs() as i64,
    lifetime::SESSION_ABSOLUTE.as_secs() as i64,
    lifetime::INTERACTION.as_secs() as i64,
    lifetime::REFUSAL.as_secs() as i64,
    lifetime::SESSION_ABSOLUTE.as_secs() as i64 - lifetime::REFUSAL.as_secs() as i64,
];

fn having(left: &[Owned<'_>], a: &str) -> HashMap<String, Suspects> {
    let mut having: HashMap<String, Suspects> = HashMap::new();
    for (at, owned) in left.iter().enumerate() {
        for piece in pieces(&owned.row[a]) {
            having.entry(piece).or_default().insert(at);
        }
    }
    having
}

fn by_equality(having: &HashMap<String, Suspects>, right: &[Owned<'_>], b: &str) -> Vec<Suspects> {
    let same = |value: &Value| pieces(value).iter().filter_map(|piece| having.get(piece)).flatten().copied().collect();
    right.iter().map(|owned| same(&owned.row[b])).collect()
}

/// The value, and of bytes every eight that follow each other.
fn pieces(value: &Value) -> Vec<String> {
    let whole = text(value);
    let Some(hex) = whole.strip_prefix("\\x") else { return vec![whole] };
    let windows = (0..hex.len().saturating_sub(15)).step_by(2).map(|at| hex[at..at + 16].to_owned());
    windows.chain([whole.clone()]).collect()
}

fn by_length(left: &[Owned<'_>], a: &str, right: &[Owned<'_>], b: &str) -> Vec<Suspects> {
    let longer = |rows: &[Owned<'_>], column: &str| -> Vec<usize> {
        let lengths: Vec<usize> = rows.iter().map(|owned| text(&owned.row[column]).len()).collect();
        let shortest = lengths.iter().min().copied().unwrap_or_default();
        lengths.iter().map(|length| length - shortest).collect()
    };
    let theirs = longer(left, a);
    let same = |by: &usize| theirs.iter().enumerate().filter(|(_, length)| *length == by).map(|(at, _)| at).collect();
    longer(right, b).iter().map(same).collect()
}

/// A small number that differs from the least: something was counted or marked there.
fn by_visit(left: &[Owned<'_>], a: &str, right: &[Owned<'_>], hearing: &BTreeSet<String>) -> Vec<Suspects> {
    let small = |owned: &Owned<'_>| owned.row[a].as_i64().filter(|number| (0..1000).contains(number));
    let least = left.iter().filter_map(small).min();
    let marked: Suspects = (0..left.len()).filter(|at| small(&left[*at]) > least).collect();
    let heard = |owned: &Owned<'_>| hearing.contains(&text(&owned.row["client_id"]));
    right.iter().map(|owned| if heard(owned) { marked.clone() } else { Suspects::new() }).collect()
}

fn instants(rows: &[Owned<'_>], column: &str) -> Vec<Option<i64>> {
    rows.iter().map(|owned| instant(&owned.row[column])).collect()
}

fn by_time(
    (left, theirs): (&[Owned<'_>], &[Option<i64>]),
    (right, ours): (&[Owned<'_>], &[Option<i64>]),
    shift: i64,
) -> Vec<Suspects> {
    let nearest = |(owned, ours): (&Owned<'_>, &Option<i64>)| {
        let Some(wanted) = ours.map(|at| at - shift) else { return Suspects::new() };
        let off = |at: usize| theirs[at].map(|theirs| (theirs - wanted).abs());
        let others = || (0..left.len()).filter(|at| !std::ptr::eq(left[*at].row, owned.row));
        let best = others().filter_map(off).min();
        others().filter(|at| best.is_some() && off(*at) == best).collect()
    };
    right.iter().zip(ours).map(nearest).collect()
}

/// A value read as an instant of these years: seconds, minutes, code steps, hours, or the hour that an id begins with.
fn instant(value: &Value) -> Option<i64> {
    let these_years = |seconds: &i64| (1_600_000_000..2_400_000_000).contains(seconds);
    let counted = match value {
        Value::String(text) => {
            i64::from_str_radix(text.strip_prefix("\\x").filter(|hex| hex.len() <= 32)?.get(..8)?, 16)
        }
        number => Ok(number.as_i64()?),
    };
    let counted = counted.ok()?;
    [1, 30, 60, 900, 3600, 86_400].iter().filter_map(|unit| counted.checked_mul(*unit)).find(these_years)
}

fn by_rank(left: &[Owned<'_>], a: &str, right: &[Owned<'_>], b: &str) -> Vec<Suspects> {
    let (Some(theirs), Some(ours)) = (ranks(left, a), ranks(right, b)) else {
        return vec![Suspects::new(); right.len()];
    };
    let near = |rank: &f64| (0..left.len()).filter(|at| (theirs[*at] - rank).abs() <= 0.08).collect();
    ours.iter().map(near).collect()
}

/// Where each row stands in that order, from 0 to 1; rows that the order does not tell apart share the middle.
fn ranks(rows: &[Owned<'_>], by: &str) -> Option<Vec<f64>> {
    let keys: Vec<i64> = rows.iter().map(|owned| physical(owned, by)).collect::<Option<_>>()?;
    let count = |holds: &dyn Fn(&i64) -> bool| keys.iter().filter(|key| holds(key)).count() as f64;
    let rank = |key: &i64| {
        let (before, same) = (count(&|other| other < key), count(&|other| other == key));
        (before + (same - 1.0) / 2.0) / (keys.len() as f64 - 1.0).max(1.0)
    };
    Some(keys.iter().map(rank).collect())
}

/// Transactions are numbered through all tables: whoever was written last before the row.
fn by_predecessor(left: &[Owned<'_>], by: &str, right: &[Owned<'_>]) -> Vec<Suspects> {
    let before = |owned: &Owned<'_>| {
        let ours = physical(owned, "xmin").filter(|_| by == "xmin")?;
        let theirs: Vec<i64> = left.iter().map(|owned| physical(owned, "xmin").unwrap_or(i64::MAX)).collect();
        let last = theirs.iter().filter(|theirs| **theirs < ours).max()?;
        Some((0..left.len()).filter(|at| theirs[*at] == *last).collect())
    };
    right.iter().map(|owned| before(owned).unwrap_or_default()).collect()
}

fn physical(owned: &Owned<'_>, by: &str) -> Option<i64> {
    match by {
        "place" => i64::try_from(owned.place).ok(),
        "ctid" => {
            let place = owned.row.get("ctid")?.as_str()?.trim_matches(['(', ')']);
            let (page, slot) = place.split_once(',')?;
            Some(page.parse::<i64>().ok()? << 16 | slot.parse::<i64>().ok()?)
        }
        column => owned.row.get(column)?.as_i64(),
    }
}

/// What tells a row of the sub's side from the others, whatever columns it has besides.
pub fn key(row: &Row) -> String {
    match row.get("sub_digest") {
        Some(digest) => format!("{} {}", text(digest), text(&row["client_id"])),
        None => text(&row["id"]),
    }
}

fn columns(row: &Row) -> Vec<String> {
    row.keys().filter(|column| !PHYSICAL.contains(&column.as_str())).cloned().collect()
}

/// The row without its place and time on the disk.
fn content(row: &Row) -> String {
    columns(row).iter().map(|column| format!("{column}={}\n", row[column])).collect()
}

pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
