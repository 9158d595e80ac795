//! A software authenticator: makes the passkey of a persona, and hands its private key out for a virtual authenticator.
//!
//! WebAuthn §6.5.1 (authenticator data), §8.7 (attestation `none`), RFC 9053 §7.1.1 (the COSE key). What it makes goes
//! through the same door as a real passkey: `authn` verifies it.

use super::data::Passkey;
use crate::spec::IssuerUrl;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use serde_json::json;

/// User present, user verified, credential attached.
const FLAGS: u8 = 0x01 | 0x04 | 0x40;
/// `{1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}`, up to the 32 bytes of x; then those before y.
const COSE_X: &[u8] = &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
const COSE_Y: &[u8] = &[0x22, 0x58, 0x20];
/// `{"fmt": "none", "attStmt": {}, "authData": bytes of a one-byte length}`, up to that length.
const ATTESTATION: &[u8] = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58";

/// A new discoverable P-256 passkey for `issuer`; `None` when the system makes no key.
pub fn passkey(issuer: &IssuerUrl, rng: &mut dyn CryptoRng) -> Option<Passkey> {
    let (mut credential_id, mut user_handle) = ([0; 32], [0; 16]);
    rng.fill_bytes(&mut credential_id);
    rng.fill_bytes(&mut user_handle);
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).ok()?;
    Some(Passkey {
        credential_id: BASE64URL_NOPAD.encode(&credential_id),
        is_resident_credential: true,
        rp_id: issuer.url().host_str()?.to_owned(),
        private_key: BASE64URL_NOPAD.encode(pair.to_pkcs8v1().ok()?.as_ref()),
        user_handle: BASE64URL_NOPAD.encode(&user_handle),
        sign_count: 0,
    })
}

/// What a browser would post after `navigator.credentials.create()`; `None` when the passkey is damaged.
pub fn registration(passkey: &Passkey, issuer: &IssuerUrl, challenge: &[u8]) -> Option<String> {
    let client_data = json!({
        "type": "webauthn.create",
        "challenge": BASE64URL_NOPAD.encode(challenge),
        "origin": issuer.url().origin().ascii_serialization(),
        "crossOrigin": false,
    });
    let mut attestation = ATTESTATION.to_vec();
    let authenticator_data = authenticator_data(passkey)?;
    attestation.push(u8::try_from(authenticator_data.len()).ok()?);
    attestation.extend_from_slice(&authenticator_data);
    let credential = json!({
        "id": passkey.credential_id,
        "rawId": passkey.credential_id,
        "type": "public-key",
        "response": {
            "clientDataJSON": BASE64URL_NOPAD.encode(client_data.to_string().as_bytes()),
            "attestationObject": BASE64URL_NOPAD.encode(&attestation),
            "transports": ["internal"],
        },
        "clientExtensionResults": { "credProps": { "rk": true } },
    });
    Some(credential.to_string())
}

/// rpIdHash ‖ flags ‖ signCount ‖ AAGUID ‖ length of the id ‖ id ‖ COSE key.
fn authenticator_data(passkey: &Passkey) -> Option<Vec<u8>> {
    let id = BASE64URL_NOPAD.decode(passkey.credential_id.as_bytes()).ok()?;
    let pkcs8 = BASE64URL_NOPAD.decode(passkey.private_key.as_bytes()).ok()?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).ok()?;
    // An uncompressed point: 0x04, x, y.
    let (x, y) = pair.public_key().as_ref().get(1..65)?.split_at(32);
    let mut data = digest(&SHA256, passkey.rp_id.as_bytes()).as_ref().to_vec();
    data.push(FLAGS);
    data.extend_from_slice(&passkey.sign_count.to_be_bytes());
    data.extend_from_slice(&[0; 16]);
    data.extend_from_slice(&u16::try_from(id.len()).ok()?.to_be_bytes());
    for part in [&id, COSE_X, x, COSE_Y, y] {
        data.extend_from_slice(part);
    }
    Some(data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authn::{Assertion, Challenge, Passkeys};
    use crate::person::WebauthnUserId;
    use aws_lc_rs::rand::SystemRandom;
    use rand::{SeedableRng, rngs::StdRng};

    /// What a browser would post after `navigator.credentials.get()` with the handed-out private key (WebAuthn §6.3.3).
    fn assertion(passkey: &Passkey, issuer: &IssuerUrl, challenge: &Challenge) -> String {
        let client_data = json!({
            "type": "webauthn.get",
            "challenge": BASE64URL_NOPAD.encode(challenge.as_bytes()),
            "origin": issuer.url().origin().ascii_serialization(),
        });
        let client_data = client_data.to_string().into_bytes();
        let mut data = digest(&SHA256, passkey.rp_id.as_bytes()).as_ref().to_vec();
        data.extend_from_slice(&[0x01 | 0x04, 0, 0, 0, 1]);
        let pkcs8 = BASE64URL_NOPAD.decode(passkey.private_key.as_bytes()).expect("base64url");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).expect("a key");
        let signed = [data.as_slice(), digest(&SHA256, &client_data).as_ref()].concat();
        let signature = pair.sign(&SystemRandom::new(), &signed).expect("signs");
        let credential = json!({
            "id": passkey.credential_id,
            "rawId": passkey.credential_id,
            "type": "public-key",
            "response": {
                "clientDataJSON": BASE64URL_NOPAD.encode(&client_data),
                "authenticatorData": BASE64URL_NOPAD.encode(&data),
                "signature": BASE64URL_NOPAD.encode(signature.as_ref()),
                "userHandle": passkey.user_handle,
            },
            "clientExtensionResults": {},
        });
        credential.to_string()
    }

    #[test]
    fn the_passkey_registers_and_signs_in_like_a_real_one() {
        let mut rng = StdRng::seed_from_u64(1);
        let issuer = IssuerUrl::new("http://localhost:8080".into()).expect("a URL");
        let passkeys = Passkeys::new(&issuer).expect("localhost is a domain");
        let made = passkey(&issuer, &mut rng).expect("made");
        let handle = BASE64URL_NOPAD.decode(made.user_handle.as_bytes()).expect("base64url");
        let owner = WebauthnUserId::from_bytes(handle.try_into().expect("sixteen bytes"));

        let challenge = Challenge::random(&mut rng);
        let posted = registration(&made, &issuer, challenge.as_bytes()).expect("whole");
        let stored = passkeys.register(&posted, &challenge, &owner, &[], "Sandbox").expect("registers");

        let challenge = Challenge::random(&mut rng);
        let posted = Assertion::read(&assertion(&made, &issuer, &challenge)).expect("reads");
        assert_eq!(posted.credential_id(), stored.credential_id().expect("an id"));
        passkeys.verify(&posted, &challenge, &stored, &owner).expect("signs in");
    }
}
