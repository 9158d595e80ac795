//! Truth in discovery: every advertised member is exercised, every value of it, and nothing that is supported is left out.
//! OpenID Connect Discovery 1.0 §3; RFC 8414 §2.
//!
//! A table from member to exercise: a member without one fails, and so does an exercise without its member. Each exercise of
//! a list holds it against what the code knows, so that a value which is served and not said fails too.

mod auth;
mod objects;

use self::auth::{
    introspection_algorithms, introspection_methods, revocation_algorithms, revocation_methods, token_algorithms,
    token_methods,
};
use self::objects::{encryption, request_parameter, request_uri_parameter, signing};
use super::encrypted::{own_keys, published};
use crate::db::on_each_database;
use crate::house::{Answer, Authenticator, FaceService, House, ISSUER, Plan, Services, Website, claims, renewing};
use crate::support::html::URLENCODED;
use data_encoding::BASE64URL_NOPAD;
use hufu::client::{ClientMetadata, GrantType};
use hufu::keys::{ContentEncryption, EncryptionAlg, JwkSet, SigningAlg, is_encrypted};
use hufu::spec::{About, Acr, ScopeValue};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

const DOCUMENT: &str = "/.well-known/openid-configuration";

type Exercise = for<'a> fn(&'a House, &'a Value) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

macro_rules! exercises {
    ($($member:literal => $exercise:ident,)*) => {
        const EXERCISES: &[(&str, Exercise)] = &[$(($member, |house, value| Box::pin($exercise(house, value)))),*];
    };
}

exercises! {
    "issuer" => issuer,
    "authorization_endpoint" => page_endpoint,
    "token_endpoint" => endpoint,
    "userinfo_endpoint" => endpoint,
    "jwks_uri" => jwks_uri,
    "end_session_endpoint" => page_endpoint,
    "registration_endpoint" => registering,
    "revocation_endpoint" => endpoint,
    "revocation_endpoint_auth_methods_supported" => revocation_methods,
    "revocation_endpoint_auth_signing_alg_values_supported" => revocation_algorithms,
    "introspection_endpoint" => endpoint,
    "introspection_endpoint_auth_methods_supported" => introspection_methods,
    "introspection_endpoint_auth_signing_alg_values_supported" => introspection_algorithms,
    "introspection_signing_alg_values_supported" => introspection_signing,
    "introspection_encryption_alg_values_supported" => encryption_algs,
    "introspection_encryption_enc_values_supported" => introspection_encryption,
    "scopes_supported" => scopes,
    "response_types_supported" => response_types,
    "response_modes_supported" => response_modes,
    "grant_types_supported" => grant_types,
    "subject_types_supported" => subject_types,
    "acr_values_supported" => acr_values,
    "id_token_signing_alg_values_supported" => id_token_signing,
    "id_token_encryption_alg_values_supported" => encryption_algs,
    "id_token_encryption_enc_values_supported" => id_token_encryption,
    "userinfo_signing_alg_values_supported" => userinfo_signing,
    "userinfo_encryption_alg_values_supported" => encryption_algs,
    "userinfo_encryption_enc_values_supported" => userinfo_encryption,
    "token_endpoint_auth_methods_supported" => token_methods,
    "token_endpoint_auth_signing_alg_values_supported" => token_algorithms,
    "claim_types_supported" => claim_types,
    "claims_supported" => claims_supported,
    "claims_parameter_supported" => claims_parameter,
    "ui_locales_supported" => ui_locales,
    "request_parameter_supported" => request_parameter,
    "request_uri_parameter_supported" => request_uri_parameter,
    "require_request_uri_registration" => request_uri_parameter,
    "request_object_signing_alg_values_supported" => signing,
    "request_object_encryption_alg_values_supported" => encryption_algs,
    "request_object_encryption_enc_values_supported" => encryption,
    "pushed_authorization_request_endpoint" => pushing,
    "code_challenge_methods_supported" => code_challenge_methods,
    "authorization_response_iss_parameter_supported" => response_iss,
    "prompt_values_supported" => prompts,
    "backchannel_logout_supported" => told_of_logout,
    "backchannel_logout_session_supported" => told_of_logout,
    "frontchannel_logout_supported" => told_of_logout,
    "frontchannel_logout_session_supported" => told_of_logout,
}

