//! A website's wish to sign a person out: whose it is, and where the browser may go afterwards. OpenID Connect RP-Initiated
//! Logout 1.0 §2, §3.
//!
//! Strict: without an ID token of ours there is no way back, only a page; so nobody can use us to send people anywhere.
//! Knows no session but the names that it is compared with.

use crate::authorize::with_query;
use crate::client::Client;
use crate::keys::{IdTokenHint, JwtError, Sealable, Sub};
use crate::spec::{ClientId, OAuthError, ParamError, Params, Refusal, Refuse, Timestamp, lifetime, limits};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

/// What the request says, none of it believed yet.
#[derive(Debug, Default)]
pub struct LogoutRequest {
    pub id_token_hint: Option<String>,
    pub client_id: Option<ClientId>,
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
}

/// Why the browser is not sent back, or the request not heard at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoutRefused {
    #[error(transparent)]
    Param(#[from] ParamError),
    #[error("id_token_hint: {0}")]
    Hint(JwtError),
    #[error("id_token_hint was issued to {issued_to}, not to {client_id}")]
    OtherClient { issued_to: String, client_id: String },
    #[error("nobody is registered under the audience of id_token_hint")]
    ClientGone,
    #[error("post_logout_redirect_uri {received} is not registered")]
    RedirectUri { received: String, registered: Vec<String> },
    #[error("post_logout_redirect_uri without a usable id_token_hint")]
    NoHint,
}

impl From<&LogoutRefused> for OAuthError {
    fn from(refused: &LogoutRefused) -> Self {
        match refused {
            LogoutRefused::Param(_)
            | LogoutRefused::Hint(_)
            | LogoutRefused::OtherClient { .. }
            | LogoutRefused::ClientGone
            | LogoutRefused::RedirectUri { .. }
            | LogoutRefused::NoHint => Self::InvalidRequest,
        }
    }
}

impl Refuse for LogoutRefused {
    fn refusal(&self) -> Refusal {
        let refuse = |code| Refusal::new(self.into(), code);
        match self {
            Self::Param(problem) => problem.refusal(),
            Self::Hint(cause) => refuse("logout.id_token_hint")
                .received(cause.to_string())
                .expected("an ID token that we signed, expired or not (RP-Initiated Logout 1.0 §2)")
                .fix("send the ID token of the sign-in as it was received"),
            Self::OtherClient { issued_to, client_id } => refuse("logout.client_id")
                .received(format!("{client_id}, with an ID token of {issued_to}"))
                .expected("the client that the ID token was issued to (RP-Initiated Logout 1.0 §2)")
                .fix("leave client_id out, or send your own ID token"),
            Self::ClientGone => refuse("logout.client_gone")
                .expected("an id_token_hint of a client that is registered")
                .fix("register the website again"),
            Self::RedirectUri { received, registered } => refuse("logout.post_logout_redirect_uri")
                .received(received)
                .expected("one of post_logout_redirect_uris, character by character (RP-Initiated Logout 1.0 §3)")
                .fix("register this URI, or send one that is")
                .registered(registered.join(" ")),
            Self::NoHint => refuse("logout.no_id_token_hint")
                .received("post_logout_redirect_uri without a usable id_token_hint")
                .expected("the ID token of the sign-in as id_token_hint (RP-Initiated Logout 1.0 §3)")
                .fix("send id_token_hint; without it the person sees a page of ours and stays there"),
        }
    }
}

impl LogoutRequest {
    /// Reads a request. `logout_hint` has nothing to choose from: a browser has one session.
    ///
    /// # Errors
    /// A parameter twice or too long.
    pub fn read(params: &Params, problem: Option<ParamError>) -> Result<Self, LogoutRefused> {
        if let Some(problem) = problem {
            return Err(problem.into());
        }
        let text = |name: &str| params.get(name).map(str::to_owned);
        Ok(Self {
            id_token_hint: text("id_token_hint"),
            client_id: text("client_id").map(ClientId::new),
            post_logout_redirect_uri: text("post_logout_redirect_uri"),
            state: params.within("state", limits::STATE)?.map(str::to_owned),
        })
    }

    /// What is not heeded when there is no hint to believe: the wish to be sent back.
    pub fn unheeded(&self) -> Option<LogoutRefused> {
        self.post_logout_redirect_uri.as_ref().map(|_| LogoutRefused::NoHint)
    }

    /// The client that the hint was issued to: "the OP MUST verify that the Client Identifier matches the one used as the
    /// audience of the ID Token" (§2).
    ///
    /// # Errors
    /// [`LogoutRefused::OtherClient`].
    pub fn client(&self, hint: &IdTokenHint) -> Result<ClientId, LogoutRefused> {
        let [issued_to] = hint.audience() else { return Err(LogoutRefused::ClientGone) };
        match &self.client_id {
            Some(named) if named.as_str() != issued_to => {
                Err(LogoutRefused::OtherClient { issued_to: issued_to.clone(), client_id: named.to_string() })
            }
            _ => Ok(ClientId::new(issued_to.clone())),
        }
    }

