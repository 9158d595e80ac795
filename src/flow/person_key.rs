//! Persons' keys, from the key store to what they open. PROTOCOL 10.
//!
//! An opened key is remembered for a minute, by so many persons at most: a login asks for it several times, and should pay one
//! look at the key store. So after a key was destroyed another node may use it for a minute more; what a person's state
//! forbids it does not do even then. What needs no handle and no attribute never comes here.

use super::{Provider, Unavailable};
use crate::keys::{PersonKey, Personal};
use crate::spec::{PersonKeyId, Timestamp, lifetime};
use crate::store::person_keys::{self, PersonKeyRow};
use crate::store::{StoreError, persons};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Keys that one node remembers: about a megabyte.
const MOST: usize = 8_192;
/// Orphans that one sweep looks for together, and its rows of attempts.
pub(super) const BATCH: i64 = 256;

/// The opened keys of one node.
#[derive(Default)]
pub(super) struct OpenedKeys(Mutex<Opened>);

#[derive(Default)]
struct Opened {
    keys: HashMap<PersonKeyId, (Arc<PersonKey>, Timestamp)>,
    /// In the order of opening, which is that of forgetting.
    order: VecDeque<(PersonKeyId, Timestamp)>,
}

impl Opened {
    fn find(&self, id: &PersonKeyId, now: Timestamp) -> Option<Arc<PersonKey>> {
        let (key, opened) = self.keys.get(id)?;
        is_fresh(*opened, now).then(|| Arc::clone(key))
    }

    fn remember(&mut self, key: Arc<PersonKey>, now: Timestamp) {
        self.order.push_back((key.id(), now));
        self.keys.insert(key.id(), (key, now));
        self.forget(now);
    }

    fn forget(&mut self, now: Timestamp) {
        while let Some((id, opened)) = self.order.front().copied() {
            if self.order.len() <= MOST && is_fresh(opened, now) {
                break;
            }
            self.order.pop_front();
            // Opened once more since: then its later place in the order counts.
            if self.keys.get(&id).is_some_and(|(_, latest)| *latest == opened) {
                self.keys.remove(&id);
            }
        }
    }
}

/// A clock that was set back remembers nothing for longer.
fn is_fresh(opened: Timestamp, now: Timestamp) -> bool {
    opened <= now && now < opened.plus(lifetime::OPENED_PERSON_KEY)
}

impl OpenedKeys {
    fn lock(&self) -> MutexGuard<'_, Opened> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wipes what was opened for long enough.
    pub(super) fn forget(&self, now: Timestamp) {
        self.lock().forget(now);
    }
}

/// A key for a person who is about to be made. It is in the key store before the person is in the store: what fails between
/// the two leaves an orphan, which is swept, and never a person without a key.
///
/// # Errors
/// Unavailable storage or keys.
pub async fn make(provider: &Provider) -> Result<PersonKey, Unavailable> {
    let (key, row) = {
        let mut rng = provider.rng();
        let key = PersonKey::random(&mut *rng);
        let sealed = provider.keys.seal_person_key(&key, &mut *rng)?;
        let row = PersonKeyRow { id: key.id(), sealed, born_hour: Some(provider.now().hour()) };
        (key, row)
    };
    if provider.person_keys.write(move |tx| person_keys::insert(tx, &row)).await? {
        Ok(key)
    } else {
        Err(Unavailable::busy())
    }
}

/// The key of a person who is there.
///
/// # Errors
/// Unavailable storage; a key that is not there, or does not open.
pub async fn of(provider: &Provider, id: &PersonKeyId) -> Result<Arc<PersonKey>, Unavailable> {
    match known(provider, id) {
        Some(key) => Ok(key),
        None => look(provider, id).await?.ok_or_else(|| Unavailable::missing("person's key")),
    }
}

/// The key, if it is remembered.
pub(super) fn known(provider: &Provider, id: &PersonKeyId) -> Option<Arc<PersonKey>> {
    provider.opened_keys.lock().find(id, provider.now())
}

/// The key, if it is there, by one look at the key store whatever is remembered: where the cost of looking must not tell
/// whether there is anybody.
///
/// # Errors
/// Unavailable storage; a key that does not open.
pub(super) async fn look(provider: &Provider, id: &PersonKeyId) -> Result<Option<Arc<PersonKey>>, Unavailable> {
    let wanted = *id;
    let row = provider.person_keys.read(move |db| person_keys::by_id(db, &wanted)).await?;
    row.map(|row| opened(provider, &row)).transpose()
}

/// Opens those keys that are not remembered, by one look for all: for who needs many. One that is not there is missed by
/// whoever needs it.
///
/// # Errors
/// Unavailable storage.
pub(super) async fn warm(provider: &Provider, mut ids: Vec<PersonKeyId>) -> Result<(), Unavailable> {
    {
        let (opened, now) = (provider.opened_keys.lock(), provider.now());
        ids.retain(|id| opened.find(id, now).is_none());
    }
    if ids.is_empty() {
        return Ok(());
    }
    ids.sort_unstable();
    ids.dedup();
    let rows = provider.person_keys.read(move |db| {
        ids.iter().filter_map(|id| person_keys::by_id(db, id).transpose()).collect::<Result<Vec<_>, StoreError>>()
    });
    for row in rows.await? {
        if let Err(damaged) = opened(provider, &row) {
            drop(damaged);
        }
    }
    Ok(())
}

