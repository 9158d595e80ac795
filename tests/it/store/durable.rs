//! "kill −9 right after a reply: nothing acknowledged is lost."

use super::*;
use crate::db::on_each_database;
use hufu::store::StoreConfig;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Tells this test binary, started once more, to be the process that is killed.
const VICTIM: &str = "HUFU_TEST_VICTIM_OF_KILL";

on_each_database! {
    async fn nothing_acknowledged_is_lost_by_kill_9(db) {
        let mut victim = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", "store::durable::victim", "--nocapture", "--test-threads=1"])
            .env(VICTIM, &db.config().url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this binary starts again");
        let mut told = BufReader::new(victim.stdout.take().expect("piped"));
        let mut acknowledged = Vec::new();
        let mut line = String::new();
        let mut alive = true;
        while told.read_line(&mut line).expect("text") > 0 {
            // A torn line was not told in full, so it acknowledged nothing.
            if let Some((_, number)) = line.trim_end().rsplit_once("acknowledged ")
                && let Some(number) = number.strip_suffix('.')
            {
                acknowledged.push(number.parse::<u32>().expect("a number"));
            }
            line.clear();
            if alive && acknowledged.len() >= 300 {
                victim.kill().expect("SIGKILL");
                alive = false;
            }
        }
        victim.wait().expect("killed");
        assert!(acknowledged.len() >= 300, "the victim worked: {}", acknowledged.len());
        let store = db.open();
        for number in acknowledged {
            assert_eq!(spent_among(&store, number..number + 1).await, 1, "{number} was acknowledged");
        }
    }
}

/// Not a test by itself: writes and tells what was acknowledged until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    let Ok(url) = std::env::var(VICTIM) else { return };
    let store = Store::open(&StoreConfig::at(&url)).expect("a usable configuration");
    let writers: Vec<_> = (0..16)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 0..100_000 {
                    let number = writer * 100_000 + number;
                    spend(&store, number).await.expect("committed");
                    let line = format!("acknowledged {number}.\n");
                    std::io::stdout().lock().write_all(line.as_bytes()).expect("told");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("no panic");
    }
}
