//! The modules of the Basic plan around the code flow itself. OpenID Connect Core §3.1; RFC 6749 §4.1.

use super::run::{Auth, Outcome, Run, must, token_refusal};
use super::userinfo;
use crate::support::chance::unix_now;
use serde_json::json;
use std::time::Duration;

pub async fn server(run: &mut Run) -> Outcome {
    happy(run, &[]).await
}

pub async fn server_client_secret_post(run: &mut Run) -> Outcome {
    let method = "client_secret_post";
    must(run.lists("token_endpoint_auth_methods_supported", method), "discovery must list client_secret_post", "")?;
    let client = run.client_as("client_secret_post", Auth::Post, json!({})).await?;
    run.log_in(&client, &run.request(&client)).await.map(drop)
}

/// A login with these parameters besides the usual ones, and what must be true of every code.
async fn happy(run: &mut Run, extra: &[(&str, &str)]) -> Outcome {
    let client = run.client(json!({})).await?;
    let request = extra.iter().fold(run.request(&client), |request, (name, value)| request.with(name, *value));
    let login = run.log_in(&client, &request).await?;
    must(login.code.len() * 6 >= 128, "a code must have at least 128 bits", login.code.len())?;
    must(entropy(&login.code) >= 96.0, "a code must have at least 96 bits of entropy", entropy(&login.code))?;
    let answer = run.userinfo(&login.access_token).await?;
    userinfo::claims(&login, &answer).map(drop)
}

/// Shannon's, as the suite measures it.
fn entropy(text: &str) -> f64 {
    let length = text.len() as f64;
    let count = |one: u8| text.bytes().filter(|byte| *byte == one).count() as f64 / length;
    let kinds: std::collections::BTreeSet<u8> = text.bytes().collect();
    -kinds.into_iter().map(count).map(|part| part * part.log2()).sum::<f64>() * length
}

pub async fn response_type_missing(run: &mut Run) -> Outcome {
    let client = run.client(json!({})).await?;
    let request = run.request(&client).without("response_type");
    let error = run.refused(&client, &request).await?;
    let fits = ["invalid_request", "unsupported_response_type"].contains(&error.as_str());
    must(fits, "the error must be invalid_request or unsupported_response_type", error)
}

pub async fn without_nonce(run: &mut Run) -> Outcome {
    let client = run.client(json!({})).await?;
    let request = run.request(&client).without("nonce");
    run.log_in(&client, &request).await.map(drop)
}

/// Reversed scope order and reordered parameters.
pub async fn alternate_happy_flow(run: &mut Run) -> Outcome {
    let client = run.client(json!({})).await?;
    let mut request = run.request(&client).with("scope", "profile openid");
    request.0.reverse();
    run.log_in(&client, &request).await.map(drop)
}

pub async fn display_page(run: &mut Run) -> Outcome {
    happy(run, &[("display", "page")]).await
}

pub async fn display_popup(run: &mut Run) -> Outcome {
    happy(run, &[("display", "popup")]).await
}

pub async fn unknown_parameter(run: &mut Run) -> Outcome {
    happy(run, &[("extra", "foobar")]).await
}

pub async fn login_hint(run: &mut Run) -> Outcome {
    // What `suite/plan.py` configures.
    let number = run.lab.placeholders["{number}"].clone();
    happy(run, &[("login_hint", &number)]).await
}

pub async fn ui_locales(run: &mut Run) -> Outcome {
    happy(run, &[("ui_locales", "se")]).await
}

pub async fn claims_locales(run: &mut Run) -> Outcome {
    happy(run, &[("claims_locales", "se")]).await
}

pub async fn acr_values(run: &mut Run) -> Outcome {
    let listed = run.metadata["acr_values_supported"].as_array().cloned().unwrap_or_default();
    let listed: Vec<String> = listed.iter().filter_map(|acr| acr.as_str().map(str::to_owned)).collect();
    let asked = if listed.is_empty() { "1 2".to_owned() } else { listed.join(" ") };
    let client = run.client(json!({})).await?;
    let request = run.request(&client).with("acr_values", asked.as_str());
    let login = run.log_in(&client, &request).await?;
    let acr = login.claims["acr"].as_str().unwrap_or_default();
    run.should(asked.split(' ').any(|one| one == acr), "acr is none of those asked for");
    Ok(())
}

pub async fn valid_pkce(run: &mut Run) -> Outcome {
    let (verifier, challenge) =
        ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let client = run.client(json!({})).await?;
    let request = run.request(&client).with("code_challenge", challenge).with("code_challenge_method", "S256");
    let callback = run.authorize(&client, &request).await?;
    // The verifier belongs to the token request only.
    run.redeem(&client, &request.with("code_verifier", verifier), &callback).await.map(drop)
}

pub async fn post_request(run: &mut Run) -> Outcome {
    let client = run.client(json!({})).await?;
    let request = run.request(&client);
    let (url, scripts) = (run.authorization_url(&request)?, run.scripts.clone());
    run.browser.visit_by_post(&url, &scripts).await?;
    let callback = run.callback(&client, request.get("state"))?;
    run.redeem(&client, &request, &callback).await.map(drop)
}

pub async fn registered_redirect_uri(run: &mut Run) -> Outcome {
    let client = run.client(json!({})).await?;
    let request = run.request(&client).with("redirect_uri", format!("{}/{}", client.redirect_uri, unix_now()));
    run.refused_by_page(&request).await
}

