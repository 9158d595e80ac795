//! The landing page, the language and type-size switches, and what is not there.

use super::cookie::Jar;
use super::form::{Bound, OwnForm};
use super::page::{self, Happened, Locale, TypeSize};
use super::visit::Visit;
use super::{apply, error};
use crate::flow::Provider;
use crate::spec::{Params, lifetime};
use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};

/// `GET /`.
pub async fn landing(provider: web::Data<Provider>, visit: Visit) -> HttpResponse {
    let bound = Bound::of(&provider, &visit);
    let name = match visit.locale {
        Locale::Zh => "蓝海银行",
        Locale::En => "Blue Bank",
    };
    let demo = provider.demo_site.as_deref().map(|href| page::WayBack { href, name });
    let chrome = visit.chrome(&provider, bound.csrf(), Some("/"));
    let landing = page::Landing { chrome, demo_site: demo, applications: apply::taken(&provider) };
    let answer = visit.page(StatusCode::OK, None, &landing);
    bound.send(&provider, answer)
}

/// `POST /language`.
pub async fn language(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    switch(&fields, "locale", |word| {
        let locale = Locale::of_tag(word).unwrap_or(visit.locale);
        Jar::Locale.set(&provider.issuer, locale.tag().to_owned(), seconds())
    })
}

/// `POST /type-size`.
pub async fn type_size(provider: web::Data<Provider>, OwnForm(fields): OwnForm) -> HttpResponse {
    switch(&fields, "size", |word| {
        Jar::TypeSize.set(&provider.issuer, TypeSize::of_word(word).word().to_owned(), seconds())
    })
}

fn seconds() -> Option<i64> {
    Some(lifetime::KNOWN_BROWSER.as_secs() as i64)
}

fn switch(fields: &Params, field: &str, cookie: impl Fn(&str) -> Cookie<'static>) -> HttpResponse {
    // Only a path of ours: no open redirect, not by `//host` and not by `/\host` either.
    let back = fields.get("back").filter(|back| {
        back.starts_with('/') && !back[1..].starts_with(['/', '\\']) && back.bytes().all(|byte| byte.is_ascii_graphic())
    });
    let mut answer = HttpResponse::SeeOther()
        .insert_header((header::LOCATION, back.unwrap_or("/").to_owned()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish();
    drop(answer.add_cookie(&cookie(fields.get(field).unwrap_or_default())));
    answer
}

/// Nothing is at this address, or not by this method.
pub async fn not_found(provider: web::Data<Provider>, visit: Visit) -> HttpResponse {
    error::small_page(&provider, &visit, Happened::NotFound, "address.unknown", StatusCode::NOT_FOUND)
}
