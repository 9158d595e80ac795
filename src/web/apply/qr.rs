//! Pictures that a phone's camera reads: what the page shows as a link, as an image of its own, since no page has anything
//! inline.

use super::address;
use super::elsewhere::LINK;
use super::link::{Opened, chip_reader};
use crate::flow::Provider;
use crate::flow::apply::{self, Shown, Where};
use crate::spec::Params;
use crate::web::error;
use crate::web::page::Happened;
use crate::web::visit::Visit;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// Longer than any token of ours.
const LONGEST_TOKEN: usize = 512;

/// `GET /apply/qr`: of the step that is due in this browser.
pub async fn of_step(provider: web::Data<Provider>, visit: Visit) -> HttpResponse {
    let shown = match apply::stands(&provider, visit.application.as_deref()).await.map(|view| view.at) {
        Ok(Where::Document { reading: Shown::Card(address), .. }) => Some(address.to_string()),
        Ok(Where::Document { reading: Shown::Chip { ticket }, .. }) => {
            Some(chip_reader(&provider, visit.locale, &ticket, Opened::Elsewhere))
        }
        Ok(Where::Code { otpauth, .. } | Where::RenewCode { otpauth, .. }) => Some(otpauth),
        Err(apply::Refused::Unavailable) => return error::unavailable_json(&visit),
        Ok(_) | Err(_) => None,
    };
    picture(&provider, &visit, shown)
}

/// `GET /apply/qr/here`: of a link of ours to another device, and of nothing else that somebody may write there.
pub async fn of_link(provider: web::Data<Provider>, visit: Visit, request: HttpRequest) -> HttpResponse {
    let (params, _) = Params::read(request.query_string().as_bytes());
    let ours = |token: &&str| {
        (1..=LONGEST_TOKEN).contains(&token.len())
            && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let shown = params.get("t").filter(ours).map(|token| address(&provider, &format!("{LINK}{token}")));
    picture(&provider, &visit, shown)
}

fn picture(provider: &Provider, visit: &Visit, shown: Option<String>) -> HttpResponse {
    let code = shown.and_then(|text| QrCode::with_error_correction_level(text, EcLevel::L).ok());
    let Some(code) = code else {
        return error::small_page(provider, visit, Happened::NotFound, "address.unknown", StatusCode::NOT_FOUND);
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "image/svg+xml"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header(("Cross-Origin-Resource-Policy", "same-origin"))
        .body(code.render::<svg::Color<'_>>().min_dimensions(220, 220).build())
}
