//! The network certificate: a passkey with user verification, found by the browser without a number being typed.
//!
//! WebAuthn Level 3 §7.1 and §7.2, by webauthn-rs; PROTOCOL 11, 20. Registration demands a discoverable credential and user
//! verification; signing in names no credential, so the page learns nothing about anybody. What must be remembered between
//! the two halves is the challenge alone: thirty-two bytes, sealed in the page, fresh for every page; everything else of the
//! ceremony is constant and made again. Knows no person's row: the caller looks the credential up.

mod attestation;
mod refused;
mod stored;

pub use attestation::{AttestationRoots, NotARoot};
pub use refused::PasskeyRefused;
pub use stored::{Attested, StoredPasskey};

use crate::person::WebauthnUserId;
use crate::spec::{Assurance, IssuerUrl, limits};
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Uuid,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// What people see beside the masked number when they choose a passkey.
const RP_NAME: &str = "Hufu";

/// The relying party: one per issuer.
#[derive(Clone, Debug)]
pub struct Passkeys {
    webauthn: Webauthn,
    /// Whose word about a passkey counts; without them nobody is asked for it.
    roots: Option<AttestationRoots>,
}

/// The issuer cannot be a relying party: its host is an address, not a domain name (WebAuthn §5.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("passkeys need an issuer with a domain name, such as localhost, not an IP address")]
pub struct NoDomain;

/// What an authenticator must sign: fresh for every page.
#[derive(Clone, Serialize, Deserialize)]
pub struct Challenge([u8; 32]);

