//! The way without a chip and without a camera: two officers, whom the record names, see the document and its holder at a
//! counter. The first issues a voucher, the second approves it; its code then stands for document and face, once.
//!
//! The registry is asked all the same, when the code is used. The voucher is used up when there is a person, not before:
//! whoever has to begin again keeps it.

use super::{Held, Image, Refused, document, hold, judge, known, log};
use crate::document::DocumentNumber;
use crate::flow::{Provider, Unavailable};
use crate::keys::Sealable;
use crate::person::DocumentProof;
use crate::person::application::{DocumentData, Stage};
use crate::spec::{BirthDate, Timestamp, VoucherCode, VoucherId, lifetime};
use crate::store::vouchers;
use serde::{Deserialize, Serialize};

/// What an officer saw. Not shown when printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Issue {
    pub officer: String,
    pub document: DocumentNumber,
    /// As the document writes it.
    pub name: String,
    pub birthdate: BirthDate,
}

/// What the row keeps sealed.
#[derive(Serialize, Deserialize)]
struct Voucher {
    seen: Issue,
    until: Timestamp,
}

impl Sealable for Voucher {
    const PURPOSE: &'static str = "voucher";
    const CLASSES: &'static [usize] = &[512, 1024];
    const LIMIT: usize = 1023;
}

/// The row of a voucher that is to be put where the record of it is.
pub struct Issued {
    pub id: VoucherId,
    pub sealed: Vec<u8>,
}

/// The code of a voucher whose row is to be changed where the record of it is.
pub struct Approved {
    pub code: VoucherCode,
}

/// Why a voucher is not approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    #[error("there is no such voucher, or it is too old")]
    Unknown,
    #[error("it was approved before")]
    Before,
    #[error("who issued it cannot approve it: another officer must look too")]
    SameOfficer,
    #[error("the storage is unavailable")]
    Unavailable,
}

impl From<Unavailable> for NotApproved {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

/// Makes the row of a voucher.
///
/// # Errors
/// The key service fails.
pub fn issue(provider: &Provider, seen: Issue) -> Result<Issued, Unavailable> {
    let until = provider.now().plus(lifetime::VOUCHER);
    let mut rng = provider.rng();
    let id = VoucherId::expiring(until, &mut *rng);
    let sealed = provider.keys.seal_bytes(&Voucher { seen, until }, &mut *rng)?;
    Ok(Issued { id, sealed })
}

/// Judges whether this officer may approve the voucher, and draws its code.
///
/// # Errors
/// As [`NotApproved`].
pub async fn approve(provider: &Provider, id: VoucherId, officer: &str) -> Result<Approved, NotApproved> {
    let row = provider.store.read(move |db| vouchers::by_id(db, &id)).await.map_err(Unavailable::from)?;
    let row = row.ok_or(NotApproved::Unknown)?;
    let voucher = opened(provider, &row.sealed)?.ok_or(NotApproved::Unknown)?;
    if row.code_hash.is_some() {
        return Err(NotApproved::Before);
    }
    if one_name(&voucher.seen.officer) == one_name(officer) {
        return Err(NotApproved::SameOfficer);
    }
    Ok(Approved { code: VoucherCode::random(&mut *provider.rng()) })
}

/// A name however it is typed.
fn one_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A voucher, if its time is not over.
fn opened(provider: &Provider, sealed: &[u8]) -> Result<Option<Voucher>, Unavailable> {
    let voucher: Voucher = provider.keys.open_bytes(sealed).map_err(|_| Unavailable::damaged("voucher"))?;
    Ok((provider.now() < voucher.until).then_some(voucher))
}

/// Uses a voucher's code for document and face. Each try counts like a document that is brought.
///
/// # Errors
/// As [`Refused`].
pub async fn redeem(provider: &Provider, cookie: Option<&str>, typed: &str) -> Result<(), Refused> {
    let held = document::count(provider, hold(provider, cookie).await?).await?;
    let Some(data) = seen(provider, typed).await? else { return log(Refused::NoVoucher) };
    match vouched(provider, held.clone(), data).await {
        Err(refused @ (Refused::Ended(_) | Refused::NoAnswer { .. })) => held.refuse(provider, refused).await,
        done => done,
    }
}

/// What the officers saw; `None` for a code that is none.
async fn seen(provider: &Provider, typed: &str) -> Result<Option<DocumentData>, Refused> {
    let Some(code) = VoucherCode::parse(typed) else { return Ok(None) };
    let hash = code.hash();
    let Some(row) = provider.store.read(move |db| vouchers::by_code(db, &hash)).await? else { return Ok(None) };
    Ok(opened(provider, &row.sealed)?.map(|Voucher { seen, .. }| DocumentData {
        name: seen.name,
        birthdate: seen.birthdate,
        nationality: None,
        sex: None,
        document: seen.document,
        expires: None,
        proof: DocumentProof::Voucher,
        weak_hash: false,
        voucher: Some(row.id),
    }))
}

async fn vouched(provider: &Provider, held: Held, data: DocumentData) -> Result<(), Refused> {
    let subject = judge::judge(provider, data).await?;
    let found = known::find(provider, &subject).await?;
    let next = held.application.clone().vouched(subject, provider.now())?;
    match (found, &next.stage) {
        (Some(person), Stage::Phone(_)) => known::meet(provider, held, next, person).await,
        _ => held.step(provider, next, Image::Gone).await.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::one_name;

    #[test]
    fn a_name_in_other_capitals_or_spaces_is_no_second_officer() {
        assert_eq!(one_name(" Li  Wei"), one_name("li wei\n"));
        assert_ne!(one_name("Li Wei"), one_name("Liwei Wang"));
    }
}
