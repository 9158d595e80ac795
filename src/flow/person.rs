//! Makes a person. In the sandbox for personas; the application in four steps will end here.

use super::{Provider, Unavailable, pin};
use crate::authn::CodeSource;
use crate::keys::TagPurpose;
use crate::person::{Applicant, NetworkNumber, PersonSecrets, PersonState};
use crate::spec::{NumberDigest, PersonId, Pin};
use crate::store::persons::{self, PersonRow};

/// What a person begins with.
pub struct Beginnings {
    pub applicant: Applicant,
    pub state: PersonState,
    /// Number + PIN + code is a way in only with both.
    pub code_way: Option<(Pin, CodeSource)>,
}

/// A person who exists now.
pub struct Made {
    pub id: PersonId,
    pub number: NetworkNumber,
}

/// Makes one. The row holds nothing that names anybody (PROTOCOL 9).
///
/// # Errors
/// Unavailable storage or keys.
pub async fn make(provider: &Provider, beginnings: Beginnings) -> Result<Made, Unavailable> {
    let Beginnings { applicant, state, code_way } = beginnings;
    let pin_hash = match &code_way {
        Some((pin, _)) => Some(pin::hash(provider, pin).await?),
        None => None,
    };
    let totp = match &code_way {
        Some((_, source)) => Some(provider.keys.seal_bytes(source, &mut *provider.rng())?),
        None => None,
    };
    let (row, number) = draw(provider, Born { applicant, state, pin_hash, totp })?;
    let made = Made { id: row.id, number };
    if provider.store.write(move |tx| persons::insert(tx, &row)).await? { Ok(made) } else { Err(Unavailable::busy()) }
}

/// What a new row is made of: the ways in as it holds them.
pub(super) struct Born {
    pub applicant: Applicant,
    pub state: PersonState,
    pub pin_hash: Option<String>,
    /// Sealed.
    pub totp: Option<Vec<u8>>,
}

/// Draws the row of a new person, who is nobody until it is written; and the number, which the row does not tell.
pub(super) fn draw(provider: &Provider, born: Born) -> Result<(PersonRow, NetworkNumber), Unavailable> {
    let Born { applicant, state, pin_hash, totp } = born;
    let (mut rng, keys) = (provider.rng(), &provider.keys);
    let secrets = PersonSecrets::random(keys.current_epoch().0, applicant, &mut *rng);
    let row = PersonRow {
        id: PersonId::random(&mut *rng),
        number_digest: NumberDigest::from_bytes(keys.tag(TagPurpose::Number, &[secrets.number.expose()])),
        sealed: keys.seal_bytes(&secrets, &mut *rng)?,
        state: state.text().to_owned(),
        pin_hash,
        totp,
        totp_step: 0,
        version: 0,
        created_hour: provider.now().hour(),
        unique_digest: None,
    };
    Ok((row, secrets.number))
}
