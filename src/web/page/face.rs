//! The face check on top of a passkey, and the page for whom the level is out of reach.
//!
//! Must not know how well a face fitted beyond [`FaceProblem`].

use askama::Template;

use super::{Chrome, Client};

/// Form: `POST /signin/face` as `multipart/form-data` (`interaction`, `csrf`, `face`; in the sandbox `camera`);
/// `POST /consent` (`interaction`, `csrf`, `decision=decline`).
#[derive(Debug, Template)]
#[template(path = "face.html")]
pub struct Face<'a> {
    pub chrome: Chrome<'a>,
    pub client: Client<'a>,
    pub interaction: &'a str,
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
    /// Nobody has a picture to compare with.
    NoFaceReference,
}
