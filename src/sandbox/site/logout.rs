//! Signing out, both ways: the website sends the person to the provider, and the provider tells the website. OpenID Connect
//! RP-Initiated Logout 1.0 §2; Back-Channel Logout 1.0 §2.6.

use super::Bank;
use super::visitor::Guest;
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::CoreJwsSigningAlgorithm;
use openidconnect::{JsonWebKey, JsonWebKeyId, LogoutRequest, PostLogoutRedirectUrl};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<JsonWebKeyId>,
    typ: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sid: String,
    events: Map<String, Value>,
    nonce: Option<Value>,
}

fn decoded<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).ok()?).ok()
}

impl Bank {
    /// Where to send a person who signs out of both; `None` when the provider cannot.
    pub(super) async fn sign_out_at_provider(&self, guest: &Guest) -> Option<Url> {
        let provider = self.discover().await.ok()?;
        let endpoint = provider.additional_metadata().end_session_endpoint.clone()?;
        let back = self.registration.redirect_uri.url().join("/bye").ok()?;
        let request = LogoutRequest::from(endpoint)
            .set_id_token_hint(&guest.id_token)
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::from_url(back));
        Some(request.http_get_url())
    }

    /// Ends the visits of a session that the provider says is over. The provider's clock is not ours to judge: a token that
    /// is shown again ends nothing that has not ended.
    ///
    /// # Errors
    /// What is wrong with the token, under the step of §2.6 that it fails.
    pub(super) async fn told_of_logout(&self, token: &str) -> Result<(), &'static str> {
        let (message, signature) = token.rsplit_once('.').ok_or("no JWT")?;
        let (header, payload) = message.split_once('.').ok_or("no JWT")?;
        let header: Header = decoded(header).ok_or("no JWT")?;
        // (1) not encrypted: we registered no encryption. (2), (3) signed as our ID tokens are, by a key of the provider.
        if header.alg != CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256 || header.crit.is_some() {
            return Err("alg");
        }
        if header.typ.as_deref() != Some("logout+jwt") {
            return Err("typ");
        }
        let provider = self.discover().await.map_err(|_| "the provider cannot be reached")?;
        let key = provider.jwks().keys().iter().find(|key| key.key_id() == header.kid.as_ref()).ok_or("kid")?;
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).map_err(|_| "signature")?;
        key.verify_signature(&header.alg, message.as_bytes(), &signature).map_err(|_| "signature")?;
        let claims: Claims = decoded(payload).ok_or("claims")?;
        // (4) iss and aud as in an ID token.
        if claims.iss != self.registration.issuer.as_str() || claims.aud != self.registration.client_id.as_str() {
            return Err("iss or aud");
        }
        // (5) sid names the session. (6) the event, an object. (7) no nonce: an ID token is no logout token.
        if !claims.events.get(EVENT).is_some_and(Value::is_object) || claims.nonce.is_some() {
            return Err("events");
        }
        self.visitors.end(&claims.sid);
        Ok(())
    }
}
