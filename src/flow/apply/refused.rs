//! Why a step was not taken. Every cause its own word; what the person reads is the page's.

use crate::authn::PinRule;
use crate::flow::Unavailable;
use crate::flow::ports::PortError;
use crate::person::PhoneNumberError;
use crate::person::application::End;
use crate::store::StoreError;

/// A service that an application needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Registry,
    Face,
    Phone,
    Card,
    Notification,
}

/// What the face service saw instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceProblem {
    /// Another person.
    Different,
    /// Once more, in better light.
    Unsure,
    /// A picture, a screen or a mask.
    NotLiving,
}

/// Why the application stays where it is, or is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("this browser has no application")]
    NoApplication,
    #[error("the application was not finished within half an hour")]
    Over,
    /// Taken twice, in another tab, or before its turn: show where it stands.
    #[error("the application does not stand where this step begins")]
    Stale,
    #[error("the application is over: {0}")]
    Ended(End),
    #[error("this browser handed the application over, and may look on")]
    Watching,
    #[error("the link was followed before, or is too old")]
    LinkOver,
    #[error("this node takes no applications")]
    NotHere,
    #[error("too many begin at once: later")]
    TooMany,
    #[error("the chip is not taken: {0}")]
    Chip(&'static str),
    #[error("the card is lost, revoked, expired or not genuine")]
    CardRefused,
    #[error("nobody held a card to a reader in time")]
    CardExpired,
    #[error("there is no such voucher: it was used, or is too old, or not approved")]
    NoVoucher,
    #[error("a picture of the face is empty or too long")]
    SampleSize,
    #[error("the face is not proved: {problem:?}")]
    Face { problem: FaceProblem, left: u8 },
    #[error("no telephone number: {0}")]
    PhoneNumber(PhoneNumberError),
    #[error("no telephone has this number, or it gets no messages")]
    NoSuchNumber,
    #[error("this telephone got too many messages today")]
    PhoneSpent,
    #[error("the code from the message is wrong")]
    PhoneCode { left: u8 },
    #[error("the code from the message was wrong too often: another message is needed")]
    PhoneCodeSpent,
    #[error("the code from the message is too old: another message is needed")]
    PhoneCodeExpired,
    #[error("the two PINs differ")]
    PinsDiffer,
    #[error("the PIN breaks a rule: {0:?}")]
    Pin(PinRule),
    #[error("the dynamic code is wrong")]
    Code,
    /// It has decided nothing: the same step again, later.
    #[error("a service does not answer ({service:?}): {error}")]
    NoAnswer { service: Service, error: PortError },
    /// A copy does not bring back what a genuine document proved.
    #[error("the proof stands for less than the person was known by")]
    TooWeak,
    /// Suspended or closed: no re-proof brings it back.
    #[error("the number is stopped by the registry or the operator, or closed")]
    Stopped,
    #[error("the storage is unavailable")]
    Unavailable,
}

impl Refused {
    /// For logs and counters, and for the page that waits for a reader.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoApplication => "apply.none",
            Self::Over => "apply.over",
            Self::Stale => "apply.stale",
            Self::Ended(End::VoucherUsed) => "apply.voucher_used",
            Self::Ended(End::Stopped) => "apply.stopped",
            Self::Watching => "apply.watching",
            Self::LinkOver => "apply.link_over",
            Self::NotHere => "apply.not_here",
            Self::TooMany => "apply.too_many",
            Self::Ended(End::DocumentsSpent) => "apply.documents_spent",
            Self::Ended(End::TooYoung) => "apply.too_young",
            Self::Ended(End::GuardianNeeded) => "apply.guardian_needed",
            Self::Ended(End::NotInRegistry) => "apply.not_in_registry",
            Self::Ended(End::Suspended) => "apply.suspended",
            Self::Ended(End::Deceased) => "apply.deceased",
            Self::Ended(End::DocumentElsewhere) => "apply.document_elsewhere",
            Self::Chip(code) => code,
            Self::CardRefused => "apply.card_refused",
            Self::CardExpired => "apply.card_expired",
            Self::NoVoucher => "apply.no_voucher",
            Self::SampleSize => "apply.sample_size",
            Self::Face { problem: FaceProblem::Different, .. } => "apply.face_different",
            Self::Face { problem: FaceProblem::Unsure, .. } => "apply.face_unsure",
            Self::Face { problem: FaceProblem::NotLiving, .. } => "apply.face_not_living",
            Self::Ended(End::FacesSpent) => "apply.faces_spent",
            Self::PhoneNumber(_) => "apply.phone_number",
            Self::NoSuchNumber => "apply.no_such_number",
            Self::Ended(End::MessagesSpent) => "apply.messages_spent",
            Self::PhoneSpent => "apply.phone_spent",
            Self::PhoneCode { .. } => "apply.phone_code",
            Self::PhoneCodeSpent => "apply.phone_code_spent",
            Self::PhoneCodeExpired => "apply.phone_code_expired",
            Self::PinsDiffer => "apply.pins_differ",
            Self::Pin(_) => "apply.pin",
            Self::Code => "apply.code",
            Self::NoAnswer { service: Service::Registry, .. } => "apply.registry_down",
            Self::NoAnswer { service: Service::Face, .. } => "apply.face_down",
            Self::NoAnswer { service: Service::Phone, .. } => "apply.phone_down",
            Self::NoAnswer { service: Service::Card, .. } => "apply.card_down",
            Self::NoAnswer { service: Service::Notification, .. } => "apply.notification_down",
            Self::TooWeak => "apply.too_weak",
            Self::Stopped => "apply.number_stopped",
            Self::Unavailable => "apply.unavailable",
        }
    }
}

impl From<Unavailable> for Refused {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Unavailable::from(error).into()
    }
}
