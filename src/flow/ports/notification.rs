//! Notices: what a person must hear of wherever they are, because it may not have been them.

use super::{Asking, IdempotencyKey};
use crate::person::PhoneNumber;

/// A notice, in words that tell a thief nothing and the person what to do.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// In the person's language, at most two lines.
    pub text: &'a str,
}

/// Every channel that a person has left us; today the telephone.
pub trait Notification: Send + Sync {
    fn notify<'a>(&'a self, to: &'a PhoneNumber, notice: Notice<'a>, key: IdempotencyKey) -> Asking<'a, ()>;
}
