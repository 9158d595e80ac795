//! What goes out when a session has ended: first one letter for the session, then one for each website of its list.
//!
//! Decides who is told, when a failed letter is tried again, and when it is given up. OpenID Connect Back-Channel Logout 1.0
//! §2.5; PROTOCOL 5. Every ended session leaves a letter, whether it visited anybody or not: otherwise its coming would
//! tell that the person was at one of the few websites that must be told. Knows no website's address.

use super::clients::ClientList;
use crate::keys::{Epoch, Personal, Sealable};
use crate::spec::{ClientId, Handle, OutboxId, PersonKeyId, SessionId, Timestamp, lifetime};
use rand::{CryptoRng, RngExt};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A row of the outbox, opened: a letter that only its person's key opens, for it holds the handle (PROTOCOL 10).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope {
    pub key: PersonKeyId,
    pub letter: Vec<u8>,
}

/// What is to be told of a session's end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Letter {
    pub session: SessionId,
    pub handle: Handle,
    pub epoch: Epoch,
    /// When it is given up.
    until: Timestamp,
    pub to: Addressee,
    /// What went wrong the last time, for the operator.
    pub trouble: String,
}

/// Whom a letter is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Addressee {
    /// Every website of the session's list; nobody has been told yet.
    Everybody(ClientList),
    One(String),
}

/// The first sending to one website is this late at most, each website's by a time of its own: two websites that are told
/// in the same instant would learn that it is one person.
const FIRST: Duration = Duration::from_secs(8);
/// The wait after the first failure; it doubles.
const AGAIN: Duration = Duration::from_secs(15);
/// Doublings: the longest wait is an hour and some minutes.
const DOUBLINGS: u32 = 8;
/// Characters of `trouble`.
const WORDS: usize = 120;

impl Letter {
    /// The letter of a session that ends at `now`.
    pub fn of(session: SessionId, (handle, epoch): (Handle, Epoch), list: ClientList, now: Timestamp) -> Self {
        let until = now.plus(lifetime::LOGOUT_DELIVERY);
        Self { session, handle, epoch, until, to: Addressee::Everybody(list), trouble: String::new() }
    }

    /// The letter of the same session to one website.
    pub fn addressed(&self, client: &ClientId) -> Self {
        Self { to: Addressee::One(client.as_str().to_owned()), ..self.clone() }
    }

    /// This letter after a failure.
    #[must_use]
    pub fn troubled(self, trouble: &str) -> Self {
        Self { trouble: trouble.chars().take(WORDS).collect(), ..self }
    }

    /// An id whose row is swept only after the letter was given up.
    pub fn id(&self, rng: &mut dyn CryptoRng) -> OutboxId {
        OutboxId::expiring(self.until.plus(lifetime::LOGOUT_DELIVERY), rng)
    }

    /// When the letter is sent for the first time.
    pub fn first(now: Timestamp, rng: &mut dyn CryptoRng) -> Timestamp {
        now.plus(Duration::from_secs(rng.random_range(0..=FIRST.as_secs())))
    }

    /// When a letter that failed for the `attempts`-th time is tried again; `None` when it is given up.
    pub fn again(&self, attempts: i64, now: Timestamp, rng: &mut dyn CryptoRng) -> Option<Timestamp> {
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(DOUBLINGS).min(DOUBLINGS);
        let wait = AGAIN.as_secs() << doublings;
        // Between three quarters and five quarters of it: what failed together does not come back together.
        let due = now.plus(Duration::from_secs(wait * 3 / 4 + rng.random_range(0..=wait / 2)));
        (due <= self.until).then_some(due)
    }
}

impl Sealable for Envelope {
    const PURPOSE: &'static str = "outbox";
    /// A sealed letter of each class and the key's id.
    const CLASSES: &'static [usize] = &[704, 1344, 2624, 5184];
}

impl Personal for Letter {
    const PURPOSE: &'static str = "letter";
    /// Those of the list and one more: a letter to one website is as long as one to a few.
    const CLASSES: &'static [usize] = &[640, 1280, 2560, 5120];
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_123);

    fn letter(clients: usize) -> Letter {
        let mut rng = StdRng::seed_from_u64(1);
        let mut list = ClientList::default();
        for n in 0..clients {
            list.visit(&ClientId::new(format!("client-of-16-{n:03}")));
        }
        Letter::of(SessionId::expiring(NOW, &mut rng), (Handle::random(&mut rng), Epoch(1)), list, NOW)
    }

    #[test]
    fn a_letter_is_tried_again_ever_later_and_given_up_after_a_day() {
        let mut rng = StdRng::seed_from_u64(2);
        let letter = letter(1);
        let (mut now, mut attempts, mut waits) = (NOW, 0, Vec::new());
        loop {
            attempts += 1;
            let Some(due) = letter.again(attempts, now, &mut rng) else { break };
            waits.push(due.since(now).as_secs());
            now = due;
        }
        assert!((11..=19).contains(&waits[0]), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= 80 * 60), "{waits:?}");
        assert!((20..60).contains(&waits.len()), "{waits:?}");
        assert!(now.since(NOW) > Duration::from_secs(22 * 3600) && now.since(NOW) <= lifetime::LOGOUT_DELIVERY);
    }

    /// PROTOCOL 5: "sending jittered".
    #[test]
    fn two_websites_are_told_at_times_of_their_own() {
        let mut rng = StdRng::seed_from_u64(3);
        let times: std::collections::BTreeSet<_> = (0..40).map(|_| Letter::first(NOW, &mut rng)).collect();
        assert!(times.len() > 5);
        assert!(times.iter().all(|at| *at >= NOW && at.since(NOW) <= FIRST));
    }

    /// PROTOCOL 1: "by blob length".
    #[test]
    fn the_envelopes_of_letters_of_one_class_are_as_long() {
        let mut rng = StdRng::seed_from_u64(4);
        for (class, envelope) in Letter::CLASSES.iter().zip(Envelope::CLASSES) {
            // Version, key id, nonce and tag are 31 bytes (PROTOCOL 13).
            let sealed = Envelope { key: PersonKeyId::random(&mut rng), letter: vec![0; class + 31] };
            let length = postcard::to_stdvec(&sealed).expect("serialises").len();
            assert!(length < *envelope, "{length}");
        }
    }

    /// PROTOCOL 1: "by blob length".
    #[test]
    fn a_letter_to_nobody_to_one_website_or_to_many_is_as_long() {
        let length = |letter: &Letter| postcard::to_stdvec(letter).expect("serialises").len();
        let one = letter(30).addressed(&ClientId::new("x".repeat(64))).troubled(&"é".repeat(500));
        for letter in [letter(0), letter(1), letter(25), one] {
            assert!(length(&letter) < Letter::CLASSES[0], "{}", length(&letter));
        }
    }
}
