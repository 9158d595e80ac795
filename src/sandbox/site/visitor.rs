//! Who is visiting: one entry per browser, in memory, gone when the website stops. A browser holds a random name only.

use openidconnect::core::CoreIdToken;
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The name under which a browser is known, in the cookie.
pub(super) type Name = String;

/// As many browsers as are remembered; the one that came first is forgotten first.
const MOST: usize = 10_000;

/// What was sent along to the provider, to be compared when the person comes back.
pub(super) struct Pending {
    pub state: CsrfToken,
    pub nonce: Nonce,
    pub verifier: PkceCodeVerifier,
    /// A path of ours, for afterwards.
    pub target: String,
}

/// Whom the provider brought back: all that the website ever learns.
#[derive(Clone)]
pub(super) struct Guest {
    pub issuer: String,
    pub sub: String,
    pub acr: String,
    pub amr: String,
    pub at: String,
    pub csrf: String,
    /// Shown to the provider when the person signs out.
    pub id_token: CoreIdToken,
    /// The provider's name for the session, by which it tells us that it has ended.
    pub sid: String,
}

enum Visitor {
    Leaving(Pending),
    SignedIn(Box<Guest>),
    /// The provider said that the session has ended.
    ToldGone,
}

#[derive(Default)]
pub(super) struct Visitors(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    known: HashMap<Name, Visitor>,
    in_order: VecDeque<Name>,
}

impl Visitors {
    /// Remembers what `name` was sent away with.
    pub(super) fn leave(&self, name: Name, pending: Pending) {
        self.lock().put(name, Visitor::Leaving(pending));
    }

    /// Hands out, once, what `name` was sent away with.
    pub(super) fn come_back(&self, name: &str) -> Option<Pending> {
        let mut memory = self.lock();
        match memory.known.remove(name)? {
            Visitor::Leaving(pending) => Some(pending),
            other => {
                memory.known.insert(name.to_owned(), other);
                None
            }
        }
    }

    /// Signs `guest` in under a fresh name.
    pub(super) fn sign_in(&self, name: Name, guest: Guest) {
        self.lock().put(name, Visitor::SignedIn(Box::new(guest)));
    }

    pub(super) fn guest(&self, name: &str) -> Option<Guest> {
        match self.lock().known.get(name)? {
            Visitor::SignedIn(guest) => Some((**guest).clone()),
            Visitor::Leaving(_) | Visitor::ToldGone => None,
        }
    }

    pub(super) fn forget(&self, name: &str) {
        self.lock().known.remove(name);
    }

    /// Ends the visits of the provider's session `sid`; tells how many there were.
    pub(super) fn end(&self, sid: &str) -> usize {
        let mut ended = 0;
        for visitor in self.lock().known.values_mut() {
            if matches!(visitor, Visitor::SignedIn(guest) if guest.sid == sid && !sid.is_empty()) {
                *visitor = Visitor::ToldGone;
                ended += 1;
            }
        }
        ended
    }

    /// Whether the provider ended this visit; said once.
    pub(super) fn was_told_gone(&self, name: &str) -> bool {
        let mut memory = self.lock();
        let told = matches!(memory.known.get(name), Some(Visitor::ToldGone));
        if told {
            memory.known.remove(name);
        }
        told
    }

    /// No foreign code runs under the lock, so a poisoned one holds a sound memory.
    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn put(&mut self, name: Name, visitor: Visitor) {
        if self.known.insert(name.clone(), visitor).is_none() {
            self.in_order.push_back(name);
        }
        while self.in_order.len() > MOST {
            self.in_order.pop_front().map(|oldest| self.known.remove(&oldest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending() -> Pending {
        Pending {
            state: CsrfToken::new("s".into()),
            nonce: Nonce::new("n".into()),
            verifier: PkceCodeVerifier::new("v".repeat(43)),
            target: "/".into(),
        }
    }

    #[test]
    fn what_was_sent_along_is_compared_once() {
        let visitors = Visitors::default();
        visitors.leave("a".into(), pending());
        assert!(visitors.come_back("b").is_none());
        assert!(visitors.come_back("a").is_some());
        assert!(visitors.come_back("a").is_none());
    }

    #[test]
    fn the_memory_is_bounded() {
        let visitors = Visitors::default();
        for n in 0..=MOST {
            visitors.leave(n.to_string(), pending());
        }
        assert!(visitors.come_back("0").is_none());
        assert!(visitors.come_back(&MOST.to_string()).is_some());
    }
}
