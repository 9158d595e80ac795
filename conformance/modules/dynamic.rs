//! The Dynamic plan's modules about redirect URIs and what is registered. OpenID Connect Registration §2, §5.

use super::registration;
use super::run::{Outcome, Run, Stop, must};
use serde_json::json;

/// `oidcc-ensure-redirect-uri-in-authorization-request`: two are registered, none is sent.
pub async fn redirect_uri_missing(run: &mut Run) -> Outcome {
    let uris = [run.lab.website.at("callback"), run.lab.website.at("callback2")];
    let client = run.client(json!({ "redirect_uris": uris })).await?;
    let request = run.request(&client).without("redirect_uri");
    run.refused_by_page(&request).await
}

pub async fn redirect_uri_query_ok(run: &mut Run) -> Outcome {
    let client = run.client(json!({ "redirect_uris": [run.lab.website.at("callback?bar=foo")] })).await?;
    let request = run.request(&client);
    let callback = run.authorize(&client, &request).await?;
    must(callback.get("bar") == Some("foo"), "the query of the redirect URI must be kept", "")?;
    run.redeem(&client, &request, &callback).await.map(drop)
}

pub async fn redirect_uri_query_mismatch(run: &mut Run) -> Outcome {
    let client = run.client(json!({ "redirect_uris": [run.lab.website.at("callback?bar=foo")] })).await?;
    let request = run.request(&client).with("redirect_uri", run.lab.website.at("callback?foo=bar"));
    run.refused_by_page(&request).await
}

pub async fn redirect_uri_query_added(run: &mut Run) -> Outcome {
    let client = run.client(json!({})).await?;
    let request = run.request(&client).with("redirect_uri", run.lab.website.at("callback?foo=bar"));
    run.refused_by_page(&request).await
}

pub async fn redirect_uri_with_fragment(run: &mut Run) -> Outcome {
    let metadata =
        registration::metadata(run, run.auth, json!({ "redirect_uris": [run.lab.website.at("callback#foobar")] }));
    registration::refused(run, &metadata, &["invalid_redirect_uri", "invalid_client_metadata"]).await
}

pub async fn logo_uri(run: &mut Run) -> Outcome {
    let logo = run.lab.website.fresh("logo");
    run.lab.website.publish(&logo, "image/png", PNG);
    let client = run.client(json!({ "logo_uri": logo })).await?;
    sign_in_page(run, &client).await?;
    let page = run.browser.page()?.clone();
    let pictures = page.all("img", "src");
    let own = pictures.iter().filter(|src| !src.starts_with("/static/")).find_map(|src| page.url.join(src).ok());
    let shown = own.ok_or_else(|| Stop::fail("the sign-in page must show the logo", format!("{pictures:?}")))?;
    let answer = run.lab.http.get(shown).send().await.map_err(|error| Stop::fail("the logo does not load", error))?;
    let picture = answer.bytes().await.map_err(|error| Stop::fail("the logo does not load", error))?;
    must(picture.as_ref() == PNG, "the logo must be the website's", picture.len())
}

pub async fn policy_uri(run: &mut Run) -> Outcome {
    linked(run, "policy_uri").await
}

pub async fn tos_uri(run: &mut Run) -> Outcome {
    linked(run, "tos_uri").await
}

async fn linked(run: &mut Run, member: &str) -> Outcome {
    let target = run.lab.website.at(member);
    let client = run.client(json!({ member: target })).await?;
    sign_in_page(run, &client).await?;
    let links = run.browser.page()?.all("a", "href");
    must(links.contains(&target), "the sign-in page must have a link to it", format!("{links:?}"))
}

async fn sign_in_page(run: &mut Run, client: &super::run::Client) -> Outcome {
    let (url, scripts) = (run.authorization_url(&run.request(client))?, run.scripts.clone());
    run.browser.visit(&url, &scripts).await
}

/// `oidcc-registration-jwks-uri`: the client's keys come from its own server.
pub async fn jwks_uri(run: &mut Run) -> Outcome {
    let place = run.lab.website.fresh("jwks");
    run.lab.website.publish(&place, "application/json", run.lab.rsa.jwks().to_string());
    let client = run.client(json!({ "jwks": null, "jwks_uri": place })).await?;
    run.log_in(&client, &run.request(&client)).await.map(drop)
}

pub async fn sector_uri(run: &mut Run) -> Outcome {
    skip_without_pairwise(run)?;
    let place = sector_document(run, &run.lab.website.at("callback"));
    let client = run.client(json!({ "subject_type": "pairwise", "sector_identifier_uri": place })).await?;
    run.log_in(&client, &run.request(&client)).await.map(drop)
}

pub async fn sector_bad(run: &mut Run) -> Outcome {
    skip_without_pairwise(run)?;
    let place = sector_document(run, &run.lab.website.at("other"));
    let change = json!({ "subject_type": "pairwise", "sector_identifier_uri": place });
    let metadata = registration::metadata(run, run.auth, change);
    registration::refused(run, &metadata, &["invalid_client_metadata"]).await
}

fn skip_without_pairwise(run: &Run) -> Outcome {
    match run.lists("subject_types_supported", "pairwise") {
        true => Ok(()),
        false => Err(Stop::skip("subject_types_supported lacks pairwise")),
    }
}

fn sector_document(run: &Run, redirect_uri: &str) -> String {
    let place = run.lab.website.fresh("sector");
    run.lab.website.publish(&place, "application/json", json!([redirect_uri]).to_string());
    place
}

/// One pixel.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49,
    0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0xf0, 0x1f, 0x00, 0x05, 0x00, 0x01, 0xff, 0x89, 0x99, 0x3d,
    0x1d, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];
