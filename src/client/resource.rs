//! Protected resources that clients answer for: what may be registered, and why one is refused. RFC 8707 §2; PROTOCOL 8.

use super::registered::Client;
use super::validation::{MetadataError, broken};
use crate::spec::{OAuthError, Refusal, Refuse, Sector};
use url::Url;

const MOST: usize = 20;
/// A resource travels inside the code, which stays under 1,024 characters (PROTOCOL 13).
const LONGEST: usize = 128;

/// A registered resource, and the sector of the client that answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    pub uri: String,
    pub sector: Sector,
}

impl Resource {
    /// Whether `client` is of the same sector: then both know a person by the same sub.
    pub fn is_own_of(&self, client: &Client) -> bool {
        self.sector == client.sector
    }
}

/// Why a `resource` parameter is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    #[error("no client answers for the resource {0}")]
    Unknown(String),
    #[error("the resource {0} is not the one of the authorization request")]
    NotGranted(String),
    #[error("the resource {0} is another website's, and the person was not asked")]
    NotAgreed(String),
}

impl From<&ResourceError> for OAuthError {
    fn from(error: &ResourceError) -> Self {
        match error {
            ResourceError::Unknown(_) | ResourceError::NotGranted(_) | ResourceError::NotAgreed(_) => {
                Self::InvalidTarget
            }
        }
    }
}

impl Refuse for ResourceError {
    fn refusal(&self) -> Refusal {
        let say = |code| Refusal::new(self.into(), code);
        match self {
            Self::Unknown(uri) => say("resource.unknown")
                .received(uri)
                .expected("the exact URI of a registered resource (RFC 8707 §2)")
                .fix("let the website that answers for it register it: hufu client add --resource"),
            Self::NotGranted(uri) => say("resource.not_granted")
                .received(uri)
                .expected("the resource of the authorization request, or none (RFC 8707 §2.2)")
                .fix("send a new authorization request for the other resource"),
            Self::NotAgreed(uri) => say("resource.not_agreed")
                .received(uri)
                .expected("another website's resource in the authorization request, where the person is asked")
                .fix("send resource in the authorization request already"),
        }
    }
}

/// Holds registered resources against the rules: each on the sector's own host, so that nobody answers for another.
pub(super) fn check(uris: &[String], sector: &Sector) -> Result<(), MetadataError> {
    if uris.len() > MOST {
        return broken("resources", format!("{} URIs", uris.len()), "at most 20");
    }
    for (place, uri) in uris.iter().enumerate() {
        if let Err(rule) = registrable(uri, sector) {
            return broken("resources", uri, rule);
        }
        if uris[..place].contains(uri) {
            return broken("resources", uri, "each URI once");
        }
    }
    Ok(())
}

fn registrable(uri: &str, sector: &Sector) -> Result<(), &'static str> {
    if uri.len() > LONGEST {
        return Err("at most 128 bytes");
    }
    if !uri.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the ASCII characters of a URI, the rest percent-encoded (RFC 3986 §2)");
    }
    let url = Url::parse(uri).map_err(|_| "an absolute URI (RFC 8707 §2)")?;
    if url.scheme() != "https" {
        return Err("an https URL");
    }
    if url.fragment().is_some() {
        return Err("no fragment (RFC 8707 §2: MUST NOT)");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("no user name and no password");
    }
    match url.host_str() {
        Some(host) if Sector::of_host(host) == *sector => Ok(()),
        _ => Err("the host that is the client's sector"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(uri: &str) -> &'static str {
        registrable(uri, &Sector::of_host("a.example")).err().unwrap_or_default()
    }

    /// RFC 8707 §2: "Its value MUST be an absolute URI … The URI MUST NOT include a fragment component."
    #[test]
    fn a_resource_is_an_https_url_of_the_sectors_own_host() {
        for fine in ["https://a.example", "https://A.example:8443/api", "https://a.example./x?tenant=1"] {
            assert_eq!(rule(fine), "", "{fine}");
        }
        for (bad, said) in [
            ("/api", "absolute"),
            ("http://a.example/", "https"),
            ("urn:a:b", "https"),
            ("https://a.example/#f", "fragment"),
            ("https://u@a.example/", "user name"),
            ("https://b.example/", "sector"),
            ("https://api.a.example/", "sector"),
        ] {
            assert!(rule(bad).contains(said), "{bad}: {}", rule(bad));
        }
        assert!(rule(&format!("https://a.example/{}", "x".repeat(120))).contains("128"));
    }

    #[test]
    fn each_resource_is_registered_once_and_few_are() {
        let sector = Sector::of_host("a.example");
        let one = "https://a.example/api".to_owned();
        assert!(check(&[one.clone(), one.clone()], &sector).is_err());
        let many: Vec<_> = (0..21).map(|number| format!("{one}/{number}")).collect();
        assert!(check(&many, &sector).is_err());
        assert!(check(&many[..20], &sector).is_ok());
    }
}
