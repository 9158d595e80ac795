//! The discovery document. OpenID Connect Discovery 1.0 §3; RFC 8414 §2.

use super::plans::Registration;
use super::run::{Outcome, Run, must};
use serde_json::Value;

/// The members that the suite knows: those of the specifications, and of IANA's list.
const KNOWN: &str = "issuer authorization_endpoint token_endpoint userinfo_endpoint jwks_uri registration_endpoint scopes_supported \
    response_types_supported response_modes_supported grant_types_supported acr_values_supported subject_types_supported \
    id_token_signing_alg_values_supported id_token_encryption_alg_values_supported id_token_encryption_enc_values_supported \
    userinfo_signing_alg_values_supported userinfo_encryption_alg_values_supported userinfo_encryption_enc_values_supported \
    request_object_signing_alg_values_supported request_object_encryption_alg_values_supported \
    request_object_encryption_enc_values_supported token_endpoint_auth_methods_supported \
    token_endpoint_auth_signing_alg_values_supported display_values_supported claim_types_supported claims_supported \
    service_documentation claims_locales_supported ui_locales_supported claims_parameter_supported request_parameter_supported \
    request_uri_parameter_supported require_request_uri_registration op_policy_uri op_tos_uri revocation_endpoint \
    revocation_endpoint_auth_methods_supported revocation_endpoint_auth_signing_alg_values_supported introspection_endpoint \
    introspection_endpoint_auth_methods_supported introspection_endpoint_auth_signing_alg_values_supported \
    introspection_signing_alg_values_supported introspection_encryption_alg_values_supported \
    introspection_encryption_enc_values_supported code_challenge_methods_supported signed_metadata \
    authorization_response_iss_parameter_supported pushed_authorization_request_endpoint require_pushed_authorization_requests \
    require_signed_request_object end_session_endpoint check_session_iframe frontchannel_logout_supported \
    frontchannel_logout_session_supported backchannel_logout_supported backchannel_logout_session_supported \
    prompt_values_supported dpop_signing_alg_values_supported tls_client_certificate_bound_access_tokens mtls_endpoint_aliases \
    authorization_details_types_supported protected_resources";
const SUBJECT_TYPES: [&str; 2] = ["public", "pairwise"];

/// `oidcc-discovery-endpoint-verification`.
pub async fn verification(run: &mut Run) -> Outcome {
    let document = run.metadata.clone();
    must(
        document["issuer"] == run.lab.demo.issuer.as_str(),
        "issuer must be the URL that it came from",
        &document["issuer"],
    )?;
    for (member, value) in document.as_object().into_iter().flatten() {
        run.should(KNOWN.split_whitespace().any(|known| known == member), &format!("the member {member} is unknown"));
        if member.ends_with("_supported") {
            let plural = !["parameter_supported", "logout_supported", "session_supported"]
                .iter()
                .any(|end| member.ends_with(end));
            must(
                if plural { texts(value) } else { value.is_boolean() },
                "a member has another type than its specification says",
                member,
            )?;
        }
        if member.ends_with("_endpoint") || member == "jwks_uri" {
            must(
                value.as_str().is_some_and(|url| url.starts_with("https://")),
                "every endpoint must be https",
                member,
            )?;
        }
    }
    for member in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        must(document[member].is_string(), "a required member is missing", member)?;
    }
    let known = |value: &Value| {
        value.as_array().is_some_and(|all| all.iter().all(|one| SUBJECT_TYPES.iter().any(|known| one == known)))
    };
    must(known(&document["subject_types_supported"]), "subject_types_supported must have known values", "")?;
    must(run.lists("id_token_signing_alg_values_supported", "RS256"), "ID tokens must be possible with RS256", "")?;
    must(run.lists("response_types_supported", "code"), "response_types_supported must have code", "")?;
    match document["scopes_supported"].is_null() {
        true => run.warn("scopes_supported is missing"),
        false => must(run.lists("scopes_supported", "openid"), "scopes_supported must have openid", "")?,
    }
    for member in ["userinfo_endpoint", "claims_supported"] {
        run.should(!document[member].is_null(), &format!("{member} is missing"));
    }
    for tag in document["ui_locales_supported"].as_array().into_iter().flatten() {
        let valid = tag.as_str().is_some_and(|tag| !tag.is_empty() && tag.split('-').all(|part| part.len() <= 8));
        must(valid, "a locale is no BCP 47 tag", tag)?;
    }
    if run.plan_is_dynamic() {
        must(document["registration_endpoint"].is_string(), "registration_endpoint must be there", "")?;
        for wanted in ["id_token", "id_token token"] {
            let listed = run.lists("response_types_supported", wanted);
            must(
                listed,
                "the Dynamic profile demands the implicit response types id_token and id_token token",
                wanted,
            )?;
        }
    }
    Ok(())
}

fn texts(value: &Value) -> bool {
    value.as_array().is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_string))
}

/// The logout plans' look at the discovery document.
pub async fn logout(run: &mut Run) -> Outcome {
    let url = run.endpoint("end_session_endpoint")?;
    must(url.scheme() == "https", "end_session_endpoint must be https", url)?;
    let channel = ["backchannel", "frontchannel"].into_iter().find(|channel| run.name.contains(channel));
    for member in channel
        .map(|channel| ["supported", "session_supported"].map(|end| format!("{channel}_logout_{end}")))
        .into_iter()
        .flatten()
    {
        must(run.metadata[&member] == true, "discovery must say that it is supported", member)?;
    }
    Ok(())
}

impl Run {
    fn plan_is_dynamic(&self) -> bool {
        self.name == "oidcc-discovery-endpoint-verification" && self.registration == Registration::Dynamic
    }
}
