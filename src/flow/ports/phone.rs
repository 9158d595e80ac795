//! Text messages with a code of ours: whoever types it back holds the telephone.

use super::{Asking, IdempotencyKey};
use crate::person::PhoneNumber;

/// What the gateway says of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// It is on its way.
    Accepted,
    /// No such telephone, or one that gets no messages.
    NoSuchNumber,
}

/// An SMS gateway.
pub trait PhoneVerification: Send + Sync {
    /// Sends `text`, which holds a code, in the person's language. The gateway must not keep it after delivery.
    fn send<'a>(&'a self, to: &'a PhoneNumber, text: &'a str, key: IdempotencyKey) -> Asking<'a, Sending>;
}
