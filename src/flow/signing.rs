//! Signing keys between their rows and this node: refresh, rotate, tend. PROTOCOL 15.

use super::{Provider, Unavailable, discovery};
use crate::keys::{
    KeyError, Kid, Publication, Rotation, Schedule, SigningAlg, SigningKeyRecord, SigningKeys, Stage, When,
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
    let signing = SigningKeys::open(&provider.keys, &records, provider.now())?;
    let published = discovery::publish(&provider.issuer, signing)?;
    provider.exchange(published);
    Ok(())
}

/// What an operator lists.
pub struct Listed {
    pub kid: String,
    pub alg: SigningAlg,
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

/// `hufu key rotate`: a new key for `alg`, whatever the age of the old one.
///
/// # Errors
/// Unavailable storage or keys.
pub async fn rotate(provider: &Provider, alg: SigningAlg, when: When) -> Result<(), Unavailable> {
    let records = records(provider).await?;
    let rotation = plan(&records, alg, provider.now(), when);
    carry_out(provider, &records, vec![rotation]).await?;
    refresh(provider).await
}

/// What is due by itself: the first key of each algorithm, successors, keys that are gone.
///
/// # Errors
/// Unavailable storage or keys.
pub async fn rotate_due(provider: &Provider) -> Result<(), Unavailable> {
    let seen = records(provider).await?;
    let now = provider.now();
    let due: Vec<_> =
        SigningAlg::ALL.iter().map(|alg| tend(&seen, *alg, now)).filter(|due| !due.is_nothing()).collect();
    // All at once: two RSA keys one after the other would make the first start wait twice.
    carry_out(provider, &seen, due).await?;
    refresh(provider).await
}

async fn records(provider: &Provider) -> Result<Vec<SigningKeyRecord>, Unavailable> {
    let rows = provider.store.read(signing_keys::all).await?;
    rows.into_iter().map(|row| record(row).ok_or_else(|| Unavailable::damaged("signing key"))).collect()
}

/// One transaction, and only if no other node was faster.
async fn carry_out(provider: &Provider, seen: &[SigningKeyRecord], due: Vec<Rotation>) -> Result<(), Unavailable> {
    let made: Vec<_> =
        due.iter().filter_map(|rotation| rotation.add.clone()).map(|add| generate(provider, add)).collect();
    let mut new = Vec::new();
    for made in made {
        let record = made.await.map_err(|_| Unavailable::busy())??;
        info!(target: "hufu::keys", kid = %record.kid, alg = %record.alg, "a signing key is published");
        new.push(record);
    }
    if due.is_empty() {
        return Ok(());
    }
    let seen: Vec<(String, Option<Timestamp>)> =
        seen.iter().map(|record| (record.kid.to_string(), record.schedule.retires())).collect();
    let done = provider.store.write(move |tx| {
        let now: Vec<_> = signing_keys::all(tx)?.into_iter().map(|row| (row.kid, row.retires)).collect();
        if now != seen {
            return Ok(());
        }
        for record in due.iter().flat_map(|rotation| &rotation.change) {
            let schedule = record.schedule;
            let (retires, removed) = (schedule.retires(), schedule.removed_after());
            signing_keys::advance(tx, record.kid.as_str(), schedule.signs_from(), retires, removed)?;
        }
        for kid in due.iter().flat_map(|rotation| &rotation.remove) {
            signing_keys::remove(tx, kid.as_str())?;
        }
        new.iter().try_for_each(|record| signing_keys::insert(tx, &row(record)).map(drop))
    });
    Ok(done.await?)
}

/// RSA takes its time, so not on a thread that answers.
fn generate(provider: &Provider, publication: Publication) -> JoinHandle<Result<SigningKeyRecord, KeyError>> {
    let (keys, world) = (provider.keys.clone(), Arc::clone(provider.world()));
    tokio::task::spawn_blocking(move || SigningKeyRecord::generate(&keys, &publication, &mut *world.rng()))
}

fn record(row: SigningKeyRow) -> Option<SigningKeyRecord> {
    Some(SigningKeyRecord {
        kid: Kid::from_row(row.kid),
        alg: SigningAlg::parse(&row.alg)?,
        sealed: row.sealed,
        schedule: Schedule::from_columns(row.published, row.signs_from, row.retires, row.removed_after)?,
    })
}

fn row(record: &SigningKeyRecord) -> SigningKeyRow {
    SigningKeyRow {
        kid: record.kid.to_string(),
        alg: record.alg.wire().to_owned(),
        sealed: record.sealed.clone(),
        published: record.schedule.published(),
        signs_from: record.schedule.signs_from(),
        retires: record.schedule.retires(),
        removed_after: record.schedule.removed_after(),
    }
}
