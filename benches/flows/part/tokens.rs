//! Refreshing, introspecting, and proving who one is, beside `/healthz`, which is a hello-world behind the same middleware in the same server.

use crate::Outcome;
use crate::browser::{Browser, Introspecting, Proving, Reader, Refreshing};
use crate::cell::{Side, take_turns};
use crate::fleet::Work;
use crate::house::House;
use crate::proof::Method;
use crate::run::Run;
use crate::site::Alg;
use crate::table::Row;

const CONNECTIONS: usize = 16;

pub async fn measure(run: &mut Run<'_>, house: &House) -> Outcome<()> {
    let site = house.product.add_renewing_site(Alg::Es256)?;
    let (mut refresh_tokens, mut introspecting) = (Vec::new(), Vec::new());
    for _ in 0..CONNECTIONS {
        let mut browser = Browser::open(house.server.address, &site).await?;
        browser.visit(&site, &house.product.persona).await?;
        let (access_token, refresh_token) = browser.tokens().await?;
        introspecting.push(Introspecting::open(house.server.address, &site, &access_token).await?);
        refresh_tokens.push(refresh_token);
    }
    // Introspection first: it asks about access tokens, which live for minutes.
    beside_hello(run, house, "introspection", introspecting).await?;
    // Opened only now: the server closes a connection that stays idle for longer than a cell takes.
    let mut refreshing = Vec::new();
    for refresh_token in refresh_tokens {
        refreshing.push(Refreshing::open(house.server.address, &site, refresh_token).await?);
    }
    beside_hello(run, house, "refresh, ES256", refreshing).await?;
    for method in Method::ALL {
        let (site, signer) = house.product.add_proving_site(method)?;
        let mut proving = Vec::new();
        for asker in 0..CONNECTIONS {
            proving.push(Proving::open(house.server.address, &site, signer.clone(), asker).await?);
        }
        beside_hello(run, house, method.name(), proving).await?;
    }
    Ok(())
}

async fn beside_hello<W: Work>(run: &mut Run<'_>, house: &House, what: &str, fleet: Vec<W>) -> Outcome<()> {
    run.progress(what);
    let mut hellos = Vec::new();
    for _ in 0..CONNECTIONS {
        hellos.push(Reader::open(house.server.address, "/healthz").await?);
    }
    let mut own = Side::new(&house.server, fleet);
    let mut other = Side::new(&house.server, hellos);
    take_turns(&mut own, &mut other, run.options.cell).await?;
    let (hufu, hello) = (own.finish().1, other.finish().1);
    run.rows.push(Row::Rate {
        what: format!("{what}, {CONNECTIONS} at once"),
        hufu: hufu.per_second,
        floor: hello.per_second,
        floor_is: "hello-world, same middleware",
        target: None,
        client_busy: hufu.client_busy.max(hello.client_busy),
    });
    Ok(())
}
