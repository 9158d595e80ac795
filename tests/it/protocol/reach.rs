//! What a website names is reached within bounds, at every endpoint that makes us fetch: `sector_identifier_uri`, `jwks_uri`,
//! `request_uri`, `logo_uri`. OWASP, Server-Side Request Forgery Prevention; issue 3, "Bad input".

use crate::db::{TestDb, on_each_database};
use crate::house::{Answer, Answers, Behind, Documents, House, ISSUER, Plan, Website};
use crate::support::assertion::Key;
use hufu::client::{AuthMethod, ClientMetadata};
use serde_json::{Value, json};
use std::time::Duration;

/// Far longer than any bound: what takes as long hangs.
const FOR_EVER: Duration = Duration::from_secs(30);

/// The answers of every endpoint that fetches for a website whose documents are all at `server`: where it was asked, with which
/// error and code, and the words.
async fn fetched_from(house: &House, server: &str) -> Vec<(&'static str, String, String)> {
    let key = Key::ec();
    let metadata = |method| ClientMetadata {
        client_name: "Far Bank".to_owned(),
        redirect_uris: vec!["https://far.example/cb".to_owned()],
        token_endpoint_auth_method: method,
        jwks_uri: Some(format!("{server}/jwks.json")),
        request_uris: vec![format!("{server}/request.jwt")],
        logo_uri: Some(format!("{server}/logo.png")),
        ..ClientMetadata::default()
    };
    let (by_key, by_secret) = (
        house.registered(metadata(AuthMethod::PrivateKeyJwt)).await,
        house.registered(metadata(AuthMethod::ClientSecretBasic)).await,
    );
    let signed = |website: &Website, jti: &str| {
        let (id, now) = (website.id(), house.now().unix());
        key.sign(None, &json!({ "iss": id, "sub": id, "aud": ISSUER, "jti": jti, "exp": now + 60 }))
    };
    let (assertion, object) = (signed(&by_key, "1"), signed(&by_secret, "2"));
    let by_reference = format!("{server}/request.jwt");
    let mut browser = house.browser();
    let mut told = Vec::new();
    let mut json_of = |place, answer: Answer| {
        let said = answer.json();
        let text = |member: &str| said[member].as_str().unwrap_or_else(|| panic!("{place}: {said}")).to_owned();
        told.push((place, text("error"), text("error_description")));
    };
    json_of("token", by_key.redeem_by_assertion("no-code", &assertion).await);
    json_of("par", by_secret.push(&[("request", &object)]).await);
    json_of("register", house.registrar().register(&sector_at(server)).await);
    for (place, sent) in [("request", ("request", &*object)), ("request_uri", ("request_uri", &*by_reference))] {
        // The set was tried for the pushed object just now.
        house.pass(31);
        let answer = browser.authorize(&by_secret, &[sent]).await;
        let param = |name: &str| answer.param(name).unwrap_or_else(|| panic!("{place}: {}", answer.body));
        told.push((place, param("error"), param("error_description")));
    }
    let logo = browser.get(&format!("/client/{}/logo", by_key.id())).await;
    assert_eq!((logo.status, &*logo.body), (404, ""));
    told
}

fn sector_at(server: &str) -> Value {
    // By its scheme alone would a server of ours be refused; `Behind` leads every host to it.
    let server = server.replace("http:", "https:");
    json!({
        "redirect_uris": ["https://one.example/cb", "https://two.example/cb"],
        "sector_identifier_uri": format!("{server}/sector.json"),
    })
}

/// Each place, its error and code, and these words in the description.
fn assert_all(told: &[(&str, String, String)], why: &str) {
    let expected = [
        ("token", "invalid_client", "client.jwks_uri"),
        ("par", "invalid_request_object", "request.jwks_uri"),
        ("register", "invalid_client_metadata", "metadata.sector_file"),
        ("request", "invalid_request_object", "request.jwks_uri"),
        ("request_uri", "invalid_request_uri", "request_uri.fetch"),
    ];
    assert_eq!(told.len(), expected.len());
    for ((place, error, words), (expected_place, expected_error, code)) in told.iter().zip(expected) {
        assert_eq!((*place, error.as_str()), (expected_place, expected_error), "{words}");
        assert!(words.contains(&format!("[{code}]")) && words.contains(why), "{place}: {words}");
    }
}

async fn hurried(db: TestDb, documents: &Documents) -> House {
    House::built(db, Plan { websites: Behind::hurried(documents, 20), ..Plan::default() }).await
}

on_each_database! {
    /// An address that is not public is opened for nobody: private (RFC 1918), link-local (where clouds keep their secrets),
    /// unique-local (RFC 4193).
    async fn a_private_address_is_opened_at_no_endpoint(db) {
        let house = House::over(db).await;
        for server in ["https://10.0.0.1", "https://169.254.169.254", "https://[fd00::1]"] {
            assert_all(&fetched_from(&house, server).await, "an address that is not public");
        }
    }

    /// The bound is of the whole: whoever sends a byte now and then is waited for no longer than who sends none.
    async fn a_server_that_drips_is_waited_for_no_longer_than_the_bound(db) {
        let documents = Documents::start().await;
        let house = hurried(db, &documents).await;
        for path in ["/jwks.json", "/request.jwt", "/logo.png", "/sector.json"] {
            documents.put(path, Answers::Drip);
        }
        let told = tokio::time::timeout(FOR_EVER, fetched_from(&house, &documents.uri(""))).await;
        assert_all(&told.expect("bounded"), "it does not answer in time");
        for path in ["/jwks.json", "/request.jwt", "/logo.png", "/sector.json"] {
            assert!(documents.asked(path) > 0, "{path}");
        }
    }
}
