//! Number, PIN and code are judged together and answered once (PROTOCOL 21).
//!
//! Every piece of evidence is gathered first, for a number that nobody has too (a decoy hash, a decoy secret); then one
//! function judges. What the person reads never says which piece was wrong; the log reads the cause. Only who brought all
//! the right pieces is told more: nobody learns by guessing that a number exists.

use super::throttle::Attempt;
use super::totp::Matched;
use crate::person::{PersonState, Standing};
use crate::spec::{FactorSet, Timestamp};

/// What was found, all of it, before anything is answered.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    /// `None` for a number that nobody has.
    pub person: Option<Found>,
    /// The hash matched. Against a decoy it never does.
    pub pin: Pin,
    /// The step that the code matched.
    pub code: Option<Matched>,
}

/// The person whose number was typed, as the row is.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    pub state: PersonState,
    pub standing: Standing,
    pub last_step: Option<i64>,
}

/// How the PIN compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pin {
    Right,
    Wrong,
}

impl Pin {
    pub const fn of(matches: bool) -> Self {
        if matches { Self::Right } else { Self::Wrong }
    }
}

/// The answer.
#[derive(Clone, Debug)]
pub enum Verdict {
    Accepted {
        factors: FactorSet,
        /// What `totp_step` must move to in the same write, guarded by "is smaller".
        consumes: Option<i64>,
    },
    Refused(SignInRefused),
}

/// Why a sign-in was refused: for the log and `hufu trace`, without the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInRefused {
    #[error("nobody has the number")]
    UnknownNumber,
    #[error("the PIN is wrong")]
    WrongPin,
    #[error("the code is wrong")]
    WrongCode,
    #[error("PIN and code are wrong")]
    WrongPinAndCode,
    #[error("the code was accepted before")]
    CodeUsedBefore,
    #[error("the budget of attempts is spent")]
    BudgetSpent { until: Timestamp },
    #[error("the passkey does not prove the person")]
    Passkey,
    #[error("the person is frozen")]
    Frozen,
    #[error("the person is suspended")]
    Suspended,
    #[error("the person is closed")]
    Closed,
    #[error("the person needs a guardian's consent")]
    NeedsGuardian(Standing),
}

/// What the person reads. There is one wording for everything that a guess could bring about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// "Number, PIN and code do not fit together."
    DoNotFit,
    /// "Too many attempts: use a browser or passkey of yours, or come back at …"
    TryLater { until: Timestamp },
    /// "That passkey cannot be used here."
    PasskeyNotAccepted,
    /// "You have frozen your number; a passkey of yours lifts it."
    Frozen,
    /// "Your number is suspended."
    Suspended,
    /// "Signing in with a guardian is not possible yet."
    NeedsGuardian(Standing),
}

impl SignInRefused {
    /// What the person reads.
    pub const fn wording(self) -> Wording {
        match self {
            Self::UnknownNumber
            | Self::WrongPin
            | Self::WrongCode
            | Self::WrongPinAndCode
            | Self::CodeUsedBefore
            | Self::Closed => Wording::DoNotFit,
            Self::BudgetSpent { until } => Wording::TryLater { until },
            Self::Passkey => Wording::PasskeyNotAccepted,
            Self::Frozen => Wording::Frozen,
            Self::Suspended => Wording::Suspended,
            Self::NeedsGuardian(standing) => Wording::NeedsGuardian(standing),
        }
    }

    /// Stable, for the log, the metrics and `hufu trace`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownNumber => "signin.unknown_number",
            Self::WrongPin => "signin.wrong_pin",
            Self::WrongCode => "signin.wrong_code",
            Self::WrongPinAndCode => "signin.wrong_pin_and_code",
            Self::CodeUsedBefore => "signin.code_used_before",
            Self::BudgetSpent { .. } => "signin.budget_spent",
            Self::Passkey => "signin.passkey",
            Self::Frozen => "signin.frozen",
            Self::Suspended => "signin.suspended",
            Self::Closed => "signin.closed",
            Self::NeedsGuardian(_) => "signin.needs_guardian",
        }
    }

    /// How the attempt counts (see `throttle`); `None` when it was not heard. Right factors of a person who may not sign in
    /// are no guess.
    pub const fn attempt(self) -> Option<Attempt> {
        match self {
            Self::BudgetSpent { .. } | Self::Passkey => None,
            Self::UnknownNumber
            | Self::WrongPin
            | Self::WrongCode
            | Self::WrongPinAndCode
            | Self::CodeUsedBefore
            | Self::Closed => Some(Attempt::Wrong),
            Self::Frozen | Self::Suspended | Self::NeedsGuardian(_) => Some(Attempt::Right),
        }
    }
}

impl Verdict {
    /// How the attempt counts.
    pub const fn attempt(&self) -> Option<Attempt> {
        match self {
            Self::Accepted { .. } => Some(Attempt::Right),
            Self::Refused(refused) => refused.attempt(),
        }
    }
}

