//! The page for a refusal whose redirect is not (yet) trusted, and for everything that has no better page.
//!
//! PROTOCOL 25: the received value and the rule are shown, registered values are not. Says what happened, what to do
//! now, and a code to tell someone. Must not know the endpoints' error enums.

use askama::Template;

use super::{Chrome, WayBack};

/// What happened and what to do now, then what a developer needs.
#[derive(Debug, Template)]
#[template(path = "refusal.html")]
pub struct Refusal<'a> {
    pub chrome: Chrome<'a>,
    pub happened: Happened,
    /// Stable, such as `redirect_uri_differs`.
    pub code: &'a str,
    /// What was received, in English or as sent.
    pub received: Option<&'a str>,
    /// The rule that it breaks.
    pub expected: Option<&'a str>,
    /// What the website's developer changes.
    pub fix: Option<&'a str>,
    pub way_back: Option<WayBack<'a>>,
}

/// What happened, in the person's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The website's request breaks a rule.
    BadRequest,
    /// The client is not registered.
    UnknownWebsite,
    /// The address to return to is not one that the website registered.
    UnknownReturn,
    /// The interaction is too old or was already used.
    Stale,
    /// The form did not come from our page, or the cookie that belongs to it is gone.
    ForeignForm,
    /// Nothing is at this address.
    NotFound,
    /// The address takes our own forms only.
    WrongMethod,
    /// Too much was sent.
    TooLarge,
    /// The website's wish to sign the person out breaks a rule.
    SignOut,
    /// Our own fault.
    Broken,
}

impl Happened {
    pub const ALL: [Self; 10] = [
        Self::BadRequest,
        Self::UnknownWebsite,
        Self::UnknownReturn,
        Self::Stale,
        Self::ForeignForm,
        Self::NotFound,
        Self::WrongMethod,
        Self::TooLarge,
        Self::SignOut,
        Self::Broken,
    ];

    /// Keys of the heading and of what to do now.
    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::BadRequest => ("refusal-bad-request", "refusal-bad-request-do"),
            Self::UnknownWebsite => ("refusal-unknown-website", "refusal-unknown-website-do"),
            Self::UnknownReturn => ("refusal-unknown-return", "refusal-unknown-return-do"),
            Self::Stale => ("refusal-stale", "refusal-stale-do"),
            Self::ForeignForm => ("refusal-foreign-form", "refusal-foreign-form-do"),
            Self::NotFound => ("refusal-not-found", "refusal-not-found-do"),
            Self::WrongMethod => ("refusal-wrong-method", "refusal-wrong-method-do"),
            Self::TooLarge => ("refusal-too-large", "refusal-too-large-do"),
            Self::SignOut => ("refusal-sign-out", "refusal-sign-out-do"),
            Self::Broken => ("refusal-broken", "refusal-broken-do"),
        }
    }
}
