//! A document's chip, by a reader that holds a ticket: docs/ports/reader.md; PROTOCOL 27.
//!
//! The ticket is all that the reader knows, and all that it may do: bring what it reads to one reading of one application.
//! Between rounds the row holds the challenge and nothing that was read. An answer spends the round that it is to: a second
//! one, or one to an earlier round, finds another version.

use super::document::unread;
use super::{Held, Image, Refused, Service, judge, log, named, nonce, same};
use crate::document::{
    ChipSession, DocumentRefused, Next, Possession, ReaderAnswer, ReaderStep, ReaderTask, Sex, VerifiedDocument,
};
use crate::flow::{Provider, Unavailable};
use crate::keys::Sealable;
use crate::person::DocumentProof;
use crate::person::application::{ChipImage, DocumentData, Reading, Stage};
use crate::spec::{ApplicationId, BirthDate, Timestamp};
use serde::{Deserialize, Serialize};
use time::Date;

/// What a ticket holds.
#[derive(Serialize, Deserialize)]
struct ReaderTicket {
    application: ApplicationId,
    nonce: [u8; 16],
}

impl Sealable for ReaderTicket {
    const PURPOSE: &'static str = "reader-ticket";
    const CLASSES: &'static [usize] = &[64];
    const LIMIT: usize = 63;
}

/// Why a reader is not heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReaderRefused {
    /// 404 with nothing else: it says nothing of an application.
    #[error("the ticket is none of ours, is spent, or is too old")]
    Ticket,
    #[error("the storage is unavailable")]
    Unavailable,
}

/// Begins a reading: the view shows the ticket.
pub(super) async fn begin(provider: &Provider, held: Held) -> Result<(), Refused> {
    let (session, task) = ChipSession::begin(&mut *provider.rng());
    let reading = Reading::Chip { nonce: nonce(provider), session, task: in_json(&task)? };
    let next = held.application.clone().reading(reading)?;
    held.step(provider, next, Image::Gone).await.map(drop)
}

/// The ticket of a reading, for a QR code and a link.
pub(super) fn ticket(provider: &Provider, application: ApplicationId, nonce: [u8; 16]) -> Result<String, Unavailable> {
    Ok(provider.keys.seal(&ReaderTicket { application, nonce }, &mut *provider.rng())?)
}

/// What the reader is to do, in JSON. Looks only.
///
/// # Errors
/// As [`ReaderRefused`].
pub async fn task(provider: &Provider, ticket: &str) -> Result<String, ReaderRefused> {
    let (held, _) = reading(provider, ticket).await?;
    match held.application.stage {
        Stage::Document(Reading::Chip { task, .. }) => Ok(task),
        _ => Err(ReaderRefused::Ticket),
    }
}

/// Takes what the reader brought, at most [`crate::document::LONGEST_ANSWER`] bytes of JSON, and tells it what is next.
///
/// # Errors
/// As [`ReaderRefused`]; that a document is not taken is a step, not an error.
pub async fn answer(provider: &Provider, ticket: &str, json: &[u8]) -> Result<ReaderStep, ReaderRefused> {
    let (held, session) = reading(provider, ticket).await?;
    let (issuers, now, json) = (provider.issuers.clone(), provider.now(), json.to_vec());
    // Signatures of up to 512 kB of files, some of them slow ones.
    let judged = tokio::task::spawn_blocking(move || session.answer(ReaderAnswer::parse(&json)?, &issuers, now));
    let judged = judged.await.map_err(|_| ReaderRefused::Unavailable)?;
    match judged {
        Ok(Next::More(session, task)) => more(provider, held, session, task).await,
        Ok(Next::Read(document)) => read(provider, held, &document).await,
        Err(refused) => not_taken(provider, held, &refused).await,
    }
}

async fn more(
    provider: &Provider,
    held: Held,
    session: ChipSession,
    task: ReaderTask,
) -> Result<ReaderStep, ReaderRefused> {
    let Stage::Document(Reading::Chip { nonce, .. }) = held.application.stage else {
        return Err(ReaderRefused::Ticket);
    };
    let next = Reading::Chip { nonce, session, task: in_json(&task).map_err(ReaderRefused::from)? };
    let next = held.application.clone().reading(next).map_err(|_| ReaderRefused::Ticket)?;
    held.step(provider, next, Image::Gone).await?;
    Ok(ReaderStep::More { task })
}

/// The document is genuine. Whether its person may apply, the page says to the person and not to the reader.
async fn read(provider: &Provider, held: Held, document: &VerifiedDocument) -> Result<ReaderStep, ReaderRefused> {
    let Some(data) = data(document) else {
        return not_taken(provider, held, &DocumentRefused::BirthDate).await;
    };
    let image = document.face().map(|face| ChipImage(face.image.clone()));
    match judge::proved(provider, held, data, image).await {
        Ok(_) | Err(Refused::Ended(_) | Refused::NoAnswer { service: Service::Registry, .. }) => Ok(ReaderStep::Done),
        Err(refused) => Err(refused.into()),
    }
}

async fn not_taken(provider: &Provider, held: Held, refused: &DocumentRefused) -> Result<ReaderStep, ReaderRefused> {
    match unread::<()>(provider, held, Refused::Chip(refused.code())).await {
        Ok(()) | Err(Refused::Chip(_)) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(ReaderStep::Refused { code: refused.code().to_owned(), message: refused.to_string() })
}

/// The application that a ticket is for, and the round that it is in.
async fn reading(provider: &Provider, ticket: &str) -> Result<(Held, ChipSession), ReaderRefused> {
    let (ticket, held) = named(provider, ticket, |ticket: &ReaderTicket| ticket.application).await?;
    let session = match &held.application.stage {
        Stage::Document(Reading::Chip { nonce, session, .. }) if same(nonce, &ticket.nonce) => session.clone(),
        _ => return log(Refused::LinkOver).map_err(ReaderRefused::from),
    };
    Ok((held, session))
}

fn data(document: &VerifiedDocument) -> Option<DocumentData> {
    let born = document.birth_date();
    let birthdate = BirthDate::of(u16::try_from(born.year()).ok()?, u8::from(born.month()), born.day())?;
    let sex = match document.sex() {
        Sex::Female => "F",
        Sex::Male => "M",
        Sex::Unspecified => "X",
    };
    Some(DocumentData {
        name: document.name(),
        birthdate,
        nationality: Some(document.nationality().to_owned()),
        sex: Some(sex.to_owned()),
        document: document.number().clone(),
        expires: document.expires().next_day().map(midnight),
        proof: match document.possession() {
            Possession::ActiveAuthentication => DocumentProof::ActiveAuthentication,
            Possession::ChipAuthentication => DocumentProof::ChipAuthentication,
            Possession::PassiveOnly => DocumentProof::PassiveOnly,
        },
        weak_hash: document.weak_hash(),
        voucher: None,
    })
}

fn midnight(day: Date) -> Timestamp {
    Timestamp::from_unix(day.midnight().assume_utc().unix_timestamp())
}

fn in_json(task: &ReaderTask) -> Result<String, Refused> {
    serde_json::to_string(task).map_err(|_| Refused::Unavailable)
}

impl From<Refused> for ReaderRefused {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unavailable => Self::Unavailable,
            // Whatever else: this ticket leads nowhere.
            _ => Self::Ticket,
        }
    }
}
