//! Discovery and JWKS beside `/healthz`, which is a hello-world behind the same middleware in the same server; and that
//! beside a hello-world without any.

use crate::browser::Reader;
use crate::cell::{Side, take_turns};
use crate::house::House;
use crate::process::Server;
use crate::run::Run;
use crate::site::Alg;
use crate::table::Row;
use crate::{Outcome, floor};

const CONNECTIONS: usize = 16;
const OF_HELLO: f64 = 0.70;

/// A document and what it is set beside.
struct Pair<'a> {
    what: &'static str,
    path: &'static str,
    beside: &'static str,
    server: &'a Server,
    hello: &'static str,
    target: Option<f64>,
}

pub async fn measure(run: &mut Run<'_>, house: &House) -> Outcome<()> {
    let (floor, _) = floor::start("none", Alg::Es256, &run.dir.join("floor.log"))?;
    let same = |what, path| Pair {
        what,
        path,
        beside: "hello-world, same middleware",
        server: &house.server,
        hello: "/healthz",
        target: Some(OF_HELLO),
    };
    let bare = Pair {
        what: "hello-world, same middleware",
        path: "/healthz",
        beside: "hello-world, no middleware",
        server: &floor,
        hello: "/hello",
        target: None,
    };
    for pair in [same("discovery", "/.well-known/openid-configuration"), same("JWKS", "/jwks"), bare] {
        run.progress(pair.what);
        let (mut documents, mut hellos) = (Vec::new(), Vec::new());
        for _ in 0..CONNECTIONS {
            documents.push(Reader::open(house.server.address, pair.path).await?);
            hellos.push(Reader::open(pair.server.address, pair.hello).await?);
        }
        let mut own = Side::new(&house.server, documents);
        let mut other = Side::new(pair.server, hellos);
        take_turns(&mut own, &mut other, run.options.cell).await?;
        let (hufu, hello) = (own.finish().1, other.finish().1);
        run.rows.push(Row::Rate {
            what: format!("{}, {CONNECTIONS} at once", pair.what),
            hufu: hufu.per_second,
            floor: hello.per_second,
            floor_is: pair.beside,
            target: pair.target,
            client_busy: hufu.client_busy.max(hello.client_busy),
        });
    }
    Ok(())
}
