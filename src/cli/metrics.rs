//! What Prometheus is told: every metric by name, described once. docs/operating.md lists the same.
//!
//! A label has few values and none that names a person, a sub or a website's visitor.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

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
    ("hufu_store_writes", Kind::Gauge, "Write transactions since the node started."),
    ("hufu_signing_keys", Kind::Gauge, "Algorithms that this node can sign with; 0 means not ready."),
];

/// From a fast token to a slow PIN.
const BUCKETS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_our_name_and_is_in_the_manual() {
        let manual = include_str!("../../docs/operating.md");
        for (name, _, text) in METRICS {
            assert!(name.starts_with("hufu_") && text.ends_with('.'));
            assert!(manual.contains(&format!("`{name}`")), "{name} is not in docs/operating.md");
        }
    }
}
