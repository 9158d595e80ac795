//! Why a token cannot be used: one sentence each, with its fix. Never a PIN, never a key.

use crate::keys::HeldKey;

/// What is wrong with the module, the token or a key in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the PKCS#11 module {module} cannot be loaded: {why}")]
    NoModule { module: String, why: String },
    #[error("the module finds no token labelled `{label}`; it finds {}", if .found.is_empty() { "none" } else { .found })]
    NoToken { label: String, found: String },
    #[error("two tokens are labelled `{0}`: give one of them another label")]
    SeveralTokens(String),
    #[error(
        "the token `{token}` refuses the PIN ({why}). It was tried once and is not tried again, for tokens lock: mend the PIN \
         file, then start anew"
    )]
    PinRefused { token: String, why: String },
    #[error(
        "the token `{0}` is locked or takes only one more wrong PIN, so none was tried: log in by hand, or have its officer \
         set the PIN anew"
    )]
    NearlyLocked(String),
    #[error(
        "the token `{token}` has no key labelled `{label}`, and {key} is the current one: make it with `hufu key init`, or \
         set the current version under [keys.pkcs11]"
    )]
    NoSuchKey { token: String, label: String, key: HeldKey },
    #[error("two keys of the token are labelled `{0}`: which one is right cannot be told")]
    Twice(String),
    #[error("the token has several digest keys, but stored digests can be found again under one key only")]
    SeveralDigestKeys,
    #[error(
        "the key `{0}` can be taken out of its token (CKA_SENSITIVE or CKA_EXTRACTABLE is wrong): no key of ours may leave it. \
         Make a new one with `hufu key init`, or import it anew with `hufu key import`"
    )]
    Extractable(String),
    #[error("the key `{0}` is no HMAC key of 32 bytes that may sign (CKA_KEY_TYPE, CKA_VALUE_LEN, CKA_SIGN)")]
    Unfit(String),
    #[error("the token does not answer: {0}")]
    Unavailable(String),
}

impl From<cryptoki::error::Error> for TokenError {
    fn from(error: cryptoki::error::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}
