//! The discovery document. OpenID Connect Discovery 1.0 §3, RFC 8414 §2, RFC 9207 §3.
//!
//! Everything that is served is said here, and nothing else; a test walks every value.

use super::{IssuerUrl, Ladder, ScopeValue, claims_supported};
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthUrl, AuthenticationContextClass, JsonWebKeySetUrl, LanguageTag, OpPolicyUrl,
    OpTosUrl, ProviderMetadata, RegistrationUrl, ResponseTypes, Scope, ServiceDocUrl, TokenUrl, UserInfoUrl,
};
use serde::{Deserialize, Serialize};
use url::Url;

/// What the base documents do not name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Additional {
    /// RFC 8414 §2.
    pub code_challenge_methods_supported: Vec<String>,
    /// RFC 9207 §3.
    pub authorization_response_iss_parameter_supported: bool,
    /// RFC 8414 §2, RFC 7009.
    pub revocation_endpoint: String,
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// RFC 8414 §2, RFC 7662. Without `none`: a public client is told nothing.
    pub introspection_endpoint: String,
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// RFC 9701 §7.
    pub introspection_signing_alg_values_supported: Vec<String>,
    pub introspection_encryption_alg_values_supported: Vec<String>,
    pub introspection_encryption_enc_values_supported: Vec<String>,
    /// Initiating User Registration via OpenID Connect 1.0 §4 (the list of `prompt` values).
    pub prompt_values_supported: Vec<String>,
    /// RFC 9126 §5.
    pub pushed_authorization_request_endpoint: String,
    /// RP-Initiated Logout 1.0 §2.1.
    pub end_session_endpoint: String,
    /// Back-Channel Logout 1.0 §2.1.
    pub backchannel_logout_supported: bool,
    pub backchannel_logout_session_supported: bool,
    /// Front-Channel Logout 1.0 §3.
    pub frontchannel_logout_supported: bool,
    pub frontchannel_logout_session_supported: bool,
}

impl AdditionalProviderMetadata for Additional {}

/// The document's type.
pub type Metadata = ProviderMetadata<
    Additional,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Pages of the operator's own, where there are any.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub op_policy_uri: Option<Url>,
    pub op_tos_uri: Option<Url>,
    pub service_documentation: Option<Url>,
}

