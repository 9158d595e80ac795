//! Why the token endpoint refuses. RFC 6749 §5.2.

use super::RefreshError;
use crate::client::{ClientAuthError, NoRecipient, ResourceError};
use crate::code::RedeemError;
use crate::spec::{OAuthError, ParamError, Refusal, Refuse};

/// The precise cause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error(transparent)]
    Params(#[from] ParamError),
    #[error("the body is {0}")]
    ContentType(String),
    #[error("grant_type is missing")]
    GrantTypeMissing,
    #[error("grant_type {0} is not supported")]
    GrantType(String),
    #[error("code is missing")]
    CodeMissing,
    #[error("refresh_token is missing")]
    RefreshTokenMissing,
    #[error("token is missing")]
    TokenMissing,
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    #[error(transparent)]
    Resource(#[from] ResourceError),
    #[error("a public client asks about a token")]
    PublicClient,
    #[error(transparent)]
    Client(#[from] ClientAuthError),
    #[error(transparent)]
    Redeem(#[from] RedeemError),
    #[error(transparent)]
    Recipient(#[from] NoRecipient),
    #[error("the storage or the key service is unavailable")]
    Unavailable,
    #[error("a signing key is missing or fails")]
    Keys,
}

impl From<&TokenError> for OAuthError {
    fn from(error: &TokenError) -> Self {
        match error {
            TokenError::Params(error) => Self::from(error),
            TokenError::ContentType(_)
            | TokenError::GrantTypeMissing
            | TokenError::CodeMissing
            | TokenError::RefreshTokenMissing
            | TokenError::TokenMissing => Self::InvalidRequest,
            TokenError::PublicClient => Self::InvalidClient,
            TokenError::Refresh(error) => Self::from(error),
            TokenError::Resource(error) => Self::from(error),
            TokenError::GrantType(_) => Self::UnsupportedGrantType,
            TokenError::Client(error) => Self::from(error),
            TokenError::Redeem(error) => Self::from(error),
            TokenError::Recipient(error) => Self::from(error),
            TokenError::Unavailable => Self::TemporarilyUnavailable,
            TokenError::Keys => Self::ServerError,
        }
    }
}

impl Refuse for TokenError {
    fn refusal(&self) -> Refusal {
        let say = |code| Refusal::new(OAuthError::from(self), code);
        match self {
            Self::Params(error) => error.refusal(),
            Self::Client(error) => error.refusal(),
            Self::Redeem(error) => error.refusal(),
            Self::Recipient(error) => error.refusal(),
            Self::Refresh(error) => error.refusal(),
            Self::Resource(error) => error.refusal(),
            Self::ContentType(kind) => say("body.content_type")
                .received(if kind.is_empty() { "no Content-Type" } else { kind })
                .expected("application/x-www-form-urlencoded (RFC 6749 §4.1.3)")
                .fix("send the parameters as a form, not as JSON or in the query"),
            Self::GrantTypeMissing => say("grant_type.missing")
                .received("no grant_type")
                .expected("grant_type=authorization_code or refresh_token (RFC 6749 §4.1.3, §6)")
                .fix("send grant_type in the form"),
            Self::GrantType(value) => say("grant_type.not_supported")
                .received(value)
                .expected("authorization_code or refresh_token; the password grant is not served (RFC 9700 §2.4)")
                .fix("use the authorization code flow with PKCE"),
            Self::CodeMissing => say("code.missing")
                .received("no code")
                .expected("the code parameter of the redirect (RFC 6749 §4.1.3)")
                .fix("send the code"),
            Self::RefreshTokenMissing => say("refresh_token.missing")
                .received("no refresh_token")
                .expected("the refresh_token of the last token response (RFC 6749 §6)")
                .fix("send refresh_token in the form"),
            Self::TokenMissing => say("token.missing")
                .received("no token")
                .expected("the token that the request is about (RFC 7009 §2.1, RFC 7662 §2.1)")
                .fix("send token in the form"),
            Self::PublicClient => say("client.public")
                .received("a client that authenticates by nothing")
                .expected("a client with credentials of its own (RFC 7662 §2.1: to prevent token scanning attacks)")
                .fix("ask from the website's server, with its credentials"),
            Self::Unavailable => say("server.unavailable")
                .expected("a moment of patience")
                .fix("try again in a few seconds; nothing was lost"),
            Self::Keys => say("server.keys").expected("a working signing key").fix("tell the operator the trace id"),
        }
    }
}
