//! Makes a person, and opens what is sealed of one. For applications and for the personas of the sandbox alike.

use super::{Provider, Unavailable, person_key, pin};
use crate::authn::CodeSource;
use crate::keys::{PersonKey, TagPurpose};
use crate::person::{Applicant, Attributes, NetworkNumber, PersonSecrets, PersonState};
use crate::spec::{NumberDigest, PersonId, Pin};
use crate::store::persons::{self, PersonRow};

/// What a person begins with.
pub struct Beginnings {
    pub applicant: Applicant,
    pub state: PersonState,
    /// Number + PIN + code is a way in only with both.
    pub code_way: Option<(Pin, CodeSource)>,
    /// What the document said; `None` for a person of whom nothing was read.
    pub attributes: Option<Attributes>,
}

/// A person who exists now.
pub struct Made {
    pub id: PersonId,
    pub number: NetworkNumber,
}

/// Makes one: first the key, then the person (ADR 14). The row holds nothing that names anybody (PROTOCOL 9).
///
/// # Errors
/// Unavailable storage or keys.
pub async fn make(provider: &Provider, beginnings: Beginnings) -> Result<Made, Unavailable> {
    let Beginnings { applicant, state, code_way, attributes } = beginnings;
    let pin_hash = match &code_way {
        Some((pin, _)) => Some(pin::hash(provider, pin).await?),
        None => None,
    };
    let totp = match &code_way {
        Some((_, source)) => Some(provider.keys.seal_bytes(source, &mut *provider.rng())?),
        None => None,
    };
    let key = person_key::make(provider).await?;
    let Drawn { row, attributes, number } =
        draw(provider, &key, Born { applicant, state, pin_hash, totp, attributes })?;
    let made = Made { id: row.id, number };
    let inserted = provider.store.write(move |tx| persons::insert(tx, &row, attributes.as_deref())).await?;
    if inserted { Ok(made) } else { Err(Unavailable::busy()) }
}

/// What a person's row keeps sealed for every sign-in.
///
/// # Errors
/// Unavailable storage; a person whose key is gone.
pub async fn secrets(provider: &Provider, person: &PersonRow) -> Result<PersonSecrets, Unavailable> {
    person_key::open(provider, &person.key_id, &person.sealed).await
}

/// What the person's document said; `None` for a person of whom nothing was read. For the certificate, the export and the
/// notices only.
///
/// # Errors
/// As [`secrets`].
pub async fn attributes(provider: &Provider, person: &PersonRow) -> Result<Option<Attributes>, Unavailable> {
    let id = person.id;
    match provider.store.read(move |db| persons::attributes(db, &id)).await? {
        Some(sealed) => person_key::open(provider, &person.key_id, &sealed).await.map(Some),
        None => Ok(None),
    }
}

/// What a new row is made of: the ways in as it holds them.
pub(super) struct Born {
    pub applicant: Applicant,
    pub state: PersonState,
    pub pin_hash: Option<String>,
    /// Sealed.
    pub totp: Option<Vec<u8>>,
    pub attributes: Option<Attributes>,
}

/// A person who is about to be written.
pub(super) struct Drawn {
    pub row: PersonRow,
    /// Sealed.
    pub attributes: Option<Vec<u8>>,
    /// The row does not tell it.
    pub number: NetworkNumber,
}

/// Draws the row of a new person, who is nobody until it is written, under the key that [`person_key::make`] made for them.
pub(super) fn draw(provider: &Provider, key: &PersonKey, born: Born) -> Result<Drawn, Unavailable> {
    let Born { applicant, state, pin_hash, totp, attributes } = born;
    let (mut rng, keys) = (provider.rng(), &provider.keys);
    let secrets = PersonSecrets::random(keys.current_epoch().0, applicant, &mut *rng);
    let row = PersonRow {
        id: PersonId::random(&mut *rng),
        number_digest: NumberDigest::from_bytes(keys.tag(TagPurpose::Number, &[secrets.number.expose()])),
        sealed: keys.seal_for(key, &secrets, &mut *rng)?,
        state: state.text().to_owned(),
        pin_hash,
        totp,
        totp_step: 0,
        version: 0,
        created_hour: provider.now().hour(),
        unique_digest: None,
        key_id: key.id(),
    };
    let attributes = attributes.map(|attributes| keys.seal_for(key, &attributes, &mut *rng)).transpose()?;
    Ok(Drawn { row, attributes, number: secrets.number })
}
