//! A chip's RSA key for active authentication: signs by ISO/IEC 9796-2 scheme 1, as chips do and libraries do not.

use super::der::{bits, integer, null, oid, sequence};
use crate::document::Digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use der::asn1::{AnyRef, OctetStringRef, UintRef};
use der::{Decode, Sequence};

/// A key of the sandbox's. Its arithmetic hides nothing from whoever measures it.
pub(super) struct RsaKey {
    n: Vec<u8>,
    e: Vec<u8>,
    d: Vec<u8>,
}

/// PKCS#8 (RFC 5958 §2).
#[derive(Sequence)]
struct PrivateKeyInfo<'a> {
    version: u8,
    algorithm: AnyRef<'a>,
    key: &'a OctetStringRef,
}

/// PKCS#1 (RFC 8017 A.1.2).
#[derive(Sequence)]
struct RsaPrivateKey<'a> {
    version: u8,
    n: UintRef<'a>,
    e: UintRef<'a>,
    d: UintRef<'a>,
    p: UintRef<'a>,
    q: UintRef<'a>,
    dp: UintRef<'a>,
    dq: UintRef<'a>,
    qi: UintRef<'a>,
}

impl RsaKey {
    /// A fresh key of 2,048 bits.
    pub fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a sandbox can make an RSA key");
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().expect("a key can be written");
        let info = PrivateKeyInfo::from_der(pkcs8.as_ref()).expect("PKCS#8");
        let key = RsaPrivateKey::from_der(info.key.as_bytes()).expect("PKCS#1");
        let [n, e, d] = [key.n, key.e, key.d].map(|number| number.as_bytes().to_vec());
        Self { n, e, d }
    }

    pub fn public_key(&self) -> Vec<u8> {
        let key = sequence(&[integer(&self.n), integer(&self.e)]);
        sequence(&[sequence(&[oid("1.2.840.113549.1.1.1"), null()]), bits(&key)])
    }

    /// The signature over `challenge`, with as much of the chip's own before it as there is room for.
    pub fn sign(&self, challenge: &[u8], digest: Digest) -> Vec<u8> {
        let trailer: &[u8] = match digest {
            Digest::Sha1 => &[0xbc],
            Digest::Sha224 => &[0x38, 0xcc],
            Digest::Sha256 => &[0x34, 0xcc],
            Digest::Sha384 => &[0x36, 0xcc],
            Digest::Sha512 => &[0x35, 0xcc],
        };
        let room = self.n.len() - 1 - digest.hash(b"").len() - trailer.len();
        let own: Vec<u8> = challenge.iter().cycle().map(|byte| !byte).take(room).collect();
        let hash = digest.hash(&[&own[..], challenge].concat());
        let representative = [&[0x6a], &own[..], &hash, trailer].concat();
        let precision = self.n.len() as u32 * 8;
        let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, precision).expect("not longer than the modulus");
        let odd = Odd::new(number(&self.n)).into_option().expect("the product of two odd primes");
        let form = BoxedMontyForm::new(number(&representative), &BoxedMontyParams::new_vartime(odd));
        form.pow(&number(&self.d)).retrieve().to_be_bytes().to_vec()
    }
}
