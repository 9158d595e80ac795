//! What a website's developer is told: a stable code, what was received, what was expected, how to fix it.

use super::OAuthError;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One refusal, ready for any of the four shapes of `web/error`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub error: OAuthError,
    /// Stable and searchable: `redirect_uri.not_registered`.
    pub code: Cow<'static, str>,
    /// What arrived, shortened; never a secret.
    pub received: String,
    /// The rule it broke, with its section.
    pub expected: Cow<'static, str>,
    /// What to change.
    pub fix: Cow<'static, str>,
    /// What the client has registered: for the website's owner (`hufu trace`), never for a page (PROTOCOL 25).
    pub registered: Option<String>,
}

/// Who sent what was refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// Whoever knows the client_id, which is no secret.
    #[default]
    Anybody,
    /// The client: it had proven to be itself before it was refused.
    Client,
}

/// A room's precise cause, told to the website's developer.
pub trait Refuse {
    fn refusal(&self) -> Refusal;
}

#[cfg(test)]
impl Refusal {
    /// PROTOCOL 25: "the rule" that was broken, and how to mend it: of each cause its own.
    pub fn assert_each_its_own(told: &[Self]) {
        use std::collections::BTreeSet;
        let each: [fn(&Self) -> &str; 3] = [|it| &it.code, |it| &it.expected, |it| &it.fix];
        for part in each {
            let said: BTreeSet<&str> = told.iter().map(part).collect();
            assert_eq!(said.len(), told.len(), "{said:?}");
        }
    }
}

impl Refusal {
    pub fn new(error: OAuthError, code: &'static str) -> Self {
        Self {
            error,
            code: code.into(),
            received: String::new(),
            expected: "".into(),
            fix: "".into(),
            registered: None,
        }
    }

    /// What arrived, cut to 200 characters on one line.
    #[must_use]
    pub fn received(mut self, value: impl AsRef<str>) -> Self {
        const SHOWN: usize = 200;
        let value = value.as_ref();
        self.received = value.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if value.chars().nth(SHOWN).is_some() {
            self.received.push('…');
        }
        self
    }

    #[must_use]
    pub fn expected(mut self, rule: impl Into<Cow<'static, str>>) -> Self {
        self.expected = rule.into();
        self
    }

    #[must_use]
    pub fn fix(mut self, fix: impl Into<Cow<'static, str>>) -> Self {
        self.fix = fix.into();
        self
    }

    #[must_use]
    pub fn registered(mut self, value: impl Into<String>) -> Self {
        self.registered = Some(value.into());
        self
    }

    /// One sentence in the characters that `error_description` may hold (RFC 6749 §5.2: no `"`, no `\`, ASCII).
    pub fn error_description(&self) -> String {
        let mut text = String::new();
        for (lead, part) in
            [("Received: ", self.received.as_str()), ("Expected: ", &self.expected), ("Fix: ", &self.fix)]
        {
            if !part.is_empty() {
                let stop = if part.ends_with('.') { " " } else { ". " };
                text = text + lead + part + stop;
            }
        }
        text.push_str(&format!("[{}]", self.code));
        text.chars()
            .map(|c| match c {
                '§' => 'S',
                '"' => '\'',
                '\\' => '/',
                '…' => '~',
                ' '..='~' => c,
                _ => '?',
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6749 §5.2: "MUST NOT include characters outside the set %x20-21 / %x23-5B / %x5D-7E".
    #[test]
    fn an_error_description_holds_only_the_characters_the_rfc_allows() {
        let text = Refusal::new(OAuthError::InvalidRequest, "x.y")
            .received("a\"b\\c\r\nd 蓝")
            .expected("one value (RFC 6749 §3.1)")
            .fix("send one")
            .error_description();
        assert!(text.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)), "{text}");
        assert!(text.ends_with("[x.y]"));
    }

    #[test]
    fn what_was_received_is_cut_short() {
        let refusal = Refusal::new(OAuthError::InvalidRequest, "x").received("é".repeat(1_000_000));
        assert_eq!(refusal.received.chars().count(), 201);
    }
}
