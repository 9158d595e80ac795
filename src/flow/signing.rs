//! Signing keys between their rows and this node: refresh, rotate, tend. PROTOCOL 15.

use super::{Provider, Unavailable, discovery};
use crate::keys::{
    Kid, Rotation, Schedule, SigningAlg, SigningKeyRecord, SigningKeys, Stage, When, rotate as plan, tend,
};
use crate::spec::Timestamp;
use crate::store::signing_keys::{self, SigningKeyRow};
use std::sync::Arc;
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
    carry_out(provider, &records, rotation).await?;
    refresh(provider).await
}

/// What is due by itself: the first key of each algorithm, successors, keys that are gone.
///
/// # Errors
/// Unavailable storage or keys.
pub async fn rotate_due(provider: &Provider) -> Result<(), Unavailable> {
    for alg in SigningAlg::ALL {
        let records = records(provider).await?;
        let rotation = tend(&records, *alg, provider.now());
        if !rotation.is_nothing() {
            carry_out(provider, &records, rotation).await?;
        }
    }
    refresh(provider).await
}

async fn records(provider: &Provider) -> Result<Vec<SigningKeyRecord>, Unavailable> {
    let rows = provider.store.read(signing_keys::all).await?;
    rows.into_iter().map(|row| record(row).ok_or_else(|| Unavailable::damaged("signing key"))).collect()
}

/// One transaction, and only if no other node was faster.
async fn carry_out(provider: &Provider, seen: &[SigningKeyRecord], rotation: Rotation) -> Result<(), Unavailable> {
    let new = match rotation.add {
        Some(publication) => Some(generate(provider, publication).await?),
        None => None,
    };
    if let Some(record) = &new {
        info!(target: "hufu::keys", kid = %record.kid, alg = %record.alg, "a signing key is published");
    }
    let seen: Vec<(String, Option<Timestamp>)> =
        seen.iter().map(|record| (record.kid.to_string(), record.schedule.retires())).collect();
    let (change, remove) = (rotation.change, rotation.remove);
    let done = provider.store.write(move |tx| {
        let now: Vec<_> = signing_keys::all(tx)?.into_iter().map(|row| (row.kid, row.retires)).collect();
        if now != seen {
            return Ok(());
        }
        for record in &change {
            let schedule = record.schedule;
            let (retires, removed) = (schedule.retires(), schedule.removed_after());
            signing_keys::advance(tx, record.kid.as_str(), schedule.signs_from(), retires, removed)?;
        }
        for kid in &remove {
            signing_keys::remove(tx, kid.as_str())?;
        }
        if let Some(record) = &new {
            signing_keys::insert(tx, &row(record))?;
        }
        Ok(())
    });
    Ok(done.await?)
}

/// RSA takes its time, so not on a thread that answers.
async fn generate(provider: &Provider, publication: crate::keys::Publication) -> Result<SigningKeyRecord, Unavailable> {
    let (keys, world) = (provider.keys.clone(), Arc::clone(provider.world()));
    let made = tokio::task::spawn_blocking(move || SigningKeyRecord::generate(&keys, &publication, &mut *world.rng()));
    Ok(made.await.map_err(|_| Unavailable::busy())??)
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
