//! A request object: an authorization request as a JWT that the client signed. OpenID Connect Core §6, RFC 9101.
//!
//! Decides what of a verified object counts, and how it goes together with what stands outside
//! (docs/adr/0008-what-counts-beside-a-request-object.md). Knows neither where the object came from nor whose key verified it.

use crate::client::{Client, ClientMetadata};
use crate::keys::{
    ContentEncryption, Decrypted, EncryptionAlg, JweError, JwtError, Lifetime, SigningAlg, Times, VerifiedJwt,
};
use crate::spec::{IssuerUrl, ParamError, Params, Timestamp, lifetime};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Claims of the JWT itself; they are no parameters.
const JWT_CLAIMS: [&str; 7] = ["iss", "aud", "sub", "exp", "nbf", "iat", "jti"];
/// Parameters whose value must be text, so that no list or object makes one of them disappear unnoticed.
const TEXTS: [&str; 19] = [
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "display",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "resource",
    "request",
    "request_uri",
];

/// Why a request object does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestObjectError {
    #[error(transparent)]
    Jwt(#[from] JwtError),
    #[error(transparent)]
    Jwe(#[from] JweError),
    #[error("the request object is encrypted by {} and {}", .0.wire(), .1.wire())]
    EncryptionDiffers(EncryptionAlg, ContentEncryption),
    #[error("the client has neither jwks nor jwks_uri")]
    NoKeys,
    #[error("jwks_uri: {0}")]
    JwksUri(String),
    #[error("iss of the request object is not the client_id")]
    IssuerDiffers,
    #[error("aud of the request object is {0}")]
    AudienceDiffers(String),
    #[error("sub of the request object is the client_id, as in a client assertion")]
    SubjectIsClient,
    #[error("client_id in the request object is another one")]
    ClientIdDiffers,
    #[error("the request object has no client_id")]
    ClientIdMissing,
    #[error("the request object contains `{0}`")]
    Nested(&'static str),
    #[error("`{0}` in the request object is no text")]
    NotText(&'static str),
    #[error(transparent)]
    Params(#[from] ParamError),
}

/// What counts of the parameters outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// What the object does not say (OpenID Connect Core §6.1).
    Completes,
    /// Nothing (RFC 9101 §6.3).
    Ignored,
}

/// The parameters of an object that its client signed for us.
pub struct RequestObject(Params);

impl RequestObject {
    /// Reads a verified object.
    ///
    /// # Errors
    /// It is for somebody else or another time, or says what an object may not say.
    pub fn read(
        verified: &VerifiedJwt,
        client: &Client,
        issuer: &IssuerUrl,
        now: Timestamp,
    ) -> Result<Self, RequestObjectError> {
        // RFC 9101 §10.8: an explicit type, where there is one; a client assertion or an ID token has another.
        verified.expect_typ(&["oauth-authz-req+jwt", "JWT"])?;
        let Members(members) = verified.claims()?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let client_id = client.client_id.as_str();
        if members.contains_key("iss") && text("iss") != Some(client_id) {
            return Err(RequestObjectError::IssuerDiffers);
        }
        if let Some(aud) = members.get("aud").filter(|aud| !is_for(aud, issuer.as_str())) {
            return Err(RequestObjectError::AudienceDiffers(aud.to_string()));
        }
        // RFC 9101 §10.8: such an object could pass for a client assertion.
        if text("sub") == Some(client_id) {
            return Err(RequestObjectError::SubjectIsClient);
        }
        // RFC 9101 §5: "MUST be identical to the client_id claim in the Request Object".
        if members.contains_key("client_id") && text("client_id") != Some(client_id) {
            return Err(RequestObjectError::ClientIdDiffers);
        }
        // Core §6.1: "request and request_uri parameters MUST NOT be included in Request Objects".
        if let Some(nested) = ["request", "request_uri"].into_iter().find(|name| members.contains_key(*name)) {
            return Err(RequestObjectError::Nested(nested));
        }
        check_times(&members, now)?;
        Ok(Self(parameters(members)?))
    }

    /// The request that results.
    ///
    /// # Errors
    /// Where nothing outside counts, an object that does not name its client.
    pub fn together_with(self, outside: Params, rule: Outside) -> Result<Params, RequestObjectError> {
        match rule {
            Outside::Completes => Ok(outside.without(&["request", "request_uri"]).superseded_by(self.0)),
            Outside::Ignored if self.0.get("client_id").is_none() => Err(RequestObjectError::ClientIdMissing),
            Outside::Ignored => Ok(self.0),
        }
    }
}

impl ClientMetadata {
    /// What counts beside this client's request objects.
    pub fn outside_of_request_objects(&self) -> Outside {
        if self.require_signed_request_object { Outside::Ignored } else { Outside::Completes }
    }

    /// What a client encrypts to us it encrypts as it registered, where it did (OpenID Connect Registration §2,
    /// request_object_encryption_alg). Tells the signed object inside: encryption without a signature says nothing of who wrote it.
    ///
    /// # Errors
    /// Encrypted in another way, or no signed JWT inside.
    pub fn signed_object_in<'d>(&self, decrypted: &'d Decrypted) -> Result<&'d str, RequestObjectError> {
        let as_registered = self.request_object_encryption_alg.is_none_or(|only| only == decrypted.alg)
            && self.request_object_encryption_enc.is_none_or(|only| only == decrypted.enc);
        if !as_registered {
            return Err(RequestObjectError::EncryptionDiffers(decrypted.alg, decrypted.enc));
        }
        Ok(decrypted.nested()?)
    }

    /// The algorithms that this client's request objects may be signed with.
    pub fn request_object_algs(&self) -> Vec<SigningAlg> {
        self.request_object_signing_alg.map_or_else(|| SigningAlg::ALL.to_vec(), |only| vec![only])
    }
}

fn is_for(aud: &Value, issuer: &str) -> bool {
    match aud {
        Value::String(only) => only == issuer,
        Value::Array(many) => many.iter().any(|one| one.as_str() == Some(issuer)),
        _ => false,
    }
}

/// `exp` is the client's choice here; where it is, it counts.
fn check_times(members: &Map<String, Value>, now: Timestamp) -> Result<(), RequestObjectError> {
    let times: Times =
        serde_json::from_value(Value::Object(members.clone())).map_err(|error| JwtError::Claims(error.to_string()))?;
    let lifetime = if times.exp.is_some() { Lifetime::Enforced } else { Lifetime::Ignored };
    Ok(times.check(now, lifetime::CLOCK_SKEW, lifetime)?)
}

/// Text as it is, numbers and truth values as text, `claims` as the JSON that it is outside; what nobody knows is ignored.
fn parameters(members: Map<String, Value>) -> Result<Params, RequestObjectError> {
    let mut pairs = Vec::new();
    for (name, value) in members {
        if JWT_CLAIMS.contains(&name.as_str()) {
            continue;
        }
        let value = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Object(claims) if name == "claims" => Value::Object(claims).to_string(),
            Value::Null => continue,
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                match TEXTS.into_iter().chain(["claims", "max_age"]).find(|known| *known == name) {
                    Some(known) => return Err(RequestObjectError::NotText(known)),
                    None => continue,
                }
            }
        };
        pairs.push((name, value));
    }
    Ok(Params::of(pairs)?)
}

