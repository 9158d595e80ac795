//! AES-GCM over the content, with the header as additional authenticated data. RFC 7518 §5.3.

use crate::keys::ContentEncryption;
use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, Tag, UnboundKey};

/// The tag; `content` is encrypted in its place. `None` for a key of another length.
pub(super) fn seal(enc: ContentEncryption, key: &[u8], iv: [u8; 12], aad: &str, content: &mut [u8]) -> Option<Tag> {
    let nonce = Nonce::assume_unique_for_key(iv);
    cipher(enc, key)?.seal_in_place_separate_tag(nonce, Aad::from(aad), content).ok()
}

/// The content; `None` where anything was changed.
pub(super) fn open(
    enc: ContentEncryption,
    key: &[u8],
    iv: [u8; 12],
    aad: &str,
    ciphertext: &[u8],
    tag: &[u8; 16],
) -> Option<Vec<u8>> {
    let mut content = vec![0; ciphertext.len()];
    let nonce = Nonce::assume_unique_for_key(iv);
    cipher(enc, key)?.open_separate_gather(nonce, Aad::from(aad), ciphertext, tag, &mut content).ok()?;
    Some(content)
}

fn cipher(enc: ContentEncryption, key: &[u8]) -> Option<LessSafeKey> {
    let algorithm = match enc {
        ContentEncryption::A128GCM => &AES_128_GCM,
        ContentEncryption::A256GCM => &AES_256_GCM,
    };
    UnboundKey::new(algorithm, key).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64URL_NOPAD;

    const KEY: [u8; 32] = [
        177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110, 91, 112, 46, 34, 105,
        47, 130, 203, 46, 122, 234, 64, 252,
    ];
    const AAD: &str = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ";
    const CIPHERTEXT: &str = "5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A";
    const CONTENT: &[u8] = b"The true sign of intelligence is not knowledge but imagination.";

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        BASE64URL_NOPAD.decode(text.as_bytes()).unwrap().try_into().unwrap()
    }

    /// RFC 7516 Appendix A.1.
    #[test]
    fn the_content_of_the_rfc_is_opened_and_sealed_again() {
        let (iv, tag, enc) = (bytes("48V1_ALb6US04U3b"), bytes("XFBoMYUZodetZdvTiFvSkQ"), ContentEncryption::A256GCM);
        let ciphertext: [u8; 63] = bytes(CIPHERTEXT);
        assert_eq!(open(enc, &KEY, iv, AAD, &ciphertext, &tag).unwrap(), CONTENT);
        let mut content = CONTENT.to_vec();
        assert_eq!(seal(enc, &KEY, iv, AAD, &mut content).unwrap().as_ref(), tag);
        assert_eq!(content, ciphertext);
        assert_eq!(open(enc, &KEY, iv, "other", &ciphertext, &tag), None);
        assert_eq!(open(enc, &KEY[..16], iv, AAD, &ciphertext, &tag), None);
        assert_eq!(open(enc, &KEY, iv, AAD, &ciphertext, &[0; 16]), None);
    }
}