/// What is for people, browsers and operators; every other path is for websites and is advertised.
const UNADVERTISED: &[&str] = &[
    "/",
    DOCUMENT,
    "/.well-known/oauth-authorization-server",
    // A network certificate names these to whoever verifies it.
    "/.well-known/jwt-vc-issuer",
    "/status/{list}",
    "/vct/network-certificate",
    "/continue",
    "/consent",
    "/signin/code",
    "/signin/face",
    "/signin/passkey",
    "/signin/lift",
    "/signin/without",
    "/signout",
    "/freeze",
    "/freeze/heard",
    // A registration's own answer and its consent page name these.
    "/register/{client_id}",
    "/register/{client_id}/errors",
    "/client/{client_id}/logo",
    // By the ticket that a page shows: docs/ports/reader.md.
    "/reader/{ticket}",
    "/language",
    "/type-size",
    "/healthz",
    "/readyz",
    "/static/{path:.*}",
    "/metrics",
];

on_each_database! {
    async fn every_advertised_value_is_exercised_and_every_supported_one_advertised(db) {
        let house = House::built(db, Plan { ports: Some(FaceService::new().ports()), ..Plan::default() }).await;
        let document = house.browser().get(DOCUMENT).await.json();
        let document = document.as_object().expect("an object");
        let known: BTreeSet<&str> = EXERCISES.iter().map(|(member, _)| *member).collect();
        let said: BTreeSet<&str> = document.keys().map(String::as_str).collect();
        let unknown: Vec<_> = said.difference(&known).collect();
        assert!(unknown.is_empty(), "advertised without an exercise here: {unknown:?}");
        let unsaid: Vec<_> = known.difference(&said).collect();
        assert!(unsaid.is_empty(), "exercised and not advertised: {unsaid:?}");
        let holds = |(member, exercise): &(&'static str, Exercise)| {
            let exercised = || block_in_place(|| Handle::current().block_on(exercise(&house, &document[*member])));
            catch_unwind(AssertUnwindSafe(exercised)).is_err().then_some(*member)
        };
        let untrue: Vec<_> = EXERCISES.iter().filter_map(holds).collect();
        assert!(untrue.is_empty(), "advertised and not so: {untrue:?}");
    }

    /// OpenID Connect Discovery 1.0 §3, op_policy_uri, op_tos_uri, service_documentation: of whom has them, as they were set.
    async fn a_node_leads_to_the_operators_pages_where_there_are_any(db) {
        let pages = [
            ("op_policy_uri", "https://id.example.org/policy"),
            ("op_tos_uri", "https://id.example.org/terms?lang=zh"),
            ("service_documentation", "https://id.example.org/integrating"),
        ];
        let [op_policy_uri, op_tos_uri, service_documentation] = pages.map(|(_, page)| Some(page.parse().expect("a URL")));
        let about = About { op_policy_uri, op_tos_uri, service_documentation };
        let house = House::built(db, Plan { about, ..Plan::default() }).await;
        let said = house.browser().get(DOCUMENT).await.json();
        for (member, page) in pages {
            assert_eq!(said[member], page, "{member}");
        }
    }

    /// A node says what it can do, and not what another could.
    async fn a_node_without_a_face_service_advertises_no_level_that_counts_a_face(db) {
        let house = House::built(db, Plan { services: Services::Missing, ..Plan::default() }).await;
        let said = house.browser().get(DOCUMENT).await.json()["acr_values_supported"].clone();
        assert_eq!(said, json!(["urn:hufu:acr:code", "urn:hufu:acr:cert", "urn:hufu:acr:cert-pin", "phr"]));
        let wanted = json!({ "id_token": { "acr": { "essential": true, "value": "urn:hufu:acr:cert-face" } } });
        let (website, person) = (house.website("truth.example").await, house.person().await);
        let mut browser = house.browser();
        let page = browser.authorize(&website, &[("claims", &wanted.to_string())]).await;
        let refused = browser.sign_in(&page, &person, house.now()).await;
        assert_eq!(refused.param("error").as_deref(), Some("unmet_authentication_requirements"));
    }

    /// An endpoint that is served and not said fails.
    async fn every_endpoint_for_servers_is_advertised(db) {
        let house = House::over(db).await;
        let document = house.browser().get(DOCUMENT).await.json();
        let advertised: Vec<_> = document.as_object().expect("an object").values().filter_map(Value::as_str).collect();
        let tree = include_str!("../../../src/web/mod.rs");
        // The person's own pages, and those of who becomes one.
        let tree = ["scope(\"/me\")", "scope(\"/wallet\")", "scope(\"/apply\")"].into_iter().fold(tree.to_owned(), |tree, scope| {
            let (before, after) = tree.split_once(scope).expect("the scope begins");
            format!("{before}{}", after.split_once("\n        )\n").expect("the scope ends").1)
        });
        let paths = tree.split("(\"/").skip(1);
        let paths: Vec<_> = paths.map(|after| format!("/{}", after.split('"').next().expect("a path"))).collect();
        let has = |path: &str| paths.iter().any(|one| one == path);
        assert!(has("/token") && has("/healthz") && has("/metrics"), "the URL tree is read: {paths:?}");
        for path in paths {
            let said = advertised.contains(&&*format!("{ISSUER}{path}"));
            assert!(UNADVERTISED.contains(&&*path) || said, "{path} is served and not advertised");
        }
    }
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().map(|one| one.as_str().expect("text")).collect()
}

