//! One trace id per request, one log line per answer, and what every answer tells a browser. The line holds the route's pattern,
//! never the path, the query, a header or a body: neither a person nor a sub can be in it.

use crate::flow::{Mode, Provider};
use crate::spec::TraceId;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};
use metrics::Histogram;
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;
use tracing::{Instrument, info, info_span};

const HEADER: HeaderName = HeaderName::from_static("x-trace-id");

/// Two years (RFC 6797 §6.1.1), for this host alone: what stands beside it is not ours to promise.
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// The middleware.
pub async fn layer(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let provider = request.app_data::<web::Data<Provider>>().expect("the provider is mounted first").clone();
    let trace = provider.trace();
    request.extensions_mut().insert(trace);
    let begun = provider.stopwatch();
    let spoken = trace.spoken();
    // Whatever is logged on the way, by whichever room, can be found by the trace id.
    let span = info_span!(target: "hufu::http", "request", trace = spoken);
    // HEAD is GET without the content, which the connection leaves out (RFC 9110 §9.3.2).
    let method = word(request.method());
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let mut response = next.call(request).instrument(span).await?;
    let took = begun();
    let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status().as_u16();
    if let Ok(value) = HeaderValue::from_str(&spoken) {
        response.headers_mut().insert(HEADER, value);
    }
    // A sandbox may be on https for once, on a name that is on http the next time.
    if provider.mode == Mode::Production {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
    let series = Series { route, method, status };
    series.record(took);
    let route = series.route;
    info!(target: "hufu::http", trace = spoken, method, route, status, micros = took.as_micros() as u64, "answered");
    Ok(response)
}

/// One line of the histogram `hufu_http_request_seconds`.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Series {
    route: String,
    method: &'static str,
    status: u16,
}

thread_local! {
    /// Those that this worker has written to: to find one by its labels costs a dozen allocations.
    static KNOWN: RefCell<HashMap<Series, Histogram>> = RefCell::default();
}

impl Series {
    fn record(&self, took: Duration) {
        KNOWN.with_borrow_mut(|known| match known.get(self) {
            Some(histogram) => histogram.record(took.as_secs_f64()),
            None => known.entry(self.clone()).or_insert_with(|| self.histogram()).record(took.as_secs_f64()),
        });
    }

    fn histogram(&self) -> Histogram {
        let Self { route, method, status } = self;
        metrics::histogram!("hufu_http_request_seconds", "route" => route.clone(), "method" => *method, "status" => status.to_string())
    }
}

/// A label of few values: HTTP lets a client invent methods, and each would be a series for ever.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

/// The trace id of this request.
pub fn of(request: &HttpRequest) -> TraceId {
    request.extensions().get::<TraceId>().copied().unwrap_or(TraceId::from_bytes([0; 10]))
}
