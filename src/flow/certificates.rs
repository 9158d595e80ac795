//! Network certificates: a batch for the keys that a person's browser has just made, authorised by one passkey. PROTOCOL 26;
//! FUNCTIONS 2; ADR 15.
//!
//! Two halves: the offer, sealed into the page, and the issue. Everything is verified first; one write takes the places on the
//! status list, spends the ceremony and keeps the batch; then the certificates are signed. What was issued is not kept.

use super::session::{Asker, Live, TRIES};
use super::sign_in_passkey::credential_digest;
use super::{Provider, Unavailable, events, passkeys as ways, person};
use crate::authn::{Assertion, Challenge, StoredPasskey};
use crate::keys::{HolderError, HolderKey, HolderNonce, PLACES, Sealable, SigningAlg, holder_challenge};
use crate::person::{Attested, BATCH, CERTIFICATE_TYP, Certificate, ListId, Places, SecurityEvent, Validity};
use crate::spec::{BatchId, SessionId, SpentId, Timestamp, lifetime};
use crate::store::certificates::{self, BatchRow};
use crate::store::events as happened;
use crate::store::passkeys::{self, PasskeyRow};
use crate::store::spent;
use crate::store::status_lists::{self, ListRow};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::info;

/// Batches of one person at a time, revoked ones included: new keys every day, and as many again.
const MOST: i64 = 60;

/// A batch that is under way, sealed into the page.
#[derive(Serialize, Deserialize)]
struct Ceremony {
    id: SpentId,
    session: SessionId,
    nonce: HolderNonce,
    expires: Timestamp,
}

impl Sealable for Ceremony {
    const PURPOSE: &'static str = "certificate-ceremony";
    const CLASSES: &'static [usize] = &[128];
}

/// What the browser needs to make the keys and to ask for the passkey.
pub struct Offer {
    pub ceremony: String,
    /// What every key signs.
    pub nonce: String,
    /// For `navigator.credentials.get()`; the browser puts the challenge that its keys make in place of this one.
    pub options: Value,
    /// Keys to make.
    pub count: usize,
}

/// What the browser made of it.
pub struct Request<'a> {
    pub ceremony: &'a str,
    /// A proof of possession for each key, separated by spaces.
    pub proofs: &'a str,
    /// What the passkey returned.
    pub credential: &'a str,
}

/// Why there is no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the session has ended meanwhile")]
    SignedOut,
    #[error("the person has no passkey yet")]
    NoPasskey,
    #[error("nothing is known of the person's document")]
    NoDocument,
    #[error("the page is too old or was used before")]
    Stale,
    #[error("{0} keys were sent; a batch has 1 to {BATCH}")]
    Count(usize),
    #[error("a key was sent twice: each certificate has one of its own")]
    SameKey,
    #[error("key {nth}: {cause}")]
    Key { nth: usize, cause: HolderError },
    #[error("the passkey was not accepted")]
    Passkey,
    #[error("the person has {MOST} batches already")]
    Enough,
    #[error("the storage is unavailable")]
    Unavailable,
}

