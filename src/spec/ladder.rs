//! What one node can say of a sign-in: the native levels that it reaches, and the other names that it may call them by.
//!
//! PROTOCOL 20; docs/assurance.md prints it. A name that somebody else gave a meaning to is a claim about us, so it is said
//! only where it is true by itself (`phr`, `phrh`: OpenID Connect Extended Authentication Profile ACR Values 1.0 §2) or where
//! the operator was assessed. Knows no request and no person.

use super::{Acr, Assurance, Factor, FactorSet};
use serde::{Deserialize, Serialize};

/// A value of the `acr` claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AcrValue {
    Native(Acr),
    /// `phr`: phishing-resistant.
    PhishingResistant,
    /// `phrh`: phishing-resistant, by a key that hardware protects.
    HardwareProtected,
    /// A level of somebody else's framework that the operator was assessed for.
    Assessed(String),
}

impl AcrValue {
    pub fn wire(&self) -> &str {
        match self {
            Self::Native(level) => level.wire(),
            Self::PhishingResistant => "phr",
            Self::HardwareProtected => "phrh",
            Self::Assessed(name) => name,
        }
    }
}

/// Where a passkey's key must be kept for a name to be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHome {
    Anywhere,
    /// In a device of a maker whom the operator trusts, by a verified attestation.
    AttestedDevice,
}

/// One name, and what must have happened for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    pub value: AcrValue,
    /// The factors that count, and so `amr` and `auth_time`.
    pub level: Acr,
    pub key: KeyHome,
}

impl Rung {
    pub fn met_by(&self, factors: &FactorSet) -> bool {
        self.level.met_by(factors) && self.key_suits(factors)
    }

    /// The factors that a person must still give.
    pub fn missing(&self, factors: &FactorSet) -> Vec<Factor> {
        let lacks = |factor: &Factor| !factors.has(*factor) || *factor == Factor::Cert && !self.key_suits(factors);
        self.level.factors().iter().copied().filter(lacks).collect()
    }

    pub fn counts(&self, factor: Factor) -> bool {
        self.level.factors().contains(&factor)
    }

    /// The `amr` values of what counted. That hardware keeps the key is told only to who asked for it and was answered so.
    pub fn amr(&self, factors: &FactorSet) -> Vec<&'static str> {
        let mut amr = factors.amr(self.level);
        if self.value == AcrValue::HardwareProtected {
            amr.insert(1, "hwk");
        }
        amr
    }

    fn key_suits(&self, factors: &FactorSet) -> bool {
        self.key == KeyHome::Anywhere || factors.passkey() == Some(Assurance::Attested)
    }
}

/// Whether faces can be checked here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Faces {
    #[default]
    Unchecked,
    Checked,
}

/// The levels and names of one node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    faces: Faces,
    /// The levels that take an attested passkey; `None` where no attestation is verified.
    attested: Option<Vec<Acr>>,
    assessed: Vec<(String, Acr)>,
}

impl Ladder {
    /// A node that verifies attestations, and takes no other passkey for these levels.
    #[must_use]
    pub fn attesting(mut self, levels: Vec<Acr>) -> Self {
        self.attested = Some(levels);
        self
    }

    /// A node whose operator was assessed: each name stands for the level beside it.
    #[must_use]
    pub fn assessed(mut self, names: Vec<(String, Acr)>) -> Self {
        self.assessed = names;
        self
    }

    /// A node that has a face service.
    #[must_use]
    pub fn with_faces(mut self) -> Self {
        self.faces = Faces::Checked;
        self
    }

    /// The native levels that a person can reach here, from the lowest.
    pub fn levels(&self) -> impl DoubleEndedIterator<Item = Acr> {
        let faces = self.faces;
        let reached = move |level: &Acr| faces == Faces::Checked || !level.factors().contains(&Factor::Face);
        Acr::LADDER.iter().copied().filter(reached)
    }

    /// Every value that may be asked for: `acr_values_supported` (OpenID Connect Discovery 1.0 §3).
    pub fn values(&self) -> Vec<AcrValue> {
        let mut values: Vec<_> = self.levels().map(AcrValue::Native).collect();
        values.push(AcrValue::PhishingResistant);
        if self.attested.is_some() {
            values.push(AcrValue::HardwareProtected);
        }
        let assessed = self.assessed.iter().filter(|(_, level)| self.levels().any(|reached| reached == *level));
        values.extend(assessed.map(|(name, _)| AcrValue::Assessed(name.clone())));
        values
    }

    /// What must have happened for the value of that name; `None` for one that nobody reaches here.
    pub fn rung(&self, wire: &str) -> Option<Rung> {
        self.values().into_iter().find(|value| value.wire() == wire).map(|value| self.rung_of(value))
    }

    /// The highest level that these factors reach, for a person who can reach no more than `cap`.
    pub fn highest(&self, factors: &FactorSet, cap: Acr) -> Option<Rung> {
        let rungs =
            self.levels().rev().filter(|level| *level <= cap).map(|level| self.rung_of(AcrValue::Native(level)));
        rungs.into_iter().find(|rung| rung.met_by(factors))
    }

