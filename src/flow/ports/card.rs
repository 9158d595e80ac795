//! The gateway of the resident identity card, which is no ICAO chip: its readers speak to the state's own service, and that
//! service answers us. PROTOCOL 27.

use super::registry::HolderName;
use super::{Asking, IdempotencyKey};
use crate::document::DocumentNumber;
use crate::spec::{BirthDate, Timestamp};
use url::Url;

/// One reading of one card, begun.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CardTicket {
    /// The gateway's word for it.
    pub id: String,
    /// Where the person's reader takes part: shown as a link and as a QR code.
    pub reader: Url,
}

/// What a genuine card says, read by the state's own service.
#[derive(Clone, Debug)]
pub struct CardData {
    /// A resident identity card, or a residence permit, which is made like one.
    pub document: DocumentNumber,
    pub name: HolderName,
    pub birthdate: BirthDate,
    /// The day after the card's last; `None` for one that is valid for good.
    pub expires: Option<Timestamp>,
}

/// How far the reading is.
#[derive(Clone, Debug)]
pub enum CardOutcome {
    Waiting,
    Read(Box<CardData>),
    /// Lost, revoked, expired or not genuine; the gateway says no more.
    Refused,
    /// Nobody held a card to a reader in time.
    Expired,
}

pub trait ResidentCard: Send + Sync {
    /// Begins a reading; `back` is where the reader sends the person afterwards.
    fn begin<'a>(&'a self, back: &'a Url, key: IdempotencyKey) -> Asking<'a, CardTicket>;

    /// Asks how far it is. A card's data are handed out once: to one key, which may ask again when the answer was lost.
    fn collect<'a>(&'a self, ticket: &'a CardTicket, key: IdempotencyKey) -> Asking<'a, CardOutcome>;
}
