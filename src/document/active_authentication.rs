//! Active authentication: the chip signs our challenge with a private key that it cannot give away. ICAO Doc 9303 part 11 §6.1.
//!
//! RSA is ISO/IEC 9796-2, digital signature scheme 1: the signature holds a part of what was signed, and what is raised is public, so
//! it is computed in the open. ECDSA is the plain form of BSI TR-03111, over the hash that DG14 names.

use super::lds::{FileError, active_authentication_key};
use super::security_infos::SecurityInfos;
use super::signature::{Curve, Digest, EC_PUBLIC_KEY, RSA_ENCRYPTION, RsaPublicKey};
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use der::Decode;
use ecdsa::signature::hazmat::PrehashVerifier;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

/// Bits of an RSA key: chips have had 1,024 to 4,096, and a longer one would be work for us only.
const RSA_BITS: std::ops::RangeInclusive<u32> = 1024..=4096;

/// Why what a chip answered to our challenge is no proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActiveAuthenticationError {
    #[error("the answer has {received} bytes, and an answer by the key of DG15 has {expected}")]
    Length { received: usize, expected: usize },
    #[error("the answer is not made with the key of DG15: the data are right and the chip is a copy")]
    OtherKey,
    #[error("the answer is made with the key of DG15, to another challenge than ours: it was recorded")]
    OtherChallenge,
    #[error(
        "the answer is not a signature over our challenge by the key of DG15: a copy, or an answer to another challenge"
    )]
    Differs,
}

/// The key of DG15, ready to verify with.
#[derive(Clone, Debug)]
pub(super) enum ActiveKey {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Ecdsa { curve: Curve, point: Vec<u8>, digest: Digest },
}

impl ActiveKey {
    /// The key in DG15; the name of what it is where it cannot be used here.
    ///
    /// # Errors
    /// No DG15.
    pub fn parse(dg15: &[u8], infos: Option<&SecurityInfos>) -> Result<Result<Self, String>, FileError> {
        let der = active_authentication_key(dg15)?;
        let spki = SubjectPublicKeyInfoOwned::from_der(der).map_err(|_| FileError::PublicKey)?;
        let bits = spki.subject_public_key.as_bytes().ok_or(FileError::PublicKey)?;
        match spki.algorithm.oid {
            RSA_ENCRYPTION => {
                let key = RsaPublicKey::from_der(bits).map_err(|_| FileError::PublicKey)?;
                let (n, e) = (key.n.as_bytes().to_vec(), key.e.as_bytes().to_vec());
                let size = BoxedUint::from_be_slice_vartime(&n).bit_width_vartime();
                let odd = n.last().is_some_and(|last| last & 1 == 1);
                if !RSA_BITS.contains(&size) || e.len() > 4 || !odd {
                    return Ok(Err(format!("an RSA key of {size} bits")));
                }
                Ok(Ok(Self::Rsa { n, e }))
            }
            EC_PUBLIC_KEY => {
                let Some(curve) = Curve::of(&spki) else {
                    return Ok(Err("a curve that is not known here".to_owned()));
                };
                match infos.and_then(|infos| infos.active.clone()) {
                    Some(Ok(digest)) => Ok(Ok(Self::Ecdsa { curve, point: bits.to_vec(), digest })),
                    Some(Err(name)) => Ok(Err(name)),
                    // Part 11 §6.1.2: with ECDSA, DG14 must name the hash.
                    None => Ok(Err("ECDSA whose hash DG14 does not name".to_owned())),
                }
            }
            other => Ok(Err(other.to_string())),
        }
    }

    /// Whether `answer` is the chip's to this challenge.
    pub fn verify(&self, challenge: &[u8; 8], answer: &[u8]) -> Result<(), ActiveAuthenticationError> {
        match self {
            Self::Rsa { n, e } => {
                if answer.len() != n.len() {
                    return Err(ActiveAuthenticationError::Length { received: answer.len(), expected: n.len() });
                }
                recovered(n, e, answer).ok_or(ActiveAuthenticationError::OtherKey)?.signs(challenge)
            }
            Self::Ecdsa { curve, point, digest } => verify_plain(*curve, point, &digest.hash(challenge), answer),
        }
    }
}

/// What an RSA signature holds.
struct Recovered {
    digest: Digest,
    /// M1: what the chip added to the challenge.
    first: Vec<u8>,
    hash: Vec<u8>,
}

impl Recovered {
    fn signs(&self, challenge: &[u8; 8]) -> Result<(), ActiveAuthenticationError> {
        let message = [&self.first[..], challenge].concat();
        if self.digest.hash(&message) == self.hash { Ok(()) } else { Err(ActiveAuthenticationError::OtherChallenge) }
    }
}

