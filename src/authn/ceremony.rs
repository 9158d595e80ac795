//! The interaction: a pending request at the authorization endpoint, sealed into the page and never a row (PROTOCOL 23).
//!
//! It carries the raw parameters, to be parsed and asked about again on every return; the browser that it was given to;
//! the id of the ceremony now offered, which becomes the session's id, so that a page submitted twice signs in once; the
//! passkey challenge; and, later, the proof that a sign-in took place *for this request*, which answers `prompt=login` and
//! `max_age`, and the word that the person goes on without a level that was only wished for. Sealing is `keys`'.

use super::ask::Wish;
use super::browser::BrowserSecret;
use super::passkey::Challenge;
use crate::keys::Sealable;
use crate::spec::{CeremonyId, SessionId, Timestamp, TokenHash, lifetime};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

/// A pending request, as it travels in the page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Interaction {
    params: String,
    browser: TokenHash,
    started: Timestamp,
    ceremony: CeremonyId,
    challenge: Challenge,
    proof: Option<Proof>,
    /// Whose session the consent page was shown in.
    asked: Option<SessionId>,
    /// A passkey that was touched while the person was frozen; lifting waits for a word of its own.
    touched: Option<Touch>,
    /// In whose session a level that the website wished for was declined.
    without: Option<SessionId>,
    /// The last sign-in was found to be older than `max_age`: all of it is done again.
    too_old: bool,
}

/// The first sign-in that took place within this interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Proof {
    session: SessionId,
    at: Timestamp,
}

/// One assertion, and when it was given.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Touch {
    assertion: TokenHash,
    at: Timestamp,
}

/// Why an interaction that opened is not honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InteractionRefused {
    #[error("the page is older than a quarter of an hour")]
    Expired,
    #[error("the page was given to another browser")]
    OtherBrowser,
}

impl Interaction {
    /// A fresh request: its raw parameters and the browser that asks.
    pub fn begin(params: String, browser: &BrowserSecret, now: Timestamp, rng: &mut dyn CryptoRng) -> Self {
        Self {
            params,
            browser: browser.hash(),
            started: now,
            ceremony: CeremonyId::expiring(now.plus(lifetime::INTERACTION), rng),
            challenge: Challenge::random(rng),
            proof: None,
            asked: None,
            touched: None,
            without: None,
            too_old: false,
        }
    }

    /// Checks what came back with a page.
    ///
    /// # Errors
    /// The page is too old, or this is not the browser that it was given to.
    pub fn honoured(self, browser: Option<&BrowserSecret>, now: Timestamp) -> Result<Self, InteractionRefused> {
        if now >= self.started.plus(lifetime::INTERACTION) {
            return Err(InteractionRefused::Expired);
        }
        if !browser.is_some_and(|browser| browser.hash().matches(&self.browser)) {
            return Err(InteractionRefused::OtherBrowser);
        }
        Ok(self)
    }

    /// The next page of the same request: another ceremony may follow, with a challenge of its own.
    #[must_use]
    pub fn renewed(mut self, rng: &mut dyn CryptoRng) -> Self {
        self.ceremony = CeremonyId::expiring(self.started.plus(lifetime::INTERACTION), rng);
        self.challenge = Challenge::random(rng);
        self.touched = None;
        self
    }

    /// Notes that a frozen person gave this assertion: the next page asks whether to lift (PROTOCOL 22).
    #[must_use]
    pub fn touched(mut self, assertion: &str, at: Timestamp) -> Self {
        self.touched = Some(Touch { assertion: TokenHash::of(assertion.as_bytes()), at });
        self
    }

    /// When this very assertion was given, if the person was then asked whether to lift.
    pub fn touched_by(&self, assertion: &str) -> Option<Timestamp> {
        self.touched.filter(|touch| touch.assertion.matches(&TokenHash::of(assertion.as_bytes()))).map(|touch| touch.at)
    }

    /// Notes that the person signed in at `at`, which began or raised `session`. The first instant stays, while the
    /// session does: from then on the request's wish for a fresh sign-in is answered.
    #[must_use]
    pub fn signed_in(mut self, session: SessionId, at: Timestamp) -> Self {
        let at = self.proven(session).map_or(at, |earlier| earlier.min(at));
        self.proof = Some(Proof { session, at });
        self
    }

    /// When the person first signed in for this request, if that is the session at hand.
    pub fn proven(&self, session: SessionId) -> Option<Timestamp> {
        self.proof.filter(|proof| proof.session == session).map(|proof| proof.at)
    }

    /// Notes whom the consent page is shown to.
    #[must_use]
    pub fn asked(mut self, session: SessionId) -> Self {
        self.asked = Some(session);
        self
    }

    /// Whether the consent page was shown in this very session.
    pub fn asked_of(&self, session: SessionId) -> bool {
        self.asked == Some(session)
    }

    /// Notes that the person goes on without the level that the website wishes for.
    #[must_use]
    pub fn without_level(mut self, session: SessionId) -> Self {
        self.without = Some(session);
        self
    }

    /// What the person of this session said to such a wish.
    pub fn wish(&self, session: SessionId) -> Wish {
        if self.without == Some(session) { Wish::Declined } else { Wish::Open }
    }

