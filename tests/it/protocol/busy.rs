//! As much is being fetched as we bear: told as ours, never as a fault of the website that comes next. RFC 6749 §4.1.2.1
//! (`temporarily_unavailable`); RFC 9110 §15.6.4.

use super::encrypted::{own_keys, published};
use crate::db::{TestDb, on_each_database};
use crate::house::{Answer, Answers, Documents, House, ISSUER, Plan, Website};
use crate::support::assertion::Key;
use hufu::client::{AuthMethod, ClientMetadata};
use hufu::flow::{Bounds, Fetch, FetchError, Fetched, Fetching};
use hufu::keys::{ContentEncryption, EncryptionAlg};
use hufu::outside::{Fetcher, Reach, Trust};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use url::Url;

/// A way to websites that has no place free until it is given some.
struct Crowded {
    room: AtomicBool,
    way: Fetcher,
}

impl Fetch for Crowded {
    fn get<'a>(&'a self, url: &'a Url, bounds: Bounds) -> Fetching<'a, Fetched> {
        if self.room.load(Ordering::SeqCst) {
            self.way.get(url, bounds)
        } else {
            Box::pin(async { Err(FetchError::Busy) })
        }
    }

    fn post<'a>(&'a self, url: &'a Url, form: String, bounds: Bounds) -> Fetching<'a, u16> {
        self.way.post(url, form, bounds)
    }
}

struct Scene {
    house: House,
    way: Arc<Crowded>,
    documents: Documents,
    key: Key,
}

const JWKS: &str = "/jwks.json";
const OBJECT: &str = "/request.jwt";

impl Scene {
    async fn over(db: TestDb) -> Self {
        let way = Fetcher::new(Reach::Loopback, Trust::System).expect("TLS");
        let way = Arc::new(Crowded { room: AtomicBool::new(false), way });
        let house = House::built(db, Plan { websites: way.clone(), ..Plan::default() }).await;
        let scene = Self { house, way, documents: Documents::start().await, key: Key::ec() };
        let mut keys = published(&own_keys());
        keys["keys"].as_array_mut().expect("keys").push(scene.key.jwks()["keys"][0].clone());
        scene.documents.put(JWKS, Answers::With(keys.to_string()));
        scene
    }

    /// A website whose keys are at its own server.
    async fn website(&self, change: impl FnOnce(&mut ClientMetadata)) -> Website {
        let mut metadata = ClientMetadata {
            client_name: "Key Bank".to_owned(),
            redirect_uris: vec!["https://keys.example/cb".to_owned()],
            jwks_uri: Some(self.documents.uri(JWKS)),
            ..ClientMetadata::default()
        };
        change(&mut metadata);
        self.house.registered(metadata).await
    }

    fn make_room(&self) {
        self.way.room.store(true, Ordering::SeqCst);
    }
}

/// 503, to be tried again in a moment.
fn patience(answer: &Answer) -> bool {
    let told = (answer.status, &*answer.error(), answer.header("retry-after"));
    told == (503, "temporarily_unavailable", "2") && answer.body.contains("[server.unavailable]")
}

on_each_database! {
    /// RFC 6749 §5.2: `invalid_client` would say that the client failed to authenticate.
    async fn an_assertion_whose_keys_could_not_be_asked_for_is_not_called_invalid(db) {
        let scene = Scene::over(db).await;
        let website = scene.website(|metadata| metadata.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt).await;
        let (id, now) = (website.id(), scene.house.now().unix());
        let claims = json!({ "iss": id, "sub": id, "aud": ISSUER, "jti": "1", "iat": now, "exp": now + 60 });
        let assertion = scene.key.sign(None, &claims);
        let busy = website.redeem_by_assertion("no-code", &assertion).await;
        assert!(patience(&busy), "{} {}", busy.status, busy.body);
        scene.make_room();
        let known = website.redeem_by_assertion("no-code", &assertion).await;
        assert_eq!((known.status, &*known.error()), (400, "invalid_grant"), "the same assertion, unspent: {}", known.body);
    }

    /// RFC 9101 §7 has errors for what the client did wrong.
    async fn a_request_object_that_could_not_be_looked_at_is_not_called_invalid(db) {
        let scene = Scene::over(db).await;
        let uri = scene.documents.uri(OBJECT);
        let website = scene.website(|metadata| metadata.request_uris = vec![uri.clone()]).await;
        let object = scene.key.sign(None, &json!({ "client_id": website.id(), "iss": website.id(), "aud": ISSUER }));
        scene.documents.put(OBJECT, Answers::With(object.clone()));
        let mut browser = scene.house.browser();
        for carrier in [("request", &*object), ("request_uri", &uri)] {
            let busy = browser.authorize(&website, &[carrier]).await;
            assert_eq!(busy.param("error").as_deref(), Some("temporarily_unavailable"), "{carrier:?}");
        }
        scene.make_room();
        for carrier in [("request", &*object), ("request_uri", &uri)] {
            let page = browser.authorize(&website, &[carrier]).await;
            assert!(page.is_sign_in(), "{carrier:?}: {}", page.header("location"));
        }
    }

    /// OpenID Connect Core §10.2: the key may be there; and nothing is consumed meanwhile.
    async fn a_response_that_could_not_be_encrypted_yet_leaves_the_code_good(db) {
        let scene = Scene::over(db).await;
        let website = scene.website(|metadata| {
            metadata.id_token_encrypted_response_alg = Some(EncryptionAlg::EcdhEs);
            metadata.id_token_encrypted_response_enc = Some(ContentEncryption::A256GCM);
        });
        let (website, person) = (website.await, scene.house.person().await);
        let code = scene.house.browser().log_in(&website, &person, scene.house.now()).await.code();
        let busy = website.redeem(&code).await;
        assert!(patience(&busy), "{} {}", busy.status, busy.body);
        scene.make_room();
        assert_eq!(website.redeem(&code).await.status, 200);
    }

    /// RFC 7591 §3.2.2: `invalid_client_metadata` would send the developer to mend a good file.
    async fn a_sector_file_that_could_not_be_asked_for_is_not_called_bad(db) {
        let scene = Scene::over(db).await;
        let document = json!({
            "redirect_uris": ["https://one.example/cb"], "sector_identifier_uri": "https://one.example/sector.json",
        });
        let busy = scene.house.registrar().register(&document).await;
        assert!(patience(&busy), "{} {}", busy.status, busy.body);
    }
}
