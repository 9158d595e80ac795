//! The whole run: makes the data, starts the servers, measures part after part, prints once.

use std::fs;
use std::path::{Path, PathBuf};

use crate::house::House;
use crate::options::Options;
use crate::table::{Row, Table};
use crate::{Outcome, machine, part};

pub fn all(options: &Options) -> Outcome<()> {
    machine::take_client_core()?;
    let dir = Scratch::new(options.keep)?;
    let machine = machine::describe(&dir.path);
    let conditions = format!(
        "server on core {}, client{} on core {}; {} s a cell and side, in turns",
        machine::SERVER_CORE,
        if options.postgres.is_some() { " and PostgreSQL" } else { "" },
        machine::CLIENT_CORE,
        options.cell.as_secs()
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let mut run = Run { options, dir: dir.path.clone(), rows: Vec::new() };
    runtime.map_err(|error| error.to_string())?.block_on(run.whole());
    let table = Table { machine, conditions, rows: run.rows };
    match options.json {
        true => println!("{}", table.json()),
        false => print!("{}", table.text()),
    }
    Ok(())
}

/// What is asked, where there is room, and what came of it so far.
pub struct Run<'a> {
    pub options: &'a Options,
    pub dir: PathBuf,
    pub rows: Vec<Row>,
}

impl Run<'_> {
    async fn whole(&mut self) {
        self.part("start", async |run| part::start::measure(run)).await;
        self.part("noise", part::noise::measure).await;
        if self.options.wants_store("sqlite") {
            self.sqlite().await;
        }
        if self.options.wants_store("postgres") {
            self.part("flows", part::flows::on_postgres).await;
        }
    }

    /// Everything that one embedded installation can show.
    async fn sqlite(&mut self) {
        if !["flows", "documents", "tokens", "signin", "memory", "crowd"].iter().any(|part| self.options.wants(part)) {
            return;
        }
        let mut house = match House::furnish(&self.dir.join("sqlite"), None, self.options).await {
            Ok(house) => house,
            Err(why) => return self.rows.push(Row::Missing { what: "SQLite".to_owned(), why }),
        };
        self.part("flows", async |run| part::flows::on_sqlite(run, &mut house).await).await;
        self.part("documents", async |run| part::documents::measure(run, &house).await).await;
        self.part("tokens", async |run| part::tokens::measure(run, &house).await).await;
        self.part("signin", async |run| part::sign_in::measure(run, &house).await).await;
        self.part("memory", async |run| part::memory::measure(run, &mut house).await).await;
        self.part("crowd", async |run| part::crowd::measure(run, &mut house).await).await;
    }

    /// A part that fails leaves a row that says so; the others are measured all the same.
    async fn part(&mut self, what: &str, part: impl AsyncFnOnce(&mut Self) -> Outcome<()>) {
        if !self.options.wants(what) {
            return;
        }
        if let Err(why) = part(self).await {
            self.rows.push(Row::Missing { what: what.to_owned(), why });
        }
    }

    /// Says what goes on, beside the table.
    pub fn progress(&self, what: &str) {
        eprintln!("… {what}");
    }
}

/// A directory on the disk that cargo builds on, gone with the run.
struct Scratch {
    path: PathBuf,
    keep: bool,
}

impl Scratch {
    fn new(keep: bool) -> Outcome<Scratch> {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Scratch { path, keep })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        match self.keep {
            true => eprintln!("kept: {}", self.path.display()),
            false => drop(fs::remove_dir_all(&self.path)),
        }
    }
}
