//! The token request, parsed at the door into one variant per grant. RFC 6749 §4.1.3, §6.

use super::TokenError;
use crate::spec::{CodeVerifier, Params};

/// A request at the token endpoint.
#[derive(Debug)]
pub enum TokenRequest {
    AuthorizationCode(AuthorizationCodeRequest),
    RefreshToken(RefreshRequest),
}

/// `grant_type=authorization_code`.
#[derive(Debug)]
pub struct AuthorizationCodeRequest {
    pub code: String,
    pub redirect_uri: Option<String>,
    pub code_verifier: Option<CodeVerifier>,
    pub resource: Option<String>,
}

/// `grant_type=refresh_token`.
#[derive(Debug)]
pub struct RefreshRequest {
    pub refresh_token: String,
    pub scope: Option<String>,
    pub resource: Option<String>,
}

impl TokenRequest {
    /// # Errors
    /// A missing or unknown `grant_type`, a missing `code` or `refresh_token`.
    pub fn parse(params: &Params) -> Result<Self, TokenError> {
        match params.get("grant_type") {
            None => Err(TokenError::GrantTypeMissing),
            Some("authorization_code") => Ok(Self::AuthorizationCode(AuthorizationCodeRequest {
                code: params.get("code").ok_or(TokenError::CodeMissing)?.to_owned(),
                redirect_uri: params.get("redirect_uri").map(str::to_owned),
                code_verifier: params.get("code_verifier").map(CodeVerifier::new),
                resource: params.get("resource").map(str::to_owned),
            })),
            Some("refresh_token") => Ok(Self::RefreshToken(RefreshRequest {
                refresh_token: params.get("refresh_token").ok_or(TokenError::RefreshTokenMissing)?.to_owned(),
                scope: params.get("scope").map(str::to_owned),
                resource: params.get("resource").map(str::to_owned),
            })),
            Some(other) => Err(TokenError::GrantType(other.to_owned())),
        }
    }
}
