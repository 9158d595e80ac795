//! Is consent needed, and why? The third question of the street, and the proof that it was given.
//!
//! OpenID Connect Core §3.1.2.4; RFC 8252 §8.6; PROTOCOL 7. Consent is keyed by (sub digest, client, what was shown).
//! Knows no page and no database.

use crate::authn::Authenticated;
use crate::authorize::{AuthorizationRequest, AuthorizeError, Prompt};
use crate::client::RedirectKind;
use crate::spec::{ShownDigest, TokenHash};

/// What the person was shown, in a form that changes whenever the words of the promise do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// "That you are a verified person; a code that only this website has."
    ResultOnly,
}

impl Shown {
    /// What this request would show.
    pub fn of(_request: &AuthorizationRequest) -> Self {
        Self::ResultOnly
    }

    /// The key under which the agreement is remembered.
    pub fn digest(self) -> ShownDigest {
        let text: &[u8] = match self {
            Self::ResultOnly => b"hufu/shown/result-only/v1",
        };
        ShownDigest::from_bytes(*TokenHash::of(text).as_bytes())
    }
}

/// Whether an earlier agreement to the same is on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    Agreed,
    Nothing,
}

/// What the person answered on the page just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Decline,
}

/// Why the person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    NotYetAgreed,
    PromptConsent,
    /// Another app on the device could claim the same redirect (RFC 8252 §8.6).
    AppOnDevice,
}

/// The answer.
#[derive(Debug)]
pub enum Ask {
    Proceed(Consented),
    Consent(Why),
    Refuse(AuthorizeError),
}

/// Whether the agreement is to be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remember {
    Already,
    Now,
}

/// Proof that this person agreed to this. Only [`ask`] makes one.
#[derive(Clone, Debug)]
pub struct Consented {
    authenticated: Authenticated,
    remember: Remember,
}

impl Consented {
    pub fn authenticated(&self) -> &Authenticated {
        &self.authenticated
    }

    pub fn remember(&self) -> Remember {
        self.remember
    }
}

pub fn ask(
    request: &AuthorizationRequest,
    authenticated: Authenticated,
    memory: Memory,
    decision: Option<Decision>,
) -> Ask {
    let remember = match memory {
        Memory::Agreed => Remember::Already,
        Memory::Nothing => Remember::Now,
    };
    match (decision, reason(request, memory)) {
        (Some(Decision::Decline), _) => Ask::Refuse(AuthorizeError::Declined),
        (Some(Decision::Allow), _) | (None, None) => Ask::Proceed(Consented { authenticated, remember }),
        (None, Some(_)) if request.silent() => Ask::Refuse(AuthorizeError::ConsentRequired),
        (None, Some(why)) => Ask::Consent(why),
    }
}

fn reason(request: &AuthorizationRequest, memory: Memory) -> Option<Why> {
    match request.redirect.kind() {
        RedirectKind::Loopback | RedirectKind::PrivateUse => return Some(Why::AppOnDevice),
        RedirectKind::Web => {}
    }
    if request.prompts.has(Prompt::Consent) {
        return Some(Why::PromptConsent);
    }
    (memory == Memory::Nothing).then_some(Why::NotYetAgreed)
}
