//! Reads a registration request: a JSON object, member by member, so that a refusal names the member and not a place in
//! the text. RFC 7591 §3.1; OpenID Connect Registration §3.1. Members that we do not know are ignored (RFC 7591 §2).

use super::{LONGEST_NAME, MetadataError};
use crate::client::metadata::{AuthMethod, BareRequests, ClientMetadata, Pkce};
use crate::keys::{ContentEncryption, EncryptionAlg, JwkSet, MacAlg, SigningAlg};
use crate::spec::{ClientId, ClientSecret};
use serde_json::{Map, Value};
use url::Url;

/// What a registration or an update asks for.
#[derive(Clone, Debug)]
pub struct RegistrationRequest {
    pub metadata: ClientMetadata,
    /// An update repeats them (RFC 7592 §2.2).
    pub client_id: Option<ClientId>,
    pub client_secret: Option<ClientSecret>,
}

/// What a member may hold.
enum Kind {
    Text,
    Texts,
    Flag,
    Seconds,
    Keys,
    OneOf(fn() -> Vec<&'static str>),
    SomeOf(fn() -> Vec<&'static str>),
    /// As [`Kind::OneOf`] and [`Kind::SomeOf`], where there is nothing to choose and so nothing to keep.
    Only(&'static str),
    AllOf(&'static str),
}

fn signing() -> Vec<&'static str> {
    SigningAlg::ALL.iter().map(|alg| alg.wire()).collect()
}

fn assertion() -> Vec<&'static str> {
    signing().into_iter().chain(MacAlg::ALL.iter().map(|alg| alg.wire())).collect()
}

fn encryption() -> Vec<&'static str> {
    EncryptionAlg::ALL.iter().map(|alg| alg.wire()).collect()
}

fn content() -> Vec<&'static str> {
    ContentEncryption::ALL.iter().map(|enc| enc.wire()).collect()
}

fn auth_methods() -> Vec<&'static str> {
    AuthMethod::ALL.iter().map(|method| method.wire()).collect()
}

/// Every member that is read. A test holds it against [`ClientMetadata`].
const MEMBERS: &[(&str, Kind)] = &[
    ("client_id", Kind::Text),
    ("client_secret", Kind::Text),
    ("subject_type", Kind::Only("pairwise")),
    ("response_types", Kind::AllOf("code")),
    ("client_name", Kind::Text),
    ("client_name#zh", Kind::Text),
    ("redirect_uris", Kind::Texts),
    ("application_type", Kind::OneOf(|| vec!["web", "native"])),
    ("grant_types", Kind::SomeOf(|| vec!["authorization_code", "refresh_token"])),
    ("contacts", Kind::Texts),
    ("client_uri", Kind::Text),
    ("logo_uri", Kind::Text),
    ("policy_uri", Kind::Text),
    ("tos_uri", Kind::Text),
    ("sector_identifier_uri", Kind::Text),
    ("token_endpoint_auth_method", Kind::OneOf(auth_methods)),
    ("token_endpoint_auth_signing_alg", Kind::OneOf(assertion)),
    ("assertion_profile", Kind::OneOf(|| vec!["basic", "fapi2"])),
    ("jwks", Kind::Keys),
    ("jwks_uri", Kind::Text),
    ("id_token_signed_response_alg", Kind::OneOf(signing)),
    ("id_token_encrypted_response_alg", Kind::OneOf(encryption)),
    ("id_token_encrypted_response_enc", Kind::OneOf(content)),
    ("userinfo_signed_response_alg", Kind::OneOf(signing)),
    ("userinfo_encrypted_response_alg", Kind::OneOf(encryption)),
    ("userinfo_encrypted_response_enc", Kind::OneOf(content)),
    ("introspection_signed_response_alg", Kind::OneOf(signing)),
    ("introspection_encrypted_response_alg", Kind::OneOf(encryption)),
    ("introspection_encrypted_response_enc", Kind::OneOf(content)),
    ("request_object_signing_alg", Kind::OneOf(signing)),
    ("request_object_encryption_alg", Kind::OneOf(encryption)),
    ("request_object_encryption_enc", Kind::OneOf(content)),
    ("request_uris", Kind::Texts),
    ("require_signed_request_object", Kind::Flag),
    ("require_pushed_authorization_requests", Kind::Flag),
    ("default_acr_values", Kind::Texts),
    ("default_max_age", Kind::Seconds),
    ("require_auth_time", Kind::Flag),
    ("require_pkce", Kind::Flag),
    ("initiate_login_uri", Kind::Text),
    ("post_logout_redirect_uris", Kind::Texts),
    ("backchannel_logout_uri", Kind::Text),
    ("backchannel_logout_session_required", Kind::Flag),
    ("frontchannel_logout_uri", Kind::Text),
    ("frontchannel_logout_session_required", Kind::Flag),
    ("resources", Kind::Texts),
    ("alternative_login_uri", Kind::Text),
];

