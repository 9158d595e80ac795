//! Is a sign-in needed, and why? The second question of the street, asked again on every return of the browser.
//!
//! OpenID Connect Core §3.1.2.3, §3.1.2.6, §5.5.1.1; PROTOCOL 20. What the ceremony really was decides the level; the
//! request only says which levels it would like, the node which it reaches, the person's evidence which they may. Knows no
//! page and no database.

use crate::authorize::{AuthTimeClaim, AuthorizationRequest, AuthorizeError, Prompt};
use crate::keys::Epoch;
use crate::spec::{Acr, AcrValue, Factor, FactorSet, Handle, KeyHome, Ladder, PersonId, Rung, SessionId, Timestamp};

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

/// Whom the `id_token_hint` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hinted {
    Nobody,
    ThisPerson,
    SomebodyElse,
}

/// Why the person must sign in. The page and the refusal of `prompt=none` say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    NotSignedIn,
    PromptLogin,
    TooOld,
    OtherPerson,
    LevelTooLow,
}

impl Why {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSignedIn => "nobody is signed in in this browser",
            Self::PromptLogin => "the request asks for a fresh sign-in",
            Self::TooOld => "the last sign-in is older than max_age",
            Self::OtherPerson => "id_token_hint names somebody else than the person signed in",
            Self::LevelTooLow => "the level asked for as essential is not reached yet",
        }
    }
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
    const ANYTHING: Self = Self { factors: Vec::new(), key: KeyHome::Anywhere };
}

/// The answer.
#[derive(Debug)]
pub enum Ask {
    Proceed(Authenticated),
    SignIn {
        why: Why,
        missing: Missing,
        /// What would do as well, where the request names several levels, in its order.
        otherwise: Vec<Missing>,
    },
    /// To be told to the person, and then to the website: the refusal is what the website hears.
    Barred {
        bar: Bar,
        refusal: AuthorizeError,
    },
    Refuse(AuthorizeError),
}

/// What is known when the question is asked.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub ladder: &'a Ladder,
    pub signed_in: Option<&'a SignedIn>,
    pub hinted: Hinted,
    /// The instant of the first sign-in within this very interaction: it answers `prompt=login` and `max_age`, and from then
    /// on only factors checked since count.
    pub proven: Option<Timestamp>,
    pub now: Timestamp,
}

/// Proof that a person signed in as this request wants. Only [`ask`] makes one.
#[derive(Clone, Debug)]
pub struct Authenticated {
    signed_in: SignedIn,
    acr: AcrValue,
    amr: Vec<&'static str>,
    auth_time: Option<Timestamp>,
}

impl Authenticated {
    pub fn session(&self) -> SessionId {
        self.signed_in.session
    }

    pub fn person(&self) -> PersonId {
        self.signed_in.person
    }

    pub fn handle(&self) -> &Handle {
        &self.signed_in.handle
    }

    pub fn epoch(&self) -> Epoch {
        self.signed_in.epoch
    }

    pub fn acr(&self) -> &AcrValue {
        &self.acr
    }

    pub fn amr(&self) -> &[&'static str] {
        &self.amr
    }

    /// Only when the request or the client asked for it: it is the same second at every website (PROTOCOL 4).
    pub fn auth_time(&self) -> Option<Timestamp> {
        self.auth_time
    }
}

