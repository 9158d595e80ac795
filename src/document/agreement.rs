//! A secret that a chip and we share: Diffie and Hellman's agreement on the curves that issuers use. BSI TR-03111 §4.3.1.
//!
//! By RustCrypto, with a private key that lives for one agreement. A point that is not on the curve is no key.

use super::signature::Curve;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::elliptic_curve::{PublicKey, SecretKey};
use rand::CryptoRng;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use zeroize::Zeroizing;

/// What an agreement left.
pub(super) struct Agreed {
    /// The first coordinate of the shared point, as long as the curve's field.
    pub secret: Zeroizing<Vec<u8>>,
    /// Our public key, for the other end: an uncompressed point.
    pub public: Vec<u8>,
}

/// Agrees with the holder of `spki`'s private key, by a fresh key of ours; `None` when it is no key on a curve that is known.
pub(super) fn agree(spki: &SubjectPublicKeyInfoOwned, rng: &mut dyn CryptoRng) -> Option<Agreed> {
    let (curve, theirs) = (Curve::of(spki)?, spki.subject_public_key.as_bytes()?);
    macro_rules! on {
        ($curve:ty, $bytes:literal) => {{
            let theirs = PublicKey::<$curve>::from_sec1_bytes(theirs).ok()?;
            let ours = loop {
                let mut scalar = Zeroizing::new([0; $bytes]);
                rng.fill_bytes(&mut *scalar);
                if $bytes == 66 {
                    scalar[0] &= 1;
                }
                // Most are below the curve's order; any other would favour some keys.
                if let Ok(key) = SecretKey::<$curve>::from_slice(&*scalar) {
                    break key;
                }
            };
            let secret = ours.diffie_hellman(&theirs).raw_secret_bytes().to_vec();
            Some(Agreed {
                secret: Zeroizing::new(secret),
                public: ours.public_key().to_sec1_point(false).as_bytes().to_vec(),
            })
        }};
    }
    match curve {
        Curve::P256 => on!(p256::NistP256, 32),
        Curve::P384 => on!(p384::NistP384, 48),
        Curve::P521 => on!(p521::NistP521, 66),
        Curve::BrainpoolP256 => on!(bp256::BrainpoolP256r1, 32),
        Curve::BrainpoolP384 => on!(bp384::BrainpoolP384r1, 48),
    }
}