/// ISO/IEC 9796-2 §8: opens a signature, and reads header, first part, hash and trailer.
fn recovered(n: &[u8], e: &[u8], signature: &[u8]) -> Option<Recovered> {
    let precision = n.len() as u32 * 8;
    let modulus = BoxedUint::from_be_slice(n, precision).ok()?;
    let signature = BoxedUint::from_be_slice(signature, precision).ok().filter(|number| *number < modulus)?;
    let exponent = BoxedUint::from_be_slice(e, 32).ok()?;
    let odd: Odd<BoxedUint> = Option::from(Odd::new(modulus.clone()))?;
    let raised = BoxedMontyForm::new(signature, &BoxedMontyParams::new_vartime(odd)).pow(&exponent).retrieve();
    // §B.6: a signer gives the smaller of two numbers; the one whose last half byte is C was signed.
    let ends_in_c = |number: &BoxedUint| number.to_be_bytes().last().is_some_and(|last| last & 0x0f == 0x0c);
    let opened = if ends_in_c(&raised) { raised } else { modulus.wrapping_sub(&raised) };
    let bytes = opened.to_be_bytes();
    read_representative(bytes.get(bytes.len() - n.len()..)?)
}

fn read_representative(bytes: &[u8]) -> Option<Recovered> {
    // §8.2.2: one byte for the hash that was always meant, two where a hash is named (ISO/IEC 10118-3).
    let (body, digest) = match bytes {
        [body @ .., 0xbc] => (body, Digest::Sha1),
        [body @ .., 0x33, 0xcc] => (body, Digest::Sha1),
        [body @ .., 0x34, 0xcc] => (body, Digest::Sha256),
        [body @ .., 0x35, 0xcc] => (body, Digest::Sha512),
        [body @ .., 0x36, 0xcc] => (body, Digest::Sha384),
        [body @ .., 0x38, 0xcc] => (body, Digest::Sha224),
        _ => return None,
    };
    let (body, hash) = body.split_at_checked(body.len().checked_sub(digest.hash(b"").len())?)?;
    // §8.2.1: 01, "more data" 1 (the challenge is not in it), then zeroes up to a one: 6A, or 6B BB … BA.
    let first = match body {
        [0x6a, first @ ..] => first,
        [0x6b, rest @ ..] => {
            let end = rest.iter().position(|byte| *byte != 0xbb)?;
            rest[end..].strip_prefix(&[0xba])?
        }
        _ => return None,
    };
    Some(Recovered { digest, first: first.to_vec(), hash: hash.to_vec() })
}

