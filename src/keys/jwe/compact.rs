//! The five parts of a compact JWE, read and bounded but not believed. RFC 7516 §3.1, §4.1, §5.2 steps 1 to 5.

use super::error::JweError;
use crate::keys::{ContentEncryption, EncryptionAlg};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::Value;

/// The longest token that is looked at: around the longest JWT that is.
pub const LONGEST: usize = 24 * 1024;
/// `apu` and `apv`, in characters: they name somebody, no more.
const LONGEST_PARTY: usize = 512;

/// What the header says how to find the content encryption key.
#[derive(Debug)]
pub(super) enum KeyPart {
    /// RFC 7518 §4.3: the key, encrypted.
    RsaOaep256 { encrypted_key: Vec<u8> },
    /// RFC 7518 §4.6: the sender's ephemeral point, and both parties' names.
    EcdhEs { point: Vec<u8>, apu: Vec<u8>, apv: Vec<u8> },
}

/// A token that anybody may have written.
#[derive(Debug)]
pub struct Compact<'t> {
    pub(super) key: KeyPart,
    pub(super) enc: ContentEncryption,
    pub(super) cty: Option<String>,
    /// The header as it was sent: the additional authenticated data.
    pub(super) aad: &'t str,
    pub(super) iv: [u8; 12],
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: [u8; 16],
    kid: Option<String>,
}

#[derive(Deserialize)]
struct JoseHeader {
    alg: String,
    enc: String,
    kid: Option<String>,
    cty: Option<String>,
    zip: Option<Value>,
    crit: Option<Value>,
    epk: Option<EphemeralKey>,
    apu: Option<String>,
    apv: Option<String>,
}

#[derive(Deserialize)]
struct EphemeralKey {
    kty: String,
    crv: String,
    x: String,
    y: String,
}

impl<'t> Compact<'t> {
    /// Reads the parts.
    ///
    /// # Errors
    /// Too long, not five parts, an algorithm that is not supported, `zip`, `crit`, or a part of a wrong form.
    pub fn parse(token: &'t str) -> Result<Self, JweError> {
        if token.len() > LONGEST {
            return Err(JweError::TooLong(token.len()));
        }
        let mut parts = token.split('.');
        let mut part = || parts.next().ok_or(JweError::Malformed("five parts are expected"));
        let (aad, encrypted_key, iv, ciphertext, tag) = (part()?, part()?, part()?, part()?, part()?);
        if parts.next().is_some() {
            return Err(JweError::Malformed("five parts are expected"));
        }
        let header: JoseHeader = serde_json::from_slice(&decode(aad, "the header is not base64url")?)
            .map_err(|_| JweError::Malformed("the header is not a JOSE header"))?;
        if header.crit.is_some() {
            return Err(JweError::Critical);
        }
        if header.zip.is_some() {
            return Err(JweError::Compressed);
        }
        let alg = EncryptionAlg::parse(&header.alg).ok_or(JweError::UnknownAlg(header.alg))?;
        let enc = ContentEncryption::parse(&header.enc).ok_or(JweError::UnknownEnc(header.enc))?;
        let encrypted_key = decode(encrypted_key, "the encrypted key is not base64url")?;
        let key = match alg {
            EncryptionAlg::RsaOaep256 => KeyPart::RsaOaep256 { encrypted_key },
            // RFC 7516 §5.2 step 10: with direct agreement the encrypted key must be empty.
            EncryptionAlg::EcdhEs if !encrypted_key.is_empty() => {
                return Err(JweError::Malformed("ECDH-ES has no encrypted key"));
            }
            EncryptionAlg::EcdhEs => KeyPart::EcdhEs {
                point: header.epk.ok_or(JweError::Malformed("ECDH-ES needs epk"))?.point()?,
                apu: party(header.apu)?,
                apv: party(header.apv)?,
            },
        };
        Ok(Self {
            key,
            enc,
            cty: header.cty,
            aad,
            iv: exactly(iv, "the initialization vector is not base64url of 96 bits")?,
            ciphertext: decode(ciphertext, "the ciphertext is not base64url")?,
            tag: exactly(tag, "the authentication tag is not base64url of 128 bits")?,
            kid: header.kid,
        })
    }

    pub fn alg(&self) -> EncryptionAlg {
        match self.key {
            KeyPart::RsaOaep256 { .. } => EncryptionAlg::RsaOaep256,
            KeyPart::EcdhEs { .. } => EncryptionAlg::EcdhEs,
        }
    }

    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }
}

impl EphemeralKey {
    /// The uncompressed point (SEC 1 §2.3.3). Whether it is on the curve is seen where it is used.
    fn point(&self) -> Result<Vec<u8>, JweError> {
        if (self.kty.as_str(), self.crv.as_str()) != ("EC", "P-256") {
            return Err(JweError::Malformed("epk is no key of type EC and curve P-256"));
        }
        let coordinate = |text| exactly::<32>(text, "epk has coordinates that are not base64url of 32 bytes");
        Ok([&[4][..], &coordinate(&self.x)?, &coordinate(&self.y)?].concat())
    }
}

