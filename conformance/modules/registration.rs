//! Registering, and the checks of every answer to it. RFC 7591 §3, RFC 7592 §2.

use super::run::{Auth, Client, Outcome, Run, Stop, is_json, must};
use crate::support::Page;
use serde_json::{Value, json};

/// The metadata that the suite registers with, changed as the module wants.
pub fn metadata(run: &Run, auth: Auth, change: Value) -> Value {
    let mut metadata = json!({
        "client_name": "Suite, registered",
        "redirect_uris": [run.lab.website.at("callback")],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
        "contacts": ["suite@example.org"],
        "token_endpoint_auth_method": match auth {
            Auth::Basic => "client_secret_basic",
            Auth::Post => "client_secret_post",
            Auth::PrivateKey => "private_key_jwt",
        },
    });
    if auth == Auth::PrivateKey {
        metadata["jwks"] = run.lab.rsa.jwks();
    }
    for (member, value) in change.as_object().into_iter().flatten() {
        match value {
            Value::Null => drop(metadata.as_object_mut().and_then(|known| known.remove(member))),
            value => metadata[member] = value.clone(),
        }
    }
    metadata
}

/// What the registration endpoint says to this metadata.
pub async fn ask(run: &Run, metadata: &Value) -> Result<Page, Stop> {
    let url = run.endpoint("registration_endpoint")?;
    Ok(run.send(run.lab.http.post(url).json(metadata)).await)
}

/// Registers a client.
pub async fn register(run: &mut Run, auth: Auth, change: Value) -> Result<Client, Stop> {
    let metadata = metadata(run, auth, change);
    let answer = ask(run, &metadata).await?;
    must(answer.status == 201, "registration must answer with 201", format!("{} {}", answer.status, answer.html))?;
    must(is_json(&answer), "registration must answer with JSON", "")?;
    let registered: Value = serde_json::from_str(&answer.html).map_err(|error| Stop::fail("no JSON", error))?;
    let text = |member: &str| registered[member].as_str().map(str::to_owned);
    let secret = text("client_secret");
    must(
        secret.is_none() || registered["client_secret_expires_at"].is_u64(),
        "client_secret must come with client_secret_expires_at",
        &registered["client_secret_expires_at"],
    )?;
    let (token, uri) = (text("registration_access_token"), text("registration_client_uri"));
    must(
        token.is_some() == uri.is_some(),
        "registration_access_token and registration_client_uri: both or neither",
        "",
    )?;
    must(uri.is_none_or(|uri| uri.starts_with("https://")), "registration_client_uri must be https", "")?;
    let id = text("client_id").ok_or_else(|| Stop::fail("registration must give a client_id", ""))?;
    let redirect_uri = metadata["redirect_uris"][0].as_str().unwrap_or_default().to_owned();
    let client = Client { id, secret, auth, redirect_uri, registered };
    run.registered.push(client.clone());
    Ok(client)
}

/// A registration that must be refused: 400 JSON; another error than `wanted` is a warning.
pub async fn refused(run: &mut Run, metadata: &Value, wanted: &[&str]) -> Outcome {
    let answer = ask(run, metadata).await?;
    must(answer.status == 400, "the registration must be refused with 400", answer.status)?;
    must(is_json(&answer), "the refusal must be JSON", "")?;
    let told: Value = serde_json::from_str(&answer.html).unwrap_or_default();
    let error = told["error"].as_str().unwrap_or_default();
    must(!error.is_empty(), "the refusal must name an error", &told)?;
    run.should(wanted.contains(&error), &format!("the error should be {}", wanted.join(" or ")));
    Ok(())
}

/// Removes a registered client at the end: 204, or a warning.
pub async fn remove(run: &mut Run, client: &Client) -> Outcome {
    let text = |member: &str| client.registered[member].as_str().unwrap_or_default().to_owned();
    if text("registration_client_uri").is_empty() {
        return Ok(());
    }
    let request = run.lab.http.delete(text("registration_client_uri"));
    let answer = run.send(request.bearer_auth(text("registration_access_token"))).await;
    run.should(answer.status == 204, "removing a registration should answer with 204");
    Ok(())
}
