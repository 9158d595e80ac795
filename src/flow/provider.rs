//! What every flow works with: the keys, the store, the clock and chance, made outside and handed in.

use super::client_keys::ClientKeys;
use super::discovery::Published;
use super::fetch::{Bounded, Fetch};
use super::known_clients::KnownClients;
use super::logo::Logos;
use super::person_key::OpenedKeys;
use super::ports::Ports;
use super::refusals::Recorder;
use super::status_lists::StatusLists;
use crate::authn::{Passkeys, Rack};
use crate::client::BareRequests;
use crate::document::TrustStore;
use crate::keys::Keys;
use crate::spec::{About, IssuerUrl, Ladder, Timestamp, TraceId, lifetime};
use crate::store::{KeyStore, Store};
use rand::CryptoRng;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// The clock and chance: the only two things that a flow cannot be given as a value.
pub trait World: Send + Sync {
    fn now(&self) -> Timestamp;
    fn rng(&self) -> Box<dyn CryptoRng>;
    /// A running stopwatch: measures, decides nothing.
    fn stopwatch(&self) -> Box<dyn Fn() -> Duration + Send>;
}

/// Whether persons here are real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Sandbox,
    Production,
}

/// One issuer on one node.
pub struct Provider {
    pub issuer: IssuerUrl,
    pub mode: Mode,
    pub keys: Keys,
    pub store: Store,
    /// Where the persons' keys are; `flow::person` opens with them.
    pub person_keys: KeyStore,
    pub passkeys: Passkeys,
    pub rack: Arc<Rack>,
    /// In the sandbox, the demo website to try.
    pub demo_site: Option<String>,
    /// In the sandbox, where the twins show their pages: the reader of documents, the telephone.
    pub twins: Option<String>,
    pub refusals: Recorder,
    /// The way to websites' own servers.
    pub websites: Arc<dyn Fetch>,
    /// The services that an application needs; a node without them takes none.
    pub ports: Option<Ports>,
    /// Whose documents are believed: the signing authorities of the states that issue them.
    pub issuers: Arc<TrustStore>,
    /// The levels that this node reaches, and their names.
    pub ladder: Ladder,
    pub about: About,
    /// How long new ways in wait after a re-proof ([`lifetime::RECOVERY_WAIT`] but for the sandbox).
    pub recovery_wait: Duration,
    /// The exception of PROTOCOL 16 for a conformance run.
    pub bare_requests: BareRequests,
    pub(super) known_clients: KnownClients,
    pub(super) client_keys: ClientKeys,
    pub(super) logos: Logos,
    pub(super) status_lists: StatusLists,
    pub(super) opened_keys: OpenedKeys,
    world: Arc<dyn World>,
    published: RwLock<Option<Arc<Published>>>,
}

/// What a [`Provider`] is made of.
pub struct Parts {
    pub issuer: IssuerUrl,
    pub mode: Mode,
    pub keys: Keys,
    pub store: Store,
    pub person_keys: KeyStore,
    pub passkeys: Passkeys,
    pub rack: Arc<Rack>,
    pub world: Arc<dyn World>,
    pub websites: Arc<dyn Fetch>,
    pub ports: Option<Ports>,
    pub issuers: Arc<TrustStore>,
    /// As the settings have it: whether faces are checked, the ports say.
    pub ladder: Ladder,
    pub about: About,
    pub demo_site: Option<String>,
    pub twins: Option<String>,
    pub recovery_wait: Duration,
    pub bare_requests: BareRequests,
}

impl Provider {
    /// A provider without signing keys yet: [`super::signing::rotate_due`] makes or brings them.
    pub fn new(parts: Parts) -> Self {
        let websites: Arc<dyn Fetch> = Arc::new(Bounded::new(parts.websites));
        Self {
            issuer: parts.issuer,
            mode: parts.mode,
            keys: parts.keys,
            store: parts.store,
            person_keys: parts.person_keys,
            passkeys: parts.passkeys,
            rack: parts.rack,
            demo_site: parts.demo_site,
            twins: parts.twins,
            refusals: Recorder::default(),
            ladder: if parts.ports.is_some() { parts.ladder.with_faces() } else { parts.ladder },
            about: parts.about,
            ports: parts.ports,
            issuers: parts.issuers,
            recovery_wait: parts.recovery_wait,
            bare_requests: parts.bare_requests,
            known_clients: KnownClients::default(),
            client_keys: ClientKeys::new(Arc::clone(&websites), Arc::clone(&parts.world)),
            websites,
            logos: Logos::default(),
            status_lists: StatusLists::default(),
            opened_keys: OpenedKeys::default(),
            world: parts.world,
            published: RwLock::new(None),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    pub fn rng(&self) -> Box<dyn CryptoRng> {
        self.world.rng()
    }

    /// How long something takes, for the log and the metrics.
    pub fn stopwatch(&self) -> Box<dyn Fn() -> Duration + Send> {
        self.world.stopwatch()
    }

    /// A fresh trace id, good for as long as refusals are kept.
    pub fn trace(&self) -> TraceId {
        TraceId::expiring(self.now().plus(lifetime::REFUSAL), &mut *self.rng())
    }

    pub(super) fn world(&self) -> &Arc<dyn World> {
        &self.world
    }

    /// What this node signs with and publishes; `None` until [`super::signing::refresh`] brought it.
    pub fn published(&self) -> Option<Arc<Published>> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn exchange(&self, published: Published) {
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(published));
    }
}
