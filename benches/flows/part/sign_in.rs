//! Signing in with number, PIN and code, beside the bare hash.

use crate::browser::{Browser, SigningIn};
use crate::house::House;
use crate::run::Run;
use crate::site::Alg;
use crate::table::Row;
use crate::{Outcome, fleet, floor};

const OF_HASH: f64 = 0.90;
const TURNS: u32 = 2;

pub async fn measure(run: &mut Run<'_>, house: &House) -> Outcome<()> {
    for many in [1, 8] {
        run.progress(&format!("sign-in, {many} at once"));
        let mut people = Vec::with_capacity(many);
        for browser in Browser::crowd(many, house.server.address, house.site(Alg::Es256)?).await? {
            people.push(SigningIn { browser, persona: house.product.persona.clone() });
        }
        let turn = run.options.cell / TURNS;
        let (mut rate, mut hashes, mut busy) = (0.0, 0.0, 0.0_f64);
        for _ in 0..TURNS {
            hashes += floor::hashes_per_second(turn, &run.dir.join("floor.log"))? / f64::from(TURNS);
            let (back, tally) = fleet::drive(&house.server, people, turn).await?;
            people = back;
            let summary = tally.summary();
            rate += summary.per_second / f64::from(TURNS);
            busy = busy.max(summary.client_busy);
        }
        run.rows.push(Row::Rate {
            what: format!("sign-in, {many} at once"),
            hufu: rate,
            floor: hashes,
            floor_is: "the bare argon2id hash",
            target: Some(OF_HASH),
            client_busy: busy,
        });
    }
    Ok(())
}
