//! The ladder of levels: which set of factors each native `acr` names, and how a ceremony maps to `amr` (RFC 8176).

use super::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing that a person really did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A passkey with user verification.
    Cert,
    /// The PIN.
    Pin,
    /// The dynamic code.
    Code,
    /// A face check through the face port.
    Face,
}

/// Whether a passkey's key can leave its device. Without a verified attestation that is the passkey's own word: shown to its
/// owner, told to no website.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// It says of itself that it cannot.
    DeviceBound,
    Synced,
    /// It cannot, by the verified word of a maker whom the operator trusts.
    Attested,
}

/// The factors of a ceremony, each with the instant it was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorSet {
    factors: Vec<(Factor, Timestamp)>,
    /// Of the passkey, where it counts (PROTOCOL 20, `phrh`).
    passkey: Option<Assurance>,
}

impl FactorSet {
    /// Number, PIN and code, judged together.
    pub fn pin_and_code(at: Timestamp) -> Self {
        Self { factors: vec![(Factor::Pin, at), (Factor::Code, at)], passkey: None }
    }

    /// A passkey with user verification.
    pub fn cert(at: Timestamp, assurance: Assurance) -> Self {
        Self { factors: vec![(Factor::Cert, at)], passkey: Some(assurance) }
    }

    /// A face check through the face port.
    pub fn face(at: Timestamp) -> Self {
        Self { factors: vec![(Factor::Face, at)], passkey: None }
    }

    /// What is known of the passkey that counts.
    pub const fn passkey(&self) -> Option<Assurance> {
        self.passkey
    }

    /// This set with another ceremony of the same session added; the newer instant counts.
    #[must_use]
    pub fn join(mut self, later: &Self) -> Self {
        for &(factor, at) in &later.factors {
            match self.factors.iter_mut().find(|(known, _)| *known == factor) {
                Some(entry) => entry.1 = entry.1.max(at),
                None => self.factors.push((factor, at)),
            }
        }
        self.passkey = later.passkey.or(self.passkey);
        self.factors.sort();
        self
    }

    pub fn has(&self, factor: Factor) -> bool {
        self.at(factor).is_some()
    }

    /// Only the factors checked at or after `instant`.
    #[must_use]
    pub fn not_before(&self, instant: Timestamp) -> Self {
        let factors: Vec<_> = self.factors.iter().copied().filter(|(_, at)| *at >= instant).collect();
        let passkey = self.passkey.filter(|_| factors.iter().any(|(factor, _)| *factor == Factor::Cert));
        Self { factors, passkey }
    }

    /// Only the factors that `level` counts.
    #[must_use]
    pub fn only(&self, level: Acr) -> Self {
        let counted = |factor: &Factor| level.factors().contains(factor);
        Self {
            factors: self.factors.iter().copied().filter(|(factor, _)| counted(factor)).collect(),
            passkey: self.passkey.filter(|_| counted(&Factor::Cert)),
        }
    }

    /// The newest instant among the factors that `level` counts.
    pub fn latest(&self, level: Acr) -> Option<Timestamp> {
        level.factors().iter().map(|factor| self.at(*factor)).collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// The oldest instant of all.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.factors.iter().map(|(_, at)| *at).min()
    }

    /// When `factor` was last checked.
    pub fn at(&self, factor: Factor) -> Option<Timestamp> {
        self.factors.iter().find(|(known, _)| *known == factor).map(|(_, at)| *at)
    }

    /// The highest level that these factors reach; `None` when they reach none.
    pub fn level(&self) -> Option<Acr> {
        Acr::LADDER.iter().rev().copied().find(|level| level.met_by(self))
    }

    /// The oldest instant among the factors that `level` counts (PROTOCOL 20).
    pub fn auth_time(&self, level: Acr) -> Option<Timestamp> {
        level.factors().iter().map(|factor| self.at(*factor)).collect::<Option<Vec<_>>>()?.into_iter().min()
    }

    /// The `amr` values of what `level` counts (RFC 8176 §2; `pop`: OpenID Connect EAP ACR Values 1.0): the published map.
    pub fn amr(&self, level: Acr) -> Vec<&'static str> {
        let mut amr = Vec::new();
        for factor in level.factors() {
            match factor {
                // Neither `hwk` nor `swk`: where a passkey keeps its key, only a verified attestation tells (`Rung::amr`).
                Factor::Cert => amr.extend(["pop", "user"]),
                Factor::Pin => amr.push("pin"),
                Factor::Code => amr.push("otp"),
                Factor::Face => amr.push("face"),
            }
        }
        amr.push("mfa");
        amr
    }
}

