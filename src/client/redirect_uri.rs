//! Where a client may be answered: what may be registered, and what a request may name. RFC 6749 §3.1.2, RFC 9700 §4.1.3.
//!
//! The comparison is of strings, character by character (RFC 3986 §6.2.1). One exception: a native client's loopback URI
//! may have any port (RFC 8252 §7.3). `localhost` is treated like the two loopback addresses there: RFC 8252 §8.3 advises
//! against it but does not forbid it, and what listens on it is the person's own machine either way.

use super::metadata::{ApplicationType, Environment};
use super::registered::Client;
use crate::spec::{OAuthError, Refusal, Refuse, TokenHash};
use url::Url;

/// Bytes of a redirect URI.
const LONGEST: usize = 2048;

/// What stands at the other end of a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectKind {
    /// A website.
    Web,
    /// A program on the person's own machine: another program may listen there, so we always ask (RFC 8252 §8.6).
    Loopback,
    /// An app that claims a scheme: another app may claim it too, so we always ask.
    PrivateUse,
}

/// A redirect URI that its client has registered, exactly as it was received. `Client::redirect_to` is the only maker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedRedirect {
    uri: String,
    kind: RedirectKind,
}

impl TrustedRedirect {
    pub fn as_str(&self) -> &str {
        &self.uri
    }

    pub fn kind(&self) -> RedirectKind {
        self.kind
    }

    /// What a code carries of it (PROTOCOL 13).
    pub fn hash(&self) -> [u8; 32] {
        redirect_hash(&self.uri)
    }
}

/// SHA-256 of a redirect URI as received: equal hashes mean identical values (RFC 6749 §4.1.3).
pub fn redirect_hash(redirect_uri: &str) -> [u8; 32] {
    *TokenHash::of(redirect_uri.as_bytes()).as_bytes()
}

/// A request names a redirect URI that its client has not registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("redirect_uri {received} is not registered")]
pub struct RedirectError {
    pub received: String,
    /// For the website's owner only.
    pub registered: Vec<String>,
}

impl From<&RedirectError> for OAuthError {
    fn from(_: &RedirectError) -> Self {
        Self::InvalidRequest
    }
}

impl Refuse for RedirectError {
    fn refusal(&self) -> Refusal {
        Refusal::new(self.into(), "redirect_uri.not_registered")
            .received(&self.received)
            .expected("one of the client's redirect_uris, character by character (RFC 9700 §2.1)")
            .fix(self.hint())
            .registered(self.registered.join(" "))
    }
}

impl RedirectError {
    /// The usual mistakes, named without showing what is registered.
    fn hint(&self) -> &'static str {
        let same = |change: fn(&str) -> String| {
            let received = change(&self.received);
            self.registered.iter().any(|registered| change(registered) == received)
        };
        if same(|uri| uri.trim_end_matches('/').to_owned()) {
            "a registered one differs only in the slash at its end"
        } else if same(str::to_ascii_lowercase) {
            "a registered one differs only in upper and lower case"
        } else if same(|uri| uri.split(['?', '#']).next().unwrap_or_default().to_owned()) {
            "a registered one differs only after the path: send extra data in state instead"
        } else if same(|uri| uri.replacen("http://", "https://", 1)) {
            "a registered one differs only in http and https"
        } else if same(|uri| without_port(uri).unwrap_or_else(|| uri.to_owned())) {
            "a registered one differs only in its port; any port is for native clients on a loopback address"
        } else {
            "register this redirect_uri, or send one that is registered"
        }
    }
}

impl Client {
    /// The one door from a received redirect URI to one that may be used.
    ///
    /// # Errors
    /// It is none of the registered ones.
    pub fn redirect_to(&self, raw: &str) -> Result<TrustedRedirect, RedirectError> {
        let registered = &self.metadata.redirect_uris;
        let native = self.metadata.application_type == ApplicationType::Native;
        let fits = |uri: &String| uri == raw || (native && same_but_for_port(uri, raw));
        if registered.iter().any(fits) {
            return Ok(TrustedRedirect { uri: raw.to_owned(), kind: kind(raw, self.metadata.application_type) });
        }
        Err(RedirectError { received: raw.to_owned(), registered: registered.clone() })
    }
}

