//! A pushed authorization request: what its `request_uri` is made of, and what its row holds. RFC 9126 §2.2, §4.

use crate::keys::Sealable;
use crate::spec::{ClientId, PushedId, Timestamp, lifetime};
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

/// RFC 9126 §2.2.
const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// A `request_uri` of ours. Its row is found by a hash, so that a reader of rows can use none of them (PROTOCOL 14).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedUri {
    id: PushedId,
    uri: String,
}

impl PushedUri {
    /// A fresh one. Its row stays for as long as somebody who came with it may take to sign in.
    pub fn issue(now: Timestamp, rng: &mut dyn CryptoRng) -> Self {
        let swept = now.plus(lifetime::PUSHED_REQUEST).plus(lifetime::INTERACTION).plus(lifetime::CLOCK_SKEW);
        let mut handle = [0; 32];
        rng.fill_bytes(&mut handle);
        handle[..4].copy_from_slice(&PushedId::hour_prefix(swept));
        Self { id: PushedId::of_handle(&handle), uri: format!("{URN}{}", BASE64URL_NOPAD.encode(&handle)) }
    }

    /// Whether a `request_uri` means a pushed request, known or not.
    pub fn looks_like(uri: &str) -> bool {
        uri.starts_with(URN)
    }

    /// The URI as it came back; `None` when none of ours looks like that.
    pub fn parse(uri: &str) -> Option<Self> {
        let handle = BASE64URL_NOPAD.decode(uri.strip_prefix(URN)?.as_bytes()).ok()?;
        let handle: [u8; 32] = handle.try_into().ok()?;
        Some(Self { id: PushedId::of_handle(&handle), uri: uri.to_owned() })
    }

    pub fn id(&self) -> PushedId {
        self.id
    }

    pub fn as_str(&self) -> &str {
        &self.uri
    }
}

/// What a row holds, sealed.
#[derive(Debug, Serialize, Deserialize)]
pub struct PushedRequest {
    client_id: String,
    /// The resolved parameters, encoded.
    params: String,
    expires: Timestamp,
}

impl Sealable for PushedRequest {
    const PURPOSE: &'static str = "pushed-request";
    const CLASSES: &'static [usize] = &[1024, 2048, 4096, 8192];
}

impl PushedRequest {
    /// A request that this client pushes now.
    pub fn of(client_id: &ClientId, params: String, now: Timestamp) -> Self {
        Self { client_id: client_id.to_string(), params, expires: now.plus(lifetime::PUSHED_REQUEST) }
    }

    /// The parameters, for the client that pushed them and in time; "the client_id … MUST match" (RFC 9126 §4).
    pub fn taken_up_by(&self, client_id: &ClientId, now: Timestamp) -> Option<&str> {
        (self.client_id == client_id.as_str() && now < self.expires).then_some(&self.params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

    #[test]
    fn a_request_uri_comes_back_as_itself_and_hides_its_row() {
        let issued = PushedUri::issue(NOW, &mut StdRng::seed_from_u64(1));
        assert_eq!(PushedUri::parse(issued.as_str()), Some(issued.clone()));
        let handle = BASE64URL_NOPAD.decode(&issued.as_str().as_bytes()[URN.len()..]).unwrap();
        assert_eq!(handle[..4], issued.id().as_bytes()[..4], "the hour, so that the sweep finds it");
        assert_ne!(handle[4..16], issued.id().as_bytes()[4..], "and a hash of the rest");
        for bad in ["", URN, "urn:ietf:params:oauth:request_uri:AAAA", "https://a.example/"] {
            assert_eq!(PushedUri::parse(bad), None);
        }
    }

    /// RFC 9126 §2.2, §4.
    #[test]
    fn a_pushed_request_is_its_clients_own_for_a_minute() {
        let (own, other) = (ClientId::new("c".into()), ClientId::new("d".into()));
        let pushed = PushedRequest::of(&own, "state=x".into(), NOW);
        let after = |seconds| Timestamp::from_unix(NOW.unix() + seconds);
        assert_eq!(pushed.taken_up_by(&own, after(59)), Some("state=x"));
        assert_eq!(pushed.taken_up_by(&own, after(60)), None);
        assert_eq!(pushed.taken_up_by(&other, NOW), None);
    }
}
