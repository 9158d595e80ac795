//! The addresses that a client registers beside its redirect URIs. OpenID Connect Registration §2; RFC 9101 §5.2; RP-Initiated
//! Logout §2, Back-Channel Logout §2.2, Front-Channel Logout §2.

use super::{MetadataError, broken};
use crate::client::metadata::{ClientMetadata, Environment};
use crate::client::redirect_uri::registrable;
use url::{Position, Url};

const LONGEST: usize = 2048;
const MOST_REQUEST_URIS: usize = 20;
const MOST_LOGOUT_REDIRECTS: usize = 50;
const HTTPS: &str = "an https URL with a host and no user information, of at most 2048 bytes; http only in the sandbox, on this machine";

pub(super) fn check(metadata: &ClientMetadata, environment: Environment) -> Result<(), MetadataError> {
    for (field, link) in [
        ("client_uri", &metadata.client_uri),
        ("logo_uri", &metadata.logo_uri),
        ("policy_uri", &metadata.policy_uri),
        ("tos_uri", &metadata.tos_uri),
        ("jwks_uri", &metadata.jwks_uri),
        ("alternative_login_uri", &metadata.alternative_login_uri),
        ("backchannel_logout_uri", &metadata.backchannel_logout_uri),
        ("frontchannel_logout_uri", &metadata.frontchannel_logout_uri),
    ] {
        if let Some(link) = link
            && !is_link(link, environment)
        {
            return broken(field, link, HTTPS);
        }
    }
    https_only("sector_identifier_uri", metadata.sector_identifier_uri.as_deref())?;
    https_only("initiate_login_uri", metadata.initiate_login_uri.as_deref())?;
    if metadata.alternative_login_uri.is_none() && environment == Environment::Production {
        return broken(
            "alternative_login_uri",
            "nothing",
            "where a person signs in who cannot or will not use a network number",
        );
    }
    check_request_uris(&metadata.request_uris, environment)?;
    check_logout(metadata, environment)
}

/// Core §4 and Registration §5 ask for the https scheme by name: the sandbox is no exception.
fn https_only(field: &'static str, link: Option<&str>) -> Result<(), MetadataError> {
    match link {
        Some(link) if !is_link(link, Environment::Production) => {
            broken(field, link, "an https URL with a host (OpenID Connect Registration §2)")
        }
        _ => Ok(()),
    }
}

/// A fragment may hold the hash of what is there (OpenID Connect Registration §2).
fn check_request_uris(request_uris: &[String], environment: Environment) -> Result<(), MetadataError> {
    if request_uris.len() > MOST_REQUEST_URIS {
        return broken("request_uris", format!("{} URIs", request_uris.len()), "at most 20");
    }
    match request_uris.iter().find(|uri| !is_link(uri, environment)) {
        Some(uri) => broken("request_uris", uri, HTTPS),
        None => Ok(()),
    }
}

fn check_logout(metadata: &ClientMetadata, environment: Environment) -> Result<(), MetadataError> {
    for (field, uri) in [
        ("backchannel_logout_uri", &metadata.backchannel_logout_uri),
        ("frontchannel_logout_uri", &metadata.frontchannel_logout_uri),
    ] {
        if let Some(uri) = uri
            && uri.contains('#')
        {
            return broken(field, uri, "no fragment (OpenID Connect Back-Channel Logout §2.2)");
        }
    }
    if let Some(uri) = &metadata.frontchannel_logout_uri
        && !metadata.redirect_uris.iter().any(|redirect| same_origin(redirect, uri))
    {
        return broken(
            "frontchannel_logout_uri",
            uri,
            "scheme, host and port of a registered redirect_uri (OpenID Connect Front-Channel Logout §2)",
        );
    }
    let uris = &metadata.post_logout_redirect_uris;
    if uris.len() > MOST_LOGOUT_REDIRECTS {
        return broken("post_logout_redirect_uris", format!("{} URIs", uris.len()), "at most 50");
    }
    for uri in uris {
        if let Err(rule) = registrable(uri, metadata.application_type, environment) {
            return broken("post_logout_redirect_uris", uri, rule);
        }
    }
    Ok(())
}

fn same_origin(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.has_host() && one[..Position::BeforePath] == other[..Position::BeforePath],
        _ => false,
    }
}

fn is_link(link: &str, environment: Environment) -> bool {
    let Ok(url) = Url::parse(link) else { return false };
    let scheme = match (url.scheme(), environment) {
        ("https", _) => true,
        ("http", Environment::Sandbox) => matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")),
        _ => false,
    };
    scheme
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && link.len() <= LONGEST
        && link.bytes().all(|byte| byte.is_ascii_graphic())
}