    fn rung_of(&self, value: AcrValue) -> Rung {
        let level = match &value {
            AcrValue::Native(level) => *level,
            AcrValue::PhishingResistant | AcrValue::HardwareProtected => Acr::Cert,
            AcrValue::Assessed(name) => {
                self.assessed.iter().find(|(known, _)| known == name).map_or(Acr::CertPinFace, |(_, level)| *level)
            }
        };
        let attested = match &value {
            AcrValue::PhishingResistant => false,
            AcrValue::HardwareProtected => true,
            AcrValue::Native(_) | AcrValue::Assessed(_) => {
                self.attested.as_ref().is_some_and(|levels| levels.contains(&level))
            }
        };
        Rung { value, level, key: if attested { KeyHome::AttestedDevice } else { KeyHome::Anywhere } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Timestamp;

    const NOW: Timestamp = Timestamp::from_unix(100);
    const EIDAS: &str = "http://eidas.europa.eu/LoA/substantial";

    fn wires(ladder: &Ladder) -> Vec<String> {
        ladder.values().iter().map(|value| value.wire().to_owned()).collect()
    }

    fn full() -> Ladder {
        let assessed = vec![(EIDAS.to_owned(), Acr::CertPinFace)];
        Ladder::default().with_faces().attesting(vec![Acr::CertPinFace]).assessed(assessed)
    }

    fn all(passkey: Assurance) -> FactorSet {
        FactorSet::cert(NOW, passkey).join(&FactorSet::pin_and_code(NOW)).join(&FactorSet::face(NOW))
    }

    /// Discovery says exactly what this node can do.
    #[test]
    fn a_node_without_a_face_service_reaches_no_level_that_counts_a_face() {
        let bare = ["urn:hufu:acr:code", "urn:hufu:acr:cert", "urn:hufu:acr:cert-pin", "phr"];
        assert_eq!(wires(&Ladder::default()), bare);
        assert_eq!(Ladder::default().assessed(vec![(EIDAS.to_owned(), Acr::CertPinFace)]).rung(EIDAS), None);
        assert_eq!(wires(&Ladder::default().with_faces()).len(), 6);
        assert_eq!(wires(&full()).last().map(String::as_str), Some(EIDAS));
    }

    /// PROTOCOL 20: "NIST and eIDAS aliases are assurance claims: emitted only where `assessed_as` is configured".
    #[test]
    fn a_name_of_somebody_elses_is_known_only_where_it_was_assessed() {
        assert_eq!(Ladder::default().with_faces().rung(EIDAS), None);
        let rung = full().rung(EIDAS).expect("configured");
        assert_eq!((rung.level, rung.key), (Acr::CertPinFace, KeyHome::AttestedDevice));
    }

    /// PROTOCOL 20: "`phrh` needs verified attestation and a device-bound key, a synced passkey is `phr`".
    #[test]
    fn phrh_takes_a_verified_attestation_and_phr_any_passkey() {
        assert_eq!(Ladder::default().rung("phrh"), None, "nothing is verified there");
        let ladder = Ladder::default().attesting(Vec::new());
        for (passkey, hardware) in
            [(Assurance::Synced, false), (Assurance::DeviceBound, false), (Assurance::Attested, true)]
        {
            let factors = FactorSet::cert(NOW, passkey);
            let met = |name: &str| ladder.rung(name).expect("offered").met_by(&factors);
            assert_eq!((met("phr"), met("phrh")), (true, hardware), "{passkey:?}");
        }
        let pin = FactorSet::pin_and_code(NOW);
        assert!(!ladder.rung("phr").expect("offered").met_by(&pin), "a PIN can be typed into another page");
    }

    /// RFC 8176 §2: `hwk`. PROTOCOL 4: told to who asked for it.
    #[test]
    fn hwk_is_said_where_phrh_was_answered_and_nowhere_else() {
        let ladder = Ladder::default().attesting(Vec::new());
        let factors = FactorSet::cert(NOW, Assurance::Attested);
        let amr = |name: &str| ladder.rung(name).expect("offered").amr(&factors);
        assert_eq!(amr("phrh"), ["pop", "hwk", "user", "mfa"]);
        assert_eq!(amr("phr"), ["pop", "user", "mfa"]);
        assert_eq!(amr("urn:hufu:acr:cert"), ["pop", "user", "mfa"]);
    }

    #[test]
    fn a_level_that_takes_an_attested_passkey_asks_for_the_passkey_alone() {
        let ladder = full();
        let rung = ladder.rung("urn:hufu:acr:cert-pin-face").expect("offered");
        assert_eq!(rung.missing(&all(Assurance::DeviceBound)), [Factor::Cert]);
        assert_eq!(rung.missing(&all(Assurance::Attested)), []);
        let highest = |passkey| ladder.highest(&all(passkey), Acr::CertPinFace).expect("a level").level;
        assert_eq!((highest(Assurance::DeviceBound), highest(Assurance::Attested)), (Acr::CertFace, Acr::CertPinFace));
    }

    #[test]
    fn nobody_stands_above_their_cap() {
        let ladder = Ladder::default().with_faces();
        let factors = all(Assurance::Synced);
        for cap in Acr::LADDER {
            assert_eq!(ladder.highest(&factors, *cap).map(|rung| rung.level), Some(*cap));
        }
        assert_eq!(ladder.highest(&FactorSet::face(NOW), Acr::CertPinFace), None);
    }
}
