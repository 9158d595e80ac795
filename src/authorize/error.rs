//! Why an authorization request is refused, and by which of the two ways the website hears of it.

use super::{ClaimsError, PromptError, ReplyTo, RequestObjectError, RequestUriError};
use crate::client::{RedirectError, ResourceError};
use crate::spec::{OAuthError, ParamError, Refusal, Refuse, limits};

/// The precise cause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeError {
    #[error(transparent)]
    Params(#[from] ParamError),
    #[error("client_id is missing")]
    ClientIdMissing,
    #[error("client_id is unknown")]
    ClientUnknown(String),
    #[error("redirect_uri is missing")]
    RedirectUriMissing,
    #[error(transparent)]
    RedirectUri(#[from] RedirectError),
    #[error(transparent)]
    RequestObject(#[from] RequestObjectError),
    #[error(transparent)]
    RequestUri(#[from] RequestUriError),
    #[error("this client signs its requests, and this one is plain")]
    ObjectRequired,
    #[error("this client pushes its requests, and this one was not pushed")]
    PushRequired,
    #[error("parameter registration is not supported")]
    Registration,
    #[error("response_type is missing")]
    ResponseTypeMissing,
    #[error("response_type {0} is not supported")]
    ResponseType(String),
    #[error("response_mode {0} is not supported")]
    ResponseMode(String),
    #[error("scope lacks openid")]
    ScopeWithoutOpenid(String),
    #[error(transparent)]
    Resource(#[from] ResourceError),
    #[error("nonce is missing although this client sends no code_challenge")]
    NonceMissing,
    #[error("code_challenge is missing")]
    ChallengeMissing,
    #[error("code_challenge_method is {0}")]
    ChallengeMethod(String),
    #[error("code_challenge is malformed")]
    ChallengeMalformed(usize),
    #[error(transparent)]
    Prompt(#[from] PromptError),
    #[error("max_age is {0}")]
    MaxAge(String),
    #[error(transparent)]
    Claims(#[from] ClaimsError),
    #[error("id_token_hint is not an ID token of ours for this client")]
    IdTokenHint,
    #[error("a sign-in is needed and prompt=none forbids it")]
    LoginRequired(&'static str),
    #[error("consent is needed and prompt=none forbids it")]
    ConsentRequired,
    #[error("no level that was asked for as essential can be reached")]
    UnmetLevel(String),
    #[error("the person declined")]
    Declined,
    #[error("the storage is unavailable")]
    Unavailable,
}

/// A refusal and the way it travels: only a trusted redirect URI may carry one to the website.
#[derive(Debug)]
pub enum AuthorizeRefused {
    Page(AuthorizeError),
    Redirect { to: ReplyTo, error: AuthorizeError },
}

impl From<&AuthorizeError> for OAuthError {
    fn from(error: &AuthorizeError) -> Self {
        use AuthorizeError as E;
        match error {
            E::RequestObject(_) => Self::InvalidRequestObject,
            E::RequestUri(error) => Self::from(error),
            E::Registration => Self::RegistrationNotSupported,
            E::ResponseType(_) => Self::UnsupportedResponseType,
            E::ScopeWithoutOpenid(_) => Self::InvalidScope,
            E::LoginRequired(_) => Self::LoginRequired,
            E::ConsentRequired => Self::ConsentRequired,
            E::UnmetLevel(_) => Self::UnmetAuthenticationRequirements,
            E::Declined => Self::AccessDenied,
            E::Unavailable => Self::TemporarilyUnavailable,
            E::Params(error) => Self::from(error),
            E::Resource(error) => Self::from(error),
            E::ClientIdMissing
            | E::ClientUnknown(_)
            | E::RedirectUriMissing
            | E::RedirectUri(_)
            | E::ResponseTypeMissing
            | E::ResponseMode(_)
            | E::NonceMissing
            | E::ChallengeMissing
            | E::ChallengeMethod(_)
            | E::ChallengeMalformed(_)
            | E::Prompt(_)
            | E::MaxAge(_)
            | E::Claims(_)
            | E::ObjectRequired
            | E::PushRequired
            | E::IdTokenHint => Self::InvalidRequest,
        }
    }
}

impl Refuse for AuthorizeError {
    fn refusal(&self) -> Refusal {
        use AuthorizeError as E;
        let say = |code| Refusal::new(OAuthError::from(self), code);
        match self {
            E::Params(error) => error.refusal(),
            E::RedirectUri(error) => error.refusal(),
            E::Resource(error) => error.refusal(),
            E::ClientIdMissing => say("client_id.missing")
                .received("no client_id")
                .expected("the client_id of a registered website (RFC 6749 §4.1.1)")
                .fix("send the client_id you were given at registration"),
            E::ClientUnknown(id) => say("client_id.unknown")
                .received(id)
                .expected("the client_id of a registered website")
                .fix("check for a typing error, and that you use this provider's issuer: a sandbox client is unknown in production"),
            E::RedirectUriMissing => say("redirect_uri.missing")
                .received("no redirect_uri")
                .expected("one of your registered redirect URIs (OpenID Connect Core §3.1.2.1)")
                .fix("send redirect_uri in every request, even if only one is registered"),
            E::RequestObject(error) => error.refusal(),
            E::RequestUri(error) => error.refusal(),
            E::ObjectRequired => say("request.required")
                .received("plain parameters")
                .expected("a signed request object: the client registered require_signed_request_object (RFC 9101 §10.5)")
                .fix("send request or request_uri, or update the registration"),
            E::PushRequired => say("request_uri.push_required")
                .received("a request that was not pushed")
                .expected("the request_uri of a pushed request: the client registered require_pushed_authorization_requests (RFC 9126 §6)")
                .fix("send the parameters to pushed_authorization_request_endpoint first"),
            E::Registration => say("registration.not_supported")
                .received("a registration parameter")
                .expected("a registered client")
                .fix("register the client first"),
            E::ResponseTypeMissing => say("response_type.missing")
                .received("no response_type")
                .expected("response_type=code (RFC 6749 §3.1.1)")
                .fix("send response_type=code"),
            E::ResponseType(value) => say("response_type.not_supported")
                .received(value)
                .expected("response_type=code; implicit and hybrid are not served (RFC 9700 §2.1.2)")
                .fix("use the authorization code flow with PKCE"),
            E::ResponseMode(value) => say("response_mode.not_supported")
                .received(value)
                .expected("query or form_post; form_post at an https or loopback redirect_uri")
                .fix("drop the parameter, or send response_mode=form_post"),
            E::ScopeWithoutOpenid(value) => say("scope.openid_missing")
                .received(if value.is_empty() { "no scope" } else { value })
                .expected("a scope that contains openid (OpenID Connect Core §3.1.2.1)")
                .fix("send scope=openid"),
            E::NonceMissing => say("nonce.missing")
                .received("neither nonce nor code_challenge")
                .expected("a nonce from a client that sends no code_challenge (RFC 9700 §2.1.1)")
                .fix("send PKCE (best), or a fresh random nonce"),
            E::ChallengeMissing => say("code_challenge.missing")
                .received("no code_challenge")
                .expected("PKCE with method S256 (RFC 7636 §4.3, RFC 9700 §2.1.1)")
                .fix("switch PKCE on in your OAuth library"),
            E::ChallengeMethod(value) => say("code_challenge_method.not_supported")
                .received(if value.is_empty() { "no code_challenge_method, which means plain" } else { value })
                .expected("code_challenge_method=S256 (RFC 7636 §4.3)")
                .fix("send code_challenge_method=S256"),
            E::ChallengeMalformed(length) => say("code_challenge.malformed")
                .received(format!("{length} characters"))
                .expected("43 characters: base64url of a SHA-256 without padding (RFC 7636 §4.2)")
                .fix("send BASE64URL(SHA256(code_verifier)) without ="),
            E::Prompt(PromptError::Unknown(value)) => say("prompt.unknown")
                .received(value)
                .expected("none, login, consent or select_account (OpenID Connect Core §3.1.2.1)")
                .fix("send known values, separated by a space"),
            E::Prompt(PromptError::NoneWithOthers) => say("prompt.none_not_alone")
                .received("none together with another value")
                .expected("none alone (OpenID Connect Core §3.1.2.1)")
                .fix("send prompt=none, or the other values without it"),
            E::MaxAge(value) => say("max_age.malformed")
                .received(value)
                .expected("seconds, a whole number of 0 or more (OpenID Connect Core §3.1.2.1)")
                .fix("send for example max_age=600"),
            E::Claims(error) => say("claims.malformed")
                .received(error.to_string())
                .expected("a JSON object with the members id_token and userinfo (OpenID Connect Core §5.5)")
                .fix("send valid JSON, percent-encoded"),
            E::IdTokenHint => say("id_token_hint.not_ours")
                .received("an id_token_hint that this provider did not issue to this client")
                .expected("an ID token from an earlier sign-in at this website (OpenID Connect Core §3.1.2.1)")
                .fix("send the last ID token you received for this person, unaltered, or none"),
            E::LoginRequired(why) => say("login.required")
                .received("prompt=none")
                .expected(format!("a sign-in is needed: {why}"))
                .fix("send the request again without prompt=none"),
            E::ConsentRequired => say("consent.required")
                .received("prompt=none")
                .expected("consent is needed: the person has not agreed, or not to this, or is asked each time")
                .fix("send the request again without prompt=none"),
            E::UnmetLevel(wanted) => say("acr.unmet")
                .received(format!("essential acr {wanted}"))
                .expected("a level from acr_values_supported that the person can reach")
                .fix("ask for a level that discovery lists, or ask for it as voluntary"),
            E::Declined => say("access.declined")
                .expected("the person said no; that is their right")
                .fix("offer your other way in"),
            E::Unavailable => say("server.unavailable").expected("a moment of patience").fix("try again in a few seconds"),
        }
    }
}

impl AuthorizeError {
    /// `state` longer than may travel back.
    pub(super) fn state_too_long(bytes: usize) -> Self {
        ParamError::TooLong { name: "state".into(), bytes, limit: limits::STATE }.into()
    }
}
