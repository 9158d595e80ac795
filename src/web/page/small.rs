//! The pages that say one thing: landing, on the way to the website, signing out, signed out, busy.
//!
//! Must not know anything but what it shows.

use askama::Template;

use super::{Chrome, WayBack};

/// `/`: what this is, and the way to one's own page.
#[derive(Debug, Template)]
#[template(path = "landing.html")]
pub struct Landing<'a> {
    pub chrome: Chrome<'a>,
    /// In the sandbox, the demo website to try.
    pub demo_site: Option<WayBack<'a>>,
    pub applications: Applications,
}

/// Whether one can apply for a number here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applications {
    Taken,
    NotTaken,
}

/// Asks before signing out. Form: `POST /signout` (`csrf`, `request`).
#[derive(Debug, Template)]
#[template(path = "sign_out.html")]
pub struct SignOut<'a> {
    pub chrome: Chrome<'a>,
    /// The sealed sign-out request of a website, or empty.
    pub request: &'a str,
    /// Where "stay signed in" leads: the website, else `/me`.
    pub way_back: Option<WayBack<'a>>,
}

/// After signing out: alone, or while this browser tells websites; then it goes on by itself where a website wants it back.
#[derive(Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut<'a> {
    pub chrome: Chrome<'a>,
    /// Pages of websites, loaded unseen (Front-Channel Logout 1.0 §2).
    pub frames: Vec<&'a str>,
    pub way_back: Option<WayBack<'a>>,
}

/// The answer to a website that wants it posted. The form is its own, so it has no `csrf` of ours.
#[derive(Debug, Template)]
#[template(path = "form_post.html")]
pub struct FormPost<'a> {
    pub chrome: Chrome<'a>,
    /// The website, as its redirect URI names it.
    pub host: &'a str,
    pub action: &'a str,
    pub fields: &'a [(&'static str, String)],
}

/// 503 with `Retry-After`: nothing was lost, try again.
#[derive(Debug, Template)]
#[template(path = "busy.html")]
pub struct Busy<'a> {
    pub chrome: Chrome<'a>,
    /// The same number as in `Retry-After`.
    pub seconds: u64,
}
