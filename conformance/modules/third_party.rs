//! Sign-in begun by a third party: what is registered for it. OpenID Connect Core §4; Registration §2.

use super::registration;
use super::run::{Outcome, Run, is_json, must};
use serde_json::{Value, json};

pub async fn init_login(run: &mut Run) -> Outcome {
    let place = run.lab.website.at("initiate_login");
    let client = run.client(json!({ "initiate_login_uri": place })).await?;
    must(client.registered["initiate_login_uri"] == place.as_str(), "initiate_login_uri must be echoed", "")?;
    let text = |member: &str| client.registered[member].as_str().unwrap_or_default().to_owned();
    let request = run.lab.http.get(text("registration_client_uri")).bearer_auth(text("registration_access_token"));
    let answer = run.send(request).await;
    must(answer.status == 200 && is_json(&answer), "the registration must be readable", answer.status)?;
    let read: Value = serde_json::from_str(&answer.html).unwrap_or_default();
    must(read["initiate_login_uri"] == place.as_str(), "initiate_login_uri must be in what is read", "")
}

pub async fn init_login_without_https(run: &mut Run) -> Outcome {
    let place = run.lab.website.at("initiate_login").replacen("https://localhost", "http://website.example", 1);
    let metadata = registration::metadata(run, run.auth, json!({ "initiate_login_uri": place }));
    let answer = registration::ask(run, &metadata).await?;
    must(
        answer.status == 400 && is_json(&answer),
        "the registration must be refused with 400 and JSON",
        answer.status,
    )?;
    let told: Value = serde_json::from_str(&answer.html).unwrap_or_default();
    must(told["error"] == "invalid_client_metadata", "the error must be invalid_client_metadata", &told["error"])
}
