//! The ports to what a person's application needs from others: the registry, the face service, the text messages, the gateway of
//! the resident card, the notices. PROTOCOL 9, 27; docs/ports/ has each one's contract.
//!
//! The adapters in `outside` speak HTTP; in the sandbox a twin of each answers on this machine. A port that does not answer has
//! decided nothing: the step waits and can be tried again, and no half-made person is left. None of them is told more than its
//! question needs: neither which website somebody came from, nor a sub, nor a network number.

mod card;
mod face;
mod notification;
mod phone;
mod registry;

pub use card::{CardData, CardOutcome, CardTicket, ResidentCard};
pub use face::{FaceMatch, FaceNonce, FaceReference, FaceSample, Liveness, Score, ScoreBand};
pub use notification::{Notice, Notification};
pub use phone::{PhoneVerification, Sending};
pub use registry::{HolderName, PopulationRegistry, RegistryAnswer, RegistryQuery};

use rand::CryptoRng;
use std::pin::Pin;
use std::sync::Arc;

/// An answer, sometime.
pub type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T, PortError>> + Send + 'a>>;

/// Why a port gave no answer that counts. Nothing was decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    #[error("it cannot be reached")]
    Unreachable,
    #[error("it does not answer in time")]
    Slow,
    #[error("it answers with status {0}")]
    Status(u16),
    #[error("it answers something that its contract does not have: {0}")]
    Nonsense(&'static str),
    /// It failed so often that it is left alone for a while (a circuit breaker).
    #[error("it is left alone after many failures")]
    LeftAlone,
}

/// One question, however often it must be sent: a service that is asked twice with the same key answers the same and does the
/// thing once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdempotencyKey([u8; 16]);

impl IdempotencyKey {
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// In the header `Idempotency-Key` it stands in quotes.
    pub fn to_text(self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }
}

/// All the services that an application needs. A node has them or takes no applications.
#[derive(Clone)]
pub struct Ports {
    pub registry: Arc<dyn PopulationRegistry>,
    pub face: Arc<dyn FaceMatch>,
    pub phone: Arc<dyn PhoneVerification>,
    pub card: Arc<dyn ResidentCard>,
    pub notification: Arc<dyn Notification>,
}