impl RegistrationRequest {
    /// The names of all members that are read; any other is ignored.
    pub fn members() -> impl Iterator<Item = &'static str> {
        MEMBERS.iter().map(|(name, _)| *name)
    }

    /// Reads the body of a request. Whether the metadata keeps the rules is for [`crate::client::Client`] to say. Where bare
    /// requests are accepted, a confidential client need not promise PKCE unless it says so (PROTOCOL 16).
    ///
    /// # Errors
    /// No JSON object, or a member of the wrong kind.
    pub fn read(body: &[u8], bare: BareRequests) -> Result<Self, MetadataError> {
        let document = match serde_json::from_slice(body) {
            Ok(Value::Object(document)) => document,
            Ok(_) => return Err(MetadataError::Document("a JSON value that is no object".into())),
            Err(error) => return Err(MetadataError::Document(format!("no JSON, at column {}", error.column()))),
        };
        let mut read = known(document)?;
        let mut own = |name: &str| match read.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let (client_id, client_secret) = (own("client_id"), own("client_secret"));
        let silent = !read.contains_key("require_pkce");
        let metadata = serde_json::from_value(Value::Object(read));
        let mut metadata: ClientMetadata = metadata.map_err(|error| MetadataError::Document(error.to_string()))?;
        let confidential = metadata.token_endpoint_auth_method != AuthMethod::None;
        if bare == BareRequests::Accepted && silent && confidential {
            metadata.require_pkce = Pkce::Optional;
        }
        Ok(Self {
            metadata: named(metadata),
            client_id: client_id.map(ClientId::new),
            client_secret: client_secret.map(ClientSecret::new),
        })
    }
}

/// The members that we know, each of its kind. "Omitted, null or empty" is one (RFC 7592 §2.2).
fn known(document: Map<String, Value>) -> Result<Map<String, Value>, MetadataError> {
    let mut read = Map::new();
    for (name, value) in document {
        // One Chinese is kept, whichever script or region its tag adds (OpenID Connect Registration §2.1).
        let name = if name.starts_with("client_name#zh-") { "client_name#zh".to_owned() } else { name };
        let Some((name, kind)) = MEMBERS.iter().find(|(known, _)| *known == name) else { continue };
        let omitted = value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
        if !omitted && fits(name, kind, &value)? == Kept::Yes {
            read.insert((*name).to_owned(), value);
        }
    }
    Ok(read)
}

#[derive(PartialEq, Eq)]
enum Kept {
    Yes,
    Implied,
}

