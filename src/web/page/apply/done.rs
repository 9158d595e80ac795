//! The end of it: the network number, and what next.

use askama::Template;

use super::{Chrome, grouped, masked};

/// The person has a number.
#[derive(Debug, Template)]
#[template(path = "apply/done.html")]
pub struct Done<'a> {
    pub chrome: Chrome<'a>,
    /// 16 characters, ungrouped.
    pub number: &'a str,
}

impl Done<'_> {
    fn groups(&self) -> String {
        grouped(self.number)
    }

    fn masked(&self) -> String {
        masked(self.number)
    }
}
