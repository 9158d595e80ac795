//! The floor beside itself: how far a ratio is off by chance.

use crate::browser::Browser;
use crate::cell::{Side, take_turns};
use crate::run::Run;
use crate::site::Alg;
use crate::table::Row;
use crate::{Outcome, floor};

const BROWSERS: usize = 16;

pub async fn measure(run: &mut Run<'_>) -> Outcome<()> {
    for alg in Alg::ALL {
        run.progress(&format!("the floor beside itself, {}", alg.name()));
        let log = run.dir.join("floor.log");
        let store = |twin: &str| format!("sqlite:{}/{twin}.{}", run.dir.display(), alg.name());
        let (one, one_site) = floor::start(&store("one"), alg, &log)?;
        let (two, two_site) = floor::start(&store("two"), alg, &log)?;
        let mut left = Side::new(&one, Browser::crowd(BROWSERS, one.address, &one_site).await?);
        let mut right = Side::new(&two, Browser::crowd(BROWSERS, two.address, &two_site).await?);
        take_turns(&mut left, &mut right, run.options.cell).await?;
        let (hufu, floor) = (left.finish().1, right.finish().1);
        let store = "noise";
        run.rows.push(Row::Flows { who: "floor", store, alg, browsers: BROWSERS, hufu, floor, target: None });
    }
    Ok(())
}
