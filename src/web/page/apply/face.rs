//! Step 2: the face, once. The picture goes to the face service and nowhere else.

use askama::Template;

use super::{Chrome, Step};

/// Form, `multipart/form-data`: `POST /apply/face` (`csrf`, `nonce`, `sample`; in the sandbox `camera`).
#[derive(Debug, Template)]
#[template(path = "apply/face.html")]
pub struct Face<'a> {
    pub chrome: Chrome<'a>,
    /// What the sample is for; it comes back with it.
    pub nonce: &'a str,
    pub camera: Camera<'a>,
    /// How often it may still be tried.
    pub left: u64,
    pub problem: Option<FaceProblem>,
}

/// What takes the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Camera<'a> {
    /// The device's own.
    Real,
    /// The sandbox's: pictures of nobody, one button each.
    Invented(&'a [Invented<'a>]),
}

/// A picture of the invented camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invented<'a> {
    /// What is sent in the picture's place.
    pub camera: &'a str,
    pub shows: Shows,
}

/// Who or what stands before the invented camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    Holder,
    SomebodyElse,
    Photograph,
    Unclear,
}

impl Shows {
    const fn key(self) -> &'static str {
        match self {
            Self::Holder => "apply-camera-holder",
            Self::SomebodyElse => "apply-camera-other",
            Self::Photograph => "apply-camera-photograph",
            Self::Unclear => "apply-camera-unclear",
        }
    }
}

/// Why step 2 is not done yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceProblem {
    /// No picture came.
    Missing,
    /// More than the service takes.
    TooLarge,
    /// It cannot tell: once more, in better light.
    Unsure,
    /// Not the face on the document.
    Different,
    /// A picture, a screen or a mask.
    NotLiving,
    /// The service does not answer. Nothing is lost.
    Unreachable,
}

impl FaceProblem {
    pub const ALL: [Self; 6] =
        [Self::Missing, Self::TooLarge, Self::Unsure, Self::Different, Self::NotLiving, Self::Unreachable];

    const fn key(self) -> &'static str {
        match self {
            Self::Missing => "apply-face-missing",
            Self::TooLarge => "apply-face-too-large",
            Self::Unsure => "apply-face-unsure",
            Self::Different => "apply-face-different",
            Self::NotLiving => "apply-face-not-living",
            Self::Unreachable => "apply-problem-unreachable",
        }
    }
}
