//! Why a refresh token is refused. RFC 6749 §5.2, §6.

use crate::spec::{OAuthError, Refusal, Refuse, lifetime};

/// The precise cause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    #[error("not a refresh token of ours")]
    NotOurs,
    #[error("issued to another client")]
    OtherClient,
    #[error("the client has not registered grant_type refresh_token")]
    GrantTypeNotRegistered,
    #[error("scope {0} is not within what was granted")]
    Scope(String),
    #[error("an older token of its family")]
    Replayed,
    #[error("the family has ended")]
    Ended,
    #[error("not used for too long")]
    Idle,
    #[error("the sign-in behind the token has ended")]
    SignInEnded,
    #[error("the consent behind the token was withdrawn or has run out")]
    ConsentEnded,
}

impl From<&RefreshError> for OAuthError {
    fn from(error: &RefreshError) -> Self {
        match error {
            RefreshError::GrantTypeNotRegistered => Self::UnauthorizedClient,
            RefreshError::Scope(_) => Self::InvalidScope,
            RefreshError::NotOurs
            | RefreshError::OtherClient
            | RefreshError::Replayed
            | RefreshError::Ended
            | RefreshError::Idle
            | RefreshError::SignInEnded
            | RefreshError::ConsentEnded => Self::InvalidGrant,
        }
    }
}

impl Refuse for RefreshError {
    fn refusal(&self) -> Refusal {
        let say = |code| Refusal::new(OAuthError::from(self), code);
        match self {
            Self::NotOurs => say("refresh_token.not_ours")
                .received("a refresh token that this provider did not issue, or that was altered")
                .expected("the refresh_token of the last token response, unchanged")
                .fix("send the refresh token, not the access token, to the issuer that made it"),
            Self::OtherClient => say("refresh_token.other_client")
                .received("a token that was issued to another client_id")
                .expected("the client that it was issued to (RFC 6749 §6)")
                .fix("use the token with the client_id that received it"),
            Self::GrantTypeNotRegistered => say("refresh_token.grant_type")
                .received("grant_type refresh_token")
                .expected("refresh_token among the client's grant_types (RFC 7591 §2)")
                .fix("register the grant type: hufu client add --refresh"),
            Self::Scope(scope) => say("scope.not_granted")
                .received(scope)
                .expected("a part of the granted scope, or no scope (RFC 6749 §6)")
                .fix("leave scope out; for more, send a new authorization request"),
            Self::Replayed => say("refresh_token.replayed")
                .received("a refresh token that was used before")
                .expected(format!(
                    "the newest one; the one before for {} s (RFC 9700 §4.14.2); its whole family is now revoked",
                    lifetime::REFRESH_GRACE.as_secs()
                ))
                .fix("keep the refresh_token of every answer; start a new authorization request"),
            Self::Ended => say("refresh_token.revoked")
                .received("a refresh token that was revoked")
                .expected("a live token")
                .fix("start a new authorization request"),
            Self::Idle => say("refresh_token.idle")
                .received(format!("a token that was not used for {} days", lifetime::REFRESH_FAMILY.as_secs() / 86_400))
                .expected("a token in use")
                .fix("start a new authorization request"),
            Self::SignInEnded => say("refresh_token.sign_in_ended")
                .received("a token whose sign-in has ended")
                .expected("a person who is still signed in here; with offline_access, one who still may")
                .fix("start a new authorization request; ask for offline_access if you must renew without the person"),
            Self::ConsentEnded => say("refresh_token.consent_ended")
                .received("a token whose consent was withdrawn or has run out")
                .expected("a person who still agrees")
                .fix("start a new authorization request"),
        }
    }
}
