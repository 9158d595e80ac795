//! The login itself, as the library's manual tells it: leave with state, nonce and PKCE; come back; exchange; verify.
//!
//! The provider's discovery document and keys are read at every login. A busy website would keep them for as long as
//! `Cache-Control` says; this one would rather follow a key rotation at once.

use super::initiated::Initiated;
use super::visitor::{Guest, Pending};
use super::{Bank, Registration};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, CsrfToken, LanguageTag, LoginHint, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, ProviderMetadataWithLogout, TokenResponse, UserInfoClaims,
};
use serde::Deserialize;
use std::sync::PoisonError;
use time::OffsetDateTime;
use time::macros::format_description;
use url::Url;

/// What the provider sends back in the query (RFC 6749 §4.1.2, §4.1.2.1; RFC 9207).
#[derive(Deserialize)]
pub(super) struct Callback {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Why nobody is signed in.
pub(super) enum NotSignedIn {
    /// The person said no.
    Declined,
    Failed {
        error: String,
        description: String,
    },
}

impl NotSignedIn {
    pub(super) fn failed(error: &str, description: impl ToString) -> Self {
        Self::Failed { error: error.into(), description: description.to_string() }
    }
}

/// A library's error with all its causes, on one line.
fn why(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

impl Bank {
    /// 256 random bits as text.
    pub(super) fn random(&self) -> String {
        let mut bytes = [0; 32];
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        BASE64URL_NOPAD.encode(&bytes)
    }

    pub(super) async fn discover(&self) -> Result<ProviderMetadataWithLogout, NotSignedIn> {
        ProviderMetadataWithLogout::discover_async(self.registration.issuer.clone(), &self.http)
            .await
            .map_err(|error| NotSignedIn::failed("discovery_failed", why(&error)))
    }

    /// Where to send the browser, and what to remember until it comes back.
    pub(super) async fn leave(&self, lang: &str, asked: Initiated) -> Result<(Url, Pending), NotSignedIn> {
        let target = asked.target(&self.registration)?;
        let Registration { client_id, client_secret, redirect_uri, .. } = self.registration.clone();
        let client = CoreClient::from_provider_metadata(self.discover().await?, client_id, client_secret)
            .set_redirect_uri(redirect_uri);
        let (state, nonce) = (CsrfToken::new(self.random()), Nonce::new(self.random()));
        let verifier = PkceCodeVerifier::new(self.random());
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state.clone(), move || nonce.clone())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_ui_locale(LanguageTag::new(lang.into()));
        if let Some(hint) = asked.login_hint {
            request = request.set_login_hint(LoginHint::new(hint));
        }
        let (url, state, nonce) = request.url();
        Ok((url, Pending { state, nonce, verifier, target }))
    }

    /// Whom the provider brought back.
    pub(super) async fn come_back(&self, pending: Option<Pending>, said: Callback) -> Result<Guest, NotSignedIn> {
        let Some(pending) = pending else {
            return Err(NotSignedIn::failed("session_lost", "this browser did not start a sign-in here"));
        };
        // (1) state is ours (RFC 6749 §10.12). (2) iss, which every answer must carry, is the provider (RFC 9207 §2.4).
        if said.state.as_deref() != Some(pending.state.secret().as_str()) {
            return Err(NotSignedIn::failed("state_mismatch", "state is not the one that we sent"));
        }
        if said.iss.as_deref() != Some(self.registration.issuer.as_str()) {
            return Err(NotSignedIn::failed("issuer_mismatch", "iss is not the provider that we asked"));
        }
        // (3) An error ends it.
        match said.error.as_deref() {
            Some("access_denied") => return Err(NotSignedIn::Declined),
            Some(error) => return Err(NotSignedIn::failed(error, said.error_description.unwrap_or_default())),
            None => {}
        }
        let code = said.code.ok_or_else(|| NotSignedIn::failed("code_missing", "neither code nor error came back"))?;
        self.redeem(AuthorizationCode::new(code), pending).await
    }

    /// (4) code against tokens, (5) the ID token verified, (6) UserInfo of the same sub.
    async fn redeem(&self, code: AuthorizationCode, pending: Pending) -> Result<Guest, NotSignedIn> {
        let Registration { client_id, client_secret, redirect_uri, .. } = self.registration.clone();
        let client = CoreClient::from_provider_metadata(self.discover().await?, client_id, client_secret)
            .set_redirect_uri(redirect_uri);
        let tokens = client
            .exchange_code(code)
            .map_err(|error| NotSignedIn::failed("discovery_failed", why(&error)))?
            .set_pkce_verifier(pending.verifier)
            .request_async(&self.http)
            .await
            .map_err(|error| NotSignedIn::failed("token_refused", why(&error)))?;
        let id_token = tokens.id_token().ok_or_else(|| NotSignedIn::failed("id_token_missing", ""))?;
        let verifier = client.id_token_verifier();
        let claims = id_token
            .claims(&verifier, &pending.nonce)
            .map_err(|error| NotSignedIn::failed("id_token_invalid", why(&error)))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm =
                id_token.signing_alg().map_err(|error| NotSignedIn::failed("id_token_invalid", why(&error)))?;
            let key = id_token
                .signing_key(&verifier)
                .map_err(|error| NotSignedIn::failed("id_token_invalid", why(&error)))?;
            let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
                .map_err(|error| NotSignedIn::failed("id_token_invalid", why(&error)))?;
            if actual != *expected {
                return Err(NotSignedIn::failed("id_token_invalid", "at_hash is of another access token"));
            }
        }
        let _: UserInfoClaims<_, openidconnect::core::CoreGenderClaim> = client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .map_err(|error| NotSignedIn::failed("discovery_failed", why(&error)))?
            .request_async::<openidconnect::EmptyAdditionalClaims, _, _>(&self.http)
            .await
            .map_err(|error| NotSignedIn::failed("userinfo_refused", why(&error)))?;
        Ok(self.welcome(id_token, claims))
    }

    fn welcome(&self, id_token: &CoreIdToken, claims: &CoreIdTokenClaims) -> Guest {
        let at = claims.auth_time().unwrap_or_else(|| claims.issue_time()).timestamp();
        let written = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
        let amr: Vec<&str> = claims.auth_method_refs().into_iter().flatten().map(|method| method.as_str()).collect();
        Guest {
            issuer: claims.issuer().to_string(),
            sub: claims.subject().to_string(),
            acr: claims.auth_context_ref().map(|acr| acr.to_string()).unwrap_or_default(),
            amr: amr.join(" "),
            at: OffsetDateTime::from_unix_timestamp(at).ok().and_then(|at| at.format(written).ok()).unwrap_or_default(),
            csrf: self.random(),
            id_token: id_token.clone(),
            sid: session_named_in(&id_token.to_string()),
        }
    }
}

/// The session's name in an ID token that was verified; the library's type has no field for it.
fn session_named_in(id_token: &str) -> String {
    #[derive(Deserialize)]
    struct Claims {
        sid: Option<String>,
    }
    let payload = id_token.split('.').nth(1).and_then(|payload| BASE64URL_NOPAD.decode(payload.as_bytes()).ok());
    let claims: Option<Claims> = payload.and_then(|payload| serde_json::from_slice(&payload).ok());
    claims.and_then(|claims| claims.sid).unwrap_or_default()
}