fn opened(provider: &Provider, row: &PersonKeyRow) -> Result<Arc<PersonKey>, Unavailable> {
    let key = provider.keys.open_person_key(&row.id, &row.sealed).map_err(|_| Unavailable::damaged("person's key"))?;
    let key = Arc::new(key);
    provider.opened_keys.lock().remember(Arc::clone(&key), provider.now());
    Ok(key)
}

/// What a column of the person's row seals.
///
/// # Errors
/// Unavailable storage; a key that is not there, or opens it not.
pub(super) async fn open<T: Personal>(provider: &Provider, id: &PersonKeyId, sealed: &[u8]) -> Result<T, Unavailable> {
    let key = of(provider, id).await?;
    provider.keys.open_for(&key, sealed).map_err(|_| Unavailable::damaged("person"))
}

/// Destroys a person's key: what was sealed under it, in whatever copy of the store, opens no more. This node forgets it at
/// once, the others within a minute. False when it was gone.
///
/// # Errors
/// Unavailable storage.
pub async fn destroy(provider: &Provider, id: &PersonKeyId) -> Result<bool, Unavailable> {
    let gone = *id;
    let destroyed = provider.person_keys.write(move |tx| person_keys::destroy(tx, &gone)).await?;
    provider.opened_keys.lock().keys.remove(id);
    Ok(destroyed)
}

/// Claims the keys that persons name, and destroys the orphans among those that were born a day ago; tells how many there
/// were. Two nodes at once do no harm: each row changes once.
///
/// # Errors
/// Unavailable storage.
pub(super) async fn sweep_orphans(provider: &Provider, now: Timestamp) -> Result<usize, Unavailable> {
    let before = now.minus(lifetime::ORPHANED_PERSON_KEY).hour();
    let unclaimed = provider.person_keys.read(move |db| person_keys::unclaimed(db, before, BATCH)).await?;
    let count = unclaimed.len();
    if count == 0 {
        return Ok(0);
    }
    let judged = provider.store.read(move |db| {
        unclaimed
            .into_iter()
            .map(|id| persons::names_key(db, &id).map(|named| (id, named)))
            .collect::<Result<Vec<_>, _>>()
    });
    let judged = judged.await?;
    provider
        .person_keys
        .write(move |tx| {
            for (id, named) in &judged {
                match named {
                    true => drop(person_keys::claim(tx, id)?),
                    false => drop(person_keys::destroy_orphan(tx, id)?),
                }
            }
            Ok(())
        })
        .await?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

    fn key(rng: &mut StdRng) -> Arc<PersonKey> {
        Arc::new(PersonKey::random(rng))
    }

    #[test]
    fn an_opened_key_is_remembered_for_a_minute_and_no_longer() {
        let (mut opened, mut rng) = (Opened::default(), StdRng::seed_from_u64(1));
        let one = key(&mut rng);
        opened.remember(Arc::clone(&one), NOW);
        let at = |seconds: i64| Timestamp::from_unix(NOW.unix() + seconds);
        assert!(opened.find(&one.id(), at(59)).is_some());
        assert!(opened.find(&one.id(), at(60)).is_none());
        assert!(opened.find(&one.id(), at(-1)).is_none(), "the clock was set back");
        opened.forget(at(60));
        assert!(opened.keys.is_empty() && opened.order.is_empty());
        assert_eq!(Arc::strong_count(&one), 1, "nobody else holds it: dropped, it is wiped");
    }

    #[test]
    fn no_more_keys_are_remembered_than_there_are_places_and_the_oldest_go_first() {
        let (mut opened, mut rng) = (Opened::default(), StdRng::seed_from_u64(2));
        let keys: Vec<_> = (0..MOST + 3).map(|_| key(&mut rng)).collect();
        for key in &keys {
            opened.remember(Arc::clone(key), NOW);
        }
        assert_eq!((opened.keys.len(), opened.order.len()), (MOST, MOST));
        assert!(opened.find(&keys[2].id(), NOW).is_none() && opened.find(&keys[3].id(), NOW).is_some());
    }

    #[test]
    fn a_key_that_is_opened_again_is_forgotten_by_its_later_hour() {
        let (mut opened, mut rng) = (Opened::default(), StdRng::seed_from_u64(3));
        let one = key(&mut rng);
        let later = NOW.plus(std::time::Duration::from_secs(30));
        opened.remember(Arc::clone(&one), NOW);
        opened.remember(Arc::clone(&one), later);
        opened.forget(NOW.plus(std::time::Duration::from_secs(70)));
        assert!(opened.find(&one.id(), NOW.plus(std::time::Duration::from_secs(80))).is_some());
    }
}
