//! The level: which of those asked for a person's factors reach, and what is missing to one that they do not.
//!
//! PROTOCOL 20; OpenID Connect Core §5.5.1.1. The ceremony decides, the node's ladder names, the person's evidence and state
//! cap. Knows no page, no session and no clock.

use super::signed_in::{FaceReference, SignedIn};
use crate::authorize::{AuthorizationRequest, AuthorizeError};
use crate::spec::{Factor, FactorSet, KeyHome, Ladder, Rung};

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
    const ANYTHING: Self = Self { factors: Vec::new(), key: KeyHome::Anywhere };
}

/// The ways to a level that was asked for, in the request's order: any one of them will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    pub first: Missing,
    pub otherwise: Vec<Missing>,
}

impl Steps {
    /// Any way in will do.
    pub(super) const ANYTHING: Self = Self { first: Missing::ANYTHING, otherwise: Vec::new() };
}

/// What the website hears of an essential level that this person does not reach.
pub fn unmet(request: &AuthorizationRequest) -> AuthorizeError {
    AuthorizeError::UnmetLevel(request.acr.essential.join(" "))
}

/// Why no level that was asked for is reached.
pub(super) enum Unmet {
    /// A step of the person would reach one, and the request insists.
    Missing(Steps),
    /// A step of the person would reach one; without it the true lower level will do.
    Wished { lower: Rung, steps: Steps },
    /// Nothing that this person can do here would.
    Barred(Bar),
    /// Nothing that anybody can do here would.
    Unreachable,
}

/// The first in request order that is met (PROTOCOL 20). Where none is, an essential `acr` insists or refuses; a voluntary one
/// is asked for where it can be had (RFC 9470 §5), and is else the true lower one.
pub(super) fn level(
    request: &AuthorizationRequest,
    ladder: &Ladder,
    person: &SignedIn,
    factors: &FactorSet,
) -> Result<Rung, Unmet> {
    let insists = !request.acr.essential.is_empty();
    let names = if insists { &request.acr.essential } else { &request.acr.voluntary };
    let wanted: Vec<_> = names.iter().filter_map(|name| ladder.rung(name)).collect();
    let cap = person.caps.lowest();
    if let Some(rung) = wanted.iter().find(|rung| rung.level <= cap && rung.met_by(factors)) {
        return Ok(rung.clone());
    }
    let highest = ladder.highest(factors, cap);
    // Who insists may want less than there is, since a level names a set of factors; who only wishes has more than that.
    let wants = |rung: &Rung| insists || highest.as_ref().is_none_or(|highest| rung.level >= highest.level);
    let open = wanted.iter().filter(|rung| wants(rung) && bar(rung, person).is_none());
    let mut missing = open.map(|rung| Missing { factors: rung.missing(factors), key: rung.key });
    let steps = missing.next().map(|first| Steps { first, otherwise: missing.collect() });
    match (steps, insists) {
        (Some(steps), true) => Err(Unmet::Missing(steps)),
        (None, true) => Err(wanted.iter().find_map(|rung| bar(rung, person)).map_or(Unmet::Unreachable, Unmet::Barred)),
        (steps, false) => match (highest, steps) {
            (None, _) => Err(Unmet::Missing(Steps::ANYTHING)),
            (Some(lower), Some(steps)) => Err(Unmet::Wished { lower, steps }),
            (Some(lower), None) => Ok(lower),
        },
    }
}

