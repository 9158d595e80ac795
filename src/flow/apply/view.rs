//! Where an application stands, for the page that shows it. Looks only.

use super::{Refused, chip, open};
use crate::authn::CodeSource;
use crate::flow::dynamic_code::{AppSecret, LABEL};
use crate::flow::ports::FaceNonce;
use crate::flow::{Provider, Unavailable, person};
use crate::person::NetworkNumber;
use crate::person::application::{End, FACES, Join, Known, Reading, Stage};
use crate::spec::{ApplicationId, PersonId, Timestamp};
use crate::store::persons;
use url::Url;

/// Whether this browser goes on with the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    Acts,
    /// It was handed over to another browser.
    Watches,
}

/// What a page shows.
#[derive(Debug)]
pub struct View {
    pub hand: Hand,
    pub ends: Timestamp,
    pub at: Where,
}

/// The step that is due, with what its page needs.
#[derive(Debug)]
pub enum Where {
    Document {
        reading: Shown,
        /// [`Refused::code`] of the last document that was not taken.
        problem: Option<String>,
        left: u8,
    },
    /// The nonce is for the sample that this page takes, and comes back with it.
    Face {
        nonce: FaceNonce,
        left: u8,
    },
    Phone {
        messages_left: u8,
    },
    PhoneCode {
        /// The last four digits.
        to: String,
        until: Timestamp,
        left: u8,
        messages_left: u8,
    },
    Pin,
    /// For an authenticator app: to be scanned, or typed.
    Code {
        otpauth: String,
        base32: String,
    },
    /// They have this number already; their document may have joined it.
    Known {
        number: NetworkNumber,
        document: Join,
    },
    /// The PIN is chosen as in [`Self::Pin`], by who is known.
    RenewPin,
    RenewCode {
        otpauth: String,
        base32: String,
    },
    /// From when on the new ways in count.
    Renewed {
        number: NetworkNumber,
        from: Timestamp,
    },
    Done {
        number: NetworkNumber,
    },
    Ended(End),
}

/// How far the document is.
#[derive(Debug)]
pub enum Shown {
    Nothing,
    /// By the resident card's gateway: where the person's reader takes part.
    Card(Url),
    /// By a reader of ours: the ticket, which is all that a reader needs to know.
    Chip {
        ticket: String,
    },
    /// It is read, and the registry is to be asked again.
    RegistryWaits,
}

/// Where the application of this browser stands.
///
/// # Errors
/// [`Refused::NoApplication`], [`Refused::Over`], [`Refused::Unavailable`].
pub async fn stands(provider: &Provider, cookie: Option<&str>) -> Result<View, Refused> {
    let (held, hand) = open(provider, cookie).await?;
    let application = held.application;
    let (ends, messages_left, documents_left) =
        (application.ends(), application.messages_left(), application.documents_left());
    let at = match application.stage {
        Stage::Document(reading) => Where::Document {
            reading: shown(provider, held.row.id, reading)?,
            problem: application.problem,
            left: documents_left,
        },
        Stage::Face { nonce, tries, .. } => {
            Where::Face { nonce: FaceNonce::from_bytes(nonce), left: FACES.saturating_sub(tries) }
        }
        Stage::Phone(_) => Where::Phone { messages_left },
        Stage::PhoneCode { phone, message, .. } => {
            Where::PhoneCode { to: phone.masked(), until: message.until(), left: message.left(), messages_left }
        }
        Stage::Pin { .. } => Where::Pin,
        Stage::Code { totp, .. } => {
            let (otpauth, base32) = seed(provider, &totp)?;
            Where::Code { otpauth, base32 }
        }
        Stage::RenewPin(_) => Where::RenewPin,
        Stage::RenewCode { totp, .. } => {
            let (otpauth, base32) = seed(provider, &totp)?;
            Where::RenewCode { otpauth, base32 }
        }
        Stage::Renewed { person, from } => Where::Renewed { number: number(provider, person).await?, from },
        Stage::Known(Known { person, document, .. }) => {
            Where::Known { number: number(provider, person).await?, document }
        }
        Stage::Done(person) => Where::Done { number: number(provider, person).await? },
        Stage::Ended(why) => Where::Ended(why),
    };
    Ok(View { hand, ends, at })
}

fn shown(provider: &Provider, id: ApplicationId, reading: Reading) -> Result<Shown, Unavailable> {
    Ok(match reading {
        Reading::Nothing => Shown::Nothing,
        Reading::Card { reader, .. } => Url::parse(&reader).map_or(Shown::Nothing, Shown::Card),
        Reading::Chip { nonce, .. } => Shown::Chip { ticket: chip::ticket(provider, id, nonce)? },
        Reading::Read(_) => Shown::RegistryWaits,
    })
}

/// What the authenticator app is shown.
fn seed(provider: &Provider, totp: &[u8]) -> Result<(String, String), Refused> {
    let source: CodeSource = provider.keys.open_bytes(totp).map_err(|_| Unavailable::damaged("code seed"))?;
    let AppSecret { otpauth, base32 } = AppSecret::of(&source, LABEL)?;
    Ok((otpauth, base32))
}

async fn number(provider: &Provider, person: PersonId) -> Result<NetworkNumber, Refused> {
    let row = provider.store.read(move |db| persons::by_id(db, &person)).await?.ok_or(Refused::Over)?;
    Ok(person::secrets(provider, &row).await?.number)
}