/// Asks in a fixed order: somebody? the right one? freshly? at the level?
pub fn ask(request: &AuthorizationRequest, known: Known<'_>) -> Ask {
    let Known { ladder, signed_in, hinted, proven, now } = known;
    let sign_in = |why: Why, missing: Missing| {
        if request.silent() {
            Ask::Refuse(AuthorizeError::LoginRequired(why.as_str()))
        } else {
            Ask::SignIn { why, missing, otherwise: Vec::new() }
        }
    };
    let Some(signed_in) = signed_in else { return sign_in(Why::NotSignedIn, Missing::ANYTHING) };
    if hinted == Hinted::SomebodyElse {
        return sign_in(Why::OtherPerson, Missing::ANYTHING);
    }
    let redo = request.prompts.has(Prompt::Login) || request.prompts.has(Prompt::SelectAccount);
    if redo && proven.is_none() {
        return sign_in(Why::PromptLogin, Missing::ANYTHING);
    }
    let factors = match proven {
        Some(instant) if redo || request.max_age.is_some() => signed_in.factors.not_before(instant),
        _ => signed_in.factors.clone(),
    };
    let rung = match level(request, ladder, signed_in, &factors) {
        Ok(rung) => rung,
        Err(Unmet::Missing(first, rest)) => {
            return match sign_in(Why::LevelTooLow, first) {
                Ask::SignIn { why, missing, .. } => Ask::SignIn { why, missing, otherwise: rest },
                refused => refused,
            };
        }
        Err(Unmet::Unreachable) => return Ask::Refuse(unmet(request)),
        Err(Unmet::Barred(_)) if request.silent() => return Ask::Refuse(unmet(request)),
        Err(Unmet::Barred(bar)) => return Ask::Barred { bar, refusal: unmet(request) },
    };
    let Some(auth_time) = factors.auth_time(rung.level) else {
        return sign_in(Why::NotSignedIn, Missing::ANYTHING);
    };
    if let Some(max_age) = request.max_age
        && proven.is_none()
        // "max_age=0" means now, not this second (Core §3.1.2.1).
        && (max_age.is_zero() || now.since(auth_time) > max_age)
    {
        return sign_in(Why::TooOld, Missing::ANYTHING);
    }
    Ask::Proceed(Authenticated {
        amr: rung.amr(&factors),
        acr: rung.value,
        auth_time: (request.auth_time == AuthTimeClaim::Requested).then_some(auth_time),
        signed_in: signed_in.clone(),
    })
}

/// What the website hears of an essential level that this person does not reach.
pub fn unmet(request: &AuthorizationRequest) -> AuthorizeError {
    AuthorizeError::UnmetLevel(request.acr.essential.join(" "))
}

enum Unmet {
    /// Another step of the person would reach it, or one of those after it.
    Missing(Missing, Vec<Missing>),
    /// Nothing that this person can do here would.
    Barred(Bar),
    /// Nothing that anybody can do here would.
    Unreachable,
}

