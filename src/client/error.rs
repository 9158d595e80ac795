//! Why a client was not believed, and what it is told. RFC 6749 §5.2.

use super::assertion::AssertionError;
use super::metadata::AuthMethod;
use crate::keys::{JwtError, LONGEST_JWT};
use crate::spec::{ClientId, OAuthError, Refusal, Refuse};

/// The precise cause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientAuthError {
    #[error("no client credentials and no client_id")]
    Missing,
    #[error("two ways of client authentication in one request")]
    TwoMethods,
    #[error("the Authorization header is not: {0}")]
    Authorization(&'static str),
    #[error("the client secret is empty")]
    EmptySecret,
    #[error("client_id and the credentials name different clients")]
    ClientIdsDiffer { presented: AuthMethod },
    #[error("client_assertion_type `{0}` is not supported")]
    AssertionType(String),
    #[error("client_assertion_type without client_assertion")]
    AssertionMissing,
    #[error("the assertion has no iss")]
    AssertionWithoutIssuer,
    #[error("no client {}", .client_id.as_str())]
    UnknownClient { client_id: ClientId, presented: AuthMethod },
    #[error("the client authenticated by {}, but registered {}", .presented.wire(), .registered.wire())]
    MethodDiffers { presented: AuthMethod, registered: AuthMethod },
    #[error("the client secret is another one")]
    SecretDiffers { presented: AuthMethod },
    #[error(transparent)]
    Assertion(#[from] AssertionError),
    #[error("the assertion was used before")]
    AssertionReplayed,
}

impl From<&ClientAuthError> for OAuthError {
    fn from(error: &ClientAuthError) -> Self {
        match error {
            // "utilizes more than one mechanism for authenticating the client" (RFC 6749 §5.2, invalid_request).
            ClientAuthError::TwoMethods => Self::InvalidRequest,
            ClientAuthError::Missing
            | ClientAuthError::Authorization(_)
            | ClientAuthError::EmptySecret
            | ClientAuthError::ClientIdsDiffer { .. }
            | ClientAuthError::AssertionType(_)
            | ClientAuthError::AssertionMissing
            | ClientAuthError::AssertionWithoutIssuer
            | ClientAuthError::UnknownClient { .. }
            | ClientAuthError::MethodDiffers { .. }
            | ClientAuthError::SecretDiffers { .. }
            | ClientAuthError::Assertion(_)
            | ClientAuthError::AssertionReplayed => Self::InvalidClient,
        }
    }
}

impl ClientAuthError {
    /// Whether the client used the `Authorization` header: then the 401 carries `WWW-Authenticate` (RFC 6749 §5.2).
    pub fn asked_by_header(&self) -> bool {
        match self {
            Self::Authorization(_) | Self::EmptySecret => true,
            Self::ClientIdsDiffer { presented }
            | Self::UnknownClient { presented, .. }
            | Self::MethodDiffers { presented, .. }
            | Self::SecretDiffers { presented } => *presented == AuthMethod::ClientSecretBasic,
            Self::Missing
            | Self::TwoMethods
            | Self::AssertionType(_)
            | Self::AssertionMissing
            | Self::AssertionWithoutIssuer
            | Self::Assertion(_)
            | Self::AssertionReplayed => false,
        }
    }
}

impl Refuse for ClientAuthError {
    fn refusal(&self) -> Refusal {
        let say = |code| Refusal::new(self.into(), code);
        match self {
            Self::Missing => say("client.missing")
                .received("neither credentials nor client_id")
                .expected("client authentication, or client_id for a public client (RFC 6749 §3.2.1)")
                .fix("authenticate by the client's token_endpoint_auth_method"),
            Self::TwoMethods => say("client.two_methods")
                .received("credentials in two places")
                .expected("one method of client authentication in each request (RFC 6749 §2.3)")
                .fix("send the Authorization header, client_secret or client_assertion, and only one of them"),
            Self::Authorization(rule) => say("client.authorization_header")
                .received("an Authorization header that cannot be read")
                .expected(*rule)
                .fix("send Basic with base64 of client_id:client_secret, each form-encoded (RFC 6749 §2.3.1)"),
            Self::EmptySecret => say("client.empty_secret")
                .received("no secret behind the colon")
                .expected("the client secret (RFC 6749 §2.3.1)")
                .fix("send the secret; a public client sends client_id in the form instead"),
            Self::ClientIdsDiffer { .. } => say("client.ids_differ")
                .received("a client_id that is not the one of the credentials")
                .expected("the same client in both (RFC 7521 §4.2)")
                .fix("leave client_id out of the form, or send the same one"),
            Self::AssertionType(kind) => say("client.assertion_type")
                .received(kind)
                .expected("urn:ietf:params:oauth:client-assertion-type:jwt-bearer (RFC 7523 §2.2)")
                .fix("set client_assertion_type"),
            Self::AssertionMissing => say("client.assertion_missing")
                .received("client_assertion_type alone")
                .expected("client_assertion beside it (RFC 7521 §4.2)")
                .fix("send the signed JWT in client_assertion"),
            Self::AssertionWithoutIssuer => say("client.assertion_claims")
                .received("an assertion without iss")
                .expected("iss and sub, both the client_id (RFC 7523 §3)")
                .fix("add iss to the assertion"),
            Self::UnknownClient { client_id, .. } => say("client.unknown")
                .received(client_id.as_str())
                .expected("a registered client_id")
                .fix("compare the client_id with the one that registration answered"),
            Self::MethodDiffers { presented, registered } => say("client.method_differs")
                .received(presented.wire())
                .expected("the client's token_endpoint_auth_method (OpenID Connect Core §9)")
                .fix("configure the library's client authentication, or update the registration")
                .registered(registered.wire()),
            Self::SecretDiffers { .. } => say("client.secret_differs")
                .received("another secret")
                .expected("the client's own secret (RFC 6749 §2.3.1)")
                .fix("look for a cut or encoded copy; the operator issues a new one: hufu client secret"),
            Self::Assertion(error) => assertion(error, say),
            Self::AssertionReplayed => say("client.assertion_replayed")
                .received("an assertion that was used before")
                .expected("each jti once (OpenID Connect Core §9)")
                .fix("sign a new assertion for every request"),
        }
    }
}

fn assertion(error: &AssertionError, say: impl Fn(&'static str) -> Refusal) -> Refusal {
    match error {
        AssertionError::Jwt(error) => jwt(error, say),
        AssertionError::NoKeys => say("client.assertion_no_keys")
            .received("an assertion of a client without keys")
            .expected("a registered jwks or jwks_uri (OpenID Connect Core §9)")
            .fix("register the client's public keys"),
        AssertionError::JwksUri(why) => say("client.jwks_uri")
            .received(why)
            .expected("a JWK Set that is fetched at jwks_uri (RFC 7517 §5)")
            .fix("open jwks_uri in a browser: it must answer 200 over https, at once, with public keys"),
        AssertionError::NoSecret => say("client.assertion_no_secret")
            .received("an assertion under a secret that this client was not issued")
            .expected("the secret from registration as client_secret_jwt (OpenID Connect Core §9)")
            .fix("let the operator issue a new one: hufu client secret"),
        AssertionError::IssuerDiffers | AssertionError::SubjectDiffers => say("client.assertion_claims")
            .received(error.to_string())
            .expected("iss and sub, both the client_id (RFC 7523 §3)")
            .fix("set both claims to the client_id"),
        AssertionError::AudienceDiffers(received) => say("client.assertion_audience")
            .received(received)
            .expected("the issuer as the single audience (RFC 7523 §3; profile basic: also the endpoint's URL)")
            .fix("set aud to the issuer"),
        AssertionError::NoJti | AssertionError::JtiTooLong(_) => say("client.assertion_jti")
            .received(error.to_string())
            .expected("a jti of at most 512 bytes (OpenID Connect Core §9)")
            .fix("add a random jti to the assertion"),
        AssertionError::LivesTooLong => say("client.assertion_times")
            .received(error.to_string())
            .expected("an exp within the hour (RFC 7523 §3)")
            .fix("sign a new assertion for every request, with an exp of a minute or so"),
    }
}

fn jwt(error: &JwtError, say: impl Fn(&'static str) -> Refusal) -> Refusal {
    match error {
        JwtError::Expired | JwtError::NotYetValid | JwtError::NoExpiry => say("client.assertion_times")
            .received(error.to_string())
            .expected("exp, nbf and iat around the server's time (RFC 7523 §3)")
            .fix("set the clock, and sign a new assertion for every request"),
        JwtError::UnknownAlg(_) | JwtError::AlgNotAllowed(_) => say("client.assertion_alg")
            .received(error.to_string())
            .expected("token_endpoint_auth_signing_alg, or an algorithm that discovery lists")
            .fix("sign with that algorithm, or update the registration"),
        JwtError::NoKey | JwtError::SignatureDiffers => say("client.assertion_signature")
            .received(error.to_string())
            .expected("a signature by a key of the client's jwks, named by its kid (RFC 7523 §3)")
            .fix("register the public key that you sign with"),
        JwtError::TooLong(_) => say("client.assertion_too_long")
            .received(error.to_string())
            .expected(format!("a signed JWT of at most {LONGEST_JWT} characters"))
            .fix("leave out of the assertion all but iss, sub, aud, jti, exp and iat"),
        JwtError::Malformed(_) => say("client.assertion_malformed")
            .received(error.to_string())
            .expected("a signed JWT in compact form (RFC 7523 §3)")
            .fix("let a JOSE library make the assertion"),
        JwtError::Critical => say("client.assertion_critical")
            .received(error.to_string())
            .expected("a header without crit: no extension is understood here (RFC 7515 §4.1.11)")
            .fix("sign without the extension that crit names"),
        JwtError::TypDiffers(_) => say("client.assertion_typ")
            .received(error.to_string())
            .expected("typ JWT or client-authentication+jwt, or none (RFC 8725 §3.11)")
            .fix("set typ to client-authentication+jwt, and send no token of another kind"),
        JwtError::Claims(_) | JwtError::OtherIssuer | JwtError::OtherAudience => say("client.assertion_claims")
            .received(error.to_string())
            .expected("iss, sub and jti as strings, aud as one or a list of one, exp as a number (RFC 7523 §3)")
            .fix("mend the claim that is named"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PROTOCOL 25: the rule that was broken, and how to mend it, of each cause.
    #[test]
    fn each_way_to_break_an_assertion_has_a_rule_and_a_fix_of_its_own() {
        Refusal::assert_each_its_own(
            &JwtError::of_each_kind().map(|cause| ClientAuthError::from(AssertionError::Jwt(cause)).refusal()),
        );
    }
}
