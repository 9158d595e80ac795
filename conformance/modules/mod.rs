//! Our own executable version of every module of the official suite that the plans in `conformance/suite/plans` name.
//!
//! What the suite calls a failure fails, a warning warns, a skip says why; RESULTS.md holds the outcome of the last run and
//! the test below holds it against this one. It speaks to `hufu demo --conformance` over https, with a browser that knows
//! no JavaScript and does on our pages exactly what `conformance/suite/browser.json` tells the suite's browser to do.

mod browser;
mod code_flow;
mod discovery;
mod dynamic;
mod id_token;
mod lab;
mod logout;
mod plans;
mod refresh;
mod registration;
mod requests;
mod results;
mod rp;
mod run;
mod steps;
mod third_party;
mod userinfo;

use lab::Lab;
use plans::Plan;
use results::Row;
use run::{Run, Stop};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Modules under way at the same moment.
const AT_ONCE: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_module_ends_as_results_md_says() {
    let lab = Lab::start().await;
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    let plans = Plan::all();
    for (place, plan) in plans.iter().enumerate() {
        for (order, name) in plan.modules.iter().enumerate() {
            let (lab, plan, name, places) = (Arc::clone(&lab), plan.clone(), name.clone(), Arc::clone(&places));
            running.spawn(async move { ((place, order), module(lab, plan, name, places).await) });
        }
    }
    let rows: BTreeMap<_, _> = running.join_all().await.into_iter().collect();
    let of = |place: usize| rows.iter().filter(|((plan, _), _)| *plan == place).map(|(_, row)| row).collect();
    let tables: Vec<(&Plan, Vec<&Row>)> = plans.iter().enumerate().map(|(place, plan)| (plan, of(place))).collect();
    results::compare(&tables, &lab.demo.log());
}

/// One module; a panic in it is its failure and nobody else's.
async fn module(lab: Arc<Lab>, plan: Plan, name: String, places: Arc<Semaphore>) -> Row {
    let Some(body) = plans::body(&name) else { return Row::forgotten(name) };
    // What waits for half a minute waits beside the others.
    let place = match plans::waits(&name) {
        true => None,
        false => Some(places.acquire_owned().await.expect("open")),
    };
    let told = name.clone();
    let ended = tokio::spawn(async move {
        let mut run = match Run::begin(lab, &plan, &told).await {
            Ok(run) => run,
            Err(stop) => return Row::of(told, Err(stop), Vec::new()),
        };
        let outcome = body(&mut run).await;
        let outcome = match run.finish().await {
            Ok(()) => outcome,
            Err(stop) => outcome.and(Err(stop)),
        };
        Row::of(told, outcome, run.warnings)
    });
    let row = ended.await;
    drop(place);
    row.unwrap_or_else(|panic| Row::of(name, Err(Stop::fail("the module itself broke", panic)), Vec::new()))
}

/// Every plan of `conformance/suite/plans` names only modules that there are, and none is left that no plan names.
#[test]
fn every_module_of_the_plans_is_here() {
    let named: Vec<String> = Plan::all().into_iter().flat_map(|plan| plan.modules).collect();
    for name in &named {
        assert!(plans::body(name).is_some(), "{name} is not written");
    }
    for (name, _) in plans::MODULES {
        assert!(named.iter().any(|known| known == name), "no plan names {name}");
    }
}
