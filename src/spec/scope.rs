//! The scope values that mean something here; all others are ignored. RFC 6749 §3.3; OpenID Connect Core §3.1.2.1, §11.

use serde::{Deserialize, Serialize};

/// One scope value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeValue {
    /// An ID token, and UserInfo.
    Openid,
    /// Tokens renewed although the person is not signed in (Core §11).
    OfflineAccess,
}

impl ScopeValue {
    pub const ALL: &[Self] = &[Self::Openid, Self::OfflineAccess];

    pub const fn wire(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::OfflineAccess => "offline_access",
        }
    }
}

/// Scope values in the order of [`ScopeValue::ALL`], each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Vec<ScopeValue>);

impl Scopes {
    /// The values of a `scope` parameter that are understood.
    pub fn parse(text: &str) -> Self {
        let asked = |value: &&ScopeValue| text.split(' ').any(|word| word == value.wire());
        Self(ScopeValue::ALL.iter().filter(asked).copied().collect())
    }

    pub fn has(&self, value: ScopeValue) -> bool {
        self.0.contains(&value)
    }

    #[must_use]
    pub fn without(mut self, value: ScopeValue) -> Self {
        self.0.retain(|known| *known != value);
        self
    }

    /// These values narrowed to what `text` asks for; `None` when it asks for one that is not among them (RFC 6749 §6:
    /// "MUST NOT include any scope not originally granted").
    pub fn narrowed_to(&self, text: &str) -> Option<Self> {
        let narrowed = Self::parse(text);
        let within = |word: &str| narrowed.0.iter().any(|value| value.wire() == word && self.has(*value));
        text.split(' ').all(within).then_some(narrowed)
    }

    /// As a `scope` parameter.
    pub fn wire(&self) -> String {
        self.0.iter().map(|value| value.wire()).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OpenID Connect Core §3.1.2.1: "Scope values used that are not understood by an implementation SHOULD be ignored."
    #[test]
    fn scope_values_that_are_not_understood_are_ignored() {
        assert_eq!(Scopes::parse("profile offline_access openid email").wire(), "openid offline_access");
        assert_eq!(Scopes::parse("OPENID").wire(), "");
    }

    /// RFC 6749 §6: "The requested scope MUST NOT include any scope not originally granted by the resource owner".
    #[test]
    fn a_scope_narrows_and_never_grows() {
        let both = Scopes::parse("openid offline_access");
        assert_eq!(both.narrowed_to("openid").map(|scopes| scopes.wire()).as_deref(), Some("openid"));
        assert_eq!(both.narrowed_to("offline_access openid"), Some(both.clone()));
        for beyond in ["openid email", "email", "", "openid  offline_access"] {
            assert_eq!(both.narrowed_to(beyond), None, "{beyond:?}");
        }
        assert_eq!(Scopes::parse("openid").narrowed_to("offline_access"), None);
    }
}
