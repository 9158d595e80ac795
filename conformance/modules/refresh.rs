//! Refresh tokens. OpenID Connect Core §11, §12; RFC 6749 §6.

use super::run::{Auth, Client, Login, Outcome, Run, Stop, must, token_answer, token_refusal};
use crate::support::assertion::Key;
use crate::support::chance::unix_now;
use serde_json::{Value, json};
use std::time::Duration;

/// Signs in with the plan's client of this name and asks for a refresh token.
async fn offline(run: &mut Run, known: &str, mut change: Value) -> Result<(Client, Login, String), Stop> {
    change["grant_types"] = json!(["authorization_code", "refresh_token"]);
    let client = run.client_as(known, run.auth, change).await?;
    let mut request = run.request(&client);
    if run.lists("scopes_supported", "offline_access") {
        request = request.with("scope", "openid offline_access").with("prompt", "consent");
    }
    let login = run.log_in(&client, &request).await?;
    match login.tokens["refresh_token"].as_str() {
        Some(token) => {
            let token = token.to_owned();
            Ok((client, login, token))
        }
        None => Err(Stop::skip("no refresh token is issued")),
    }
}

fn form(refresh_token: &str) -> [(&'static str, String); 2] {
    [("grant_type", "refresh_token".to_owned()), ("refresh_token", refresh_token.to_owned())]
}

/// `oidcc-refresh-token`.
pub async fn refresh_token(run: &mut Run) -> Outcome {
    let (client, login, token) = offline(run, "client", json!({})).await?;
    let listed = run.lists("grant_types_supported", "refresh_token");
    run.should(listed, "grant_types_supported lacks refresh_token");
    must(token.len() * 6 >= 128, "a refresh token must have at least 128 bits", token.len())?;
    // `iat` is in whole seconds, and must be a new one.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let tokens = token_answer(&run.token(&client, &form(&token)).await?)?;
    if tokens["id_token"].is_string() {
        // No nonce: OpenID Connect Core §12.2 says "SHOULD NOT", and one that is there must be the old one.
        let nonce = crate::support::rp::decoded(tokens["id_token"].as_str().unwrap_or_default()).1["nonce"].clone();
        must(nonce.is_null() || nonce == login.claims["nonce"], "a refreshed nonce must be the old one", "")?;
        let new = run.checked(&client, nonce.as_str(), String::new(), tokens.clone()).await?;
        for claim in ["iss", "sub", "aud", "azp", "auth_time"] {
            must(new.claims[claim] == login.claims[claim], "a refreshed ID token must keep its claims", claim)?;
        }
        let iat = |login: &Login| login.claims["iat"].as_u64().unwrap_or_default();
        must(iat(&new) > iat(&login), "a refreshed ID token must have a new iat", iat(&new))?;
    }
    let access_token = tokens["access_token"].as_str().unwrap_or_default();
    must(run.userinfo(access_token).await?.status == 200, "the new access token must work", "")?;
    let (_, _, others) = offline(run, "client2", json!({})).await?;
    token_refusal(&run.token(&client, &form(&others)).await?, "invalid_grant")
}

/// `oidcc-refresh-token-rp-key-rotation`: the website changes the keys at its `jwks_uri`.
pub async fn client_key_rotation(run: &mut Run) -> Outcome {
    let place = run.lab.website.fresh("jwks");
    run.lab.website.publish(&place, "application/json", run.lab.rsa.jwks().to_string());
    // No signing algorithm is registered: the next key has another.
    let change = json!({ "jwks": null, "jwks_uri": place });
    let (client, _, token) = offline(run, "client", change).await?;
    run.lab.website.publish(&place, "application/json", run.lab.next.jwks().to_string());
    // The suite's `server.jwks_refresh_delay`, 60 by default. Keys are fetched anew half a minute after the last time.
    tokio::time::sleep(Duration::from_secs(31)).await;
    let url = run.endpoint("token_endpoint")?;
    let mut fields: Vec<(&str, String)> = form(&token).to_vec();
    fields.extend(fields_of(&run.lab.next, &client, url.as_str()));
    let answer = run.send(run.lab.http.post(url).form(&fields)).await;
    token_answer(&answer).map(drop)
}

fn fields_of(key: &Key, client: &Client, audience: &str) -> Vec<(&'static str, String)> {
    key.assertion_fields(&super::run::assertion(client, audience))
}

/// `oidcc-ensure-client-assertion-with-iss-aud-succeeds`: the issuer as the assertion's audience.
pub async fn assertion_for_the_issuer(run: &mut Run) -> Outcome {
    must(run.auth == Auth::PrivateKey, "the plan authenticates by private_key_jwt", "")?;
    let client = run.client(json!({})).await?;
    let request = run.request(&client);
    let callback = run.authorize(&client, &request).await?;
    let mut fields = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", callback.code()?.to_owned()),
        ("redirect_uri", client.redirect_uri.clone()),
    ];
    let issuer = run.metadata["issuer"].as_str().unwrap_or_default().to_owned();
    fields.extend(fields_of(&run.lab.rsa, &client, &issuer));
    let answer = run.send(run.lab.http.post(run.endpoint("token_endpoint")?).form(&fields)).await;
    if answer.status == 200 {
        return token_answer(&answer).map(drop);
    }
    run.warn("an assertion for the issuer is refused");
    let told: Value = serde_json::from_str(&answer.html).unwrap_or_default();
    let clean = [400, 401].contains(&answer.status.as_u16()) && told["error"] == "invalid_client";
    must(clean, "the refusal must be invalid_client with 400 or 401", answer.status)
}

/// `oidcc-server-rotate-keys`: a new signing key appears beside the old one.
pub async fn server_rotates_keys(run: &mut Run) -> Outcome {
    let kids = |jwks: &Value| -> Vec<(String, Value)> {
        let keys = jwks["keys"].as_array().cloned().unwrap_or_default();
        keys.into_iter().map(|key| (key["kid"].as_str().unwrap_or_default().to_owned(), key)).collect()
    };
    let before = kids(&run.keys().await?);
    let output = run.lab.demo.hufu(&["key", "rotate", "--alg", "RS256"]);
    must(output.status.success(), "`hufu key rotate` must succeed", String::from_utf8_lossy(&output.stderr))?;
    let begun = unix_now();
    loop {
        let after = kids(&run.keys().await?);
        let new: Vec<_> = after.iter().filter(|(kid, _)| before.iter().all(|(known, _)| known != kid)).collect();
        if new.is_empty() && unix_now() < begun + 40 {
            tokio::time::sleep(Duration::from_millis(250)).await;
            continue;
        }
        must(!new.is_empty(), "a new signing key with a new kid must appear", "")?;
        let known = new.iter().all(|(_, key)| ["RSA", "EC"].iter().any(|kty| key["kty"] == *kty));
        must(known, "the new key must be of a kind that the suite compares: RSA or EC", "")?;
        let kept = before.iter().all(|(kid, _)| after.iter().any(|(known, _)| known == kid));
        run.should(kept, "the old key is gone at once");
        return Ok(());
    }
}
