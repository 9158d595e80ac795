//! Background work, ticked by `cli/serve`: sweeping, mingling, rotating. A compare-and-set lease claims each, so that of
//! many nodes one does it. Every transaction is small: no table is locked, no request waits.

use super::{Provider, Unavailable, ending, person_key, recovery, refusals, signing};
use crate::spec::{NodeId, Timestamp};
use crate::store::sweep::Expiring;
use crate::store::{leases, person_keys, sweep};
use std::time::Duration;
use tracing::warn;

/// One kind of work and how often it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// Refusals from the ring to the table.
    Flush,
    /// Signing keys from the table to this node.
    Refresh,
    /// Expired rows away.
    Sweep,
    /// Physical order away (PROTOCOL 1).
    Mingle,
    /// The next signing key (PROTOCOL 15).
    Rotate,
    /// New ways in whose day has come.
    Recover,
}

impl Work {
    const ALL: [Self; 6] = [Self::Flush, Self::Refresh, Self::Sweep, Self::Mingle, Self::Rotate, Self::Recover];

    const fn every(self) -> Duration {
        Duration::from_secs(match self {
            Self::Flush => 1,
            Self::Refresh => 15,
            Self::Recover => 5,
            Self::Sweep => 60,
            Self::Mingle => 600,
            Self::Rotate => 3600,
        })
    }

    /// The lease's name; `None` for what every node does for itself.
    const fn lease(self) -> Option<&'static str> {
        match self {
            Self::Flush | Self::Refresh => None,
            Self::Sweep => Some("sweep"),
            Self::Mingle => Some("mingle"),
            Self::Rotate => Some("rotate"),
            Self::Recover => Some("recover"),
        }
    }
}

/// When each work was last begun on this node.
pub struct Upkeep {
    node: NodeId,
    last: [Option<Timestamp>; Work::ALL.len()],
}

/// Rows that one transaction deletes.
const BATCH: i64 = 500;
/// How long one sweep may take.
const AT_MOST: Duration = Duration::from_secs(30);

impl Upkeep {
    pub fn new(provider: &Provider) -> Self {
        Self { node: NodeId::random(&mut *provider.rng()), last: [None; Work::ALL.len()] }
    }

    /// Does what is due. A work that fails is tried again when it is next due; the log says so.
    pub async fn tick(&mut self, provider: &Provider) {
        let now = provider.now();
        provider.opened_keys.forget(now);
        for (work, last) in Work::ALL.into_iter().zip(&mut self.last) {
            if last.is_some_and(|last| now.since(last) < work.every()) {
                continue;
            }
            *last = Some(now);
            if let Err(error) = perform(provider, work, self.node, now).await {
                warn!(?work, %error, "background work failed");
            }
        }
    }
}

async fn perform(provider: &Provider, work: Work, node: NodeId, now: Timestamp) -> Result<(), Unavailable> {
    if let Some(name) = work.lease() {
        let until = now.plus(work.every());
        if !provider.store.write(move |tx| leases::claim(tx, name, &node, now, until)).await? {
            return Ok(());
        }
    }
    match work {
        Work::Flush => refusals::flush(provider).await.map(drop),
        Work::Refresh => signing::refresh(provider).await,
        Work::Sweep => sweep_all(provider, now).await,
        Work::Mingle => provider.store.mingle().await.map(drop).map_err(Unavailable::from),
        Work::Rotate => signing::rotate_due(provider).await,
        Work::Recover => recovery::carry_out_due(provider, now).await.map(drop),
    }
}

async fn sweep_all(provider: &Provider, now: Timestamp) -> Result<(), Unavailable> {
    while provider.now().since(now) < AT_MOST && ending::end_unused(provider, now).await? == ending::BATCH as usize {}
    for table in Expiring::ALL {
        // Until the table is swept, however much expired; a tick that takes too long leaves the rest to the next.
        while provider.now().since(now) < AT_MOST {
            let swept = provider.store.write(move |tx| sweep::batch(tx, table, now, BATCH)).await?;
            if swept < BATCH as usize {
                break;
            }
        }
    }
    sweep_keys(provider, now).await
}

/// The key store's orphans, and what our own attempts to commit left there.
async fn sweep_keys(provider: &Provider, now: Timestamp) -> Result<(), Unavailable> {
    let full = person_key::BATCH as usize;
    while provider.now().since(now) < AT_MOST && person_key::sweep_orphans(provider, now).await? == full {}
    while provider.now().since(now) < AT_MOST {
        let forgotten = provider.person_keys.write(move |tx| person_keys::forget_attempts(tx, now, BATCH)).await?;
        if forgotten < BATCH as usize {
            break;
        }
    }
    Ok(())
}
