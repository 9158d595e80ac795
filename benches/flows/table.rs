//! The rows and how they are printed, for people and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::site::Alg;
use crate::tally::Summary;

/// What was measured.
pub enum Row {
    /// A cell of complete flows beside its floor.
    Flows {
        who: &'static str,
        store: &'static str,
        alg: Alg,
        browsers: usize,
        hufu: Summary,
        floor: Summary,
        target: Option<f64>,
    },
    /// A rate beside what bounds it.
    Rate { what: String, hufu: f64, floor: f64, floor_is: &'static str, target: Option<f64>, client_busy: f64 },
    /// A single figure that must not exceed its bound.
    Reading { what: String, value: f64, unit: &'static str, bound: Option<f64> },
    /// What could not be measured, and why.
    Missing { what: String, why: String },
}

pub struct Table {
    pub machine: String,
    pub conditions: String,
    pub rows: Vec<Row>,
}

/// Beyond this share the client's core, not the server, may have set the rate.
const CLIENT_BOUND: f64 = 0.95;

/// More than this of the server's core in other hands spoils a run. The kernel's own work for the server is within it.
const QUIET: f64 = 0.10;

impl Row {
    /// The share of the server's core that somebody else took.
    fn others(&self) -> f64 {
        match self {
            Row::Flows { hufu, floor, .. } => hufu.others.max(floor.others),
            _ => 0.0,
        }
    }

    /// Whether the target is met; `None` without one.
    fn met(&self) -> Option<bool> {
        match self {
            Row::Flows { hufu, floor, target, .. } => target.map(|target| hufu.per_second >= target * floor.per_second),
            Row::Rate { hufu, floor, target, .. } => target.map(|target| *hufu >= target * floor),
            Row::Reading { value, bound, .. } => bound.map(|bound| *value <= bound),
            Row::Missing { .. } => Some(false),
        }
    }
}

impl Table {
    /// How many targets there are, and how many are met.
    fn score(&self) -> (usize, usize) {
        let verdicts: Vec<bool> = self.rows.iter().filter_map(Row::met).collect();
        (verdicts.len(), verdicts.iter().filter(|met| **met).count())
    }

    pub fn text(&self) -> String {
        let mut out = format!("{}\n{}\n", self.machine, self.conditions);
        let flows: Vec<&Row> = self.rows.iter().filter(|row| matches!(row, Row::Flows { .. })).collect();
        if !flows.is_empty() {
            let _ = write!(
                out,
                "\nComplete flows: authorize, token, UserInfo; session and consent exist. Steps in ms, p50 / p99.\n\
                 {:<11}{:<6}{:>8}  {:<6}{:>9}{:>10}{:>8}{:>8}{:>8}{:>16}{:>16}{:>16}{:>9}{:>8}{:>8}\n",
                "store",
                "alg",
                "browsers",
                "",
                "flows/s",
                "of floor",
                "by CPU",
                "target",
                "",
                "authorize",
                "token",
                "UserInfo",
                "CPU µs",
                "server",
                "client"
            );
            flows.iter().for_each(|row| flows_row(&mut out, row));
        }
        let others: Vec<&Row> = self.rows.iter().filter(|row| !matches!(row, Row::Flows { .. })).collect();
        if !others.is_empty() {
            out.push('\n');
            others.iter().for_each(|row| other_row(&mut out, row));
        }
        let others = self.rows.iter().fold(0.0, |most: f64, row| most.max(row.others()));
        if others > QUIET {
            let _ = writeln!(
                out,
                "\nOTHERS took up to {} of the server's core: measure again on a quiet machine.",
                percent(others)
            );
        }
        let (targets, met) = self.score();
        let _ = writeln!(out, "\n{met} of {targets} targets met.");
        out
    }

    pub fn json(&self) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(json_row).collect();
        json!({ "machine": self.machine, "conditions": self.conditions, "rows": rows })
    }
}

fn flows_row(out: &mut String, row: &Row) {
    let Row::Flows { who, store, alg, browsers, hufu, floor, target } = row else { return };
    let share = percent(hufu.per_second / floor.per_second);
    let by_cpu = percent(floor.cpu_micros / hufu.cpu_micros);
    let target = target.map_or("–".to_owned(), percent);
    let _ = write!(out, "{store:<11}{:<6}{browsers:>8}  ", alg.name());
    let shares = format!("{share:>10}{by_cpu:>8}{target:>8}{:>8}", verdict(row.met()));
    one_side(out, &format!("{who:<6}{:>9.0}{shares}", hufu.per_second), hufu);
    out.push_str(&" ".repeat(27));
    one_side(out, &format!("{:<6}{:>9.0}{:>34}", "floor", floor.per_second, ""), floor);
}

fn one_side(out: &mut String, rate: &str, side: &Summary) {
    out.push_str(rate);
    for step in &side.steps {
        let (p50, p99) = (f64::from(step.p50) / 1e3, f64::from(step.p99) / 1e3);
        let _ = write!(out, "{:>16}", format!("{p50:.2} / {p99:.2}"));
    }
    let bound = if side.client_busy > CLIENT_BOUND { "  client-bound" } else { "" };
    let (server, client) = (percent(side.server_busy), percent(side.client_busy));
    let _ = writeln!(out, "{:>9.0}{server:>8}{client:>8}{bound}", side.cpu_micros);
}

fn other_row(out: &mut String, row: &Row) {
    let _ = match row {
        Row::Rate { what, hufu, floor, floor_is, target, client_busy } => {
            let target = target.map_or("–".to_owned(), percent);
            let share = percent(hufu / floor);
            let rate = |rate: f64| if rate < 1000.0 { format!("{rate:.1}") } else { format!("{rate:.0}") };
            let bound = if *client_busy > CLIENT_BOUND { "  client-bound" } else { "" };
            writeln!(
                out,
                "{what:<42}{:>9}/s{share:>8}{target:>8}{:>8}  of {} /s, {floor_is}{bound}",
                rate(*hufu),
                verdict(row.met()),
                rate(*floor)
            )
        }
        Row::Reading { what, value, unit, bound } => {
            let bound = bound.map_or("–".to_owned(), |bound| format!("≤ {bound:.0}"));
            writeln!(out, "{what:<42}{value:>9.1} {unit:<9}{bound:>8}{:>8}", verdict(row.met()))
        }
        Row::Missing { what, why } => writeln!(out, "{what:<42}NOT MEASURED: {why}"),
        Row::Flows { .. } => Ok(()),
    };
}

fn json_row(row: &Row) -> Value {
    let side = |side: &Summary| {
        let steps: Vec<Value> =
            side.steps.iter().map(|step| json!({ "p50_micros": step.p50, "p99_micros": step.p99 })).collect();
        json!({
            "flows": side.flows, "per_second": side.per_second, "cpu_micros": side.cpu_micros,
            "server_busy": side.server_busy, "client_busy": side.client_busy, "others": side.others,
            "authorize": steps[0], "token": steps[1], "userinfo": steps[2],
        })
    };
    match row {
        Row::Flows { who, store, alg, browsers, hufu, floor, target } => json!({
            "what": "flows", "of": who, "store": store, "alg": alg.name(), "browsers": browsers, "hufu": side(hufu),
            "floor": side(floor), "ratio": hufu.per_second / floor.per_second, "target": target, "met": row.met(),
        }),
        Row::Rate { what, hufu, floor, floor_is, target, client_busy } => json!({
            "what": what, "per_second": hufu, "floor_per_second": floor, "floor": floor_is, "ratio": hufu / floor,
            "target": target, "met": row.met(), "client_busy": client_busy,
        }),
        Row::Reading { what, value, unit, bound } => {
            json!({ "what": what, "value": value, "unit": unit, "bound": bound, "met": row.met() })
        }
        Row::Missing { what, why } => json!({ "what": what, "missing": why }),
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

const fn verdict(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "met",
        Some(false) => "MISSED",
        None => "",
    }
}
