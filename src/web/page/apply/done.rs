//! The end of it: the network number, new or had before, and what next.

use askama::Template;

use super::{Chrome, Day, grouped, masked};

/// Form, for who is known: `POST /apply/renew` (`csrf`). The person has a number, proved by document and face.
#[derive(Debug, Template)]
#[template(path = "apply/done.html")]
pub struct Done<'a> {
    pub chrome: Chrome<'a>,
    /// 16 characters, ungrouped.
    pub number: &'a str,
    pub how: How,
}

/// Whose number it is that the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    New,
    /// They had it before; this document joined it.
    Joined,
    /// They had it before, with this very document.
    Known,
    /// They had it before, and their new ways in count at once.
    Renewed,
    /// As before, and their new ways in count from that day on.
    RenewedFrom(Day),
}

impl How {
    /// New ways in are offered.
    const fn may_renew(self) -> bool {
        matches!(self, Self::Joined | Self::Known)
    }

    /// The person has a way in now; who waits for new ones may have lost the old ones.
    const fn opens_now(self) -> bool {
        !matches!(self, Self::RenewedFrom(_))
    }

    /// Keys of the heading and of what that means.
    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::New => ("apply-done-title", "apply-done-lead"),
            Self::Joined => ("apply-known-title", "apply-known-joined"),
            Self::Known => ("apply-known-title", "apply-known-lead"),
            Self::Renewed => ("apply-renewed-title", "apply-renewed-lead"),
            Self::RenewedFrom(_) => ("apply-renewed-title", "apply-renewed-later"),
        }
    }
}

impl Done<'_> {
    fn groups(&self) -> String {
        grouped(self.number)
    }

    fn masked(&self) -> String {
        masked(self.number)
    }
}
