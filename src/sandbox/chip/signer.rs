//! Keys of a testing authority: every algorithm that real issuers use and a library can still sign with.

use super::der::{bits, integer, null, octets, oid, sequence};
use crate::document::Digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
    RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use ecdsa::signature::hazmat::PrehashSigner;
use p256::elliptic_curve::PublicKey;
use p256::elliptic_curve::ecdh::diffie_hellman;
use rand::CryptoRng;

/// How a testing authority signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    RsaPkcs1(Digest),
    RsaPss(Digest),
    P256(Digest),
    P384(Digest),
    P521(Digest),
    BrainpoolP256(Digest),
    BrainpoolP384(Digest),
}

/// How an elliptic curve is told in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveForm {
    Named,
    /// Spelt out, as most passports do.
    Explicit,
}

enum Key {
    Rsa(RsaKeyPair),
    P256(ecdsa::SigningKey<p256::NistP256>),
    P384(ecdsa::SigningKey<p384::NistP384>),
    P521(ecdsa::SigningKey<p521::NistP521>),
    BrainpoolP256(ecdsa::SigningKey<bp256::BrainpoolP256r1>),
    BrainpoolP384(ecdsa::SigningKey<bp384::BrainpoolP384r1>),
}

/// A key and how it signs.
pub struct Signer {
    pub(super) signing: Signing,
    key: Key,
    form: CurveForm,
}

/// Fresh scalars are drawn until one is in range: all but never twice.
macro_rules! draw {
    ($curve:ty, $bytes:literal, $rng:expr) => {{
        let mut bytes = [0; $bytes];
        loop {
            $rng.fill_bytes(&mut bytes);
            if $bytes == 66 {
                bytes[0] &= 1;
            }
            if let Ok(key) = ecdsa::SigningKey::<$curve>::from_slice(&bytes) {
                break key;
            }
        }
    }};
}

impl Signer {
    /// A fresh key. RSA takes its time.
    pub fn generate(signing: Signing, form: CurveForm, rng: &mut dyn CryptoRng) -> Self {
        let key = match signing {
            Signing::RsaPkcs1(_) | Signing::RsaPss(_) => {
                Key::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a sandbox can make an RSA key"))
            }
            Signing::P256(_) => Key::P256(draw!(p256::NistP256, 32, rng)),
            Signing::P384(_) => Key::P384(draw!(p384::NistP384, 48, rng)),
            Signing::P521(_) => Key::P521(draw!(p521::NistP521, 66, rng)),
            Signing::BrainpoolP256(_) => Key::BrainpoolP256(draw!(bp256::BrainpoolP256r1, 32, rng)),
            Signing::BrainpoolP384(_) => Key::BrainpoolP384(draw!(bp384::BrainpoolP384r1, 48, rng)),
        };
        Self { signing, key, form }
    }

    pub(super) const fn digest(&self) -> Digest {
        match self.signing {
            Signing::RsaPkcs1(digest)
            | Signing::RsaPss(digest)
            | Signing::P256(digest)
            | Signing::P384(digest)
            | Signing::P521(digest)
            | Signing::BrainpoolP256(digest)
            | Signing::BrainpoolP384(digest) => digest,
        }
    }

    /// The `AlgorithmIdentifier` of its signatures.
    pub(super) fn algorithm(&self) -> Vec<u8> {
        let digest = self.digest();
        match self.signing {
            Signing::RsaPkcs1(_) => sequence(&[oid(&format!("1.2.840.113549.1.1.{}", pkcs1_arc(digest))), null()]),
            Signing::RsaPss(_) => {
                let mask = sequence(&[oid("1.2.840.113549.1.1.8"), hash_algorithm(digest)]);
                let salt = integer(&[digest.hash(b"").len() as u8]);
                let parts = [(0, hash_algorithm(digest)), (1, mask), (2, salt)];
                let parameters = parts.map(|(number, part)| super::der::context(number, &part)).to_vec();
                sequence(&[oid("1.2.840.113549.1.1.10"), sequence(&parameters)])
            }
            _ if digest == Digest::Sha1 => sequence(&[oid("1.2.840.10045.4.1")]),
            _ => sequence(&[oid(&format!("1.2.840.10045.4.3.{}", ecdsa_arc(digest)))]),
        }
    }

    /// The `SubjectPublicKeyInfo`.
    pub(super) fn public_key(&self) -> Vec<u8> {
        macro_rules! point {
            ($key:expr) => {
                $key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
            };
        }
        let (curve, order, point) = match &self.key {
            Key::Rsa(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                let key = sequence(&[integer(&public.n), integer(&public.e)]);
                return sequence(&[sequence(&[oid("1.2.840.113549.1.1.1"), null()]), bits(&key)]);
            }
            Key::P256(key) => {
                ("1.2.840.10045.3.1.7", "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", point!(key))
            }
            Key::P384(key) => (
                "1.3.132.0.34",
                "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
                point!(key),
            ),
            Key::P521(key) => (
                "1.3.132.0.35",
                "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409",
                point!(key),
            ),
            Key::BrainpoolP256(key) => (
                "1.3.36.3.3.2.8.1.1.7",
                "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7",
                point!(key),
            ),
            Key::BrainpoolP384(key) => (
                "1.3.36.3.3.2.8.1.1.11",
                "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565",
                point!(key),
            ),
        };
        let parameters = match self.form {
            CurveForm::Named => oid(curve),
            CurveForm::Explicit => explicit(order),
        };
        sequence(&[sequence(&[oid("1.2.840.10045.2.1"), parameters]), bits(&point)])
    }

