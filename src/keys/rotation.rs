//! When a new key is made, when it is used, when the old one goes. One decision per algorithm. PROTOCOL 15.
//!
//! Returns what to write; the flow generates the key, writes everything in one transaction and builds a new snapshot.

use super::alg::KeyAlg;
use super::record::{KeyRecord, Kid, Stage};
use crate::spec::{Timestamp, lifetime};

/// How soon the new key is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// After websites, or our own nodes, have had time to fetch it.
    Scheduled,
    /// At once: the old key is no longer trusted, and whoever caches it must fetch again.
    Now,
}

/// A key to be generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    pub alg: KeyAlg,
    pub published: Timestamp,
    pub used_from: Timestamp,
}

/// What a rotation changes.
#[derive(Clone, Debug, Default)]
pub struct Rotation {
    /// To be generated and inserted.
    pub add: Option<Publication>,
    /// Rows with a new schedule.
    pub change: Vec<KeyRecord>,
    /// Rows to delete.
    pub remove: Vec<Kid>,
}

impl Rotation {
    /// When the key that this brings forward, new or waiting, begins to sign; `None` when it brings none.
    pub fn next_used_from(&self) -> Option<Timestamp> {
        let moved = self.change.iter().filter(|record| record.schedule.retires().is_none());
        let moved = moved.map(|record| record.schedule.used_from());
        self.add.as_ref().map(|add| add.used_from).or_else(|| moved.max())
    }

    pub fn is_nothing(&self) -> bool {
        self.add.is_none() && self.change.is_empty() && self.remove.is_empty()
    }
}

/// `hufu key rotate --alg … [--now]`: asks for a new key, whatever the age of the old one.
pub fn rotate(records: &[KeyRecord], alg: KeyAlg, now: Timestamp, when: When) -> Rotation {
    let mut rotation = sweep(records, alg, now);
    let at = match when {
        When::Scheduled => now.plus(lifetime::SIGNING_KEY_PUBLISHED_BEFORE),
        When::Now => now,
    };
    match (newest(records, alg, now, Stage::Waiting), when) {
        // A successor is already published: it keeps its day.
        (Some(_), When::Scheduled) => {}
        (Some(waiting), When::Now) => {
            rotation.change.extend(retire_used(records, alg, now, now));
            rotation.change.push(waiting.clone().use_from(now));
        }
        (None, _) => succeed(&mut rotation, records, alg, now, at),
    }
    rotation
}

/// The tick: what is due by itself. The first key of an algorithm is used at once: nobody holds an older JWKS.
pub fn tend(records: &[KeyRecord], alg: KeyAlg, now: Timestamp) -> Rotation {
    let mut rotation = sweep(records, alg, now);
    if newest(records, alg, now, Stage::Waiting).is_some() {
        return rotation;
    }
    match newest(records, alg, now, Stage::InUse) {
        None => succeed(&mut rotation, records, alg, now, now),
        Some(signing) => {
            let ends = signing.schedule.used_from().plus(lifetime::SIGNING_KEY);
            let publish = ends.minus(lifetime::SIGNING_KEY_PUBLISHED_BEFORE);
            if signing.schedule.retires().is_none() && now >= publish {
                let at = ends.max(now.plus(lifetime::SIGNING_KEY_PUBLISHED_BEFORE));
                succeed(&mut rotation, records, alg, now, at);
            }
        }
    }
    rotation
}

fn succeed(rotation: &mut Rotation, records: &[KeyRecord], alg: KeyAlg, now: Timestamp, at: Timestamp) {
    let signing = newest(records, alg, now, Stage::InUse);
    // With no key that signs, waiting would only mean that nobody can sign in.
    let at = if signing.is_some() { at } else { now };
    rotation.change.extend(retire_used(records, alg, now, at));
    rotation.add = Some(Publication { alg, published: now, used_from: at });
}

fn retire_used(records: &[KeyRecord], alg: KeyAlg, now: Timestamp, at: Timestamp) -> impl Iterator<Item = KeyRecord> {
    records
        .iter()
        .filter(move |record| record.alg == alg && record.stage(now) == Stage::InUse)
        .map(move |record| if at == now { record.clone().withdraw(at) } else { record.clone().retire(at) })
}

fn newest(records: &[KeyRecord], alg: KeyAlg, now: Timestamp, stage: Stage) -> Option<&KeyRecord> {
    records
        .iter()
        .filter(|record| record.alg == alg && record.stage(now) == stage)
        .max_by_key(|record| (record.schedule.used_from(), record.kid.as_str()))
}

