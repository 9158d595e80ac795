//! `/me`: the person's own page. Sites agreed to, sessions, ways to sign in, the network number.
//!
//! Must not know how any of it is stored or how fresh the sign-in was.

use askama::Template;

use super::{Chrome, Day, grouped, masked};

/// Forms, all with `csrf`: `POST /me/consents/withdraw` (`client_id`), `/me/sessions/end` (`session`),
/// `/me/sessions/end-all`, `/me/passkeys/options` (by script, answers JSON `{"publicKey": {…}, "ceremony": "…"}`),
/// `/me/passkeys/add` (`name`, `ceremony`, `credential`), `/me/passkeys/rename` (`passkey`, `name`),
/// `/me/passkeys/remove` (`passkey`), `/me/pin` (`pin`, `code`, `new_pin`, `new_pin_again`), `/me/code`,
/// `/me/export`, `/me/recovery/stop`, `/me/freeze` (`understood` = `yes` from who has no passkey and was warned).
#[derive(Debug, Template)]
#[template(path = "me.html")]
pub struct Me<'a> {
    pub chrome: Chrome<'a>,
    /// 16 characters, ungrouped.
    pub number: &'a str,
    pub sites: Vec<Site<'a>>,
    pub sessions: Vec<Session<'a>>,
    pub passkeys: Vec<Passkey<'a>>,
    /// Whether PIN and code are set up: then the PIN can be changed, and number + PIN + code is a way in.
    pub pin: Standing,
    /// The day on which new ways in take the place of all that are here, where somebody asked for that.
    pub recovery: Option<Day>,
    /// The latest first.
    pub events: Vec<Event<'a>>,
    pub notice: Option<Notice>,
    pub problem: Option<MeProblem>,
}

impl Me<'_> {
    fn groups(&self) -> String {
        grouped(self.number)
    }

    fn masked(&self) -> String {
        masked(self.number)
    }

    /// Whether taking this passkey away would leave no way in.
    fn last_way(&self) -> bool {
        self.passkeys.len() == 1 && self.pin == Standing::Absent
    }

    /// The person was told that no passkey of theirs would lift a freeze.
    fn warned(&self) -> bool {
        self.problem == Some(MeProblem::NoWayBack)
    }

    fn pin_problem(&self) -> Option<PinProblem> {
        match self.problem {
            Some(MeProblem::Pin(problem)) => Some(problem),
            _ => None,
        }
    }
}

/// A website that may learn the result without asking again.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    pub client_id: &'a str,
    pub name: &'a str,
    /// Host of a website, redirect of an app.
    pub address: &'a str,
    pub since: Day,
    /// Where a sign-in there begins (OpenID Connect Core §4), when it says.
    pub sign_in: Option<&'a str>,
}

/// A browser that is signed in with us.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// Opaque, for the form.
    pub id: &'a str,
    /// "Chrome on Android", or empty when unknown.
    pub browser: &'a str,
    pub way: Way,
    /// Minutes since it was last used.
    pub idle_minutes: u64,
    /// Whether it is the browser that looks at this page.
    pub here: bool,
}

/// How the session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Passkey,
    Code,
}

/// A passkey of the person.
#[derive(Clone, Copy, Debug)]
pub struct Passkey<'a> {
    /// Opaque, for the forms.
    pub id: &'a str,
    pub name: &'a str,
    pub added: Day,
    pub binding: Binding<'a>,
}

/// Where a passkey lives (WebAuthn's backup eligibility).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding<'a> {
    /// It says so of itself.
    Device,
    Synced,
    /// Its maker vouches that it stays there, and says which model it is.
    Attested {
        model: &'a str,
    },
}

/// Something that happened to the ways in.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    pub what: What<'a>,
    pub day: Day,
}

/// What it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    SignedIn { browser: &'a str },
    PasskeyAdded { name: &'a str },
    PasskeyRemoved { name: &'a str },
    PinChanged,
    DocumentAdded,
    RecoveryBegun,
    RecoveryStopped,
    Recovered,
    CertificatesIssued,
    CertificatesRevoked,
    SignedOutEverywhere,
    Frozen,
    Lifted,
    CodeReplaced,
}

impl<'a> What<'a> {
    /// Its text in `locales/`.
    fn key(&self) -> &'static str {
        match self {
            Self::SignedIn { .. } => "me-event-signed-in",
            Self::PasskeyAdded { .. } => "me-event-passkey-added",
            Self::PasskeyRemoved { .. } => "me-event-passkey-removed",
            Self::PinChanged => "me-event-pin-changed",
            Self::DocumentAdded => "me-event-document-added",
            Self::RecoveryBegun => "me-event-recovery-begun",
            Self::RecoveryStopped => "me-event-recovery-stopped",
            Self::Recovered => "me-event-recovered",
            Self::CertificatesIssued => "me-event-certificates-issued",
            Self::CertificatesRevoked => "me-event-certificates-revoked",
            Self::SignedOutEverywhere => "me-event-signed-out-everywhere",
            Self::Frozen => "me-event-frozen",
            Self::Lifted => "me-event-lifted",
            Self::CodeReplaced => "me-event-code-replaced",
        }
    }

    /// The browser or the passkey that it was about.
    fn about(&self) -> &'a str {
        match self {
            Self::SignedIn { browser: about }
            | Self::PasskeyAdded { name: about }
            | Self::PasskeyRemoved { name: about } => about,
            Self::PinChanged
            | Self::DocumentAdded
            | Self::RecoveryBegun
            | Self::RecoveryStopped
            | Self::Recovered
            | Self::CertificatesIssued
            | Self::CertificatesRevoked
            | Self::SignedOutEverywhere
            | Self::Frozen
            | Self::Lifted
            | Self::CodeReplaced => "",
        }
    }
}

