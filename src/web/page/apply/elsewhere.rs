//! Begun at a desk, gone on with on a phone: by a picture that the phone reads.
//!
//! Whoever relays that picture to somebody else's phone gains nothing: the desk only learns that the phone took over.

use askama::Template;

use super::Chrome;

/// At the desk: the picture. Form: `POST /apply/back` (`csrf`).
#[derive(Debug, Template)]
#[template(path = "apply/elsewhere.html")]
pub struct Elsewhere<'a> {
    pub chrome: Chrome<'a>,
    /// What the picture says, to be typed where no camera is.
    pub address: &'a str,
    /// What `GET /apply/stage` answers as long as nothing has happened.
    pub here: &'a str,
}

/// On the phone: go on here? Form: `POST /apply/here` (`csrf`, `ticket`).
#[derive(Debug, Template)]
#[template(path = "apply/take_over.html")]
pub struct TakeOver<'a> {
    pub chrome: Chrome<'a>,
    pub ticket: &'a str,
}
