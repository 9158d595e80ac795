//! The anti-forgery token of a form: a digest of a cookie's secret that no other site can read (PROTOCOL 24).
//!
//! It is bound to the cookie and to what the form is for. The secret has 256 random bits, so a plain domain-separated
//! SHA-256 gives nothing of it away.

use crate::spec::TokenHash;
use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::BASE64URL_NOPAD;

/// A form's token.
#[derive(Clone, Copy, Debug)]
pub struct CsrfToken(TokenHash);

impl CsrfToken {
    /// The token of forms of `purpose` in the browser that holds `secret`.
    pub fn of(secret: &[u8], purpose: &str) -> Self {
        let mut context = Context::new(&SHA256);
        for part in [b"hufu/csrf/v1".as_slice(), purpose.as_bytes(), secret] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        Self(TokenHash::from_bytes(bytes))
    }

    /// The hidden field's value.
    pub fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(self.0.as_bytes())
    }

    /// Whether a posted value is this token, in constant time.
    pub fn matches(&self, posted: &str) -> bool {
        let bytes = BASE64URL_NOPAD.decode(posted.as_bytes()).ok();
        let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.is_some_and(|bytes| self.0.matches(&TokenHash::from_bytes(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_its_own_browser_and_purpose_only() {
        let (mine, other) = ([1; 32], [2; 32]);
        let token = CsrfToken::of(&mine, "signin");
        assert!(token.matches(&token.to_text()));
        assert!(!token.matches(&CsrfToken::of(&other, "signin").to_text()));
        assert!(!token.matches(&CsrfToken::of(&mine, "consent").to_text()));
        for posted in ["", "a", &"a".repeat(43), &format!("{}=", token.to_text())] {
            assert!(!token.matches(posted));
        }
    }

    #[test]
    fn where_one_part_ends_and_the_next_begins_is_part_of_the_digest() {
        let one = CsrfToken::of(b"bc", "a");
        assert!(!one.matches(&CsrfToken::of(b"c", "ab").to_text()));
    }
}
