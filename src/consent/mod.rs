//! Is consent needed, and why? The third question of the street, and the proof that it was given.
//!
//! OpenID Connect Core §3.1.2.4; RFC 8252 §8.6; PROTOCOL 7. Consent is keyed by (sub digest, client, what was shown).
//! Knows no page and no database.

use crate::authn::Authenticated;
use crate::authorize::{AuthorizationRequest, AuthorizeError, Prompt};
use crate::client::{Client, RedirectKind, Resource};
use crate::spec::{ScopeValue, Scopes, Sector, ShownDigest, TokenHash};

/// Whether the website may come back without the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// As long as the person is signed in with us.
    Online,
    /// "It may ask again without you being here, until you withdraw" (OpenID Connect Core §11).
    Offline,
}

impl Access {
    /// What this scope grants.
    pub fn of(scopes: &Scopes) -> Self {
        if scopes.has(ScopeValue::OfflineAccess) { Self::Offline } else { Self::Online }
    }
}

/// What the person is shown, beside "that you are a verified person; a code that only this website has".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub access: Access,
    /// The other website that is asked on the person's behalf, and so learns the same two things (PROTOCOL 8).
    pub elsewhere: Option<Sector>,
}

impl Shown {
    /// What this request shows. `offline_access` counts with `prompt=consent`, or where a website remembers that it was
    /// agreed to; else it is ignored (Core §11: "MUST ignore … unless").
    pub fn of(request: &AuthorizationRequest, resource: Option<&Resource>, memory: &Memory) -> Self {
        let online = Self::with(Access::Online, resource, &request.client);
        let offline = Self::with(Access::Offline, resource, &request.client);
        let remembered = request.redirect.kind() == RedirectKind::Web && memory.covers(&offline);
        let counts = request.prompts.has(Prompt::Consent) || remembered;
        if request.scopes.has(ScopeValue::OfflineAccess) && counts { offline } else { online }
    }

    /// What was shown where this scope was granted to `client` for that resource.
    pub fn when_granted(scopes: &Scopes, resource: Option<&Resource>, client: &Client) -> Self {
        Self::with(Access::of(scopes), resource, client)
    }

    fn with(access: Access, resource: Option<&Resource>, client: &Client) -> Self {
        let elsewhere = resource.filter(|resource| !resource.is_own_of(client));
        Self { access, elsewhere: elsewhere.map(|resource| resource.sector.clone()) }
    }

    /// All that this request may come to show.
    pub fn possible(request: &AuthorizationRequest, resource: Option<&Resource>) -> Vec<ShownDigest> {
        Self::of(request, resource, &Memory::default()).covering()
    }

    /// The agreements that this one is part of: whoever may come back without the person may come while they are here.
    pub fn covering(&self) -> Vec<ShownDigest> {
        let offline = Self { access: Access::Offline, ..self.clone() };
        match self.access {
            Access::Online => vec![self.digest(), offline.digest()],
            Access::Offline => vec![offline.digest()],
        }
    }

    /// The key under which the agreement is remembered. It changes whenever the words of the promise do.
    pub fn digest(&self) -> ShownDigest {
        let promise = match self.access {
            Access::Online => "hufu/shown/result-only/v1",
            Access::Offline => "hufu/shown/offline/v1",
        };
        let text = match &self.elsewhere {
            None => promise.to_owned(),
            Some(sector) => format!("{promise}\0{sector}"),
        };
        ShownDigest::from_bytes(*TokenHash::of(text.as_bytes()).as_bytes())
    }

    /// The scope that is granted with it.
    pub fn scopes(&self, asked: &Scopes) -> Scopes {
        match self.access {
            Access::Online => asked.clone().without(ScopeValue::OfflineAccess),
            Access::Offline => asked.clone(),
        }
    }
}

/// The agreements on record of this person with this website.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory(Vec<ShownDigest>);

impl Memory {
    pub fn of(given: Vec<ShownDigest>) -> Self {
        Self(given)
    }

    /// Whether this, or what it is part of, was agreed to.
    pub fn covers(&self, shown: &Shown) -> bool {
        shown.covering().iter().any(|digest| self.0.contains(digest))
    }
}

/// What the person answered on the page just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Decline,
}

/// Why the person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    NotYetAgreed,
    PromptConsent,
    /// Another app on the device could claim the same redirect (RFC 8252 §8.6).
    AppOnDevice,
}

/// The answer.
#[derive(Debug)]
pub enum Ask {
    Proceed(Consented),
    Consent(Why),
    Refuse(AuthorizeError),
}

/// Whether the agreement is to be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remember {
    Already,
    Now,
}

/// Proof that this person agreed to this. Only [`ask`] makes one.
#[derive(Clone, Debug)]
pub struct Consented {
    authenticated: Authenticated,
    shown: Shown,
    remember: Remember,
}

