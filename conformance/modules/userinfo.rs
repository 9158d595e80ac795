//! UserInfo and the scopes that would fill it. OpenID Connect Core §5.3, §5.4.

use super::id_token;
use super::run::{Login, Outcome, Run, Stop, is_json, must};
use crate::support::Page;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

/// The claims of each scope (OpenID Connect Core §5.4).
const SCOPES: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

pub async fn get(run: &mut Run) -> Outcome {
    let login = logged_in(run).await?;
    let answer = run.userinfo(&login.access_token).await?;
    claims(&login, &answer).map(drop)
}

pub async fn post_header(run: &mut Run) -> Outcome {
    let login = logged_in(run).await?;
    let url = run.endpoint("userinfo_endpoint")?;
    let answer = run.send(run.lab.http.post(url).bearer_auth(&login.access_token)).await;
    claims(&login, &answer).map(drop)
}

pub async fn post_body(run: &mut Run) -> Outcome {
    let login = logged_in(run).await?;
    let url = run.endpoint("userinfo_endpoint")?;
    let answer = run.send(run.lab.http.post(url).form(&[("access_token", &login.access_token)])).await;
    if answer.status != 200 {
        run.warn("UserInfo does not take the access token in a form");
        return Ok(());
    }
    claims(&login, &answer).map(drop)
}

async fn logged_in(run: &mut Run) -> Result<Login, Stop> {
    let client = run.client(json!({})).await?;
    run.log_in(&client, &run.request(&client)).await
}

/// The claims of a plain UserInfo response about the person of the login.
pub fn claims(login: &Login, answer: &Page) -> Result<Value, Stop> {
    must(answer.status == 200, "UserInfo must answer with 200", answer.status)?;
    must(is_json(answer), "UserInfo must be application/json", "")?;
    let claims: Value =
        serde_json::from_str(&answer.html).map_err(|error| Stop::fail("UserInfo must be JSON", error))?;
    must(claims["sub"] == login.claims["sub"], "UserInfo's sub must be the ID token's", "")?;
    Ok(claims)
}

/// `oidcc-userinfo-rs256`: signed UserInfo.
pub async fn rs256(run: &mut Run) -> Outcome {
    let listed = run.lists("userinfo_signing_alg_values_supported", "RS256");
    must(listed, "userinfo_signing_alg_values_supported must have RS256", "")?;
    let client = run.client(json!({ "userinfo_signed_response_alg": "RS256" })).await?;
    let login = run.log_in(&client, &run.request(&client)).await?;
    let answer = run.userinfo(&login.access_token).await?;
    let media_type = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    must(
        media_type.split(';').next() == Some("application/jwt"),
        "signed UserInfo must be application/jwt",
        media_type,
    )?;
    must(answer.html.split('.').count() == 3, "signed UserInfo must be a JWT", "")?;
    must(crate::support::rp::decoded(&answer.html).0["alg"] == "RS256", "UserInfo must be signed with RS256", "")?;
    let claims = id_token::verified(run, &answer.html).await?;
    must(claims["sub"] == login.claims["sub"], "UserInfo's sub must be the ID token's", "")?;
    must(claims["nonce"].is_null(), "UserInfo must have no nonce", "")?;
    run.should(claims["iss"] == run.metadata["issuer"], "signed UserInfo should have iss");
    run.should(claims["aud"] == client.id.as_str(), "signed UserInfo should have aud");
    Ok(())
}

pub async fn scope_profile(run: &mut Run) -> Outcome {
    scopes(run, &["profile"]).await
}

pub async fn scope_email(run: &mut Run) -> Outcome {
    scopes(run, &["email"]).await
}

pub async fn scope_address(run: &mut Run) -> Outcome {
    scopes(run, &["address"]).await
}

pub async fn scope_phone(run: &mut Run) -> Outcome {
    scopes(run, &["phone"]).await
}

pub async fn scope_all(run: &mut Run) -> Outcome {
    scopes(run, &["profile", "email", "address", "phone"]).await
}

async fn scopes(run: &mut Run, scopes: &[&str]) -> Outcome {
    if let Some(missing) = scopes.iter().find(|scope| !run.lists("scopes_supported", scope)) {
        return Err(Stop::skip(format!("scopes_supported lacks {missing}")));
    }
    let client = run.client(json!({})).await?;
    let request = run.request(&client).with("scope", format!("openid {}", scopes.join(" ")));
    let login = run.log_in(&client, &request).await?;
    let found = claims(&login, &run.userinfo(&login.access_token).await?)?;
    for (_, names) in SCOPES.iter().filter(|(scope, _)| scopes.contains(scope)) {
        for name in names.iter().filter(|name| found[**name].is_null()) {
            run.warn(format!("UserInfo has no {name}"));
        }
    }
    Ok(())
}

/// `oidcc-claims-essential`.
pub async fn claims_essential(run: &mut Run) -> Outcome {
    let client = run.client(json!({})).await?;
    let request = run.request(&client).with("claims", r#"{"userinfo":{"name":{"essential":true}}}"#);
    let login = run.log_in(&client, &request).await?;
    let found = claims(&login, &run.userinfo(&login.access_token).await?)?;
    run.should(!found["name"].is_null(), "name was essential and is not released: a website learns no name");
    run.should(login.claims["name"].is_null(), "name was asked of UserInfo and is in the ID token");
    Ok(())
}
