//! Is a sign-in needed, and why? The second question of the street, asked again on every return of the browser.
//!
//! OpenID Connect Core §3.1.2.3, §3.1.2.6, §5.5.1.1; PROTOCOL 20. What the ceremony really was decides the level; the
//! request only says which levels it would like, the node which it reaches, the person's evidence which they may. Knows no
//! page and no database.

use super::level::{Bar, Caps, FaceReference, Missing, Unmet, level, unmet};
use crate::authorize::{AuthTimeClaim, AuthorizationRequest, AuthorizeError, Prompt};
use crate::keys::Epoch;
use crate::spec::{AcrValue, FactorSet, Handle, Ladder, PersonId, SessionId, Timestamp};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authn::scene::{NOW, THEN, asked, essential, known, person, pin_and_code, request, why};
    use crate::spec::{Assurance, Factor};

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