/// All that the code knows is said, in its order, and nothing else.
fn is_all<'a>(value: &Value, all: impl IntoIterator<Item = &'a str>) {
    assert_eq!(texts(value), all.into_iter().collect::<Vec<_>>());
}

fn path(value: &Value) -> &str {
    value.as_str().and_then(|url| url.strip_prefix(ISSUER)).expect("a URL of ours")
}

fn metadata() -> ClientMetadata {
    ClientMetadata {
        client_name: "Truth".to_owned(),
        redirect_uris: vec!["https://truth.example/cb".to_owned()],
        ..ClientMetadata::default()
    }
}

fn with_keys() -> ClientMetadata {
    ClientMetadata { jwks: Some(JwkSet::try_from(published(&own_keys())).expect("a set")), ..metadata() }
}

async fn redeemed(house: &House, website: &Website) -> Value {
    let person = house.person().await;
    let code = house.browser().log_in(website, &person, house.now()).await.code();
    let answer = website.redeem(&code).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn id_token(answer: &Value) -> &str {
    answer["id_token"].as_str().expect("an ID token")
}

fn header(token: &str) -> Value {
    let header = token.split('.').next().expect("a header");
    serde_json::from_slice(&BASE64URL_NOPAD.decode(header.as_bytes()).expect("base64url")).expect("JSON")
}

/// A request with this parameter, of somebody who is not signed in.
async fn asked(house: &House, name: &str, value: &str) -> Answer {
    let website = house.website("truth.example").await;
    house.browser().authorize(&website, &[(name, value)]).await
}

async fn issuer(house: &House, value: &Value) {
    assert_eq!(value, ISSUER);
    let other = house.browser().get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(&other["issuer"], value);
}

/// For people: a GET is a page, or leads to one.
async fn page_endpoint(house: &House, value: &Value) {
    let answer = house.browser().get(path(value)).await;
    assert!(answer.status != 404 && answer.status < 500, "{}", answer.status);
    assert!(answer.header("content-type").starts_with("text/html"), "{}", answer.body);
}

/// For servers: a POST without anything is refused in JSON.
async fn endpoint(house: &House, value: &Value) {
    let answer = house.browser().post(path(value), &[]).await;
    assert!([400, 401].contains(&answer.status), "{} {}", path(value), answer.status);
    assert!(!answer.error().is_empty());
}

/// Without leave, as in a sandbox.
async fn registering(house: &House, value: &Value) {
    let document = json!({ "client_name": "Truth", "redirect_uris": ["https://truth.example/cb"] });
    let created = house.registrar().register(&document).await;
    assert_eq!((created.status, path(value)), (201, "/register"), "{}", created.body);
    let website = Website::of(&house.address, &created.json());
    redeemed(house, &website).await;
}

async fn jwks_uri(house: &House, value: &Value) {
    let set = house.browser().get(path(value)).await.json();
    assert!(JwkSet::try_from(set).is_ok());
}

async fn scopes(house: &House, value: &Value) {
    is_all(value, ScopeValue::ALL.iter().map(|scope| scope.wire()));
    let website = house.registered(metadata()).await;
    assert_eq!(redeemed(house, &website).await["scope"], "openid");
    let website = house.registered(renewing("scopes.example")).await;
    let person = house.person().await;
    let asked = [("scope", "openid offline_access"), ("prompt", "consent")];
    let code = house.browser().log_in_with(&website, &person, house.now(), &asked).await.code();
    assert_eq!(website.redeem(&code).await.json()["scope"], "openid offline_access");
}

async fn response_types(house: &House, value: &Value) {
    is_all(value, ["code"]);
    assert!(asked(house, "response_type", "code").await.is_sign_in());
    assert_eq!(
        asked(house, "response_type", "id_token").await.param("error").as_deref(),
        Some("unsupported_response_type")
    );
}

async fn response_modes(house: &House, value: &Value) {
    is_all(value, ["query", "form_post"]);
    let (website, person, mut browser) = (house.website("truth.example").await, house.person().await, house.browser());
    for mode in texts(value) {
        let answer = browser.log_in_with(&website, &person, house.now(), &[("response_mode", mode)]).await;
        let code = match mode {
            "query" => answer.code(),
            _ => {
                let form = answer.page().form(&website.redirect_uri);
                assert_eq!((form.method.as_str(), &*form.enctype), ("POST", URLENCODED));
                form.value("code").to_owned()
            }
        };
        let redeemed = website.redeem(&code).await;
        assert_eq!(redeemed.status, 200, "{mode}: {}", redeemed.body);
    }
    assert!(asked(house, "response_mode", "fragment").await.param("error").is_some());
}

async fn grant_types(house: &House, value: &Value) {
    is_all(value, GrantType::ALL.iter().map(|grant| grant.wire()));
    let website = house.registered(renewing("grants.example")).await;
    let answer = redeemed(house, &website).await;
    let refresh_token = answer["refresh_token"].as_str().expect("a refresh token");
    assert_eq!(website.refresh(refresh_token, &[]).await.status, 200);
}

async fn subject_types(house: &House, value: &Value) {
    is_all(value, ["pairwise"]);
    let (one, other) = (house.website("truth.example").await, house.website("beauty.example").await);
    let (person, mut browser) = (house.person().await, house.browser());
    let mut subs = BTreeSet::new();
    for website in [&one, &other, &one] {
        let code = browser.log_in(website, &person, house.now()).await.code();
        subs.insert(claims(id_token(&website.redeem(&code).await.json()))["sub"].to_string());
    }
    assert_eq!(subs.len(), 2);
}

async fn acr_values(house: &House, value: &Value) {
    is_all(value, Acr::LADDER.iter().map(|acr| acr.wire()).chain(["phr"]));
    let essential = |acr: &str| json!({ "id_token": { "acr": { "essential": true, "value": acr } } }).to_string();
    let (website, person) = (house.website("truth.example").await, house.person().await);
    let mut browser = house.browser();
    browser.log_in(&website, &person, house.now()).await.code();
    let mut phone = Authenticator::registered_in(&mut browser).await;
    for acr in texts(value) {
        let mut browser = house.browser();
        let page = browser.authorize(&website, &[("claims", &essential(acr))]).await;
        let mut answer = match acr {
            "urn:hufu:acr:code" => browser.sign_in(&page, &person, house.now()).await,
            _ => {
                let signed_in = phone.sign_in(&mut browser, &page).await;
                browser.follow(&signed_in).await
            }
        };
        if answer.is_sign_in() {
            answer = browser.sign_in(&answer, &person, house.now()).await;
        }
        if answer.asks_for_a_face() {
            answer = browser.show_face(&answer, "holder").await;
        }
        let answer = if answer.is_consent() { browser.decide(&answer, "allow").await } else { answer };
        let told = claims(id_token(&website.redeem(&answer.code()).await.json()));
        assert_eq!(told["acr"], acr);
    }
    let mut browser = house.browser();
    let page = browser.authorize(&website, &[("claims", &essential("urn:nobody:knows"))]).await;
    let refused = browser.sign_in(&page, &person, house.now()).await;
    assert_eq!(refused.param("error").as_deref(), Some("unmet_authentication_requirements"));
}

async fn id_token_signing(house: &House, value: &Value) {
    is_all(value, SigningAlg::ALL.iter().map(|alg| alg.wire()));
    for alg in SigningAlg::ALL {
        let signs = ClientMetadata { id_token_signed_response_alg: *alg, ..metadata() };
        let answer = redeemed(house, &house.registered(signs).await).await;
        assert_eq!(header(id_token(&answer))["alg"], alg.wire());
    }
}

/// Each is exercised beside each `enc`.
async fn encryption_algs(_: &House, value: &Value) {
    is_all(value, EncryptionAlg::ALL.iter().map(|alg| alg.wire()));
}

async fn id_token_encryption(house: &House, value: &Value) {
    is_all(value, ContentEncryption::ALL.iter().map(|enc| enc.wire()));
    for (alg, enc) in pairs() {
        let encrypted = ClientMetadata {
            id_token_encrypted_response_alg: Some(alg),
            id_token_encrypted_response_enc: Some(enc),
            ..with_keys()
        };
        let answer = redeemed(house, &house.registered(encrypted).await).await;
        is_encrypted_by(id_token(&answer), alg, enc);
    }
}

fn pairs() -> impl Iterator<Item = (EncryptionAlg, ContentEncryption)> {
    EncryptionAlg::ALL.iter().flat_map(|alg| ContentEncryption::ALL.iter().map(|enc| (*alg, *enc)))
}

fn is_encrypted_by(token: &str, alg: EncryptionAlg, enc: ContentEncryption) {
    assert!(is_encrypted(token));
    assert_eq!((&header(token)["alg"], &header(token)["enc"]), (&json!(alg.wire()), &json!(enc.wire())));
}

async fn userinfo(house: &House, metadata: ClientMetadata) -> Answer {
    let website = house.registered(metadata).await;
    let answer = redeemed(house, &website).await;
    website.userinfo(answer["access_token"].as_str().expect("an access token")).await
}

async fn userinfo_signing(house: &House, value: &Value) {
    is_all(value, SigningAlg::ALL.iter().map(|alg| alg.wire()));
    for alg in SigningAlg::ALL {
        let answer = userinfo(house, ClientMetadata { userinfo_signed_response_alg: Some(*alg), ..metadata() }).await;
        assert_eq!(header(&answer.body)["alg"], alg.wire());
    }
}

async fn userinfo_encryption(house: &House, value: &Value) {
    is_all(value, ContentEncryption::ALL.iter().map(|enc| enc.wire()));
    for (alg, enc) in pairs() {
        let encrypted = ClientMetadata {
            userinfo_encrypted_response_alg: Some(alg),
            userinfo_encrypted_response_enc: Some(enc),
            ..with_keys()
        };
        is_encrypted_by(&userinfo(house, encrypted).await.body, alg, enc);
    }
}

/// A JWT about an access token of its own (RFC 9701).
async fn introspected(house: &House, metadata: ClientMetadata) -> String {
    let website = house.registered(metadata).await;
    let token = redeemed(house, &website).await;
    website.introspect_signed(token["access_token"].as_str().expect("an access token")).await.body
}

async fn introspection_signing(house: &House, value: &Value) {
    is_all(value, SigningAlg::ALL.iter().map(|alg| alg.wire()));
    for alg in SigningAlg::ALL {
        let signs = ClientMetadata { introspection_signed_response_alg: Some(*alg), ..metadata() };
        assert_eq!(header(&introspected(house, signs).await)["alg"], alg.wire());
    }
}

async fn introspection_encryption(house: &House, value: &Value) {
    is_all(value, ContentEncryption::ALL.iter().map(|enc| enc.wire()));
    for (alg, enc) in pairs() {
        let encrypted = ClientMetadata {
            introspection_encrypted_response_alg: Some(alg),
            introspection_encrypted_response_enc: Some(enc),
            ..with_keys()
        };
        is_encrypted_by(&introspected(house, encrypted).await, alg, enc);
    }
}

async fn claim_types(_: &House, value: &Value) {
    is_all(value, ["normal"]);
}

/// Whatever is said is told by some ID token, and no ID token tells more.
async fn claims_supported(house: &House, value: &Value) {
    let (website, person) = (told(house).await, house.person().await);
    let mut browser = house.browser();
    let page = browser.authorize(&website, &[("max_age", "1000")]).await;
    let consent = browser.sign_in(&page, &person, house.now()).await;
    let code = browser.decide(&consent, "allow").await.code();
    let answer = website.redeem(&code).await.json();
    let given = claims(id_token(&answer));
    let given: BTreeSet<&str> = given.as_object().expect("claims").keys().map(String::as_str).collect();
    assert_eq!(given, texts(value).into_iter().collect());
}

async fn claims_parameter(house: &House, value: &Value) {
    assert_eq!(value, true);
    let (website, person) = (house.website("truth.example").await, house.person().await);
    let mut browser = house.browser();
    let asked = json!({ "id_token": { "auth_time": { "essential": true } } }).to_string();
    let page = browser.authorize(&website, &[("claims", &asked)]).await;
    let consent = browser.sign_in(&page, &person, house.now()).await;
    let code = browser.decide(&consent, "allow").await.code();
    assert!(claims(id_token(&website.redeem(&code).await.json()))["auth_time"].is_i64());
}

async fn ui_locales(house: &House, value: &Value) {
    for locale in texts(value) {
        let page = asked(house, "ui_locales", locale).await;
        assert!(page.body.contains(&format!("<html lang=\"{locale}\"")), "{locale}: {}", page.body);
    }
    assert_eq!(texts(value).len(), std::fs::read_dir("locales").expect("texts").count(), "each that there is");
}

async fn pushing(house: &House, value: &Value) {
    assert!(value.as_str().is_some_and(|uri| uri.ends_with("/par")), "{value}");
    assert_eq!(house.website("pushing.example").await.push(&[]).await.status, 201);
}

async fn code_challenge_methods(house: &House, value: &Value) {
    is_all(value, ["S256"]);
    assert!(asked(house, "code_challenge_method", "S256").await.is_sign_in());
    assert_eq!(asked(house, "code_challenge_method", "plain").await.param("error").as_deref(), Some("invalid_request"));
}

async fn response_iss(house: &House, value: &Value) {
    assert_eq!(value, true);
    let (website, person) = (house.website("truth.example").await, house.person().await);
    let answer = house.browser().log_in(&website, &person, house.now()).await;
    assert_eq!(answer.param("iss").as_deref(), Some(ISSUER));
    assert_eq!(asked(house, "prompt", "none").await.param("iss").as_deref(), Some(ISSUER));
}

async fn prompts(house: &House, value: &Value) {
    is_all(value, ["none", "login", "consent", "select_account"]);
    for prompt in texts(value) {
        let answer = asked(house, "prompt", prompt).await;
        let served = if prompt == "none" {
            answer.param("error").as_deref() == Some("login_required")
        } else {
            answer.is_sign_in()
        };
        assert!(served, "{prompt}");
    }
}

/// A website that is told of every sign-out.
async fn told(house: &House) -> Website {
    let told = ClientMetadata {
        backchannel_logout_uri: Some("https://truth.example/back".to_owned()),
        backchannel_logout_session_required: true,
        frontchannel_logout_uri: Some("https://truth.example/front".to_owned()),
        frontchannel_logout_session_required: true,
        ..metadata()
    };
    house.registered(told).await
}

/// What is told and how: `outbox`, `logout`. Here: the session is named, a call waits, the page loads the frame.
async fn told_of_logout(house: &House, value: &Value) {
    assert_eq!(value, true);
    let (website, person) = (told(house).await, house.person().await);
    let mut browser = house.browser();
    let code = browser.log_in(&website, &person, house.now()).await.code();
    let answer = website.redeem(&code).await.json();
    let sid = claims(id_token(&answer))["sid"].as_str().expect("a sid").to_owned();
    let waiting = house.count("outbox");
    let page = browser.own_form("/signout", &[]).await;
    let page = if page.status == 303 { browser.follow(&page).await } else { page };
    assert!(page.body.contains("https://truth.example/front?") && page.body.contains(&sid), "{}", page.body);
    assert_eq!(house.count("outbox"), waiting + 1);
}