impl Challenge {
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// A challenge that is a digest of what the passkey is to authorise: as fresh as what was digested.
    pub const fn over(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn json(&self) -> Value {
        Value::String(BASE64URL_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge([redacted])")
    }
}

/// What the browser posted to sign in, read but not verified: it says which passkey to look up.
#[derive(Debug)]
pub struct Assertion {
    credential: PublicKeyCredential,
}

impl Assertion {
    /// Reads the posted JSON.
    ///
    /// # Errors
    /// It is too large, not of the form, without a user handle, or made in a frame of another origin.
    pub fn read(json: &str) -> Result<Self, PasskeyRefused> {
        let credential: PublicKeyCredential = bounded(json)?;
        refuse_framed(&credential.response.client_data_json)?;
        let handle = credential.get_user_unique_id();
        // (§7.2 step 6) signing in without a number: response.userHandle must be present.
        handle.filter(|handle| !handle.is_empty()).ok_or(PasskeyRefused::OtherPerson)?;
        Ok(Self { credential })
    }

    /// The credential id: its keyed digest finds the row.
    pub fn credential_id(&self) -> &[u8] {
        &self.credential.raw_id
    }
}

/// A passkey proved that its person is here.
#[derive(Clone, Debug)]
pub struct Proven {
    pub assurance: Assurance,
    /// The row to write when counter or backup state moved.
    pub updated: Option<StoredPasskey>,
}

impl Passkeys {
    /// The relying party of `issuer`: its host is the relying party id, its origin the only origin.
    ///
    /// # Errors
    /// [`NoDomain`].
    pub fn new(issuer: &IssuerUrl) -> Result<Self, NoDomain> {
        let origin = Url::parse(&issuer.url().origin().ascii_serialization()).map_err(|_| NoDomain)?;
        let rp_id = origin.domain().ok_or(NoDomain)?;
        let webauthn = WebauthnBuilder::new(rp_id, &origin)
            .and_then(|builder| builder.rp_name(RP_NAME).build())
            .map_err(|_| NoDomain)?;
        Ok(Self { webauthn, roots: None })
    }

    /// The same, asking every new passkey who made it, and believing these.
    #[must_use]
    pub fn trusting(mut self, roots: AttestationRoots) -> Self {
        self.roots = Some(roots);
        self
    }

    /// The options of `navigator.credentials.create()`, for `parseCreationOptionsFromJSON`.
    ///
    /// `masked` is the masked number: `user.id` is random and `user.name` masked, for both sync into other people's clouds
    /// (PROTOCOL 11).
    ///
    /// # Errors
    /// A row of `known` holds no passkey.
    pub fn creation_options(
        &self,
        user: &WebauthnUserId,
        masked: &str,
        known: &[StoredPasskey],
        challenge: &Challenge,
    ) -> Result<Value, PasskeyRefused> {
        let (mut options, _) = self.start_registration(user, masked, known)?;
        options["challenge"] = challenge.json();
        options["authenticatorSelection"]["residentKey"] = json!("required");
        options["authenticatorSelection"]["requireResidentKey"] = json!(true);
        options["authenticatorSelection"]["userVerification"] = json!("required");
        // Where nobody's word would count, the browser is to keep the model to itself (§5.4.7).
        options["attestation"] = json!(if self.roots.is_some() { "direct" } else { "none" });
        Ok(options)
    }

    /// Verifies what `navigator.credentials.create()` returned (§7.1).
    ///
    /// # Errors
    /// See [`PasskeyRefused`].
    pub fn register(
        &self,
        json: &str,
        challenge: &Challenge,
        user: &WebauthnUserId,
        known: &[StoredPasskey],
        name: &str,
    ) -> Result<StoredPasskey, PasskeyRefused> {
        let credential: RegisterPublicKeyCredential = bounded(json)?;
        refuse_framed(&credential.response.client_data_json)?;
        let says: Value = bounded(json)?;
        // The browser's word, and the only one there is: an undiscoverable passkey could never be used here.
        if says.pointer("/clientExtensionResults/credProps/rk") == Some(&Value::Bool(false)) {
            return Err(PasskeyRefused::NotDiscoverable);
        }
        // webauthn-rs refuses an excluded credential too, but under another error's name.
        for passkey in known {
            if passkey.credential_id()? == credential.raw_id {
                return Err(PasskeyRefused::AlreadyRegistered);
            }
        }
        let (_, state) = self.start_registration(user, "-", known)?;
        let state: PasskeyRegistration = resumed(&state, "/rs/challenge", challenge)?;
        let passkey = self.webauthn.finish_passkey_registration(&credential, &state)?;
        let vouched = self.roots.as_ref().and_then(|roots| roots.vouch(&self.webauthn, &credential, challenge));
        StoredPasskey::with(&passkey, name, vouched)
    }

    /// The options of `navigator.credentials.get()`, for `parseRequestOptionsFromJSON`; the script adds `mediation`.
    /// No credential is named: whoever asks learns nothing.
    ///
    /// # Errors
    /// None that a correct build can meet.
    pub fn request_options(&self, challenge: &Challenge) -> Result<Value, PasskeyRefused> {
        let (options, _) = self.webauthn.start_discoverable_authentication()?;
        let mut options = serde_json::to_value(options.public_key).map_err(other)?;
        options["challenge"] = challenge.json();
        Ok(options)
    }

    /// Verifies an assertion against the passkey that its credential id found, and that passkey's owner (§7.2).
    ///
    /// A counter that does not grow is refused, for there may be a copy; synced passkeys count nothing and stay at zero.
    ///
    /// # Errors
    /// See [`PasskeyRefused`].
    pub fn verify(
        &self,
        assertion: &Assertion,
        challenge: &Challenge,
        stored: &StoredPasskey,
        owner: &WebauthnUserId,
    ) -> Result<Proven, PasskeyRefused> {
        let Assertion { credential } = assertion;
        // (§7.2 step 6) the user handle names the owner of the passkey.
        if !credential.get_user_unique_id().is_some_and(|handle| owner.matches(handle)) {
            return Err(PasskeyRefused::OtherPerson);
        }
        let (_, state) = self.webauthn.start_discoverable_authentication()?;
        let state = serde_json::to_value(state).map_err(other)?;
        let state: DiscoverableAuthentication = resumed(&state, "/ast/challenge", challenge)?;
        let mut passkey = stored.passkey()?;
        let result = self.webauthn.finish_discoverable_authentication_v2(credential, state, &passkey)?;
        let updated = match passkey.update_credential(&result) {
            Some(true) => Some(stored.moved(&passkey)?),
            Some(false) | None => None,
        };
        let assurance = match stored.aaguid() {
            Some(_) => Assurance::Attested,
            None if result.backup_eligible() => Assurance::Synced,
            None => Assurance::DeviceBound,
        };
        Ok(Proven { assurance, updated })
    }

    fn start_registration(
        &self,
        user: &WebauthnUserId,
        masked: &str,
        known: &[StoredPasskey],
    ) -> Result<(Value, Value), PasskeyRefused> {
        let known = known.iter().map(StoredPasskey::credential_id).collect::<Result<Vec<_>, _>>()?;
        let user = Uuid::from_bytes(*user.as_bytes());
        let (options, state) = self.webauthn.start_passkey_registration(user, masked, masked, Some(known))?;
        Ok((serde_json::to_value(options.public_key).map_err(other)?, serde_json::to_value(state).map_err(other)?))
    }
}

/// The constant state of a ceremony with the challenge of this page in the place where webauthn-rs keeps its own.
fn resumed<State: DeserializeOwned>(
    state: &Value,
    place: &str,
    challenge: &Challenge,
) -> Result<State, PasskeyRefused> {
    let mut state = state.clone();
    *state.pointer_mut(place).ok_or_else(|| PasskeyRefused::Other(format!("no {place}")))? = challenge.json();
    serde_json::from_value(state).map_err(other)
}

fn bounded<T: DeserializeOwned>(json: &str) -> Result<T, PasskeyRefused> {
    if json.len() > limits::VALUE {
        return Err(PasskeyRefused::TooLarge(json.len()));
    }
    serde_json::from_str(json).map_err(|_| PasskeyRefused::Malformed)
}

/// (§7.1 step 10, §7.2 step 13) we never ask from within a frame of another origin. webauthn-rs does not look.
fn refuse_framed(client_data: &[u8]) -> Result<(), PasskeyRefused> {
    let client_data: Value = serde_json::from_slice(client_data).map_err(|_| PasskeyRefused::Malformed)?;
    match client_data.get("crossOrigin") {
        None | Some(Value::Bool(false)) => Ok(()),
        Some(_) => Err(PasskeyRefused::CrossOrigin),
    }
}

fn other(error: serde_json::Error) -> PasskeyRefused {
    PasskeyRefused::Other(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};
    use webauthn_authenticator_rs::{WebauthnAuthenticator, softpasskey::SoftPasskey};

    const ISSUER: &str = "https://id.example.org/";
    const OWNER: WebauthnUserId = WebauthnUserId::from_bytes([7; 16]);

    struct Site {
        passkeys: Passkeys,
        authenticator: SoftPasskey,
        rng: StdRng,
    }

    /// Someone's browser: what it may be talked into before it asks the authenticator.
    struct Browser<'a> {
        origin: &'a str,
        edit: fn(&mut Value),
        user_handle: &'a [u8],
    }

    const HONEST: Browser<'_> = Browser { origin: ISSUER, edit: |_| (), user_handle: OWNER.as_bytes() };

    impl Site {
        fn new() -> Self {
            Self {
                passkeys: passkeys(ISSUER).expect("a domain"),
                authenticator: SoftPasskey::new(true),
                rng: StdRng::seed_from_u64(1),
            }
        }

        fn challenge(&mut self) -> Challenge {
            Challenge::random(&mut self.rng)
        }

        /// What `navigator.credentials.create()` gives the page.
        fn create(&mut self, challenge: &Challenge, browser: &Browser<'_>) -> String {
            let mut options = self.passkeys.creation_options(&OWNER, "••••-7KQX", &[], challenge).expect("options");
            // The software authenticator keeps no discoverable credentials.
            options["authenticatorSelection"]["requireResidentKey"] = json!(false);
            (browser.edit)(&mut options);
            let options = serde_json::from_value(json!({ "publicKey": options })).expect("creation options");
            let origin = Url::parse(browser.origin).expect("a URL");
            serde_json::to_string(&self.authenticator.do_registration(origin, options).expect("created")).expect("JSON")
        }

        /// What `navigator.credentials.get()` gives the page.
        fn get(&mut self, challenge: &Challenge, passkey: &StoredPasskey, browser: &Browser<'_>) -> String {
            let mut options = self.passkeys.request_options(challenge).expect("options");
            let id = BASE64URL_NOPAD.encode(&passkey.credential_id().expect("readable"));
            options["allowCredentials"] = json!([{ "type": "public-key", "id": id }]);
            (browser.edit)(&mut options);
            let options = serde_json::from_value(json!({ "publicKey": options })).expect("request options");
            let origin = Url::parse(browser.origin).expect("a URL");
            let mut made = self.authenticator.do_authentication(origin, options).expect("asserted");
            made.response.user_handle = Some(browser.user_handle.to_vec());
            serde_json::to_string(&made).expect("JSON")
        }

        fn registered(&mut self) -> StoredPasskey {
            let challenge = self.challenge();
            let json = self.create(&challenge, &HONEST);
            self.passkeys.register(&json, &challenge, &OWNER, &[], "Phone").expect("registered")
        }

        fn sign_in(&mut self, stored: &StoredPasskey, browser: &Browser<'_>) -> Result<Proven, PasskeyRefused> {
            let challenge = self.challenge();
            let json = self.get(&challenge, stored, browser);
            self.passkeys.verify(&Assertion::read(&json)?, &challenge, stored, &OWNER)
        }
    }

    fn passkeys(issuer: &str) -> Result<Passkeys, NoDomain> {
        Passkeys::new(&IssuerUrl::new(issuer.to_owned()).expect("a URL"))
    }

    #[test]
    fn a_passkey_is_registered_and_signs_in_without_a_number() {
        let mut site = Site::new();
        let stored = site.registered();
        assert_eq!((stored.name(), stored.assurance()), ("Phone", Ok(Assurance::DeviceBound)));
        let proven = site.sign_in(&stored, &HONEST).expect("signed in");
        assert_eq!(proven.assurance, Assurance::DeviceBound);
        let updated = proven.updated.expect("the counter moved");
        assert_eq!((updated.name(), updated.credential_id()), ("Phone", stored.credential_id()));
        assert!(site.sign_in(&updated, &HONEST).is_ok());
    }

    #[test]
    fn the_row_keeps_a_passkey_through_sealing() {
        let mut site = Site::new();
        let stored = site.registered().renamed(" My\nphone ");
        let bytes = postcard::to_stdvec(&stored).expect("serialises");
        let again: StoredPasskey = postcard::from_bytes(&bytes).expect("parses");
        assert_eq!(again.name(), "Myphone");
        assert!(site.sign_in(&again, &HONEST).is_ok());
        assert_eq!(again.renamed(&"x".repeat(500)).name().len(), 60);
    }

    /// PROTOCOL 11; WebAuthn §5.4.4.
    #[test]
    fn registration_wants_a_discoverable_verified_passkey_and_syncs_no_number() {
        let mut site = Site::new();
        let stored = site.registered();
        let challenge = site.challenge();
        let known = std::slice::from_ref(&stored);
        let options = site.passkeys.creation_options(&OWNER, "••••-7KQX", known, &challenge).expect("options");
        let wanted = &options["authenticatorSelection"];
        assert_eq!((&wanted["residentKey"], &wanted["userVerification"]), (&json!("required"), &json!("required")));
        assert_eq!(options["user"]["id"], json!(BASE64URL_NOPAD.encode(OWNER.as_bytes())));
        assert_eq!(
            (&options["user"]["name"], &options["user"]["displayName"]),
            (&json!("••••-7KQX"), &json!("••••-7KQX"))
        );
        let excluded = BASE64URL_NOPAD.encode(&stored.credential_id().expect("readable"));
        assert_eq!(options["excludeCredentials"][0]["id"], json!(excluded));
        assert_eq!(options["rp"]["id"], json!("id.example.org"));
        assert_eq!(options["challenge"], json!(BASE64URL_NOPAD.encode(challenge.as_bytes())));
    }

    #[test]
    fn the_request_names_nobody_and_wants_the_person_verified() {
        let mut site = Site::new();
        let challenge = site.challenge();
        let options = site.passkeys.request_options(&challenge).expect("options");
        assert_eq!(options["allowCredentials"], json!([]));
        assert_eq!(options["userVerification"], json!("required"));
        assert_eq!(options["rpId"], json!("id.example.org"));
        assert_eq!(options["challenge"], json!(BASE64URL_NOPAD.encode(challenge.as_bytes())));
    }

    /// WebAuthn §7.2 steps 12 to 17, each broken once.
    #[test]
    fn an_assertion_made_elsewhere_or_without_the_person_is_refused() {
        let mut site = Site::new();
        let stored = site.registered();
        for (browser, cause) in [
            (Browser { origin: "https://evil.id.example.org", ..HONEST }, PasskeyRefused::OtherOrigin),
            (Browser { origin: "https://id.example.org:8443", ..HONEST }, PasskeyRefused::OtherOrigin),
            (Browser { edit: |o| o["rpId"] = json!("example.org"), ..HONEST }, PasskeyRefused::OtherRelyingParty),
            (Browser { edit: |o| o["userVerification"] = json!("preferred"), ..HONEST }, PasskeyRefused::NotVerified),
            (Browser { user_handle: &[8; 16], ..HONEST }, PasskeyRefused::OtherPerson),
            (Browser { user_handle: &[], ..HONEST }, PasskeyRefused::OtherPerson),
        ] {
            assert_eq!(site.sign_in(&stored, &browser).err(), Some(cause));
        }
        assert!(site.sign_in(&stored, &HONEST).is_ok());
    }

    #[test]
    fn a_registration_made_elsewhere_or_without_the_person_is_refused() {
        let mut site = Site::new();
        for (browser, cause) in [
            (Browser { origin: "https://evil.id.example.org", ..HONEST }, PasskeyRefused::OtherOrigin),
            (Browser { edit: |o| o["rp"]["id"] = json!("example.org"), ..HONEST }, PasskeyRefused::OtherRelyingParty),
            (
                Browser { edit: |o| o["authenticatorSelection"]["userVerification"] = json!("preferred"), ..HONEST },
                PasskeyRefused::NotVerified,
            ),
        ] {
            let challenge = site.challenge();
            let json = site.create(&challenge, &browser);
            assert_eq!(site.passkeys.register(&json, &challenge, &OWNER, &[], "x").err(), Some(cause));
        }
    }

    /// PROTOCOL 23: the challenge belongs to one page.
    #[test]
    fn an_assertion_replayed_into_another_page_is_refused() {
        let mut site = Site::new();
        let stored = site.registered();
        let (first, second) = (site.challenge(), site.challenge());
        let json = site.get(&first, &stored, &HONEST);
        let assertion = Assertion::read(&json).expect("well formed");
        assert!(site.passkeys.verify(&assertion, &first, &stored, &OWNER).is_ok());
        let replayed = site.passkeys.verify(&assertion, &second, &stored, &OWNER);
        assert_eq!(replayed.err(), Some(PasskeyRefused::OtherChallenge));
        let challenge = site.challenge();
        let json = site.create(&first, &HONEST);
        let replayed = site.passkeys.register(&json, &challenge, &OWNER, &[], "x");
        assert_eq!(replayed.err(), Some(PasskeyRefused::OtherChallenge));
    }

    /// WebAuthn §6.1.1: "a signal that the authenticator may be cloned".
    #[test]
    fn a_counter_that_does_not_grow_is_refused() {
        let mut site = Site::new();
        let stored = site.registered();
        let challenge = site.challenge();
        let json = site.get(&challenge, &stored, &HONEST);
        let assertion = Assertion::read(&json).expect("well formed");
        let proven = site.passkeys.verify(&assertion, &challenge, &stored, &OWNER).expect("once");
        let updated = proven.updated.expect("the counter moved");
        let again = site.passkeys.verify(&assertion, &challenge, &updated, &OWNER);
        assert_eq!(again.err(), Some(PasskeyRefused::CounterWentBack));
    }

    #[test]
    fn a_passkey_verifies_its_own_assertions_only() {
        let mut site = Site::new();
        let (one, two) = (site.registered(), site.registered());
        let challenge = site.challenge();
        let json = site.get(&challenge, &one, &HONEST);
        let assertion = Assertion::read(&json).expect("well formed");
        assert_eq!(assertion.credential_id(), one.credential_id().expect("readable"));
        let other = site.passkeys.verify(&assertion, &challenge, &two, &OWNER);
        assert_eq!(other.err(), Some(PasskeyRefused::OtherPasskey));
    }

    #[test]
    fn tampered_and_oversized_json_is_refused() {
        let mut site = Site::new();
        let stored = site.registered();
        let challenge = site.challenge();
        let json = site.get(&challenge, &stored, &HONEST);
        let tamper = |place: &str, edit: &dyn Fn(&mut Value)| {
            let mut value: Value = serde_json::from_str(&json).expect("JSON");
            edit(value.pointer_mut(place).expect("a place"));
            Assertion::read(&value.to_string())
                .and_then(|read| site.passkeys.verify(&read, &challenge, &stored, &OWNER))
        };
        let flip = |value: &mut Value| {
            let mut bytes = BASE64URL_NOPAD.decode(value.as_str().expect("text").as_bytes()).expect("base64url");
            // The last byte of the counter, of the signature's s, of the client data's closing.
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            *value = json!(BASE64URL_NOPAD.encode(&bytes));
        };
        assert_eq!(tamper("/response/signature", &flip).err(), Some(PasskeyRefused::Signature));
        assert_eq!(tamper("/response/authenticatorData", &flip).err(), Some(PasskeyRefused::Signature));
        assert_eq!(tamper("/response/clientDataJSON", &flip).err(), Some(PasskeyRefused::Malformed));
        assert_eq!(tamper("/response/userHandle", &|v| *v = Value::Null).err(), Some(PasskeyRefused::OtherPerson));
        let framed = tamper("/response/clientDataJSON", &|value| {
            let bytes = BASE64URL_NOPAD.decode(value.as_str().expect("text").as_bytes()).expect("base64url");
            let mut data: Value = serde_json::from_slice(&bytes).expect("JSON");
            data["crossOrigin"] = json!(true);
            *value = json!(BASE64URL_NOPAD.encode(data.to_string().as_bytes()));
        });
        assert_eq!(framed.err(), Some(PasskeyRefused::CrossOrigin));
        for text in ["", "null", "[]", "{}", &json[..json.len() - 1]] {
            assert_eq!(Assertion::read(text).err(), Some(PasskeyRefused::Malformed), "{text}");
        }
        let large = format!("{}{json}", " ".repeat(limits::VALUE));
        assert!(matches!(Assertion::read(&large).err(), Some(PasskeyRefused::TooLarge(_))));
    }

    #[test]
    fn a_passkey_that_is_known_or_not_discoverable_is_not_registered() {
        let mut site = Site::new();
        let challenge = site.challenge();
        let json = site.create(&challenge, &HONEST);
        let stored = site.passkeys.register(&json, &challenge, &OWNER, &[], "x").expect("registered");
        let known = site.passkeys.register(&json, &challenge, &OWNER, &[stored], "x");
        assert_eq!(known.err(), Some(PasskeyRefused::AlreadyRegistered));
        let mut value: Value = serde_json::from_str(&json).expect("JSON");
        value["clientExtensionResults"] = json!({ "credProps": { "rk": false } });
        value.as_object_mut().expect("an object").remove("extensions");
        let hidden = site.passkeys.register(&value.to_string(), &challenge, &OWNER, &[], "x");
        assert_eq!(hidden.err(), Some(PasskeyRefused::NotDiscoverable));
    }

    #[test]
    fn an_issuer_with_a_domain_is_a_relying_party_and_an_address_is_none() {
        assert!(passkeys("http://localhost:8080").is_ok());
        assert!(passkeys("https://id.example.org/tenant").is_ok());
        assert_eq!(passkeys("http://127.0.0.1:8080").err(), Some(NoDomain));
        assert_eq!(passkeys("https://[::1]").err(), Some(NoDomain));
    }
}
