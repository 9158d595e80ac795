//! Responses that only the website can read: signed, then encrypted to its own key. OpenID Connect Core §3.1.3.7, §5.3.2,
//! §10.2; RFC 7516; RFC 7519 §5.2.

use crate::db::on_each_database;
use crate::house::{Answer, Answers, Documents, House, ISSUER, RING, Website, claims};
use data_encoding::BASE64URL_NOPAD;
use hufu::client::ClientMetadata;
use hufu::keys::{
    ContentEncryption, DecryptionKeys, EncryptionAlg, FileKeys, JwkSet, KeyAlg, KeyRecord, Keys, Publication,
    SigningAlg, UnverifiedJwt, is_encrypted,
};
use hufu::spec::{IssuerUrl, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

/// A website's own keys, one of each algorithm: made and kept as ours are, and known to nobody else.
pub fn own_keys() -> DecryptionKeys {
    let issuer = IssuerUrl::new("https://website.example".to_owned()).expect("a URL");
    let keys = Keys::new(FileKeys::parse(&RING).expect("a ring"), issuer).expect("keys");
    let start = Timestamp::from_unix(0);
    let record = |alg: &EncryptionAlg| {
        let publication = Publication { alg: KeyAlg::Encryption(*alg), published: start, used_from: start };
        KeyRecord::generate(&keys, &publication, &mut StdRng::seed_from_u64(5)).expect("a key")
    };
    let records: Vec<_> = EncryptionAlg::ALL.iter().map(record).collect();
    DecryptionKeys::open(&keys, &records, start).expect("they open")
}

pub fn published(keys: &DecryptionKeys) -> Value {
    json!({ "keys": keys.public() })
}

pub fn metadata(keys: &DecryptionKeys) -> ClientMetadata {
    ClientMetadata {
        client_name: "Sealed Bank".to_owned(),
        redirect_uris: vec!["https://sealed.example/cb".to_owned()],
        jwks: Some(JwkSet::try_from(published(keys)).expect("a set")),
        ..ClientMetadata::default()
    }
}

pub fn header(token: &str) -> Value {
    let header = token.split('.').next().expect("a header");
    serde_json::from_slice(&BASE64URL_NOPAD.decode(header.as_bytes()).expect("base64url")).expect("JSON")
}

/// The signed JWT inside, after the checks that a website makes of the outside.
pub fn opened(keys: &DecryptionKeys, token: &str, alg: EncryptionAlg, enc: ContentEncryption) -> String {
    assert!(is_encrypted(token), "{token}");
    let outside = header(token);
    assert_eq!((outside["alg"].as_str(), outside["enc"].as_str()), (Some(alg.wire()), Some(enc.wire())));
    assert_eq!(outside["cty"], "JWT", "a nested JWT says so (RFC 7519 §5.2)");
    assert!(keys.public().iter().any(|jwk| jwk["kid"] == outside["kid"]), "encrypted tokens name their key");
    keys.decrypt(token).expect("it is for us").nested().expect("nested").to_owned()
}

async fn code(house: &House, website: &Website) -> String {
    let person = house.person().await;
    house.browser().log_in(website, &person, house.now()).await.code()
}

pub async fn verified(house: &House, signed: &str, alg: SigningAlg) -> Value {
    let ours = serde_json::from_value(house.browser().get("/jwks").await.json()).expect("a JWKS");
    UnverifiedJwt::parse(signed).expect("a JWT").verify(&ours, &[alg]).expect("signed by us").claims().expect("claims")
}

async fn userinfo(house: &House, website: &Website) -> Answer {
    let token = website.access_token(&code(house, website).await).await;
    website.userinfo(&token).await
}

on_each_database! {
    /// OpenID Connect Core §2: "If the ID Token is encrypted, it MUST be signed then encrypted, with the result being a Nested
    /// JWT".
    async fn an_id_token_is_signed_then_encrypted_to_the_websites_key(db) {
        let (house, keys) = (House::over(db).await, own_keys());
        for alg in EncryptionAlg::ALL {
            for enc in ContentEncryption::ALL {
                let website = house.registered(ClientMetadata {
                    id_token_encrypted_response_alg: Some(*alg),
                    id_token_encrypted_response_enc: Some(*enc),
                    id_token_signed_response_alg: SigningAlg::ES256,
                    ..metadata(&keys)
                });
                let website = website.await;
                let answer = website.redeem(&code(&house, &website).await).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                let token = answer.json()["id_token"].as_str().expect("an ID token").to_owned();
                let said = verified(&house, &opened(&keys, &token, *alg, *enc), SigningAlg::ES256).await;
                assert_eq!((said["iss"].as_str(), said["aud"].as_str()), (Some(ISSUER), Some(website.id())));
                assert_eq!(said["nonce"], "a-nonce");
            }
        }
    }

    /// OpenID Connect Core §3.1.2.1, RP-Initiated Logout 1.0 §2: a website that receives encrypted ID tokens "MUST decrypt" one to
    /// send it back, and "MAY re-encrypt" it to a key of ours.
    async fn an_id_token_hint_may_be_encrypted_to_us_again(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("hinted.example").await, house.person().await);
        let mut browser = house.browser();
        let code = browser.log_in(&website, &person, house.now()).await.code();
        let id_token = website.redeem(&code).await.json()["id_token"].as_str().expect("an ID token").to_owned();
        let ours = JwkSet::try_from(house.browser().get("/jwks").await.json()).expect("a set");
        let (to, theirs) = (&ours.recipient(EncryptionAlg::EcdhEs, ContentEncryption::A256GCM).expect("a key"), own_keys());
        let theirs = JwkSet::try_from(published(&theirs)).expect("a set");
        let away = theirs.recipient(EncryptionAlg::EcdhEs, ContentEncryption::A256GCM).expect("a key");
        let mut rng = StdRng::seed_from_u64(21);
        let mut encrypted = |to: &hufu::keys::Recipient, token: &str| to.encrypt_jwt(token, &mut rng).expect("encrypted");

        let hint = encrypted(to, &id_token);
        browser.authorize(&website, &[("prompt", "none"), ("id_token_hint", &hint)]).await.code();
        for wrong in [encrypted(to, "no.id.token"), encrypted(&away, &id_token), encrypted(to, &hint)] {
            let refused = browser.authorize(&website, &[("id_token_hint", &wrong)]).await;
            assert_eq!(refused.param("error").as_deref(), Some("invalid_request"));
            let page = browser.get(&format!("/logout?id_token_hint={wrong}")).await;
            assert!(page.status == 400 && page.body.contains("logout.id_token_hint"), "{}", page.body);
        }
        assert_eq!(browser.get(&format!("/logout?id_token_hint={hint}")).await.status, 200);
        let gone = browser.authorize(&website, &[("prompt", "none")]).await;
        assert_eq!(gone.param("error").as_deref(), Some("login_required"), "this session's own ID token signs out at once");
    }

    /// Nothing is consumed for a response that could not be written; and a changed `jwks_uri` is noticed.
    async fn a_code_survives_that_the_websites_encryption_key_cannot_be_had(db) {
        let (house, documents) = (House::over(db).await, Documents::start().await);
        let (keys, next) = (own_keys(), own_keys());
        let website = house.registered(ClientMetadata {
            jwks: None,
            jwks_uri: Some(documents.uri("/keys")),
            id_token_encrypted_response_alg: Some(EncryptionAlg::EcdhEs),
            id_token_encrypted_response_enc: Some(ContentEncryption::A256GCM),
            ..metadata(&keys)
        });
        let website = website.await;
        let code_one = code(&house, &website).await;
        let refused = website.redeem(&code_one).await;
        assert_eq!((refused.status, refused.error().as_str()), (400, "invalid_client_metadata"), "{}", refused.body);
        assert!(refused.body.contains("client.no_encryption_key"), "{}", refused.body);

        let token_of = |answer: &Answer| answer.json()["id_token"].as_str().expect("an ID token").to_owned();
        documents.put("/keys", Answers::With(published(&keys).to_string()));
        house.pass(31);
        let answer = website.redeem(&code_one).await;
        assert_eq!(answer.status, 200, "the same code: {}", answer.body);
        opened(&keys, &token_of(&answer), EncryptionAlg::EcdhEs, ContentEncryption::A256GCM);

        documents.put("/keys", Answers::With(published(&next).to_string()));
        house.pass(61);
        let answer = website.redeem(&code(&house, &website).await).await;
        opened(&next, &token_of(&answer), EncryptionAlg::EcdhEs, ContentEncryption::A256GCM);

        documents.put("/keys", Answers::With(json!({ "keys": [next.public()[0]] }).to_string()));
        house.pass(61);
        let refused = website.redeem(&code(&house, &website).await).await;
        assert_eq!(refused.error(), "invalid_client_metadata", "no key for ECDH-ES is left: {}", refused.body);
    }

    /// OpenID Connect Core §5.3.2: "If signed, the UserInfo Response MUST contain the Claims iss … and aud", `application/jwt`.
    async fn userinfo_is_signed_in_the_registered_algorithm(db) {
        let (house, keys) = (House::over(db).await, own_keys());
        for alg in SigningAlg::ALL {
            let signs = ClientMetadata { userinfo_signed_response_alg: Some(*alg), ..metadata(&keys) };
            let website = house.registered(signs).await;
            let answer = userinfo(&house, &website).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, "application/jwt"));
            let said = verified(&house, &answer.body, *alg).await;
            assert_eq!((said["iss"].as_str(), said["aud"].as_str()), (Some(ISSUER), Some(website.id())));
            assert!(said["sub"].is_string() && said["nonce"].is_null());
            assert_eq!(said.as_object().map(serde_json::Map::len), Some(3), "and nothing else");
        }
    }

    /// OpenID Connect Core §5.3.2: "If both signing and encryption are requested, the response MUST be signed then encrypted";
    /// encrypted alone, the claims are inside.
    async fn userinfo_is_encrypted_signed_or_not(db) {
        let (house, keys) = (House::over(db).await, own_keys());
        let (alg, enc) = (EncryptionAlg::RsaOaep256, ContentEncryption::A128GCM);
        let encrypted = |signed: Option<SigningAlg>| ClientMetadata {
            userinfo_signed_response_alg: signed,
            userinfo_encrypted_response_alg: Some(alg),
            userinfo_encrypted_response_enc: Some(enc),
            ..metadata(&keys)
        };
        let website = house.registered(encrypted(Some(SigningAlg::PS256))).await;
        let answer = userinfo(&house, &website).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/jwt"));
        let said = verified(&house, &opened(&keys, &answer.body, alg, enc), SigningAlg::PS256).await;
        assert_eq!(said["aud"], website.id());

        let website = house.registered(encrypted(None)).await;
        let answer = userinfo(&house, &website).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/jwt"));
        assert!(header(&answer.body)["cty"].is_null());
        let inside = keys.decrypt(&answer.body).expect("it is for us");
        let said: Value = serde_json::from_str(inside.nested().expect("text")).expect("claims");
        assert!(said["sub"].is_string() && said.as_object().is_some_and(|said| said.len() == 1));
    }

    /// OpenID Connect Core §5.3.2, of a website whose keys cannot be had.
    async fn userinfo_that_cannot_be_encrypted_is_refused_and_never_sent_open(db) {
        let house = House::over(db).await;
        let documents = Documents::start().await;
        let website = house.registered(ClientMetadata {
            jwks: None,
            jwks_uri: Some(documents.uri("/keys")),
            userinfo_encrypted_response_alg: Some(EncryptionAlg::EcdhEs),
            userinfo_encrypted_response_enc: Some(ContentEncryption::A256GCM),
            ..metadata(&own_keys())
        });
        let website = website.await;
        let answer = userinfo(&house, &website).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "invalid_client_metadata"), "{}", answer.body);
        assert!(answer.json()["sub"].is_null());
    }

    /// RFC 8725 §3.11, §3.12: another kind of JWT is not taken for an ID token.
    async fn a_signed_userinfo_response_is_no_id_token_hint(db) {
        let (house, keys) = (House::over(db).await, own_keys());
        let signs = ClientMetadata { userinfo_signed_response_alg: Some(SigningAlg::RS256), ..metadata(&keys) };
        let (website, person) = (house.registered(signs).await, house.person().await);
        let mut browser = house.browser();
        let code = browser.log_in(&website, &person, house.now()).await.code();
        let answer = website.redeem(&code).await.json();
        let info = website.userinfo(answer["access_token"].as_str().expect("an access token")).await;
        let id_token = answer["id_token"].as_str().expect("an ID token");
        assert_eq!(claims(id_token)["sub"], claims(&info.body)["sub"]);
        let asked = |hint: &str| [("prompt", "none".to_owned()), ("id_token_hint", hint.to_owned())];
        for (hint, taken) in [(id_token, true), (&*info.body, false)] {
            let asked = asked(hint);
            let asked: Vec<_> = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = browser.authorize(&website, &asked).await;
            assert_eq!(answer.status == 303 && answer.param("code").is_some(), taken);
        }
    }
}