/// Whether something is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Present,
    Absent,
}

/// What was just done; the query `done` of the redirect after a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    ConsentWithdrawn,
    SessionEnded,
    PasskeyAdded,
    PasskeyRenamed,
    PasskeyRemoved,
    PinChanged,
    CodeReplaced,
}

impl Notice {
    pub const ALL: [Self; 7] = [
        Self::ConsentWithdrawn,
        Self::SessionEnded,
        Self::PasskeyAdded,
        Self::PasskeyRenamed,
        Self::PasskeyRemoved,
        Self::PinChanged,
        Self::CodeReplaced,
    ];

    /// The value of `done`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ConsentWithdrawn => "consent-withdrawn",
            Self::SessionEnded => "session-ended",
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRenamed => "passkey-renamed",
            Self::PasskeyRemoved => "passkey-removed",
            Self::PinChanged => "pin-changed",
            Self::CodeReplaced => "code-replaced",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.word() == word)
    }

    const fn key(self) -> &'static str {
        match self {
            Self::ConsentWithdrawn => "notice-consent-withdrawn",
            Self::SessionEnded => "notice-session-ended",
            Self::PasskeyAdded => "notice-passkey-added",
            Self::PasskeyRenamed => "notice-passkey-renamed",
            Self::PasskeyRemoved => "notice-passkey-removed",
            Self::PinChanged => "notice-pin-changed",
            Self::CodeReplaced => "notice-code-replaced",
        }
    }
}

/// What could not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeProblem {
    PasskeyRefused,
    PasskeyNameMissing,
    LastWay,
    Pin(PinProblem),
    /// A freeze that no passkey would lift: the person is told before it happens.
    NoWayBack,
    /// The page was open too long; this is a fresh one.
    Stale,
}

impl MeProblem {
    const fn key(self) -> &'static str {
        match self {
            Self::PasskeyRefused => "problem-passkey-refused",
            Self::PasskeyNameMissing => "problem-passkey-name",
            Self::LastWay => "problem-last-way",
            Self::NoWayBack => "problem-no-way-back",
            Self::Stale => "problem-stale",
            Self::Pin(PinProblem::Mismatch) => "problem-pin-mismatch",
            Self::Pin(PinProblem::Shape) => "problem-pin-shape",
            Self::Pin(PinProblem::Differ) => "problem-pin-differ",
            Self::Pin(PinProblem::Same) => "problem-pin-same",
            Self::Pin(PinProblem::Sequence) => "problem-pin-sequence",
            Self::Pin(PinProblem::Repeated) => "problem-pin-repeated",
            Self::Pin(PinProblem::Palindrome) => "apply-pin-palindrome",
            Self::Pin(PinProblem::Birthdate) => "problem-pin-birthdate",
            Self::Pin(PinProblem::Common) => "apply-pin-common",
            Self::Pin(PinProblem::TooMany) => "problem-pin-too-many",
        }
    }
}

/// Why the PIN was not changed; the rule is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinProblem {
    /// Current PIN and code do not belong together.
    Mismatch,
    /// The new PIN is not 8 digits.
    Shape,
    /// The two new ones differ.
    Differ,
    /// The new PIN is the current one.
    Same,
    /// 12345678, 87654321.
    Sequence,
    /// 11111111, 12121212.
    Repeated,
    /// The same backwards.
    Palindrome,
    /// The birth date.
    Birthdate,
    /// Among those that everybody tries first.
    Common,
    TooMany,
}

impl PinProblem {
    pub const ALL: [Self; 10] = [
        Self::Mismatch,
        Self::Shape,
        Self::Differ,
        Self::Same,
        Self::Sequence,
        Self::Repeated,
        Self::Palindrome,
        Self::Birthdate,
        Self::Common,
        Self::TooMany,
    ];

    /// The field to mend is among the first two (current PIN, code), else among the new ones.
    fn of_current(self) -> bool {
        matches!(self, Self::Mismatch | Self::TooMany)
    }
}
