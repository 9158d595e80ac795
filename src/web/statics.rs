//! The files inside the binary. An address with the version of this build may be kept for a year; any other, which the next
//! build serves too, for an hour.

use super::error;
use super::page::{self, Happened};
use super::visit::Visit;
use crate::flow::Provider;
use crate::spec::Params;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

/// For as long as the file cannot change under its address.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
const FOR_AN_HOUR: &str = "public, max-age=3600";

/// `GET /static/…`.
pub async fn file(
    provider: web::Data<Provider>,
    visit: Visit,
    path: web::Path<String>,
    request: HttpRequest,
) -> HttpResponse {
    let Some(asset) = page::asset(&path) else {
        return error::small_page(&provider, &visit, Happened::NotFound, "address.unknown", StatusCode::NOT_FOUND);
    };
    let (params, _) = Params::read(request.query_string().as_bytes());
    let cache = if params.get("v") == Some(page::asset_version()) { FOR_GOOD } else { FOR_AN_HOUR };
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, asset.media_type))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, cache));
    // The button kit is for other websites: any page may load it.
    if asset.path.starts_with("button/") {
        answer
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'self'; img-src 'self'"));
    }
    answer.body(asset.bytes)
}
