//! Request objects. OpenID Connect Core §6; RFC 9101.

use super::run::{Callback, Client, Outcome, Request, Run, Stop, must};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};

const NONE: &str = "request_object_signing_alg_values_supported lacks none";

/// An object of all parameters of the request, and what stays outside.
fn object(run: &Run, client: &Client, request: &Request) -> (Value, Request) {
    let mut claims: Map<String, Value> = request.0.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    claims.insert("iss".to_owned(), json!(client.id));
    claims.insert("aud".to_owned(), run.metadata["issuer"].clone());
    let mut outside = request.clone();
    outside.0.retain(|(name, _)| ["response_type", "client_id", "scope", "redirect_uri"].contains(&name.as_str()));
    (Value::Object(claims), outside)
}

fn unsigned(claims: &Value) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    format!("{}.{}.", part(&json!({ "alg": "none" })), part(claims))
}

fn skip_without_none(run: &Run) -> Outcome {
    let algs = "request_object_signing_alg_values_supported";
    match run.metadata[algs].is_array() && !run.lists(algs, "none") {
        true => Err(Stop::skip(NONE)),
        false => Ok(()),
    }
}

/// An answer to a request that went by an object: the object's state must be in it, or the error that says "not supported".
async fn answer(
    run: &mut Run,
    client: &Client,
    inside: &Request,
    outside: &Request,
    no: &str,
) -> Result<Callback, Stop> {
    let (url, scripts) = (run.authorization_url(outside)?, run.scripts.clone());
    run.browser.visit(&url, &scripts).await?;
    let said = run.browser.away()?.url.query_pairs().any(|(name, value)| name == "error" && value == no);
    let said = said || run.browser.away()?.fields.iter().any(|(name, value)| name == "error" && value == no);
    if said {
        return Err(Stop::skip(format!("the answer is {no}")));
    }
    run.callback(client, inside.get("state"))
}

/// `oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported`.
pub async fn unsigned_by_value(run: &mut Run) -> Outcome {
    skip_without_none(run)?;
    let client = run.client(json!({})).await?;
    let request = run.request(&client);
    let (claims, outside) = object(run, &client, &request);
    let outside = outside.with("request", unsigned(&claims));
    let callback = answer(run, &client, &request, &outside, "request_not_supported").await?;
    let advertised = run.metadata["request_parameter_supported"] == true;
    run.should(advertised, "request objects work and request_parameter_supported is not true");
    run.redeem(&client, &request, &callback).await.map(drop)
}

/// `oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported` and `oidcc-request-uri-unsigned`.
pub async fn unsigned_by_reference(run: &mut Run) -> Outcome {
    skip_without_none(run)?;
    by_reference(run, json!({}), |_, claims| unsigned(claims)).await
}

/// `oidcc-request-uri-signed-rs256`.
pub async fn signed_by_reference(run: &mut Run) -> Outcome {
    let algs = "request_object_signing_alg_values_supported";
    must(run.lists(algs, "RS256"), "request_object_signing_alg_values_supported must have RS256", "")?;
    let registered = json!({ "request_object_signing_alg": "RS256", "jwks": run.lab.rsa.jwks() });
    by_reference(run, registered, |run, claims| run.lab.rsa.sign(None, claims)).await
}

async fn by_reference(run: &mut Run, mut registered: Value, serialized: fn(&Run, &Value) -> String) -> Outcome {
    let advertised = run.metadata["request_uri_parameter_supported"] == true;
    must(advertised || run.name.ends_with("unsupported"), "request_uri_parameter_supported must be true", "")?;
    let place = run.lab.website.fresh("requesturi");
    let reference = format!("{place}#{}", crate::support::chance::random());
    registered["request_uris"] = json!([reference]);
    let client = run.client(registered).await?;
    let request = run.request(&client);
    let (claims, outside) = object(run, &client, &request);
    run.lab.website.publish(&place, "application/oauth-authz-req+jwt", serialized(run, &claims));
    let outside = outside.with("request_uri", reference);
    let callback = answer(run, &client, &request, &outside, "request_uri_not_supported").await?;
    run.redeem(&client, &request, &callback).await.map(drop)
}

/// A good `redirect_uri` inside, a bad one outside: the inner one is used, or a page says what is wrong.
pub async fn redirect_uri_inside(run: &mut Run) -> Outcome {
    skip_without_none(run)?;
    let client = run.client(json!({})).await?;
    let request = run.request(&client);
    let (claims, outside) = object(run, &client, &request);
    let bad = format!("{}/{}", client.redirect_uri, crate::support::chance::random());
    let outside = outside.with("request", unsigned(&claims)).with("redirect_uri", bad);
    run.refused_by_page(&outside).await
}