/// What a registered URI leads to. Plain http of a web client exists in the sandbox only, and is its website.
fn kind(uri: &str, application: ApplicationType) -> RedirectKind {
    match (scheme(uri), application) {
        ("https", _) | ("http", ApplicationType::Web) => RedirectKind::Web,
        ("http", ApplicationType::Native) => RedirectKind::Loopback,
        _ => RedirectKind::PrivateUse,
    }
}

fn scheme(uri: &str) -> &str {
    uri.split(':').next().unwrap_or_default()
}

/// RFC 8252 §7.3: "The authorization server MUST allow any port to be specified at the time of the request".
fn same_but_for_port(registered: &str, received: &str) -> bool {
    match (loopback(registered), loopback(received)) {
        (Some(registered), Some(received)) => registered == received,
        _ => false,
    }
}

/// A loopback URI as its host and what follows the port.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]", "localhost"].into_iter().find(|host| rest.starts_with(host))?;
    let after = &rest[host.len()..];
    let after = match after.strip_prefix(':') {
        None => after,
        Some(after) => {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            after[..digits].parse::<u16>().ok()?;
            &after[digits..]
        }
    };
    // Anything else would belong to a longer host, as in `127.0.0.1.example`.
    (after.is_empty() || after.starts_with(['/', '?'])).then_some((host, after))
}

fn without_port(uri: &str) -> Option<String> {
    let mut url = Url::parse(uri).ok()?;
    url.set_port(None).ok()?;
    Some(url.into())
}

/// Holds one URI that a client wants to register against the rules; answers with the rule that it breaks.
pub(super) fn registrable(
    uri: &str,
    application: ApplicationType,
    environment: Environment,
) -> Result<(), &'static str> {
    if uri.len() > LONGEST {
        return Err("at most 2048 bytes");
    }
    if !uri.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'`')) {
        return Err("the ASCII characters of a URI: a host in A-labels (xn--), the rest percent-encoded (RFC 3986 §2)");
    }
    let url = Url::parse(uri).map_err(|_| "an absolute URI (RFC 6749 §3.1.2)")?;
    if uri.contains('#') {
        return Err("no fragment (RFC 6749 §3.1.2)");
    }
    if !url.username().is_empty() || url.password().is_some() || authority(uri).contains('@') {
        return Err("no user information before the host");
    }
    if url.host_str().is_some_and(|host| host.contains('*')) {
        return Err("no wildcard: each URI by itself (RFC 9700 §2.1)");
    }
    if !uri.starts_with(url.scheme()) {
        return Err("the scheme in lower case");
    }
    match (url.scheme(), application) {
        // `Url` would find a host in `https:a.example` and `https:///a.example` too.
        ("https", _) if url.has_host() && !authority(uri).is_empty() => Ok(()),
        ("https", _) => Err("https:// and a host"),
        ("http", ApplicationType::Native) if loopback(uri).is_some() => Ok(()),
        ("http", ApplicationType::Native) => Err("http only on 127.0.0.1, [::1] or localhost (RFC 8252 §7.3)"),
        ("http", ApplicationType::Web) if environment == Environment::Sandbox && loopback(uri).is_some() => Ok(()),
        ("http", ApplicationType::Web) => Err("https; http://localhost serves in the sandbox only"),
        (scheme, ApplicationType::Native) if scheme.contains('.') => Ok(()),
        (_, ApplicationType::Native) => Err("a private-use scheme with a dot, as in com.example.app (RFC 8252 §7.1)"),
        (_, ApplicationType::Web) => Err("https (OpenID Connect Registration §2, application_type web)"),
    }
}

