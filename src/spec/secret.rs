//! Secrets: redacted when printed, wiped when dropped, compared in constant time, shown only where `expose` is written.

use super::id::CROCKFORD;
use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// SHA-256 of a high-entropy secret: all that the store ever sees of it (PROTOCOL 14).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn of(secret: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, secret).as_ref());
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are the hash of one secret, in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

macro_rules! secret_text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Zeroize, ZeroizeOnDrop)]
        pub struct $name(String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn expose(&self) -> &str {
                &self.0
            }

            pub fn hash(&self) -> TokenHash {
                TokenHash::of(self.0.as_bytes())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
}

secret_text!(
    /// A client's password (RFC 6749 §2.3.1).
    ClientSecret
);
secret_text!(
    /// The PKCE verifier (RFC 7636 §4.1).
    CodeVerifier
);
secret_text!(
    /// A person's eight-digit PIN as typed.
    Pin
);
secret_text!(
    /// A person's eight-digit dynamic code as typed.
    DynamicCode
);
secret_text!(
    /// A cookie's or token's random part, as text.
    BearerSecret
);

impl ClientSecret {
    /// 256 random bits.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        Self(random_text(rng))
    }
}

impl BearerSecret {
    /// 256 random bits.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        Self(random_text(rng))
    }
}

fn random_text(rng: &mut dyn CryptoRng) -> String {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

/// What a voucher is used with: 80 random bits, so that its hash may be looked up, and nobody guesses one.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct VoucherCode([u8; 10]);

impl VoucherCode {
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 10];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Reads what a person typed, whatever its case, spaces, hyphens and look-alikes.
    pub fn parse(typed: &str) -> Option<Self> {
        CROCKFORD.decode(typed.trim().as_bytes()).ok()?.try_into().ok().map(Self)
    }

    /// Sixteen characters without look-alikes, in groups of four: for the person, once.
    pub fn grouped(&self) -> String {
        let text = CROCKFORD.encode(&self.0);
        [&text[..4], &text[4..8], &text[8..12], &text[12..]].join("-")
    }

    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

impl fmt::Debug for VoucherCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VoucherCode([redacted])")
    }
}

/// The PKCE challenge, method S256 (RFC 7636 §4.2): 32 bytes, known to the browser, so no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeChallenge([u8; 32]);

impl CodeChallenge {
    /// The challenge from its 43 characters of base64url; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }

    /// `BASE64URL(SHA256(code_verifier)) == code_challenge` (RFC 7636 §4.6), in constant time.
    pub fn matches(&self, verifier: &CodeVerifier) -> bool {
        self.0.ct_eq(verifier.hash().as_bytes()).into()
    }
}

/// What a person's subs are computed from: 32 random bytes that never leave, except sealed (PROTOCOL 2).
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct Handle([u8; 32]);

impl Handle {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    /// RFC 7636 Appendix B.
    #[test]
    fn the_s256_example_of_the_rfc_matches() {
        let challenge = CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").expect("43 characters");
        assert!(challenge.matches(&CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")));
        assert!(!challenge.matches(&CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1U1r_wW1gFWFOEjXj")));
    }

    #[test]
    fn a_vouchers_code_is_read_however_it_is_typed() {
        let code = VoucherCode::random(&mut StdRng::seed_from_u64(1));
        let typed = code.grouped().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert!(VoucherCode::parse(&typed).expect("a code").hash().matches(&code.hash()));
        for wrong in ["", "1234", "no code at all!!", &format!("{}2", code.grouped())] {
            assert!(VoucherCode::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{code:?}"), "VoucherCode([redacted])");
    }

    #[test]
    fn a_printed_secret_shows_nothing() {
        assert_eq!(format!("{:?}", Pin::new("13572468")), "Pin([redacted])");
        assert_eq!(format!("{:?}", Handle::from_bytes([7; 32])), "Handle([redacted])");
    }
}
