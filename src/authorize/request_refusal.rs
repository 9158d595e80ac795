//! What a website is told whose request object or `request_uri` does not count. RFC 9101 §7.

use super::{RequestObjectError, RequestUriError};
use crate::keys::{JwtError, LONGEST_JWE, LONGEST_JWT};
use crate::spec::{OAuthError, Refusal, Refuse, limits};

impl Refuse for RequestObjectError {
    fn refusal(&self) -> Refusal {
        let say = |code| Refusal::new(OAuthError::InvalidRequestObject, code).received(self.to_string());
        match self {
            Self::Jwt(error) => jwt(error, say),
            Self::Jwe(_) => say("request.encryption")
                .expected("a JWE to a key of ours with use=enc around a signed JWT, by algorithms that discovery lists")
                .fix("fetch the JWKS again, encrypt to the key that it names, and sign before you encrypt"),
            Self::EncryptionDiffers(..) => say("request.encryption_differs")
                .expected("request_object_encryption_alg and request_object_encryption_enc as registered")
                .fix("encrypt by those, or update the registration"),
            Self::NoKeys => say("request.no_keys")
                .expected("a registered jwks or jwks_uri (RFC 9101 §6.2)")
                .fix("register the client's public keys"),
            Self::JwksUri(_) => say("request.jwks_uri")
                .expected("a JWK Set that is fetched at jwks_uri (RFC 7517 §5)")
                .fix("open jwks_uri in a browser: it must answer 200 over https, at once, with public keys"),
            Self::IssuerDiffers | Self::ClientIdDiffers | Self::ClientIdMissing => say("request.client_id")
                .expected("the client_id, as iss and as client_id, inside as outside (RFC 9101 §5)")
                .fix("set both to the client_id"),
            Self::AudienceDiffers(_) => {
                say("request.audience").expected("the issuer (RFC 9101 §4)").fix("set aud to the issuer")
            }
            Self::SubjectIsClient => say("request.subject")
                .expected(
                    "no sub that is the client_id: such an object could pass for a client assertion (RFC 9101 §10.8)",
                )
                .fix("drop sub"),
            Self::Nested(_) => say("request.nested")
                .expected("neither request nor request_uri inside (OpenID Connect Core §6.1)")
                .fix("drop it from the object"),
            Self::NotText(_) | Self::Params(_) => say("request.parameter")
                .expected("parameters as JSON strings, within the bounds that they have outside (RFC 9101 §4)")
                .fix("send the value as text"),
        }
    }
}

fn jwt(error: &JwtError, say: impl Fn(&'static str) -> Refusal) -> Refusal {
    match error {
        JwtError::Expired | JwtError::NotYetValid | JwtError::NoExpiry => say("request.times")
            .expected("exp, nbf and iat around the server's time (RFC 7519 §4.1)")
            .fix("set the clock, and sign a new object for every request"),
        JwtError::UnknownAlg(_) | JwtError::AlgNotAllowed(_) => say("request.alg")
            .expected("request_object_signing_alg, or an algorithm that discovery lists; none is not served")
            .fix("sign with that algorithm, or update the registration"),
        JwtError::NoKey | JwtError::SignatureDiffers => say("request.signature")
            .expected("a signature by a key of the client, named by its kid (RFC 9101 §6.2)")
            .fix("register the public key that you sign with"),
        JwtError::TooLong(_) => say("request.too_long")
            .expected(format!("a signed JWT of at most {LONGEST_JWT} characters"))
            .fix("leave out of the object what the request does not need"),
        JwtError::Malformed(_) => say("request.malformed")
            .expected("a signed JWT in compact form (RFC 9101 §4)")
            .fix("let a JOSE library make the object"),
        JwtError::Critical => say("request.critical")
            .expected("a header without crit: no extension is understood here (RFC 7515 §4.1.11)")
            .fix("sign without the extension that crit names"),
        JwtError::TypDiffers(_) => say("request.typ")
            .expected("typ oauth-authz-req+jwt or JWT, or none (RFC 9101 §10.8)")
            .fix("set typ to oauth-authz-req+jwt"),
        JwtError::Claims(_) | JwtError::OtherIssuer | JwtError::OtherAudience => say("request.claims")
            .expected("one JSON object, each name once, exp, nbf and iat as numbers (RFC 7519 §4)")
            .fix("mend the claim that is named"),
    }
}

impl From<&RequestUriError> for OAuthError {
    fn from(error: &RequestUriError) -> Self {
        match error {
            RequestUriError::BesideRequest | RequestUriError::AlreadyPushing => Self::InvalidRequest,
            RequestUriError::NotRegistered(_)
            | RequestUriError::Fetch(_)
            | RequestUriError::Unknown(_)
            | RequestUriError::Spent(_) => Self::InvalidRequestUri,
        }
    }
}

impl Refuse for RequestUriError {
    fn refusal(&self) -> Refusal {
        let say = |code| Refusal::new(self.into(), code).received(self.to_string());
        match self {
            Self::BesideRequest => say("request_uri.beside_request")
                .expected("one of the two (RFC 9101 §5)")
                .fix("send request or request_uri, not both"),
            Self::AlreadyPushing => say("request_uri.while_pushing")
                .expected("the parameters themselves, or request (RFC 9126 §2.1)")
                .fix("drop request_uri"),
            Self::NotRegistered(_) => say("request_uri.not_registered")
                .expected("one of the client's request_uris, but for its fragment, or a pushed request's (Core §6.2)")
                .fix("register it in request_uris, or push the request"),
            Self::Fetch(_) => say("request_uri.fetch")
                .expected(format!(
                    "200 over https within five seconds, and a request object of at most {LONGEST_JWT} characters, \
                     {LONGEST_JWE} where it is encrypted, with parameters of at most {} bytes",
                    limits::REQUEST
                ))
                .fix("open request_uri from another network; or push the request instead"),
            Self::Unknown(_) => say("request_uri.unknown")
                .expected("a request_uri that this client pushed within the last minute (RFC 9126 §2.2, §4)")
                .fix("push the request just before the browser leaves, with the same client_id"),
            Self::Spent(_) => say("request_uri.spent")
                .expected("a pushed request that led to no code yet (RFC 9126 §4)")
                .fix("push each request anew"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PROTOCOL 25: the rule that was broken, and how to mend it, of each cause.
    #[test]
    fn each_way_to_break_an_object_has_a_rule_and_a_fix_of_its_own() {
        Refusal::assert_each_its_own(&JwtError::of_each_kind().map(|cause| RequestObjectError::Jwt(cause).refusal()));
    }
}
