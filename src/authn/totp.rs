//! The dynamic code: RFC 6238 with eight digits, thirty seconds, SHA-1, one step either way.
//!
//! A matched step is consumed by the one write of the sign-in (`totp_step` grows, RFC 6238 §5.2: "the verifier MUST NOT
//! accept the second attempt of the OTP"). A sandbox persona may have a *fixed* code instead: so that scripted browsers can
//! sign in again and again it is not single-use, and a production server refuses it always. Knows no clock.

use super::digits;
use crate::keys::Sealable;
use crate::spec::{DynamicCode, Timestamp};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Builder, Totp, TotpError};
use zeroize::{Zeroize, ZeroizeOnDrop};

const DIGITS: u8 = 8;
const STEP_SECONDS: u64 = 30;
const SKEW_STEPS: u16 = 1;

/// Where a person's codes come from; sealed in the row.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub enum CodeSource {
    /// 160 bits shared with the person's authenticator app (RFC 4226 §4).
    Totp([u8; 20]),
    /// A persona's constant code.
    Fixed([u8; 8]),
}

/// Whether this server knows fixed codes at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixedCodes {
    Sandbox,
    Refused,
}

/// A right code, not yet consumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// Good once: the write moves `totp_step` to `step`, guarded by "is smaller".
    Step(i64),
    /// A sandbox persona's code: good as often as it is typed.
    Again,
}

impl Matched {
    /// Whether the code was not accepted before. The write asks again, guarded.
    pub fn unused(self, last_step: Option<i64>) -> bool {
        match self {
            Self::Step(step) => last_step.is_none_or(|last| step > last),
            Self::Again => true,
        }
    }

    /// What `totp_step` becomes; `None` when it stays.
    pub const fn consumes(self) -> Option<i64> {
        match self {
            Self::Step(step) => Some(step),
            Self::Again => None,
        }
    }
}

impl CodeSource {
    /// A fresh secret for an authenticator app.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut secret = [0; 20];
        rng.fill_bytes(&mut secret);
        Self::Totp(secret)
    }

    /// A persona's constant code; `None` unless it is eight digits.
    pub fn fixed(code: &str) -> Option<Self> {
        digits::eight(code).map(|digits| Self::Fixed(digits.map(|digit| b'0' + digit)))
    }

    /// Stands in where there is no person or no code. Its codes are computed and then not looked at.
    pub const fn decoy() -> Self {
        Self::Totp(*b"hufu decoy totp key!")
    }

    /// The step that `typed` belongs to, at most one from `now`'s; `None` for a wrong code.
    pub fn check(&self, typed: &DynamicCode, now: Timestamp, fixed: FixedCodes) -> Option<Matched> {
        let digits = digits::eight(typed.expose())?.map(|digit| b'0' + digit);
        match self {
            Self::Totp(secret) => {
                let text = std::str::from_utf8(&digits).ok()?;
                let step = totp(secret).check(text, u64::try_from(now.unix()).ok()?)?;
                i64::try_from(step).ok().map(Matched::Step)
            }
            Self::Fixed(code) => {
                let right = bool::from(code.ct_eq(&digits)) && fixed == FixedCodes::Sandbox;
                right.then_some(Matched::Again)
            }
        }
    }

    /// The code that belongs to `now`: for a persona's page in the sandbox, and for tests.
    pub fn danger_current(&self, now: Timestamp) -> DynamicCode {
        DynamicCode::new(match self {
            Self::Totp(secret) => totp(secret).generate(now.unix().unsigned_abs()).to_string(),
            Self::Fixed(code) => code.iter().map(|byte| char::from(*byte)).collect(),
        })
    }

    /// The `otpauth` URI that an authenticator app reads; `None` for a fixed code. `label` is the masked number, for the
    /// app may sync into other people's clouds (PROTOCOL 11).
    ///
    /// # Errors
    /// `issuer` or `label` holds a colon.
    pub fn otpauth_uri(&self, issuer: &str, label: &str) -> Result<Option<String>, TotpError> {
        let Self::Totp(secret) = self else { return Ok(None) };
        builder(secret).with_issuer(Some(issuer)).with_account_name(label).build()?.to_url().map(Some)
    }

    /// The secret in base 32, for an app that cannot scan; `None` for a fixed code.
    pub fn expose_base32(&self) -> Option<String> {
        match self {
            Self::Totp(secret) => Some(totp(secret).secret().to_base32()),
            Self::Fixed(_) => None,
        }
    }
}

