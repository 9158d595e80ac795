//! Which sector a client belongs to: decided once, at registration, and never moved. OpenID Connect Core §8.1; PROTOCOL 3.

use super::metadata::ClientMetadata;
use crate::spec::{ClientId, Sector};
use std::collections::BTreeSet;
use url::Url;

/// Why no sector can be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SectorError {
    #[error("the redirect_uris have several hosts: {}", .0.join(", "))]
    SeveralHosts(Vec<String>),
    #[error("sector_identifier_uri is no https URL with a host")]
    NoHost,
}

/// The host of `sector_identifier_uri`, else the single https redirect host, else the client itself.
pub(super) fn decide(client_id: &ClientId, metadata: &ClientMetadata) -> Result<Sector, SectorError> {
    if let Some(uri) = &metadata.sector_identifier_uri {
        return https_host(uri).map(|host| Sector::of_host(&host)).ok_or(SectorError::NoHost);
    }
    let hosts: BTreeSet<String> = metadata.redirect_uris.iter().filter_map(|uri| https_host(uri)).collect();
    let mut hosts = hosts.into_iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => Ok(Sector::of_client(client_id)),
        (Some(only), None) => Ok(Sector::of_host(&only)),
        (Some(first), Some(second)) => {
            Err(SectorError::SeveralHosts([first, second].into_iter().chain(hosts).collect()))
        }
    }
}

/// The host in the normal form of `url`: lower case, A-labels, here without the dot of the root.
fn https_host(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok().filter(|url| url.scheme() == "https")?;
    url.host_str().map(|host| host.trim_end_matches('.').to_owned()).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector(redirect_uris: &[&str], sector_identifier_uri: Option<&str>) -> Result<String, SectorError> {
        let metadata = ClientMetadata {
            redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
            sector_identifier_uri: sector_identifier_uri.map(str::to_owned),
            ..ClientMetadata::default()
        };
        decide(&ClientId::new("c1".into()), &metadata).map(|sector| sector.as_str().to_owned())
    }

    /// OpenID Connect Core §8.1: "the Sector Identifier used … is the host component of the registered redirect_uri".
    #[test]
    fn the_sector_is_the_single_https_redirect_host() {
        assert_eq!(sector(&["https://A.example:8443/cb", "https://a.example/other"], None).unwrap(), "a.example");
        assert_eq!(sector(&["https://a.example./cb"], None).unwrap(), "a.example");
        assert_eq!(sector(&["https://xn--bcher-kva.example/cb"], None).unwrap(), "xn--bcher-kva.example");
        assert_eq!(sector(&["https://bücher.example/cb"], None).unwrap(), "xn--bcher-kva.example");
        assert_eq!(sector(&["https://a.example/cb", "com.example.app:/cb"], None).unwrap(), "a.example");
    }

    /// OpenID Connect Core §8.1: "If there are multiple hostnames … the Client MUST register a sector_identifier_uri".
    #[test]
    fn several_hosts_need_a_sector_identifier_uri() {
        let two = ["https://a.example/cb", "https://b.example/cb"];
        assert_eq!(sector(&two, None), Err(SectorError::SeveralHosts(vec!["a.example".into(), "b.example".into()])));
        assert_eq!(sector(&two, Some("https://c.example/uris.json")).unwrap(), "c.example");
        assert_eq!(sector(&two, Some("http://c.example/uris.json")), Err(SectorError::NoHost));
    }

    /// PROTOCOL 3.
    #[test]
    fn a_client_without_a_web_host_is_its_own_sector() {
        assert_eq!(sector(&["http://127.0.0.1/cb", "com.example.app:/cb"], None).unwrap(), "client:c1");
        assert_eq!(sector(&["http://localhost:8081/cb"], None).unwrap(), "client:c1");
    }
}
