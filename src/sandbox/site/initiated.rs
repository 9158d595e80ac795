//! A sign-in that somebody else begins: the provider's page, a portal. OpenID Connect Core §4.
//!
//! Whoever it is decides neither who signs the visitor in nor where they are led afterwards: another provider, and a place
//! that is not ours, are refused before anybody leaves.

use super::Registration;
use super::login::NotSignedIn;
use serde::Deserialize;
use url::Url;

/// The parameters of a request to `/login`, by link or by form.
#[derive(Default, Deserialize)]
pub(super) struct Initiated {
    iss: Option<String>,
    pub login_hint: Option<String>,
    target_link_uri: Option<String>,
}

impl Initiated {
    /// Where the visitor goes after the sign-in, as a path of ours.
    pub(super) fn target(&self, registration: &Registration) -> Result<String, NotSignedIn> {
        // "iss REQUIRED" of whoever initiates; a visitor who pressed our own button brings none.
        if self.iss.as_deref().is_some_and(|iss| iss != registration.issuer.as_str()) {
            return Err(NotSignedIn::failed("issuer_mismatch", "iss is not the provider that signs people in here"));
        }
        let Some(target) = &self.target_link_uri else { return Ok("/".to_owned()) };
        let home = registration.redirect_uri.url().origin();
        match Url::parse(target) {
            // "The RP MUST verify the value of the target_link_uri to prevent … an open redirector".
            Ok(url) if url.origin() == home && url.username().is_empty() => {
                Ok(url[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
            }
            _ => Err(NotSignedIn::failed("target_link_uri", "target_link_uri is not a page of this website")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openidconnect::{ClientId, IssuerUrl, RedirectUrl};

    /// OpenID Connect Core §4.
    #[test]
    fn whoever_begins_a_sign_in_chooses_neither_the_provider_nor_another_website() {
        let registration = Registration {
            issuer: IssuerUrl::new("https://id.example".into()).unwrap(),
            client_id: ClientId::new("c".into()),
            client_secret: None,
            redirect_uri: RedirectUrl::new("http://localhost:8081/callback".into()).unwrap(),
        };
        let target = |iss: Option<&str>, to: Option<&str>| {
            let asked = Initiated { iss: iss.map(Into::into), login_hint: None, target_link_uri: to.map(Into::into) };
            asked.target(&registration).ok()
        };
        let ours = Some("https://id.example");
        assert_eq!(target(None, None).as_deref(), Some("/"));
        assert_eq!(target(ours, Some("http://localhost:8081/other?x=1#y")).as_deref(), Some("/other?x=1"));
        assert_eq!(target(Some("https://evil.example"), None), None);
        for elsewhere in [
            "https://evil.example/",
            "http://localhost:9999/",
            "http://localhost:8081@evil.example/",
            "http://u@localhost:8081/",
            "//evil.example/",
            "/other",
            "javascript:x",
        ] {
            assert_eq!(target(ours, Some(elsewhere)), None, "{elsewhere}");
        }
    }
}
