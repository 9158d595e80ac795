//! The signatures that issuers of documents make. ICAO Doc 9303 part 12 §4; RFC 3279, RFC 4055, RFC 5480, RFC 5639.
//!
//! RSA (PKCS#1 v1.5 and PSS) by aws-lc; ECDSA on the NIST and Brainpool curves by RustCrypto, for issuers pair curves and
//! hashes that aws-lc does not. Only public keys come here. SHA-1 is verified, because documents that are still valid have it,
//! and told, so that the evidence can be marked.

use aws_lc_rs::digest as hashes;
use aws_lc_rs::signature::{self as rsa, RsaParameters, RsaPublicKeyComponents};
use der::asn1::{AnyRef, ObjectIdentifier, UintRef};
use der::{Decode, Encode, Sequence};
use ecdsa::signature::hazmat::PrehashVerifier;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

/// Why a signature is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the algorithm {0} is none of those that issuers of documents use")]
    Algorithm(String),
    #[error("the key is of another kind than the signature, or cannot be read")]
    Key,
    #[error("the signature does not fit")]
    Differs,
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// Broken for collisions: old signers only, and marked.
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA224: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.4");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

pub(super) const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const RSA_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
pub(super) const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ECDSA_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.1");
const ECDSA_SHA224: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.1");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");

impl Digest {
    pub(super) fn of(algorithm: &AlgorithmIdentifierOwned) -> Result<Self, SignatureError> {
        match algorithm.oid {
            SHA1 => Ok(Self::Sha1),
            SHA224 => Ok(Self::Sha224),
            SHA256 => Ok(Self::Sha256),
            SHA384 => Ok(Self::Sha384),
            SHA512 => Ok(Self::Sha512),
            other => Err(SignatureError::Algorithm(other.to_string())),
        }
    }

    /// The hash of `bytes`.
    pub fn hash(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha1 => &hashes::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha224 => &hashes::SHA224,
            Self::Sha256 => &hashes::SHA256,
            Self::Sha384 => &hashes::SHA384,
            Self::Sha512 => &hashes::SHA512,
        };
        hashes::digest(algorithm, bytes).as_ref().to_vec()
    }
}

/// How something was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    RsaPkcs1(Digest),
    RsaPss(Digest),
    Ecdsa(Digest),
}

/// RFC 4055 §3.1; the fields that are not read must still be there in order.
#[derive(Sequence)]
struct PssParameters {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    salt: Option<u32>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    trailer: Option<u32>,
}

impl Scheme {
    /// The scheme that an identifier names. `rsaEncryption` and bare `ecPublicKey` leave the hash to `digest` (RFC 5652).
    pub fn of(algorithm: &AlgorithmIdentifierOwned, digest: Option<Digest>) -> Result<Self, SignatureError> {
        let unknown = || SignatureError::Algorithm(algorithm.oid.to_string());
        match algorithm.oid {
            RSA_SHA1 => Ok(Self::RsaPkcs1(Digest::Sha1)),
            RSA_SHA256 => Ok(Self::RsaPkcs1(Digest::Sha256)),
            RSA_SHA384 => Ok(Self::RsaPkcs1(Digest::Sha384)),
            RSA_SHA512 => Ok(Self::RsaPkcs1(Digest::Sha512)),
            ECDSA_SHA1 => Ok(Self::Ecdsa(Digest::Sha1)),
            ECDSA_SHA224 => Ok(Self::Ecdsa(Digest::Sha224)),
            ECDSA_SHA256 => Ok(Self::Ecdsa(Digest::Sha256)),
            ECDSA_SHA384 => Ok(Self::Ecdsa(Digest::Sha384)),
            ECDSA_SHA512 => Ok(Self::Ecdsa(Digest::Sha512)),
            RSA_ENCRYPTION => digest.map(Self::RsaPkcs1).ok_or_else(unknown),
            EC_PUBLIC_KEY => digest.map(Self::Ecdsa).ok_or_else(unknown),
            RSA_PSS => Self::pss(algorithm).ok_or_else(unknown),
            _ => Err(unknown()),
        }
    }

    /// Both hashes must be the same, as every profile demands, and the salt as long as they are, as aws-lc wants it: of the
    /// world's authorities a handful have another one. What is left out is SHA-1, and 20 (RFC 4055 §3.1).
    fn pss(algorithm: &AlgorithmIdentifierOwned) -> Option<Self> {
        let parameters: PssParameters = algorithm.parameters.as_ref()?.decode_as().ok()?;
        let hash = Digest::of(parameters.hash.as_ref()?).ok()?;
        let mask: AlgorithmIdentifierOwned = parameters.mask.as_ref()?.parameters.as_ref()?.decode_as().ok()?;
        let salt = parameters.salt.unwrap_or(20) as usize;
        let usual = salt == hash.hash(b"").len() && parameters.trailer.is_none_or(|trailer| trailer == 1);
        (Digest::of(&mask) == Ok(hash) && usual).then_some(Self::RsaPss(hash))
    }

    /// The hash under the signature.
    pub const fn digest(self) -> Digest {
        match self {
            Self::RsaPkcs1(digest) | Self::RsaPss(digest) | Self::Ecdsa(digest) => digest,
        }
    }

    /// Verifies `signature` over `message` by the key in `spki`.
    pub fn verify(
        self,
        spki: &SubjectPublicKeyInfoOwned,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        match self {
            Self::RsaPkcs1(digest) => verify_rsa(pkcs1(digest)?, spki, message, signature),
            Self::RsaPss(digest) => verify_rsa(pss(digest)?, spki, message, signature),
            Self::Ecdsa(digest) => verify_ecdsa(spki, &digest.hash(message), signature),
        }
    }
}

