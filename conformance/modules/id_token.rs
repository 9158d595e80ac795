//! The checks of every ID token. OpenID Connect Core §2, §3.1.3.7.

use super::run::{Client, Run, Stop, must};
use crate::support::chance::unix_now;
use crate::support::rp::decoded;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

const YEAR: u64 = 365 * 86_400;
/// What an ID token of ours may hold without being asked.
const EXPECTED: [&str; 12] =
    ["iss", "sub", "aud", "exp", "iat", "nonce", "acr", "amr", "auth_time", "sid", "jti", "at_hash"];

/// Header and claims of a good ID token.
pub async fn check(run: &mut Run, client: &Client, nonce: Option<&str>, token: &str) -> Result<(Value, Value), Stop> {
    must(token.split('.').count() == 3, "the token response has no ID token", "")?;
    let (header, _) = decoded(token);
    let claims = verified(run, token).await?;
    must(claims["iss"] == run.metadata["issuer"], "iss must be discovery's issuer", &claims["iss"])?;
    let audiences = match &claims["aud"] {
        Value::Array(several) => several.clone(),
        one => vec![one.clone()],
    };
    must(audiences.iter().any(|one| one == client.id.as_str()), "aud must have the client", &claims["aud"])?;
    let (now, second) = (unix_now(), |claim: &str| claims[claim].as_u64());
    let exp = second("exp").ok_or_else(|| Stop::fail("exp must be there", &claims["exp"]))?;
    must(exp > now && exp < now + 50 * YEAR, "exp must be in the future, and within 50 years", exp)?;
    let iat = second("iat").ok_or_else(|| Stop::fail("iat must be there", &claims["iat"]))?;
    must(iat.abs_diff(now) < 300, "iat must be of now", iat)?;
    must(claims["nonce"].as_str() == nonce, "nonce must come back as it was sent", &claims["nonce"])?;
    must(claims["sub"].as_str().is_some_and(|sub| !sub.is_empty() && sub.len() <= 255), "sub must be there", "")?;
    must(
        claims["auth_time"].is_null() || second("auth_time").is_some_and(|then| then <= now + 5),
        "auth_time must not be in the future",
        &claims["auth_time"],
    )?;
    must(claims["acr"] != "", "acr must not be empty", "")?;
    let odd = claims.as_object().into_iter().flatten().any(|(name, _)| !EXPECTED.contains(&name.as_str()));
    run.should(!odd, "the ID token has a claim that nobody asked for");
    Ok((header, claims))
}

/// The claims of a JWT that one of the provider's keys signed.
pub async fn verified(run: &Run, token: &str) -> Result<Value, Stop> {
    hufu::keys::install_crypto();
    let (header, _) = decoded(token);
    let kid = header["kid"].as_str().ok_or_else(|| Stop::fail("the token must have a kid", &header))?;
    let jwks: JwkSet = serde_json::from_value(run.keys().await?).map_err(|error| Stop::fail("no JWK Set", error))?;
    let key: &Jwk = jwks.find(kid).ok_or_else(|| Stop::fail("the token's kid must be in the JWK Set", kid))?;
    let key = DecodingKey::from_jwk(key).map_err(|error| Stop::fail("a key that cannot be used", error))?;
    let alg: Algorithm =
        header["alg"].as_str().unwrap_or_default().parse().map_err(|_| Stop::fail("an odd alg", &header))?;
    let mut validation = Validation::new(alg);
    validation.validate_aud = false;
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let token = jsonwebtoken::decode::<Value>(token, &key, &validation);
    token.map(|token| token.claims).map_err(|error| Stop::fail("the signature must be valid", error))
}
