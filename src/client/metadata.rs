//! What a client registers, in the specifications' spelling and as it is stored. RFC 7591 §2; OpenID Connect Registration §2.

use crate::keys::{ContentEncryption, EncryptionAlg, JwkSet, MacAlg, SigningAlg};
use serde::{Deserialize, Serialize};

/// Whom the server serves: the sandbox forgives plain http on localhost and a missing way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    Sandbox,
    Production,
}

/// How a client proves who it is at the token endpoint (OpenID Connect Core §9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    #[default]
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJwt,
    PrivateKeyJwt,
    /// A public client: it has nothing that only it knows.
    None,
}

impl AuthMethod {
    pub const ALL: &[Self] =
        &[Self::ClientSecretBasic, Self::ClientSecretPost, Self::ClientSecretJwt, Self::PrivateKeyJwt, Self::None];

    pub const fn wire(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }

    /// Whether a client of this method is given a secret.
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }
}

/// Where the client runs (OpenID Connect Registration §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    #[default]
    Web,
    Native,
}

/// Whether a request must carry a `code_challenge`; one that was sent is enforced either way (PROTOCOL 16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum Pkce {
    #[default]
    Required,
    Optional,
}

impl From<bool> for Pkce {
    fn from(require_pkce: bool) -> Self {
        if require_pkce { Self::Required } else { Self::Optional }
    }
}

impl From<Pkce> for bool {
    fn from(pkce: Pkce) -> Self {
        pkce == Pkce::Required
    }
}

/// Whether a confidential client may send neither `code_challenge` nor `nonce`, and is registered so by default: only in
/// the sandbox of a conformance run, because the official Basic plan sends neither (PROTOCOL 16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BareRequests {
    #[default]
    Refused,
    Accepted,
}

/// Which audiences and algorithms a client assertion may have (PROTOCOL 19).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssertionProfile {
    /// The issuer, the token endpoint or the endpoint called, as the single audience.
    #[default]
    Basic,
    /// The issuer as a string and no other (FAPI 2.0 Security Profile §5.3.2.1).
    Fapi2,
}

/// What a client signs its assertions with. A secret and a key pair never share an algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AssertionAlg {
    /// `private_key_jwt`.
    Signature(SigningAlg),
    /// `client_secret_jwt`.
    Mac(MacAlg),
}

impl AssertionAlg {
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Signature(alg) => alg.wire(),
            Self::Mac(alg) => alg.wire(),
        }
    }
}

/// What a client may ask the token endpoint for (RFC 7591 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    AuthorizationCode,
    RefreshToken,
}

impl GrantType {
    pub const ALL: &[Self] = &[Self::AuthorizationCode, Self::RefreshToken];

    pub const fn wire(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }
}

/// A client's metadata. Members that we do not know are ignored (RFC 7591 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientMetadata {
    pub client_name: String,
    #[serde(rename = "client_name#zh", skip_serializing_if = "Option::is_none")]
    pub client_name_zh: Option<String>,
    pub redirect_uris: Vec<String>,
    pub application_type: ApplicationType,
    pub grant_types: Vec<GrantType>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    pub token_endpoint_auth_method: AuthMethod,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<AssertionAlg>,
    /// Ours: the profile of `private_key_jwt`.
    #[serde(skip_serializing_if = "is_default")]
    pub assertion_profile: AssertionProfile,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<JwkSet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// RS256 when left out, as the specification says; ES256 costs everybody less.
    pub id_token_signed_response_alg: SigningAlg,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<EncryptionAlg>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_enc: Option<ContentEncryption>,
    /// Plain JSON when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<SigningAlg>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_alg: Option<EncryptionAlg>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_enc: Option<ContentEncryption>,
    /// RFC 9701 §6; RS256 when a JWT is asked for and this is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<SigningAlg>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_encrypted_response_alg: Option<EncryptionAlg>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_encrypted_response_enc: Option<ContentEncryption>,
    /// Any that discovery lists when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<SigningAlg>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_encryption_alg: Option<EncryptionAlg>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_encryption_enc: Option<ContentEncryption>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// RFC 9101 §10.5.
    #[serde(skip_serializing_if = "is_default")]
    pub require_signed_request_object: bool,
    /// RFC 9126 §6.
    #[serde(skip_serializing_if = "is_default")]
    pub require_pushed_authorization_requests: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    #[serde(skip_serializing_if = "is_default")]
    pub require_auth_time: bool,
    /// Ours: `false` only for confidential clients.
    pub require_pkce: Pkce,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub backchannel_logout_session_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub frontchannel_logout_session_required: bool,
    /// Ours: the resource indicators (RFC 8707) that this client answers for, each an https URL of its own sector's host.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Ours: where a person who cannot or will not use Hufu signs in to this website.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternative_login_uri: Option<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl ClientMetadata {
    /// Where a person goes back to when a login cannot go on: the website's own page, else its other way in.
    pub fn way_back(&self) -> Option<&str> {
        self.client_uri.as_deref().or(self.alternative_login_uri.as_deref())
    }
}

