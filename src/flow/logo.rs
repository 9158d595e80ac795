//! A website's logo, fetched by us and kept for an hour: no browser calls the website's server before its person has agreed to
//! anything (OpenID Connect Registration §2, logo_uri).
//!
//! A picture is what its first bytes say: PNG, JPEG, WebP or GIF. Never SVG, which is a program. What cannot be had is not
//! asked for again for five minutes; one fetch at a time for each address; as many pictures as [`MOST`].

use super::{Bounds, FetchError, Provider, Unavailable, register};
use crate::spec::{ClientId, Timestamp};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use url::Url;

/// How long a picture is shown without asking again.
pub const KEPT: Duration = Duration::from_secs(3600);
/// How long nobody asks again for what could not be had.
pub const MISSED: Duration = Duration::from_secs(300);
/// Pictures in memory, each within [`Bounds::PICTURE`]; the one that ends first makes room.
const MOST: usize = 128;

/// A picture to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub media_type: &'static str,
    pub bytes: Bytes,
}

impl Picture {
    /// The picture that these bytes are; `None` when they are none.
    fn of(bytes: Bytes) -> Option<Self> {
        let begins = |mark: &[u8]| bytes.starts_with(mark);
        let media_type = match () {
            () if begins(b"\x89PNG\r\n\x1a\n") => "image/png",
            () if begins(b"\xff\xd8\xff") => "image/jpeg",
            () if begins(b"GIF87a") || begins(b"GIF89a") => "image/gif",
            () if begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => "image/webp",
            () => return None,
        };
        Some(Self { media_type, bytes })
    }
}

/// The pictures, by address.
#[derive(Default)]
pub struct Logos(Mutex<HashMap<String, Place>>);

#[derive(Clone)]
struct Place {
    until: Timestamp,
    /// Whoever comes while it is fetched waits for it.
    picture: Arc<OnceCell<Option<Picture>>>,
}

impl Logos {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, uri: &str, now: Timestamp) -> Place {
        let mut places = self.lock();
        places.retain(|_, place| now < place.until);
        if let Some(known) = places.get(uri) {
            return known.clone();
        }
        if places.len() >= MOST
            && let Some(first) = places.iter().min_by_key(|(_, place)| place.until).map(|(uri, _)| uri.clone())
        {
            places.remove(&first);
        }
        let fresh = Place { until: now.plus(KEPT), picture: Arc::default() };
        places.insert(uri.to_owned(), fresh.clone());
        fresh
    }

    /// There is no picture in `missed`: it ends sooner.
    fn end_soon(&self, uri: &str, missed: &Place, now: Timestamp) {
        if let Some(place) = self.lock().get_mut(uri)
            && Arc::ptr_eq(&place.picture, &missed.picture)
        {
            place.until = place.until.min(now.plus(MISSED));
        }
    }
}

/// The logo of a client; `None` when it registered none, or none that can be had.
///
/// # Errors
/// Unavailable storage.
pub async fn of(provider: &Provider, id: ClientId) -> Result<Option<Picture>, Unavailable> {
    let Some(client) = register::by_id(provider, id).await? else { return Ok(None) };
    let Some(uri) = &client.metadata.logo_uri else { return Ok(None) };
    let now = provider.now();
    let place = provider.logos.place(uri, now);
    let Ok(picture) = place.picture.get_or_try_init(|| fetch(provider, uri)).await else { return Ok(None) };
    if picture.is_none() {
        provider.logos.end_soon(uri, &place, now);
    }
    Ok(picture.clone())
}

/// Why there is none is nobody's business here, for the page looks as good without; but who was not asked is asked by whoever
/// comes next.
async fn fetch(provider: &Provider, uri: &str) -> Result<Option<Picture>, FetchError> {
    let Ok(url) = Url::parse(uri) else { return Ok(None) };
    match provider.websites.get(&url, Bounds::PICTURE).await {
        Ok(fetched) => Ok(Picture::of(fetched.body)),
        Err(busy @ FetchError::Busy) => Err(busy),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_first_bytes_say() {
        let kind = |bytes: &'static [u8]| Picture::of(Bytes::from_static(bytes)).map(|picture| picture.media_type);
        assert_eq!(kind(b"\x89PNG\r\n\x1a\nrest"), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0rest"), Some("image/jpeg"));
        assert_eq!(kind(b"GIF89arest"), Some("image/gif"));
        assert_eq!(kind(b"RIFF\x10\0\0\0WEBPrest"), Some("image/webp"));
        for other in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"<!doctype html>", b"RIFF\x10\0\0\0AVI ", b""]
        {
            assert_eq!(kind(other), None, "{}", other.escape_ascii());
        }
    }

    #[test]
    fn pictures_are_few_and_end() {
        let logos = Logos::default();
        let now = Timestamp::from_unix(1_790_000_000);
        for n in 0..=MOST as u64 {
            logos.place(&n.to_string(), now.plus(Duration::from_secs(n)));
        }
        assert_eq!(logos.lock().len(), MOST);
        assert!(!logos.lock().contains_key("0"));
        let missed = logos.place("missed", now);
        logos.end_soon("missed", &missed, now);
        assert_eq!(logos.place("missed", now).until, now.plus(MISSED));
        assert_eq!(logos.place("missed", now.plus(MISSED)).until, now.plus(MISSED).plus(KEPT));
    }
}
