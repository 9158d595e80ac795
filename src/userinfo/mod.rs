//! The UserInfo response: the sub, and nothing that nobody agreed to. OpenID Connect Core §5.3; RFC 6750 §2.
//!
//! Knows no HTTP and no database.

use crate::client::Client;
use crate::keys::{KeyError, Keys, Recipient, SigningKeys, Sub};
use crate::spec::Params;
use crate::token::{AccessTokenError, VerifiedAccessToken};
use rand::CryptoRng;
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

    /// The response in the shape that the client registered: JSON, or a JWT that is signed, encrypted, or both.
    ///
    /// # Errors
    /// Only what the keys cannot do.
    pub fn respond(
        self,
        client: &Client,
        keys: &Keys,
        signing: &SigningKeys,
        recipient: Option<&Recipient>,
        rng: &mut dyn CryptoRng,
    ) -> Result<UserInfoResponse, KeyError> {
        let sign = |alg| {
            let (iss, aud) = (keys.issuer().as_str(), client.client_id.as_str());
            signing.sign(alg, "JWT", &SignedClaims { iss, aud, claims: &self })
        };
        let signed = client.metadata.userinfo_signed_response_alg.map(sign).transpose()?;
        Ok(match (signed, recipient) {
            (None, None) => UserInfoResponse::Json(self),
            (Some(signed), None) => UserInfoResponse::Jwt(signed),
            (Some(signed), Some(recipient)) => UserInfoResponse::Jwt(recipient.encrypt_jwt(&signed, rng)?),
            (None, Some(recipient)) => {
                let claims = serde_json::to_vec(&self).map_err(|_| KeyError::EncryptionFailed)?;
                UserInfoResponse::Jwt(recipient.encrypt_claims(&claims, rng)?)
            }
        })
    }
}

/// "If signed, the UserInfo Response MUST contain the Claims iss (issuer) and aud (audience)" (OpenID Connect Core §5.3.2).
#[derive(Serialize)]
struct SignedClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    #[serde(flatten)]
    claims: &'a Claims,
}

/// What leaves.
pub enum UserInfoResponse {
    Json(Claims),
    /// `application/jwt`.
    Jwt(String),
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
