//! How a request comes: as it is, as a request object, behind a `request_uri`, or pushed before. RFC 9101 §5, RFC 9126 §4.

use super::PushedUri;
use crate::client::ClientMetadata;
use crate::spec::Params;
use url::Url;

/// Where the parameters are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carrier<'a> {
    Plain,
    /// In a request object, by value.
    Value(&'a str),
    /// In a request object, at the client's own server.
    Reference(&'a str),
    Pushed(PushedUri),
}

/// Why a `request_uri` leads to no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestUriError {
    #[error("request and request_uri in one request")]
    BesideRequest,
    #[error("request_uri at the pushed authorization request endpoint")]
    AlreadyPushing,
    #[error("request_uri {0} is not registered")]
    NotRegistered(String),
    #[error("request_uri: {0}")]
    Fetch(String),
    #[error("request_uri {0} is unknown, expired or another client's")]
    Unknown(String),
    #[error("request_uri {0} was used")]
    Spent(String),
}

impl<'a> Carrier<'a> {
    /// # Errors
    /// Two carriers at once (RFC 9101 §5: "MUST NOT be used together"), or a pushed request's URN that is none of ours.
    pub fn of(params: &'a Params) -> Result<Self, RequestUriError> {
        match (params.get("request"), params.get("request_uri")) {
            (None, None) => Ok(Self::Plain),
            (Some(object), None) => Ok(Self::Value(object)),
            (Some(_), Some(_)) => Err(RequestUriError::BesideRequest),
            (None, Some(uri)) if PushedUri::looks_like(uri) => {
                PushedUri::parse(uri).map(Self::Pushed).ok_or_else(|| RequestUriError::Unknown(uri.to_owned()))
            }
            (None, Some(uri)) => Ok(Self::Reference(uri)),
        }
    }
}

/// The address of a request object that its client registered.
///
/// The fragment is neither compared nor held against the document: it tells a server that keeps documents when to fetch anew
/// (Core §6.2), and we keep none. What vouches for the document is its signature.
///
/// # Errors
/// [`RequestUriError::NotRegistered`].
pub fn registered_request_uri(metadata: &ClientMetadata, uri: &str) -> Result<Url, RequestUriError> {
    let bare = |uri: &str| uri.split('#').next().unwrap_or_default().to_owned();
    let known = metadata.request_uris.iter().any(|registered| bare(registered) == bare(uri));
    Url::parse(uri).ok().filter(|_| known).ok_or_else(|| RequestUriError::NotRegistered(uri.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Result<String, RequestUriError> {
        let params = Params::parse(query.as_bytes()).unwrap();
        Carrier::of(&params).map(|carrier| format!("{carrier:?}"))
    }

    /// RFC 9101 §5.
    #[test]
    fn a_request_comes_in_one_way() {
        assert_eq!(of("client_id=c").unwrap(), "Plain");
        assert_eq!(of("request=a.b.c").unwrap(), "Value(\"a.b.c\")");
        assert_eq!(of("request_uri=https://a.example/r").unwrap(), "Reference(\"https://a.example/r\")");
        assert_eq!(of("request=a&request_uri=b"), Err(RequestUriError::BesideRequest));
        let made_up = "urn:ietf:params:oauth:request_uri:x";
        assert_eq!(of(&format!("request_uri={made_up}")), Err(RequestUriError::Unknown(made_up.into())));
    }

    /// OpenID Connect Registration §2, request_uris; Core §6.2.
    #[test]
    fn a_request_uri_is_registered_but_for_its_fragment() {
        let metadata = ClientMetadata {
            request_uris: vec!["https://a.example/r?x=1#old".into(), "https://a.example/s".into()],
            ..ClientMetadata::default()
        };
        for good in ["https://a.example/r?x=1#old", "https://a.example/r?x=1#new", "https://a.example/s"] {
            assert!(registered_request_uri(&metadata, good).is_ok(), "{good}");
        }
        for bad in ["https://a.example/r", "https://a.example/r?x=1&y", "https://b.example/s", "http://a.example/s", ""]
        {
            assert!(registered_request_uri(&metadata, bad).is_err(), "{bad}");
        }
    }
}
