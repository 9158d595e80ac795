//! Is a sign-in needed, and why? The second question of the street, asked again on every return of the browser.
//!
//! OpenID Connect Core §3.1.2.3, §3.1.2.6, §5.5.1.1; PROTOCOL 20. What the ceremony really was decides the level; the
//! request only says which levels it would like. Knows no page and no database.

use crate::authorize::{AuthTimeClaim, AuthorizationRequest, AuthorizeError, Prompt};
use crate::keys::Epoch;
use crate::spec::{Acr, Factor, FactorSet, Handle, PersonId, SessionId, Timestamp};

/// A person whose session is live at this instant.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: SessionId,
    pub person: PersonId,
    pub factors: FactorSet,
    pub handle: Handle,
    pub epoch: Epoch,
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

/// The answer.
#[derive(Debug)]
pub enum Ask {
    Proceed(Authenticated),
    SignIn { why: Why, missing: Vec<Factor> },
    Refuse(AuthorizeError),
}

/// Proof that a person signed in as this request wants. Only [`ask`] makes one.
#[derive(Clone, Debug)]
pub struct Authenticated {
    signed_in: SignedIn,
    acr: Acr,
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

    pub fn acr(&self) -> Acr {
        self.acr
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
///
/// `proven` is the instant of the first sign-in within this very interaction: it answers `prompt=login` and `max_age`,
/// and from then on only factors checked since count.
pub fn ask(
    request: &AuthorizationRequest,
    signed_in: Option<&SignedIn>,
    hinted: Hinted,
    proven: Option<Timestamp>,
    now: Timestamp,
) -> Ask {
    let sign_in = |why: Why, missing: &[Factor]| {
        if request.silent() {
            Ask::Refuse(AuthorizeError::LoginRequired(why.as_str()))
        } else {
            Ask::SignIn { why, missing: missing.to_vec() }
        }
    };
    let Some(signed_in) = signed_in else { return sign_in(Why::NotSignedIn, &[]) };
    if hinted == Hinted::SomebodyElse {
        return sign_in(Why::OtherPerson, &[]);
    }
    let redo = request.prompts.has(Prompt::Login) || request.prompts.has(Prompt::SelectAccount);
    if redo && proven.is_none() {
        return sign_in(Why::PromptLogin, &[]);
    }
    let factors = match proven {
        Some(instant) if redo || request.max_age.is_some() => signed_in.factors.not_before(instant),
        _ => signed_in.factors.clone(),
    };
    let acr = match level(request, &factors) {
        Ok(acr) => acr,
        Err(Unmet::Missing(missing)) => return sign_in(Why::LevelTooLow, &missing),
        Err(Unmet::Unreachable(wanted)) => return Ask::Refuse(AuthorizeError::UnmetLevel(wanted)),
    };
    let Some(auth_time) = factors.auth_time(acr) else { return sign_in(Why::NotSignedIn, &[]) };
    if let Some(max_age) = request.max_age
        && proven.is_none()
        // "max_age=0" means now, not this second (Core §3.1.2.1).
        && (max_age.is_zero() || now.since(auth_time) > max_age)
    {
        return sign_in(Why::TooOld, &[]);
    }
    Ask::Proceed(Authenticated {
        acr,
        amr: factors.amr(acr),
        auth_time: (request.auth_time == AuthTimeClaim::Requested).then_some(auth_time),
        signed_in: signed_in.clone(),
    })
}

enum Unmet {
    /// Another step of the person would reach it.
    Missing(Vec<Factor>),
    /// Nothing a person can do here would.
    Unreachable(String),
}

/// "The first in request order that is met, else the true lower one; only an essential `acr` refuses" (PROTOCOL 20).
fn level(request: &AuthorizationRequest, factors: &FactorSet) -> Result<Acr, Unmet> {
    let met = |wanted: &[String]| wanted.iter().filter_map(|acr| Acr::parse(acr)).find(|acr| acr.met_by(factors));
    let essential = &request.acr.essential;
    if essential.is_empty() {
        let level = met(&request.acr.voluntary).or_else(|| factors.level());
        return level.ok_or_else(|| Unmet::Missing(Vec::new()));
    }
    if let Some(acr) = met(essential) {
        return Ok(acr);
    }
    let reachable = essential.iter().filter_map(|acr| Acr::parse(acr)).find(|acr| Acr::SUPPORTED.contains(acr));
    match reachable {
        Some(acr) => {
            Err(Unmet::Missing(acr.factors().iter().copied().filter(|factor| !factors.has(*factor)).collect()))
        }
        None => Err(Unmet::Unreachable(essential.join(" "))),
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
        }
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
        ask(&request(extra), who, Hinted::Nobody, proven, NOW)
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
        let answer = ask(&request("prompt=none"), Some(&who), Hinted::SomebodyElse, None, NOW);
        assert!(matches!(answer, Ask::Refuse(AuthorizeError::LoginRequired(_))));
    }

    /// OpenID Connect Core §5.5.1.1 and PROTOCOL 20.
    #[test]
    fn acr_values_prefer_in_request_order_and_never_refuse() {
        let both = person(FactorSet::cert(THEN, Assurance::Synced).join(&FactorSet::pin_and_code(THEN)));
        let level = |extra: &str, who: &SignedIn| match asked(extra, Some(who), None) {
            Ask::Proceed(authenticated) => authenticated.acr(),
            other => panic!("{other:?}"),
        };
        assert_eq!(level("acr_values=urn:hufu:acr:cert+urn:hufu:acr:cert-pin", &both), Acr::Cert);
        assert_eq!(level("acr_values=urn:hufu:acr:cert", &pin_and_code()), Acr::Code);
        assert_eq!(level("acr_values=1+2", &both), Acr::CertPin);
    }

    /// OpenID Connect Core §5.5.1.1; Unmet Authentication Requirements 1.0 §2.
    #[test]
    fn an_essential_acr_that_is_not_met_asks_or_refuses() {
        let essential = |acr: &str| {
            let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{acr}"]}}}}}}"#);
            url::form_urlencoded::Serializer::new(String::new()).append_pair("claims", &claims).finish()
        };
        let who = pin_and_code();
        match asked(&essential("urn:hufu:acr:cert-pin"), Some(&who), None) {
            Ask::SignIn { why, missing } => assert_eq!((why, missing), (Why::LevelTooLow, vec![Factor::Cert])),
            other => panic!("{other:?}"),
        }
        let unreachable = asked(&essential("urn:example:gold"), Some(&who), None);
        assert!(matches!(unreachable, Ask::Refuse(AuthorizeError::UnmetLevel(_))));
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