/// "The first in request order that is met, else the true lower one; only an essential `acr` refuses" (PROTOCOL 20).
fn level(
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
    use crate::authorize::AuthorizationRequest;
    use crate::client::{BareRequests, Client};
    use crate::spec::{Assurance, Params};
    use std::sync::Arc;

    const THEN: Timestamp = Timestamp::from_unix(1_000);
    const NOW: Timestamp = Timestamp::from_unix(1_500);

    fn request(extra: &str) -> AuthorizationRequest {
        let text = format!(
            "client_id=c&redirect_uri=https://bank.example/cb&response_type=code&scope=openid&\
             code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&{extra}"
        );
        let client = Arc::new(Client::for_tests("c", &["https://bank.example/cb"]));
        let params = Params::parse(text.as_bytes()).expect("params");
        AuthorizationRequest::parse(&params, None, client, BareRequests::Refused).expect("valid")
    }

    fn person(factors: FactorSet) -> SignedIn {
        SignedIn {
            session: SessionId::from_bytes([1; 16]),
            person: PersonId::from_bytes([2; 16]),
            factors,
            handle: Handle::from_bytes([3; 32]),
            epoch: Epoch(1),
            caps: Caps { evidence: Acr::CertPinFace, state: Acr::CertPinFace },
            face: FaceReference::Known,
        }
    }

    fn known<'a>(ladder: &'a Ladder, signed_in: Option<&'a SignedIn>) -> Known<'a> {
        Known { ladder, signed_in, hinted: Hinted::Nobody, proven: None, now: NOW }
    }

    fn essential(acr: &str) -> String {
        let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{acr}"]}}}}}}"#);
        url::form_urlencoded::Serializer::new(String::new()).append_pair("claims", &claims).finish()
    }

    fn pin_and_code() -> SignedIn {
        person(FactorSet::pin_and_code(THEN))
    }

    fn why(answer: Ask) -> Option<Why> {
        match answer {
            Ask::SignIn { why, .. } => Some(why),
            _ => None,
        }
    }

    fn asked(extra: &str, who: Option<&SignedIn>, proven: Option<Timestamp>) -> Ask {
        ask(&request(extra), Known { proven, ..known(&Ladder::default().with_faces(), who) })
    }

    #[test]
    fn nobody_signed_in_is_asked_to_sign_in() {
        assert_eq!(why(asked("", None, None)), Some(Why::NotSignedIn));
    }

    /// OpenID Connect Core §3.1.2.6: `login_required`.
    #[test]
    fn prompt_none_without_a_session_is_login_required() {
        assert!(matches!(asked("prompt=none", None, None), Ask::Refuse(AuthorizeError::LoginRequired(_))));
    }

    /// OpenID Connect Core §3.1.2.1: `login`: "SHOULD prompt the End-User for reauthentication".
    #[test]
    fn prompt_login_asks_again_until_the_sign_in_happened_in_this_interaction() {
        let who = pin_and_code();
        assert_eq!(why(asked("prompt=login", Some(&who), None)), Some(Why::PromptLogin));
        assert!(matches!(asked("prompt=login", Some(&who), Some(THEN)), Ask::Proceed(_)));
        let later = Timestamp::from_unix(THEN.unix() + 1);
        assert!(why(asked("prompt=login", Some(&who), Some(later))).is_some());
    }

    /// OpenID Connect Core §3.1.2.1: "the OP MUST attempt to actively re-authenticate the End-User" after max_age.
    #[test]
    fn max_age_is_measured_from_the_oldest_factor_counted() {
        let who = pin_and_code();
        assert!(matches!(asked("max_age=500", Some(&who), None), Ask::Proceed(_)));
        assert_eq!(why(asked("max_age=499", Some(&who), None)), Some(Why::TooOld));
        assert_eq!(why(asked("max_age=0", Some(&person(FactorSet::pin_and_code(NOW))), None)), Some(Why::TooOld));
        assert!(matches!(asked("max_age=0", Some(&person(FactorSet::pin_and_code(NOW))), Some(NOW)), Ask::Proceed(_)));
    }

    /// OpenID Connect Core §3.1.2.1: `id_token_hint`.
    #[test]
    fn a_hint_at_somebody_else_asks_for_a_sign_in() {
        let who = pin_and_code();
        let ladder = Ladder::default();
        let answer = ask(&request("prompt=none"), Known { hinted: Hinted::SomebodyElse, ..known(&ladder, Some(&who)) });
        assert!(matches!(answer, Ask::Refuse(AuthorizeError::LoginRequired(_))));
    }

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

    /// PROTOCOL 20: "`max_age` and `prompt=login` redo all"; then the level's own missing factors, one page after the other.
    #[test]
    fn too_old_and_prompt_login_redo_all_and_then_ask_for_what_is_missing_since() {
        let both = person(FactorSet::cert(NOW, Assurance::Synced).join(&FactorSet::pin_and_code(THEN)));
        let wanted = essential("urn:hufu:acr:cert-pin");
        for (asks_for, why) in
            [("max_age=499", Why::TooOld), ("max_age=0", Why::TooOld), ("prompt=login", Why::PromptLogin)]
        {
            let request = format!("{wanted}&{asks_for}");
            match asked(&request, Some(&both), None) {
                Ask::SignIn { why: told, missing, .. } => assert_eq!((told, missing), (why, Missing::ANYTHING)),
                other => panic!("{asks_for}: {other:?}"),
            }
            // The passkey was touched for this request at `NOW`: the PIN of before does not count beside it.
            match asked(&request, Some(&both), Some(NOW)) {
                Ask::SignIn { why, missing, .. } => {
                    assert_eq!((why, missing.factors), (Why::LevelTooLow, vec![Factor::Pin]), "{asks_for}");
                }
                other => panic!("{asks_for}: {other:?}"),
            }
        }
        assert!(matches!(asked(&format!("{wanted}&max_age=500"), Some(&both), None), Ask::Proceed(_)));
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

    /// PROTOCOL 4: `auth_time` only when asked for.
    #[test]
    fn auth_time_is_told_only_when_asked_for() {
        let told = |extra: &str| match asked(extra, Some(&pin_and_code()), None) {
            Ask::Proceed(authenticated) => authenticated.auth_time(),
            other => panic!("{other:?}"),
        };
        assert_eq!(told(""), None);
        assert_eq!(told("max_age=9999"), Some(THEN));
        assert_eq!(told("claims=%7B%22id_token%22:%7B%22auth_time%22:null%7D%7D"), Some(THEN));
    }
}