fn authority(uri: &str) -> &str {
    uri.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientMetadata;
    use crate::spec::ClientId;

    fn client(application_type: ApplicationType, redirect_uris: &[&str]) -> Client {
        let metadata = ClientMetadata {
            client_name: "x".into(),
            application_type,
            redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
            ..ClientMetadata::default()
        };
        Client::register(ClientId::new("c".into()), metadata, Environment::Sandbox).unwrap()
    }

    /// RFC 9700 §2.1: "exact string matching except for port numbers in localhost redirection URIs of native apps".
    #[test]
    fn a_redirect_uri_is_compared_character_by_character() {
        let web = client(ApplicationType::Web, &["https://a.example/cb?x=1", "https://a.example/p%2Fq"]);
        for good in ["https://a.example/cb?x=1", "https://a.example/p%2Fq"] {
            let trusted = web.redirect_to(good).unwrap();
            assert_eq!((trusted.as_str(), trusted.kind()), (good, RedirectKind::Web));
        }
        for bad in [
            "",
            "https://a.example/cb",
            "https://a.example/cb?x=2",
            "https://a.example/cb?x=1&y=2",
            "https://a.example/cb?x=1/",
            "https://a.example/cb?x=1#f",
            "https://a.example/cb?x=1#",
            "https://a.example/cb?x=1 ",
            " https://a.example/cb?x=1",
            "https://a.example/cb?x=%31",
            "https://a.example/cB?x=1",
            "https://A.example/cb?x=1",
            "HTTPS://a.example/cb?x=1",
            "http://a.example/cb?x=1",
            "https://a.example:443/cb?x=1",
            "https://a.example./cb?x=1",
            "https://user@a.example/cb?x=1",
            "https://a.example@evil.example/cb?x=1",
            "https://a.example.evil.example/cb?x=1",
            "https://evil.example/https://a.example/cb?x=1",
            "https://\u{430}.example/cb?x=1",
            "https://a.example/x/../cb?x=1",
            "https://a.example//cb?x=1",
            "https:\\\\a.example/cb?x=1",
            "https://a.example/cb?x=1\n",
            "https://a.example/p/q",
            "https://a.example/p%2fq",
            "javascript:alert(1)",
        ] {
            assert!(web.redirect_to(bad).is_err(), "{bad}");
        }
    }

    /// RFC 8252 §7.3: "The authorization server MUST allow any port to be specified at the time of the request".
    #[test]
    fn a_native_loopback_uri_may_have_any_port_and_nothing_else() {
        let native =
            client(ApplicationType::Native, &["http://127.0.0.1/cb", "http://[::1]:1/cb?x", "http://localhost"]);
        for good in [
            "http://127.0.0.1/cb",
            "http://127.0.0.1:51004/cb",
            "http://[::1]/cb?x",
            "http://[::1]:65535/cb?x",
            "http://localhost:3000",
        ] {
            let trusted = native.redirect_to(good).unwrap();
            assert_eq!((trusted.as_str(), trusted.kind()), (good, RedirectKind::Loopback));
        }
        for bad in [
            "https://127.0.0.1/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:+80/cb",
            "http://127.0.0.1:80:80/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://127.0.0.1@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:80evil.example/cb",
            "http://127.0.0.2/cb",
            "http://127.1/cb",
            "http://0x7f.0.0.1/cb",
            "http://[::1]:5/cb",
            "http://[0:0:0:0:0:0:0:1]/cb?x",
            "http://localhost/cb",
            "http://localhost:3000/",
            "http://127.0.0.1:51004/cb/",
            "http://127.0.0.1:51004/cb?x",
            "http://127.0.0.1:51004/cb#f",
        ] {
            assert!(native.redirect_to(bad).is_err(), "{bad}");
        }
    }

    /// RFC 9700 §2.1: any port is for native apps.
    #[test]
    fn a_web_client_on_localhost_has_its_own_port_only_and_is_a_website() {
        let web = client(ApplicationType::Web, &["http://localhost:8081/cb"]);
        assert_eq!(web.redirect_to("http://localhost:8081/cb").unwrap().kind(), RedirectKind::Web);
        assert!(web.redirect_to("http://localhost:8082/cb").is_err());
    }

    /// RFC 8252 §7.1.
    #[test]
    fn a_private_use_scheme_needs_a_dot_and_is_always_asked_for() {
        let native = client(ApplicationType::Native, &["com.example.app:/cb", "https://a.example/cb"]);
        assert_eq!(native.redirect_to("com.example.app:/cb").unwrap().kind(), RedirectKind::PrivateUse);
        assert_eq!(native.redirect_to("https://a.example/cb").unwrap().kind(), RedirectKind::Web);
        assert!(native.redirect_to("com.example.app:/cb2").is_err());
    }

    #[test]
    fn what_may_be_registered() {
        use ApplicationType::{Native, Web};
        use Environment::{Production, Sandbox};
        let may = |uri: &str, application, environment| registrable(uri, application, environment).is_ok();
        for good in [
            "https://a.example",
            "https://a.example:8443/cb?x=1",
            "https://xn--bcher-kva.example/cb",
            "https://[2001:db8::1]/",
        ] {
            assert!(may(good, Web, Production), "{good}");
        }
        for bad in [
            "",
            "/cb",
            "a.example/cb",
            "https:a.example/cb",
            "https:///a.example/cb",
            "https://",
            "https://*.example/cb",
            "https://a.example/cb#",
            "https://a.example/cb#f",
            "https://user@a.example/cb",
            "https://user:pass@a.example/cb",
            "https://@a.example/cb",
            "https://b\u{fc}cher.example/cb",
            "https://a.example/c b",
            "https://a.example\\cb",
            "https://a.example/cb\n",
            "HTTPS://a.example/cb",
            "http://a.example/cb",
            "ftp://a.example/cb",
            "com.example.app:/cb",
            "javascript:alert(1)",
            "data:text/html,x",
        ] {
            assert!(!may(bad, Web, Sandbox), "{bad}");
        }
        assert!(!may(&format!("https://a.example/{}", "x".repeat(2048)), Web, Sandbox));
        assert!(may("http://localhost:8081/cb", Web, Sandbox));
        assert!(!may("http://localhost:8081/cb", Web, Production));
        assert!(!may("http://localhost.evil.example/cb", Web, Sandbox));
        assert!(may("http://127.0.0.1/cb", Native, Production));
        assert!(may("com.example.app:/cb", Native, Production));
        for bad in ["http://a.example/cb", "myapp:/cb", "javascript:alert(1)", "http://127.0.0.1.example/cb"] {
            assert!(!may(bad, Native, Sandbox), "{bad}");
        }
    }

    /// PROTOCOL 25: registered values are shown to the website's owner only.
    #[test]
    fn a_refusal_names_the_mistake_without_telling_what_is_registered() {
        let web = client(ApplicationType::Web, &["https://a.example/cb"]);
        for (raw, hint) in [
            ("https://a.example/cb/", "slash"),
            ("https://a.example/CB", "case"),
            ("https://a.example/cb?next=1", "state"),
            ("http://a.example/cb", "http and https"),
            ("https://a.example:444/cb", "port"),
            ("https://b.example/cb", "register"),
        ] {
            let error = web.redirect_to(raw).unwrap_err();
            let refusal = error.refusal();
            assert!(refusal.fix.contains(hint), "{raw}: {}", refusal.fix);
            assert_eq!(refusal.received, raw);
            assert!(!refusal.error_description().replace(raw, "").contains("a.example"));
            assert_eq!(refusal.registered.as_deref(), Some("https://a.example/cb"));
        }
    }

    /// RFC 6749 §4.1.3: "their values MUST be identical".
    #[test]
    fn the_hash_is_of_what_was_received() {
        let native = client(ApplicationType::Native, &["http://127.0.0.1/cb"]);
        let trusted = native.redirect_to("http://127.0.0.1:5000/cb").unwrap();
        assert_eq!(trusted.hash(), redirect_hash("http://127.0.0.1:5000/cb"));
        assert_ne!(trusted.hash(), redirect_hash("http://127.0.0.1/cb"));
    }
}
