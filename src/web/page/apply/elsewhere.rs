//! Begun at a desk, gone on with on a phone: by a picture that the phone reads.
//!
//! Whoever relays that picture to somebody else's phone gains nothing: the desk only learns that the phone took over.

use askama::Template;

use super::{Chrome, Step};

/// At the desk: the picture. Form: `POST /apply/back` (`csrf`).
#[derive(Debug, Template)]
#[template(path = "apply/elsewhere.html")]
pub struct Elsewhere<'a> {
    pub chrome: Chrome<'a>,
    /// `t` of `/apply/qr/here` and of the link.
    pub ticket: &'a str,
    /// What the picture says, for a phone without a camera.
    pub address: &'a str,
    /// What `POST /apply/stage` answers as long as nothing has happened.
    pub here: &'a str,
}

/// On the phone: go on here? Form: `POST /apply/here` (`csrf`, `ticket`).
#[derive(Debug, Template)]
#[template(path = "apply/take_over.html")]
pub struct TakeOver<'a> {
    pub chrome: Chrome<'a>,
    pub ticket: &'a str,
}

/// Back at the desk: how far the other device is.
#[derive(Debug, Template)]
#[template(path = "apply/watching.html")]
pub struct Watching<'a> {
    pub chrome: Chrome<'a>,
    pub at: Progress,
    /// What `POST /apply/stage` answers as long as nothing has happened.
    pub here: &'a str,
}

/// How far another device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    At(Step),
    Done,
}
