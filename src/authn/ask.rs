//! Is a sign-in needed, and why? The second question of the street, asked again on every return of the browser.
//!
//! OpenID Connect Core §3.1.2.3, §3.1.2.6, §5.5.1.1; PROTOCOL 20. What the ceremony really was decides the level; the
//! request only says which levels it would like, the node which it reaches, the person's evidence which they may. Knows no
//! page and no database.

use super::level::{Bar, Steps, Unmet, level, unmet};
use super::signed_in::SignedIn;
use crate::authorize::{AuthTimeClaim, AuthorizationRequest, AuthorizeError, Prompt};
use crate::keys::Epoch;
use crate::spec::{AcrValue, Handle, Ladder, PersonId, SessionId, Timestamp};

/// Whom the request means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hinted {
    Nobody,
    ThisPerson,
    SomebodyElse(Hint),
}

/// What of the request says whom it means (Core §3.1.2.1, §5.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    IdToken,
    /// A `sub` in the `claims` parameter.
    Sub,
}

/// Why the person must sign in. The page and the refusal of `prompt=none` say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    NotSignedIn,
    PromptLogin,
    TooOld,
    OtherPerson(Hint),
    LevelTooLow,
}

impl Why {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSignedIn => "nobody is signed in in this browser",
            Self::PromptLogin => "the request asks for a fresh sign-in",
            Self::TooOld => "the last sign-in is older than max_age",
            Self::OtherPerson(Hint::IdToken) => "id_token_hint names somebody else than the person signed in",
            Self::OtherPerson(Hint::Sub) => {
                "the sub in the claims parameter is somebody else's than the person's signed in"
            }
            Self::LevelTooLow => "the level asked for as essential is not reached yet",
        }
    }
}

/// The answer.
#[derive(Debug)]
pub enum Ask {
    Proceed(Authenticated),
    SignIn {
        why: Why,
        steps: Steps,
    },
    /// A level that the website wishes for is a step away; who does not take it goes on as they are.
    Offer {
        steps: Steps,
        without: Authenticated,
    },
    /// To be told to the person, and then to the website: the refusal is what the website hears.
    Barred {
        bar: Bar,
        refusal: AuthorizeError,
    },
    Refuse(AuthorizeError),
}

/// Whether the person has said, in this interaction and this session, that they go on without a level wished for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Open,
    Declined,
}

/// What is known when the question is asked.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub ladder: &'a Ladder,
    pub signed_in: Option<&'a SignedIn>,
    pub hinted: Hinted,
    /// The instant of the first sign-in within this very interaction: it answers `prompt=login` and `max_age`.
    pub proven: Option<Timestamp>,
    /// Within this interaction a sign-in was found that is older than `max_age`.
    pub too_old: bool,
    pub wish: Wish,
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

