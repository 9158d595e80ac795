//! `/healthz`: the process answers. `/readyz`: storage, signing keys and the key service are there. `/metrics`: Prometheus text.

use crate::flow::{Provider, health};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use metrics_exporter_prometheus::PrometheusHandle;

pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).body("ok\n")
}

pub async fn readyz(provider: web::Data<Provider>) -> HttpResponse {
    let mut answer = match health::ready(&provider).await {
        Ok(()) => return HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).body("ready\n"),
        Err(why) => (HttpResponse::ServiceUnavailable(), why),
    };
    answer.0.insert_header((header::CACHE_CONTROL, "no-store")).body(format!("{}\n", answer.1))
}

/// Only mounted where the operator asked for it.
pub async fn render(handle: web::Data<PrometheusHandle>) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4")).body(handle.render())
}
