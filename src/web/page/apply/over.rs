//! An application that ended otherwise: what happened, what to do now, and what became of what was read.

use askama::Template;

use super::Chrome;

/// Nothing of it is kept, whichever way it ended.
#[derive(Debug, Template)]
#[template(path = "apply/over.html")]
pub struct Over<'a> {
    pub chrome: Chrome<'a>,
    pub why: Why,
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
    Elsewhere,
    /// They have a number already.
    Known,
    /// The face was not the one on the document, as often as it may be tried.
    TooMany,
    /// Half an hour passed.
    Expired,
    /// Another browser goes on with it.
    TakenOver,
    /// They wished so.
    Stopped,
    /// This node takes no applications.
    NotOpen,
}

impl Why {
    pub const ALL: [Self; 12] = [
        Self::TooYoung,
        Self::Guardian,
        Self::NotInRegistry,
        Self::Suspended,
        Self::Deceased,
        Self::Elsewhere,
        Self::Known,
        Self::TooMany,
        Self::Expired,
        Self::TakenOver,
        Self::Stopped,
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
            Self::Elsewhere => ("apply-over-elsewhere", "apply-over-elsewhere-do"),
            Self::Known => ("apply-over-known", "apply-over-known-do"),
            Self::TooMany => ("apply-over-too-many", "apply-over-too-many-do"),
            Self::Expired => ("apply-over-expired", "apply-over-expired-do"),
            Self::TakenOver => ("apply-over-taken", "apply-over-taken-do"),
            Self::Stopped => ("apply-over-stopped", "apply-over-stopped-do"),
            Self::NotOpen => ("apply-over-not-open", "apply-over-not-open-do"),
        }
    }

    /// Stable, to tell somebody who helps.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooYoung => "apply.too_young",
            Self::Guardian => "apply.guardian",
            Self::NotInRegistry => "apply.registry_no",
            Self::Suspended => "apply.registry_suspended",
            Self::Deceased => "apply.registry_deceased",
            Self::Elsewhere => "apply.document_elsewhere",
            Self::Known => "apply.known",
            Self::TooMany => "apply.too_many",
            Self::Expired => "apply.expired",
            Self::TakenOver => "apply.taken_over",
            Self::Stopped => "apply.stopped",
            Self::NotOpen => "apply.not_open",
        }
    }

    /// Beginning again may help.
    const fn may_begin_again(self) -> bool {
        matches!(self, Self::Elsewhere | Self::TooMany | Self::Expired | Self::Stopped | Self::NotInRegistry)
    }

    /// Something was read, and it is gone now.
    const fn forgot(self) -> bool {
        !matches!(self, Self::TakenOver | Self::NotOpen)
    }
}