/// Holds one value against its member's kind.
fn fits(field: &'static str, kind: &Kind, value: &Value) -> Result<Kept, MetadataError> {
    let wrong = |rule| MetadataError::Field { field, received: value.to_string(), rule };
    let chosen = |value: &Value, allowed: Vec<&'static str>| match value.as_str() {
        Some(word) if allowed.contains(&word) => Ok(()),
        Some(word) => Err(MetadataError::NotOneOf { field, received: word.to_owned(), allowed }),
        None => Err(MetadataError::NotOneOf { field, received: value.to_string(), allowed }),
    };
    let each = |allowed: &dyn Fn() -> Vec<&'static str>| match value.as_array() {
        Some(values) => values.iter().try_for_each(|value| chosen(value, allowed())),
        None => Err(wrong("an array of strings")),
    };
    match kind {
        Kind::Text if !value.is_string() => Err(wrong("a string")),
        Kind::Flag if !value.is_boolean() => Err(wrong("true or false, without quotes")),
        Kind::Seconds if !value.is_u64() => Err(wrong("a whole number of seconds, without quotes")),
        Kind::Texts => match value.as_array() {
            Some(values) if values.iter().all(Value::is_string) => Ok(Kept::Yes),
            _ => Err(wrong("an array of strings")),
        },
        Kind::Keys => match JwkSet::try_from(value.clone()) {
            Ok(_) => Ok(Kept::Yes),
            Err(error) => Err(MetadataError::Keys(error)),
        },
        Kind::OneOf(allowed) => chosen(value, allowed()).map(|()| Kept::Yes),
        Kind::SomeOf(allowed) => each(allowed).map(|()| Kept::Yes),
        Kind::Only(only) => chosen(value, vec![only]).map(|()| Kept::Implied),
        Kind::AllOf(only) => each(&|| vec![*only]).map(|()| Kept::Implied),
        Kind::Text | Kind::Flag | Kind::Seconds => Ok(Kept::Yes),
    }
}

