//! Step 3: the telephone, proved by a code that a text message brings.

use askama::Template;

use super::{Chrome, Step};

/// Form: `POST /apply/phone` (`csrf`, `phone`).
#[derive(Debug, Template)]
#[template(path = "apply/phone.html")]
pub struct Phone<'a> {
    pub chrome: Chrome<'a>,
    /// What was typed, after an error.
    pub typed: &'a str,
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
    /// The gateway does not answer. Nothing is lost.
    Unreachable,
}

impl PhoneProblem {
    pub const ALL: [Self; 4] = [Self::Character, Self::Length, Self::NoSuchNumber, Self::Unreachable];

    const fn key(self) -> &'static str {
        match self {
            Self::Character => "apply-phone-character",
            Self::Length => "apply-phone-length",
            Self::NoSuchNumber => "apply-phone-none",
            Self::Unreachable => "apply-problem-unreachable",
        }
    }
}

/// The message is on its way.
/// Forms: `POST /apply/phone/code` (`csrf`, `code`), `POST /apply/phone/again` (`csrf`), `POST /apply/back` (`csrf`).
#[derive(Debug, Template)]
#[template(path = "apply/message.html")]
pub struct Message<'a> {
    pub chrome: Chrome<'a>,
    /// The last four digits of the telephone.
    pub to: &'a str,
    /// How often the message may be sent once more.
    pub more: u64,
    /// In the sandbox, where the message can be read.
    pub inbox: Option<&'a str>,
    pub problem: Option<MessageProblem>,
}

impl Message<'_> {
    /// The problem is about what was typed, so the focus is there.
    fn of_field(&self) -> bool {
        matches!(self.problem, Some(MessageProblem::Shape | MessageProblem::Wrong | MessageProblem::Late))
    }
}

/// Why step 3 is not done yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageProblem {
    /// Not six digits.
    Shape,
    Wrong,
    /// The code is too old.
    Late,
    /// It was sent as often as it may be.
    NoMore,
    /// The gateway does not answer. Nothing is lost.
    Unreachable,
}

impl MessageProblem {
    pub const ALL: [Self; 5] = [Self::Shape, Self::Wrong, Self::Late, Self::NoMore, Self::Unreachable];

    const fn key(self) -> &'static str {
        match self {
            Self::Shape => "apply-message-shape",
            Self::Wrong => "apply-message-wrong",
            Self::Late => "apply-message-late",
            Self::NoMore => "apply-message-no-more",
            Self::Unreachable => "apply-problem-unreachable",
        }
    }
}
