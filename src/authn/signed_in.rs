//! Who is signed in in this browser, as far as the street asks: what they gave, and how far that can take them.

use crate::keys::Epoch;
use crate::spec::{Acr, FactorSet, Handle, PersonId, SessionId};

/// A person whose session is live at this instant.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: SessionId,
    pub person: PersonId,
    pub factors: FactorSet,
    pub handle: Handle,
    pub epoch: Epoch,
    pub caps: Caps,
    pub face: FaceReference,
}

/// The highest levels that a person can reach now, whatever they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// What they were proved by stands for no more.
    pub evidence: Acr,
    /// Their state allows no more: a re-proof waits.
    pub state: Acr,
}

impl Caps {
    pub(super) fn lowest(self) -> Acr {
        self.evidence.min(self.state)
    }
}

/// Whether anybody has a picture that this person's face could be compared with: we have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceReference {
    Known,
    Unknown,
}
