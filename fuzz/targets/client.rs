//! Clients: their metadata, their credentials, their token requests.

use super::redirect::answers_only_the_registered;
use super::sealed::KEYS;
use super::{can_be_told, first_line};
use data_encoding::BASE64;
use hufu::client::{AuthMethod, BareRequests, Client, ClientMetadata, Environment, Presented, RegistrationRequest};
use hufu::code::PresentedCode;
use hufu::keys::SigningKeys;
use hufu::spec::{ClientId, ClientSecret, Params, Timestamp};
use hufu::token::{PresentedRefreshToken, TokenRequest, VerifiedAccessToken};
use std::sync::Arc;

/// A registration request that is read keeps the rules or is refused in words; what is told of it reads back as the same.
pub fn registration(data: &[u8]) {
    let request = match RegistrationRequest::read(data, BareRequests::Refused) {
        Ok(request) => request,
        Err(error) => return can_be_told(&error),
    };
    let client = match Client::register(ClientId::new("blue".into()), request.metadata, Environment::Sandbox) {
        Ok(client) => client,
        Err(error) => return can_be_told(&error),
    };
    answers_only_the_registered(&client, Environment::Sandbox);
    let told = serde_json::to_vec(&client.metadata).expect("valid metadata is JSON");
    let again = RegistrationRequest::read(&told, BareRequests::Refused).expect("its own document");
    assert_eq!(again.metadata, client.metadata);
}

/// A secret that must be encoded to travel.
const SECRET: &str = "p% +:é";
const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

/// Metadata that is accepted keeps the rules, and its row reads back as the same client.
pub fn metadata(data: &[u8]) {
    let Ok(metadata) = serde_json::from_slice::<ClientMetadata>(data) else { return };
    for environment in [Environment::Sandbox, Environment::Production] {
        let id = ClientId::new("blue".into());
        let client = match Client::register(id.clone(), metadata.clone(), environment) {
            Ok(client) => client,
            Err(error) => {
                can_be_told(&error);
                continue;
            }
        };
        answers_only_the_registered(&client, environment);
        let row = client.to_stored().expect("valid metadata is JSON");
        let again = Client::from_stored(id, client.version, &row, None, None).expect("its own row");
        assert_eq!((&again.metadata, again.sector.as_str()), (&client.metadata, client.sector.as_str()));
        let updated = client.update(again.metadata, environment).expect("the same metadata");
        assert_eq!(updated.sector, again.sector);
    }
}

/// The first line is the `Authorization` header, the rest is the form. Only the secret itself proves a client.
pub fn credentials(data: &[u8]) {
    let (header, form) = first_line(data);
    let authorization = (!header.is_empty()).then_some(&*header);
    let Ok(form) = Params::parse(form) else { return };
    let presented = match Presented::parse(authorization, &form) {
        Ok(presented) => presented,
        Err(error) => return can_be_told(&error),
    };
    assert!(presented.client_id().len() <= 200);
    assert!(form.get("client_id").is_none_or(|id| id == presented.client_id().as_str()), "two clients named");
    let method = presented.method();
    assert_eq!(method == AuthMethod::ClientSecretBasic, authorization.is_some(), "the header is a method");
    assert_eq!(method == AuthMethod::ClientSecretPost, form.get("client_secret").is_some());
    let by_assertion = matches!(method, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt);
    assert_eq!(by_assertion, form.get("client_assertion").is_some());
    for registered in [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost] {
        let client = Arc::new(confidential(presented.client_id().clone(), registered));
        match presented.clone().claim(Some(client)).authenticate(&KEYS, None, "/token", NOW) {
            Ok(authenticated) => {
                assert_eq!(authenticated.client_id(), presented.client_id());
                assert_eq!(method, registered);
                let sent = match method {
                    AuthMethod::ClientSecretPost => form.get("client_secret").map(str::to_owned),
                    _ => secret_of(&header),
                };
                assert_eq!(sent.as_deref(), Some(SECRET), "another secret was believed");
            }
            Err(error) => can_be_told(&error),
        }
    }
}

fn confidential(client_id: ClientId, token_endpoint_auth_method: AuthMethod) -> Client {
    let metadata = ClientMetadata {
        client_name: "Blue Bank".into(),
        redirect_uris: vec!["https://a.example/cb".into()],
        token_endpoint_auth_method,
        ..ClientMetadata::default()
    };
    let mut client = Client::register(client_id, metadata, Environment::Sandbox).expect("valid metadata");
    client.set_secret(&ClientSecret::new(SECRET));
    client
}

/// RFC 6749 §2.3.1, read by somebody else's decoder.
fn secret_of(header: &str) -> Option<String> {
    let credentials = BASE64.decode(header.split_once(' ')?.1.trim().as_bytes()).ok()?;
    let credentials = String::from_utf8(credentials).ok()?;
    let form = format!("secret={}", credentials.split_once(':')?.1);
    let (_, secret) = url::form_urlencoded::parse(form.as_bytes()).next()?;
    Some(secret.into_owned())
}

/// The first line is the `Authorization` header, the rest is the form; nobody ever issued a code or a token here.
pub fn token_request(data: &[u8]) {
    let (header, form) = first_line(data);
    let Ok(form) = Params::parse(form) else { return };
    match TokenRequest::parse(&form) {
        Ok(TokenRequest::AuthorizationCode(request)) => {
            assert_eq!(form.get("code"), Some(request.code.as_str()));
            assert!(PresentedCode::open(&request.code, &KEYS).is_err(), "a code that nobody issued");
        }
        Ok(TokenRequest::RefreshToken(request)) => {
            assert_eq!(form.get("refresh_token"), Some(request.refresh_token.as_str()));
            assert!(PresentedRefreshToken::open(&request.refresh_token, &KEYS).is_err(), "a token that nobody issued");
        }
        Err(error) => can_be_told(&error),
    }
    match hufu::userinfo::bearer((!header.is_empty()).then_some(&*header), &form) {
        Ok(token) => {
            let verified = VerifiedAccessToken::verify(token, &KEYS, &SigningKeys::empty(), NOW);
            can_be_told(&verified.expect_err("nobody issued it"));
        }
        Err(error) => can_be_told(&error),
    }
}