fn builder(secret: &[u8; 20]) -> Builder {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_step_duration(STEP_SECONDS)
        .with_skew(SKEW_STEPS)
        .with_secret(*secret)
}

fn totp(secret: &[u8; 20]) -> Totp {
    builder(secret).build().expect("constant parameters and a secret of 160 bits")
}

impl fmt::Debug for CodeSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Totp(_) => "Totp([redacted])",
            Self::Fixed(_) => "Fixed([redacted])",
        })
    }
}

impl Sealable for CodeSource {
    const PURPOSE: &'static str = "code-source";
    const CLASSES: &'static [usize] = &[32];
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    const RFC: CodeSource = CodeSource::Totp(*b"12345678901234567890");

    fn check(source: &CodeSource, code: &str, at: i64, fixed: FixedCodes) -> Option<Matched> {
        source.check(&DynamicCode::new(code), Timestamp::from_unix(at), fixed)
    }

    /// RFC 6238 Appendix B.
    #[test]
    fn the_examples_of_the_rfc_match_their_steps() {
        for (at, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(check(&RFC, code, at, FixedCodes::Refused), Some(Matched::Step(at / 30)), "{code}");
            assert_eq!(RFC.danger_current(Timestamp::from_unix(at)).expose(), code);
        }
    }

    /// RFC 6238 §5.2: "We RECOMMEND that at most one time step is allowed as the network delay."
    #[test]
    fn a_code_is_accepted_one_step_early_or_late_and_not_two() {
        let code = "14050471";
        let step = 1_111_111_111 / 30;
        for (steps, accepted) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let found = check(&RFC, code, (step + steps) * 30 + 15, FixedCodes::Refused);
            assert_eq!(found, accepted.then_some(Matched::Step(step)), "{steps}");
        }
    }

    /// RFC 6238 §5.2: "The verifier MUST NOT accept the second attempt of the OTP."
    #[test]
    fn a_code_that_was_accepted_is_not_accepted_again() {
        let matched = check(&RFC, "94287082", 59, FixedCodes::Refused).expect("right");
        assert!(matched.unused(None));
        assert!(matched.unused(Some(0)));
        assert!(!matched.unused(matched.consumes()));
        assert!(!matched.unused(Some(2)), "nor an older one than was accepted");
    }

    #[test]
    fn a_fixed_code_works_again_and_again_in_the_sandbox_and_never_in_production() {
        let fixed = CodeSource::fixed("1357 2468").expect("eight digits");
        let matched = check(&fixed, "13572468", 59, FixedCodes::Sandbox).expect("right");
        assert!(matched.unused(Some(i64::MAX)));
        assert_eq!(matched.consumes(), None);
        assert_eq!(check(&fixed, "13572469", 59, FixedCodes::Sandbox), None);
        assert_eq!(check(&fixed, "13572468", 59, FixedCodes::Refused), None);
        assert!(CodeSource::fixed("1357").is_none());
    }

    #[test]
    fn a_text_that_is_no_code_matches_nothing() {
        for typed in ["", "9428708", "942870820", "+4287082", "９４２８７０８２x"] {
            assert_eq!(check(&RFC, typed, 59, FixedCodes::Sandbox), None, "{typed}");
        }
        assert!(check(&RFC, " ９４２８ 7082 ", 59, FixedCodes::Refused).is_some(), "as a person types it");
        assert_eq!(check(&RFC, "94287082", -59, FixedCodes::Refused), None);
    }

    /// PROTOCOL 11: what an app syncs holds no number.
    #[test]
    fn the_otpauth_uri_tells_an_app_what_it_must_know() {
        let uri = RFC.otpauth_uri("Hufu", "••••-7KQX").expect("no colon").expect("a secret");
        for part in ["otpauth://totp/Hufu:", "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "digits=8", "issuer=Hufu"] {
            assert!(uri.contains(part), "{uri}");
        }
        assert_eq!(CodeSource::fixed("13572468").expect("fixed").otpauth_uri("Hufu", "x").expect("none"), None);
        let again = Totp::from_url(&uri).expect("readable by another");
        assert_eq!(again.generate(59).to_string(), "94287082");
    }

    #[test]
    fn the_sealed_form_comes_back_and_a_printed_one_shows_nothing() {
        let source = CodeSource::random(&mut StdRng::seed_from_u64(1));
        let bytes = postcard::to_stdvec(&source).expect("serialises");
        let again: CodeSource = postcard::from_bytes(&bytes).expect("parses");
        assert_eq!(again.expose_base32(), source.expose_base32());
        assert_eq!(format!("{source:?}"), "Totp([redacted])");
    }
}
