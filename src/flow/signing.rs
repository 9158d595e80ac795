//! Our keys between their rows and this node, those that sign and those that decrypt: refresh, rotate, tend. PROTOCOL 15.

use super::{Provider, Unavailable, discovery};
use crate::keys::{
    DecryptionKeys, KeyAlg, KeyError, KeyRecord, Kid, Publication, Rotation, Schedule, SigningKeys, Stage, When,
    rotate as plan, tend,
};
use crate::spec::Timestamp;
use crate::store::signing_keys::{self, SigningKeyRow};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tracing::info;

/// Brings this node's snapshot up to date with the rows.
///
/// # Errors
/// Unavailable storage, or a key that does not open: the old snapshot stays.
pub async fn refresh(provider: &Provider) -> Result<(), Unavailable> {
    let records = records(provider).await?;
    let now = provider.now();
    let signing = SigningKeys::open(&provider.keys, &records, now)?;
    let decryption = DecryptionKeys::open(&provider.keys, &records, now)?;
    let published = discovery::publish(&provider.issuer, &provider.ladder, &provider.about, signing, decryption)?;
    provider.exchange(published);
    Ok(())
}

/// What an operator lists.
pub struct Listed {
    pub kid: String,
    pub alg: KeyAlg,
    pub stage: Stage,
    pub schedule: Schedule,
}

/// All keys and where in their life they are.
///
/// # Errors
/// Unavailable storage.
pub async fn list(provider: &Provider) -> Result<Vec<Listed>, Unavailable> {
    let now = provider.now();
    let listed = records(provider).await?.into_iter().map(|record| Listed {
        kid: record.kid.to_string(),
        alg: record.alg,
        stage: record.stage(now),
        schedule: record.schedule,
    });
    Ok(listed.collect())
}

/// What became of the wish for a new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// It is made, and in use from then on.
    Done { used_from: Timestamp },
    /// A successor was made before: it keeps its day.
    AlreadyWaiting { used_from: Timestamp },
}

/// As often a rotation is planned anew when others were faster: each time somebody else got further.
const TRIES: usize = 8;

/// `hufu key rotate`: a new key for `alg`, whatever the age of the old one.
///
/// # Errors
/// Unavailable storage or keys; others who change the keys without end.
pub async fn rotate(provider: &Provider, alg: impl Into<KeyAlg>, when: When) -> Result<Rotated, Unavailable> {
    let alg = alg.into();
    for _ in 0..TRIES {
        let records = records(provider).await?;
        let rotation = plan(&records, alg, provider.now(), when);
        let Some(used_from) = rotation.next_used_from() else {
            let waiting = records.iter().filter(|record| record.alg == alg).map(|record| record.schedule.used_from());
            let used_from = waiting.max().unwrap_or_else(|| provider.now());
            return Ok(Rotated::AlreadyWaiting { used_from });
        };
        if carry_out(provider, &records, vec![rotation]).await? == Outcome::Done {
            refresh(provider).await?;
            return Ok(Rotated::Done { used_from });
        }
    }
    Err(Unavailable::busy())
}

/// What is due by itself: the first key of each algorithm, successors, keys that are gone.
///
/// # Errors
/// Unavailable storage or keys.
pub async fn rotate_due(provider: &Provider) -> Result<(), Unavailable> {
    let seen = records(provider).await?;
    let now = provider.now();
    let due: Vec<_> = KeyAlg::all().map(|alg| tend(&seen, alg, now)).filter(|due| !due.is_nothing()).collect();
    // All at once: three RSA keys one after the other would make the first start wait thrice.
    // Lost: what another node did is as good, and what is still due is due at the next tick.
    let (Outcome::Done | Outcome::Lost) = carry_out(provider, &seen, due).await?;
    refresh(provider).await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    /// The keys are others than those that the plan was made for: nothing was changed.
    Lost,
}

async fn records(provider: &Provider) -> Result<Vec<KeyRecord>, Unavailable> {
    let rows = provider.store.read(signing_keys::all).await?;
    rows.into_iter().map(|row| record(row).ok_or_else(|| Unavailable::damaged("signing key"))).collect()
}

/// One transaction, and only if no other node was faster.
async fn carry_out(provider: &Provider, seen: &[KeyRecord], due: Vec<Rotation>) -> Result<Outcome, Unavailable> {
    let made: Vec<_> =
        due.iter().filter_map(|rotation| rotation.add.clone()).map(|add| generate(provider, add)).collect();
    let mut new = Vec::new();
    for made in made {
        let record = made.await.map_err(|_| Unavailable::busy())??;
        new.push(record);
    }
    if due.is_empty() {
        return Ok(Outcome::Done);
    }
    let published: Vec<_> = new.iter().map(|record| (record.kid.clone(), record.alg)).collect();
    let seen: Vec<(String, Option<Timestamp>)> =
        seen.iter().map(|record| (record.kid.to_string(), record.schedule.retires())).collect();
    let outcome = provider.store.write(move |tx| {
        let now: Vec<_> = signing_keys::all(tx)?.into_iter().map(|row| (row.kid, row.retires)).collect();
        if now != seen {
            return Ok(Outcome::Lost);
        }
        for record in due.iter().flat_map(|rotation| &rotation.change) {
            let schedule = record.schedule;
            let (retires, removed) = (schedule.retires(), schedule.removed_after());
            signing_keys::advance(tx, record.kid.as_str(), schedule.used_from(), retires, removed)?;
        }
        for kid in due.iter().flat_map(|rotation| &rotation.remove) {
            signing_keys::remove(tx, kid.as_str())?;
        }
        new.iter().try_for_each(|record| signing_keys::insert(tx, &row(record)).map(drop))?;
        Ok(Outcome::Done)
    });
    let outcome = outcome.await?;
    if outcome == Outcome::Done {
        for (kid, alg) in published {
            info!(target: "hufu::keys", %kid, %alg, "a key is made");
        }
    }
    Ok(outcome)
}

/// RSA takes its time, so not on a thread that answers.
fn generate(provider: &Provider, publication: Publication) -> JoinHandle<Result<KeyRecord, KeyError>> {
    let (keys, world) = (provider.keys.clone(), Arc::clone(provider.world()));
    tokio::task::spawn_blocking(move || KeyRecord::generate(&keys, &publication, &mut *world.rng()))
}

fn record(row: SigningKeyRow) -> Option<KeyRecord> {
    Some(KeyRecord {
        kid: Kid::from_row(row.kid),
        alg: KeyAlg::parse(&row.alg)?,
        sealed: row.sealed,
        schedule: Schedule::from_columns(row.published, row.signs_from, row.retires, row.removed_after)?,
    })
}

fn row(record: &KeyRecord) -> SigningKeyRow {
    SigningKeyRow {
        kid: record.kid.to_string(),
        alg: record.alg.wire().to_owned(),
        sealed: record.sealed.clone(),
        published: record.schedule.published(),
        signs_from: record.schedule.used_from(),
        retires: record.schedule.retires(),
        removed_after: record.schedule.removed_after(),
    }
}
