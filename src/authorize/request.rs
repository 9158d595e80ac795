//! The request itself.

use super::claims::ClaimsRequest;
use super::{
    AcrRequest, AuthTimeClaim, AuthorizeError, AuthorizeRefused, Prompt, Prompts, PushedUri, ReplyTo, ResponseMode,
};
use crate::client::{BareRequests, Client, GrantType, Pkce, TrustedRedirect};
use crate::spec::{ClientId, CodeChallenge, Nonce, ParamError, Params, ScopeValue, Scopes, limits};
use std::sync::Arc;
use std::time::Duration;

/// A request that passed every check that needs no person.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    pub client: Arc<Client>,
    pub redirect: TrustedRedirect,
    pub state: Option<String>,
    pub response_mode: ResponseMode,
    /// What is asked for and understood; `offline_access` only of a client that may refresh.
    pub scopes: Scopes,
    /// The resource that the access token is for (RFC 8707 §2.1); whether anybody answers for it is the store's to say.
    pub resource: Option<String>,
    pub nonce: Option<Nonce>,
    pub challenge: Option<CodeChallenge>,
    pub prompts: Prompts,
    pub max_age: Option<Duration>,
    pub acr: AcrRequest,
    pub auth_time: AuthTimeClaim,
    /// The only persons for whom a code may be issued; empty: anybody.
    pub sub: Vec<String>,
    pub id_token_hint: Option<String>,
    /// The pushed request that this is: the code takes it away.
    pub pushed: Option<PushedUri>,
    pub login_hint: Option<String>,
    pub ui_locales: Option<String>,
}

/// The client that the request names; the caller looks it up.
///
/// # Errors
/// A request that names none, or two. Always a page: there is nobody to redirect to.
pub fn client_id(params: &Params, problem: Option<&ParamError>) -> Result<ClientId, AuthorizeRefused> {
    // Only a problem with the two parameters that say where to redirect makes the answer a page; others wait.
    if let Some(error) = problem
        && error.spoils(&["client_id", "redirect_uri"])
    {
        return Err(AuthorizeRefused::Page(error.clone().into()));
    }
    match params.get("client_id") {
        Some(id) => Ok(ClientId::new(id.to_owned())),
        None => Err(AuthorizeRefused::Page(AuthorizeError::ClientIdMissing)),
    }
}

/// A refusal of what must be known before the request can be read: by redirect where the parameters outside name a trusted
/// redirect URI, else a page.
pub fn refuse_unread(params: &Params, client: &Client, error: AuthorizeError) -> AuthorizeRefused {
    match reply_to(params, client) {
        Ok(to) => AuthorizeRefused::Redirect { to, error },
        Err(_) => AuthorizeRefused::Page(error),
    }
}

fn reply_to(params: &Params, client: &Client) -> Result<ReplyTo, AuthorizeError> {
    let redirect = client.redirect_to(params.get("redirect_uri").ok_or(AuthorizeError::RedirectUriMissing)?)?;
    let state = params.get("state").filter(|state| state.len() <= limits::STATE).map(str::to_owned);
    // A mode that is not served cannot carry the refusal that says so.
    let mode = ResponseMode::parse(params.get("response_mode"), &redirect).unwrap_or_default();
    Ok(ReplyTo { redirect, state, mode })
}

impl AuthorizationRequest {
    /// Every check in the order of the specifications.
    ///
    /// # Errors
    /// As [`AuthorizeRefused`] says: a page until `redirect_uri` is trusted, a redirect after.
    pub fn parse(
        params: &Params,
        problem: Option<ParamError>,
        client: Arc<Client>,
        bare: BareRequests,
    ) -> Result<Self, AuthorizeRefused> {
        let to = reply_to(params, &client).map_err(AuthorizeRefused::Page)?;
        if let Some(error) = problem {
            return Err(AuthorizeRefused::Redirect { to, error: error.into() });
        }
        Self::after_redirect(params, client, to.clone(), bare).map_err(|error| AuthorizeRefused::Redirect { to, error })
    }

    fn after_redirect(
        params: &Params,
        client: Arc<Client>,
        to: ReplyTo,
        bare: BareRequests,
    ) -> Result<Self, AuthorizeError> {
        if let Some(long) = params.get("state").filter(|state| state.len() > limits::STATE) {
            return Err(AuthorizeError::state_too_long(long.len()));
        }
        let size = params.encode().len();
        if size > limits::REQUEST {
            return Err(ParamError::TooLarge(size).into());
        }
        check_unsupported(params)?;
        check_response_type(params)?;
        check_response_mode(params, &to.redirect)?;
        let scopes = check_scope(params, &client)?;
        let nonce = params.within("nonce", limits::NONCE)?.map(|nonce| Nonce::new(nonce.to_owned()));
        let challenge = check_challenge(params, &client, nonce.is_some() || bare == BareRequests::Accepted)?;
        let prompts = params.get("prompt").map(Prompts::parse).transpose()?.unwrap_or_default();
        let asked_max_age = params.get("max_age").map(parse_max_age).transpose()?;
        let claims = params.get("claims").map(ClaimsRequest::parse).transpose()?.unwrap_or_default();
        let max_age = asked_max_age.or(client.metadata.default_max_age.map(Duration::from_secs));
        let auth_time = if max_age.is_some() || client.metadata.require_auth_time {
            AuthTimeClaim::Requested
        } else {
            claims.auth_time
        };
        Ok(Self {
            acr: levels(params, claims.acr, &client),
            state: to.state,
            response_mode: to.mode,
            scopes,
            resource: params.get("resource").map(str::to_owned),
            nonce,
            challenge,
            prompts,
            max_age,
            auth_time,
            sub: claims.sub,
            id_token_hint: params.get("id_token_hint").map(str::to_owned),
            pushed: params.get("request_uri").and_then(PushedUri::parse),
            login_hint: params.get("login_hint").map(str::to_owned),
            ui_locales: params.get("ui_locales").map(str::to_owned),
            client,
            redirect: to.redirect,
        })
    }

