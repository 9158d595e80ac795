//! ECDH-ES on P-256 in direct mode: the shared point and the Concat KDF make the content encryption key. RFC 7518 §4.6.

use crate::keys::ContentEncryption;
use aws_lc_rs::agreement::{self, ECDH_P256, UnparsedPublicKey};
use aws_lc_rs::digest;
use zeroize::Zeroizing;

/// The key that both sides agree on; `None` for a point that is not on the curve.
pub(super) fn agree(
    own: &agreement::PrivateKey,
    point: &[u8],
    enc: ContentEncryption,
    apu: &[u8],
    apv: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let theirs = UnparsedPublicKey::new(&ECDH_P256, point);
    agreement::agree(own, theirs, (), |secret| Ok(concat_kdf(secret, enc, apu, apv))).ok()
}

/// One round of SHA-256 is enough: no key here is longer (RFC 7518 §4.6.2; NIST SP 800-56A §5.8.1).
fn concat_kdf(secret: &[u8], enc: ContentEncryption, apu: &[u8], apv: &[u8]) -> Zeroizing<Vec<u8>> {
    let bytes = enc.key_bytes();
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&1_u32.to_be_bytes());
    context.update(secret);
    // With direct agreement, AlgorithmID is `enc`.
    for part in [enc.wire().as_bytes(), apu, apv] {
        context.update(&(part.len() as u32).to_be_bytes());
        context.update(part);
    }
    context.update(&(bytes as u32 * 8).to_be_bytes());
    Zeroizing::new(context.finish().as_ref()[..bytes].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64URL_NOPAD;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
    }

    fn point(x: &str, y: &str) -> Vec<u8> {
        [vec![4], bytes(x), bytes(y)].concat()
    }

    /// RFC 7518 Appendix C, from both sides.
    #[test]
    fn alice_and_bob_of_the_rfc_agree_on_its_key() {
        let alice = point("gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0", "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps");
        let bob = point("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ", "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck");
        let key = |d| agreement::PrivateKey::from_private_key(&ECDH_P256, &bytes(d)).unwrap();
        let (of_alice, of_bob) =
            (key("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"), key("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"));
        let enc = ContentEncryption::A128GCM;
        let expected = bytes("VqqN6vgjbSBcIijNcacQGg");
        assert_eq!(agree(&of_alice, &bob, enc, b"Alice", b"Bob").unwrap().as_slice(), expected);
        assert_eq!(agree(&of_bob, &alice, enc, b"Alice", b"Bob").unwrap().as_slice(), expected);
        assert_ne!(agree(&of_bob, &alice, enc, b"Bob", b"Alice").unwrap().as_slice(), expected);
        assert_eq!(agree(&of_bob, &alice, ContentEncryption::A256GCM, b"", b"").unwrap().len(), 32);
    }

    /// RFC 8725 §3.4: "the recipient MUST validate all cryptographic inputs": the invalid curve attack.
    #[test]
    fn a_point_that_is_not_on_the_curve_agrees_on_nothing() {
        let own = agreement::PrivateKey::generate(&ECDH_P256).unwrap();
        let x = "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ";
        let zero = BASE64URL_NOPAD.encode(&[0; 32]);
        for bad in [point(x, x), point(&zero, &zero), point(&BASE64URL_NOPAD.encode(&[255; 32]), x), vec![0]] {
            assert!(agree(&own, &bad, ContentEncryption::A128GCM, b"", b"").is_none());
        }
    }
}