/// A native level. Its name says the set of factors that reached it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acr {
    Code,
    Cert,
    CertPin,
    CertFace,
    CertPinFace,
}

impl Acr {
    /// From the lowest to the highest.
    pub const LADDER: &[Self] = &[Self::Code, Self::Cert, Self::CertPin, Self::CertFace, Self::CertPinFace];

    /// The value of the `acr` claim.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Code => "urn:hufu:acr:code",
            Self::Cert => "urn:hufu:acr:cert",
            Self::CertPin => "urn:hufu:acr:cert-pin",
            Self::CertFace => "urn:hufu:acr:cert-face",
            Self::CertPinFace => "urn:hufu:acr:cert-pin-face",
        }
    }

    /// The level of that name; `None` for one that is not ours.
    pub fn parse(wire: &str) -> Option<Self> {
        Self::LADDER.iter().copied().find(|level| level.wire() == wire)
    }

    /// The factors that the level counts.
    pub const fn factors(self) -> &'static [Factor] {
        match self {
            Self::Code => &[Factor::Pin, Factor::Code],
            Self::Cert => &[Factor::Cert],
            Self::CertPin => &[Factor::Cert, Factor::Pin],
            Self::CertFace => &[Factor::Cert, Factor::Face],
            Self::CertPinFace => &[Factor::Cert, Factor::Pin, Factor::Face],
        }
    }

    pub fn met_by(self, factors: &FactorSet) -> bool {
        self.factors().iter().all(|factor| factors.has(*factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: Timestamp = Timestamp::from_unix(100);
    const LATE: Timestamp = Timestamp::from_unix(200);

    #[test]
    fn every_level_has_a_name_that_parses_back() {
        for level in Acr::LADDER {
            assert_eq!(Acr::parse(level.wire()), Some(*level));
        }
        assert_eq!(Acr::parse("urn:hufu:acr:anything"), None);
    }

    #[test]
    fn the_level_is_the_one_that_really_happened() {
        assert_eq!(FactorSet::default().level(), None);
        assert_eq!(FactorSet::pin_and_code(EARLY).level(), Some(Acr::Code));
        let cert = FactorSet::cert(EARLY, Assurance::Synced);
        assert_eq!(cert.level(), Some(Acr::Cert));
        assert_eq!(cert.join(&FactorSet::pin_and_code(LATE)).level(), Some(Acr::CertPin));
    }

    /// PROTOCOL 20: `auth_time` is the oldest instant among the factors counted.
    #[test]
    fn auth_time_is_the_oldest_instant_among_the_factors_counted() {
        let both = FactorSet::cert(EARLY, Assurance::DeviceBound).join(&FactorSet::pin_and_code(LATE));
        assert_eq!(both.auth_time(Acr::CertPin), Some(EARLY));
        assert_eq!(both.auth_time(Acr::Code), Some(LATE));
        assert_eq!(both.auth_time(Acr::CertFace), None);
    }

    #[test]
    fn amr_names_only_what_the_level_counts() {
        let both = FactorSet::cert(EARLY, Assurance::DeviceBound).join(&FactorSet::pin_and_code(LATE));
        assert_eq!(both.amr(Acr::Cert), ["pop", "user", "mfa"]);
        assert_eq!(both.amr(Acr::Code), ["pin", "otp", "mfa"]);
    }

    /// RFC 8176 §2: `hwk` is "proof-of-possession of a hardware-secured key". That a passkey is not backed up does not say
    /// so; that an attestation says it is nobody's business who did not ask (`Rung::amr`).
    #[test]
    fn amr_says_nothing_about_where_a_passkey_keeps_its_key() {
        for assurance in [Assurance::DeviceBound, Assurance::Synced, Assurance::Attested] {
            let amr = FactorSet::cert(EARLY, assurance).amr(Acr::Cert);
            assert!(!amr.iter().any(|value| ["hwk", "swk"].contains(value)), "{assurance:?}: {amr:?}");
        }
    }

    #[test]
    fn factors_that_are_too_old_do_not_count() {
        let both = FactorSet::cert(EARLY, Assurance::Synced).join(&FactorSet::pin_and_code(LATE));
        assert_eq!(both.not_before(LATE).level(), Some(Acr::Code));
    }
}
