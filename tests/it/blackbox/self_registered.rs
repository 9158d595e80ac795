//! The crate `openidconnect`, unmodified, registers itself, signs a person in and out. (`tokens` refreshes, introspects and
//! revokes with it.)

use crate::support::wire::{self, Http};
use crate::support::{Browser, Demo, Registered, Rp};
use openidconnect::core::{CoreClient, CoreClientRegistrationRequest, CoreGrantType};
use openidconnect::registration::EmptyAdditionalClientMetadata;
use openidconnect::{
    AuthorizationCode, ClientName, IssuerUrl, LocalizedClaim, LogoutRequest, Nonce, PkceCodeVerifier,
    ProviderMetadataWithLogout, RedirectUrl, RegistrationUrl, TokenResponse,
};

/// Issue "Every OpenID Connect profile": "the four everyday clients, each now through refresh, logout … registration".
#[tokio::test]
async fn an_ordinary_library_registers_itself_and_signs_its_person_out() {
    let demo = Demo::shared();
    let http = Http(wire::client());
    let issuer = IssuerUrl::new(demo.issuer.clone()).expect("an issuer");
    let metadata = ProviderMetadataWithLogout::discover_async(issuer, &http).await.expect("discovery");

    // Dynamic registration (OpenID Connect Dynamic Client Registration 1.0 §3).
    let redirect = RedirectUrl::new("https://everything.example/callback".to_owned()).expect("a URL");
    let endpoint: &RegistrationUrl = metadata.registration_endpoint().expect("registration");
    let name: LocalizedClaim<ClientName> = [(None, ClientName::new("Everything".to_owned()))].into_iter().collect();
    let wish = CoreClientRegistrationRequest::new(vec![redirect.clone()], EmptyAdditionalClientMetadata {})
        .set_client_name(Some(name))
        .set_grant_types(Some(vec![CoreGrantType::AuthorizationCode, CoreGrantType::RefreshToken]));
    let registered = wish.register_async(endpoint, &http).await.expect("registered");
    assert!(registered.registration_access_token().is_some());
    let known = Registered {
        client_id: registered.client_id().to_string(),
        client_secret: registered.client_secret().map(|secret| secret.secret().clone()),
        redirect_uri: redirect.to_string(),
    };

    // A login as ever.
    let rp = Rp::discover(&demo, known).await;
    let attempt = rp.attempt(&[]);
    let mut browser = Browser::new(&demo);
    let callback = browser.log_in(&attempt.url, demo.anybody()).await;
    let code = AuthorizationCode::new(rp.code(&attempt, &callback));
    let client = CoreClient::from_provider_metadata(
        metadata.clone(),
        registered.client_id().clone(),
        registered.client_secret().cloned(),
    )
    .set_redirect_uri(redirect);
    let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
    let exchange = client.exchange_code(code).expect("a token endpoint").set_pkce_verifier(verifier);
    let tokens = exchange.request_async(&http).await.expect("tokens");
    let (id_token, nonce) = (tokens.id_token().expect("an ID token"), Nonce::new(attempt.nonce.clone()));
    id_token.claims(&client.id_token_verifier(), &nonce).expect("verified");

    // Logout (OpenID Connect RP-Initiated Logout 1.0): whoever shows the ID token of this session signs its person out.
    let end = metadata.additional_metadata().end_session_endpoint.clone().expect("logout");
    let leave = LogoutRequest::from(end).set_id_token_hint(id_token).http_get_url();
    browser.open(&leave).await.page();
    let again = browser.open(&rp.attempt(&[("prompt", "none")]).url).await.answer("error");
    assert_eq!(again, "login_required");
}