    /// Whether the person may be shown nothing.
    pub fn silent(&self) -> bool {
        self.prompts.has(Prompt::None)
    }

    /// Where and how the website is answered.
    pub fn reply_to(&self) -> ReplyTo {
        ReplyTo { redirect: self.redirect.clone(), state: self.state.clone(), mode: self.response_mode }
    }

    /// This request refused, by redirect.
    pub fn refuse(&self, error: AuthorizeError) -> AuthorizeRefused {
        AuthorizeRefused::Redirect { to: self.reply_to(), error }
    }
}

/// OpenID Connect Core §3.1.2.6: what is not served has an error of its own.
fn check_unsupported(params: &Params) -> Result<(), AuthorizeError> {
    if params.get("registration").is_some() {
        return Err(AuthorizeError::Registration);
    }
    Ok(())
}

fn check_response_type(params: &Params) -> Result<(), AuthorizeError> {
    match params.get("response_type") {
        Some("code") => Ok(()),
        Some(other) => Err(AuthorizeError::ResponseType(other.to_owned())),
        None => Err(AuthorizeError::ResponseTypeMissing),
    }
}

fn check_response_mode(params: &Params, redirect: &TrustedRedirect) -> Result<(), AuthorizeError> {
    let sent = params.get("response_mode");
    match ResponseMode::parse(sent, redirect) {
        Some(_) => Ok(()),
        None => Err(AuthorizeError::ResponseMode(sent.unwrap_or_default().to_owned())),
    }
}

/// "OpenID Connect requests MUST contain the openid scope value"; values not understood are ignored (Core §3.1.2.1).
fn check_scope(params: &Params, client: &Client) -> Result<Scopes, AuthorizeError> {
    let scope = params.get("scope").unwrap_or_default();
    let scopes = Scopes::parse(scope);
    if !scopes.has(ScopeValue::Openid) {
        return Err(AuthorizeError::ScopeWithoutOpenid(scope.to_owned()));
    }
    let renews = client.metadata.grant_types.contains(&GrantType::RefreshToken);
    Ok(if renews { scopes } else { scopes.without(ScopeValue::OfflineAccess) })
}

/// RFC 7636 §4.3, with S256 as the only method; PROTOCOL 16 says who may go without.
fn check_challenge(params: &Params, client: &Client, protected: bool) -> Result<Option<CodeChallenge>, AuthorizeError> {
    let Some(challenge) = params.get("code_challenge") else {
        // A method without a challenge is a broken PKCE request, whoever sends it.
        return match client.metadata.require_pkce {
            _ if params.get("code_challenge_method").is_some() => Err(AuthorizeError::ChallengeMissing),
            Pkce::Required => Err(AuthorizeError::ChallengeMissing),
            Pkce::Optional if protected => Ok(None),
            Pkce::Optional => Err(AuthorizeError::NonceMissing),
        };
    };
    // "Defaults to "plain" if not present in the request" (RFC 7636 §4.3).
    match params.get("code_challenge_method") {
        Some("S256") => {}
        other => return Err(AuthorizeError::ChallengeMethod(other.unwrap_or_default().to_owned())),
    }
    CodeChallenge::parse(challenge).map(Some).ok_or(AuthorizeError::ChallengeMalformed(challenge.len()))
}

fn parse_max_age(text: &str) -> Result<Duration, AuthorizeError> {
    let digits = text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(seconds) if digits => Ok(Duration::from_secs(seconds)),
        _ => Err(AuthorizeError::MaxAge(text.to_owned())),
    }
}

/// The levels asked for. An essential claim beats `acr_values`, which beats the client's default (Core §5.5.1.1).
fn levels(params: &Params, claims: AcrRequest, client: &Client) -> AcrRequest {
    let essential = claims.essential;
    let voluntary = if !claims.voluntary.is_empty() {
        claims.voluntary
    } else if let Some(values) = params.get("acr_values") {
        values.split_ascii_whitespace().map(str::to_owned).collect()
    } else if essential.is_empty() {
        client.metadata.default_acr_values.clone()
    } else {
        Vec::new()
    };
    AcrRequest { essential, voluntary }
}
