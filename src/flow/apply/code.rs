//! The last step: a first dynamic code shows that the app has the seed. Then there is a person, in one write, who is signed
//! in at once: they have just chosen their PIN and typed a code.

use super::known::{self, Digests, Found, Written};
use super::{Held, Image, Refused, hold, log, note};
use crate::authn::{CodeSource, FixedCodes, Interaction};
use crate::flow::budget::{Heard, Slots};
use crate::flow::person::{self, Born, Drawn};
use crate::flow::sign_in::{self, Beginning, Lift, SignedInNow};
use crate::flow::{Provider, Unavailable, person_key};
use crate::person::application::{End, Proven, Stage};
use crate::person::{Applicant, Attributes, PersonState, Standing};
use crate::spec::{DynamicCode, FactorSet};
use crate::store::documents::{self, DocumentRow};
use crate::store::persons::{self, PersonRow};
use crate::store::{StoreError, Tx, applications};
use tracing::info;

/// The browser in which the person is signed in.
pub struct Here<'a> {
    /// Of the website that sent them, or of none (`flow::interaction::own`).
    pub interaction: &'a Interaction,
    /// The session cookie.
    pub session: Option<&'a str>,
    /// The known-browser cookie.
    pub device: Option<&'a str>,
    pub agent: &'a str,
}

/// There is a person. The view shows the number.
pub struct Finished {
    /// `None` where the session could not begin: the person signs in like any other.
    pub signed_in: Option<SignedInNow>,
}

/// Judges the first code, and makes the person.
///
/// # Errors
/// As [`Refused`]; [`Refused::Stale`] also where the same person was made meanwhile, by another application: the view then
/// shows the number that they have.
pub async fn confirm(
    provider: &Provider,
    cookie: Option<&str>,
    typed: &DynamicCode,
    here: Here<'_>,
) -> Result<Finished, Refused> {
    let held = hold(provider, cookie).await?;
    let Stage::Code { proven, phone, pin_hash, totp } = held.application.stage.clone() else {
        return Err(Refused::Stale);
    };
    let source: CodeSource = provider.keys.open_bytes(&totp).map_err(|_| Unavailable::damaged("code seed"))?;
    let Some(step) = source.check(typed, provider.now(), FixedCodes::Refused).and_then(|it| it.consumes()) else {
        return log(Refused::Code);
    };
    let digests = Digests::of(provider, &proven.subject)?;
    let born = Born {
        applicant: Applicant {
            standing: Standing::Adult,
            evidence: proven.evidence(),
            registry_ref: Some(proven.subject.registry_ref.clone()),
        },
        state: PersonState::Active,
        pin_hash: Some(pin_hash),
        totp: Some(totp),
        attributes: Some(Attributes::of(&proven.subject.data, Some(phone))),
    };
    let key = person_key::make(provider).await?;
    let Drawn { row, attributes, .. } = person::draw(provider, &key, born)?;
    // The code that was typed is spent with every earlier one.
    let row = PersonRow { totp_step: step, unique_digest: Some(digests.person), ..row };
    let document = known::document_row(provider, &key, &proven.subject, digests.document, row.id)?;
    match make(provider, held, &proven, digests, New { person: row.clone(), attributes, document }).await? {
        Some(()) => Ok(Finished { signed_in: signed_in(provider, row, here).await }),
        None => Err(Refused::Stale),
    }
}

/// The rows of somebody who is about to be there.
struct New {
    person: PersonRow,
    attributes: Option<Vec<u8>>,
    document: DocumentRow,
}

/// One write: the person, their document, the end of the application. `None` where they turned out to be known.
async fn make(
    provider: &Provider,
    held: Held,
    proven: &Proven,
    digests: Digests,
    new: New,
) -> Result<Option<()>, Refused> {
    let next = held.application.clone().done(new.person.id)?;
    let (subject, row) = (proven.subject.clone(), held.after(provider, &next, Image::Gone)?);
    let write = move |tx: &mut Tx| {
        // The questions come first: a refusal is a value, and would not undo what was written before it.
        match digests.find(tx)? {
            Found::Nobody => {}
            Found::Known(person, join) => return Ok(Written::Known(person, join)),
            Found::DocumentElsewhere => return Ok(Written::DocumentElsewhere),
        }
        if !known::voucher_stands(tx, &subject)? {
            return Ok(Written::NoVoucher);
        }
        if !applications::step(tx, &row)? {
            return Ok(Written::Stale);
        }
        known::spend_voucher(tx, &subject)?;
        match persons::insert(tx, &new.person, new.attributes.as_deref())? && documents::bind(tx, &new.document)? {
            true => Ok(Written::Done),
            false => Err(StoreError::row("persons", "there after it was found free")),
        }
    };
    match provider.store.write(write).await? {
        Written::Done => {
            note(&next);
            metrics::counter!("hufu_persons_made_total").increment(1);
            Ok(Some(()))
        }
        Written::Known(person, join) => {
            let application = held.application.clone();
            known::meet(provider, held, application, (person, join)).await.map(|()| None)
        }
        Written::DocumentElsewhere => held.end(provider, End::DocumentElsewhere).await,
        Written::NoVoucher => held.end(provider, End::VoucherUsed).await,
        Written::Stale => Err(Refused::Stale),
    }
}

/// By the same way as every sign-in: the PIN was chosen and the code typed in this browser, a moment ago.
async fn signed_in(provider: &Provider, person: PersonRow, here: Here<'_>) -> Option<SignedInNow> {
    let now = provider.now();
    let known = sign_in::known_browser(provider, here.device);
    let slots = Slots::of(provider, &person.number_digest, Some(person.id), known.as_ref(), now);
    let beginning = Beginning {
        person,
        factors: FactorSet::pin_and_code(now),
        // Spent with the row.
        consumes: None,
        heard: Heard::Code(slots),
        passkey: None,
        lift: Lift::Nothing,
        cookie: here.session,
        known,
        agent: here.agent,
    };
    let begun = sign_in::begin(provider, here.interaction, beginning).await;
    begun.inspect_err(|error| info!(target: "hufu::apply", %error, "no session began after an application")).ok()
}
