//! The services that an application and a face check need, in process: the face service compares words, and can be unwell.

use hufu::flow::ports::{
    Asking, CardOutcome, CardTicket, FaceMatch, FaceNonce, FaceReference, FaceSample, IdempotencyKey, Liveness, Notice,
    Notification, PhoneVerification, PopulationRegistry, PortError, Ports, RegistryAnswer, RegistryQuery, ResidentCard,
    Score, ScoreBand, Sending,
};
use hufu::person::PhoneNumber;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use url::Url;

/// What the face service was asked, and whether it answers.
#[derive(Default)]
pub struct FaceService {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    down: bool,
    nonces: Vec<String>,
    references: BTreeSet<String>,
}

impl FaceService {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// All services, of which only this one answers.
    pub fn ports(self: &Arc<Self>) -> Ports {
        let others = Arc::new(Silent);
        Ports {
            registry: others.clone(),
            face: self.clone(),
            phone: others.clone(),
            card: others.clone(),
            notification: others,
        }
    }

    pub fn goes_down(&self, down: bool) {
        self.state.lock().expect("unpoisoned").down = down;
    }

    /// The nonces of all questions, in their order.
    pub fn nonces(&self) -> Vec<String> {
        self.state.lock().expect("unpoisoned").nonces.clone()
    }

    /// Whose pictures were asked for.
    pub fn references(&self) -> BTreeSet<String> {
        self.state.lock().expect("unpoisoned").references.clone()
    }
}

impl FaceMatch for FaceService {
    fn compare<'a>(
        &'a self,
        sample: &'a FaceSample,
        reference: FaceReference<'a>,
        nonce: FaceNonce,
        _: IdempotencyKey,
    ) -> Asking<'a, Score> {
        let mut state = self.state.lock().expect("unpoisoned");
        state.nonces.push(nonce.to_text());
        if let FaceReference::Registry(reference) = reference {
            state.references.insert(reference.expose().to_owned());
        }
        let down = state.down;
        let score = |band, liveness| Ok(Score { band, liveness });
        let answer = match sample.expose() {
            _ if down => Err(PortError::Slow),
            b"hufu-sandbox-face:holder" => score(ScoreBand::Same, Liveness::Living),
            b"hufu-sandbox-face:photograph" => score(ScoreBand::Same, Liveness::NotLiving),
            b"hufu-sandbox-face:unclear" => score(ScoreBand::Unsure, Liveness::Living),
            _ => score(ScoreBand::Different, Liveness::Living),
        };
        Box::pin(async move { answer })
    }
}

/// A service that nobody reaches.
struct Silent;

fn silence<T: Send + 'static>() -> Asking<'static, T> {
    Box::pin(async { Err(PortError::Unreachable) })
}

impl PopulationRegistry for Silent {
    fn look_up<'a>(&'a self, _: &'a RegistryQuery, _: IdempotencyKey) -> Asking<'a, RegistryAnswer> {
        silence()
    }
}

impl PhoneVerification for Silent {
    fn send<'a>(&'a self, _: &'a PhoneNumber, _: &'a str, _: IdempotencyKey) -> Asking<'a, Sending> {
        silence()
    }
}

impl ResidentCard for Silent {
    fn begin<'a>(&'a self, _: &'a Url, _: IdempotencyKey) -> Asking<'a, CardTicket> {
        silence()
    }

    fn collect<'a>(&'a self, _: &'a CardTicket, _: IdempotencyKey) -> Asking<'a, CardOutcome> {
        silence()
    }
}

impl Notification for Silent {
    fn notify<'a>(&'a self, _: &'a PhoneNumber, _: Notice<'a>, _: IdempotencyKey) -> Asking<'a, ()> {
        silence()
    }
}
