//! An authenticator in software, and the browser's part between it and our pages.

use super::{Answer, Browser, ISSUER};
use crate::support::Device;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// What a browser posts to register a passkey.
pub struct Created {
    pub authenticator: Authenticator,
    pub ceremony: String,
    pub credential: String,
}

/// A person's phone.
pub struct Authenticator(Device);

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
        let (device, credential) = Device::created(ISSUER, &offer["publicKey"]);
        let ceremony = offer["ceremony"].as_str().expect("a ceremony").to_owned();
        Created { authenticator: Self(device), ceremony, credential }
    }

    /// What `navigator.credentials.get()` gives the sign-in page.
    pub fn assertion(&mut self, page: &Answer) -> String {
        let options: Value = serde_json::from_str(&page.data("options")).expect("request options");
        self.0.asserted(&options)
    }

    /// What it gives to who asks with another challenge than the options'.
    pub fn assertion_over(&mut self, options: &Value, challenge: &[u8]) -> String {
        let mut options = options.clone();
        options["challenge"] = json!(BASE64URL_NOPAD.encode(challenge));
        self.0.asserted(&options)
    }

    /// Signs in with one touch; the answer is that of the post.
    pub async fn sign_in(&mut self, browser: &mut Browser, page: &Answer) -> Answer {
        let credential = self.assertion(page);
        let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
        let fields = [("interaction", &*interaction), ("csrf", &csrf), ("credential", &credential)];
        browser.post("/signin/passkey", &fields).await
    }
}

/// Says yes on the page that asks whether to lift the freeze, with what `other` names in place of its own field.
pub async fn lift(browser: &mut Browser, asks: &Answer, other: &[(&str, &str)]) -> Answer {
    let (interaction, csrf) = (asks.field("interaction"), asks.field("csrf"));
    let credential = asks.field("credential").replace("&#34;", "\"").replace("&#38;", "&");
    let mut fields = vec![("interaction", &*interaction), ("csrf", &csrf), ("credential", &credential)];
    fields.retain(|(name, _)| !other.iter().any(|(replaced, _)| replaced == name));
    fields.extend_from_slice(other);
    browser.post("/signin/lift", &fields).await
}