    /// The way back to the client whose hint was verified: "MUST have been previously registered" (§3), exactly.
    ///
    /// # Errors
    /// [`LogoutRefused::RedirectUri`].
    pub fn way_back(&self, client: &Client, now: Timestamp) -> Result<Option<LogoutReturn>, LogoutRefused> {
        let Some(to) = &self.post_logout_redirect_uri else { return Ok(None) };
        let registered = &client.metadata.post_logout_redirect_uris;
        if !registered.contains(to) {
            return Err(LogoutRefused::RedirectUri { received: to.clone(), registered: registered.clone() });
        }
        Ok(Some(LogoutReturn {
            client_id: client.client_id.to_string(),
            to: to.clone(),
            state: self.state.clone(),
            until: now.plus(lifetime::INTERACTION),
        }))
    }
}

/// Whether the hint is about this very session at its website. The same person in another session is asked first.
pub fn means_session(hint: &IdTokenHint, sub: &Sub, sid: &str) -> bool {
    hint.is_about(sub) && hint.sid.as_deref().is_none_or(|named| named == sid)
}

/// Where the browser goes after signing out; sealed into the page that asks first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutReturn {
    client_id: String,
    to: String,
    state: Option<String>,
    until: Timestamp,
}

impl LogoutReturn {
    pub fn client_id(&self) -> ClientId {
        ClientId::new(self.client_id.clone())
    }

    /// Whether the page it was sealed into is not too old, and `client` still has the address.
    pub fn stands(&self, client: &Client, now: Timestamp) -> bool {
        now < self.until && client.metadata.post_logout_redirect_uris.contains(&self.to)
    }

    /// The address, without `state`.
    pub fn address(&self) -> &str {
        &self.to
    }

    /// The address with `state` as it was sent (§3).
    pub fn location(&self) -> String {
        let Some(state) = &self.state else { return self.to.clone() };
        let pair: String = form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
        with_query(&self.to, &pair)
    }
}

impl Sealable for LogoutReturn {
    const PURPOSE: &'static str = "logout-return";
    const CLASSES: &'static [usize] = &[512, 1024, 2048];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{ClientMetadata, Environment};

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_123);

    fn client() -> Client {
        let metadata = ClientMetadata {
            client_name: "Bank".into(),
            redirect_uris: vec!["https://a.example/cb".into()],
            post_logout_redirect_uris: vec!["https://a.example/out".into(), "https://a.example/bye?x=1".into()],
            ..ClientMetadata::default()
        };
        Client::register(ClientId::new("c".into()), metadata, Environment::Sandbox).expect("valid")
    }

    fn request(query: &str) -> Result<LogoutRequest, LogoutRefused> {
        let (params, problem) = Params::read(query.as_bytes());
        LogoutRequest::read(&params, problem)
    }

    fn way_back(query: &str) -> Result<Option<String>, LogoutRefused> {
        let back = request(query)?.way_back(&client(), NOW)?;
        Ok(back.map(|back| back.location()))
    }

    /// RP-Initiated Logout 1.0 §3: "the state parameter … MUST be passed back"; the registered query stays.
    #[test]
    fn the_way_back_carries_the_state_exactly_and_nothing_else() {
        let out = "post_logout_redirect_uri=https%3A%2F%2Fa.example%2Fout";
        assert_eq!(way_back(out), Ok(Some("https://a.example/out".into())));
        assert_eq!(
            way_back(&format!("{out}&state=a%20b%26%3D%2B~")),
            Ok(Some("https://a.example/out?state=a+b%26%3D%2B%7E".into()))
        );
        let bye = "post_logout_redirect_uri=https%3A%2F%2Fa.example%2Fbye%3Fx%3D1&state=s";
        assert_eq!(way_back(bye), Ok(Some("https://a.example/bye?x=1&state=s".into())));
        assert_eq!(way_back("state=s"), Ok(None));
    }

    #[test]
    fn an_address_that_differs_by_a_character_is_refused() {
        for uri in [
            "https://a.example/out/",
            "https://a.example/out?",
            "https://a.example/out?y=1",
            "https://A.example/out",
            "http://a.example/out",
            "https://b.example/out",
            "https://a.example:443/out",
            "javascript:alert(1)",
            "//a.example/out",
        ] {
            let query =
                form_urlencoded::Serializer::new(String::new()).append_pair("post_logout_redirect_uri", uri).finish();
            assert!(matches!(way_back(&query), Err(LogoutRefused::RedirectUri { .. })), "{uri}");
        }
    }

    #[test]
    fn a_parameter_twice_or_a_state_too_long_is_refused() {
        assert!(matches!(request("state=a&state=b"), Err(LogoutRefused::Param(ParamError::Duplicate(_)))));
        let long = format!("state={}", "x".repeat(limits::STATE + 1));
        assert!(matches!(request(&long), Err(LogoutRefused::Param(ParamError::TooLong { .. }))));
    }

    #[test]
    fn a_way_back_stands_for_as_long_as_a_page_and_while_it_is_registered() {
        let query = "post_logout_redirect_uri=https%3A%2F%2Fa.example%2Fout";
        let back =
            request(query).and_then(|request| request.way_back(&client(), NOW)).ok().flatten().expect("a way back");
        assert!(back.stands(&client(), NOW));
        assert!(!back.stands(&client(), NOW.plus(lifetime::INTERACTION)));
        let mut moved = client();
        moved.metadata.post_logout_redirect_uris.clear();
        assert!(!back.stands(&moved, NOW));
    }
}