fn decode(part: &str, wrong: &'static str) -> Result<Vec<u8>, JweError> {
    BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| JweError::Malformed(wrong))
}

fn exactly<const N: usize>(part: &str, wrong: &'static str) -> Result<[u8; N], JweError> {
    decode(part, wrong)?.try_into().map_err(|_| JweError::Malformed(wrong))
}

fn party(text: Option<String>) -> Result<Vec<u8>, JweError> {
    const WRONG: &str = "apu or apv is not base64url of a short name";
    match text {
        Some(text) if text.len() > LONGEST_PARTY => Err(JweError::Malformed(WRONG)),
        Some(text) => decode(&text, WRONG),
        None => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn token(header: &Value, rest: &str) -> String {
        format!("{}.{rest}", BASE64URL_NOPAD.encode(header.to_string().as_bytes()))
    }

    const REST: &str = "AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA";

    fn refused(header: &Value, rest: &str) -> JweError {
        Compact::parse(&token(header, rest)).unwrap_err()
    }

    fn rsa() -> Value {
        json!({ "alg": "RSA-OAEP-256", "enc": "A256GCM" })
    }

    fn with(member: &str, value: Value) -> Value {
        let mut header = rsa();
        header[member] = value;
        header
    }

    #[test]
    fn a_token_of_the_right_form_is_read() {
        let token = token(&with("kid", json!("k")), REST);
        let compact = Compact::parse(&token).unwrap();
        assert_eq!((compact.alg(), compact.enc), (EncryptionAlg::RsaOaep256, ContentEncryption::A256GCM));
        assert_eq!((compact.kid(), compact.ciphertext.len()), (Some("k"), 3));
    }

    /// RFC 7516 §4.1.13: "If any of the listed extension Header Parameters are not understood … the JWE is invalid"; RFC 8725
    /// §3.6: "Avoid Compression of Encryption Inputs".
    #[test]
    fn crit_and_zip_are_refused() {
        assert_eq!(refused(&with("crit", json!(["exp"])), REST), JweError::Critical);
        assert_eq!(refused(&with("zip", json!("DEF")), REST), JweError::Compressed);
    }

    /// RFC 8725 §3.2: no RSA1_5, no password, no key that is shared directly.
    #[test]
    fn other_algorithms_are_refused() {
        for alg in ["RSA1_5", "RSA-OAEP", "dir", "A128KW", "PBES2-HS256+A128KW", "ECDH-ES+A128KW", "none", ""] {
            assert_eq!(refused(&with("alg", json!(alg)), REST), JweError::UnknownAlg(alg.into()));
        }
        for enc in ["A128CBC-HS256", "A192GCM", "a256gcm"] {
            assert_eq!(refused(&with("enc", json!(enc)), REST), JweError::UnknownEnc(enc.into()));
        }
    }

    #[test]
    fn what_is_no_compact_jwe_is_refused() {
        for text in ["", "a", "a.b.c", "a.b.c.d.e", "....", "!!!.AAAA.AAAA.AAAA.AAAA", "{\"protected\":\"\"}"] {
            assert!(matches!(Compact::parse(text), Err(JweError::Malformed(_))), "{text}");
        }
        for rest in [
            "AAAA.AAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
            "AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAA",
            "AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA.AAAA",
            "A===.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(matches!(refused(&rsa(), rest), JweError::Malformed(_)), "{rest}");
        }
        assert_eq!(Compact::parse(&"a".repeat(LONGEST + 1)).unwrap_err(), JweError::TooLong(LONGEST + 1));
        let twice = BASE64URL_NOPAD.encode(br#"{"alg":"RSA-OAEP-256","enc":"A256GCM","alg":"ECDH-ES"}"#);
        assert!(matches!(Compact::parse(&format!("{twice}.{REST}")), Err(JweError::Malformed(_))));
    }

    /// RFC 7518 §4.6.1.
    #[test]
    fn an_ephemeral_key_is_a_point_of_p_256_and_comes_alone() {
        let x = BASE64URL_NOPAD.encode(&[1; 32]);
        let epk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": x });
        let header = |epk: &Value| json!({ "alg": "ECDH-ES", "enc": "A128GCM", "epk": epk });
        let alone = REST.strip_prefix("AAAA").unwrap();
        assert!(Compact::parse(&token(&header(&epk), alone)).is_ok());
        assert!(matches!(refused(&header(&epk), REST), JweError::Malformed(_)));
        for (member, value) in [("crv", "P-384"), ("kty", "OKP"), ("x", "AAAA"), ("y", "")] {
            let mut other = epk.clone();
            other[member] = json!(value);
            assert!(matches!(refused(&header(&other), alone), JweError::Malformed(_)), "{member}");
        }
        assert!(matches!(refused(&header(&Value::Null), alone), JweError::Malformed(_)));
        let mut long = header(&epk);
        long["apu"] = json!("A".repeat(LONGEST_PARTY + 4));
        assert!(matches!(refused(&long, alone), JweError::Malformed(_)));
    }
}
