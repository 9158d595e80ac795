//! `/me/code`: another secret for the one-time codes goes into an app, and its first code comes back.
//!
//! Must not know where the secret is kept.

use askama::Template;

use super::apply::{Typed, in_fours};
use super::{Chrome, Picture};

/// Form: `POST /me/code/confirm` (`csrf`, `new`, `code`).
#[derive(Debug, Template)]
#[template(path = "new_code.html")]
pub struct NewCode<'a> {
    pub chrome: Chrome<'a>,
    /// `otpauth://…`
    pub uri: &'a str,
    /// The same secret in Base32, for typing.
    pub secret: &'a str,
    /// The same once more, for a camera.
    pub picture: Picture,
    /// Comes back as `new`.
    pub sealed: &'a str,
    pub typed: Typed,
}

impl NewCode<'_> {
    fn groups(&self) -> String {
        in_fours(self.secret)
    }
}
