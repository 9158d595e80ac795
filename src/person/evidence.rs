//! What a person was proved by when they applied, and what that is good for. PROTOCOL 27; docs/assurance.md.

use crate::spec::{Acr, Timestamp};
use serde::{Deserialize, Serialize};

/// How the document was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DocumentProof {
    /// A chip that signed our challenge (active authentication).
    ActiveAuthentication,
    /// A chip that agreed on keys with us (chip authentication).
    ChipAuthentication,
    /// Signed data from a chip that proved nothing of itself: they may be a copy.
    PassiveOnly,
    /// The resident card's own gateway.
    ResidentCard,
    /// Two officers saw it, at a counter.
    Voucher,
}

/// How it was seen that the document is this person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaceProof {
    /// The face service compared.
    Compared,
    /// Two officers saw the person, at a counter.
    Voucher,
}

/// Whether the registry vouches that there is one such person (PROTOCOL 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Uniqueness {
    /// By the registry's reference: one number per living person.
    Registry,
    /// By the chain of documents: no registry knows them.
    DocumentChain,
}

/// All of it, as the person's row keeps it sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub document: DocumentProof,
    pub face: FaceProof,
    pub uniqueness: Uniqueness,
    /// SHA-1 in the chip's signatures.
    pub weak_hash: bool,
    /// The hour.
    pub at: Timestamp,
}

impl Evidence {
    /// What a later proof adds: the one that reaches higher, of two alike the later.
    #[must_use]
    pub fn strengthened(self, later: Self) -> Self {
        if later.cap() >= self.cap() { later } else { self }
    }

    /// The highest level that this person can reach. A document that may be a copy, or signatures that may be forged, stand for
    /// no more than the device that the person holds.
    pub const fn cap(&self) -> Acr {
        match self.document {
            DocumentProof::PassiveOnly => Acr::Cert,
            _ if self.weak_hash => Acr::Cert,
            DocumentProof::ActiveAuthentication
            | DocumentProof::ChipAuthentication
            | DocumentProof::ResidentCard
            | DocumentProof::Voucher => Acr::CertPinFace,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PROTOCOL 27: "passive-only evidence is marked and capped".
    #[test]
    fn what_may_be_a_copy_reaches_no_more_than_the_device() {
        let full = Evidence {
            document: DocumentProof::ActiveAuthentication,
            face: FaceProof::Compared,
            uniqueness: Uniqueness::Registry,
            weak_hash: false,
            at: Timestamp::from_unix(0),
        };
        assert_eq!(full.cap(), Acr::CertPinFace);
        assert_eq!(Evidence { document: DocumentProof::PassiveOnly, ..full }.cap(), Acr::Cert);
        assert_eq!(Evidence { weak_hash: true, ..full }.cap(), Acr::Cert);
    }

    #[test]
    fn a_later_proof_strengthens_and_never_weakens() {
        let full = Evidence {
            document: DocumentProof::ResidentCard,
            face: FaceProof::Compared,
            uniqueness: Uniqueness::Registry,
            weak_hash: false,
            at: Timestamp::from_unix(0),
        };
        let copy = Evidence { document: DocumentProof::PassiveOnly, at: Timestamp::from_unix(7200), ..full };
        assert_eq!(full.strengthened(copy), full);
        assert_eq!(copy.strengthened(full), full);
        let again = Evidence { at: Timestamp::from_unix(3600), ..full };
        assert_eq!(full.strengthened(again), again);
    }
}