/// A client without a name goes by the host that people are sent back to, or by as much of it as a name may hold.
fn named(mut metadata: ClientMetadata) -> ClientMetadata {
    if metadata.client_name.is_empty() {
        let first = metadata.redirect_uris.first().map(String::as_str).unwrap_or_default();
        let host = Url::parse(first).ok().and_then(|url| url.host_str().map(str::to_owned));
        let derived = host.unwrap_or_else(|| first.split(':').next().unwrap_or_default().to_owned());
        metadata.client_name = derived.chars().take(LONGEST_NAME).collect();
    }
    metadata
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(document: Value) -> Result<ClientMetadata, MetadataError> {
        RegistrationRequest::read(document.to_string().as_bytes(), BareRequests::Refused)
            .map(|request| request.metadata)
    }

    /// Every field of the metadata can be registered, and nothing that has no field.
    #[test]
    fn every_member_of_the_metadata_is_read() {
        let full: ClientMetadata = serde_json::from_value(json!({
            "client_name": "x", "client_name#zh": "x", "redirect_uris": ["x"], "contacts": ["x"], "client_uri": "x",
            "logo_uri": "x", "policy_uri": "x", "tos_uri": "x", "sector_identifier_uri": "x",
            "token_endpoint_auth_signing_alg": "ES256", "assertion_profile": "fapi2", "jwks_uri": "x",
            "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] },
            "id_token_encrypted_response_alg": "ECDH-ES", "id_token_encrypted_response_enc": "A128GCM",
            "userinfo_signed_response_alg": "ES256", "userinfo_encrypted_response_alg": "ECDH-ES",
            "userinfo_encrypted_response_enc": "A128GCM", "introspection_signed_response_alg": "ES256",
            "introspection_encrypted_response_alg": "ECDH-ES", "introspection_encrypted_response_enc": "A128GCM",
            "request_object_signing_alg": "ES256", "request_object_encryption_alg": "ECDH-ES",
            "request_object_encryption_enc": "A128GCM", "request_uris": ["x"], "require_signed_request_object": true,
            "require_pushed_authorization_requests": true, "default_acr_values": ["x"], "default_max_age": 1,
            "require_auth_time": true, "initiate_login_uri": "x", "post_logout_redirect_uris": ["x"],
            "backchannel_logout_uri": "x", "backchannel_logout_session_required": true, "frontchannel_logout_uri": "x",
            "frontchannel_logout_session_required": true, "resources": ["x"], "alternative_login_uri": "x",
        }))
        .unwrap();
        let document = serde_json::to_value(&full).unwrap();
        let fields: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
        for field in &fields {
            assert!(MEMBERS.iter().any(|(name, _)| name == field), "{field} is not read");
        }
        let asked_only = ["client_id", "client_secret", "subject_type", "response_types"];
        for (name, _) in MEMBERS {
            assert!(fields.contains(name) || asked_only.contains(name), "{name} has no field");
        }
        assert_eq!(read(document).unwrap(), full);
    }

    #[test]
    fn a_member_of_the_wrong_kind_is_named() {
        for (member, value) in [
            ("client_name", json!(5)),
            ("redirect_uris", json!("https://a.example/cb")),
            ("redirect_uris", json!(["https://a.example/cb", 1])),
            ("require_pkce", json!("false")),
            ("default_max_age", json!("60")),
            ("default_max_age", json!(-1)),
            ("application_type", json!("browser")),
            ("token_endpoint_auth_method", json!("tls_client_auth")),
            ("token_endpoint_auth_method", json!({})),
            ("subject_type", json!("public")),
            ("response_types", json!(["code", "id_token"])),
            ("grant_types", json!(["implicit"])),
            ("id_token_signed_response_alg", json!("none")),
            ("userinfo_encrypted_response_alg", json!("RSA1_5")),
        ] {
            let error = read(json!({ "redirect_uris": ["https://a.example/cb"], member: value })).unwrap_err();
            assert!(error.to_string().contains(member), "{member}: {error}");
        }
        let secret = json!({ "jwks": { "keys": [{ "kty": "oct", "k": "AAAA" }] } });
        assert!(matches!(read(secret), Err(MetadataError::Keys(_))));
        for body in ["", "[]", "{", "null", "{\"client_name\":\"\\ud800\"}"] {
            assert!(
                matches!(
                    RegistrationRequest::read(body.as_bytes(), BareRequests::Refused),
                    Err(MetadataError::Document(_))
                ),
                "{body}"
            );
        }
    }

    /// RFC 7591 §2: "The authorization server MUST ignore any client metadata … that it does not understand".
    #[test]
    fn what_is_unknown_null_or_empty_is_as_if_omitted() {
        let document = json!({
            "redirect_uris": ["https://a.example/cb"], "client_name": "", "logo_uri": null, "contacts": [],
            "subject_type": "pairwise", "response_types": ["code"], "tls_client_auth_subject_dn": 5, "logo_uri#zh": 7,
        });
        let expected = ClientMetadata {
            client_name: "a.example".into(),
            redirect_uris: vec!["https://a.example/cb".into()],
            ..ClientMetadata::default()
        };
        assert_eq!(read(document).unwrap(), expected);
        assert_eq!(read(json!({ "client_name#zh-Hans": "蓝" })).unwrap().client_name_zh.as_deref(), Some("蓝"));
        assert_eq!(read(json!({ "redirect_uris": ["com.example.app:/cb"] })).unwrap().client_name, "com.example.app");
        let long = format!("https://{}.example/cb", vec!["a".repeat(60); 3].join("."));
        let derived = read(json!({ "redirect_uris": [long] })).unwrap().client_name;
        assert_eq!(derived, long["https://".len()..][..LONGEST_NAME], "cut, for nobody chose it");
    }

    /// PROTOCOL 16: "in `demo --conformance` it is the default for registered confidential clients".
    #[test]
    fn pkce_is_left_out_by_default_only_where_bare_requests_are_accepted() {
        let read = |document: Value, bare| {
            RegistrationRequest::read(document.to_string().as_bytes(), bare).unwrap().metadata.require_pkce
        };
        let uris = json!(["https://a.example/cb"]);
        let silent = json!({ "redirect_uris": uris });
        assert_eq!(read(silent.clone(), BareRequests::Refused), Pkce::Required);
        assert_eq!(read(silent, BareRequests::Accepted), Pkce::Optional);
        let says = json!({ "redirect_uris": uris, "require_pkce": true });
        assert_eq!(read(says, BareRequests::Accepted), Pkce::Required);
        let public = json!({ "redirect_uris": uris, "token_endpoint_auth_method": "none" });
        assert_eq!(read(public, BareRequests::Accepted), Pkce::Required);
    }
}
