//! A person's state and the moves between them. Knows who may sign in and whose tokens live (PROTOCOL 6, 22).

use crate::spec::Acr;
use serde::{Deserialize, Serialize};

/// Where a person's network identity stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonState {
    Active,
    /// A re-proof waits to put new ways in in place of the old ones. Until then the old ones open the door, and no further than
    /// the device: one of them may be in a thief's hands.
    Recovering,
    /// Stopped by the person's own hand; any passkey of the person lifts it (PROTOCOL 22).
    Frozen,
    /// Stopped by the registry or the operator; the person cannot lift it.
    Suspended,
    /// Ended. Applying again gives a new number, a new handle and new subs (PROTOCOL 9).
    Closed,
}

/// Whether tokens already issued for a person are still honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokensLive {
    Live,
    Dead,
}

/// What a re-proof that is over has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    Ways,
    Nothing,
}

/// A move that the state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a person who is {} cannot be {verb}", from.text())]
pub struct IllegalTransition {
    pub from: PersonState,
    pub verb: &'static str,
}

impl PersonState {
    pub const ALL: &[Self] = &[Self::Active, Self::Recovering, Self::Frozen, Self::Suspended, Self::Closed];

    /// The form of the row.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Recovering => "recovering",
            Self::Frozen => "frozen",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }

    /// The state of that name; `None` for a row that somebody else wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.text() == text)
    }

    /// The person stops everything at once.
    ///
    /// # Errors
    /// A closed person has nothing left to stop; a suspended one stays suspended, or lifting the freeze would end it.
    pub const fn freeze(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Active | Self::Recovering | Self::Frozen => Ok(Self::Frozen),
            from @ (Self::Suspended | Self::Closed) => Err(IllegalTransition { from, verb: "frozen" }),
        }
    }

    /// The person ends the freeze, with any passkey.
    ///
    /// # Errors
    /// Only a freeze can be lifted.
    pub const fn lift(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Frozen => Ok(Self::Active),
            from @ (Self::Active | Self::Recovering | Self::Suspended | Self::Closed) => {
                Err(IllegalTransition { from, verb: "lifted" })
            }
        }
    }

    /// The registry or the operator stops the person.
    ///
    /// # Errors
    /// A closed person stays closed.
    pub const fn suspend(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Active | Self::Recovering | Self::Frozen | Self::Suspended => Ok(Self::Suspended),
            from @ Self::Closed => Err(IllegalTransition { from, verb: "suspended" }),
        }
    }

    /// The registry or the operator lets the person go on.
    ///
    /// # Errors
    /// Only a suspension can be ended.
    pub const fn reinstate(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Suspended => Ok(Self::Active),
            from @ (Self::Active | Self::Recovering | Self::Frozen | Self::Closed) => {
                Err(IllegalTransition { from, verb: "reinstated" })
            }
        }
    }

    /// A re-proof begins to wait. A frozen person stays frozen meanwhile.
    ///
    /// # Errors
    /// What the registry or the operator stopped, and what has ended, no re-proof brings back.
    pub const fn recover(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Active | Self::Recovering => Ok(Self::Recovering),
            Self::Frozen => Ok(Self::Frozen),
            from @ (Self::Suspended | Self::Closed) => Err(IllegalTransition { from, verb: "recovered" }),
        }
    }

    /// The re-proof is over, whether carried out or stopped; where it was carried out, `renewed` ends a freeze too.
    ///
    /// # Errors
    /// As [`Self::recover`].
    pub const fn settle(self, renewed: Renewed) -> Result<Self, IllegalTransition> {
        match (self, renewed) {
            (Self::Active | Self::Recovering, _) | (Self::Frozen, Renewed::Ways) => Ok(Self::Active),
            (Self::Frozen, Renewed::Nothing) => Ok(Self::Frozen),
            (from @ (Self::Suspended | Self::Closed), _) => Err(IllegalTransition { from, verb: "recovered" }),
        }
    }

    /// The highest level that whoever signs in now can reach, whatever they were proved by.
    pub const fn cap(self) -> Acr {
        match self {
            Self::Recovering => Acr::Cert,
            Self::Active | Self::Frozen | Self::Suspended | Self::Closed => Acr::CertPinFace,
        }
    }

    /// The end, from every state; nothing leads back.
    #[must_use]
    pub const fn close(self) -> Self {
        Self::Closed
    }

    /// Who may sign in to websites.
    pub const fn may_sign_in(self) -> bool {
        matches!(self, Self::Active | Self::Recovering)
    }

    /// Whether the person's sessions and tokens are honoured: looked at on every use (PROTOCOL 6).
    pub const fn tokens_live(self) -> TokensLive {
        match self {
            Self::Active | Self::Recovering => TokensLive::Live,
            Self::Frozen | Self::Suspended | Self::Closed => TokensLive::Dead,
        }
    }
}

impl TokensLive {
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_row_form_that_parses_back() {
        for state in PersonState::ALL {
            assert_eq!(PersonState::parse(state.text()), Some(*state));
        }
        assert_eq!(PersonState::parse("Active"), None);
    }

    /// PROTOCOL 6: redeem, UserInfo, introspection and refresh look at the person's state.
    #[test]
    fn tokens_live_only_while_the_person_is_not_stopped() {
        for state in PersonState::ALL {
            let goes_on = matches!(state, PersonState::Active | PersonState::Recovering);
            assert_eq!((state.tokens_live().is_live(), state.may_sign_in()), (goes_on, goes_on), "{state:?}");
        }
    }

    /// PROTOCOL 22.
    #[test]
    fn a_freeze_is_lifted_and_a_suspension_is_not() {
        assert_eq!(PersonState::Active.freeze().and_then(PersonState::lift), Ok(PersonState::Active));
        let suspended = PersonState::Frozen.suspend().expect("a frozen person can be suspended");
        assert!(suspended.lift().is_err());
        assert!(suspended.freeze().is_err(), "else freeze and lift would end a suspension");
        assert_eq!(suspended.reinstate(), Ok(PersonState::Active));
    }

    /// FUNCTIONS 21: "lower `acr` until re-proofed".
    #[test]
    fn while_a_re_proof_waits_nobody_gets_further_than_the_device() {
        let waiting = PersonState::Active.recover().expect("an active person can");
        assert_eq!((waiting, waiting.cap()), (PersonState::Recovering, Acr::Cert));
        assert_eq!(waiting.settle(Renewed::Ways), Ok(PersonState::Active));
        assert_eq!(waiting.settle(Renewed::Nothing).map(PersonState::cap), Ok(Acr::CertPinFace));
        assert_eq!(PersonState::Frozen.recover(), Ok(PersonState::Frozen), "a re-proof that only waits lifts nothing");
        assert_eq!(PersonState::Frozen.settle(Renewed::Nothing), Ok(PersonState::Frozen));
        assert_eq!(PersonState::Frozen.settle(Renewed::Ways), Ok(PersonState::Active));
        for stopped in [PersonState::Suspended, PersonState::Closed] {
            assert!(stopped.recover().is_err() && stopped.settle(Renewed::Ways).is_err());
        }
    }

    /// PROTOCOL 9: closing deletes; applying again gives a new number.
    #[test]
    fn nothing_leads_back_from_closed() {
        for state in PersonState::ALL {
            let closed = state.close();
            for moved in [closed.freeze(), closed.lift(), closed.suspend(), closed.reinstate()] {
                assert_eq!(moved.map_err(|refused| refused.from), Err(PersonState::Closed));
            }
        }
    }
}
