//! Step 4: the PIN, whose rules stand beforehand, and the app that makes the one-time codes.

use askama::Template;

use super::{Chrome, Step};

/// Form: `POST /apply/pin` (`csrf`, `pin`, `pin_again`).
#[derive(Debug, Template)]
#[template(path = "apply/pin.html")]
pub struct ChoosePin<'a> {
    pub chrome: Chrome<'a>,
    pub problem: Option<PinRefused>,
}

/// The rule that the PIN breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinRefused {
    /// Not 8 digits.
    Shape,
    /// The two differ.
    Differ,
    Sequence,
    Repeated,
    Palindrome,
    Birthdate,
    /// Among those that everybody tries first.
    Common,
}

impl PinRefused {
    pub const ALL: [Self; 7] =
        [Self::Shape, Self::Differ, Self::Sequence, Self::Repeated, Self::Palindrome, Self::Birthdate, Self::Common];

    const fn key(self) -> &'static str {
        match self {
            Self::Shape => "apply-pin-shape",
            Self::Differ => "apply-pin-differ",
            Self::Sequence => "problem-pin-sequence",
            Self::Repeated => "problem-pin-repeated",
            Self::Palindrome => "apply-pin-palindrome",
            Self::Birthdate => "problem-pin-birthdate",
            Self::Common => "apply-pin-common",
        }
    }
}

/// The secret of the one-time codes goes into an app, by picture, link or hand; the first code shows that it arrived.
/// Form: `POST /apply/code` (`csrf`, `code`).
#[derive(Debug, Template)]
#[template(path = "apply/authenticator.html")]
pub struct Authenticator<'a> {
    pub chrome: Chrome<'a>,
    /// `otpauth://…`; `/apply/qr` shows it as a picture.
    pub uri: &'a str,
    /// The same secret in Base32, for typing.
    pub secret: &'a str,
    pub typed: Typed,
}

impl Authenticator<'_> {
    fn groups(&self) -> String {
        in_fours(self.secret)
    }
}

/// Groups of four, as people read it out.
pub(in crate::web::page) fn in_fours(secret: &str) -> String {
    secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// Whether a code was typed that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    Nothing,
    Wrong,
}
