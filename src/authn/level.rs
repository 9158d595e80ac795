//! The level: which of those asked for a person's factors reach, and what is missing to one that they do not.
//!
//! PROTOCOL 20; OpenID Connect Core §5.5.1.1. The ceremony decides, the node's ladder names, the person's evidence and state
//! cap. Knows no page, no session and no clock.

use super::ask::SignedIn;
use crate::authorize::{AuthorizationRequest, AuthorizeError};
use crate::spec::{Acr, Factor, FactorSet, KeyHome, Ladder, Rung};

/// The highest levels that a person can reach now, whatever they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// What they were proved by stands for no more.
    pub evidence: Acr,
    /// Their state allows no more: a re-proof waits.
    pub state: Acr,
}

impl Caps {
    fn lowest(self) -> Acr {
        self.evidence.min(self.state)
    }
}

/// Whether anybody has a picture that this person's face could be compared with: we have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceReference {
    Known,
    Unknown,
}

/// What stands between a person and a level, whatever they do at this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// What they were proved by stands for less. A better proof lifts it.
    Evidence,
    /// New ways in wait, and until they count any old one may be in a thief's hands. Time lifts it, or the person.
    RecoveryWaits,
    /// Their face cannot be compared: no registry knows them.
    NoFaceReference,
    /// They have no passkey.
    NoPasskey,
    /// They have no passkey whose maker's word counts here.
    NoAttestedPasskey,
    /// They have passkeys only.
    NoPinAndCode,
}

/// What the page asks for: only what is missing or too old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Empty: any way in will do.
    pub factors: Vec<Factor>,
    /// Of the passkey among them.
    pub key: KeyHome,
}

impl Missing {
    pub(super) const ANYTHING: Self = Self { factors: Vec::new(), key: KeyHome::Anywhere };
}

/// What the website hears of an essential level that this person does not reach.
pub fn unmet(request: &AuthorizationRequest) -> AuthorizeError {
    AuthorizeError::UnmetLevel(request.acr.essential.join(" "))
}

pub(super) enum Unmet {
    /// Another step of the person would reach it, or one of those after it.
    Missing(Missing, Vec<Missing>),
    /// Nothing that this person can do here would.
    Barred(Bar),
    /// Nothing that anybody can do here would.
    Unreachable,
}

