//! The port to websites' own servers: their keys, logos, sector files and request objects, and the calls that tell them of
//! a sign-out. The adapter in `outside` reaches no private address, follows no redirect and waits for nobody.

use crate::keys::LONGEST_JWE;
use bytes::Bytes;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

/// What comes back, sometime.
pub type Fetching<'a, T> = Pin<Box<dyn Future<Output = Result<T, FetchError>> + Send + 'a>>;

/// Reaches servers that websites name.
pub trait Fetch: Send + Sync {
    /// A document of at most `bounds`.
    fn get<'a>(&'a self, url: &'a Url, bounds: Bounds) -> Fetching<'a, Fetched>;

    /// Posts a form; the answer's status is all that counts of it.
    fn post<'a>(&'a self, url: &'a Url, form: String, bounds: Bounds) -> Fetching<'a, u16>;
}

/// How much of a stranger's server we bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of the body.
    pub bytes: usize,
    /// From the name's look-up to the last byte.
    pub time: Duration,
}

impl Bounds {
    /// A document that a person or a request waits for: 64 KiB, 5 s.
    pub const DOCUMENT: Self = Self { bytes: 64 * 1024, time: Duration::from_secs(5) };
    /// A request object: as long as one may be that is encrypted, 5 s.
    pub const REQUEST_OBJECT: Self = Self { bytes: LONGEST_JWE, ..Self::DOCUMENT };
    /// A picture: 256 KiB, 5 s.
    pub const PICTURE: Self = Self { bytes: 256 * 1024, time: Duration::from_secs(5) };
}

/// A document with status 200.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The `Content-Type` without parameters, in lower case.
    pub media_type: String,
    pub body: Bytes,
}

/// Why nothing came. The words are for the website's developer: they name the rule, and no address of our network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("it is no https URL")]
    Scheme,
    #[error("its host is or leads to an address that is not public")]
    Address,
    #[error("its host has no address")]
    Name,
    #[error("it answers with a redirect, which is not followed")]
    Redirect,
    #[error("it answers with status {0}")]
    Status(u16),
    #[error("it is longer than {0} bytes")]
    TooLarge(usize),
    #[error("it does not answer in time")]
    Slow,
    #[error("it cannot be reached, or its certificate is not trusted")]
    Unreachable,
    #[error("it was not asked, for as much is being fetched as this provider bears; try again in a few seconds")]
    Busy,
}

/// A way to websites that bears only so much at once, whoever makes us fetch and from however many servers: a visit with a
/// `request_uri`, a made-up `kid` and a look at a logo cost whoever sends them nothing.
///
/// What is posted goes past: that are logout tokens, of which the outbox has few under way.
pub(super) struct Bounded {
    way: Arc<dyn Fetch>,
    most: Most,
    all: Arc<Semaphore>,
    /// By origin, those of which something is being fetched.
    servers: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// How much a way bears.
#[derive(Clone, Copy, Debug)]
struct Most {
    at_once: usize,
    from_one: usize,
    /// For a place to become free.
    wait: Duration,
}

impl Most {
    /// At 256 KiB each that is 16 MiB, and a server that hangs leaves room for three others.
    const USUAL: Self = Self { at_once: 64, from_one: 16, wait: Duration::from_secs(2) };
}

impl Bounded {
    pub fn new(way: Arc<dyn Fetch>) -> Self {
        Self::bearing(way, Most::USUAL)
    }

    fn bearing(way: Arc<dyn Fetch>, most: Most) -> Self {
        Self { way, most, all: Arc::new(Semaphore::new(most.at_once)), servers: Mutex::default() }
    }

    async fn place(&self, url: &Url) -> Result<[OwnedSemaphorePermit; 2], FetchError> {
        // First the server's own: who waits for one that hangs takes no place from the others.
        let (one, all) = (self.server(url), Arc::clone(&self.all));
        let both = async { Ok([one.acquire_owned().await?, all.acquire_owned().await?]) };
        match tokio::time::timeout(self.most.wait, both).await {
            Ok(Ok::<_, tokio::sync::AcquireError>(places)) => Ok(places),
            Ok(Err(_)) | Err(_) => {
                metrics::counter!("hufu_fetches_refused_total").increment(1);
                Err(FetchError::Busy)
            }
        }
    }

    fn server(&self, url: &Url) -> Arc<Semaphore> {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = url.origin().ascii_serialization();
        if let Some(known) = servers.get(&origin).and_then(Weak::upgrade) {
            return known;
        }
        servers.retain(|_, server| server.strong_count() > 0);
        let fresh = Arc::new(Semaphore::new(self.most.from_one));
        servers.insert(origin, Arc::downgrade(&fresh));
        fresh
    }
}

impl Fetch for Bounded {
    fn get<'a>(&'a self, url: &'a Url, bounds: Bounds) -> Fetching<'a, Fetched> {
        Box::pin(async move {
            let _places = self.place(url).await?;
            self.way.get(url, bounds).await
        })
    }

    fn post<'a>(&'a self, url: &'a Url, form: String, bounds: Bounds) -> Fetching<'a, u16> {
        self.way.post(url, form, bounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Notify;

    const MOST: Most = Most { at_once: 6, from_one: 2, wait: Duration::from_millis(50) };

    /// Websites that answer when they are let.
    #[derive(Default)]
    struct Hanging {
        asked: AtomicUsize,
        go_on: Notify,
    }

    impl Fetch for Hanging {
        fn get<'a>(&'a self, _: &'a Url, _: Bounds) -> Fetching<'a, Fetched> {
            Box::pin(async move {
                self.asked.fetch_add(1, Ordering::SeqCst);
                self.go_on.notified().await;
                Ok(Fetched { media_type: String::new(), body: Bytes::new() })
            })
        }

        fn post<'a>(&'a self, _: &'a Url, _: String, _: Bounds) -> Fetching<'a, u16> {
            Box::pin(async { Ok(200) })
        }
    }

    /// RFC 9101 §10.4, and whatever else a stranger makes us fetch.
    #[tokio::test]
    async fn only_so_much_is_fetched_at_once_and_of_it_from_one_server() {
        let websites = Arc::new(Hanging::default());
        let way = Arc::new(Bounded::bearing(websites.clone(), MOST));
        let get = |host: usize| {
            let way = Arc::clone(&way);
            tokio::spawn(async move {
                let url = Url::parse(&format!("https://{host}.example/keys")).unwrap();
                way.get(&url, Bounds::DOCUMENT).await.map(drop)
            })
        };
        let mut from_one: Vec<_> = (0..3).map(|_| get(0)).collect();
        assert_eq!(from_one.pop().unwrap().await.unwrap(), Err(FetchError::Busy), "the third from one server");
        let others: Vec<_> = (1..5).map(get).collect();
        assert_eq!(get(9).await.unwrap(), Err(FetchError::Busy), "the seventh in all");
        assert_eq!(websites.asked.load(Ordering::SeqCst), 6);
        let url = Url::parse("https://9.example/out").unwrap();
        assert_eq!(way.post(&url, String::new(), Bounds::DOCUMENT).await, Ok(200), "nobody goes untold for that");

        websites.go_on.notify_waiters();
        for fetched in from_one.into_iter().chain(others) {
            assert_eq!(fetched.await.unwrap(), Ok(()));
        }
        let waiting = get(0);
        while websites.asked.load(Ordering::SeqCst) < 7 {
            tokio::task::yield_now().await;
        }
        websites.go_on.notify_waiters();
        assert_eq!(waiting.await.unwrap(), Ok(()));
        assert_eq!(way.servers.lock().unwrap().len(), 1, "of the others nothing is remembered");
    }
}
