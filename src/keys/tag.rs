//! Keyed digests that rows and cookies are found or checked by: one derived key per purpose, parts that cannot run together.

use aws_lc_rs::hmac;

/// Separates the derivation from that of the sealed values.
pub(super) const LABEL: &str = "hufu/tag/v1";

/// What a tag is for. No tag of one purpose says anything about a tag of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagPurpose {
    /// The network number, so that its row is found without storing it.
    Number,
    /// A passkey's credential id.
    Credential,
    /// A slot of the table of throttles.
    Throttle,
    /// A form's anti-forgery value.
    Csrf,
    /// `sid` of a session at a client (PROTOCOL 5).
    Sid,
    /// A sub, as rows hold it (PROTOCOL 2).
    SubDigest,
    /// A browser that a person has signed in from.
    Browser,
    /// A refresh token's derived successor (PROTOCOL 18).
    Successor,
    /// A client assertion that was used (RFC 7523 §3).
    Assertion,
    /// The family of refresh tokens that comes from a grant (PROTOCOL 18).
    Family,
    /// Where a certificate stands on its status list (PROTOCOL 26).
    StatusPlace,
}

impl TagPurpose {
    pub(super) const ALL: [Self; 11] = [
        Self::Number,
        Self::Credential,
        Self::Throttle,
        Self::Csrf,
        Self::Sid,
        Self::SubDigest,
        Self::Browser,
        Self::Successor,
        Self::Assertion,
        Self::Family,
        Self::StatusPlace,
    ];

    /// Part of the key derivation: a change moves every digest of the purpose.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Credential => "credential",
            Self::Throttle => "throttle",
            Self::Csrf => "csrf",
            Self::Sid => "sid",
            Self::SubDigest => "sub-digest",
            Self::Browser => "browser",
            Self::Successor => "successor",
            Self::Assertion => "assertion",
            Self::Family => "family",
            Self::StatusPlace => "status-place",
        }
    }
}

/// HMAC-SHA-256 over the parts, one after the other.
pub(super) fn hmac(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(part);
    }
    first_32(context.sign().as_ref())
}

/// HMAC-SHA-256 over the parts, each behind its length.
pub(super) fn tag(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    first_32(context.sign().as_ref())
}

fn first_32(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_run_together() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        assert_ne!(tag(&key, &[b"ab", b"c"]), tag(&key, &[b"a", b"bc"]));
        assert_ne!(tag(&key, &[b"ab", b""]), tag(&key, &[b"ab"]));
    }

    #[test]
    fn every_purpose_has_its_place_and_its_own_label() {
        for (place, purpose) in TagPurpose::ALL.into_iter().enumerate() {
            assert_eq!(purpose as usize, place);
            assert_eq!(TagPurpose::ALL.iter().filter(|other| other.label() == purpose.label()).count(), 1);
        }
    }
}