fn sweep(records: &[KeyRecord], alg: KeyAlg, now: Timestamp) -> Rotation {
    let gone = records.iter().filter(|record| record.alg == alg && record.stage(now) == Stage::Gone);
    Rotation { remove: gone.map(|record| record.kid.clone()).collect(), ..Rotation::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::NOW;
    use crate::keys::{EncryptionAlg, Schedule, SigningAlg};
    use std::time::Duration;

    const ES256: KeyAlg = KeyAlg::Signing(SigningAlg::ES256);
    const DAY: Duration = lifetime::SIGNING_KEY_PUBLISHED_BEFORE;

    fn open(kid: &str, published: Timestamp, used_from: Timestamp) -> KeyRecord {
        let schedule = Schedule::Open { published, used_from };
        KeyRecord { kid: Kid::from_row(kid), alg: ES256, sealed: Vec::new(), schedule }
    }

    /// The rows after a rotation was written.
    fn written(records: &[KeyRecord], rotation: Rotation) -> Vec<KeyRecord> {
        let changed = |kid: &Kid| rotation.change.iter().any(|record| record.kid == *kid);
        let kept = records.iter().filter(|record| !changed(&record.kid) && !rotation.remove.contains(&record.kid));
        let mut rows: Vec<_> = kept.cloned().chain(rotation.change.iter().cloned()).collect();
        rows.extend(rotation.add.map(|new| open("new", new.published, new.used_from)));
        rows
    }

    fn signing(records: &[KeyRecord], now: Timestamp) -> Vec<&str> {
        records.iter().filter(|record| record.stage(now) == Stage::InUse).map(|record| record.kid.as_str()).collect()
    }

    #[test]
    fn the_first_key_signs_at_once() {
        let first = Publication { alg: ES256, published: NOW, used_from: NOW };
        assert_eq!(tend(&[], ES256, NOW).add, Some(first.clone()));
        assert_eq!(rotate(&[], ES256, NOW, When::Scheduled).add, Some(first));
    }

    #[test]
    fn a_new_key_is_published_a_day_before_it_signs_and_the_old_one_signs_until_then() {
        let records = [open("old", NOW, NOW)];
        let due = NOW.plus(lifetime::SIGNING_KEY).minus(DAY);
        assert!(tend(&records, ES256, due.minus(Duration::from_secs(1))).is_nothing());
        let rows = written(&records, tend(&records, ES256, due));
        let turn = NOW.plus(lifetime::SIGNING_KEY);
        assert_eq!(signing(&rows, turn.minus(Duration::from_secs(1))), ["old"]);
        assert_eq!(signing(&rows, turn), ["new"]);
        assert!(tend(&rows, ES256, due).is_nothing());
        assert!(tend(&rows, ES256, turn).is_nothing());
    }

    #[test]
    fn a_late_tick_still_publishes_a_day_ahead() {
        let records = [open("old", NOW, NOW)];
        let late = NOW.plus(lifetime::SIGNING_KEY).plus(DAY * 5);
        let rotation = tend(&records, ES256, late);
        assert_eq!(rotation.add.as_ref().map(|new| new.used_from), Some(late.plus(DAY)));
        assert_eq!(signing(&written(&records, rotation), late), ["old"]);
    }

    #[test]
    fn a_retired_key_is_removed_after_its_last_token() {
        let old = open("old", NOW, NOW).retire(NOW.plus(DAY));
        let last = old.schedule.removed_after().unwrap();
        let records = [old, open("new", NOW, NOW.plus(DAY))];
        assert_eq!(records[0].stage(last), Stage::Retired);
        assert!(tend(&records, ES256, last).remove.is_empty());
        assert_eq!(tend(&records, ES256, last.plus(Duration::from_secs(1))).remove, [Kid::from_row("old")]);
    }

    /// `hufu key rotate --alg ES256 --now`.
    #[test]
    fn rotating_now_lets_the_new_key_sign_at_once() {
        let records = [open("old", NOW, NOW)];
        let later = NOW.plus(Duration::from_secs(60));
        let rows = written(&records, rotate(&records, ES256, later, When::Now));
        assert_eq!(signing(&rows, later), ["new"]);
        assert_eq!(rows.iter().filter(|record| record.stage(later) == Stage::Retired).count(), 1);
    }

    /// ADR 15: a certificate of a key's last day is verified to its own last day. A key that is replaced at once is no longer
    /// trusted, and its certificates are worth nothing an hour later.
    #[test]
    fn a_key_outlives_its_certificates_unless_it_is_no_longer_trusted() {
        let old = open("old", NOW, NOW).retire(NOW.plus(DAY));
        let last = NOW.plus(DAY).plus(lifetime::CERTIFICATE);
        assert_eq!((old.stage(last), old.stage(last.plus(DAY))), (Stage::Retired, Stage::Gone));
        let rows = written(&[old], rotate(&[open("old", NOW, NOW)], ES256, NOW, When::Now));
        let old = rows.iter().find(|record| record.kid.as_str() == "old").unwrap();
        assert_eq!(old.stage(NOW.plus(Duration::from_secs(3600))), Stage::Gone);
        let other =
            KeyRecord { alg: KeyAlg::Signing(SigningAlg::RS256), ..open("old", NOW, NOW) }.retire(NOW.plus(DAY));
        assert_eq!(other.stage(NOW.plus(DAY).plus(Duration::from_secs(3600))), Stage::Gone);
    }

    #[test]
    fn a_key_that_already_waits_is_brought_forward_and_never_doubled() {
        let records = [open("old", NOW, NOW).retire(NOW.plus(DAY)), open("waits", NOW, NOW.plus(DAY))];
        let later = NOW.plus(Duration::from_secs(60));
        assert!(rotate(&records, ES256, later, When::Scheduled).is_nothing());
        let rotation = rotate(&records, ES256, later, When::Now);
        assert_eq!(rotation.add, None);
        assert_eq!(signing(&written(&records, rotation), later), ["waits"]);
    }

    #[test]
    fn each_algorithm_turns_by_itself() {
        let records = [open("old", NOW, NOW)];
        assert!(tend(&records, KeyAlg::Signing(SigningAlg::RS256), NOW).add.is_some());
        assert!(rotate(&records, KeyAlg::Signing(SigningAlg::RS256), NOW, When::Now).change.is_empty());
    }

    /// A request object is encrypted to what its website fetched last: for a day after the turn, the old key decrypts.
    #[test]
    fn a_decryption_key_outlives_the_jwks_that_websites_hold() {
        let alg = KeyAlg::Encryption(EncryptionAlg::EcdhEs);
        let old = KeyRecord { alg, ..open("old", NOW, NOW) }.retire(NOW.plus(DAY));
        assert_eq!(old.stage(NOW.plus(DAY * 2)), Stage::Retired);
        assert_eq!(old.stage(NOW.plus(DAY * 2 + Duration::from_secs(3600))), Stage::Gone);
    }
}