fn verify_plain(curve: Curve, point: &[u8], hash: &[u8], answer: &[u8]) -> Result<(), ActiveAuthenticationError> {
    macro_rules! verify {
        ($curve:ty, $bytes:literal) => {{
            if answer.len() != 2 * $bytes {
                return Err(ActiveAuthenticationError::Length { received: answer.len(), expected: 2 * $bytes });
            }
            let key = ecdsa::VerifyingKey::<$curve>::from_sec1_bytes(point);
            let signature = ecdsa::Signature::<$curve>::from_slice(answer);
            let (Ok(key), Ok(signature)) = (key, signature) else {
                return Err(ActiveAuthenticationError::Differs);
            };
            key.verify_prehash(hash, &signature).map_err(|_| ActiveAuthenticationError::Differs)
        }};
    }
    match curve {
        Curve::P256 => verify!(p256::NistP256, 32),
        Curve::P384 => verify!(p384::NistP384, 48),
        Curve::P521 => verify!(p521::NistP521, 66),
        Curve::BrainpoolP256 => verify!(bp256::BrainpoolP256r1, 32),
        Curve::BrainpoolP384 => verify!(bp384::BrainpoolP384r1, 48),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER_PERMISSIVE as HEX;

    /// A passport's DG15, a challenge and its answer, as the project gmrtd published them.
    const DG15: &str = "6F8201023081FF300D06092A864886F70D01010105000381ED003081E90281E100BB8F93F4DC95E205CDA17C6927AB1E365B13065D03CD12E0FCE95D96840529453202F56CC4C13F77CD062930C8BC89A2873B257045C286E601CF3C09323A53103314902804AA10A314628CE222206A8866946A36B442041BB54AC81E6855DD1D6E16101833D65A191C20AC8B33B8A1A32920F46043F8031CF2BC17417030865FC5BE5A39DEE423BCBA3CA8177168EB23CFE01BA43EC87711B1CFFF85DB46F300DD8AE317B50D543B573E119E23AF7070D0B2FED6A3B2313A5EC02A531AAED1741F4390D1013E2A0F081EAC5DC8B0A1B2C6BDB1206F08D30E3643E1E5BDF536110203010001";
    const CHALLENGE: &str = "96302b0f3d7e7864";
    const ANSWER: &str = "474256306840c0ab1b63c10e1c26bdfef4a0dd843920283cc4e6e70a60f2bd25dc7725f9677bc1cde66379dc28b38e8490f33afb2d10f9980c44c0bfc175d2b6684218f535c92fdd3e18db770a9ccbf91db3c7f0138e6d9e94b9bc8371761e3abed5e5e9b260279cfb238b58ae0d6a01da51c74c2a3ecd62c448bd9f20127f7384587287fa971204234e55b1a856c3e5aaaa620bb799a68fbae08ee132bb61683eba9b0b40dc1e54641cad975b16991cab50af82e3f3985afd19e7427a125f5b4b9878b12a5d2e01c7eedca3bb41c6fc05dccd818bce379d04b1f2f5d43487d3";

    fn hex(text: &str) -> Vec<u8> {
        HEX.decode(text.as_bytes()).unwrap()
    }

    fn key() -> ActiveKey {
        ActiveKey::parse(&hex(DG15), None).unwrap().unwrap()
    }

    #[test]
    fn a_published_answer_of_a_real_chip_is_right() {
        let challenge = hex(CHALLENGE).try_into().unwrap();
        assert_eq!(key().verify(&challenge, &hex(ANSWER)), Ok(()));
    }

    /// Issue 4, "Document chips, for real": "cloned, replayed … refused with a clear reason".
    #[test]
    fn an_answer_to_another_challenge_and_one_by_another_key_are_told_apart() {
        let answer = hex(ANSWER);
        assert_eq!(key().verify(b"another!", &answer), Err(ActiveAuthenticationError::OtherChallenge));
        let challenge = hex(CHALLENGE).try_into().unwrap();
        let mut other = answer.clone();
        other[100] ^= 1;
        assert_eq!(key().verify(&challenge, &other), Err(ActiveAuthenticationError::OtherKey));
        let short = ActiveAuthenticationError::Length { received: 223, expected: 224 };
        assert_eq!(key().verify(&challenge, &answer[1..]), Err(short));
        assert_eq!(
            key().verify(&challenge, &[0xff; 224]),
            Err(ActiveAuthenticationError::OtherKey),
            "not below the modulus"
        );
    }

    /// ISO/IEC 9796-2 §8.2: each trailer names its hash; the padding may be longer than a half byte.
    #[test]
    fn every_trailer_names_its_hash() {
        for (trailer, digest) in [
            (&[0xbc][..], Digest::Sha1),
            (&[0x33, 0xcc], Digest::Sha1),
            (&[0x38, 0xcc], Digest::Sha224),
            (&[0x34, 0xcc], Digest::Sha256),
            (&[0x36, 0xcc], Digest::Sha384),
            (&[0x35, 0xcc], Digest::Sha512),
        ] {
            let hash = digest.hash(b"what it added12345678");
            for header in [&[0x6a][..], &[0x6b, 0xba], &[0x6b, 0xbb, 0xbb, 0xba]] {
                let whole = [header, b"what it added", &hash, trailer].concat();
                assert_eq!(read_representative(&whole).unwrap().signs(b"12345678"), Ok(()), "{header:x?} {trailer:x?}");
                let other = Err(ActiveAuthenticationError::OtherChallenge);
                assert_eq!(read_representative(&whole).unwrap().signs(b"12345679"), other);
            }
            for header in [&[0x4a][..], &[0x6b, 0xbb], &[0x6b, 0x0a], &[0x2a], &[]] {
                let whole = [header, b"what it added", &hash, trailer].concat();
                assert!(read_representative(&whole).is_none(), "{header:x?}");
            }
        }
        for bytes in [&[][..], &[0xbc], &[0x6a, 0xbc], &[0x31, 0xcc], &[0x6a; 40]] {
            assert!(read_representative(bytes).is_none(), "{bytes:x?}");
        }
    }

    #[test]
    fn a_key_that_would_be_work_or_none_is_refused_by_name() {
        let mut even = hex(DG15);
        let last = even.len() - 6;
        even[last] &= 0xfe;
        assert_eq!(ActiveKey::parse(&even, None).unwrap().unwrap_err(), "an RSA key of 1792 bits");
        assert_eq!(ActiveKey::parse(&hex("6F00"), None).unwrap_err(), FileError::PublicKey);
        assert!(ActiveKey::parse(&hex("6F023000"), None).is_err());
    }
}
