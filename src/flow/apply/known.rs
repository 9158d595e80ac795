//! Whether whoever applies is somebody already: by the registry's reference, and by the document. One number per living
//! person; a renewed document joins its person (PROTOCOL 9).

use super::{Held, Image, Refused, note};
use crate::flow::notices::{self, Word};
use crate::flow::{Provider, Unavailable, events, person, person_key};
use crate::keys::{PersonKey, Personal};
use crate::person::application::{Application, End, Join, Known, Proven, Stage, Subject};
use crate::person::{Attributes, SecurityEvent};
use crate::spec::{DocumentDigest, PersonId, Timestamp, UniqueDigest};
use crate::store::documents::{self, DocumentRow};
use crate::store::persons::PersonRow;
use crate::store::{Db, StoreError, Tx, applications, events as happened, persons, vouchers};
use serde::{Deserialize, Serialize};

/// What stands for a person and a document in rows.
#[derive(Clone, Copy)]
pub(super) struct Digests {
    pub person: UniqueDigest,
    pub document: DocumentDigest,
}

impl Digests {
    pub fn of(provider: &Provider, subject: &Subject) -> Result<Self, Unavailable> {
        let (keys, document) = (&provider.keys, &subject.data.document);
        Ok(Self {
            person: keys.unique_digest(subject.registry_ref.expose())?,
            document: keys.document_digest(document.kind().word(), document.expose())?,
        })
    }

    /// Whose they are, from one snapshot.
    pub fn find(&self, db: &mut Db) -> Result<Found, StoreError> {
        let person = persons::by_unique_digest(db, &self.person)?.map(|row| row.id);
        let owner = documents::by_digest(db, &self.document)?.map(|row| row.person);
        Ok(match (person, owner) {
            (None, None) => Found::Nobody,
            (Some(person), None) => Found::Known(person, Join::Joined),
            (Some(person), Some(owner)) if person == owner => Found::Known(person, Join::WasTheirs),
            (_, Some(_)) => Found::DocumentElsewhere,
        })
    }
}

/// Whom a document and a reference of the registry's mean to us.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nobody,
    Known(PersonId, Join),
    /// Of another person: the registry errs, or lies.
    DocumentElsewhere,
}

/// Whether they are somebody already. Nobody is told before the face is proved.
///
/// # Errors
/// [`End::DocumentElsewhere`].
pub(super) async fn find(provider: &Provider, subject: &Subject) -> Result<Option<(PersonId, Join)>, Refused> {
    let digests = Digests::of(provider, subject)?;
    match provider.store.read(move |db| digests.find(db)).await? {
        Found::Nobody => Ok(None),
        Found::Known(person, join) => Ok(Some((person, join))),
        Found::DocumentElsewhere => Err(Refused::Ended(End::DocumentElsewhere)),
    }
}

/// What the row of a document keeps sealed under its person's key: for the person's own page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct DocumentRecord {
    kind: crate::document::DocumentKind,
    expires: Option<Timestamp>,
}

impl Personal for DocumentRecord {
    const PURPOSE: &'static str = "document";
    const CLASSES: &'static [usize] = &[32];
}

/// The documents of a person: their kinds, and the day after the last of each.
pub(in crate::flow) async fn documents_of(
    provider: &Provider,
    row: &PersonRow,
) -> Result<Vec<(crate::document::DocumentKind, Option<Timestamp>)>, Unavailable> {
    let id = row.id;
    let rows = provider.store.read(move |db| documents::of_person(db, &id)).await?;
    let mut found = Vec::with_capacity(rows.len());
    for document in rows {
        let record: DocumentRecord = person_key::open(provider, &row.key_id, &document.sealed).await?;
        found.push((record.kind, record.expires));
    }
    Ok(found)
}

/// The row that binds the document to its person.
pub(super) fn document_row(
    provider: &Provider,
    key: &PersonKey,
    subject: &Subject,
    digest: DocumentDigest,
    person: PersonId,
) -> Result<DocumentRow, Unavailable> {
    let record = DocumentRecord { kind: subject.data.document.kind(), expires: subject.data.expires };
    Ok(DocumentRow { digest, person, sealed: provider.keys.seal_for(key, &record, &mut *provider.rng())? })
}

/// What a write that ends an application decided.
#[derive(Clone, Copy)]
pub(super) enum Written {
    Done,
    Stale,
    DocumentElsewhere,
    /// Somebody with this reference was made meanwhile.
    Known(PersonId, Join),
    NoVoucher,
}