/// The members of a JSON object, none of them twice (RFC 7519 §4: "the Claim Names within a JWT Claims Set MUST be unique").
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Unique;

        impl<'de> Visitor<'de> for Unique {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    if members.contains_key(&name) {
                        return Err(A::Error::custom(format!("`{name}` more than once")));
                    }
                    members.insert(name, value);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Unique)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::UnverifiedMac;
    use crate::spec::ClientSecret;
    use RequestObjectError as E;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);
    const ISSUER: &str = "https://hufu.example";

    /// A verified object: under a secret here, which signs as well as any key.
    fn verified(typ: &str, payload: &str) -> VerifiedJwt {
        let token = UnverifiedMac::for_tests(&json!({ "alg": "HS256", "typ": typ }), payload, "s");
        UnverifiedMac::parse(&token).unwrap().verify(&ClientSecret::new("s")).unwrap()
    }

    fn read_text(typ: &str, payload: &str) -> Result<Params, E> {
        let client = Client::for_tests("c", &["https://a.example/cb"]);
        let issuer = IssuerUrl::new(ISSUER.into()).unwrap();
        RequestObject::read(&verified(typ, payload), &client, &issuer, NOW).map(|object| object.0)
    }

    fn read(claims: &Value) -> Result<Params, E> {
        read_text("oauth-authz-req+jwt", &claims.to_string())
    }

    /// OpenID Connect Core §6.1: numbers as numbers, `claims` as an object.
    #[test]
    fn members_become_the_parameters_that_they_would_be_outside() {
        let read = read(&json!({
            "iss": "c", "aud": ISSUER, "client_id": "c", "max_age": 60, "state": "s", "nonce": null, "new": [1],
            "claims": { "id_token": { "auth_time": null } }, "exp": NOW.unix() + 1, "jti": "j", "sub": "somebody",
        }));
        let params = read.unwrap();
        assert_eq!(params.get("max_age"), Some("60"));
        assert_eq!(params.get("claims"), Some(r#"{"id_token":{"auth_time":null}}"#));
        assert_eq!((params.get("state"), params.get("nonce"), params.get("new")), (Some("s"), None, None));
        for claim in JWT_CLAIMS {
            assert_eq!(params.get(claim), None, "{claim} is no parameter");
        }
    }

    /// RFC 9101 §4, §5, §6, §10.8; OpenID Connect Core §6.1; RFC 7519 §4.
    #[test]
    fn an_object_that_may_not_count_is_refused() {
        let now = NOW.unix();
        for (claims, error) in [
            (json!({ "iss": "d" }), E::IssuerDiffers),
            (json!({ "iss": 1 }), E::IssuerDiffers),
            (json!({ "aud": "https://evil.example" }), E::AudienceDiffers("\"https://evil.example\"".into())),
            (json!({ "aud": ["https://evil.example"] }), E::AudienceDiffers("[\"https://evil.example\"]".into())),
            (json!({ "aud": {} }), E::AudienceDiffers("{}".into())),
            (json!({ "sub": "c" }), E::SubjectIsClient),
            (json!({ "client_id": "d" }), E::ClientIdDiffers),
            (json!({ "client_id": ["c"] }), E::ClientIdDiffers),
            (json!({ "request": "x.y.z" }), E::Nested("request")),
            (json!({ "request_uri": null }), E::Nested("request_uri")),
            (json!({ "exp": now - 61 }), JwtError::Expired.into()),
            (json!({ "nbf": now + 61 }), JwtError::NotYetValid.into()),
            (json!({ "iat": now + 61 }), JwtError::NotYetValid.into()),
            (json!({ "redirect_uri": ["https://a.example/cb"] }), E::NotText("redirect_uri")),
            (json!({ "code_challenge": false }), E::NotText("code_challenge")),
            (json!({ "claims": [] }), E::NotText("claims")),
        ] {
            assert_eq!(read(&claims).err(), Some(error), "{claims}");
        }
        assert!(matches!(read(&json!({ "exp": "soon" })), Err(E::Jwt(JwtError::Claims(_)))));
        assert!(matches!(read_text("JWT", r#"{"state":"a","state":"b"}"#), Err(E::Jwt(JwtError::Claims(_)))));
        assert!(matches!(read_text("JWT", "[]"), Err(E::Jwt(JwtError::Claims(_)))));
        for typ in ["client-authentication+jwt", "at+jwt", "secevent+jwt"] {
            assert_eq!(read_text(typ, "{}").err(), Some(JwtError::TypDiffers(typ.into()).into()));
        }
    }

    /// OpenID Connect Core §6.1: "parameter values … in the Request Object … supersede those passed using OAuth 2.0 syntax".
    #[test]
    fn what_stands_inside_supersedes_what_stands_outside() {
        let outside = || Params::parse(b"client_id=c&state=out&nonce=n&request=x.y.z&prompt=login").unwrap();
        let object = |claims: Value| RequestObject(read(&claims).unwrap());
        let merged = object(json!({ "state": "in" })).together_with(outside(), Outside::Completes).unwrap();
        assert_eq!((merged.get("state"), merged.get("nonce"), merged.get("request")), (Some("in"), Some("n"), None));
        // RFC 9101 §6.3: "even if the same parameter is provided in the query parameter".
        let alone = json!({ "client_id": "c", "state": "in" });
        let merged = object(alone).together_with(outside(), Outside::Ignored).unwrap();
        assert_eq!((merged.get("state"), merged.get("nonce"), merged.get("prompt")), (Some("in"), None, None));
        let unnamed = object(json!({ "state": "in" })).together_with(outside(), Outside::Ignored);
        assert_eq!(unnamed.err(), Some(E::ClientIdMissing));
    }
}
