//! The rules of metadata, each with the field it is about. RFC 7591 §2, OpenID Connect Registration §2, PROTOCOL 3, 16, 19.

mod algorithms;
mod document;
mod links;

pub use document::RegistrationRequest;

use super::metadata::{ClientMetadata, Environment, GrantType};
use super::redirect_uri::registrable;
use super::sector::SectorError;
use crate::keys::JwkSetError;
use crate::spec::{OAuthError, Refusal, Refuse};

const MOST_URIS: usize = 50;
const LONGEST_NAME: usize = 100;
const MOST_LEVELS: usize = 20;
const MOST_CONTACTS: usize = 10;

/// Why metadata is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    #[error("redirect_uri {received}: {rule}")]
    RedirectUri { received: String, rule: &'static str },
    #[error("{field} {received}: {rule}")]
    Field { field: &'static str, received: String, rule: &'static str },
    #[error("{field} {received}: one of {}", .allowed.join(", "))]
    NotOneOf { field: &'static str, received: String, allowed: Vec<&'static str> },
    #[error("jwks: {0}")]
    Keys(JwkSetError),
    #[error("the document is {0}")]
    Document(String),
    #[error(transparent)]
    Sector(#[from] SectorError),
    #[error("the file at sector_identifier_uri {uri}: {why}")]
    SectorFile { uri: String, why: String },
    #[error("the sector would move from {from} to {to}")]
    SectorMoves { from: String, to: String },
}

impl MetadataError {
    /// A resource that another client answers for: two could not both be its audience.
    pub fn resource_taken(uri: String) -> Self {
        Self::Field { field: "resources", received: uri, rule: "a resource that no other client has registered" }
    }
}

impl From<&MetadataError> for OAuthError {
    fn from(error: &MetadataError) -> Self {
        match error {
            MetadataError::RedirectUri { .. } => Self::InvalidRedirectUri,
            MetadataError::Field { .. }
            | MetadataError::NotOneOf { .. }
            | MetadataError::Keys(_)
            | MetadataError::Document(_)
            | MetadataError::Sector(_)
            | MetadataError::SectorFile { .. }
            | MetadataError::SectorMoves { .. } => Self::InvalidClientMetadata,
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
            Self::NotOneOf { field, received, allowed } => refuse("metadata.not_supported")
                .received(format!("{field}: {received}"))
                .expected(format!("{}, and nothing else", allowed.join(", ")))
                .fix(format!("mend {field}")),
            Self::Keys(error) => refuse("metadata.jwks")
                .received(error.to_string())
                .expected("a JWK Set of public keys (RFC 7517 §5)")
                .fix("mend jwks"),
            Self::Document(what) => refuse("metadata.document")
                .received(what)
                .expected("one JSON object (RFC 7591 §3.1)")
                .fix("send the metadata as JSON"),
            Self::SectorFile { uri, why } => refuse("metadata.sector_file")
                .received(format!("sector_identifier_uri {uri}: {why}"))
                .expected("a JSON array that holds every redirect_uri (OpenID Connect Registration §5)")
                .fix("mend the file, or leave sector_identifier_uri out"),
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

/// Holds metadata against every rule. Where people are sent back to comes first: the name may be derived from it.
pub(super) fn check(metadata: &ClientMetadata, environment: Environment) -> Result<(), MetadataError> {
    check_redirect_uris(metadata, environment)?;
    check_name("client_name", &metadata.client_name)?;
    if let Some(name) = &metadata.client_name_zh {
        check_name("client_name#zh", name)?;
    }
    if !metadata.grant_types.contains(&GrantType::AuthorizationCode) {
        return broken("grant_types", "none that begins", "authorization_code, alone or with refresh_token");
    }
    check_contacts(&metadata.contacts)?;
    check_levels(&metadata.default_acr_values)?;
    links::check(metadata, environment)?;
    algorithms::check(metadata)
}

pub(super) fn broken<T>(
    field: &'static str,
    received: impl Into<String>,
    rule: &'static str,
) -> Result<T, MetadataError> {
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

/// Addresses or pages where a person responsible is reached.
fn check_contacts(contacts: &[String]) -> Result<(), MetadataError> {
    if contacts.len() > MOST_CONTACTS {
        return broken("contacts", format!("{} contacts", contacts.len()), "at most 10");
    }
    match contacts.iter().find(|contact| contact.len() > 254 || contact.contains(char::is_control)) {
        Some(contact) => broken("contacts", contact, "at most 254 bytes without control characters"),
        None => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{ApplicationType, AssertionAlg, AuthMethod, Pkce};
    use crate::keys::{ContentEncryption, EncryptionAlg, JwkSet, MacAlg, SigningAlg};
    use serde_json::json;

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
            Err(error) => panic!("{error}"),
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
        assert_eq!(field(|m| m.grant_types = vec![GrantType::RefreshToken]), "grant_types");
        assert_eq!(field(|m| m.default_acr_values = vec!["a b".into()]), "default_acr_values");
        assert_eq!(field(|m| m.contacts = vec!["a@a.example\n".into()]), "contacts");
        assert_eq!(field(|m| m.contacts = vec!["a@a.example".into(); 11]), "contacts");
    }

    /// RFC 7591 §3.2.2: "invalid_redirect_uri: The value of one or more redirection URIs is invalid", whatever else is.
    #[test]
    fn a_redirect_uri_is_judged_before_the_name_that_is_derived_from_it() {
        for uris in [vec![], vec!["nonsense".to_owned()], vec![":".to_owned()]] {
            let broken = ClientMetadata { client_name: String::new(), redirect_uris: uris, ..metadata() };
            let error = check(&broken, Environment::Production).unwrap_err();
            assert_eq!(OAuthError::from(&error), OAuthError::InvalidRedirectUri, "{error}");
        }
    }

    /// OpenID Connect Registration §2: each address has the https scheme.
    #[test]
    fn every_address_is_https() {
        type Member = fn(&mut ClientMetadata) -> &mut Option<String>;
        let members: [(&str, Member); 10] = [
            ("client_uri", |m| &mut m.client_uri),
            ("logo_uri", |m| &mut m.logo_uri),
            ("policy_uri", |m| &mut m.policy_uri),
            ("tos_uri", |m| &mut m.tos_uri),
            ("jwks_uri", |m| &mut m.jwks_uri),
            ("sector_identifier_uri", |m| &mut m.sector_identifier_uri),
            ("initiate_login_uri", |m| &mut m.initiate_login_uri),
            ("alternative_login_uri", |m| &mut m.alternative_login_uri),
            ("backchannel_logout_uri", |m| &mut m.backchannel_logout_uri),
            ("frontchannel_logout_uri", |m| &mut m.frontchannel_logout_uri),
        ];
        for (name, member) in members {
            assert_eq!(field(|m| *member(m) = Some("https://a.example/x".into())), "", "{name}");
            for bad in [
                "http://a.example/x",
                "javascript:x",
                "/x",
                "https://",
                "https://u:p@a.example/",
                "https://a.example/\n",
            ] {
                assert_eq!(field(|m| *member(m) = Some(bad.into())), name, "{bad}");
            }
            // On the developer's own machine the sandbox takes http too, except where the specification names the scheme.
            let mut here = ClientMetadata { redirect_uris: vec!["http://localhost:3000/cb".into()], ..metadata() };
            *member(&mut here) = Some("http://localhost:3000/x".into());
            let taken = check(&here, Environment::Sandbox).is_ok();
            assert_eq!(taken, !["sector_identifier_uri", "initiate_login_uri"].contains(&name), "{name}");
        }
    }

    /// OpenID Connect Registration §2: a `request_uri` may hold a hash as its fragment.
    #[test]
    fn request_uris_may_have_a_fragment_and_are_few() {
        let uris = |count: usize| (0..count).map(|n| format!("https://a.example/{n}#hash")).collect::<Vec<_>>();
        assert_eq!(field(|m| m.request_uris = uris(20)), "");
        assert_eq!(field(|m| m.request_uris = uris(21)), "request_uris");
        assert_eq!(field(|m| m.request_uris = vec!["http://a.example/r".into()]), "request_uris");
    }

    /// OpenID Connect Front-Channel Logout §2: "The domain, port, and scheme of this URL MUST be the same as that of a
    /// registered Redirection URI value". RP-Initiated Logout §2.
    #[test]
    fn where_a_sign_out_goes_belongs_to_the_website() {
        for bad in ["https://b.example/out", "https://a.example:8443/out", "https://a.example/out#x"] {
            assert_eq!(field(|m| m.frontchannel_logout_uri = Some(bad.into())), "frontchannel_logout_uri", "{bad}");
        }
        assert_eq!(
            field(|m| m.backchannel_logout_uri = Some("https://b.example/o#x".into())),
            "backchannel_logout_uri"
        );
        assert_eq!(field(|m| m.backchannel_logout_uri = Some("https://b.example/o".into())), "");
        assert_eq!(field(|m| m.post_logout_redirect_uris = vec!["https://b.example/bye?x=1".into()]), "");
        for bad in ["https://a.example/#x", "http://a.example/", "app:/x"] {
            assert_eq!(field(|m| m.post_logout_redirect_uris = vec![bad.into()]), "post_logout_redirect_uris", "{bad}");
        }
        assert_eq!(
            field(|m| m.post_logout_redirect_uris = vec!["https://a.example/".into(); 51]),
            "post_logout_redirect_uris"
        );
    }

    /// What could not work at the first sign-in is refused at registration.
    #[test]
    fn an_algorithm_needs_a_key_that_fits() {
        let ed25519 =
            json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] });
        let jwks: JwkSet = serde_json::from_value(ed25519).unwrap();
        let uri = || Some("https://a.example/jwks".to_owned());
        let assertion = |m: &mut ClientMetadata| m.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        assert_eq!(field(assertion), "jwks");
        assert_eq!(field(|m| (assertion(m), m.jwks_uri = uri()).1), "");
        assert_eq!(field(|m| (assertion(m), m.jwks = Some(jwks.clone())).1), "");
        let only_es256 = |m: &mut ClientMetadata| {
            assertion(m);
            m.jwks = Some(jwks.clone());
            m.token_endpoint_auth_signing_alg = Some(AssertionAlg::Signature(SigningAlg::ES256));
        };
        assert_eq!(field(only_es256), "jwks");
        assert_eq!(field(|m| (m.jwks_uri = uri(), m.jwks = Some(jwks.clone())).1), "jwks_uri");

        assert_eq!(field(|m| m.require_signed_request_object = true), "require_signed_request_object");
        assert_eq!(field(|m| m.request_object_signing_alg = Some(SigningAlg::RS256)), "request_object_signing_alg");
        let other_key = |m: &mut ClientMetadata| {
            m.jwks = Some(jwks.clone());
            m.request_object_signing_alg = Some(SigningAlg::RS256);
        };
        assert_eq!(field(other_key), "request_object_signing_alg");

        let (alg, enc) = (Some(EncryptionAlg::EcdhEs), Some(ContentEncryption::A256GCM));
        assert_eq!(field(|m| m.id_token_encrypted_response_enc = enc), "id_token_encrypted_response_alg");
        assert_eq!(field(|m| m.userinfo_encrypted_response_enc = enc), "userinfo_encrypted_response_alg");
        assert_eq!(field(|m| m.introspection_encrypted_response_enc = enc), "introspection_encrypted_response_alg");
        assert_eq!(field(|m| m.request_object_encryption_enc = enc), "request_object_encryption_alg");
        assert_eq!(field(|m| m.id_token_encrypted_response_alg = alg), "id_token_encrypted_response_alg");
        assert_eq!(field(|m| m.userinfo_encrypted_response_alg = alg), "userinfo_encrypted_response_alg");
        assert_eq!(field(|m| m.introspection_encrypted_response_alg = alg), "introspection_encrypted_response_alg");
        let by_uri = |m: &mut ClientMetadata| (m.id_token_encrypted_response_alg = alg, m.jwks_uri = uri()).1;
        assert_eq!(field(by_uri), "id_token_encrypted_response_enc");
        assert_eq!(field(|m| (by_uri(m), m.id_token_encrypted_response_enc = enc).1), "");
        let by_value = |m: &mut ClientMetadata| {
            m.jwks = Some(jwks.clone());
            m.userinfo_encrypted_response_alg = alg;
            m.userinfo_encrypted_response_enc = enc;
        };
        assert_eq!(field(by_value), "jwks", "it has no key of the type");
    }

    /// OpenID Connect Registration §2, jwks_uri: "The jwks_uri and jwks parameters MUST NOT be used together."
    #[test]
    fn keys_are_registered_by_value_or_by_reference() {
        let rsa = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let jwks = json!({ "keys": [{ "kty": "RSA", "n": rsa, "e": "AQAB" }] });
        let jwks: JwkSet = serde_json::from_value(jwks).unwrap();
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
        let unnamed = ClientMetadata { client_name: String::new(), ..metadata() };
        let unnamed = check(&unnamed, Environment::Production).unwrap_err();
        assert_eq!(unnamed.refusal().error, OAuthError::InvalidClientMetadata);
    }
}
