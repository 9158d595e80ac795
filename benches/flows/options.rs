//! What to measure and for how long.

use std::time::Duration;

use crate::Outcome;

pub const HELP: &str = "\
cargo xtask bench [OPTIONS]

  --seconds N     measure each cell for N seconds on each side (default 5)
  --quick         one second a cell, a few thousand logins: a look, not a result
  --only WORDS    some of: flows,documents,tokens,signin,start,memory,crowd,noise (default: all)
  --store WORDS   some of: sqlite,postgres (default: both)
  --browsers LIST how many at once (default 1,16,64)
  --logins N      logins before memory is read again (default 100000)
  --crowd N       persons and grants in the full database (default 1000000)
  --keep          leave data and logs where they are
  --json          one JSON document instead of the table
";

/// The table's parts.
pub const PARTS: [&str; 8] = ["flows", "documents", "tokens", "signin", "start", "memory", "crowd", "noise"];

#[derive(Clone, Debug)]
pub struct Options {
    pub cell: Duration,
    pub browsers: Vec<usize>,
    pub logins: u64,
    pub crowd: u64,
    pub quick: bool,
    pub json: bool,
    pub keep: bool,
    /// The maintenance database of a PostgreSQL cluster that may be filled and thrown away.
    pub postgres: Option<String>,
    only: Vec<String>,
    stores: Vec<String>,
}

impl Options {
    pub fn parse(words: &[String]) -> Outcome<Options> {
        let list = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let mut options = Options {
            cell: Duration::from_secs(5),
            browsers: vec![1, 16, 64],
            logins: 100_000,
            crowd: 1_000_000,
            quick: false,
            json: false,
            keep: false,
            postgres: None,
            only: PARTS.map(str::to_owned).to_vec(),
            stores: list("sqlite,postgres"),
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} wants a value\n{HELP}"));
            match word.as_str() {
                "--bench" => {}
                "--json" => options.json = true,
                "--keep" => options.keep = true,
                "--quick" => {
                    options.quick = true;
                    options.cell = Duration::from_secs(1);
                    options.logins = 5_000;
                    options.crowd = 20_000;
                }
                "--seconds" => options.cell = Duration::from_secs(number(value()?)?.clamp(1, 60)),
                "--logins" => options.logins = number(value()?)?.min(1_000_000),
                "--crowd" => options.crowd = number(value()?)?.clamp(1, 1_000_000),
                "--browsers" => {
                    let many =
                        value()?.split(',').map(|many| Ok(usize::try_from(number(many)?).unwrap_or(1).clamp(1, 256)));
                    options.browsers = many.collect::<Outcome<_>>()?;
                }
                "--only" => options.only = list(value()?),
                "--store" => options.stores = list(value()?),
                "--postgres" => options.postgres = Some(value()?.clone()),
                _ => return Err(format!("what is {word}?\n{HELP}")),
            }
        }
        match options.only.iter().find(|part| !PARTS.contains(&part.as_str())) {
            Some(part) => Err(format!("what is {part}?\n{HELP}")),
            None => Ok(options),
        }
    }

    pub fn wants(&self, part: &str) -> bool {
        self.only.iter().any(|wanted| wanted == part)
    }

    pub fn wants_store(&self, store: &str) -> bool {
        self.stores.iter().any(|wanted| wanted == store)
    }
}

fn number(text: &str) -> Outcome<u64> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}