/// They have a number: the document joins them, and the application ends here. `application` has proved document and face.
pub(super) async fn meet(
    provider: &Provider,
    held: Held,
    application: Application,
    (person, join): (PersonId, Join),
) -> Result<(), Refused> {
    let proven = proven_of(&application).ok_or(Refused::Stale)?.clone();
    let subject = proven.subject.clone();
    let digests = Digests::of(provider, &subject)?;
    let known = provider.store.read(move |db| persons::by_id(db, &person)).await?.ok_or(Refused::Stale)?;
    let (sealed, attributes) = reproved(provider, &known, &proven).await?;
    let event = events::row(provider, person, SecurityEvent::DocumentAdded)?;
    let version = known.version;
    let key = person_key::of(provider, &known.key_id).await?;
    let document = document_row(provider, &key, &subject, digests.document, person)?;
    let next = application.meet(person, join)?;
    let row = held.after(provider, &next, Image::Gone)?;
    let written = provider.store.write(move |tx| {
        let join = match digests.find(tx)? {
            Found::Known(now, join) if now == person => join,
            Found::DocumentElsewhere => return Ok(Written::DocumentElsewhere),
            Found::Known(..) | Found::Nobody => return Ok(Written::Stale),
        };
        if !voucher_stands(tx, &subject)? {
            return Ok(Written::NoVoucher);
        }
        let same = persons::by_id(tx, &person)?.is_some_and(|now| now.version == version);
        if !same || !applications::step(tx, &row)? {
            return Ok(Written::Stale);
        }
        spend_voucher(tx, &subject)?;
        if !persons::reprove(tx, &person, version, &sealed, &attributes)? {
            return Err(StoreError::row("persons", "changed after it was found the same"));
        }
        if join == Join::Joined {
            if !documents::bind(tx, &document)? {
                return Err(StoreError::row("documents", "bound after it was found free"));
            }
            happened::note(tx, &event)?;
        }
        Ok(Written::Done)
    });
    match written.await? {
        Written::Done => {
            note(&next);
            if join == Join::Joined {
                notices::try_to_tell(provider, &known, Word::DocumentAdded).await;
            }
            Ok(())
        }
        Written::DocumentElsewhere => held.end(provider, End::DocumentElsewhere).await,
        Written::NoVoucher => held.end(provider, End::VoucherUsed).await,
        Written::Stale | Written::Known(..) => Err(Refused::Stale),
    }
}

/// The person and their attributes with what was proved now, sealed anew: a name that has changed, a proof that reaches higher.
/// Number, handle and epoch stay, and with them every sub.
async fn reproved(provider: &Provider, row: &PersonRow, proven: &Proven) -> Result<(Vec<u8>, Vec<u8>), Unavailable> {
    let mut secrets = person::secrets(provider, row).await?;
    secrets.evidence = secrets.evidence.strengthened(proven.evidence());
    let data = &proven.subject.data;
    let attributes = match person::attributes(provider, row).await? {
        Some(before) => before.renewed(data),
        None => Attributes::of(data, None),
    };
    let key = person_key::of(provider, &row.key_id).await?;
    let mut rng = provider.rng();
    Ok((provider.keys.seal_for(&key, &secrets, &mut *rng)?, provider.keys.seal_for(&key, &attributes, &mut *rng)?))
}

/// Of whoever has proved document and face.
fn proven_of(application: &Application) -> Option<&Proven> {
    match &application.stage {
        Stage::Phone(proven)
        | Stage::PhoneCode { proven, .. }
        | Stage::Pin { proven, .. }
        | Stage::Code { proven, .. } => Some(proven),
        Stage::Document(_)
        | Stage::Face { .. }
        | Stage::Known(_)
        | Stage::RenewPin(_)
        | Stage::RenewCode { .. }
        | Stage::Renewed { .. }
        | Stage::Done(_)
        | Stage::Ended(_) => None,
    }
}

/// Whether the voucher, if there is one, can still be used. Asked before anything is written.
pub(super) fn voucher_stands(tx: &mut Tx, subject: &Subject) -> Result<bool, StoreError> {
    match &subject.data.voucher {
        Some(id) => Ok(vouchers::by_id(tx, id)?.is_some_and(|row| row.code_hash.is_some())),
        None => Ok(true),
    }
}

/// Uses the voucher up, which was found to stand.
pub(super) fn spend_voucher(tx: &mut Tx, subject: &Subject) -> Result<(), StoreError> {
    match &subject.data.voucher {
        Some(id) if !vouchers::spend(tx, id)? => Err(StoreError::row("vouchers", "spent after it was found")),
        _ => Ok(()),
    }
}

/// Who proved in this browser, by document and face, to be a person that is known: what a re-proof begins with.
///
/// # Errors
/// [`Refused::Stale`] for an application that stands elsewhere; as [`super::stands`].
pub async fn proven(provider: &Provider, cookie: Option<&str>) -> Result<Known, Refused> {
    match super::hold(provider, cookie).await?.application.stage {
        Stage::Known(known) => Ok(known),
        _ => Err(Refused::Stale),
    }
}
