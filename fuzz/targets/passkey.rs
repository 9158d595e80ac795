//! What browsers say that authenticators said: JSON, within it CBOR, within that keys and signatures.

use super::text;
use data_encoding::BASE64URL_NOPAD;
use hufu::authn::{Assertion, Challenge, Passkeys, StoredPasskey};
use hufu::person::WebauthnUserId;
use hufu::spec::IssuerUrl;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// What a software authenticator once made for [`OWNER`] and [`challenge`], and the passkey that came of it.
const CREATED: &str = include_str!("../corpus/passkey_json/created.json");
const ASSERTED: &str = include_str!("../corpus/passkey_json/asserted.json");
const STORED: &str = include_str!("stored_passkey.json");
const OWNER: WebauthnUserId = WebauthnUserId::from_bytes([7; 16]);

struct Site {
    passkeys: Passkeys,
    stored: StoredPasskey,
    created: Value,
    asserted: Value,
    challenge: Challenge,
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    let read = |text| serde_json::from_str::<Value>(text).expect("JSON");
    Site {
        passkeys: Passkeys::new(&IssuerUrl::new("https://hufu.example".into()).expect("a URL")).expect("a domain"),
        stored: serde_json::from_str(STORED).expect("a passkey"),
        created: read(CREATED),
        asserted: read(ASSERTED),
        challenge: serde_json::from_value(json!([9_u8; 32].as_slice())).expect("a challenge"),
    }
});

/// The whole JSON of either ceremony.
pub fn json(data: &[u8]) {
    let json = text(data);
    let registered = SITE.passkeys.register(&json, &SITE.challenge, &OWNER, &[], "Phone");
    assert!(registered.is_ok() || json != CREATED, "a good registration");
    if let Ok(registered) = registered {
        assert!(registered.credential_id().is_ok() && registered.assurance().is_ok());
        let known = SITE.passkeys.register(&json, &SITE.challenge, &OWNER, &[registered], "Phone");
        assert!(known.is_err(), "registered twice");
    }
    let Ok(assertion) = Assertion::read(&json) else { return };
    let _ = assertion.credential_id();
    let proven = SITE.passkeys.verify(&assertion, &SITE.challenge, &SITE.stored, &OWNER);
    assert!(proven.is_ok() || json != ASSERTED, "a good assertion");
    if proven.is_ok() {
        let said: Value = serde_json::from_str(&json).expect("JSON");
        signed(&said["response"]);
    }
}

/// The attestation object, within a registration that is good otherwise.
pub fn attestation(data: &[u8]) {
    let mut created = SITE.created.clone();
    created["response"]["attestationObject"] = Value::String(BASE64URL_NOPAD.encode(data));
    json(created.to_string().as_bytes());
}

/// The authenticator data, within an assertion that is good otherwise.
pub fn assertion(data: &[u8]) {
    let mut asserted = SITE.asserted.clone();
    asserted["response"]["authenticatorData"] = Value::String(BASE64URL_NOPAD.encode(data));
    json(asserted.to_string().as_bytes());
}

/// What is believed is what the authenticator signed, byte for byte.
fn signed(said: &Value) {
    for member in ["authenticatorData", "clientDataJSON"] {
        let bytes = |response: &Value| {
            let text = response[member].as_str()?.replace('+', "-").replace('/', "_");
            Some(text.trim_end_matches('=').to_owned())
        };
        assert_eq!(bytes(said), bytes(&SITE.asserted["response"]), "{member} was never signed");
    }
}