impl From<Unavailable> for Refused {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

/// The first half.
///
/// # Errors
/// [`Refused::NoPasskey`]: it authorises the keys, so there must be one; [`Refused::NoDocument`]; [`Refused::Unavailable`].
pub async fn offer(provider: &Provider, live: &Live) -> Result<Offer, Refused> {
    ready(provider, live).await??;
    let expires = provider.now().plus(lifetime::INTERACTION);
    let mut rng = provider.rng();
    let nonce = HolderNonce::random(&mut *rng);
    let placeholder = Challenge::random(&mut *rng);
    let options = provider.passkeys.request_options(&placeholder).map_err(|_| Refused::Unavailable)?;
    let id = SpentId::expiring(expires, &mut *rng);
    let ceremony = Ceremony { id, session: live.session.id, nonce, expires };
    let sealed = provider.keys.seal(&ceremony, &mut *rng).map_err(Unavailable::from)?;
    Ok(Offer { ceremony: sealed, nonce: ceremony.nonce.to_text(), options, count: BATCH })
}

/// The second half: the certificates, one for each key, in the keys' order.
///
/// # Errors
/// As [`Refused`]; the log knows the cause.
pub async fn issue(provider: &Provider, live: &Live, request: &Request<'_>) -> Result<Vec<String>, Refused> {
    let issued = verified(provider, live, request).await;
    if let Err(cause) = &issued {
        info!(target: "hufu::certificates", code = "certificate.refused", %cause, "refused");
    }
    issued
}

async fn verified(provider: &Provider, live: &Live, request: &Request<'_>) -> Result<Vec<String>, Refused> {
    let now = provider.now();
    let ceremony: Ceremony = provider.keys.open(request.ceremony).map_err(|_| Refused::Stale)?;
    if ceremony.session != live.session.id || now >= ceremony.expires {
        return Err(Refused::Stale);
    }
    let keys = holder_keys(provider, &ceremony.nonce, request.proofs)?;
    let touched = touched(provider, live, &ceremony.nonce, &keys, request.credential).await?;
    let attributes = person::attributes(provider, &live.person).await?.ok_or(Refused::NoDocument)?;
    let attested = Attested::of(&attributes);
    let validity = Validity::from(now);
    let places = keep(provider, live, &ceremony, touched, validity, keys.len()).await?;
    signed(provider, &attested, &keys, &places, validity)
}

/// The keys, each proven, no two alike.
fn holder_keys(provider: &Provider, nonce: &HolderNonce, proofs: &str) -> Result<Vec<HolderKey>, Refused> {
    let proofs: Vec<&str> = proofs.split_ascii_whitespace().collect();
    if !(1..=BATCH).contains(&proofs.len()) {
        return Err(Refused::Count(proofs.len()));
    }
    let mut keys: Vec<HolderKey> = Vec::with_capacity(proofs.len());
    for (nth, proof) in proofs.into_iter().enumerate() {
        let key = HolderKey::proven_by(proof, &provider.issuer, nonce);
        let key = key.map_err(|cause| Refused::Key { nth: nth + 1, cause })?;
        if keys.contains(&key) {
            return Err(Refused::SameKey);
        }
        keys.push(key);
    }
    Ok(keys)
}

/// A passkey of this person that signed these very keys, and its row as it is to be.
struct Touched {
    row: PasskeyRow,
    updated: Option<Vec<u8>>,
}

async fn touched(
    provider: &Provider,
    live: &Live,
    nonce: &HolderNonce,
    keys: &[HolderKey],
    credential: &str,
) -> Result<Touched, Refused> {
    let refuse = |cause| {
        info!(target: "hufu::certificates", code = "certificate.passkey", %cause, "refused");
        Refused::Passkey
    };
    let assertion = Assertion::read(credential).map_err(refuse)?;
    let digest = credential_digest(provider, assertion.credential_id());
    let found = provider.store.read(move |db| passkeys::by_credential_digest(db, &digest)).await;
    let row = found.map_err(Unavailable::from)?.filter(|row| row.person == live.person.id).ok_or(Refused::Passkey)?;
    let stored: StoredPasskey = provider.keys.open_bytes(&row.sealed).map_err(|_| Unavailable::damaged("passkey"))?;
    let challenge = Challenge::over(holder_challenge(nonce, keys));
    let owner = &live.secrets.webauthn_user;
    let proven = provider.passkeys.verify(&assertion, &challenge, &stored, owner).map_err(refuse)?;
    let updated = match proven.updated {
        Some(passkey) => Some(provider.keys.seal_bytes(&passkey, &mut *provider.rng()).map_err(Unavailable::from)?),
        None => None,
    };
    Ok(Touched { row, updated })
}

/// What the write did.
enum Kept {
    Done,
    SignedOut,
    /// The ceremony was spent, or the passkey used elsewhere in between.
    Stale,
    Enough,
    /// Others took places of the list in between.
    Moved,
}

/// One write: the places, the ceremony, the passkey's counter, the batch.
async fn keep(
    provider: &Provider,
    live: &Live,
    ceremony: &Ceremony,
    touched: Touched,
    validity: Validity,
    count: usize,
) -> Result<Places, Refused> {
    for _ in 0..TRIES {
        let (list, places) = allotment(provider, validity.exp, count).await?;
        let row = {
            let mut rng = provider.rng();
            BatchRow {
                id: BatchId::expiring(validity.exp, &mut *rng),
                person: live.person.id,
                sealed: provider.keys.seal_bytes(&places, &mut *rng).map_err(Unavailable::from)?,
            }
        };
        let (asker, spent_id, count) = (Asker::of(live), ceremony.id, i64::try_from(count).unwrap_or(i64::MAX));
        let (passkey, updated) = (touched.row.clone(), touched.updated.clone());
        let event = events::row(provider, live.person.id, SecurityEvent::CertificatesIssued)?;
        let written = provider.store.write(move |tx| {
            if !asker.still_stands(tx)? {
                return Ok(Kept::SignedOut);
            }
            if spent::is_spent(tx, &spent_id)? {
                return Ok(Kept::Stale);
            }
            // Nothing is written before this: whoever comes too late looks again and has changed nothing.
            if !status_lists::take(tx, &list, count)? {
                return Ok(Kept::Moved);
            }
            let still = match &updated {
                Some(updated) => passkeys::reseal(tx, &passkey.id, &passkey.sealed, updated)?,
                None => passkeys::by_credential_digest(tx, &passkey.credential_digest)?.is_some(),
            };
            if !still || !spent::spend(tx, &spent_id)? {
                return Ok(Kept::Stale);
            }
            if !certificates::add_at_most(tx, &row, MOST)? {
                return Ok(Kept::Enough);
            }
            happened::note(tx, &event).map(|()| Kept::Done)
        });
        match written.await.map_err(Unavailable::from)? {
            Kept::Done => return Ok(places),
            Kept::SignedOut => return Err(Refused::SignedOut),
            Kept::Stale => return Err(Refused::Stale),
            Kept::Enough => return Err(Refused::Enough),
            Kept::Moved => {}
        }
    }
    Err(Refused::Unavailable)
}

/// The next places of the day's last list that has room, or of a new one.
async fn allotment(provider: &Provider, exp: Timestamp, count: usize) -> Result<(ListRow, Places), Unavailable> {
    let count = u32::try_from(count).unwrap_or(PLACES);
    let last = provider.store.read(move |db| status_lists::last(db, exp)).await?;
    let row = match last {
        Some(row) if row.taken + i64::from(count) <= i64::from(PLACES) => row,
        Some(full) => ListRow { nth: full.nth + 1, taken: 0, ..full },
        None => ListRow { expires_day: exp, nth: 0, taken: 0 },
    };
    let list = ListId::of(exp, u16::try_from(row.nth).map_err(|_| Unavailable::busy())?);
    let first = u32::try_from(row.taken).map_err(|_| Unavailable::damaged("status list"))?;
    let places = (first..first + count).map(|nth| provider.keys.place(list.text().as_bytes(), nth)).collect();
    Ok((row, Places { list, places }))
}

fn signed(
    provider: &Provider,
    attested: &Attested<'_>,
    keys: &[HolderKey],
    places: &Places,
    validity: Validity,
) -> Result<Vec<String>, Refused> {
    let signing = &provider.published().ok_or(Refused::Unavailable)?.signing;
    let mut rng = provider.rng();
    keys.iter()
        .zip(&places.places)
        .map(|(key, place)| {
            let certificate =
                Certificate::of(attested, &provider.issuer, (key, places.list, *place), validity, &mut *rng);
            let jwt = signing.sign(SigningAlg::ES256, CERTIFICATE_TYP, &certificate).map_err(Unavailable::from)?;
            Ok(certificate.concealed.beside(&jwt))
        })
        .collect()
}

/// What the wallet says of the person who is signed in.
pub struct Holding {
    /// Whether they can have certificates, or why not.
    pub ready: Result<(), Refused>,
    /// Batches that are kept and not revoked.
    pub batches: i64,
}

/// Looks at both.
///
/// # Errors
/// Unavailable storage.
pub async fn holder(provider: &Provider, live: &Live) -> Result<Holding, Unavailable> {
    let person = live.person.id;
    let batches = provider.store.read(move |db| certificates::count_of(db, &person)).await?;
    Ok(Holding { ready: ready(provider, live).await?, batches })
}

async fn ready(provider: &Provider, live: &Live) -> Result<Result<(), Refused>, Unavailable> {
    Ok(if ways::all(provider, live.person.id).await?.is_empty() {
        Err(Refused::NoPasskey)
    } else if person::attributes(provider, &live.person).await?.is_none() {
        Err(Refused::NoDocument)
    } else {
        Ok(())
    })
}

/// Revokes every certificate of this person, for good: on whichever devices they are.
///
/// # Errors
/// [`Refused::SignedOut`], [`Refused::Unavailable`].
pub async fn revoke_all(provider: &Provider, live: &Live) -> Result<(), Refused> {
    let (person, asker) = (live.person.id, Asker::of(live));
    let event = events::row(provider, person, SecurityEvent::CertificatesRevoked)?;
    let revoked = provider.store.write(move |tx| {
        if !asker.still_stands(tx)? {
            return Ok(Err(Refused::SignedOut));
        }
        certificates::revoke_all(tx, &person)?;
        happened::note(tx, &event).map(Ok)
    });
    revoked.await.map_err(Unavailable::from)?
}
