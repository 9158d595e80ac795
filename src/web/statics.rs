//! The files inside the binary. Their addresses carry a version, so they may be kept for a year.

use super::page;
use actix_web::http::header;
use actix_web::{HttpResponse, web};

pub async fn file(path: web::Path<String>) -> HttpResponse {
    let Some(asset) = page::asset(&path) else {
        return HttpResponse::NotFound().finish();
    };
    // The button kit is for other websites: its address has no version, and any page may load it.
    let button = asset.path.starts_with("button/");
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, asset.media_type))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CACHE_CONTROL,
            if button { "public, max-age=3600" } else { "public, max-age=31536000, immutable" },
        ));
    if button {
        answer
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'self'; img-src 'self'"));
    }
    answer.body(asset.bytes)
}
