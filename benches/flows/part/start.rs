//! From `exec` to the first answer: on an empty directory, and on data that is there.

use std::time::Duration;

use crate::Outcome;
use crate::product::{self, Product};
use crate::run::Run;
use crate::table::Row;

/// Starts that are timed; the table shows the median and the worst.
const STARTS: usize = 5;
const SERVE_MILLIS: f64 = 100.0;
const DEMO_MILLIS: f64 = 1000.0;

pub fn measure(run: &mut Run) -> Outcome<()> {
    run.progress("starting and stopping");
    let existing = Product::make(&run.dir.join("start"), None)?;
    existing.serve()?;
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for number in 0..STARTS {
        first.push(product::first_demo(&run.dir.join(format!("demo-{number}")))?);
        again.push(existing.serve()?.1);
    }
    run.rows.push(reading("first demo", first, DEMO_MILLIS));
    run.rows.push(reading("serve on existing data", again, SERVE_MILLIS));
    Ok(())
}

fn reading(what: &str, mut took: Vec<Duration>, bound: f64) -> Row {
    took.sort_unstable();
    let millis = |place: usize| took[place].as_secs_f64() * 1e3;
    let what = format!("{what} (worst {:.0})", millis(STARTS - 1));
    Row::Reading { what, value: millis(STARTS / 2), unit: "ms", bound: Some(bound) }
}
