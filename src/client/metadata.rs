//! What a client registers, in the specifications' spelling and as it is stored. RFC 7591 §2; OpenID Connect Registration §2.

use crate::keys::{JwkSet, SigningAlg};
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
    PrivateKeyJwt,
    /// A public client: it has nothing that only it knows.
    None,
}

impl AuthMethod {
    pub const ALL: &[Self] = &[Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt, Self::None];

    pub const fn wire(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }

    /// Whether a client of this method is given a secret.
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
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

/// A client's metadata. Members that we do not know are ignored (RFC 7591 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientMetadata {
    pub client_name: String,
    #[serde(rename = "client_name#zh", skip_serializing_if = "Option::is_none")]
    pub client_name_zh: Option<String>,
    pub redirect_uris: Vec<String>,
    pub application_type: ApplicationType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    pub token_endpoint_auth_method: AuthMethod,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<SigningAlg>,
    /// Ours: the profile of `private_key_jwt`.
    #[serde(skip_serializing_if = "is_default")]
    pub assertion_profile: AssertionProfile,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<JwkSet>,
    /// RS256 when left out, as the specification says; ES256 costs everybody less.
    pub id_token_signed_response_alg: SigningAlg,
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
    /// Ours: where a person who cannot or will not use Hufu signs in to this website.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternative_login_uri: Option<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for ClientMetadata {
    fn default() -> Self {
        Self {
            client_name: String::new(),
            client_name_zh: None,
            redirect_uris: Vec::new(),
            application_type: ApplicationType::default(),
            sector_identifier_uri: None,
            token_endpoint_auth_method: AuthMethod::default(),
            token_endpoint_auth_signing_alg: None,
            assertion_profile: AssertionProfile::default(),
            jwks: None,
            id_token_signed_response_alg: SigningAlg::RS256,
            default_acr_values: Vec::new(),
            default_max_age: None,
            require_auth_time: false,
            require_pkce: Pkce::default(),
            initiate_login_uri: None,
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

    /// The algorithms that this client's assertions may be signed with.
    pub fn assertion_algs(&self) -> Vec<SigningAlg> {
        let allowed = |alg: &SigningAlg| {
            let by_client = self.token_endpoint_auth_signing_alg.is_none_or(|only| only == *alg);
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
