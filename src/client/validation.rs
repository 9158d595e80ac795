//! The rules of metadata, each with the field it is about. RFC 7591 §2, OpenID Connect Registration §2, PROTOCOL 3, 16, 19.

use super::metadata::{AssertionAlg, AssertionProfile, AuthMethod, ClientMetadata, Environment, Pkce};
use super::redirect_uri::registrable;
use super::sector::SectorError;
use crate::keys::SigningAlg;
use crate::spec::{OAuthError, Refusal, Refuse};
use url::Url;

const MOST_URIS: usize = 50;
const LONGEST_NAME: usize = 100;
const MOST_LEVELS: usize = 20;

/// Why metadata is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    #[error("redirect_uri {received}: {rule}")]
    RedirectUri { received: String, rule: &'static str },
    #[error("{field} {received}: {rule}")]
    Field { field: &'static str, received: String, rule: &'static str },
    #[error(transparent)]
    Sector(#[from] SectorError),
    #[error("the sector would move from {from} to {to}")]
    SectorMoves { from: String, to: String },
}

impl From<&MetadataError> for OAuthError {
    fn from(error: &MetadataError) -> Self {
        match error {
            MetadataError::RedirectUri { .. } => Self::InvalidRedirectUri,
            MetadataError::Field { .. } | MetadataError::Sector(_) | MetadataError::SectorMoves { .. } => {
                Self::InvalidClientMetadata
            }
        }
    }
}

impl Refuse for MetadataError {
    fn refusal(&self) -> Refusal {
        let refuse = |code| Refusal::new(self.into(), code);
        match self {
            Self::RedirectUri { received, rule } => {
                refuse("metadata.redirect_uris").received(received).expected(*rule).fix("mend this redirect_uri")
            }
            Self::Field { field, received, rule } => refuse("metadata.field")
                .received(format!("{field}: {received}"))
                .expected(*rule)
                .fix(format!("mend {field}")),
            Self::Sector(SectorError::SeveralHosts(hosts)) => refuse("metadata.several_hosts")
                .received(hosts.join(" "))
                .expected("one host, or a sector_identifier_uri (OpenID Connect Core §8.1)")
                .fix("register one client per website, or add sector_identifier_uri"),
            Self::Sector(SectorError::NoHost) => refuse("metadata.sector_identifier_uri")
                .expected("an https URL with a host (OpenID Connect Registration §5)")
                .fix("mend sector_identifier_uri"),
            Self::SectorMoves { from, to } => refuse("metadata.sector_moves")
                .received(to)
                .expected("the sector that was fixed at registration: every sub depends on it")
                .fix("keep the host, or register a new client")
                .registered(from),
        }
    }
}

/// Holds metadata against every rule.
pub(super) fn check(metadata: &ClientMetadata, environment: Environment) -> Result<(), MetadataError> {
    check_name("client_name", &metadata.client_name)?;
    if let Some(name) = &metadata.client_name_zh {
        check_name("client_name#zh", name)?;
    }
    check_redirect_uris(metadata, environment)?;
    check_authentication(metadata)?;
    check_levels(&metadata.default_acr_values)?;
    check_links(metadata, environment)
}

fn broken<T>(field: &'static str, received: impl Into<String>, rule: &'static str) -> Result<T, MetadataError> {
    Err(MetadataError::Field { field, received: received.into(), rule })
}

/// The name stands on the consent page between our own words: nothing in it may move them about.
fn check_name(field: &'static str, name: &str) -> Result<(), MetadataError> {
    let turns_text = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if name.trim().is_empty() {
        return broken(field, "nothing", "a name that a person knows the website by");
    }
    if name.chars().count() > LONGEST_NAME {
        return broken(field, name, "at most 100 characters");
    }
    if name.chars().any(|c| c.is_control() || turns_text(c)) {
        return broken(field, name, "no control characters and no marks that turn the direction of text");
    }
    Ok(())
}

fn check_redirect_uris(metadata: &ClientMetadata, environment: Environment) -> Result<(), MetadataError> {
    let uris = &metadata.redirect_uris;
    let refuse = |received: &str, rule| Err(MetadataError::RedirectUri { received: received.to_owned(), rule });
    if uris.is_empty() {
        return refuse("none", "at least one (RFC 7591 §2: REQUIRED for redirect-based flows)");
    }
    if uris.len() > MOST_URIS {
        return refuse(&format!("{} URIs", uris.len()), "at most 50");
    }
    for (place, uri) in uris.iter().enumerate() {
        if let Err(rule) = registrable(uri, metadata.application_type, environment) {
            return refuse(uri, rule);
        }
        if uris[..place].contains(uri) {
            return refuse(uri, "each URI once");
        }
    }
    Ok(())
}

fn check_authentication(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    let method = metadata.token_endpoint_auth_method;
    if metadata.require_pkce == Pkce::Optional && method == AuthMethod::None {
        return broken("require_pkce", "false", "true for a public client (RFC 9700 §2.1.1)");
    }
    check_assertion_alg(metadata)?;
    if let Some(uri) = metadata.jwks_uri.as_ref().filter(|_| metadata.jwks.is_some()) {
        return broken("jwks_uri", uri, "either jwks or jwks_uri (OpenID Connect Registration §2)");
    }
    if metadata.assertion_profile == AssertionProfile::Fapi2 && method == AuthMethod::ClientSecretJwt {
        return broken(
            "token_endpoint_auth_method",
            method.wire(),
            "private_key_jwt in the profile fapi2 (FAPI 2.0 Security Profile §5.3.2.1)",
        );
    }
    if method != AuthMethod::PrivateKeyJwt || (metadata.jwks_uri.is_some() && metadata.jwks.is_none()) {
        return Ok(());
    }
    let Some(jwks) = &metadata.jwks else {
        return broken(
            "jwks",
            "neither jwks nor jwks_uri",
            "the client's public keys, for private_key_jwt (OpenID Connect Core §9)",
        );
    };
    if !metadata.assertion_algs().into_iter().any(|alg| jwks.fits(alg)) {
        return broken("jwks", "keys of other types", "a key for an algorithm that assertions may be signed with");
    }
    Ok(())
}

/// The algorithm must be one of the method's own: a secret makes no signature, a key pair no HMAC.
fn check_assertion_alg(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    let refuse = |received: &str, rule| broken("token_endpoint_auth_signing_alg", received, rule);
    let fapi2 = metadata.assertion_profile == AssertionProfile::Fapi2;
    match (metadata.token_endpoint_auth_method, metadata.token_endpoint_auth_signing_alg) {
        (AuthMethod::PrivateKeyJwt, Some(AssertionAlg::Mac(alg))) => {
            refuse(alg.wire(), "RS256, PS256, ES256 or EdDSA for private_key_jwt (OpenID Connect Core §9)")
        }
        (AuthMethod::ClientSecretJwt, Some(AssertionAlg::Signature(alg))) => {
            refuse(alg.wire(), "HS256 for client_secret_jwt (OpenID Connect Core §9)")
        }
        (AuthMethod::PrivateKeyJwt, Some(AssertionAlg::Signature(SigningAlg::RS256))) if fapi2 => {
            refuse("RS256", "PS256, ES256 or EdDSA (FAPI 2.0 Security Profile §5.4.1)")
        }
        _ => Ok(()),
    }
}

fn check_levels(levels: &[String]) -> Result<(), MetadataError> {
    if levels.len() > MOST_LEVELS {
        return broken("default_acr_values", format!("{} values", levels.len()), "at most 20");
    }
    match levels.iter().find(|level| level.is_empty() || level.len() > 200 || level.contains(char::is_whitespace)) {
        Some(level) => broken("default_acr_values", level, "values without white space of at most 200 bytes"),
        None => Ok(()),
    }
}

fn check_links(metadata: &ClientMetadata, environment: Environment) -> Result<(), MetadataError> {
    for (field, link) in [
        ("jwks_uri", &metadata.jwks_uri),
        ("initiate_login_uri", &metadata.initiate_login_uri),
        ("alternative_login_uri", &metadata.alternative_login_uri),
    ] {
        if let Some(link) = link
            && !is_link(link, environment)
        {
            return broken(field, link, "an https URL with a host");
        }
    }
    if metadata.alternative_login_uri.is_none() && environment == Environment::Production {
        return broken(
            "alternative_login_uri",
            "nothing",
            "where a person signs in who cannot or will not use a network number",
        );
    }
    Ok(())
}

fn is_link(link: &str, environment: Environment) -> bool {
    let Ok(url) = Url::parse(link) else { return false };
    let scheme = match (url.scheme(), environment) {
        ("https", _) => true,
        ("http", Environment::Sandbox) => matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")),
        _ => false,
    };
    scheme && url.has_host() && url.username().is_empty() && url.password().is_none() && link.len() <= 2048
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ApplicationType;
    use crate::keys::MacAlg;

    fn metadata() -> ClientMetadata {
        ClientMetadata {
            client_name: "Blue Bank".into(),
            redirect_uris: vec!["https://a.example/cb".into()],
            alternative_login_uri: Some("https://a.example/login".into()),
            ..ClientMetadata::default()
        }
    }

    fn field(change: impl FnOnce(&mut ClientMetadata)) -> &'static str {
        let mut metadata = metadata();
        change(&mut metadata);
        match check(&metadata, Environment::Production) {
            Ok(()) => "",
            Err(MetadataError::Field { field, .. }) => field,
            Err(MetadataError::RedirectUri { .. }) => "redirect_uris",
            Err(MetadataError::Sector(_) | MetadataError::SectorMoves { .. }) => "sector",
        }
    }

    #[test]
    fn every_rule_names_the_field_it_is_about() {
        assert_eq!(field(|_| {}), "");
        for name in ["", "  ", "a\u{202e}b", "a\nb", &"x".repeat(101)] {
            assert_eq!(field(|m| m.client_name = name.into()), "client_name", "{name:?}");
        }
        assert_eq!(field(|m| m.client_name_zh = Some(String::new())), "client_name#zh");
        assert_eq!(field(|m| m.redirect_uris.clear()), "redirect_uris");
        assert_eq!(field(|m| m.redirect_uris.push(m.redirect_uris[0].clone())), "redirect_uris");
        assert_eq!(field(|m| m.redirect_uris = vec!["https://a.example/cb#f".into()]), "redirect_uris");
        assert_eq!(
            field(|m| m.redirect_uris = (0..51).map(|n| format!("https://a.example/{n}")).collect()),
            "redirect_uris"
        );
        assert_eq!(field(|m| m.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt), "jwks");
        assert_eq!(field(|m| m.default_acr_values = vec!["a b".into()]), "default_acr_values");
        assert_eq!(field(|m| m.initiate_login_uri = Some("http://a.example".into())), "initiate_login_uri");
        assert_eq!(field(|m| m.alternative_login_uri = Some("javascript:x".into())), "alternative_login_uri");
    }

    /// OpenID Connect Registration §2, jwks_uri: "The jwks_uri and jwks parameters MUST NOT be used together."
    #[test]
    fn keys_are_registered_by_value_or_by_reference() {
        let rsa = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let jwks = serde_json::json!({ "keys": [{ "kty": "RSA", "n": rsa, "e": "AQAB" }] });
        let jwks: crate::keys::JwkSet = serde_json::from_value(jwks).unwrap();
        let by_key = |m: &mut ClientMetadata| m.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        let uri = || Some("https://a.example/jwks".to_owned());
        assert_eq!(field(|m| (by_key(m), m.jwks_uri = uri()).0), "");
        assert_eq!(field(|m| (by_key(m), m.jwks = Some(jwks.clone())).0), "");
        assert_eq!(field(|m| (m.jwks_uri = uri(), m.jwks = Some(jwks.clone())).0), "jwks_uri");
        assert_eq!(field(|m| m.jwks_uri = Some("http://a.example/jwks".into())), "jwks_uri");
    }

    /// OpenID Connect Core §9; RFC 8725 §2.1.
    #[test]
    fn the_assertions_algorithm_is_one_of_the_methods_own() {
        let with = |method, alg| {
            field(|m| {
                m.token_endpoint_auth_method = method;
                m.token_endpoint_auth_signing_alg = Some(alg);
                m.jwks_uri = Some("https://a.example/jwks".into());
            })
        };
        let (mac, rsa) = (AssertionAlg::Mac(MacAlg::HS256), AssertionAlg::Signature(SigningAlg::RS256));
        assert_eq!(with(AuthMethod::ClientSecretJwt, mac), "");
        assert_eq!(with(AuthMethod::PrivateKeyJwt, rsa), "");
        assert_eq!(with(AuthMethod::ClientSecretJwt, rsa), "token_endpoint_auth_signing_alg");
        assert_eq!(with(AuthMethod::PrivateKeyJwt, mac), "token_endpoint_auth_signing_alg");
    }

    /// PROTOCOL 16.
    #[test]
    fn pkce_is_optional_for_confidential_clients_only() {
        assert_eq!(field(|m| m.require_pkce = Pkce::Optional), "");
        let public = |m: &mut ClientMetadata| {
            m.require_pkce = Pkce::Optional;
            m.token_endpoint_auth_method = AuthMethod::None;
        };
        assert_eq!(field(public), "require_pkce");
    }

    /// A person must never be forced to have a number: outside the sandbox every website names its other way in.
    #[test]
    fn another_way_in_is_required_outside_the_sandbox() {
        assert_eq!(field(|m| m.alternative_login_uri = None), "alternative_login_uri");
        let none = ClientMetadata { alternative_login_uri: None, ..metadata() };
        assert_eq!(check(&none, Environment::Sandbox), Ok(()));
    }

    /// RFC 7591 §3.2.2.
    #[test]
    fn a_bad_redirect_uri_has_an_error_code_of_its_own() {
        let native = ClientMetadata { application_type: ApplicationType::Native, ..metadata() };
        let bad = ClientMetadata { redirect_uris: vec!["myapp:/cb".into()], ..native };
        let error = check(&bad, Environment::Production).unwrap_err();
        assert_eq!(error.refusal().error, OAuthError::InvalidRedirectUri);
        assert!(error.refusal().expected.contains("RFC 8252"));
        let unnamed = check(&ClientMetadata::default(), Environment::Production).unwrap_err();
        assert_eq!(unnamed.refusal().error, OAuthError::InvalidClientMetadata);
    }
}
