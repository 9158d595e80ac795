//! Why the token endpoint refuses. RFC 6749 §5.2.

use crate::client::{ClientAuthError, NoRecipient};
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
    #[error(transparent)]
    Client(#[from] ClientAuthError),
    #[error(transparent)]
    Redeem(#[from] RedeemError),
    #[error(transparent)]
    Recipient(#[from] NoRecipient),
    #[error("the storage is unavailable")]
    Unavailable,
    #[error("a key is unavailable")]
    Keys,
}

impl From<&TokenError> for OAuthError {
    fn from(error: &TokenError) -> Self {
        match error {
            TokenError::Params(_)
            | TokenError::ContentType(_)
            | TokenError::GrantTypeMissing
            | TokenError::CodeMissing => Self::InvalidRequest,
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
            Self::ContentType(kind) => say("body.content_type")
                .received(if kind.is_empty() { "no Content-Type" } else { kind })
                .expected("application/x-www-form-urlencoded (RFC 6749 §4.1.3)")
                .fix("send the parameters as a form, not as JSON or in the query"),
            Self::GrantTypeMissing => say("grant_type.missing")
                .received("no grant_type")
                .expected("grant_type=authorization_code (RFC 6749 §4.1.3)")
                .fix("send grant_type in the form"),
            Self::GrantType(value) => say("grant_type.not_supported")
                .received(value)
                .expected("authorization_code; the password grant is not served (RFC 9700 §2.4)")
                .fix("use the authorization code flow with PKCE"),
            Self::CodeMissing => say("code.missing")
                .received("no code")
                .expected("the code parameter of the redirect (RFC 6749 §4.1.3)")
                .fix("send the code"),
            Self::Unavailable => say("server.unavailable")
                .expected("a moment of patience")
                .fix("try again in a few seconds; nothing was lost"),
            Self::Keys => say("server.keys").expected("a working key service").fix("tell the operator the trace id"),
        }
    }
}
