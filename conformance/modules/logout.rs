//! The logout plans. RP-Initiated Logout 1.0; Back-Channel Logout 1.0; Front-Channel Logout 1.0.

use super::code_flow::needs_a_person;
use super::id_token;
use super::run::{Client, Login, Outcome, Request, Run, Stop, must};
use crate::support::rp::decoded;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// Printable characters that a state may have (RFC 6749 appendix A.5), as the suite sends them.
const STATE: &str = "!#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~ state";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A person who is signed in, and the sign-out that most modules begin with.
struct Leaving {
    client: Client,
    login: Login,
    request: Request,
}

async fn leaving(run: &mut Run, mut change: Value) -> Result<Leaving, Stop> {
    let back = run.lab.website.at("post_logout_redirect");
    change["post_logout_redirect_uris"] = json!([back]);
    let client = run.client(change).await?;
    let login = run.log_in(&client, &run.request(&client)).await?;
    let fields = [("id_token_hint", login.id_token.as_str()), ("post_logout_redirect_uri", &back), ("state", STATE)];
    let request = Request(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
    Ok(Leaving { client, login, request })
}

/// Sends the browser to the end-session endpoint.
async fn leave(run: &mut Run, request: &Request) -> Outcome {
    let mut url = run.endpoint("end_session_endpoint")?;
    if !request.0.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.0);
    }
    let scripts = run.scripts.clone();
    run.browser.visit(&url, &scripts).await
}

/// The browser is back with the state that was sent, and nobody is signed in any more.
async fn is_out(run: &mut Run, leaving: &Leaving) -> Outcome {
    let back = run.browser.away()?.url.clone();
    must(
        back.path().ends_with("/post_logout_redirect"),
        "the browser must be sent to post_logout_redirect_uri",
        &back,
    )?;
    let state = back.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
    must(state.as_deref() == leaving.request.get("state"), "state must come back as it was sent", &back)?;
    let more = back.query_pairs().any(|(name, _)| name != "state");
    run.should(!more, "there is more than state in the query");
    let request = run.request(&leaving.client).with("prompt", "none");
    needs_a_person(&run.refused(&leaving.client, &request).await?)
}

pub async fn rp_initiated(run: &mut Run) -> Outcome {
    let leaving = leaving(run, json!({})).await?;
    leave(run, &leaving.request).await?;
    is_out(run, &leaving).await
}

pub async fn no_state(run: &mut Run) -> Outcome {
    let mut leaving = leaving(run, json!({})).await?;
    leaving.request = leaving.request.without("state");
    leave(run, &leaving.request).await?;
    is_out(run, &leaving).await
}

/// The person is signed out and sees a page of the provider's; no website is told where to send them.
async fn ends_here(run: &mut Run, keep: &[&str]) -> Outcome {
    let mut leaving = leaving(run, json!({})).await?;
    leaving.request.0.retain(|(name, _)| keep.contains(&name.as_str()));
    leave(run, &leaving.request).await?;
    let page = run.browser.page()?;
    must(page.text("signed-out").is_some(), "a page must say that one is signed out", &page.url)?;
    stays(run)
}

pub async fn no_params(run: &mut Run) -> Outcome {
    ends_here(run, &[]).await
}

pub async fn only_state(run: &mut Run) -> Outcome {
    ends_here(run, &["state"]).await
}

pub async fn no_post_logout_redirect_uri(run: &mut Run) -> Outcome {
    ends_here(run, &["id_token_hint", "state"]).await
}

/// No redirect, neither now nor after the button was pressed that may be on the page.
async fn never_back(run: &mut Run, request: &Request) -> Outcome {
    leave(run, request).await?;
    stays(run)?;
    run.browser.press("signout").await?;
    stays(run)
}

fn stays(run: &Run) -> Outcome {
    let page = run.browser.page()?;
    must(page.refresh().is_none(), "the page must not lead to a website", &page.url)
}

pub async fn bad_post_logout_redirect_uri(run: &mut Run) -> Outcome {
    let leaving = leaving(run, json!({})).await?;
    let bad = format!("{}/{}", run.lab.website.at("post_logout_redirect"), crate::support::chance::random());
    never_back(run, &leaving.request.with("post_logout_redirect_uri", bad)).await
}