impl Default for ClientMetadata {
    fn default() -> Self {
        Self {
            client_name: String::new(),
            client_name_zh: None,
            redirect_uris: Vec::new(),
            application_type: ApplicationType::default(),
            grant_types: vec![GrantType::AuthorizationCode],
            contacts: Vec::new(),
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            sector_identifier_uri: None,
            token_endpoint_auth_method: AuthMethod::default(),
            token_endpoint_auth_signing_alg: None,
            assertion_profile: AssertionProfile::default(),
            jwks: None,
            jwks_uri: None,
            id_token_signed_response_alg: SigningAlg::RS256,
            id_token_encrypted_response_alg: None,
            id_token_encrypted_response_enc: None,
            userinfo_signed_response_alg: None,
            userinfo_encrypted_response_alg: None,
            userinfo_encrypted_response_enc: None,
            introspection_signed_response_alg: None,
            introspection_encrypted_response_alg: None,
            introspection_encrypted_response_enc: None,
            request_object_signing_alg: None,
            request_object_encryption_alg: None,
            request_object_encryption_enc: None,
            request_uris: Vec::new(),
            require_signed_request_object: false,
            require_pushed_authorization_requests: false,
            default_acr_values: Vec::new(),
            default_max_age: None,
            require_auth_time: false,
            require_pkce: Pkce::default(),
            initiate_login_uri: None,
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
            resources: Vec::new(),
            alternative_login_uri: None,
        }
    }
}

impl ClientMetadata {
    /// The client's name in that language (a BCP 47 tag), else the one without a language.
    pub fn name_in(&self, language: &str) -> &str {
        match &self.client_name_zh {
            Some(name) if language == "zh" || language.starts_with("zh-") => name,
            _ => &self.client_name,
        }
    }

    /// Whether the client is told when a session ends: then, and only then, its ID tokens name the session.
    pub const fn hears_of_logouts(&self) -> bool {
        self.backchannel_logout_uri.is_some() || self.frontchannel_logout_uri.is_some()
    }

    /// The algorithms that this client's assertions may be signed with, by its own keys.
    pub fn assertion_algs(&self) -> Vec<SigningAlg> {
        let allowed = |alg: &SigningAlg| {
            let by_client =
                self.token_endpoint_auth_signing_alg.is_none_or(|only| only == AssertionAlg::Signature(*alg));
            // FAPI 2.0 Security Profile §5.4.1 allows PS256, ES256 and EdDSA.
            by_client && (self.assertion_profile == AssertionProfile::Basic || *alg != SigningAlg::RS256)
        };
        SigningAlg::ALL.iter().copied().filter(allowed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// OpenID Connect Registration §2: the defaults of what is omitted.
    #[test]
    fn what_is_omitted_has_the_specified_default() {
        let metadata: ClientMetadata = serde_json::from_value(json!({ "client_name": "x", "new_member": 1 })).unwrap();
        assert_eq!(metadata.token_endpoint_auth_method, AuthMethod::ClientSecretBasic);
        assert_eq!(metadata.id_token_signed_response_alg, SigningAlg::RS256);
        assert_eq!(metadata.application_type, ApplicationType::Web);
        assert_eq!(metadata.require_pkce, Pkce::Required);
        let stored = serde_json::to_value(&metadata).unwrap();
        assert_eq!(stored["require_pkce"], json!(true));
        assert_eq!(serde_json::from_value::<ClientMetadata>(stored).unwrap(), metadata);
    }

    /// OpenID Connect Registration §2.1: a member with a language tag.
    #[test]
    fn a_name_is_shown_in_the_persons_language() {
        let metadata: ClientMetadata =
            serde_json::from_value(json!({ "client_name": "Blue Bank", "client_name#zh": "蓝色银行" })).unwrap();
        assert_eq!(metadata.name_in("zh-Hans"), "蓝色银行");
        assert_eq!(metadata.name_in("en"), "Blue Bank");
    }
}
