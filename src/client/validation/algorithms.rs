//! Algorithms and the keys that they need: what cannot work is refused at registration, not at the first sign-in.
//! OpenID Connect Registration §2; RFC 9101 §10.5; RFC 9701 §6.

use super::{MetadataError, broken};
use crate::client::metadata::{AssertionAlg, AssertionProfile, AuthMethod, ClientMetadata, Pkce};
use crate::keys::SigningAlg;

pub(super) fn check(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    if let (Some(_), Some(jwks_uri)) = (&metadata.jwks, &metadata.jwks_uri) {
        return broken("jwks_uri", jwks_uri, "either jwks or jwks_uri (OpenID Connect Registration §2)");
    }
    check_authentication(metadata)?;
    check_encryption(metadata)?;
    check_request_objects(metadata)
}

fn check_authentication(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    let method = metadata.token_endpoint_auth_method;
    if metadata.require_pkce == Pkce::Optional && method == AuthMethod::None {
        return broken("require_pkce", "false", "true for a public client (RFC 9700 §2.1.1)");
    }
    check_assertion_alg(metadata)?;
    if metadata.assertion_profile == AssertionProfile::Fapi2 && method == AuthMethod::ClientSecretJwt {
        return broken(
            "token_endpoint_auth_method",
            method.wire(),
            "private_key_jwt in the profile fapi2 (FAPI 2.0 Security Profile §5.3.2.1)",
        );
    }
    if method != AuthMethod::PrivateKeyJwt || metadata.jwks_uri.is_some() {
        return Ok(());
    }
    let Some(jwks) = &metadata.jwks else {
        return broken(
            "jwks",
            "neither jwks nor jwks_uri",
            "the client's public keys, for private_key_jwt (OpenID Connect Core §9)",
        );
    };
    if !metadata.assertion_algs().into_iter().any(|alg| jwks.fits(alg)) {
        return broken("jwks", "keys of other types", "a key for an algorithm that assertions may be signed with");
    }
    Ok(())
}

/// The algorithm must be one of the method's own: a secret makes no signature, a key pair no HMAC.
fn check_assertion_alg(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    let refuse = |received: &str, rule| broken("token_endpoint_auth_signing_alg", received, rule);
    let fapi2 = metadata.assertion_profile == AssertionProfile::Fapi2;
    match (metadata.token_endpoint_auth_method, metadata.token_endpoint_auth_signing_alg) {
        (AuthMethod::PrivateKeyJwt, Some(AssertionAlg::Mac(alg))) => {
            refuse(alg.wire(), "RS256, PS256, ES256 or EdDSA for private_key_jwt (OpenID Connect Core §9)")
        }
        (AuthMethod::ClientSecretJwt, Some(AssertionAlg::Signature(alg))) => {
            refuse(alg.wire(), "HS256 for client_secret_jwt (OpenID Connect Core §9)")
        }
        (AuthMethod::PrivateKeyJwt, Some(AssertionAlg::Signature(SigningAlg::RS256))) if fapi2 => {
            refuse("RS256", "PS256, ES256 or EdDSA (FAPI 2.0 Security Profile §5.4.1)")
        }
        _ => Ok(()),
    }
}

fn check_encryption(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    let has_keys = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
    for (field, enc_field, alg, enc) in [
        (
            "id_token_encrypted_response_alg",
            "id_token_encrypted_response_enc",
            metadata.id_token_encrypted_response_alg,
            metadata.id_token_encrypted_response_enc,
        ),
        (
            "userinfo_encrypted_response_alg",
            "userinfo_encrypted_response_enc",
            metadata.userinfo_encrypted_response_alg,
            metadata.userinfo_encrypted_response_enc,
        ),
        (
            "introspection_encrypted_response_alg",
            "introspection_encrypted_response_enc",
            metadata.introspection_encrypted_response_alg,
            metadata.introspection_encrypted_response_enc,
        ),
    ] {
        match (alg, enc) {
            (None, Some(enc)) => {
                return broken(
                    field,
                    format!("nothing, with enc {}", enc.wire()),
                    "an alg beside the enc (OpenID Connect Registration §2)",
                );
            }
            (Some(alg), _) if !has_keys => {
                return broken(field, alg.wire(), "a key to encrypt to, in jwks or at jwks_uri");
            }
            (Some(_), None) => {
                return broken(
                    enc_field,
                    "nothing",
                    "A128GCM or A256GCM: the default, A128CBC-HS256, is not supported",
                );
            }
            (Some(alg), Some(enc)) if metadata.jwks.as_ref().is_some_and(|jwks| jwks.recipient(alg, enc).is_none()) => {
                return broken(
                    "jwks",
                    "no key to encrypt to",
                    "a key of the type that the encryption needs, with use=enc",
                );
            }
            _ => {}
        }
    }
    match (metadata.request_object_encryption_alg, metadata.request_object_encryption_enc) {
        (None, Some(enc)) => broken(
            "request_object_encryption_alg",
            format!("nothing, with enc {}", enc.wire()),
            "an alg beside the enc (OpenID Connect Registration §2)",
        ),
        _ => Ok(()),
    }
}

fn check_request_objects(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    let has_keys = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
    if metadata.require_signed_request_object && !has_keys {
        return broken("require_signed_request_object", "true", "keys to verify them with, in jwks or at jwks_uri");
    }
    match (metadata.request_object_signing_alg, &metadata.jwks) {
        (Some(alg), None) if !has_keys => {
            broken("request_object_signing_alg", alg.wire(), "keys to verify with, in jwks or at jwks_uri")
        }
        (Some(alg), Some(jwks)) if !jwks.fits(alg) => {
            broken("request_object_signing_alg", alg.wire(), "an algorithm that a key of jwks fits")
        }
        _ => Ok(()),
    }
}