impl Consented {
    pub fn authenticated(&self) -> &Authenticated {
        &self.authenticated
    }

    /// What was agreed to.
    pub fn shown(&self) -> &Shown {
        &self.shown
    }

    pub fn remember(&self) -> Remember {
        self.remember
    }
}

pub fn ask(
    request: &AuthorizationRequest,
    authenticated: Authenticated,
    shown: Shown,
    memory: &Memory,
    decision: Option<Decision>,
) -> Ask {
    let remember = if memory.covers(&shown) { Remember::Already } else { Remember::Now };
    match (decision, reason(request, remember)) {
        (Some(Decision::Decline), _) => Ask::Refuse(AuthorizeError::Declined),
        (Some(Decision::Allow), _) | (None, None) => Ask::Proceed(Consented { authenticated, shown, remember }),
        (None, Some(_)) if request.silent() => Ask::Refuse(AuthorizeError::ConsentRequired),
        (None, Some(why)) => Ask::Consent(why),
    }
}

fn reason(request: &AuthorizationRequest, remember: Remember) -> Option<Why> {
    match request.redirect.kind() {
        RedirectKind::Loopback | RedirectKind::PrivateUse => return Some(Why::AppOnDevice),
        RedirectKind::Web => {}
    }
    if request.prompts.has(Prompt::Consent) {
        return Some(Why::PromptConsent);
    }
    (remember == Remember::Now).then_some(Why::NotYetAgreed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{BareRequests, ClientMetadata, Environment, GrantType};
    use crate::spec::{ClientId, Params};
    use std::sync::Arc;

    fn request(redirect_uri: &str, more: &str) -> AuthorizationRequest {
        let metadata = ClientMetadata {
            client_name: "c".into(),
            redirect_uris: vec!["https://a.example/cb".into(), "http://127.0.0.1/cb".into()],
            application_type: crate::client::ApplicationType::Native,
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            ..ClientMetadata::default()
        };
        let client = Client::register(ClientId::new("c".into()), metadata, Environment::Sandbox).unwrap();
        let query = format!(
            "client_id=c&redirect_uri={redirect_uri}&response_type=code&scope=openid%20offline_access\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256{more}"
        );
        let params = Params::parse(query.as_bytes()).unwrap();
        AuthorizationRequest::parse(&params, None, Arc::new(client), BareRequests::Refused).unwrap()
    }

    fn offline() -> Shown {
        Shown { access: Access::Offline, elsewhere: None }
    }

    /// OpenID Connect Core §11: "a prompt parameter value of consent MUST be used unless other conditions … are in place"
    /// and "MUST ignore the offline_access request unless".
    #[test]
    fn offline_access_needs_prompt_consent_or_a_websites_remembered_agreement() {
        let remembered = Memory::of(vec![offline().digest()]);
        let nothing = Memory::default();
        let access = |uri, more, memory| Shown::of(&request(uri, more), None, memory).access;
        assert_eq!(access("https://a.example/cb", "", &nothing), Access::Online);
        assert_eq!(access("https://a.example/cb", "&prompt=login", &nothing), Access::Online);
        assert_eq!(access("https://a.example/cb", "&prompt=consent", &nothing), Access::Offline);
        assert_eq!(access("https://a.example/cb", "", &remembered), Access::Offline);
        assert_eq!(access("http://127.0.0.1:5/cb", "", &remembered), Access::Online, "an app is asked each time");
        assert_eq!(access("http://127.0.0.1:5/cb", "&prompt=consent", &nothing), Access::Offline);
    }

    /// PROTOCOL 7: consent is keyed by what was shown.
    #[test]
    fn an_agreement_covers_what_is_part_of_it_and_nothing_more() {
        let online = Shown { access: Access::Online, elsewhere: None };
        let elsewhere = Shown { access: Access::Online, elsewhere: Some(Sector::of_host("b.example")) };
        assert!(Memory::of(vec![offline().digest()]).covers(&online));
        assert!(!Memory::of(vec![online.digest()]).covers(&offline()));
        assert!(!Memory::of(vec![online.digest(), offline().digest()]).covers(&elsewhere));
        assert!(!Memory::of(vec![elsewhere.digest()]).covers(&online));
    }

    /// PROTOCOL 8: only another sector's resource tells anybody anything new.
    #[test]
    fn a_resource_of_the_same_sector_changes_nothing_that_is_shown() {
        let client = request("https://a.example/cb", "").client;
        let own = Resource { uri: "https://a.example/api".into(), sector: client.sector.clone() };
        let foreign = Resource { uri: "https://b.example/api".into(), sector: Sector::of_host("b.example") };
        let shown = |resource| Shown::of(&request("https://a.example/cb", ""), Some(resource), &Memory::default());
        assert_eq!(shown(&own).elsewhere, None);
        assert_eq!(shown(&foreign).elsewhere, Some(foreign.sector.clone()));
    }
}