pub async fn prompt_login(run: &mut Run) -> Outcome {
    let client = run.client(json!({})).await?;
    let first = run.log_in(&client, &run.request(&client)).await?;
    let seen = run.browser.sign_ins();
    let request = run.request(&client).with("prompt", "login");
    let second = run.log_in(&client, &request).await?;
    must(run.browser.sign_ins() > seen, "prompt=login must show the sign-in page again", "")?;
    must(first.claims["sub"] == second.claims["sub"], "sub must stay the same", "")?;
    let times = (first.claims["auth_time"].as_u64(), second.claims["auth_time"].as_u64());
    must(
        !matches!(times, (Some(first), Some(second)) if second < first),
        "auth_time must be later",
        format!("{times:?}"),
    )
}

pub async fn prompt_none_not_logged_in(run: &mut Run) -> Outcome {
    let client = run.client(json!({})).await?;
    let state = format!("{}-._~", "s".repeat(124));
    let request = run.request(&client).with("state", state).with("prompt", "none");
    needs_a_person(&run.refused(&client, &request).await?)
}

/// The errors that mean "a person would have to be asked" (OpenID Connect Core §3.1.2.6).
pub fn needs_a_person(error: &str) -> Outcome {
    let fits = ["login_required", "interaction_required", "consent_required", "account_selection_required"];
    must(fits.contains(&error), "the error must say that a person has to be asked", error)
}

pub async fn prompt_none_logged_in(run: &mut Run) -> Outcome {
    silently(run, false).await
}

pub async fn id_token_hint(run: &mut Run) -> Outcome {
    silently(run, true).await
}

async fn silently(run: &mut Run, hinted: bool) -> Outcome {
    let client = run.client(json!({})).await?;
    let first = run.log_in(&client, &run.request(&client)).await?;
    let shown = run.browser.shown.iter().filter(|page| page.status == 200).count();
    let mut request = run.request(&client).with("prompt", "none");
    if hinted {
        request = request.with("id_token_hint", first.id_token.as_str());
    }
    let second = run.log_in(&client, &request).await?;
    let more = run.browser.shown.iter().skip(shown).any(|page| page.has_form("code-form") || page.has_form("/consent"));
    must(!more, "prompt=none must show nothing", "")?;
    must(first.claims["sub"] == second.claims["sub"], "sub must stay the same", "")?;
    must(first.claims["auth_time"] == second.claims["auth_time"], "auth_time must stay the same", "")
}

pub async fn max_age_1(run: &mut Run) -> Outcome {
    let client = run.client(json!({})).await?;
    let first = run.log_in(&client, &run.request(&client)).await?;
    let seen = run.browser.sign_ins();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let request = run.request(&client).with("max_age", "1");
    let second = run.log_in(&client, &request).await?;
    must(run.browser.sign_ins() > seen, "max_age=1 must show the sign-in page again", "")?;
    let then = second.claims["auth_time"].as_u64().unwrap_or_default();
    must(unix_now().abs_diff(then) < 60, "auth_time must be there and recent", then)?;
    must(first.claims["auth_time"].as_u64().is_none_or(|first| first < then), "auth_time must be later", then)
}

pub async fn max_age_10000(run: &mut Run) -> Outcome {
    let client = run.client(json!({})).await?;
    let request = run.request(&client).with("max_age", "15000");
    let first = run.log_in(&client, &request).await?;
    let seen = run.browser.sign_ins();
    let request = run.request(&client).with("max_age", "10000");
    let second = run.log_in(&client, &request).await?;
    must(run.browser.sign_ins() == seen, "max_age=10000 must show no second sign-in page", "")?;
    must(first.claims["auth_time"].is_u64(), "auth_time must be there", "")?;
    must(first.claims["auth_time"] == second.claims["auth_time"], "auth_time must stay the same", "")
}

pub async fn code_reuse(run: &mut Run) -> Outcome {
    reused_after(run, Duration::ZERO).await
}

pub async fn code_reuse_after_30_seconds(run: &mut Run) -> Outcome {
    reused_after(run, Duration::from_secs(30)).await
}

async fn reused_after(run: &mut Run, wait: Duration) -> Outcome {
    let client = run.client(json!({})).await?;
    let login = run.log_in(&client, &run.request(&client)).await?;
    tokio::time::sleep(wait).await;
    let form = [
        ("grant_type", "authorization_code".to_owned()),
        ("code", login.code.clone()),
        ("redirect_uri", client.redirect_uri.clone()),
    ];
    let answer = run.token(&client, &form).await?;
    if wait.is_zero() && answer.status == 200 {
        run.warn("a code can be used twice");
        return Ok(());
    }
    token_refusal(&answer, "invalid_grant")?;
    if !wait.is_zero() {
        let answer = run.userinfo(&login.access_token).await?;
        run.should(answer.status.is_client_error(), "the access token of a code that was used twice still works");
    }
    Ok(())
}

/// `oidcc-idtoken-signature` and `oidcc-idtoken-rs256`.
pub async fn id_token_signature(run: &mut Run) -> Outcome {
    let asked = run.name.ends_with("rs256");
    let client = run.client(if asked { json!({ "id_token_signed_response_alg": "RS256" }) } else { json!({}) }).await?;
    let login = run.log_in(&client, &run.request(&client)).await?;
    must(login.header["alg"] == "RS256", "the ID token must be signed with RS256", &login.header["alg"])
}

pub async fn id_token_unsigned(run: &mut Run) -> Outcome {
    if !run.lists("id_token_signing_alg_values_supported", "none") {
        return Err(super::Stop::skip("id_token_signing_alg_values_supported lacks none"));
    }
    let client = run.client(json!({ "id_token_signed_response_alg": "none" })).await?;
    let callback = run.authorize(&client, &run.request(&client)).await?;
    must(callback.code().is_ok(), "a client with alg none must get a code", "")
}
