//! The notice before everything, and step 1: which document, and holding it to a reader.

use askama::Template;

use super::{Chrome, Step};

/// What is read, what is kept, what is not; that nobody has to. Form: `POST /apply` (`csrf`).
#[derive(Debug, Template)]
#[template(path = "apply/notice.html")]
pub struct Notice<'a> {
    pub chrome: Chrome<'a>,
}

/// Which document, or a voucher from a counter.
/// Forms: `POST /apply/document` (`csrf`, `kind` = [`Document::word`]), `POST /apply/voucher` (`csrf`, `voucher`).
#[derive(Debug, Template)]
#[template(path = "apply/kinds.html")]
pub struct Kinds<'a> {
    pub chrome: Chrome<'a>,
    pub problem: Option<DocumentProblem<'a>>,
}

impl Kinds<'_> {
    /// The problem is about the voucher, so the focus is there.
    fn of_voucher(&self) -> bool {
        self.problem == Some(DocumentProblem::Voucher)
    }
}

/// The reader waits. Forms: `POST /apply/read` (`csrf`), `POST /apply/back` (`csrf`).
#[derive(Debug, Template)]
#[template(path = "apply/hold.html")]
pub struct Hold<'a> {
    pub chrome: Chrome<'a>,
    pub reader: Reader,
    /// Where the reader begins: the link, and what `/apply/qr` shows.
    pub address: &'a str,
    /// What `POST /apply/stage` answers as long as nothing has happened.
    pub here: &'a str,
    pub problem: Option<HoldProblem>,
}

/// Whose reader it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The resident card's gateway has its own, and sends the person back here.
    Card,
    /// Any that keeps docs/ports/reader.md. This page stays open beside it.
    Chip,
    /// The sandbox's, which is a page and sends the person back here.
    ChipPage,
}

/// Why the document is still waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldProblem {
    /// No reader has sent anything.
    NotYet,
    /// The gateway does not answer. Nothing is lost.
    Unreachable,
}

impl HoldProblem {
    pub const ALL: [Self; 2] = [Self::NotYet, Self::Unreachable];

    const fn key(self) -> &'static str {
        match self {
            Self::NotYet => "apply-problem-not-yet",
            Self::Unreachable => "apply-problem-unreachable",
        }
    }
}

/// The document was read, and the registry does not answer. Form: `POST /apply/read` (`csrf`).
#[derive(Debug, Template)]
#[template(path = "apply/registry.html")]
pub struct Registry<'a> {
    pub chrome: Chrome<'a>,
}

/// A kind of document, in the person's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    ResidentIdentityCard,
    Passport,
    HongKongMacaoPermit,
    TaiwanPermit,
    ResidencePermit,
    ForeignPermanentResidentCard,
}

impl Document {
    pub const ALL: [Self; 6] = [
        Self::ResidentIdentityCard,
        Self::Passport,
        Self::HongKongMacaoPermit,
        Self::TaiwanPermit,
        Self::ResidencePermit,
        Self::ForeignPermanentResidentCard,
    ];

    /// The value of the form's field.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ResidentIdentityCard => "resident-identity-card",
            Self::Passport => "passport",
            Self::HongKongMacaoPermit => "hong-kong-macao-permit",
            Self::TaiwanPermit => "taiwan-permit",
            Self::ResidencePermit => "residence-permit",
            Self::ForeignPermanentResidentCard => "foreign-permanent-resident-card",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|document| document.word() == word)
    }

    const fn key(self) -> &'static str {
        match self {
            Self::ResidentIdentityCard => "apply-kind-resident",
            Self::Passport => "apply-kind-passport",
            Self::HongKongMacaoPermit => "apply-kind-hong-kong-macao",
            Self::TaiwanPermit => "apply-kind-taiwan",
            Self::ResidencePermit => "apply-kind-residence",
            Self::ForeignPermanentResidentCard => "apply-kind-foreign",
        }
    }
}

/// Why step 1 is not done yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentProblem<'a> {
    /// No kind was chosen.
    NoKind,
    /// What was read does not count. The code is stable, such as `chip.expired`.
    Unread { why: Unread, code: &'a str },
    /// No such voucher, or one that is spent or expired: one wording.
    Voucher,
    /// A service does not answer. Nothing is lost.
    Unreachable,
}

impl DocumentProblem<'_> {
    const fn key(&self) -> &'static str {
        match self {
            Self::NoKind => "apply-problem-no-kind",
            Self::Unread { why, .. } => why.key(),
            Self::Voucher => "apply-problem-voucher",
            Self::Unreachable => "apply-problem-unreachable",
        }
    }

    const fn code(&self) -> Option<&str> {
        match self {
            Self::Unread { code, .. } => Some(code),
            _ => None,
        }
    }
}

/// Why a document does not count, as far as a person can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The reader found no chip.
    NoChip,
    /// The chip does not open with what was typed or scanned.
    Closed,
    /// It was taken away too early, or the person stopped.
    TakenAway,
    /// It was read wrongly, or in part.
    Damaged,
    /// Read for another application, or too late.
    Late,
    /// Its signatures are nobody's that we know.
    NotGenuine,
    /// The data are right, the chip is another.
    Copied,
    /// It is no longer valid.
    Expired,
    /// None of the six, or not the one that was chosen.
    OtherKind,
    /// Lost, withdrawn, expired or not genuine; its gateway says no more.
    Card,
}

impl Unread {
    pub const ALL: [Self; 10] = [
        Self::NoChip,
        Self::Closed,
        Self::TakenAway,
        Self::Damaged,
        Self::Late,
        Self::NotGenuine,
        Self::Copied,
        Self::Expired,
        Self::OtherKind,
        Self::Card,
    ];

    const fn key(self) -> &'static str {
        match self {
            Self::NoChip => "apply-unread-no-chip",
            Self::Closed => "apply-unread-closed",
            Self::TakenAway => "apply-unread-taken-away",
            Self::Damaged => "apply-unread-damaged",
            Self::Late => "apply-unread-late",
            Self::NotGenuine => "apply-unread-not-genuine",
            Self::Copied => "apply-unread-copied",
            Self::Expired => "apply-unread-expired",
            Self::OtherKind => "apply-unread-other-kind",
            Self::Card => "apply-unread-card",
        }
    }
}
