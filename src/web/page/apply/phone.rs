//! Step 3: the telephone, proved by a code that a text message brings.

use askama::Template;

use super::{Chrome, Locale, Step};

/// Form: `POST /apply/phone` (`csrf`, `phone`).
#[derive(Debug, Template)]
#[template(path = "apply/phone.html")]
pub struct Phone<'a> {
    pub chrome: Chrome<'a>,
    /// What was typed, after an error.
    pub typed: &'a str,
    /// How many messages may still be sent.
    pub left: u64,
    pub problem: Option<PhoneProblem>,
}

/// Why no message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneProblem {
    /// Something else than digits.
    Character,
    /// Too many digits or too few.
    Length,
    /// No such telephone.
    NoSuchNumber,
    /// It got too many messages today.
    Spent,
    /// The code was mistyped too often.
    WrongTooOften,
    /// The code came too late.
    Late,
    /// The gateway does not answer. Nothing is lost.
    Unreachable,
}

impl PhoneProblem {
    pub const ALL: [Self; 7] = [
        Self::Character,
        Self::Length,
        Self::NoSuchNumber,
        Self::Spent,
        Self::WrongTooOften,
        Self::Late,
        Self::Unreachable,
    ];

    const fn key(self) -> &'static str {
        match self {
            Self::Character => "apply-phone-character",
            Self::Length => "apply-phone-length",
            Self::NoSuchNumber => "apply-phone-none",
            Self::Spent => "apply-phone-spent",
            Self::WrongTooOften => "apply-phone-wrong",
            Self::Late => "apply-phone-late",
            Self::Unreachable => "apply-problem-unreachable",
        }
    }
}

/// The message is on its way. Forms: `POST /apply/phone/code` (`csrf`, `code`), `POST /apply/back` (`csrf`).
#[derive(Debug, Template)]
#[template(path = "apply/message.html")]
pub struct Message<'a> {
    pub chrome: Chrome<'a>,
    /// The last four digits of the telephone.
    pub to: &'a str,
    /// How many messages may still be sent.
    pub more: u64,
    /// In the sandbox, where the message can be read.
    pub inbox: Option<&'a str>,
    /// How often a code is still heard, after a wrong one.
    pub wrong: Option<u64>,
}

/// What the message says, in the person's language.
pub fn message_text(locale: Locale, code: &str) -> String {
    locale.say("apply-message-text").with("code", code).plain()
}