/// What keeps this level from this person, as far as their evidence and state tell.
fn bar(rung: &Rung, person: &SignedIn) -> Option<Bar> {
    if rung.level > person.caps.evidence {
        Some(Bar::Evidence)
    } else if rung.level > person.caps.state {
        Some(Bar::RecoveryWaits)
    } else if rung.counts(Factor::Face) && person.face == FaceReference::Unknown {
        Some(Bar::NoFaceReference)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authn::ask::{Ask, Why};
    use crate::authn::scene::{THEN, asked, essential, person, pin_and_code};
    use crate::authn::signed_in::Caps;
    use crate::spec::{Acr, Assurance};

    /// The level that is told, and what the person is asked for to reach a higher: first, and what would do as well.
    fn wished(extra: &str, who: &SignedIn) -> (String, Vec<Vec<Factor>>) {
        match asked(extra, Some(who), None) {
            Ask::Proceed(authenticated) => (authenticated.acr().wire().to_owned(), Vec::new()),
            Ask::Offer { steps, without } => {
                let ways = std::iter::once(steps.first).chain(steps.otherwise).map(|missing| missing.factors);
                (without.acr().wire().to_owned(), ways.collect())
            }
            other => panic!("{extra}: {other:?}"),
        }
    }

    /// OpenID Connect Core §5.5.1.1; PROTOCOL 20: "the first in request order that is met", wherever it stands.
    #[test]
    fn a_value_that_is_met_is_told_and_nothing_is_asked_for() {
        let both = person(FactorSet::cert(THEN, Assurance::Synced).join(&FactorSet::pin_and_code(THEN)));
        #[rustfmt::skip]
        let table = [
            ("acr_values=urn:hufu:acr:cert+urn:hufu:acr:cert-pin", &both,            "urn:hufu:acr:cert"),
            ("acr_values=urn:hufu:acr:cert-face+urn:hufu:acr:code", &both,           "urn:hufu:acr:code"),
            ("acr_values=urn:hufu:acr:cert+urn:hufu:acr:code", &pin_and_code(),      "urn:hufu:acr:code"),
            // OpenID Connect EAP ACR Values 1.0 §2: answered where asked for and met, and nowhere else.
            ("acr_values=phrh+phr", &both,                                           "phr"),
        ];
        for (request, who, told) in table {
            assert_eq!(wished(request, who), (told.to_owned(), vec![]), "{request}");
        }
    }

    /// RFC 9470 §5: a level that was asked for and is within reach is asked of the person; PROTOCOL 20: never a refusal.
    #[test]
    fn a_voluntary_level_is_asked_for_and_can_be_gone_without() {
        use Factor::{Cert, Face, Pin};
        let code = pin_and_code();
        let cert = person(FactorSet::cert(THEN, Assurance::Synced));
        #[rustfmt::skip]
        let table: [(&str, &SignedIn, &str, &[&[Factor]]); 5] = [
            ("acr_values=urn:hufu:acr:cert", &code,                              "urn:hufu:acr:code", &[&[Cert]]),
            ("acr_values=phr", &code,                                            "urn:hufu:acr:code", &[&[Cert]]),
            ("acr_values=1+urn:hufu:acr:cert-pin", &cert,                        "urn:hufu:acr:cert", &[&[Pin]]),
            ("acr_values=urn:hufu:acr:cert-face+urn:hufu:acr:cert-pin", &cert,   "urn:hufu:acr:cert", &[&[Face], &[Pin]]),
            (r#"claims={"id_token":{"acr":{"value":"urn:hufu:acr:cert"}}}"#, &code, "urn:hufu:acr:code", &[&[Cert]]),
        ];
        for (request, who, told, ways) in table {
            let ways = ways.iter().map(|way| way.to_vec()).collect();
            assert_eq!(wished(request, who), (told.to_owned(), ways), "{request}");
        }
    }

    /// PROTOCOL 20: the true level: a website that wishes for less than there is gets what there is.
    #[test]
    fn a_voluntary_level_below_the_one_that_is_met_asks_for_nothing() {
        let cert = person(FactorSet::cert(THEN, Assurance::Synced));
        assert_eq!(wished("acr_values=urn:hufu:acr:code", &cert), ("urn:hufu:acr:cert".to_owned(), vec![]));
    }

    /// PROTOCOL 20: "else the true lower one": nobody is asked for what cannot be had, nor where nothing may be shown.
    #[test]
    fn a_voluntary_level_out_of_reach_gives_the_true_lower_one_at_once() {
        let code = pin_and_code();
        let faceless = SignedIn { face: FaceReference::Unknown, ..pin_and_code() };
        let caps = |evidence, state| SignedIn { caps: Caps { evidence, state }, ..pin_and_code() };
        let (copied, waits) = (caps(Acr::Code, Acr::CertPinFace), caps(Acr::CertPinFace, Acr::Code));
        for (request, who) in [
            ("acr_values=1+2", &code),
            // Nothing verifies an attestation here.
            ("acr_values=phrh", &code),
            ("acr_values=urn:hufu:acr:cert-face", &faceless),
            ("acr_values=urn:hufu:acr:cert", &copied),
            ("acr_values=urn:hufu:acr:cert", &waits),
            ("acr_values=urn:hufu:acr:cert&prompt=none", &code),
        ] {
            assert_eq!(wished(request, who), ("urn:hufu:acr:code".to_owned(), vec![]), "{request}");
        }
    }

    /// OpenID Connect Core §5.5.1.1; Unmet Authentication Requirements 1.0 §2.
    #[test]
    fn an_essential_acr_that_is_not_met_asks_or_refuses() {
        let who = pin_and_code();
        match asked(&essential("urn:hufu:acr:cert-pin"), Some(&who), None) {
            Ask::SignIn { why, steps } => {
                assert_eq!((why, steps.first.factors), (Why::LevelTooLow, vec![Factor::Cert]));
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
                    Ask::SignIn { steps, .. } => assert_eq!(steps.first.factors, *missing, "{have:?} {level:?}"),
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
        assert!(matches!(other, Ask::SignIn { ref steps, .. } if steps.first.factors == [Factor::Pin]));
    }

    /// OpenID Connect Core §5.5.1.1: of several essential levels any will do: what each lacks is said, in the request's order.
    #[test]
    fn what_would_do_as_well_is_said_too() {
        let either = essential(r#"urn:hufu:acr:cert-pin","urn:example:gold","urn:hufu:acr:cert"#);
        let who = person(FactorSet::face(THEN));
        let Ask::SignIn { steps, .. } = asked(&either, Some(&who), None) else { panic!("no page") };
        assert_eq!(steps.first.factors, [Factor::Cert, Factor::Pin]);
        assert_eq!(steps.otherwise.iter().map(|missing| &*missing.factors).collect::<Vec<_>>(), [[Factor::Cert]]);
    }
}
