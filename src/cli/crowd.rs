//! `hufu persona add --count`: a crowd for load tests, sealed on all cores and written in batches.
//!
//! The seed is kept before the first row, so whoever is in the database can sign in, also after a command that was cut off;
//! the same command then makes those who are missing, and leaves those who are there.

use super::desk::{Desk, Entry};
use super::failure::Failure;
use super::{persona, world};
use crate::flow::Provider;
use crate::sandbox::data::{Crowd, DataDir, Made};
use crate::sandbox::registry::{MOST_OF_CROWD, Persona};
use crate::sandbox::seed::{Rows, SeedError, Tools};
use crate::spec::Pin;
use crate::store::person_keys;
use serde::Serialize;
use serde_json::json;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

/// Persons that one transaction writes.
const BATCH: usize = 500;

/// What was done.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub count: usize,
    /// Of them, those who were there already.
    pub there: usize,
    pub first: String,
    pub last: String,
    pub seconds: f64,
    pub persons_per_second: f64,
}

/// Makes so many more.
///
/// # Errors
/// No room for so many, or a database that cannot be had.
pub fn add(desk: &Desk, provider: &Provider, data: &DataDir, count: usize) -> Result<Summary, Failure> {
    let elapsed = provider.stopwatch();
    let mut made = persona::begin(data, provider)?;
    let crowd = made.crowd.get_or_insert_with(|| Crowd::begin(&mut *world::rng())).clone();
    let numbers = crowd.count + 1..=crowd.count + count;
    if count == 0 || *numbers.end() > MOST_OF_CROWD {
        let room = MOST_OF_CROWD - crowd.count;
        return Err(Failure::no(format!("the registry has room for 1 to {room} more of a crowd")));
    }
    let kept = |made: &Made| data.keep(made).map_err(Failure::at(data.path().display()));
    kept(&made)?;
    desk.record(Entry::new("persona add", json!({ "crowd": [numbers.start(), numbers.end()] })))?;

    let (keys, passkeys, rack) = (&provider.keys, &provider.passkeys, &provider.rack);
    let tools = Tools { keys, passkeys, rack, now: world::now(), year: made.year };
    let there = make(desk, provider, &tools, &crowd, &numbers)?;
    made.crowd = Some(Crowd { count: *numbers.end(), ..crowd });
    kept(&made)?;
    let seconds = elapsed().as_secs_f64();
    let name = |number: &usize| Persona::of_crowd(*number).map(|one| one.key.to_string()).unwrap_or_default();
    let (first, last) = (name(numbers.start()), name(numbers.end()));
    Ok(Summary { count, there, first, last, seconds, persons_per_second: count as f64 / seconds })
}

/// Seals on every core and writes here; answers how many were there already. As many batches wait as there are cores.
fn make(
    desk: &Desk,
    provider: &Provider,
    tools: &Tools<'_>,
    crowd: &Crowd,
    numbers: &RangeInclusive<usize>,
) -> Result<usize, Failure> {
    let pin = crowd.pin();
    let hash = tools.pin_hash(&Pin::new(pin.as_str()), &mut *world::rng()).map_err(Failure::unavailable)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(*numbers.start());
    let (made, batches) = sync_channel(cores);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            let (made, next, pin, hash) = (made.clone(), &next, &pin, &hash);
            scope.spawn(move || seal(tools, crowd, (pin, hash), next, *numbers.end(), &made));
        }
        drop(made);
        let mut there = 0;
        for batch in batches {
            there += write(desk, provider, batch.map_err(Failure::unavailable)?)?;
        }
        Ok(there)
    })
}

type Batch = Result<Vec<Rows>, SeedError>;

/// Takes one batch of numbers after another, until there are none or nobody listens.
fn seal(
    tools: &Tools<'_>,
    crowd: &Crowd,
    (pin, hash): (&str, &str),
    next: &AtomicUsize,
    end: usize,
    made: &SyncSender<Batch>,
) {
    let mut rng = world::rng();
    loop {
        let first = next.fetch_add(BATCH, Ordering::Relaxed);
        if first > end {
            return;
        }
        let numbers = first..=end.min(first + BATCH - 1);
        let people = numbers.filter_map(|number| Some((number, Persona::of_crowd(number)?)));
        let rows = people.map(|(number, persona)| {
            tools.rows_with(&persona, &crowd.secrets(number, pin), Some(hash.to_owned()), &mut *rng)
        });
        if made.send(rows.collect()).is_err() {
            return;
        }
    }
}

/// First the keys, then the persons; answers how many were there already.
fn write(desk: &Desk, provider: &Provider, batch: Vec<Rows>) -> Result<usize, Failure> {
    let batch = Arc::new(batch);
    let keys = Arc::clone(&batch);
    let inserted = provider
        .person_keys
        .write(move |tx| keys.iter().try_for_each(|rows| person_keys::insert(tx, &rows.key).map(drop)));
    desk.wait(inserted)?;
    let inserted = desk
        .store()
        .write(move |tx| batch.iter().try_fold(0, |there, rows| Ok(there + usize::from(rows.insert(tx)?.is_none()))));
    Ok(desk.wait(inserted)?)
}