pub async fn query_added(run: &mut Run) -> Outcome {
    let leaving = leaving(run, json!({})).await?;
    let bad = run.lab.website.at("post_logout_redirect?foo=bar");
    never_back(run, &leaving.request.with("post_logout_redirect_uri", bad)).await
}

pub async fn no_id_token_hint(run: &mut Run) -> Outcome {
    let leaving = leaving(run, json!({})).await?;
    never_back(run, &leaving.request.without("id_token_hint")).await
}

/// The same claims with `alg: none`.
pub async fn modified_id_token_hint(run: &mut Run) -> Outcome {
    let leaving = leaving(run, json!({})).await?;
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let hint = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&leaving.login.claims));
    never_back(run, &leaving.request.with("id_token_hint", hint)).await
}

/// Signed by the website itself, issuer and audience swapped.
pub async fn bad_id_token_hint(run: &mut Run) -> Outcome {
    let leaving = leaving(run, json!({})).await?;
    let mut claims = leaving.login.claims.clone();
    (claims["iss"], claims["aud"]) = (leaving.login.claims["aud"].clone(), leaving.login.claims["iss"].clone());
    let hint = run.lab.rsa.sign(None, &claims);
    never_back(run, &leaving.request.with("id_token_hint", hint)).await
}

/// `oidcc-backchannel-rp-initiated-logout`.
pub async fn back_channel(run: &mut Run) -> Outcome {
    let place = run.lab.website.fresh("backchannel_logout");
    let registered = json!({ "backchannel_logout_uri": place, "backchannel_logout_session_required": true });
    let leaving = leaving(run, registered).await?;
    leave(run, &leaving.request).await?;
    is_out(run, &leaving).await?;
    let told = run.lab.website.await_at(&place).await;
    let told = told.ok_or_else(|| Stop::fail("the website must be told by a logout token", ""))?;
    must(told.method == "POST", "the logout token must come by POST", &told.method)?;
    let form = told.content_type.starts_with("application/x-www-form-urlencoded");
    must(form, "the logout token must come in a form", &told.content_type)?;
    let extra = told.form.len() != 1 || !told.query.is_empty();
    run.should(!extra, "there is more than logout_token in the call");
    let token = told.form.iter().find(|(name, _)| name == "logout_token").map(|(_, token)| token.clone());
    let token = token.ok_or_else(|| Stop::fail("the call must have a logout_token", ""))?;
    must(decoded(&token).0["alg"] == "RS256", "the logout token must be signed as ID tokens are", "")?;
    let claims = id_token::verified(run, &token).await?;
    must(claims["iss"] == run.metadata["issuer"], "iss must be the issuer", "")?;
    must(
        claims["aud"] == leaving.client.id.as_str() || claims["aud"] == json!([leaving.client.id]),
        "aud must be the client",
        "",
    )?;
    must(claims["iat"].is_u64() && claims["jti"].is_string(), "iat and jti must be there", "")?;
    must(
        claims["events"] == json!({ EVENT: {} }),
        "events must have the one member with an empty object",
        &claims["events"],
    )?;
    must(claims["nonce"].is_null(), "a logout token must have no nonce", "")?;
    for claim in ["sub", "sid"] {
        let same = claims[claim].is_null() || claims[claim] == leaving.login.claims[claim];
        must(same, "sub and sid must be the ID token's", claim)?;
    }
    must(claims["sub"].is_string() || claims["sid"].is_string(), "a logout token must have sub or sid", "")?;
    must(claims["sid"].is_string(), "sid must be there, for the client requires it", "")
}

/// `oidcc-frontchannel-rp-initiated-logout`.
pub async fn front_channel(run: &mut Run) -> Outcome {
    let place = run.lab.website.fresh("frontchannel_logout");
    let registered = json!({ "frontchannel_logout_uri": place, "frontchannel_logout_session_required": true });
    let leaving = leaving(run, registered).await?;
    leave(run, &leaving.request).await?;
    let told = run.lab.website.await_at(&place).await;
    let told = told.ok_or_else(|| Stop::fail("frontchannel_logout_uri must be loaded", ""))?;
    let get = |name: &str| told.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    must(get("iss") == run.metadata["issuer"].as_str(), "iss must be the issuer", format!("{:?}", told.query))?;
    must(get("sid").is_some() && get("sid") == leaving.login.claims["sid"].as_str(), "sid must be the ID token's", "")?;
    run.should(told.query.len() == 2, "there is more than iss and sid in the query");
    is_out(run, &leaving).await
}
