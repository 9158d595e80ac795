//! The whole run: makes the data, starts the servers, measures every cell, prints once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;

use crate::browser::{Browser, Reader, SigningIn};
use crate::cell::{Side, take_turns};
use crate::options::Options;
use crate::process::Server;
use crate::product::Product;
use crate::site::{Alg, Site};
use crate::table::{Row, Table};
use crate::{Outcome, fleet, floor, machine};

/// PEERS' targets. For flows: a share of the floor at 16 browsers and more.
const RS256_OF_FLOOR: f64 = 0.60;
const ES256_OF_FLOOR: f64 = 0.40;
const DOCUMENTS_OF_HELLO: f64 = 0.70;
const SIGN_IN_OF_HASH: f64 = 0.90;
const SERVE_MILLIS: f64 = 100.0;
const DEMO_MILLIS: f64 = 1000.0;
const IDLE_MIB: f64 = 28.0;
const BUSY_MIB: f64 = 60.0;

/// Starts that are timed; the table shows the median.
const STARTS: usize = 5;

pub fn all(options: &Options) -> Outcome<()> {
    machine::take_client_core()?;
    let dir = Scratch::new()?;
    let machine = machine::describe(&dir.0);
    let conditions = format!(
        "server on core {}, client{} on core {}; {} s a cell and side, in turns",
        machine::SERVER_CORE,
        if options.postgres.is_some() { " and PostgreSQL" } else { "" },
        machine::CLIENT_CORE,
        options.cell.as_secs()
    );
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let mut run = Run { options, dir: dir.0.clone(), rows: Vec::new() };
    runtime.block_on(run.whole());
    let table = Table { machine, conditions, rows: run.rows };
    match options.json {
        true => println!("{}", table.json()),
        false => print!("{}", table.text()),
    }
    Ok(())
}

struct Run<'a> {
    options: &'a Options,
    dir: PathBuf,
    rows: Vec<Row>,
}

/// A running product with everybody signed in.
struct House {
    product: Product,
    server: Server,
    sites: Vec<Site>,
    browsers: Vec<Browser>,
}

