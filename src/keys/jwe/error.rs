//! Why an encrypted token is not read. What a stranger wrote into the header may be named; what failed below it may not.

use super::compact::LONGEST;

/// The precise cause, as far as telling it helps nobody to decrypt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JweError {
    #[error("the JWE has {0} characters; at most {LONGEST} are read")]
    TooLong(usize),
    #[error("not an encrypted JWT in compact form: {0}")]
    Malformed(&'static str),
    #[error("the JWE's alg `{0}` is not supported")]
    UnknownAlg(String),
    #[error("the JWE's enc `{0}` is not supported")]
    UnknownEnc(String),
    #[error("the JWE is compressed (zip), which is not supported")]
    Compressed,
    #[error("the JWE's header marks extensions as critical that are not understood")]
    Critical,
    #[error("no key of ours fits the JWE's kid and alg")]
    NoKey,
    /// Whatever it was: a foreign key, a changed part, a point off the curve.
    #[error("the JWE cannot be decrypted")]
    Undecryptable,
    #[error("the JWE's content is no signed JWT")]
    NotNested,
}