fn pkcs1(digest: Digest) -> Result<&'static RsaParameters, SignatureError> {
    match digest {
        Digest::Sha1 => Ok(&rsa::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
        Digest::Sha256 => Ok(&rsa::RSA_PKCS1_2048_8192_SHA256),
        Digest::Sha384 => Ok(&rsa::RSA_PKCS1_2048_8192_SHA384),
        Digest::Sha512 => Ok(&rsa::RSA_PKCS1_2048_8192_SHA512),
        Digest::Sha224 => Err(SignatureError::Algorithm("RSA with SHA-224".to_owned())),
    }
}

fn pss(digest: Digest) -> Result<&'static RsaParameters, SignatureError> {
    match digest {
        Digest::Sha256 => Ok(&rsa::RSA_PSS_2048_8192_SHA256),
        Digest::Sha384 => Ok(&rsa::RSA_PSS_2048_8192_SHA384),
        Digest::Sha512 => Ok(&rsa::RSA_PSS_2048_8192_SHA512),
        Digest::Sha1 | Digest::Sha224 => Err(SignatureError::Algorithm(format!("RSA-PSS with {digest:?}"))),
    }
}

/// PKCS#1 (RFC 8017 A.1.1).
#[derive(Sequence)]
pub(super) struct RsaPublicKey<'a> {
    pub n: UintRef<'a>,
    pub e: UintRef<'a>,
}

fn verify_rsa(
    parameters: &RsaParameters,
    spki: &SubjectPublicKeyInfoOwned,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    if spki.algorithm.oid != RSA_ENCRYPTION && spki.algorithm.oid != RSA_PSS {
        return Err(SignatureError::Key);
    }
    let bits = spki.subject_public_key.as_bytes().ok_or(SignatureError::Key)?;
    let key = RsaPublicKey::from_der(bits).map_err(|_| SignatureError::Key)?;
    RsaPublicKeyComponents { n: key.n.as_bytes(), e: key.e.as_bytes() }
        .verify(parameters, message, signature)
        .map_err(|_| SignatureError::Differs)
}

/// A curve on which issuers sign. Brainpool P-512 is the one of theirs that is missing: no kept library has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
    BrainpoolP256,
    BrainpoolP384,
}

impl Curve {
    /// Name (RFC 5480 §2.1.1.1, RFC 5639 §4.1) and order of each.
    const ALL: [(Self, ObjectIdentifier, &'static str); 5] = [
        (
            Self::P256,
            ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        ),
        (
            Self::P384,
            ObjectIdentifier::new_unwrap("1.3.132.0.34"),
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        ),
        (
            Self::P521,
            ObjectIdentifier::new_unwrap("1.3.132.0.35"),
            "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
        ),
        (
            Self::BrainpoolP256,
            ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.7"),
            "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7",
        ),
        (
            Self::BrainpoolP384,
            ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.11"),
            "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565",
        ),
    ];

    /// Named, or spelt out as most passports do. A curve that is spelt out is only *recognised*, by its order: what is
    /// computed with is the curve that we know, so a generator of somebody's own (CVE-2020-0601) gains nothing.
    pub fn of(spki: &SubjectPublicKeyInfoOwned) -> Option<Self> {
        if spki.algorithm.oid != EC_PUBLIC_KEY {
            return None;
        }
        let parameters = spki.algorithm.parameters.as_ref()?;
        if let Ok(name) = parameters.decode_as::<ObjectIdentifier>() {
            return Self::ALL.iter().find(|(_, oid, _)| *oid == name).map(|(curve, ..)| *curve);
        }
        let spelt = parameters.to_der().ok()?;
        let order = EcParameters::from_der(&spelt).ok()?.order.as_bytes().to_vec();
        let order = data_encoding::HEXLOWER.encode(&order);
        Self::ALL.iter().find(|(_, _, known)| known.trim_start_matches("00") == order).map(|(curve, ..)| *curve)
    }
}

/// `ECParameters` with `specifiedCurve` (SEC 1 C.2), as far as the order.
#[derive(Sequence)]
struct EcParameters<'a> {
    version: u8,
    field: AnyRef<'a>,
    curve: AnyRef<'a>,
    base: AnyRef<'a>,
    order: UintRef<'a>,
    #[asn1(optional = "true")]
    cofactor: Option<UintRef<'a>>,
}

fn verify_ecdsa(spki: &SubjectPublicKeyInfoOwned, hash: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let point = spki.subject_public_key.as_bytes().ok_or(SignatureError::Key)?;
    macro_rules! verify {
        ($curve:ty) => {{
            let key = ecdsa::VerifyingKey::<$curve>::from_sec1_bytes(point).map_err(|_| SignatureError::Key)?;
            let signature =
                ecdsa::der::Signature::<$curve>::try_from(signature).map_err(|_| SignatureError::Differs)?;
            key.verify_prehash(hash, &signature).map_err(|_| SignatureError::Differs)
        }};
    }
    match Curve::of(spki).ok_or(SignatureError::Key)? {
        Curve::P256 => verify!(p256::NistP256),
        Curve::P384 => verify!(p384::NistP384),
        Curve::P521 => verify!(p521::NistP521),
        Curve::BrainpoolP256 => verify!(bp256::BrainpoolP256r1),
        Curve::BrainpoolP384 => verify!(bp384::BrainpoolP384r1),
    }
}
