//! The face check on top of a passkey, and the page for whom the level is out of reach.
//!
//! Must not know how well a face fitted beyond [`FaceProblem`].

use askama::Template;

use super::{Chrome, Client, Step};

/// Form: `POST /signin/face` as `multipart/form-data` (`interaction`, `csrf`, `face`; in the sandbox `camera`);
/// `POST /signin/without` (`interaction`, `csrf`), where the website does not insist; `POST /consent` (`interaction`, `csrf`, `decision=decline`).
#[derive(Debug, Template)]
#[template(path = "face.html")]
pub struct Face<'a> {
    pub chrome: Chrome<'a>,
    pub client: Client<'a>,
    pub interaction: &'a str,
    pub step: Step,
    pub camera: Camera,
    pub problem: Option<FaceProblem>,
}

/// What takes the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Camera {
    Real,
    /// The sandbox has buttons beside it: nobody in it has a face.
    Invented,
}

/// What went wrong with the last picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceProblem {
    /// No picture came.
    Missing,
    /// Another person's, or not a living one's: which, the page does not tell.
    NotYours,
    /// Too dark, too far, too blurred.
    Unclear,
    TooMany {
        minutes: u64,
    },
    /// The page was used before.
    Stale,
}

/// The level is out of this person's reach, whatever they do here. Form: `POST /consent` (`interaction`, `csrf`,
/// `decision=decline`).
#[derive(Debug, Template)]
#[template(path = "barred.html")]
pub struct Barred<'a> {
    pub chrome: Chrome<'a>,
    pub client: Client<'a>,
    pub interaction: &'a str,
    pub bar: Bar,
}

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// What the person was proved by.
    Evidence,
    /// A re-proof waits, and the old ways in go no further until it is over.
    RecoveryWaits,
    /// Nobody has a picture to compare with.
    NoFaceReference,
    /// They have no passkey.
    NoPasskey,
    /// They have none whose maker vouches for it.
    NoAttestedPasskey,
    /// They have passkeys only.
    NoPinAndCode,
}

impl Bar {
    pub const ALL: [Self; 6] = [
        Self::Evidence,
        Self::RecoveryWaits,
        Self::NoFaceReference,
        Self::NoPasskey,
        Self::NoAttestedPasskey,
        Self::NoPinAndCode,
    ];

    /// Keys of the heading, of what is so, and of what lifts it.
    const fn keys(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Evidence => ("barred-title", "barred-evidence", "barred-evidence-lifts"),
            Self::RecoveryWaits => ("barred-waits-title", "barred-waits", "barred-waits-lifts"),
            Self::NoFaceReference => ("barred-title", "barred-no-picture", "barred-no-picture-lifts"),
            Self::NoPasskey => ("barred-passkey-title", "barred-no-passkey", "barred-no-passkey-lifts"),
            Self::NoAttestedPasskey => ("barred-attested-title", "barred-no-attested", "barred-no-attested-lifts"),
            Self::NoPinAndCode => ("barred-code-title", "barred-no-code", "barred-no-code-lifts"),
        }
    }

    /// Where the person lifts it themselves: the address, and the key of its name.
    const fn lifted_at(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::RecoveryWaits => Some(("/me#me-recovery", "me-title")),
            Self::NoPasskey | Self::NoAttestedPasskey => Some(("/me#me-passkeys", "me-title")),
            Self::Evidence | Self::NoFaceReference | Self::NoPinAndCode => None,
        }
    }
}
