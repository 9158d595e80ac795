//! Cookies: `__Host-` on https, HttpOnly, Lax. RFC 6265bis §4.1.3; PROTOCOL 24.
//!
//! Decides names and attributes. What a value means is `authn`'s to say.

use crate::spec::IssuerUrl;
use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time};

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jar {
    /// The session.
    Session,
    /// Binds a page to the browser it was shown in, before anybody signs in.
    Browser,
    /// A browser that a person has signed in from before.
    Device,
    /// An application for a number, while it lasts.
    Application,
    /// The language chosen by the switch.
    Locale,
    /// The size of type.
    TypeSize,
}

impl Jar {
    const fn word(self) -> &'static str {
        match self {
            Self::Session => "hufu-session",
            Self::Browser => "hufu-browser",
            Self::Device => "hufu-device",
            Self::Application => "hufu-application",
            Self::Locale => "hufu-locale",
            Self::TypeSize => "hufu-type-size",
        }
    }

    /// The name on this issuer: `__Host-` needs https.
    pub fn name(self, issuer: &IssuerUrl) -> String {
        format!("{}{}", prefix(issuer), self.word())
    }

    /// The values that the browser sent.
    pub fn sent(request: &HttpRequest, issuer: &IssuerUrl) -> impl Fn(Self) -> Option<String> {
        let (cookies, prefix) = (request.cookies(), prefix(issuer));
        move |jar| {
            let is_it = |cookie: &&Cookie<'_>| cookie.name().strip_prefix(prefix) == Some(jar.word());
            Some(cookies.as_ref().ok()?.iter().find(is_it)?.value().to_owned())
        }
    }

    /// A cookie for the browser's session (`None`) or for so many seconds.
    pub fn set(self, issuer: &IssuerUrl, value: String, seconds: Option<i64>) -> Cookie<'static> {
        let cookie = Cookie::build(self.name(issuer), value)
            .path("/")
            .http_only(true)
            .secure(secure(issuer))
            .same_site(SameSite::Lax);
        match seconds {
            Some(seconds) => cookie.max_age(time::Duration::seconds(seconds)).finish(),
            None => cookie.finish(),
        }
    }

    /// The cookie's end.
    pub fn clear(self, issuer: &IssuerUrl) -> Cookie<'static> {
        self.set(issuer, String::new(), Some(0))
    }
}

fn prefix(issuer: &IssuerUrl) -> &'static str {
    if secure(issuer) { "__Host-" } else { "" }
}

fn secure(issuer: &IssuerUrl) -> bool {
    issuer.url().scheme() == "https"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PROTOCOL 24: cookies ignore ports, so the demo website's name (`sandbox/site`) is none of these.
    #[test]
    fn every_cookie_is_named_for_us_and_for_this_host_alone_on_https() {
        let jars = [Jar::Session, Jar::Browser, Jar::Device, Jar::Application, Jar::Locale, Jar::TypeSize];
        for (issuer, prefix) in [("https://id.example", "__Host-hufu-"), ("http://localhost:8080", "hufu-")] {
            let issuer = IssuerUrl::new(issuer.to_owned()).expect("an issuer");
            assert!(jars.iter().all(|jar| jar.name(&issuer).starts_with(prefix)), "{prefix}");
        }
    }
}
