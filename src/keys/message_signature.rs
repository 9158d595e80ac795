//! Signs requests of ours to services that hold our public key: HTTP Message Signatures with Ed25519 (RFC 9421 §3.3.6), and the
//! digest of the body that is signed along (RFC 9530). A service that is broken into can so ask nobody in our name.
//!
//! Decides what is covered: method, authority, path, body, idempotency key and the instant. Knows no HTTP library: the parts of a
//! request come in as text. The key is of this machine's line to that service, not of the ring.

use crate::spec::Timestamp;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE64;
use rand::CryptoRng;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use std::fmt;
use zeroize::Zeroizing;

/// PKCS#8 (RFC 8410 §7) up to the 32 bytes of the key.
const PKCS8_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A private key and the name by which the other side knows its public half.
pub struct MessageKey {
    pair: Ed25519KeyPair,
    id: String,
}

/// Why there is no such key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageKeyError {
    #[error("a key's name is printable ASCII without quotes")]
    Name,
    #[error("it holds no private key in PEM")]
    Pem,
    #[error("its key is none for Ed25519: make one with `openssl genpkey -algorithm ed25519`")]
    Algorithm,
}

/// A request, as far as it is signed.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// In upper case.
    pub method: &'a str,
    /// Host, and port where it is not the scheme's own; in lower case (RFC 9421 §2.2.3).
    pub authority: &'a str,
    pub path: &'a str,
    /// The whole value of the header `Idempotency-Key`.
    pub idempotency_key: &'a str,
    pub body: &'a [u8],
}

/// The three headers that a signed request has more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSignature {
    pub content_digest: String,
    pub signature_input: String,
    pub signature: String,
}

impl MessageKey {
    /// Reads a private key in PEM; the other side knows it as `id`.
    ///
    /// # Errors
    /// As [`MessageKeyError`].
    pub fn parse(pem: &str, id: &str) -> Result<Self, MessageKeyError> {
        if id.is_empty() || !id.bytes().all(|byte| (b' '..=b'~').contains(&byte) && !matches!(byte, b'"' | b'\\')) {
            return Err(MessageKeyError::Name);
        }
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| MessageKeyError::Pem)?;
        let pair = Ed25519KeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| MessageKeyError::Algorithm)?;
        Ok(Self { pair, id: id.to_owned() })
    }

    /// A new private key in PEM.
    pub fn fresh_pem(rng: &mut dyn CryptoRng) -> Zeroizing<String> {
        let mut der = Zeroizing::new([0; 48]);
        der[..16].copy_from_slice(&PKCS8_HEAD);
        rng.fill_bytes(&mut der[16..]);
        Zeroizing::new(format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            BASE64.encode(der.as_slice())
        ))
    }

    /// What the other side is given, beforehand and by hand.
    pub fn public_key(&self) -> [u8; 32] {
        let mut public = [0; 32];
        public.copy_from_slice(self.pair.public_key().as_ref());
        public
    }

    /// Signs everything that makes the request what it is.
    pub fn sign(&self, message: Message<'_>, created: Timestamp) -> MessageSignature {
        let content_digest = format!("sha-256=:{}:", BASE64.encode(digest(&SHA256, message.body).as_ref()));
        let covered = [
            ("@method", message.method),
            ("@authority", message.authority),
            ("@path", message.path),
            ("content-digest", &content_digest),
            ("idempotency-key", message.idempotency_key),
        ];
        let (parameters, signature) = self.cover(&covered, created);
        MessageSignature { content_digest, signature_input: format!("sig1={parameters}"), signature }
    }

    /// RFC 9421 §2.5, §3.1: the signature's parameters, and the signature over these components.
    fn cover(&self, components: &[(&str, &str)], created: Timestamp) -> (String, String) {
        let names: Vec<_> = components.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let parameters = format!("({});created={};keyid=\"{}\"", names.join(" "), created.unix(), self.id);
        let lines: String = components.iter().map(|(name, value)| format!("\"{name}\": {value}\n")).collect();
        let base = format!("{lines}\"@signature-params\": {parameters}");
        let signature = self.pair.sign(base.as_bytes());
        (parameters, format!("sig1=:{}:", BASE64.encode(signature.as_ref())))
    }
}

impl fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageKey({}, [redacted])", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    /// RFC 9421, Appendix B.1.4.
    const RFC_KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
";

    /// RFC 9421, Appendix B.2.6.
    #[test]
    fn the_example_of_the_standard_is_signed_as_it_is_there() {
        let key = MessageKey::parse(RFC_KEY, "test-key-ed25519").expect("a key");
        let components = [
            ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            ("@method", "POST"),
            ("@path", "/foo"),
            ("@authority", "example.com"),
            ("content-type", "application/json"),
            ("content-length", "18"),
        ];
        let (parameters, signature) = key.cover(&components, Timestamp::from_unix(1_618_884_473));
        assert_eq!(
            parameters,
            "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
             ;created=1618884473;keyid=\"test-key-ed25519\""
        );
        assert_eq!(
            signature,
            "sig1=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
        );
    }

    #[test]
    fn every_part_of_a_request_changes_its_signature() {
        let key = MessageKey::parse(RFC_KEY, "k").expect("a key");
        let now = Timestamp::from_unix(1_800_000_000);
        let message =
            Message { method: "POST", authority: "a.example", path: "/b", idempotency_key: "\"c\"", body: b"d" };
        let whole = key.sign(message, now);
        for other in [
            Message { method: "PUT", ..message },
            Message { authority: "b.example", ..message },
            Message { path: "/c", ..message },
            Message { idempotency_key: "\"d\"", ..message },
            Message { body: b"e", ..message },
        ] {
            assert_ne!(key.sign(other, now).signature, whole.signature, "{other:?}");
        }
        assert_ne!(key.sign(message, Timestamp::from_unix(1_800_000_001)).signature, whole.signature);
    }

    #[test]
    fn a_key_that_was_made_is_read_again_and_shows_nothing() {
        let pem = MessageKey::fresh_pem(&mut StdRng::seed_from_u64(1));
        let key = MessageKey::parse(&pem, "hufu").expect("a key");
        assert_eq!(key.public_key(), MessageKey::parse(&pem, "other").expect("a key").public_key());
        assert_eq!(format!("{key:?}"), "MessageKey(hufu, [redacted])");
        for (pem, id) in [("", "k"), ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "k")] {
            assert!(MessageKey::parse(pem, id).is_err());
        }
        assert!(MessageKey::parse(&pem, "a\"b").is_err() && MessageKey::parse(&pem, "").is_err());
    }
}
