//! The twins' pages: the card reader and the telephone, for people who try the sandbox. They work without JavaScript.

use super::inbox::Message;
use super::people::Somebody;
pub(super) use crate::sandbox::site::page::Lang;
pub(super) use askama::Template;

/// `/`.
#[derive(Template)]
#[template(path = "twin/index.html")]
pub(super) struct Index {
    pub lang: Lang,
}

/// `/phone`. Form: `GET /phone` (`to`).
#[derive(Template)]
#[template(path = "twin/phone.html")]
pub(super) struct Phone<'a> {
    pub lang: Lang,
    pub to: &'a str,
    pub people: &'a [&'a Somebody],
    /// Newest first.
    pub messages: &'a [Message],
}

/// `/reader`. Form: `POST /reader` (`ticket`, `document`).
#[derive(Template)]
#[template(path = "twin/reader.html")]
pub(super) struct Reader<'a> {
    pub lang: Lang,
    pub ticket: &'a str,
    pub people: &'a [&'a Somebody],
}

impl Reader<'_> {
    /// A ticket of the provider's own reader API is an address; this reader plays the gateway of the resident card alone.
    fn is_for_a_chip(&self) -> bool {
        self.ticket.contains("://")
    }
}

/// The house's look.
pub(super) const CSS: &[u8] = include_bytes!("../../../static/hufu.css");
