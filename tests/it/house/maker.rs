//! A maker of authenticators: it vouches for a passkey by a packed attestation with a certificate (WebAuthn §8.2).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use data_encoding::BASE64URL_NOPAD;
use hufu::authn::AttestationRoots;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use serde_json::{Value, json};

/// Where the flags and the AAGUID stand in the authenticator data (WebAuthn §6.1, §6.5.2).
const FLAGS: usize = 32;
const AAGUID: std::ops::Range<usize> = 37..53;
/// "Backup eligible" (§6.1).
const BE: u8 = 0x08;

pub const MODEL: &str = "01020304-0506-0708-0102-030405060708";

pub struct Maker {
    root: String,
    batch: Vec<u8>,
    key: EcdsaKeyPair,
}

/// What the authenticator says about its key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key {
    StaysHere,
    MayBeBackedUp,
}

impl Maker {
    pub fn new() -> Self {
        let root_key = KeyPair::generate().expect("a key");
        let mut root = CertificateParams::default();
        root.distinguished_name.push(DnType::CommonName, "Maker's root");
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root_pem = root.self_signed(&root_key).expect("a root").pem();
        let key = KeyPair::generate().expect("a key");
        let mut batch = CertificateParams::default();
        batch.is_ca = IsCa::ExplicitNoCa;
        for (kind, name) in [
            (DnType::CountryName, "CN"),
            (DnType::OrganizationName, "Maker"),
            (DnType::OrganizationalUnitName, "Authenticator Attestation"),
            (DnType::CommonName, "Maker's batch"),
        ] {
            batch.distinguished_name.push(kind, name);
        }
        let batch = batch.signed_by(&key, &Issuer::new(root, root_key)).expect("a certificate").der().to_vec();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.serialized_der()).expect("P-256");
        Self { root: root_pem, batch, key }
    }

    pub fn roots(&self) -> AttestationRoots {
        AttestationRoots::parse(&self.root).expect("a root")
    }

    /// The same registration with this maker's word in place of the authenticator's own.
    pub fn vouch(&self, credential: &str, key: Key) -> String {
        let mut credential: Value = serde_json::from_str(credential).expect("JSON");
        let part = |name: &str| {
            let text = credential["response"][name].as_str().expect("text");
            BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url")
        };
        let mut data = authenticator_data(&part("attestationObject"));
        data[AAGUID].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
        if key == Key::MayBeBackedUp {
            data[FLAGS] |= BE;
        }
        let signed = [&data, digest(&SHA256, &part("clientDataJSON")).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("signed");
        // {"fmt": "packed", "attStmt": {"alg": -7, "sig": …, "x5c": […]}, "authData": …}
        let mut object = b"\xa3\x63fmt\x66packed\x67attStmt\xa3\x63alg\x26\x63sig".to_vec();
        object.extend(bytes(signature.as_ref()));
        object.extend(b"\x63x5c\x81");
        object.extend(bytes(&self.batch));
        object.extend(b"\x68authData");
        object.extend(bytes(&data));
        credential["response"]["attestationObject"] = json!(BASE64URL_NOPAD.encode(&object));
        credential.to_string()
    }
}

/// A byte string (RFC 8949 §3.1).
fn bytes(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("short").to_be_bytes();
    [&[0x59], &length[..], content].concat()
}

/// The value of `authData` in an attestation object.
fn authenticator_data(object: &[u8]) -> Vec<u8> {
    const NAME: &[u8] = b"\x68authData";
    let at = object.windows(NAME.len()).position(|part| part == NAME).expect("authData") + NAME.len();
    let (from, length) = match object[at] {
        0x58 => (at + 2, usize::from(object[at + 1])),
        0x59 => (at + 3, usize::from(u16::from_be_bytes([object[at + 1], object[at + 2]]))),
        other => panic!("no byte string: {other:#x}"),
    };
    object[from..from + length].to_vec()
}