    /// A chip's signature over a challenge: ECDSA in the plain form of BSI TR-03111 §5.2.
    pub(super) fn sign_plain(&self, message: &[u8]) -> Vec<u8> {
        let hash = self.digest().hash(message);
        macro_rules! plain {
            ($key:expr, $curve:ty) => {{
                let signature: ecdsa::Signature<$curve> = $key.sign_prehash(&hash).expect("a hash can be signed");
                signature.to_bytes().to_vec()
            }};
        }
        match &self.key {
            Key::Rsa(_) => Vec::new(),
            Key::P256(key) => plain!(key, p256::NistP256),
            Key::P384(key) => plain!(key, p384::NistP384),
            Key::P521(key) => plain!(key, p521::NistP521),
            Key::BrainpoolP256(key) => plain!(key, bp256::BrainpoolP256r1),
            Key::BrainpoolP384(key) => plain!(key, bp384::BrainpoolP384r1),
        }
    }

    /// A chip's end of an agreement: the secret that it shares with the holder of `point`'s private key.
    pub(super) fn agree(&self, point: &[u8]) -> Option<Vec<u8>> {
        macro_rules! agree {
            ($key:expr, $curve:ty) => {{
                let theirs = PublicKey::<$curve>::from_sec1_bytes(point).ok()?;
                Some(diffie_hellman($key.as_nonzero_scalar(), theirs.as_affine()).raw_secret_bytes().to_vec())
            }};
        }
        match &self.key {
            Key::Rsa(_) => None,
            Key::P256(key) => agree!(key, p256::NistP256),
            Key::P384(key) => agree!(key, p384::NistP384),
            Key::P521(key) => agree!(key, p521::NistP521),
            Key::BrainpoolP256(key) => agree!(key, bp256::BrainpoolP256r1),
            Key::BrainpoolP384(key) => agree!(key, bp384::BrainpoolP384r1),
        }
    }

    /// The signature over `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let hash = self.digest().hash(message);
        macro_rules! ecdsa {
            ($key:expr, $curve:ty) => {{
                let signature: ecdsa::Signature<$curve> = $key.sign_prehash(&hash).expect("a hash can be signed");
                signature.to_der().as_bytes().to_vec()
            }};
        }
        match &self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding(self.signing), &SystemRandom::new(), message, &mut signature).expect("RSA signs");
                signature
            }
            Key::P256(key) => ecdsa!(key, p256::NistP256),
            Key::P384(key) => ecdsa!(key, p384::NistP384),
            Key::P521(key) => ecdsa!(key, p521::NistP521),
            Key::BrainpoolP256(key) => ecdsa!(key, bp256::BrainpoolP256r1),
            Key::BrainpoolP384(key) => ecdsa!(key, bp384::BrainpoolP384r1),
        }
    }
}

/// `ECParameters` as far as a reader may believe them: the order tells which curve is meant.
fn explicit(order: &str) -> Vec<u8> {
    let number = data_encoding::HEXUPPER.decode(order.as_bytes()).unwrap_or_default();
    let field = sequence(&[oid("1.2.840.10045.1.1"), integer(&number)]);
    let curve = sequence(&[octets(&[0]), octets(&[7])]);
    sequence(&[integer(&[1]), field, curve, octets(&[4, 1, 2]), integer(&number), integer(&[1])])
}

pub(super) fn hash_algorithm(digest: Digest) -> Vec<u8> {
    let dotted = match digest {
        Digest::Sha1 => "1.3.14.3.2.26",
        Digest::Sha224 => "2.16.840.1.101.3.4.2.4",
        Digest::Sha256 => "2.16.840.1.101.3.4.2.1",
        Digest::Sha384 => "2.16.840.1.101.3.4.2.2",
        Digest::Sha512 => "2.16.840.1.101.3.4.2.3",
    };
    sequence(&[oid(dotted), null()])
}

const fn pkcs1_arc(digest: Digest) -> u8 {
    match digest {
        Digest::Sha1 => 5,
        Digest::Sha224 => 14,
        Digest::Sha256 => 11,
        Digest::Sha384 => 12,
        Digest::Sha512 => 13,
    }
}

const fn ecdsa_arc(digest: Digest) -> u8 {
    match digest {
        Digest::Sha1 | Digest::Sha224 => 1,
        Digest::Sha256 => 2,
        Digest::Sha384 => 3,
        Digest::Sha512 => 4,
    }
}

/// What aws-lc still signs with; nobody makes new RSA signatures over SHA-1.
fn padding(signing: Signing) -> &'static dyn RsaEncoding {
    match signing {
        Signing::RsaPss(Digest::Sha384) => &RSA_PSS_SHA384,
        Signing::RsaPss(Digest::Sha512) => &RSA_PSS_SHA512,
        Signing::RsaPss(_) => &RSA_PSS_SHA256,
        Signing::RsaPkcs1(Digest::Sha384) => &RSA_PKCS1_SHA384,
        Signing::RsaPkcs1(Digest::Sha512) => &RSA_PKCS1_SHA512,
        _ => &RSA_PKCS1_SHA256,
    }
}
