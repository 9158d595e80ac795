//! The time claims of a JWT, held against the caller's clock. RFC 7519 §4.1.4–4.1.6.

use super::jwt::JwtError;
use crate::spec::Timestamp;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// Whether `exp` is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    Enforced,
    Ignored,
}

/// The time claims of a token (RFC 7519 §4.1.4–4.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Times {
    #[serde(default, deserialize_with = "numeric_date")]
    pub exp: Option<Timestamp>,
    #[serde(default, deserialize_with = "numeric_date")]
    pub iat: Option<Timestamp>,
    #[serde(default, deserialize_with = "numeric_date")]
    pub nbf: Option<Timestamp>,
}

impl Times {
    /// Holds the claims against `now`, forgiving `leeway` either way.
    ///
    /// # Errors
    /// Expired, not valid yet, issued in the future, or without `exp` where it is enforced.
    pub fn check(&self, now: Timestamp, leeway: Duration, lifetime: Lifetime) -> Result<(), JwtError> {
        if lifetime == Lifetime::Enforced {
            let exp = self.exp.ok_or(JwtError::NoExpiry)?;
            // "on or after which the JWT MUST NOT be accepted".
            if now >= exp.plus(leeway) {
                return Err(JwtError::Expired);
            }
        }
        let soon = now.plus(leeway);
        if self.nbf.is_some_and(|nbf| nbf > soon) || self.iat.is_some_and(|iat| iat > soon) {
            return Err(JwtError::NotYetValid);
        }
        Ok(())
    }
}

/// A `NumericDate`: seconds, of which a fraction is allowed and cut off (RFC 7519 §2).
fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let number = Option::<serde_json::Number>::deserialize(deserializer)?;
    Ok(number.map(|number| {
        let seconds = number.as_i64().unwrap_or_else(|| number.as_f64().map_or(i64::MAX, |seconds| seconds as i64));
        Timestamp::from_unix(seconds)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// RFC 7519 §4.1.4: "on or after which the JWT MUST NOT be accepted".
    #[test]
    fn times_are_held_against_the_callers_clock() {
        let at = |second| Timestamp::from_unix(second);
        let check = |claims: Value, now, lifetime| {
            serde_json::from_value::<Times>(claims).unwrap().check(at(now), Duration::from_secs(5), lifetime)
        };
        use Lifetime::{Enforced, Ignored};
        assert_eq!(check(json!({ "exp": 100 }), 104, Enforced), Ok(()));
        assert_eq!(check(json!({ "exp": 100 }), 105, Enforced), Err(JwtError::Expired));
        assert_eq!(check(json!({ "exp": 100 }), 105, Ignored), Ok(()));
        assert_eq!(check(json!({}), 1, Enforced), Err(JwtError::NoExpiry));
        assert_eq!(check(json!({ "exp": 100.9, "nbf": 15 }), 10, Enforced), Ok(()));
        assert_eq!(check(json!({ "exp": 100, "nbf": 16 }), 10, Enforced), Err(JwtError::NotYetValid));
        assert_eq!(check(json!({ "exp": 100, "iat": 16 }), 10, Enforced), Err(JwtError::NotYetValid));
        assert!(serde_json::from_value::<Times>(json!({ "exp": "100" })).is_err());
    }
}
