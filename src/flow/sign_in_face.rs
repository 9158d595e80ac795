//! A face check on top of a passkey: the face service compares, one guarded write raises the session. PROTOCOL 20, 27.
//!
//! We keep no picture. The service compares what the camera took with the picture that the registry has, which we name by
//! the registry's own reference. The sample is gone when the question is answered; neither it nor the score is stored or
//! logged. A service that does not answer has decided nothing: no attempt is counted and the page can be sent again.

use super::budget::{FaceSlot, Heard};
use super::ports::{FaceNonce, FaceReference, FaceSample, IdempotencyKey, Liveness, PortError, Score, ScoreBand};
use super::sign_in::{self, Beginning, Lift, NotSignedIn, SignedInNow};
use super::{Provider, Unavailable, session};
use crate::authn::{Interaction, SignInRefused};
use crate::spec::{Factor, FactorSet, SpentId, Timestamp};
use crate::store::spent;
use tracing::{info, warn};

/// What the browser sent.
pub struct FaceAttempt<'a> {
    pub sample: FaceSample,
    pub session: Option<&'a str>,
    pub device: Option<&'a str>,
    pub agent: &'a str,
}

/// Why the session stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotChecked {
    #[error("nobody signed in with a passkey in this browser")]
    NoPasskeySession,
    #[error("this node has no face service")]
    NoService,
    #[error("no registry has a picture of the person")]
    NoReference,
    #[error("the face is another person's")]
    Different,
    #[error("the face is not a living person's")]
    NotLiving,
    #[error("the faces could not be compared well enough")]
    Unsure,
    #[error("the budget of face checks is spent")]
    BudgetSpent { until: Timestamp },
    #[error("the page was used before, or something about the person has changed")]
    CeremonyUsed,
    #[error("the face service: {0}")]
    Service(PortError),
    #[error("the storage is unavailable")]
    Busy,
}

impl NotChecked {
    /// Stable, for the log and the metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoPasskeySession => "signin.face_without_passkey",
            Self::NoService => "signin.face_no_service",
            Self::NoReference => "signin.face_no_reference",
            Self::Different => "signin.face_different",
            Self::NotLiving => "signin.face_not_living",
            Self::Unsure => "signin.face_unsure",
            Self::BudgetSpent { .. } => "signin.face_budget_spent",
            Self::CeremonyUsed => "signin.face_ceremony_used",
            Self::Service(_) => "signin.face_service",
            Self::Busy => "signin.face_busy",
        }
    }
}

impl From<Unavailable> for NotChecked {
    fn from(_: Unavailable) -> Self {
        Self::Busy
    }
}

impl From<NotSignedIn> for NotChecked {
    fn from(refused: NotSignedIn) -> Self {
        match refused {
            NotSignedIn::Refused(SignInRefused::BudgetSpent { until }) => Self::BudgetSpent { until },
            NotSignedIn::Busy => Self::Busy,
            // Nothing else can be said of a face: the session or the person is not what it was.
            _ => Self::CeremonyUsed,
        }
    }
}

/// Asks the face service, and raises the session if it is the person's living face.
///
/// # Errors
/// As [`NotChecked`].
pub async fn by_face(
    provider: &Provider,
    interaction: &Interaction,
    attempt: FaceAttempt<'_>,
) -> Result<SignedInNow, NotChecked> {
    check(provider, interaction, attempt).await.inspect_err(|cause| {
        metrics::counter!("hufu_signin_refused_total", "code" => cause.code()).increment(1);
        match cause {
            NotChecked::Service(error) => warn!(target: "hufu::ports", code = cause.code(), %error, "no face check"),
            _ => info!(target: "hufu::signin", code = cause.code(), "refused"),
        }
    })
}

async fn check(
    provider: &Provider,
    interaction: &Interaction,
    attempt: FaceAttempt<'_>,
) -> Result<SignedInNow, NotChecked> {
    // A face alone is no secret: it counts beside the passkey of whoever holds this very session.
    let live = session::live(provider, attempt.session).await?.filter(|live| live.factors.has(Factor::Cert));
    let live = live.ok_or(NotChecked::NoPasskeySession)?;
    let ports = provider.ports.as_ref().ok_or(NotChecked::NoService)?;
    let reference = live.secrets.registry_ref.as_ref().ok_or(NotChecked::NoReference)?;

    let (asked_at, slot) = (provider.now(), FaceSlot::of(provider, live.person.id));
    let ceremony = SpentId::from_bytes(*interaction.ceremony().as_bytes());
    let doors = provider.store.read(move |db| Ok((spent::is_spent(db, &ceremony)?, slot.spent_until(db, asked_at)?)));
    match doors.await.map_err(Unavailable::from)? {
        (true, _) => return Err(NotChecked::CeremonyUsed),
        (false, Some(until)) => return Err(NotChecked::BudgetSpent { until }),
        (false, None) => {}
    }
    let nonce = FaceNonce::of_page(interaction.challenge().as_bytes());
    let key = IdempotencyKey::random(&mut *provider.rng());
    let score = ports.face.compare(&attempt.sample, FaceReference::Registry(reference), nonce, key).await;
    if let Err(unfit) = judge(score.map_err(NotChecked::Service)?) {
        slot.count(provider, provider.now()).await?;
        return Err(unfit);
    }
    let known = sign_in::known_browser(provider, attempt.device);
    let beginning = Beginning {
        person: live.person,
        factors: FactorSet::face(asked_at),
        consumes: None,
        heard: Heard::Face(slot),
        passkey: None,
        lift: Lift::Nothing,
        cookie: attempt.session,
        known,
        agent: attempt.agent,
    };
    Ok(sign_in::begin(provider, interaction, beginning).await?)
}

/// A picture held up is told before a stranger: it may well show the person.
fn judge(score: Score) -> Result<(), NotChecked> {
    match (score.liveness, score.band) {
        (Liveness::NotLiving, _) => Err(NotChecked::NotLiving),
        (Liveness::Living, ScoreBand::Different) => Err(NotChecked::Different),
        (Liveness::Living, ScoreBand::Unsure) => Err(NotChecked::Unsure),
        (Liveness::Living, ScoreBand::Same) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_living_face_passes() {
        for band in [ScoreBand::Different, ScoreBand::Unsure, ScoreBand::Same] {
            for liveness in [Liveness::Living, Liveness::NotLiving] {
                let score = Score { band, liveness };
                assert_eq!(judge(score).is_ok(), score.passes(), "{score:?}");
            }
        }
        let photograph = Score { band: ScoreBand::Same, liveness: Liveness::NotLiving };
        assert_eq!(judge(photograph), Err(NotChecked::NotLiving));
    }
}
