//! Applying for a number. `/apply` shows where the application of this browser stands, whatever was done before and in
//! whichever tab; each form takes one step and leads back there.
//!
//! Decides status, cookies and which page; what a step needs is `flow::apply`'s to say.

mod elsewhere;
mod link;
mod qr;
mod reader;
mod show;
mod steps;
mod words;

pub use elsewhere::{ask_to_take_over, hand_over, take_over};
pub use qr::{of_link, of_step};
pub use reader::{LONGEST, answer, task};
pub use show::{notice, stage, stands};
pub use steps::{back, begin, choose_pin, document, face, finish, hear, read, renew, send, stop, voucher};

use super::cookie::Jar;
use super::page::Applications;
use crate::flow::Provider;
use crate::spec::lifetime;
use actix_web::HttpResponse;
use actix_web::http::header;

/// Whether this node takes applications.
pub fn taken(provider: &Provider) -> Applications {
    if provider.ports.is_some() { Applications::Taken } else { Applications::NotTaken }
}

/// Where every step leads.
const HERE: &str = "/apply";

/// On to where the application stands.
fn on() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, HERE))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// This browser holds an application from now on.
fn holding(provider: &Provider, cookie: String) -> HttpResponse {
    let mut answer = on();
    let seconds = lifetime::APPLICATION.as_secs() as i64;
    drop(answer.add_cookie(&Jar::Application.set(&provider.issuer, cookie, Some(seconds))));
    answer
}

/// An address of ours as others must write it.
fn address(provider: &Provider, path: &str) -> String {
    format!("{}{path}", provider.issuer.as_str().trim_end_matches('/'))
}
