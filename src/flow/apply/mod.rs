//! Applying for a number in four steps: document, face, telephone, PIN (with the dynamic code). FUNCTIONS 3; PROTOCOL 9, 27;
//! docs/adr/0013-an-application-is-a-row-until-it-is-a-person.md.
//!
//! One file per form. Each opens the application of the browser's cookie, asks who must be asked, and takes one guarded step
//! from the version that it opened: whoever was overtaken by another tab is told where the application stands. A service that
//! does not answer has decided nothing. Whoever proves to be known gets no second number: their document joins them.

mod begin;
mod bounds;
mod card;
mod chip;
mod code;
mod cookie;
mod document;
mod face;
mod hand_over;
mod judge;
mod known;
mod phone;
mod pin;
mod refused;
mod renew;
mod view;
mod voucher;

pub use begin::begin;
pub use card::collect;
pub use chip::{ReaderRefused, answer, task};
pub use code::{Finished, Here, confirm};
pub use document::{put_away, read};
pub use face::compare;
pub use hand_over::{hand_over, take_over};
pub use judge::ask_again;
pub(super) use known::documents_of;
pub use known::proven;
pub use phone::{another_number, hear, send};
pub use pin::choose;
pub use refused::{FaceProblem, Refused, Service};
pub use renew::{confirm_renewal, renew};
pub use view::{Hand, Shown, View, Where, stands};
pub use voucher::{Approved, Issue, Issued, NotApproved, approve, issue, redeem};

use super::ports::Ports;
use super::{Provider, Unavailable};
use crate::keys::Sealable;
use crate::person::application::{Application, ChipImage, End, OutOfOrder};
use crate::spec::TokenHash;
use crate::store::applications::{self, ApplicationRow};
use cookie::ApplyCookie;
use serde::de::DeserializeOwned;
use tracing::info;

/// An application, opened for one step.
#[derive(Clone)]
struct Held {
    row: ApplicationRow,
    application: Application,
}

/// What becomes of the chip's face with a step.
enum Image {
    Stays,
    Put(ChipImage),
    Gone,
}

impl Held {
    /// The row after the step to `next`, to be put in place of the one that was opened.
    fn after(&self, provider: &Provider, next: &Application, image: Image) -> Result<ApplicationRow, Unavailable> {
        let mut rng = provider.rng();
        let image = match image {
            Image::Stays => self.row.image.clone(),
            Image::Gone => None,
            Image::Put(image) => Some(provider.keys.seal_bytes(&image, &mut *rng)?),
        };
        Ok(ApplicationRow { sealed: provider.keys.seal_bytes(next, &mut *rng)?, image, ..self.row.clone() })
    }

    /// Takes the step, if no other was taken meanwhile.
    async fn step(self, provider: &Provider, next: Application, image: Image) -> Result<Self, Refused> {
        let row = self.after(provider, &next, image)?;
        let put = row.clone();
        if !provider.store.write(move |tx| applications::step(tx, &put)).await? {
            return Err(Refused::Stale);
        }
        note(&next);
        Ok(Self { row: ApplicationRow { version: row.version + 1, ..row }, application: next })
    }

    /// Ends it without a number, and says why.
    async fn end<T>(self, provider: &Provider, why: End) -> Result<T, Refused> {
        let next = self.application.clone().end(why)?;
        self.step(provider, next, Image::Gone).await?;
        log(Refused::Ended(why))
    }

    /// A refusal, carried out: an end ends it, and everything else leaves it as it is.
    async fn refuse<T>(self, provider: &Provider, refused: Refused) -> Result<T, Refused> {
        match refused {
            Refused::Ended(why) => self.end(provider, why).await,
            Refused::Stale => Err(refused),
            _ => log(refused),
        }
    }
}

/// The application of this browser, and whether it holds it or only looks on.
async fn open(provider: &Provider, cookie: Option<&str>) -> Result<(Held, Hand), Refused> {
    let cookie = cookie.and_then(ApplyCookie::parse).ok_or(Refused::NoApplication)?;
    let id = cookie.id();
    let row = provider.store.read(move |db| applications::by_id(db, &id)).await?.ok_or(Refused::NoApplication)?;
    let held = opened(provider, row)?;
    let hash = cookie.hash();
    match held.application.watcher {
        _ if held.row.secret_hash.matches(&hash) => Ok((held, Hand::Acts)),
        Some(watcher) if watcher.matches(&hash) => Ok((held, Hand::Watches)),
        _ => Err(Refused::NoApplication),
    }
}

/// As [`open`], for a browser that takes a step.
async fn hold(provider: &Provider, cookie: Option<&str>) -> Result<Held, Refused> {
    match open(provider, cookie).await? {
        (held, Hand::Acts) => Ok(held),
        (_, Hand::Watches) => Err(Refused::Watching),
    }
}

/// A row, opened, if its half hour is not over.
fn opened(provider: &Provider, row: ApplicationRow) -> Result<Held, Refused> {
    let application: Application =
        provider.keys.open_bytes(&row.sealed).map_err(|_| Unavailable::damaged("application"))?;
    match provider.now() < application.ends() {
        true => Ok(Held { row, application }),
        false => Err(Refused::Over),
    }
}

/// Ends the application of this browser, because whoever applies wishes so: nothing of it is kept. The browser that handed it
/// over may do so too: its link may have been read by somebody else.
///
/// # Errors
/// As [`Refused`]; that it is over by their wish is none.
pub async fn stop(provider: &Provider, cookie: Option<&str>) -> Result<(), Refused> {
    let (held, _) = open(provider, cookie).await?;
    match held.end(provider, End::Stopped).await {
        Err(Refused::Ended(End::Stopped)) => Ok(()),
        ended => ended,
    }
}

/// What a link or a ticket of ours names: an application and the nonce that it then holds.
async fn named<T: Sealable + DeserializeOwned>(
    provider: &Provider,
    token: &str,
    id: impl FnOnce(&T) -> crate::spec::ApplicationId,
) -> Result<(T, Held), Refused> {
    let token: T = provider.keys.open(token).map_err(|_| Refused::LinkOver)?;
    let id = id(&token);
    let row = provider.store.read(move |db| applications::by_id(db, &id)).await?.ok_or(Refused::LinkOver)?;
    Ok((token, opened(provider, row)?))
}

/// The services; a node without them takes no applications.
fn ports(provider: &Provider) -> Result<&Ports, Refused> {
    provider.ports.as_ref().ok_or(Refused::NotHere)
}

/// For the operator, without the person.
fn note(at: &Application) {
    let step = at.step().word();
    info!(target: "hufu::apply", step, "an application goes on");
    metrics::counter!("hufu_application_steps_total", "step" => step).increment(1);
}

/// A refusal's cause, without the person.
fn log<T>(refused: Refused) -> Result<T, Refused> {
    info!(target: "hufu::apply", code = refused.code(), "refused");
    metrics::counter!("hufu_application_refused_total", "code" => refused.code()).increment(1);
    Err(refused)
}

impl From<OutOfOrder> for Refused {
    fn from(_: OutOfOrder) -> Self {
        Self::Stale
    }
}

/// A random value of a state's own.
fn nonce(provider: &Provider) -> [u8; 16] {
    let mut bytes = [0; 16];
    provider.rng().fill_bytes(&mut bytes);
    bytes
}

/// Whether a nonce is the one that is waited for, in constant time.
fn same(one: &[u8], other: &[u8]) -> bool {
    TokenHash::of(one).matches(&TokenHash::of(other))
}
