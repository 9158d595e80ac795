//! When a new signing key is published, when it signs, when the old one goes. One decision per algorithm. PROTOCOL 15.
//!
//! Returns what to write; the flow generates the key, writes everything in one transaction and builds a new snapshot.

use super::alg::SigningAlg;
use super::record::{Kid, SigningKeyRecord, Stage};
use crate::spec::{Timestamp, lifetime};

/// How soon the new key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// After websites have had time to fetch it.
    Scheduled,
    /// At once: the old key is no longer trusted, and a website that caches the JWKS must fetch again.
    Now,
}

/// A key to be generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    pub alg: SigningAlg,
    pub published: Timestamp,
    pub signs_from: Timestamp,
}

/// What a rotation changes.
#[derive(Clone, Debug, Default)]
pub struct Rotation {
    /// To be generated and inserted.
    pub add: Option<Publication>,
    /// Rows with a new schedule.
    pub change: Vec<SigningKeyRecord>,
    /// Rows to delete.
    pub remove: Vec<Kid>,
}

impl Rotation {
    pub fn is_nothing(&self) -> bool {
        self.add.is_none() && self.change.is_empty() && self.remove.is_empty()
    }
}

/// `hufu key rotate --alg … [--now]`: asks for a new key, whatever the age of the old one.
pub fn rotate(records: &[SigningKeyRecord], alg: SigningAlg, now: Timestamp, when: When) -> Rotation {
    let mut rotation = sweep(records, alg, now);
    let at = match when {
        When::Scheduled => now.plus(lifetime::SIGNING_KEY_PUBLISHED_BEFORE),
        When::Now => now,
    };
    match (newest(records, alg, now, Stage::Waiting), when) {
        // A successor is already published: it keeps its day.
        (Some(_), When::Scheduled) => {}
        (Some(waiting), When::Now) => {
            rotation.change.extend(retire_signing(records, alg, now, now));
            rotation.change.push(waiting.clone().sign_from(now));
        }
        (None, _) => succeed(&mut rotation, records, alg, now, at),
    }
    rotation
}

/// The tick: what is due by itself. The first key of an algorithm signs at once: nobody holds an older JWKS.
pub fn tend(records: &[SigningKeyRecord], alg: SigningAlg, now: Timestamp) -> Rotation {
    let mut rotation = sweep(records, alg, now);
    if newest(records, alg, now, Stage::Waiting).is_some() {
        return rotation;
    }
    match newest(records, alg, now, Stage::Signing) {
        None => succeed(&mut rotation, records, alg, now, now),
        Some(signing) => {
            let ends = signing.schedule.signs_from().plus(lifetime::SIGNING_KEY);
            let publish = ends.minus(lifetime::SIGNING_KEY_PUBLISHED_BEFORE);
            if signing.schedule.retires().is_none() && now >= publish {
                let at = ends.max(now.plus(lifetime::SIGNING_KEY_PUBLISHED_BEFORE));
                succeed(&mut rotation, records, alg, now, at);
            }
        }
    }
    rotation
}

fn succeed(rotation: &mut Rotation, records: &[SigningKeyRecord], alg: SigningAlg, now: Timestamp, at: Timestamp) {
    let signing = newest(records, alg, now, Stage::Signing);
    // With no key that signs, waiting would only mean that nobody can sign in.
    let at = if signing.is_some() { at } else { now };
    rotation.change.extend(retire_signing(records, alg, now, at));
    rotation.add = Some(Publication { alg, published: now, signs_from: at });
}

fn retire_signing(
    records: &[SigningKeyRecord],
    alg: SigningAlg,
    now: Timestamp,
    at: Timestamp,
) -> impl Iterator<Item = SigningKeyRecord> {
    records
        .iter()
        .filter(move |record| record.alg == alg && record.stage(now) == Stage::Signing)
        .map(move |record| record.clone().retire(at))
}

fn newest(records: &[SigningKeyRecord], alg: SigningAlg, now: Timestamp, stage: Stage) -> Option<&SigningKeyRecord> {
    records
        .iter()
        .filter(|record| record.alg == alg && record.stage(now) == stage)
        .max_by_key(|record| (record.schedule.signs_from(), record.kid.as_str()))
}

fn sweep(records: &[SigningKeyRecord], alg: SigningAlg, now: Timestamp) -> Rotation {
    let gone = records.iter().filter(|record| record.alg == alg && record.stage(now) == Stage::Gone);
    Rotation { remove: gone.map(|record| record.kid.clone()).collect(), ..Rotation::default() }
}
