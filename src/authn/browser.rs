//! A browser before anybody signed in, and a browser that a person signed in from before.
//!
//! The first holds a random secret, to which interactions are bound, so that a sealed page taken elsewhere is worth
//! nothing. The second is a sealed cookie that gives the person's own browser a budget of its own (PROTOCOL 21). Neither is
//! a row. Cookie names and attributes are `web`'s; sealing is `keys`'.

use super::csrf::CsrfToken;
use crate::keys::Sealable;
use crate::spec::{BearerSecret, PersonId, Timestamp, TokenHash, lifetime};
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

/// The value of the browser cookie: 256 random bits.
#[derive(Clone, Debug)]
pub struct BrowserSecret(BearerSecret);

impl BrowserSecret {
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        Self(BearerSecret::random(rng))
    }

    /// Reads the cookie; `None` when it is none of ours.
    pub fn parse(cookie: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(cookie.as_bytes()).ok()?;
        (bytes.len() == 32).then(|| Self(BearerSecret::new(cookie)))
    }

    /// The cookie's value.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What an interaction is bound to.
    pub fn hash(&self) -> TokenHash {
        self.0.hash()
    }

    pub fn csrf(&self, purpose: &str) -> CsrfToken {
        CsrfToken::of(self.0.expose().as_bytes(), purpose)
    }
}

/// A device of a person: the key of its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeviceId([u8; 16]);

impl DeviceId {
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// What the sealed device cookie says: this person has signed in here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownBrowser {
    person: PersonId,
    device: DeviceId,
    issued: Timestamp,
}

impl KnownBrowser {
    /// Written at each successful sign-in. The same person keeps the device, and with it the budget: else whoever holds
    /// the browser would sign in once and have a fresh one.
    pub fn after_sign_in(before: Option<&Self>, person: PersonId, now: Timestamp, rng: &mut dyn CryptoRng) -> Self {
        let device = before.and_then(|before| before.device_of(person, now)).unwrap_or_else(|| DeviceId::random(rng));
        Self { person, device, issued: now }
    }

    /// The device, when the browser is known for `person` and not for too long.
    pub fn device_of(&self, person: PersonId, now: Timestamp) -> Option<DeviceId> {
        let fresh = now < self.issued.plus(lifetime::KNOWN_BROWSER);
        (self.person == person && fresh).then_some(self.device)
    }
}

impl Sealable for KnownBrowser {
    const PURPOSE: &'static str = "known-browser";
    const CLASSES: &'static [usize] = &[64];
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

    #[test]
    fn a_browser_cookie_is_32_bytes_and_nothing_else() {
        let secret = BrowserSecret::random(&mut StdRng::seed_from_u64(1));
        let again = BrowserSecret::parse(secret.expose()).expect("our own");
        assert!(again.hash().matches(&secret.hash()));
        let longer = format!("{}AAAA", secret.expose());
        for cookie in ["", "x", &secret.expose()[1..], &longer, &"=".repeat(43)] {
            assert!(BrowserSecret::parse(cookie).is_none(), "{cookie}");
        }
        assert!(!format!("{secret:?}").contains(secret.expose()));
    }

    /// PROTOCOL 21: the budget of a known browser is the person's own.
    #[test]
    fn a_browser_is_known_for_its_person_only_and_not_for_ever() {
        let mut rng = StdRng::seed_from_u64(2);
        let (mine, other) = (PersonId::random(&mut rng), PersonId::random(&mut rng));
        let known = KnownBrowser::after_sign_in(None, mine, NOW, &mut rng);
        assert!(known.device_of(mine, NOW).is_some());
        assert_eq!(known.device_of(other, NOW), None);
        assert_eq!(known.device_of(mine, NOW.plus(lifetime::KNOWN_BROWSER)), None);
    }

    #[test]
    fn signing_in_again_renews_the_cookie_and_keeps_the_device() {
        let mut rng = StdRng::seed_from_u64(3);
        let (mine, other) = (PersonId::random(&mut rng), PersonId::random(&mut rng));
        let first = KnownBrowser::after_sign_in(None, mine, NOW, &mut rng);
        let later = NOW.plus(lifetime::KNOWN_BROWSER / 2);
        let again = KnownBrowser::after_sign_in(Some(&first), mine, later, &mut rng);
        assert_eq!(again.device_of(mine, later), first.device_of(mine, NOW));
        let theirs = KnownBrowser::after_sign_in(Some(&again), other, later, &mut rng);
        assert_ne!(theirs.device_of(other, later), again.device_of(mine, later));
    }
}