    /// Notes that the last sign-in was older than the request's `max_age`.
    #[must_use]
    pub fn too_old(mut self) -> Self {
        self.too_old = true;
        self
    }

    /// Whether the person was asked to do all again, since the last sign-in was older than `max_age`.
    pub fn redoes_all(&self) -> bool {
        self.too_old
    }

    /// The raw parameters, to be parsed again.
    pub fn params(&self) -> &str {
        &self.params
    }

    pub const fn ceremony(&self) -> CeremonyId {
        self.ceremony
    }

    pub const fn challenge(&self) -> &Challenge {
        &self.challenge
    }
}

impl Sealable for Interaction {
    const PURPOSE: &'static str = "interaction";
    const CLASSES: &'static [usize] = &[512, 1024, 2048, 4096];
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_123);

    fn interaction() -> (Interaction, BrowserSecret, StdRng) {
        let mut rng = StdRng::seed_from_u64(1);
        let browser = BrowserSecret::random(&mut rng);
        (Interaction::begin("client_id=a&scope=openid".into(), &browser, NOW, &mut rng), browser, rng)
    }

    #[test]
    fn a_page_is_honoured_for_a_quarter_of_an_hour_in_its_own_browser() {
        let (interaction, browser, mut rng) = interaction();
        let bytes = postcard::to_stdvec(&interaction).expect("serialises");
        let back = || postcard::from_bytes::<Interaction>(&bytes).expect("parses");
        let last = NOW.plus(lifetime::INTERACTION).minus(std::time::Duration::from_secs(1));
        let honoured = back().honoured(Some(&browser), last).expect("honoured");
        assert_eq!(honoured.params(), "client_id=a&scope=openid");
        assert_eq!(honoured.ceremony(), interaction.ceremony());
        let late = back().honoured(Some(&browser), NOW.plus(lifetime::INTERACTION));
        assert_eq!(late.err(), Some(InteractionRefused::Expired));
        let other = BrowserSecret::random(&mut rng);
        for browser in [None, Some(&other)] {
            let refused = back().honoured(browser, NOW);
            assert_eq!(refused.err(), Some(InteractionRefused::OtherBrowser));
        }
    }

    /// PROTOCOL 20: `max_age` and `prompt=login` redo all, once.
    #[test]
    fn the_proof_of_a_sign_in_counts_for_its_own_session_from_its_first_instant() {
        let (interaction, _, mut rng) = interaction();
        let one = SessionId::expiring(NOW, &mut rng);
        let two = SessionId::expiring(NOW, &mut rng);
        assert_eq!(interaction.proven(one), None);
        let later = NOW.plus(std::time::Duration::from_secs(60));
        let signed_in = interaction.signed_in(one, NOW).signed_in(one, later);
        assert_eq!(signed_in.proven(one), Some(NOW));
        assert_eq!(signed_in.proven(two), None);
    }

    /// Who signs in afterwards, in the same window, is asked for themselves.
    #[test]
    fn a_level_that_one_session_declined_is_still_to_be_asked_of_another() {
        let (interaction, _, mut rng) = interaction();
        let one = SessionId::expiring(NOW, &mut rng);
        let two = SessionId::expiring(NOW, &mut rng);
        assert_eq!(interaction.wish(one), Wish::Open);
        let declined = interaction.without_level(one).renewed(&mut rng);
        assert_eq!((declined.wish(one), declined.wish(two)), (Wish::Declined, Wish::Open));
    }

    /// Another session's sign-in says nothing about this one's: its instant is not passed on (`max_age`, `auth_time`).
    #[test]
    fn the_instant_of_a_proof_is_not_inherited_by_another_session() {
        let (interaction, _, mut rng) = interaction();
        let one = SessionId::expiring(NOW, &mut rng);
        let two = SessionId::expiring(NOW, &mut rng);
        let later = NOW.plus(std::time::Duration::from_secs(60));
        let signed_in = interaction.signed_in(one, NOW).signed_in(two, later);
        assert_eq!((signed_in.proven(one), signed_in.proven(two)), (None, Some(later)));
    }

    #[test]
    fn the_next_page_has_a_ceremony_and_a_challenge_of_its_own_and_no_more_time() {
        let (interaction, browser, mut rng) = interaction();
        let next = interaction.clone().renewed(&mut rng);
        assert_ne!(next.ceremony(), interaction.ceremony());
        assert_ne!(next.challenge().as_bytes(), interaction.challenge().as_bytes());
        assert!(next.honoured(Some(&browser), NOW.plus(lifetime::INTERACTION)).is_err());
    }

    /// PROTOCOL 22: lifting is confirmed for one touch, of one assertion, in one ceremony.
    #[test]
    fn a_touch_counts_for_its_own_assertion_and_its_own_ceremony() {
        let (interaction, _, mut rng) = interaction();
        assert_eq!(interaction.touched_by("one"), None);
        let asked = interaction.touched("one", NOW);
        assert_eq!(asked.touched_by("one"), Some(NOW));
        assert_eq!(asked.touched_by("another"), None);
        assert_eq!(asked.renewed(&mut rng).touched_by("one"), None);
    }
}
