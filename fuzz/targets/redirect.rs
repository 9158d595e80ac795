//! Where a client may be answered. The promise is judged by another way of reading a URI than the product's own.

use super::{can_be_told, first_line, text};
use hufu::authorize::AuthorizationResponse;
use hufu::client::{ApplicationType, Client, ClientMetadata, Environment, RedirectKind};
use hufu::spec::ClientId;
use url::Url;

/// The first line is what a request names, the others are what was registered.
pub fn redirect_uri(data: &[u8]) {
    let (received, registered) = first_line(data);
    let redirect_uris: Vec<String> = text(registered).lines().map(str::to_owned).collect();
    for application_type in [ApplicationType::Web, ApplicationType::Native] {
        for environment in [Environment::Sandbox, Environment::Production] {
            let metadata = ClientMetadata {
                client_name: "Blue Bank".into(),
                application_type,
                redirect_uris: redirect_uris.clone(),
                alternative_login_uri: Some("https://a.example/login".into()),
                ..ClientMetadata::default()
            };
            match Client::register(ClientId::new("blue".into()), metadata, environment) {
                Ok(client) => {
                    answers_only_the_registered(&client, environment);
                    match client.redirect_to(&received) {
                        Ok(trusted) => was_registered(&client, trusted.as_str()),
                        Err(error) => can_be_told(&error),
                    }
                }
                Err(error) => can_be_told(&error),
            }
        }
    }
}

/// RFC 9700 §2.1: "exact string matching except for port numbers in localhost redirection URIs of native apps".
pub fn was_registered(client: &Client, received: &str) {
    let registered = &client.metadata.redirect_uris;
    if registered.iter().any(|uri| uri == received) {
        return;
    }
    assert_eq!(client.metadata.application_type, ApplicationType::Native, "{received}");
    let without_port = |uri: &str| {
        let mut url = Url::parse(uri).ok()?;
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
        (url.scheme() == "http" && loopback && url.username().is_empty() && url.password().is_none()).then_some(())?;
        url.set_port(None).ok()?;
        Some(url)
    };
    let here = without_port(received).expect("a loopback address");
    assert!(registered.iter().any(|uri| without_port(uri).as_ref() == Some(&here)), "{received} for {registered:?}");
}

/// The answer lands where the redirect URI says, and says once what it has to say (RFC 6749 §4.1.2, RFC 9207 §2).
pub fn lands_on(redirect_uri: &str, location: &str, answer: &str, state: Option<&str>) {
    let (to, at) = (Url::parse(redirect_uri).expect("a URI"), Url::parse(location).expect("a URI"));
    assert_eq!((to.scheme(), to.host_str(), to.port(), to.path()), (at.scheme(), at.host_str(), at.port(), at.path()));
    assert_eq!(at.fragment(), None);
    assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{location}");
    let said = |name: &str| {
        let values: Vec<_> = at.query_pairs().filter(|(known, _)| known == name).map(|(_, value)| value).collect();
        assert!(values.len() <= 1, "{name} twice in {location}");
        values.into_iter().next()
    };
    assert!(said(answer).is_some());
    assert_eq!(said("iss").as_deref(), Some("https://hufu.example"));
    assert_eq!(said("state").as_deref(), state);
}

/// The same for the answer that a browser posts.
pub fn is_posted_to(redirect_uri: &str, answered: &AuthorizationResponse, answer: &str, state: Option<&str>) {
    let AuthorizationResponse::FormPost { action, fields } = answered else { panic!("{answered:?}") };
    assert_eq!(action.as_str(), redirect_uri);
    let said = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    assert!(said(answer).is_some());
    assert_eq!((said("iss"), said("state")), (Some("https://hufu.example"), state));
}

/// What was accepted at registration may be used, and leads nowhere that the rules forbid.
pub fn answers_only_the_registered(client: &Client, environment: Environment) {
    for uri in &client.metadata.redirect_uris {
        let url = Url::parse(uri).expect("an absolute URI");
        assert_eq!((url.fragment(), url.username(), url.password()), (None, "", None), "{uri}");
        let trusted = client.redirect_to(uri).expect("registered");
        assert_eq!(trusted.as_str(), uri);
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
        match (trusted.kind(), url.scheme(), client.metadata.application_type) {
            (RedirectKind::Web, "https", _) => assert!(url.has_host()),
            (RedirectKind::Web, "http", ApplicationType::Web) => {
                assert!(loopback && environment == Environment::Sandbox, "{uri}");
            }
            (RedirectKind::Loopback, "http", ApplicationType::Native) => assert!(loopback, "{uri}"),
            (RedirectKind::PrivateUse, scheme, ApplicationType::Native) => assert!(scheme.contains('.'), "{uri}"),
            wrong => panic!("{uri} is {wrong:?}"),
        }
    }
}
