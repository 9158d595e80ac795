//! Applying for a network number: the notice, four steps, and every way that it can end. Issue 4 §3; PAGES.
//!
//! Decides words, order and markup. Must not know which service answers a step, what of it is stored, or who applies: a page
//! holds what it shows, and no page shows what was read from a document.

mod done;
mod elsewhere;
mod face;
mod identity;
mod over;
mod phone;
mod secret;

#[cfg(test)]
pub(crate) mod sample;

pub use done::{Done, How};
pub use elsewhere::{Elsewhere, Progress, TakeOver, Watching};
pub use face::{Camera, Face, FaceProblem, Invented, Shows};
pub use identity::{Document, DocumentProblem, Hold, HoldProblem, Kinds, Notice, Reader, Registry, Unread};
pub use over::{Over, Why};
pub use phone::{Message, Phone, PhoneProblem, message_text};
pub(super) use secret::in_fours;
pub use secret::{Authenticator, ChoosePin, PinRefused, Typed};

// The layout looks for `TypeSize` and `World` one module above the page's own.
use super::{Chrome, Day, Locale, TypeSize, World, grouped, masked};

/// The four steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Document,
    Face,
    Phone,
    Pin,
}

impl Step {
    /// The last one's number.
    const LAST: u64 = 4;

    const fn number(self) -> u64 {
        match self {
            Self::Document => 1,
            Self::Face => 2,
            Self::Phone => 3,
            Self::Pin => Self::LAST,
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Document => "apply-step-document",
            Self::Face => "apply-step-face",
            Self::Phone => "apply-step-phone",
            Self::Pin => "apply-step-pin",
        }
    }
}
