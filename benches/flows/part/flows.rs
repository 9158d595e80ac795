//! Complete flows beside their floor.

use crate::browser::Browser;
use crate::cell::{Side, take_turns};
use crate::house::House;
use crate::run::Run;
use crate::site::Alg;
use crate::table::Row;
use crate::{Outcome, floor};

/// From so many browsers on, the share of the floor that is the target.
const MANY: usize = 16;
const RS256_OF_FLOOR: f64 = 0.60;
const ES256_OF_FLOOR: f64 = 0.40;

pub async fn on_sqlite(run: &mut Run<'_>, house: &mut House) -> Outcome<()> {
    for alg in Alg::ALL {
        let store = format!("sqlite:{}/floor.{}", run.dir.display(), alg.name());
        measure(run, "SQLite", alg, house, &store).await?;
    }
    Ok(())
}

pub async fn on_postgres(run: &mut Run<'_>) -> Outcome<()> {
    let cluster = run.options.postgres.as_deref().ok_or("no cluster was given (--postgres URL)")?;
    let (hufu, floor) = (new_database(cluster, "hufu_bench")?, new_database(cluster, "floor_bench")?);
    let mut house = House::furnish(&run.dir.join("postgres"), Some(&hufu), run.options).await?;
    for alg in Alg::ALL {
        measure(run, "PostgreSQL", alg, &mut house, &floor).await?;
    }
    Ok(())
}

async fn measure(
    run: &mut Run<'_>,
    store: &'static str,
    alg: Alg,
    house: &mut House,
    floor_store: &str,
) -> Outcome<()> {
    let (floor, floor_site) = floor::start(floor_store, alg, &run.dir.join("floor.log"))?;
    for &many in &run.options.browsers {
        run.progress(&format!("{store} {} {many} browsers", alg.name()));
        let lent = house.lend(many, alg).await?;
        let mut own = Side::new(&house.server, lent);
        let mut other = Side::new(&floor, Browser::crowd(many, floor.address, &floor_site).await?);
        take_turns(&mut own, &mut other, run.options.cell).await?;
        let (lent, hufu) = own.finish();
        house.take_back(lent);
        let target = match alg {
            _ if many < MANY => None,
            Alg::Rs256 => Some(RS256_OF_FLOOR),
            Alg::Es256 => Some(ES256_OF_FLOOR),
        };
        let floor = other.finish().1;
        run.rows.push(Row::Flows { who: "hufu", store, alg, browsers: many, hufu, floor, target });
    }
    Ok(())
}

/// An empty database in the cluster; its address.
#[cfg(feature = "postgres")]
fn new_database(cluster: &str, name: &str) -> Outcome<String> {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};

    let mut conn = PgConnection::establish(cluster).map_err(|error| error.to_string())?;
    for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        conn.batch_execute(&statement).map_err(|error| error.to_string())?;
    }
    let base = cluster.rsplit_once('/').map_or(cluster, |(base, _)| base);
    Ok(format!("{base}/{name}"))
}

#[cfg(not(feature = "postgres"))]
fn new_database(_: &str, _: &str) -> Outcome<String> {
    Err("built without PostgreSQL".to_owned())
}