/// Asks in a fixed order: somebody? the right one? at a level that will do? freshly? at the level wished for?
pub fn ask(request: &AuthorizationRequest, known: Known<'_>) -> Ask {
    let Known { ladder, signed_in, hinted, proven, too_old, wish, now } = known;
    let sign_in = |why: Why, steps: Steps| {
        if request.silent() {
            Ask::Refuse(AuthorizeError::LoginRequired(why.as_str()))
        } else {
            Ask::SignIn { why, steps }
        }
    };
    let Some(signed_in) = signed_in else { return sign_in(Why::NotSignedIn, Steps::ANYTHING) };
    if let Hinted::SomebodyElse(hint) = hinted {
        return sign_in(Why::OtherPerson(hint), Steps::ANYTHING);
    }
    let anew = request.prompts.has(Prompt::Login) || request.prompts.has(Prompt::SelectAccount);
    if anew && proven.is_none() {
        return sign_in(Why::PromptLogin, Steps::ANYTHING);
    }
    let factors = match (proven, request.max_age) {
        // "`max_age` and `prompt=login` redo all" (PROTOCOL 20).
        (Some(proven), _) if anew || too_old => signed_in.factors.not_before(proven),
        // Beside what was given for this request, what no `max_age` demanded again counts while it is fresh.
        (Some(proven), Some(max_age)) => signed_in.factors.not_before(proven.min(now.minus(max_age))),
        _ => signed_in.factors.clone(),
    };
    let (rung, wished) = match level(request, ladder, signed_in, &factors) {
        Ok(rung) => (rung, None),
        Err(Unmet::Wished { lower, steps }) => (lower, Some(steps)),
        Err(Unmet::Missing(steps)) => return sign_in(Why::LevelTooLow, steps),
        Err(Unmet::Unreachable) => return Ask::Refuse(unmet(request)),
        Err(Unmet::Barred(_)) if request.silent() => return Ask::Refuse(unmet(request)),
        Err(Unmet::Barred(bar)) => return Ask::Barred { bar, refusal: unmet(request) },
    };
    let Some(auth_time) = factors.auth_time(rung.level) else {
        return sign_in(Why::NotSignedIn, Steps::ANYTHING);
    };
    if let Some(max_age) = request.max_age
        && proven.is_none()
        // "max_age=0" means now, not this second (Core §3.1.2.1).
        && (max_age.is_zero() || now.since(auth_time) > max_age)
    {
        return sign_in(Why::TooOld, Steps::ANYTHING);
    }
    let authenticated = Authenticated {
        amr: rung.amr(&factors),
        acr: rung.value,
        auth_time: (request.auth_time == AuthTimeClaim::Requested).then_some(auth_time),
        signed_in: signed_in.clone(),
    };
    match wished {
        Some(steps) if wish == Wish::Open && !request.silent() => Ask::Offer { steps, without: authenticated },
        _ => Ask::Proceed(authenticated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authn::scene::{NOW, THEN, asked, essential, known, person, pin_and_code, request, why};
    use crate::spec::{Assurance, Factor, FactorSet};

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

    /// OpenID Connect Core §3.1.2.1: `id_token_hint`; §5.5.1: a `sub` in `claims`. The reason names the one that was sent.
    #[test]
    fn a_hint_at_somebody_else_asks_for_a_sign_in() {
        let who = pin_and_code();
        let ladder = Ladder::default();
        for (hint, named, other) in [(Hint::IdToken, "id_token_hint", "claims"), (Hint::Sub, "claims", "id_token_hint")]
        {
            let hinted = Known { hinted: Hinted::SomebodyElse(hint), ..known(&ladder, Some(&who)) };
            assert_eq!(why(ask(&request(""), hinted)), Some(Why::OtherPerson(hint)));
            match ask(&request("prompt=none"), hinted) {
                Ask::Refuse(AuthorizeError::LoginRequired(why)) => {
                    assert!(why.contains(named) && !why.contains(other), "{why}");
                }
                other => panic!("{other:?}"),
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
            let extra = format!("{wanted}&{asks_for}");
            match asked(&extra, Some(&both), None) {
                Ask::SignIn { why: told, steps } => assert_eq!((told, steps), (why, Steps::ANYTHING)),
                other => panic!("{asks_for}: {other:?}"),
            }
            // The passkey was touched for this request at `NOW`: the PIN of before does not count beside it.
            let ladder = Ladder::default();
            let redone = Known { proven: Some(NOW), too_old: why == Why::TooOld, ..known(&ladder, Some(&both)) };
            match ask(&request(&extra), redone) {
                Ask::SignIn { why, steps } => {
                    assert_eq!((why, steps.first.factors), (Why::LevelTooLow, vec![Factor::Pin]), "{asks_for}");
                }
                other => panic!("{asks_for}: {other:?}"),
            }
        }
        assert!(matches!(asked(&format!("{wanted}&max_age=500"), Some(&both), None), Ask::Proceed(_)));
    }

    /// docs/assurance.md: "asks only for what is missing, or has ended": a `max_age` that nothing had exceeded takes nothing away
    /// when the rest is asked for, and `auth_time` never says more than it allows of what was there before.
    #[test]
    fn what_max_age_finds_fresh_counts_beside_what_is_given_for_this_request() {
        let at = |seconds: i64| Timestamp::from_unix(NOW.unix() - seconds);
        let told = |max_age: &str, pin: i64, passkey: i64, too_old: bool| {
            let who = FactorSet::pin_and_code(at(pin)).join(&FactorSet::cert(at(passkey), Assurance::Synced));
            let (who, ladder) = (person(who), Ladder::default());
            let request = request(&format!("{}&{max_age}", essential("urn:hufu:acr:cert-pin")));
            match ask(&request, Known { proven: Some(at(passkey)), too_old, ..known(&ladder, Some(&who)) }) {
                Ask::Proceed(who) => Ok(who.auth_time()),
                Ask::SignIn { steps, .. } => Err(steps.first.factors),
                other => panic!("{max_age}: {other:?}"),
            }
        };
        assert_eq!(told("max_age=300", 10, 0, false), Ok(Some(at(10))));
        assert_eq!(told("max_age=300", 300, 0, false), Ok(Some(at(300))));
        assert_eq!(told("max_age=300", 301, 0, false), Err(vec![Factor::Pin]));
        assert_eq!(
            told("max_age=300", 301, 200, false),
            Err(vec![Factor::Pin]),
            "it was fresh when the passkey was touched"
        );
        assert_eq!(told("max_age=0", 1, 0, false), Err(vec![Factor::Pin]));
        assert_eq!(told("max_age=9999999999", 400, 0, false), Ok(Some(at(400))));
        assert_eq!(told("max_age=100", 400, 400, false), Ok(Some(at(400))), "both were given for this request");
        assert_eq!(told("max_age=300", 10, 0, true), Err(vec![Factor::Pin]), "all is done again");
        assert_eq!(told("prompt=login&max_age=300", 10, 0, false), Err(vec![Factor::Pin]), "everything again");
    }

    /// RFC 9470 §5 asks once: the answer holds for the rest of the interaction.
    #[test]
    fn who_goes_on_without_a_level_is_not_asked_again() {
        let (who, ladder) = (pin_and_code(), Ladder::default());
        let wish = request("acr_values=urn:hufu:acr:cert");
        let declined = Known { wish: Wish::Declined, ..known(&ladder, Some(&who)) };
        assert!(matches!(ask(&wish, known(&ladder, Some(&who))), Ask::Offer { .. }));
        assert!(matches!(ask(&wish, declined), Ask::Proceed(who) if who.acr().wire() == "urn:hufu:acr:code"));
        let insists = request(&essential("urn:hufu:acr:cert"));
        assert!(
            matches!(ask(&insists, declined), Ask::SignIn { why: Why::LevelTooLow, .. }),
            "no way round an essential one"
        );
    }

    /// A wish for a level lets nobody past what the request insists on.
    #[test]
    fn a_fresh_sign_in_is_asked_for_before_a_level_that_is_only_wished_for() {
        let who = pin_and_code();
        for (extra, expected) in [("max_age=499", Why::TooOld), ("prompt=login", Why::PromptLogin)] {
            let request = format!("acr_values=urn:hufu:acr:cert&{extra}");
            assert_eq!(why(asked(&request, Some(&who), None)), Some(expected));
            assert!(matches!(asked(&request, Some(&who), Some(THEN)), Ask::Offer { .. }), "{extra}: then the rest");
        }
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
