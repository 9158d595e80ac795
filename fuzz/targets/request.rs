//! The authorization request: parameters, the request itself, the `claims` parameter.

use super::redirect::{is_posted_to, lands_on, was_registered};
use super::{can_be_told, text};
use hufu::authn::LogoutRequest;
use hufu::authorize::{
    AuthorizationRequest, AuthorizationResponse, AuthorizeRefused, ReplyTo, ResponseMode, client_id,
};
use hufu::client::{ApplicationType, BareRequests, Client, ClientMetadata, Environment};
use hufu::spec::{ClientId, IssuerUrl, Params, Refuse, Timestamp, TraceId, limits};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

const TRACE: TraceId = TraceId::from_bytes([7; 10]);

static ISSUER: LazyLock<IssuerUrl> =
    LazyLock::new(|| IssuerUrl::new("https://hufu.example".into()).expect("a constant URL"));

/// A website and an app, as they stand in the registry.
static CLIENTS: LazyLock<[Arc<Client>; 2]> = LazyLock::new(|| {
    let web = ["https://a.example/cb", "https://a.example/cb?tenant=1"];
    let native = ["http://127.0.0.1/cb", "http://[::1]:4000/cb?x=1&", "com.example.app:/cb"];
    [(ApplicationType::Web, web.as_slice()), (ApplicationType::Native, native.as_slice())].map(
        |(application_type, redirect_uris)| {
            let metadata = ClientMetadata {
                client_name: "Blue Bank".into(),
                application_type,
                redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
                ..ClientMetadata::default()
            };
            let client = Client::register(ClientId::new("blue".into()), metadata, Environment::Sandbox);
            Arc::new(client.expect("valid metadata"))
        },
    )
});

/// What is read can be written and read again; what is spoilt is absent.
pub fn params(data: &[u8]) {
    let (read, problem) = Params::read(data);
    let mut times: HashMap<_, u32> = HashMap::new();
    for (name, _) in url::form_urlencoded::parse(data) {
        *times.entry(name).or_default() += 1;
    }
    // RFC 6749 §3.1: "Request and response parameters MUST NOT be included more than once."
    for (name, _) in times.iter().filter(|(_, times)| **times > 1) {
        assert_eq!(read.get(name), None, "{name} came twice");
        assert!(problem.is_some());
    }
    let params = match (Params::parse(data), problem) {
        (Err(refused), problem) => {
            assert_eq!(Some(&refused), problem.as_ref());
            return can_be_told(&refused);
        }
        (Ok(params), problem) => {
            assert_eq!(problem, None);
            params
        }
    };
    let encoded = params.encode();
    if encoded.len() > limits::BODY {
        return; // Bytes that came bare are written as three.
    }
    let again = Params::parse(encoded.as_bytes()).expect("its own encoding");
    assert_eq!(again.encode(), encoded);
    for (name, value) in url::form_urlencoded::parse(data).filter(|(_, value)| !value.is_empty()) {
        assert_eq!(again.get(&name), Some(&*value));
    }
}

/// Whoever is answered was registered, gets `state` back as it was, and is told who answers.
pub fn authorize(data: &[u8]) {
    let (params, problem) = Params::read(data);
    if let Err(refused) = client_id(&params, problem.as_ref()) {
        assert!(matches!(refused, AuthorizeRefused::Page(_)), "there is nobody to redirect to");
        return;
    }
    for client in &*CLIENTS {
        match AuthorizationRequest::parse(&params, problem.clone(), Arc::clone(client), BareRequests::Refused) {
            Ok(request) => {
                assert_eq!(problem, None);
                assert_eq!(params.get("response_type"), Some("code"));
                assert!(params.get("scope").is_some_and(|scope| scope.split(' ').any(|word| word == "openid")));
                assert!(request.challenge.is_some(), "these clients must use PKCE");
                assert_eq!(params.get("redirect_uri"), Some(request.redirect.as_str()));
                assert_eq!(params.get("state"), request.state.as_deref());
                was_registered(client, request.redirect.as_str());
                let to = request.reply_to();
                arrives(&to, &AuthorizationResponse::code(&to, "the-code", &ISSUER), "code");
            }
            Err(AuthorizeRefused::Redirect { to, error }) => {
                was_registered(client, to.redirect.as_str());
                can_be_told(&error);
                assert!(to.state.is_none() || to.state.as_deref() == params.get("state"));
                arrives(&to, &AuthorizationResponse::error(&to, &error.refusal(), TRACE, &ISSUER), "error");
            }
            Err(AuthorizeRefused::Page(error)) => can_be_told(&error),
        }
    }
}

