//! The end of it: the network number, new or had before, and what next.

use askama::Template;

use super::{Chrome, grouped, masked};

/// The person has a number, proved by document and face.
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
}

impl How {
    /// Keys of the heading and of what that means.
    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::New => ("apply-done-title", "apply-done-lead"),
            Self::Joined => ("apply-known-title", "apply-known-joined"),
            Self::Known => ("apply-known-title", "apply-known-lead"),
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