/// "The first in request order that is met, else the true lower one; only an essential `acr` refuses" (PROTOCOL 20).
pub(super) fn level(
    request: &AuthorizationRequest,
    ladder: &Ladder,
    person: &SignedIn,
    factors: &FactorSet,
) -> Result<Rung, Unmet> {
    let bar = |rung: &Rung| {
        if rung.level > person.caps.evidence {
            Some(Bar::Evidence)
        } else if rung.level > person.caps.state {
            Some(Bar::RecoveryWaits)
        } else if rung.counts(Factor::Face) && person.face == FaceReference::Unknown {
            Some(Bar::NoFaceReference)
        } else {
            None
        }
    };
    let rungs = |wanted: &[String]| wanted.iter().filter_map(|name| ladder.rung(name)).collect::<Vec<_>>();
    let cap = person.caps.lowest();
    let met = |wanted: &[Rung]| wanted.iter().find(|rung| rung.level <= cap && rung.met_by(factors)).cloned();
    if request.acr.essential.is_empty() {
        let level = met(&rungs(&request.acr.voluntary)).or_else(|| ladder.highest(factors, cap));
        return level.ok_or(Unmet::Missing(Missing::ANYTHING, Vec::new()));
    }
    let wanted = rungs(&request.acr.essential);
    if let Some(rung) = met(&wanted) {
        return Ok(rung);
    }
    let open = wanted.iter().filter(|rung| bar(rung).is_none());
    let mut missing = open.map(|rung| Missing { factors: rung.missing(factors), key: rung.key });
    match missing.next() {
        Some(first) => Err(Unmet::Missing(first, missing.collect())),
        None => Err(wanted.iter().find_map(bar).map_or(Unmet::Unreachable, Unmet::Barred)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authn::ask::{Ask, Why};
    use crate::authn::scene::{THEN, asked, essential, person, pin_and_code};
    use crate::spec::Assurance;

    /// OpenID Connect Core §5.5.1.1 and PROTOCOL 20.
    #[test]
    fn acr_values_prefer_in_request_order_and_never_refuse() {
        let both = person(FactorSet::cert(THEN, Assurance::Synced).join(&FactorSet::pin_and_code(THEN)));
        let level = |extra: &str, who: &SignedIn| match asked(extra, Some(who), None) {
            Ask::Proceed(authenticated) => authenticated.acr().wire().to_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(level("acr_values=urn:hufu:acr:cert+urn:hufu:acr:cert-pin", &both), "urn:hufu:acr:cert");
        assert_eq!(level("acr_values=urn:hufu:acr:cert", &pin_and_code()), "urn:hufu:acr:code");
        assert_eq!(level("acr_values=1+2", &both), "urn:hufu:acr:cert-pin");
        // OpenID Connect EAP ACR Values 1.0 §2: answered where asked for and met, and nowhere else.
        assert_eq!(level("acr_values=phrh+phr", &both), "phr");
        assert_eq!(level("acr_values=phr", &pin_and_code()), "urn:hufu:acr:code");
    }

    /// OpenID Connect Core §5.5.1.1; Unmet Authentication Requirements 1.0 §2.
    #[test]
    fn an_essential_acr_that_is_not_met_asks_or_refuses() {
        let who = pin_and_code();
        match asked(&essential("urn:hufu:acr:cert-pin"), Some(&who), None) {
            Ask::SignIn { why, missing, .. } => {
                assert_eq!((why, missing.factors), (Why::LevelTooLow, vec![Factor::Cert]));
            }
            other => panic!("{other:?}"),
        }
        let unreachable = asked(&essential("urn:example:gold"), Some(&who), None);
        assert!(matches!(unreachable, Ask::Refuse(AuthorizeError::UnmetLevel(_))));
    }

    /// Issue 4: "step-up asks only for what is missing or too old". Every set of factors that a session can have, every level
    /// that can be wanted; what a session has forgotten (`authn::session`) is missing like what it never had.
    #[test]
    fn a_step_up_asks_for_what_is_missing_and_for_nothing_else() {
        use Factor::{Cert, Code, Face, Pin};
        let cert = || FactorSet::cert(THEN, Assurance::Synced);
        let (code, face) = (|| FactorSet::pin_and_code(THEN), || FactorSet::face(THEN));
        #[rustfmt::skip]
        let table: &[(FactorSet, [&[Factor]; 5])] = &[
            // have                        code          cert     cert-pin     cert-face     cert-pin-face
            (code(),                     [&[],          &[Cert], &[Cert],     &[Cert, Face], &[Cert, Face]]),
            (cert(),                     [&[Pin, Code], &[],     &[Pin],      &[Face],       &[Pin, Face]]),
            (cert().join(&code()),       [&[],          &[],     &[],         &[Face],       &[Face]]),
            (cert().join(&face()),       [&[Pin, Code], &[],     &[Pin],      &[],           &[Pin]]),
            (code().join(&face()),       [&[],          &[Cert], &[Cert],     &[Cert],       &[Cert]]),
            (cert().join(&code()).join(&face()), [&[], &[],      &[],         &[],           &[]]),
            // The PIN that came with a code stands for the PIN alone.
            (cert().join(&code().only(Acr::CertPin)), [&[Code], &[], &[],     &[Face],       &[Face]]),
        ];
        for (have, wanted) in table {
            for (level, missing) in Acr::LADDER.iter().zip(wanted) {
                let answer = asked(&essential(level.wire()), Some(&person(have.clone())), None);
                match answer {
                    Ask::Proceed(who) => assert_eq!((who.acr().wire(), *missing), (level.wire(), &[][..]), "{have:?}"),
                    Ask::SignIn { missing: asked, .. } => assert_eq!(asked.factors, *missing, "{have:?} {level:?}"),
                    other => panic!("{have:?} {level:?}: {other:?}"),
                }
            }
        }
    }

    /// PROTOCOL 27: "capped". The person reads why; the website hears `unmet_authentication_requirements`.
    #[test]
    fn nobody_gets_above_what_their_evidence_stands_for() {
        let all = FactorSet::cert(THEN, Assurance::Synced).join(&FactorSet::pin_and_code(THEN));
        let all = all.join(&FactorSet::face(THEN));
        let caps = Caps { evidence: Acr::Cert, state: Acr::CertPinFace };
        let capped = SignedIn { caps, ..person(all.clone()) };
        let answered = |extra: &str, who: &SignedIn| match asked(extra, Some(who), None) {
            Ask::Proceed(who) => Ok((who.acr().wire().to_owned(), who.amr().to_vec())),
            Ask::Barred { bar, refusal } => Err((bar, refusal.to_string())),
            other => panic!("{extra}: {other:?}"),
        };
        let cert = ("urn:hufu:acr:cert".to_owned(), vec!["pop", "user", "mfa"]);
        for voluntary in ["", "acr_values=urn:hufu:acr:cert-pin-face+urn:hufu:acr:cert-pin"] {
            assert_eq!(answered(voluntary, &capped), Ok(cert.clone()), "{voluntary}");
        }
        for level in ["urn:hufu:acr:cert-pin", "urn:hufu:acr:cert-face", "urn:hufu:acr:cert-pin-face"] {
            assert!(matches!(answered(&essential(level), &capped), Err((Bar::Evidence, _))), "{level}");
            let waits = SignedIn { caps: Caps { evidence: Acr::CertPinFace, state: Acr::Cert }, ..person(all.clone()) };
            assert!(matches!(answered(&essential(level), &waits), Err((Bar::RecoveryWaits, _))), "{level}");
        }
        let either = essential(r#"urn:hufu:acr:cert-pin","urn:hufu:acr:cert"#);
        assert_eq!(answered(&either, &capped), Ok(cert));
        let silent = asked(&format!("{}&prompt=none", essential("urn:hufu:acr:cert-pin")), Some(&capped), None);
        assert!(matches!(silent, Ask::Refuse(AuthorizeError::UnmetLevel(_))));
    }

    #[test]
    fn a_face_is_not_asked_of_somebody_whose_face_nobody_can_compare() {
        let cert = FactorSet::cert(THEN, Assurance::Synced);
        let who = SignedIn { face: FaceReference::Unknown, ..person(cert) };
        let barred = asked(&essential("urn:hufu:acr:cert-face"), Some(&who), None);
        assert!(matches!(barred, Ask::Barred { bar: Bar::NoFaceReference, .. }), "{barred:?}");
        let other = asked(&essential(r#"urn:hufu:acr:cert-face","urn:hufu:acr:cert-pin"#), Some(&who), None);
        assert!(matches!(other, Ask::SignIn { missing: Missing { ref factors, .. }, .. } if *factors == [Factor::Pin]));
    }

    /// OpenID Connect Core §5.5.1.1: of several essential levels any will do: what each lacks is said, in the request's order.
    #[test]
    fn what_would_do_as_well_is_said_too() {
        let either = essential(r#"urn:hufu:acr:cert-pin","urn:example:gold","urn:hufu:acr:cert"#);
        let who = person(FactorSet::face(THEN));
        let Ask::SignIn { missing, otherwise, .. } = asked(&either, Some(&who), None) else { panic!("no page") };
        assert_eq!(missing.factors, [Factor::Cert, Factor::Pin]);
        assert_eq!(otherwise.iter().map(|missing| &*missing.factors).collect::<Vec<_>>(), [[Factor::Cert]]);
    }
}