/// Judges number, PIN and code.
pub fn judge(evidence: Evidence, now: Timestamp) -> Verdict {
    let Evidence { person, pin, code } = evidence;
    let refused = match (person, pin, code) {
        (None, _, _) => SignInRefused::UnknownNumber,
        (Some(_), Pin::Wrong, None) => SignInRefused::WrongPinAndCode,
        (Some(_), Pin::Wrong, Some(_)) => SignInRefused::WrongPin,
        (Some(_), Pin::Right, None) => SignInRefused::WrongCode,
        (Some(found), Pin::Right, Some(code)) => match admitted(found.state, found.standing) {
            _ if !code.unused(found.last_step) => SignInRefused::CodeUsedBefore,
            Ok(()) => {
                return Verdict::Accepted { factors: FactorSet::pin_and_code(now), consumes: code.consumes() };
            }
            Err(refused) => refused,
        },
    };
    Verdict::Refused(refused)
}

/// Whether a person who proved to be the one may sign in: the last question of either way in.
///
/// # Errors
/// The person's state or standing forbids it.
pub const fn admitted(state: PersonState, standing: Standing) -> Result<(), SignInRefused> {
    match (state, standing) {
        (PersonState::Frozen, _) => Err(SignInRefused::Frozen),
        (PersonState::Suspended, _) => Err(SignInRefused::Suspended),
        (PersonState::Closed, _) => Err(SignInRefused::Closed),
        (PersonState::Active | PersonState::Recovering, Standing::Adult) => Ok(()),
        (PersonState::Active | PersonState::Recovering, minor) => Err(SignInRefused::NeedsGuardian(minor)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Acr;

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);
    const CODE: Matched = Matched::Step(59_666_666);
    const ADULT: Found = Found { state: PersonState::Active, standing: Standing::Adult, last_step: None };

    fn refused(person: Option<Found>, pin: Pin, code: Option<Matched>) -> SignInRefused {
        match judge(Evidence { person, pin, code }, NOW) {
            Verdict::Refused(refused) => refused,
            Verdict::Accepted { .. } => panic!("accepted"),
        }
    }

    #[test]
    fn the_right_number_pin_and_code_reach_the_level_code_and_consume_the_step() {
        let verdict = judge(Evidence { person: Some(ADULT), pin: Pin::Right, code: Some(CODE) }, NOW);
        assert_eq!(verdict.attempt(), Some(Attempt::Right));
        let Verdict::Accepted { factors, consumes } = verdict else { panic!("refused") };
        assert_eq!(factors.level(), Some(Acr::Code));
        assert_eq!(factors.auth_time(Acr::Code), Some(NOW));
        assert_eq!(consumes, Some(59_666_666));
    }

    /// PROTOCOL 21: "PIN and code are judged together and answered once; unknown numbers … get the same words."
    #[test]
    fn whatever_a_guess_gets_wrong_the_words_and_the_count_are_the_same() {
        let used = Found { last_step: Some(59_666_666), ..ADULT };
        let closed = Found { state: PersonState::Closed, ..ADULT };
        let causes = [
            refused(None, Pin::Wrong, None),
            refused(None, Pin::Wrong, Some(CODE)),
            refused(Some(ADULT), Pin::Wrong, None),
            refused(Some(ADULT), Pin::Wrong, Some(CODE)),
            refused(Some(ADULT), Pin::Right, None),
            refused(Some(used), Pin::Right, Some(CODE)),
            refused(Some(closed), Pin::Right, Some(CODE)),
        ];
        for cause in causes {
            assert_eq!((cause.wording(), cause.attempt()), (Wording::DoNotFit, Some(Attempt::Wrong)), "{cause}");
        }
        let mut codes = causes.map(SignInRefused::code).to_vec();
        codes.dedup();
        assert_eq!(codes.len(), 6, "the log tells them apart");
    }

    #[test]
    fn a_state_is_told_only_to_who_brought_everything_right() {
        for (state, standing, wording) in [
            (PersonState::Frozen, Standing::Adult, Wording::Frozen),
            (PersonState::Suspended, Standing::Adult, Wording::Suspended),
            (PersonState::Active, Standing::Under18, Wording::NeedsGuardian(Standing::Under18)),
        ] {
            let found = Found { state, standing, last_step: None };
            assert_eq!(refused(Some(found), Pin::Right, Some(CODE)).wording(), wording);
            for (pin, code) in [(Pin::Wrong, Some(CODE)), (Pin::Right, None), (Pin::Wrong, None)] {
                assert_eq!(refused(Some(found), pin, code).wording(), Wording::DoNotFit);
            }
        }
    }

    #[test]
    fn a_spent_budget_says_when_to_come_back_and_counts_nothing() {
        let spent = SignInRefused::BudgetSpent { until: NOW };
        assert_eq!(spent.wording(), Wording::TryLater { until: NOW });
        assert_eq!(spent.attempt(), None);
    }
}
