//! The UserInfo response: the sub, and nothing that nobody agreed to. OpenID Connect Core §5.3; RFC 6750 §2.
//!
//! Knows no HTTP and no database.

use crate::client::Client;
use crate::keys::{KeyError, Keys, Sub};
use crate::spec::Params;
use crate::token::{AccessTokenError, VerifiedAccessToken};
use serde::Serialize;

/// The claims that leave.
#[derive(Serialize)]
pub struct Claims {
    sub: Sub,
}

impl Claims {
    /// The claims of a token that was found to stand, for the client it was issued to.
    ///
    /// # Errors
    /// Only what the key service cannot do.
    pub fn of(token: &VerifiedAccessToken, client: &Client, keys: &Keys) -> Result<Self, KeyError> {
        Ok(Self { sub: keys.sub(&client.sector, &token.handle, token.epoch)? })
    }
}

/// Finds the token in the `Authorization` header or in the form; never in the query (RFC 9700 §4.3.2).
///
/// # Errors
/// None, or both: "Clients MUST NOT use more than one method" (RFC 6750 §2).
pub fn bearer<'a>(authorization: Option<&'a str>, form: &'a Params) -> Result<&'a str, AccessTokenError> {
    let header = authorization.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    match (header, form.get("access_token")) {
        (Some(_), Some(_)) => Err(AccessTokenError::Twice),
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (None, None) => Err(AccessTokenError::Missing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6750 §2: "Clients MUST NOT use more than one method to transmit the token in each request."
    #[test]
    fn more_than_one_method_is_refused() {
        let form = Params::parse(b"access_token=b").expect("form");
        assert_eq!(bearer(Some("Bearer a"), &form), Err(AccessTokenError::Twice));
        assert_eq!(bearer(Some("bearer a"), &Params::default()), Ok("a"));
        assert_eq!(bearer(None, &form), Ok("b"));
        assert_eq!(bearer(Some("Basic a"), &Params::default()), Err(AccessTokenError::Missing));
    }
}
