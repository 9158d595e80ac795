//! What Prometheus is told: every metric by name, described once. docs/operating.md lists the same.
//!
//! A label has few values and none that names a person, a sub or a website's visitor.

use super::failure::Failure;
use super::world;
use actix_web::http::header;
use actix_web::{App, HttpResponse, HttpServer, web};
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::net::SocketAddr;

/// A metric's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    /// A histogram of seconds.
    Seconds,
}

/// All metrics: name, kind, what it says.
pub const METRICS: &[(&str, Kind, &str)] = &[
    ("hufu_build_info", Kind::Gauge, "Always 1; the label says the version."),
    (
        "hufu_http_request_seconds",
        Kind::Seconds,
        "Time to answer, by route, method and status; its count is the requests.",
    ),
    ("hufu_refusals_total", Kind::Counter, "Requests of websites that were refused, by stable code."),
    ("hufu_signins_total", Kind::Counter, "Sign-ins that succeeded."),
    ("hufu_signin_refused_total", Kind::Counter, "Sign-ins that were refused, by stable code."),
    ("hufu_recoveries_total", Kind::Counter, "New ways in after a re-proof, by what became of them."),
    ("hufu_notices_failed_total", Kind::Counter, "Notices that the notification service did not take."),
    ("hufu_application_steps_total", Kind::Counter, "Steps that applications took, by where they then stood."),
    ("hufu_application_refused_total", Kind::Counter, "Steps that applications did not take, by stable code."),
    ("hufu_persons_made_total", Kind::Counter, "Applications that made a person."),
    ("hufu_logouts_told_total", Kind::Counter, "Times that a website was told of a sign-out and heard."),
    ("hufu_logouts_failed_total", Kind::Counter, "Times that a website was to be told of a sign-out and did not hear."),
    ("hufu_logouts_given_up_total", Kind::Counter, "Sign-outs that a website was not told of within a day."),
    (
        "hufu_fetches_refused_total",
        Kind::Counter,
        "Fetches for websites that were not made, for as many were under way as this node bears.",
    ),
    ("hufu_freeze_total", Kind::Counter, "Wishes to freeze a number, by what came of them."),
    (
        "hufu_port_questions_total",
        Kind::Counter,
        "Questions to the services that an application needs, by service and by what came of them.",
    ),
    ("hufu_port_seconds", Kind::Seconds, "Time until such a service had answered or was given up."),
    ("hufu_store_writes", Kind::Gauge, "Write transactions since the node started."),
    ("hufu_store_failures_total", Kind::Counter, "Times that the database could not be had."),
    ("hufu_key_failures_total", Kind::Counter, "Times that the key service or a signing key failed."),
    ("hufu_pin_hashes", Kind::Gauge, "PINs that are being hashed or wait for it."),
    ("hufu_pin_hash_places", Kind::Gauge, "How many may; when all places are taken, sign-ins are told 503."),
];

/// From a fast token to a slow face.
const BUCKETS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0];

/// Installs the recorder for this process.
///
/// # Errors
/// When there is one already.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), BUCKETS)?
        .install_recorder()?;
    for (name, kind, text) in METRICS {
        match kind {
            Kind::Counter => describe_counter!(*name, *text),
            Kind::Gauge => describe_gauge!(*name, *text),
            Kind::Seconds => describe_histogram!(*name, Unit::Seconds, *text),
        }
    }
    gauge!("hufu_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}

/// `/metrics` on an address of its own.
///
/// # Errors
/// The address is taken.
pub fn serve(handle: PrometheusHandle, address: SocketAddr) -> Result<actix_web::dev::Server, Failure> {
    let listener = world::listen(address).map_err(Failure::at(address))?;
    let handle = web::Data::new(handle);
    let server = HttpServer::new(move || App::new().app_data(handle.clone()).route("/metrics", web::get().to(render)));
    Ok(server.workers(1).disable_signals().listen(listener).map_err(Failure::at(address))?.run())
}

async fn render(handle: web::Data<PrometheusHandle>) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4")).body(handle.render())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Every `"hufu_…"` that some room records.
    fn recorded(dir: &Path, names: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(dir).expect("the sources").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                recorded(&entry, names);
            } else if entry.extension().is_some_and(|kind| kind == "rs") && !entry.ends_with("cli/metrics.rs") {
                let source = std::fs::read_to_string(&entry).expect("text");
                let calls = source.split("!(\"hufu_").skip(1).filter_map(|rest| rest.split('"').next());
                names.extend(calls.map(|name| format!("hufu_{name}")));
            }
        }
    }

    #[test]
    fn every_metric_that_is_recorded_is_described_and_the_other_way_round() {
        let mut names = BTreeSet::from(["hufu_build_info".to_owned()]);
        recorded(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut names);
        let described: BTreeSet<_> = METRICS.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(names, described);
    }

    #[test]
    fn every_metric_has_our_name_and_is_in_the_manual() {
        let manual = include_str!("../../docs/operating.md");
        for (name, _, text) in METRICS {
            assert!(name.starts_with("hufu_") && text.ends_with('.'));
            assert!(manual.contains(&format!("`{name}`")), "{name} is not in docs/operating.md");
        }
    }
}
