//! The face service: whether a living person is before the camera, and the one that the reference shows. It keeps nothing.

use super::{Asking, IdempotencyKey};
use crate::person::RegistryRef;
use crate::spec::TokenHash;
use rand::CryptoRng;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What the camera took: a picture or a short film, as the browser sent it. Gone when the question is answered.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct FaceSample(Vec<u8>);

impl FaceSample {
    /// Bytes of a sample.
    pub const LONGEST: usize = 4 * 1024 * 1024;

    /// `None` when it is empty or longer than [`Self::LONGEST`].
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (1..=Self::LONGEST).contains(&bytes.len()).then_some(Self(bytes))
    }

    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for FaceSample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaceSample({} bytes)", self.0.len())
    }
}

/// Whose face it should be.
#[derive(Clone, Copy, Debug)]
pub enum FaceReference<'a> {
    /// DG2 of the chip that was just read (PROTOCOL 27).
    Chip(&'a [u8]),
    /// The picture that the registry has of its person: for the resident card and for signing in, since we keep no picture.
    Registry(&'a RegistryRef),
}

/// Made for one sample: the page showed what to do for it, so that a film of yesterday does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FaceNonce([u8; 16]);

impl FaceNonce {
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The nonce of a page, by what the page had sealed: fresh for every page, and the same however often it is asked.
    pub fn of_page(challenge: &[u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&TokenHash::of(&[b"hufu/face\0".as_slice(), challenge].concat()).as_bytes()[..16]);
        Self(bytes)
    }

    pub fn to_text(self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }
}

/// How well the faces fit. The service's thresholds are in its contract; we ask for no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScoreBand {
    /// Another person.
    Different,
    /// Not sure: once more, in better light.
    Unsure,
    /// The same: false matches below 1 in 10,000.
    Same,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    Living,
    /// A picture, a screen or a mask.
    NotLiving,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    pub band: ScoreBand,
    pub liveness: Liveness,
}

impl Score {
    /// The only score that counts as a face check.
    pub fn passes(self) -> bool {
        self.band == ScoreBand::Same && self.liveness == Liveness::Living
    }
}

/// PROTOCOL 27.
pub trait FaceMatch: Send + Sync {
    fn compare<'a>(
        &'a self,
        sample: &'a FaceSample,
        reference: FaceReference<'a>,
        nonce: FaceNonce,
        key: IdempotencyKey,
    ) -> Asking<'a, Score>;
}
