//! An application that ended otherwise: what happened, what to do now, and what became of what was read.

use askama::Template;

use super::Chrome;

/// Nothing of it is kept, whichever way it ended.
#[derive(Debug, Template)]
#[template(path = "apply/over.html")]
pub struct Over<'a> {
    pub chrome: Chrome<'a>,
    pub why: Why,
    /// Stable, to tell somebody who helps; such as `apply.too_young`.
    pub code: &'a str,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Under 8.
    TooYoung,
    /// 8 to 17: a guardian applies with them, and this server cannot ask one yet.
    Guardian,
    /// The registry does not know them as the document says.
    NotInRegistry,
    /// The registry says that they may not be served now.
    Suspended,
    /// The registry has them as dead. That may be its mistake, and must be said gently.
    Deceased,
    /// The document belongs to somebody who applied before.
    DocumentElsewhere,
    /// As many documents were brought as may be.
    DocumentsSpent,
    /// As many faces were compared as may be.
    FacesSpent,
    /// As many messages were sent as may be.
    MessagesSpent,
    /// The voucher was used meanwhile.
    VoucherUsed,
    /// Half an hour passed.
    Expired,
    /// The link to another device was followed before, or is too old.
    LinkOver,
    /// They wished so.
    Stopped,
    /// New ways in were wished for, by a proof that stands for less than the person was known by.
    ProofTooWeak,
    /// Their number is suspended or closed, and no proof brings it back.
    NumberStopped,
    /// This node takes no applications.
    NotOpen,
}

impl Why {
    pub const ALL: [Self; 16] = [
        Self::TooYoung,
        Self::Guardian,
        Self::NotInRegistry,
        Self::Suspended,
        Self::Deceased,
        Self::DocumentElsewhere,
        Self::DocumentsSpent,
        Self::FacesSpent,
        Self::MessagesSpent,
        Self::VoucherUsed,
        Self::Expired,
        Self::LinkOver,
        Self::Stopped,
        Self::ProofTooWeak,
        Self::NumberStopped,
        Self::NotOpen,
    ];

    /// Keys of the heading and of what to do now.
    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::TooYoung => ("apply-over-young", "apply-over-young-do"),
            Self::Guardian => ("minors-heading", "apply-over-guardian-do"),
            Self::NotInRegistry => ("apply-over-registry", "apply-over-registry-do"),
            Self::Suspended => ("apply-over-suspended", "apply-over-suspended-do"),
            Self::Deceased => ("apply-over-deceased", "apply-over-deceased-do"),
            Self::DocumentElsewhere => ("apply-over-elsewhere", "apply-over-elsewhere-do"),
            Self::DocumentsSpent => ("apply-over-documents", "apply-over-documents-do"),
            Self::FacesSpent => ("apply-over-faces", "apply-over-faces-do"),
            Self::MessagesSpent => ("apply-over-messages", "apply-over-messages-do"),
            Self::VoucherUsed => ("apply-over-voucher", "apply-over-voucher-do"),
            Self::Expired => ("apply-over-expired", "apply-over-expired-do"),
            Self::LinkOver => ("apply-over-link", "apply-over-link-do"),
            Self::Stopped => ("apply-over-stopped", "apply-over-stopped-do"),
            Self::ProofTooWeak => ("apply-over-weak", "apply-over-weak-do"),
            Self::NumberStopped => ("apply-over-number", "apply-over-number-do"),
            Self::NotOpen => ("apply-over-not-open", "apply-over-not-open-do"),
        }
    }

    /// Beginning again may help.
    const fn may_begin_again(self) -> bool {
        match self {
            Self::NotInRegistry
            | Self::DocumentElsewhere
            | Self::DocumentsSpent
            | Self::FacesSpent
            | Self::MessagesSpent
            | Self::VoucherUsed
            | Self::Expired
            | Self::ProofTooWeak
            | Self::Stopped => true,
            Self::TooYoung
            | Self::Guardian
            | Self::Suspended
            | Self::Deceased
            | Self::LinkOver
            | Self::NumberStopped
            | Self::NotOpen => false,
        }
    }

    /// Something was read, and it is gone now.
    const fn forgot(self) -> bool {
        !matches!(self, Self::LinkOver | Self::ProofTooWeak | Self::NumberStopped | Self::NotOpen)
    }
}