impl Run<'_> {
    async fn whole(&mut self) {
        if self.options.wants("start") {
            self.attempt("start", Self::start).await;
        }
        if self.options.wants("noise") {
            self.attempt("noise", Self::noise).await;
        }
        if self.options.wants_store("sqlite")
            && ["flows", "discovery", "signin", "memory"].iter().any(|part| self.options.wants(part))
        {
            self.attempt("SQLite", Self::sqlite).await;
        }
        if self.options.wants_store("postgres") && self.options.wants("flows") {
            self.attempt("PostgreSQL", Self::postgres).await;
        }
    }

    /// A part that fails leaves a row that says so; the others are measured all the same.
    async fn attempt(&mut self, what: &str, part: impl AsyncFnOnce(&mut Self) -> Outcome<()>) {
        if let Err(why) = part(self).await {
            self.rows.push(Row::Missing { what: what.to_owned(), why });
        }
    }

    async fn start(&mut self) -> Outcome<()> {
        progress("starting and stopping");
        let (mut first, mut again) = (Vec::new(), Vec::new());
        for number in 0..STARTS {
            let product = Product::make(&self.dir.join(format!("start-{number}")), None)?;
            first.push(product.first_demo);
            again.push(product.serve()?.1);
        }
        let mut reading = |what: &str, bound: f64, mut took: Vec<Duration>| {
            took.sort_unstable();
            let (median, worst) = (took[took.len() / 2], took[took.len() - 1]);
            let what = format!("{what} (worst {:.0} ms)", worst.as_secs_f64() * 1e3);
            self.rows.push(Row::Reading { what, value: median.as_secs_f64() * 1e3, unit: "ms", bound: Some(bound) });
        };
        reading("first demo", DEMO_MILLIS, first);
        reading("serve", SERVE_MILLIS, again);
        Ok(())
    }

    /// The floor beside itself: how far a ratio is off by chance.
    async fn noise(&mut self) -> Outcome<()> {
        for alg in Alg::ALL {
            progress(&format!("the floor beside itself, {}", alg.name()));
            let (mut servers, mut fleets) = (Vec::new(), Vec::new());
            for twin in 0..2 {
                let store = format!("sqlite:{}/noise-{twin}.{}", self.dir.display(), alg.name());
                let (server, site) = floor::start(&store, alg, &self.dir.join("floor.log"))?;
                let mut fleet = Vec::new();
                for _ in 0..16 {
                    fleet.push(Browser::open(server.address, &site).await?);
                }
                servers.push(server);
                fleets.push(fleet);
            }
            let (Some(right), Some(left)) = (fleets.pop(), fleets.pop()) else { return Ok(()) };
            let (mut left, mut right) = (Side::new(&servers[0], left), Side::new(&servers[1], right));
            take_turns(&mut left, &mut right, self.options.cell).await?;
            let (hufu, floor) = (left.finish().1, right.finish().1);
            self.rows.push(Row::Flows { who: "floor", store: "noise", alg, browsers: 16, hufu, floor, target: None });
        }
        Ok(())
    }

    async fn sqlite(&mut self) -> Outcome<()> {
        let mut house = self.furnish("sqlite", None).await?;
        if self.options.wants("flows") {
            let path = self.dir.join("floor.db").display().to_string();
            for alg in Alg::ALL {
                let store = format!("sqlite:{path}.{}", alg.name());
                self.flows("SQLite", alg, &mut house, &store).await?;
            }
        }
        if self.options.wants("discovery") {
            self.discovery(&house).await?;
        }
        if self.options.wants("signin") {
            self.sign_in(&mut house).await?;
        }
        if self.options.wants("memory") {
            self.memory(&mut house).await?;
        }
        Ok(())
    }

    async fn postgres(&mut self) -> Outcome<()> {
        let cluster = self.options.postgres.as_deref().ok_or("no cluster was given (--postgres URL)")?;
        let hufu = new_database(cluster, "hufu_bench")?;
        let floor = new_database(cluster, "floor_bench")?;
        let mut house = self.furnish("postgres", Some(&hufu)).await?;
        for alg in Alg::ALL {
            self.flows("PostgreSQL", alg, &mut house, &floor).await?;
        }
        Ok(())
    }

    /// New data, two websites, and as many browsers as will be needed, signed in and agreed at both.
    async fn furnish(&self, name: &str, postgres: Option<&str>) -> Outcome<House> {
        progress(&format!("{name}: making the data, signing people in"));
        let product = Product::make(&self.dir.join(name), postgres)?;
        let sites = Alg::ALL.into_iter().map(|alg| product.add_site(alg)).collect::<Outcome<Vec<_>>>()?;
        let (server, _) = product.serve()?;
        let most = self.options.browsers.iter().copied().max().unwrap_or(1);
        let mut browsers = Vec::with_capacity(most);
        for _ in 0..most {
            let mut browser = Browser::open(server.address, &sites[0]).await?;
            for site in &sites {
                browser.visit(site, &product.persona).await?;
            }
            browsers.push(browser);
        }
        Ok(House { product, server, sites, browsers })
    }

    async fn flows(&mut self, name: &'static str, alg: Alg, house: &mut House, floor_store: &str) -> Outcome<()> {
        let site = house.sites.iter().find(|site| site.alg == alg).ok_or("no such website")?;
        house.browsers.iter_mut().for_each(|browser| browser.use_site(site));
        let (floor, floor_site) = floor::start(floor_store, alg, &self.dir.join("floor.log"))?;
        for &many in &self.options.browsers {
            progress(&format!("{name} {} {many} browsers", alg.name()));
            let idle = house.browsers.split_off(many);
            let mut own = Side::new(&house.server, std::mem::take(&mut house.browsers));
            let mut visitors = Vec::with_capacity(many);
            for _ in 0..many {
                visitors.push(Browser::open(floor.address, &floor_site).await?);
            }
            let mut other = Side::new(&floor, visitors);
            take_turns(&mut own, &mut other, self.options.cell).await?;
            let (browsers, hufu) = own.finish();
            house.browsers = browsers;
            house.browsers.extend(idle);
            let target = match alg {
                _ if many < 16 => None,
                Alg::Rs256 => Some(RS256_OF_FLOOR),
                Alg::Es256 => Some(ES256_OF_FLOOR),
            };
            let floor = other.finish().1;
            self.rows.push(Row::Flows { who: "hufu", store: name, alg, browsers: many, hufu, floor, target });
        }
        Ok(())
    }

    /// The documents beside `/healthz`, which is a hello-world behind the same middleware in the same server; and that
    /// beside a hello-world without any.
    async fn discovery(&mut self, house: &House) -> Outcome<()> {
        let (floor, _) = floor::start("none", Alg::Es256, &self.dir.join("floor.log"))?;
        let rows = [
            (
                "discovery",
                "/.well-known/openid-configuration",
                &house.server,
                "/healthz",
                SAME,
                Some(DOCUMENTS_OF_HELLO),
            ),
            ("JWKS", "/jwks", &house.server, "/healthz", SAME, Some(DOCUMENTS_OF_HELLO)),
            ("hello-world, same middleware", "/healthz", &floor, "/hello", "hello-world, no middleware", None),
        ];
        for (what, path, server, hello, floor_is, target) in rows {
            progress(what);
            let (mut documents, mut hellos) = (Vec::new(), Vec::new());
            for _ in 0..16 {
                documents.push(Reader::open(house.server.address, path).await?);
                hellos.push(Reader::open(server.address, hello).await?);
            }
            let (mut own, mut other) = (Side::new(&house.server, documents), Side::new(server, hellos));
            take_turns(&mut own, &mut other, self.options.cell).await?;
            let (hufu, other) = (own.finish().1, other.finish().1);
            let client_busy = hufu.client_busy.max(other.client_busy);
            let what = format!("{what}, 16 connections");
            self.rows.push(Row::Rate {
                what,
                hufu: hufu.per_second,
                floor: other.per_second,
                floor_is,
                target,
                client_busy,
            });
        }
        Ok(())
    }

    /// Signing in beside the bare hash: neither can share the core with the other, so they take turns.
    async fn sign_in(&mut self, house: &mut House) -> Outcome<()> {
        for many in [1, 8] {
            progress(&format!("sign-in, {many} browsers"));
            let mut people = Vec::with_capacity(many);
            for _ in 0..many {
                let browser = Browser::open(house.server.address, &house.sites[0]).await?;
                people.push(SigningIn { browser, persona: house.product.persona.clone() });
            }
            let (mut rate, mut hashes, mut busy) = (0.0, 0.0, 0.0_f64);
            for _ in 0..2 {
                hashes += floor::hashes_per_second(self.options.cell / 2, &self.dir.join("floor.log"))? / 2.0;
                let (back, tally) = fleet::drive(&house.server, people, self.options.cell / 2).await?;
                people = back;
                let summary = tally.summary();
                rate += summary.per_second / 2.0;
                busy = busy.max(summary.client_busy);
            }
            self.rows.push(Row::Rate {
                what: format!("sign-in, {many} at once"),
                hufu: rate,
                floor: hashes,
                floor_is: "the bare argon2id hash",
                target: Some(SIGN_IN_OF_HASH),
                client_busy: busy,
            });
        }
        Ok(())
    }

    /// A fresh process: idle, then after so many logins by everybody.
    async fn memory(&mut self, house: &mut House) -> Outcome<()> {
        progress(&format!("memory, {} logins", self.options.logins));
        house.server.end();
        house.server = house.product.serve()?.0;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let idle = house.server.memory()?;
        let site = house.sites.iter().find(|site| site.alg == Alg::Es256).ok_or("no such website")?;
        for browser in &mut house.browsers {
            browser.use_site(site);
            browser.reopen(house.server.address).await?;
        }
        house.browsers = fleet::count(std::mem::take(&mut house.browsers), self.options.logins).await?;
        let after = house.server.memory()?;
        let mut reading = |what: String, value: f64, bound: f64| {
            self.rows.push(Row::Reading { what, value, unit: "MiB", bound: Some(bound) });
        };
        reading("memory, idle".to_owned(), idle, IDLE_MIB);
        reading(format!("memory, after {} logins", self.options.logins), after, BUSY_MIB);
        Ok(())
    }
}

const SAME: &str = "hello-world, same middleware";

/// An empty database in the cluster; its address.
#[cfg(feature = "postgres")]
fn new_database(cluster: &str, name: &str) -> Outcome<String> {
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

/// A directory on the disk that cargo builds on, gone with the run.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Outcome<Scratch> {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", std::process::id()));
        fs::create_dir_all(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        Ok(Scratch(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn progress(what: &str) {
    eprintln!("… {what}");
}