/// How clients authenticate; public ones by nothing, which stands last.
const AUTH_METHODS: &[&str] =
    &["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];
/// What client assertions may be signed with.
const AUTH_ALGS: &[&str] = &["RS256", "PS256", "ES256", "EdDSA", "HS256"];

/// What the document says of one issuer whose keys can sign with `algs`.
///
/// # Errors
/// An issuer that is no base for the endpoints' URLs.
pub fn metadata(
    issuer: &IssuerUrl,
    ladder: &Ladder,
    about: &About,
    algs: Vec<CoreJwsSigningAlgorithm>,
) -> Result<Metadata, url::ParseError> {
    use CoreJwsSigningAlgorithm as Alg;
    let at = |path: &str| format!("{}{path}", issuer.as_str().trim_end_matches('/'));
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let additional = Additional {
        code_challenge_methods_supported: texts(&["S256"]),
        authorization_response_iss_parameter_supported: true,
        revocation_endpoint: at("/revoke"),
        revocation_endpoint_auth_methods_supported: texts(AUTH_METHODS),
        revocation_endpoint_auth_signing_alg_values_supported: texts(AUTH_ALGS),
        introspection_endpoint: at("/introspect"),
        introspection_endpoint_auth_methods_supported: texts(&AUTH_METHODS[..AUTH_METHODS.len() - 1]),
        introspection_endpoint_auth_signing_alg_values_supported: texts(AUTH_ALGS),
        introspection_signing_alg_values_supported: wire_names(&algs),
        introspection_encryption_alg_values_supported: wire_names(&encryption_algs()),
        introspection_encryption_enc_values_supported: wire_names(&content_encryptions()),
        prompt_values_supported: texts(&["none", "login", "consent", "select_account"]),
        pushed_authorization_request_endpoint: at("/par"),
        end_session_endpoint: at("/logout"),
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        frontchannel_logout_supported: true,
        frontchannel_logout_session_supported: true,
    };
    let acrs = ladder.values().iter().map(|acr| AuthenticationContextClass::new(acr.wire().to_owned())).collect();
    let claims = claims_supported().into_iter().map(|name| CoreClaimName::new(name.to_owned())).collect();
    let userinfo_algs = algs.clone();
    let scopes = ScopeValue::ALL.iter().map(|scope| Scope::new(scope.wire().to_owned())).collect();
    let locales = ["zh-CN", "en"].map(|tag| LanguageTag::new(tag.to_owned())).to_vec();
    Ok(Metadata::new(
        issuer.clone(),
        AuthUrl::new(at("/authorize"))?,
        JsonWebKeySetUrl::new(at("/jwks"))?,
        vec![ResponseTypes::new(vec![CoreResponseType::Code])],
        vec![CoreSubjectIdentifierType::Pairwise],
        algs,
        additional,
    )
    .set_id_token_encryption_alg_values_supported(Some(encryption_algs()))
    .set_id_token_encryption_enc_values_supported(Some(content_encryptions()))
    .set_userinfo_signing_alg_values_supported(Some(userinfo_algs))
    .set_userinfo_encryption_alg_values_supported(Some(encryption_algs()))
    .set_userinfo_encryption_enc_values_supported(Some(content_encryptions()))
    .set_token_endpoint(Some(TokenUrl::new(at("/token"))?))
    .set_registration_endpoint(Some(RegistrationUrl::new(at("/register"))?))
    .set_userinfo_endpoint(Some(UserInfoUrl::new(at("/userinfo"))?))
    .set_scopes_supported(Some(scopes))
    .set_response_modes_supported(Some(vec![CoreResponseMode::Query, CoreResponseMode::FormPost]))
    .set_grant_types_supported(Some(vec![CoreGrantType::AuthorizationCode, CoreGrantType::RefreshToken]))
    .set_acr_values_supported(Some(acrs))
    .set_token_endpoint_auth_methods_supported(Some(vec![
        CoreClientAuthMethod::ClientSecretBasic,
        CoreClientAuthMethod::ClientSecretPost,
        CoreClientAuthMethod::ClientSecretJwt,
        CoreClientAuthMethod::PrivateKeyJwt,
        CoreClientAuthMethod::None,
    ]))
    .set_token_endpoint_auth_signing_alg_values_supported(Some(vec![
        Alg::RsaSsaPkcs1V15Sha256,
        Alg::RsaSsaPssSha256,
        Alg::EcdsaP256Sha256,
        Alg::EdDsa,
        Alg::HmacSha256,
    ]))
    .set_claim_types_supported(Some(vec![CoreClaimType::Normal]))
    .set_claims_supported(Some(claims))
    .set_ui_locales_supported(Some(locales))
    .set_op_policy_uri(about.op_policy_uri.clone().map(OpPolicyUrl::from_url))
    .set_op_tos_uri(about.op_tos_uri.clone().map(OpTosUrl::from_url))
    .set_service_documentation(about.service_documentation.clone().map(ServiceDocUrl::from_url))
    .set_claims_parameter_supported(Some(true))
    .set_request_parameter_supported(Some(true))
    .set_request_uri_parameter_supported(Some(true))
    .set_require_request_uri_registration(Some(true))
    .set_request_object_signing_alg_values_supported(Some(vec![
        Alg::RsaSsaPkcs1V15Sha256,
        Alg::RsaSsaPssSha256,
        Alg::EcdsaP256Sha256,
        Alg::EdDsa,
    ]))
    .set_request_object_encryption_alg_values_supported(Some(encryption_algs()))
    .set_request_object_encryption_enc_values_supported(Some(content_encryptions())))
}

/// The values as other documents than OpenID Connect's list them.
fn wire_names<T: Serialize>(values: &[T]) -> Vec<String> {
    let name = |value: &T| Some(serde_json::to_value(value).ok()?.as_str()?.to_owned());
    values.iter().filter_map(name).collect()
}

/// How websites may have responses encrypted to them, and may encrypt to us (RFC 7518 §4.1).
fn encryption_algs() -> Vec<CoreJweKeyManagementAlgorithm> {
    vec![CoreJweKeyManagementAlgorithm::RsaOaepSha256, CoreJweKeyManagementAlgorithm::EcdhEs]
}

/// And their content (RFC 7518 §5.1).
fn content_encryptions() -> Vec<CoreJweContentEncryptionAlgorithm> {
    vec![CoreJweContentEncryptionAlgorithm::Aes128Gcm, CoreJweContentEncryptionAlgorithm::Aes256Gcm]
}
