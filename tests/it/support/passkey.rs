//! An authenticator in software: what `navigator.credentials` gives to a page. Web Authentication Level 3.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use url::Url;
use webauthn_authenticator_rs::WebauthnAuthenticator;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;

/// A person's phone. It remembers its one discoverable passkey.
pub struct Device {
    soft: SoftPasskey,
    origin: Url,
    credential: String,
    user: Vec<u8>,
}

impl Device {
    /// What `create()` gives to a page of this origin: the device that holds the passkey, and the credential in JSON.
    pub fn created(origin: &str, options: &Value) -> (Self, String) {
        let mut options = options.clone();
        // The software authenticator keeps no discoverable credentials; `self` does that for it.
        options["authenticatorSelection"]["requireResidentKey"] = json!(false);
        let user = options["user"]["id"].as_str().and_then(|id| BASE64URL_NOPAD.decode(id.as_bytes()).ok());
        let options = serde_json::from_value(json!({ "publicKey": options })).expect("creation options");
        let (mut soft, origin) = (SoftPasskey::new(true), Url::parse(origin).expect("an origin"));
        let made = soft.do_registration(origin.clone(), options).expect("created");
        let credential = BASE64URL_NOPAD.encode(&made.raw_id);
        let device = Self { soft, origin, credential, user: user.expect("a user id") };
        (device, serde_json::to_string(&made).expect("JSON"))
    }

    /// What `get()` gives.
    pub fn asserted(&mut self, options: &Value) -> String {
        let mut options = options.clone();
        options["allowCredentials"] = json!([{ "type": "public-key", "id": self.credential }]);
        let options = serde_json::from_value(json!({ "publicKey": options })).expect("request options");
        let mut made = self.soft.do_authentication(self.origin.clone(), options).expect("asserted");
        made.response.user_handle = Some(self.user.clone());
        serde_json::to_string(&made).expect("JSON")
    }
}
