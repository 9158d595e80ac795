//! The resident set of a fresh process, idle, and after so many complete logins by everybody.

use std::time::Duration;

use crate::house::House;
use crate::run::Run;
use crate::site::Alg;
use crate::table::Row;
use crate::{Outcome, fleet};

const IDLE_MIB: f64 = 28.0;
const BUSY_MIB: f64 = 60.0;

pub async fn measure(run: &mut Run<'_>, house: &mut House) -> Outcome<()> {
    let logins = run.options.logins;
    run.progress(&format!("memory, {logins} logins"));
    house.restart(|_| Ok(()))?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle = house.server.memory()?;
    let everybody = house.lend(usize::MAX, Alg::Es256).await?;
    house.take_back(fleet::count(everybody, logins).await?);
    let after = house.server.memory()?;
    let reading = |what: String, value: f64, bound: f64| Row::Reading { what, value, unit: "MiB", bound: Some(bound) };
    run.rows.push(reading("memory, idle".to_owned(), idle, IDLE_MIB));
    run.rows.push(reading(format!("memory, after {logins} logins"), after, BUSY_MIB));
    Ok(())
}
