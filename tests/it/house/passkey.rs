//! An authenticator in software, and the browser's part between it and our pages.

use super::{Answer, Browser, ISSUER};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use url::Url;
use webauthn_authenticator_rs::WebauthnAuthenticator;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;

/// What a browser posts to register a passkey.
pub struct Created {
    pub authenticator: Authenticator,
    pub ceremony: String,
    pub credential: String,
}

/// A person's phone. It remembers its one discoverable passkey.
pub struct Authenticator {
    soft: SoftPasskey,
    credential: String,
    user: Vec<u8>,
}

impl Authenticator {
    /// Registers a passkey on the page of the person who is signed in in `browser`.
    pub async fn registered_in(browser: &mut Browser) -> Authenticator {
        let Created { authenticator, ceremony, credential } = Self::created_in(browser).await;
        let fields = [("name", "Phone"), ("ceremony", &*ceremony), ("credential", &credential)];
        let posted = browser.own_form("/me/passkeys/add", &fields).await;
        assert!(posted.header("location").starts_with("/me?done="), "{} {}", posted.status, posted.body);
        authenticator
    }

    /// Creates a passkey for the person who is signed in in `browser`, and posts nothing yet.
    pub async fn created_in(browser: &mut Browser) -> Created {
        let offer = browser.own_form("/me/passkeys/options", &[]).await.json();
        let mut options = offer["publicKey"].clone();
        // The software authenticator keeps no discoverable credentials; `self` does that for it.
        options["authenticatorSelection"]["requireResidentKey"] = json!(false);
        let user = options["user"]["id"].as_str().and_then(|id| BASE64URL_NOPAD.decode(id.as_bytes()).ok());
        let options = serde_json::from_value(json!({ "publicKey": options })).expect("creation options");
        let mut soft = SoftPasskey::new(true);
        let made = soft.do_registration(origin(), options).expect("created");
        let credential = BASE64URL_NOPAD.encode(&made.raw_id);
        Created {
            authenticator: Authenticator { soft, credential, user: user.expect("a user id") },
            ceremony: offer["ceremony"].as_str().expect("a ceremony").to_owned(),
            credential: serde_json::to_string(&made).expect("JSON"),
        }
    }

    /// What `navigator.credentials.get()` gives the sign-in page.
    pub fn assertion(&mut self, page: &Answer) -> String {
        let options: Value = serde_json::from_str(&page.data("options")).expect("request options");
        self.answer(options)
    }

    /// What it gives to who asks with another challenge than the options'.
    pub fn assertion_over(&mut self, options: &Value, challenge: &[u8]) -> String {
        let mut options = options.clone();
        options["challenge"] = json!(BASE64URL_NOPAD.encode(challenge));
        self.answer(options)
    }

    fn answer(&mut self, mut options: Value) -> String {
        options["allowCredentials"] = json!([{ "type": "public-key", "id": self.credential }]);
        let options = serde_json::from_value(json!({ "publicKey": options })).expect("request options");
        let mut made = self.soft.do_authentication(origin(), options).expect("asserted");
        made.response.user_handle = Some(self.user.clone());
        serde_json::to_string(&made).expect("JSON")
    }

    /// Signs in with one touch; the answer is that of the post.
    pub async fn sign_in(&mut self, browser: &mut Browser, page: &Answer) -> Answer {
        let credential = self.assertion(page);
        let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
        let fields = [("interaction", &*interaction), ("csrf", &csrf), ("credential", &credential)];
        browser.post("/signin/passkey", &fields).await
    }
}

fn origin() -> Url {
    Url::parse(ISSUER).expect("a URL")
}