/// The answer goes where and how the request asked.
fn arrives(to: &ReplyTo, answered: &AuthorizationResponse, answer: &str) {
    let (uri, state) = (to.redirect.as_str(), to.state.as_deref());
    match answered {
        AuthorizationResponse::Redirect { location } => lands_on(uri, location, answer, state),
        AuthorizationResponse::FormPost { .. } => is_posted_to(uri, answered, answer, state),
    }
    assert_eq!(to.mode == ResponseMode::FormPost, matches!(answered, AuthorizationResponse::FormPost { .. }));
}

/// A `claims` parameter within an otherwise good request.
pub fn claims(data: &[u8]) {
    let claims = text(data);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", "blue"),
            ("redirect_uri", "https://a.example/cb"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
            ("claims", &claims),
        ])
        .finish();
    let Ok(params) = Params::parse(query.as_bytes()) else { return };
    match AuthorizationRequest::parse(&params, None, Arc::clone(&CLIENTS[0]), BareRequests::Refused) {
        Ok(request) if !claims.is_empty() => {
            let said: serde_json::Value = serde_json::from_str(&claims).expect("only JSON is accepted");
            assert!(said.is_object());
            // OpenID Connect Core §5.5.1.1: every level that is asked for stands in the request.
            let acr = said.pointer("/id_token/acr");
            for level in request.acr.essential.iter().chain(&request.acr.voluntary) {
                let named = |value: &serde_json::Value| value.as_str() == Some(level);
                let acr = acr.expect("asked for");
                let listed = acr.get("values").and_then(|values| values.as_array());
                assert!(acr.get("value").is_some_and(named) || listed.is_some_and(|all| all.iter().any(named)));
            }
        }
        Ok(_) | Err(AuthorizeRefused::Page(_)) => {}
        Err(AuthorizeRefused::Redirect { error, .. }) => can_be_told(&error),
    }
}

/// A wish to sign out leads to a registered address, exactly, with the state that was sent; or it is refused in words.
pub fn logout(data: &[u8]) {
    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);
    let (params, problem) = Params::read(data);
    let request = match LogoutRequest::read(&params, problem) {
        Ok(request) => request,
        Err(refused) => return can_be_told(&refused),
    };
    match request.way_back(&LEAVERS, NOW) {
        Err(refused) => can_be_told(&refused),
        Ok(None) => assert_eq!(params.get("post_logout_redirect_uri"), None),
        Ok(Some(back)) => {
            let registered = &LEAVERS.metadata.post_logout_redirect_uris;
            assert!(registered.iter().any(|uri| uri == back.address()));
            assert_eq!(params.get("post_logout_redirect_uri"), Some(back.address()));
            let location = back.location();
            assert!(location.starts_with(back.address()) && location.bytes().all(|byte| byte.is_ascii_graphic()));
            let at = url::Url::parse(&location).expect("a URI");
            let states: Vec<_> = at.query_pairs().filter(|(name, _)| name == "state").map(|(_, value)| value).collect();
            assert_eq!(states.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), Vec::from_iter(params.get("state")));
            assert!(back.stands(&LEAVERS, NOW));
        }
    }
}

/// A website with addresses to come back to after signing out.
static LEAVERS: LazyLock<Client> = LazyLock::new(|| {
    let out = ["https://a.example/out", "https://a.example/out?tenant=1", "https://a.example/out?x=1&"];
    let metadata = ClientMetadata {
        client_name: "Blue Bank".into(),
        redirect_uris: vec!["https://a.example/cb".into()],
        post_logout_redirect_uris: out.map(str::to_owned).to_vec(),
        ..ClientMetadata::default()
    };
    Client::register(ClientId::new("blue".into()), metadata, Environment::Sandbox).expect("valid metadata")
});
