//! The twins of the two gateways to telephones: what is sent lies in an inbox, newest first. docs/ports/phone.md, notification.md.

use super::Twin;
use super::exchange::{Answered, Question, Wrong};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// As many messages as are remembered; the oldest goes first.
const MOST: usize = 5_000;
/// No telephone has a number that begins so.
const NOBODY: &str = "+86100";

/// What came to a telephone.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Message {
    pub to: String,
    pub text: String,
    pub what: What,
    /// The provider that sent it.
    pub by: String,
    /// Seconds since 1970.
    pub at: i64,
}

/// Through which of the two gateways it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    Message,
    Notice,
}

impl What {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Notice => "notice",
        }
    }
}

#[derive(Default)]
pub(super) struct Inbox(Mutex<VecDeque<Message>>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    to: String,
    text: String,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Message>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What came to this telephone, or to all, from this provider, or from all; newest first.
    pub fn newest(&self, to: Option<&str>, by: Option<&str>) -> Vec<Message> {
        let meant = |message: &&Message| to.is_none_or(|to| message.to == to) && by.is_none_or(|by| message.by == by);
        self.lock().iter().filter(meant).cloned().collect()
    }

    fn put(&self, message: Message) {
        let mut messages = self.lock();
        messages.push_front(message);
        messages.truncate(MOST);
    }
}

pub(super) fn message(twin: &Twin, question: &Question<'_>) -> Answered {
    let sent = readable(question)?;
    if sent.to.starts_with(NOBODY) {
        return Ok(json!({ "result": "no_such_number" }));
    }
    deliver(twin, question, sent, What::Message)
}

pub(super) fn notice(twin: &Twin, question: &Question<'_>) -> Answered {
    deliver(twin, question, readable(question)?, What::Notice)
}

fn deliver(twin: &Twin, question: &Question<'_>, Sent { to, text }: Sent, what: What) -> Answered {
    twin.inbox.put(Message { to, text, what, by: question.caller.to_owned(), at: twin.now() });
    Ok(json!({ "result": "accepted" }))
}

fn readable(question: &Question<'_>) -> Result<Sent, Wrong> {
    let sent: Sent = question.read()?;
    let digits = sent.to.strip_prefix('+').unwrap_or_default();
    if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Wrong("`to` is no number in the form of E.164"));
    }
    match sent.text.chars().count() {
        1..=300 => Ok(sent),
        _ => Err(Wrong("`text` is empty or longer than 300 characters")),
    }
}
