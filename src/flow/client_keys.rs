//! A client's own public keys, for whoever asks: registered by value, or fetched from its `jwks_uri` and kept for a while.
//! OpenID Connect Core §10.1.1, RFC 7517 §5.
//!
//! A set is used for ten minutes, or for one where the token names no `kid`. An unknown `kid` fetches at once, "retrieve the
//! keys again": but never twice within half a minute for one client, whoever asks and however often, so that a stranger's
//! made-up `kid`s cost the website nothing. When the website is down, the last good keys serve for an hour more.

use super::fetch::{Bounds, Fetch, FetchError};
use super::provider::World;
use crate::client::Client;
use crate::keys::{JwkSet, JwkSetError};
use crate::spec::{ClientId, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use url::Url;

/// How long a fetched set is used unasked.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// The same where no `kid` would tell that the keys have changed.
const FRESH_WITHOUT_KID: Duration = Duration::from_secs(60);
/// The shortest time between two fetches for one client.
const BETWEEN: Duration = Duration::from_secs(30);
/// How long the last good set serves while the website is down.
const LAST_GOOD: Duration = Duration::from_secs(60 * 60);
/// Clients whose keys are kept: beyond, the one that was fetched longest ago makes room.
const MOST_CLIENTS: usize = 1000;

/// Why a client's keys cannot be had. The words are for the website's developer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoClientKeys {
    #[error("the client has neither jwks nor jwks_uri")]
    NoneRegistered,
    #[error("{0}")]
    Fetch(#[from] FetchError),
    #[error("it is not JSON")]
    NotJson,
    #[error("{0}")]
    Set(#[from] JwkSetError),
}

/// Finds clients' keys, and remembers them. Cheap to clone.
#[derive(Clone)]
pub struct ClientKeys {
    websites: Arc<dyn Fetch>,
    world: Arc<dyn World>,
    places: Arc<Mutex<HashMap<ClientId, Arc<Place>>>>,
}

/// One client's place in the cache.
struct Place {
    uri: String,
    state: Mutex<State>,
    /// Held while fetching: whoever comes meanwhile waits for that answer instead of asking again.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct State {
    good: Option<(Arc<JwkSet>, Timestamp)>,
    tried: Option<(Timestamp, Option<NoClientKeys>)>,
}

impl ClientKeys {
    pub fn new(websites: Arc<dyn Fetch>, world: Arc<dyn World>) -> Self {
        Self { websites, world, places: Arc::default() }
    }

    /// The client's current keys; `kid` is the one that a token of its names.
    ///
    /// # Errors
    /// It has none, or they cannot be fetched and none are known from before.
    pub async fn current(&self, client: &Client, kid: Option<&str>) -> Result<Arc<JwkSet>, NoClientKeys> {
        if let Some(jwks) = &client.metadata.jwks {
            return Ok(Arc::new(jwks.clone()));
        }
        let uri = client.metadata.jwks_uri.as_deref().ok_or(NoClientKeys::NoneRegistered)?;
        let place = self.place(&client.client_id, uri);
        if let Some(verdict) = locked(&place.state).verdict(kid, self.world.now()) {
            return verdict;
        }
        let _turn = place.fetching.lock().await;
        if let Some(verdict) = locked(&place.state).verdict(kid, self.world.now()) {
            return verdict;
        }
        let fetched = self.fetch(uri).await;
        let now = self.world.now();
        let mut state = locked(&place.state);
        match fetched {
            Ok(keys) => *state = State { good: Some((keys, now)), tried: Some((now, None)) },
            // Nobody was asked: whoever comes next tries again.
            Err(busy @ NoClientKeys::Fetch(FetchError::Busy)) => return state.last_good(now).ok_or(busy),
            Err(error) => state.tried = Some((now, Some(error))),
        }
        state.best(now)
    }

    async fn fetch(&self, uri: &str) -> Result<Arc<JwkSet>, NoClientKeys> {
        let url = Url::parse(uri).map_err(|_| FetchError::Scheme)?;
        let fetched = self.websites.get(&url, Bounds::DOCUMENT).await?;
        let set: serde_json::Value = serde_json::from_slice(&fetched.body).map_err(|_| NoClientKeys::NotJson)?;
        Ok(Arc::new(JwkSet::try_from(set)?))
    }

    /// The client's place; a new one when it has none or has moved its `jwks_uri`.
    fn place(&self, id: &ClientId, uri: &str) -> Arc<Place> {
        let mut places = locked(&self.places);
        if let Some(place) = places.get(id).filter(|place| place.uri == uri) {
            return Arc::clone(place);
        }
        if places.len() >= MOST_CLIENTS && !places.contains_key(id) {
            let oldest = places.iter().min_by_key(|(_, place)| locked(&place.state).last_tried());
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                places.remove(&oldest);
            }
        }
        let place =
            Arc::new(Place { uri: uri.to_owned(), state: Mutex::default(), fetching: tokio::sync::Mutex::default() });
        places.insert(id.clone(), Arc::clone(&place));
        place
    }
}

impl State {
    fn last_tried(&self) -> Option<Timestamp> {
        self.tried.as_ref().map(|(at, _)| *at)
    }

    /// The answer without a fetch; `None` when it is time for one.
    fn verdict(&self, kid: Option<&str>, now: Timestamp) -> Option<Result<Arc<JwkSet>, NoClientKeys>> {
        let fresh_for = if kid.is_some() { FRESH } else { FRESH_WITHOUT_KID };
        if let Some((keys, since)) = &self.good
            && now < since.plus(fresh_for)
            && kid.is_none_or(|kid| keys.has_kid(kid))
        {
            return Some(Ok(Arc::clone(keys)));
        }
        self.last_tried().filter(|tried| now < tried.plus(BETWEEN)).map(|_| self.best(now))
    }

    /// The last good keys, while they serve.
    fn last_good(&self, now: Timestamp) -> Option<Arc<JwkSet>> {
        let (keys, since) = self.good.as_ref()?;
        (now < since.plus(LAST_GOOD)).then(|| Arc::clone(keys))
    }

    /// The last good keys while they serve, else why there are none.
    fn best(&self, now: Timestamp) -> Result<Arc<JwkSet>, NoClientKeys> {
        match (self.last_good(now), &self.tried) {
            (Some(keys), _) => Ok(keys),
            (None, Some((_, Some(error)))) => Err(error.clone()),
            (None, _) => Err(FetchError::Unreachable.into()),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
