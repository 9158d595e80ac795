//! A sign-in that somebody else begins, at the demo website. OpenID Connect Core §4.

use super::logout::{land, site};
use crate::support::{Browser, Demo, Page};
use std::sync::Arc;

/// Led to the website's `initiate_login_uri` with these parameters, and on as far as it goes.
async fn led(demo: &Arc<Demo>, parameters: &[(&str, &str)]) -> Page {
    let mut browser = Browser::of(demo, demo.anybody()).await;
    let mut begin = site(demo, "/login");
    begin.query_pairs_mut().extend_pairs(parameters);
    let begun = browser.get(&begin).await;
    let page = land(&mut browser, begun).await;
    if !page.has_form("/consent") {
        return page;
    }
    let form = page.form("/consent").press("allow");
    let allowed = browser.post(&page.url.join(&form.action).expect("a URL"), &form.fields).await;
    land(&mut browser, allowed).await
}

/// Core §4: "iss REQUIRED", "target_link_uri … the RP is requested to redirect after authentication".
#[tokio::test]
async fn a_sign_in_that_we_begin_ends_at_the_page_that_was_named() {
    let demo = Demo::shared();
    let target = site(&demo, "/?lang=en");
    let page = led(&demo, &[("iss", &demo.issuer), ("target_link_uri", target.as_str())]).await;
    assert!(page.url == target && page.html.contains(r#"id="sub""#), "{} {}", page.url, page.html);
}

/// Core §4: "The RP MUST verify the value of the target_link_uri"; and nobody chooses another provider for it.
#[tokio::test]
async fn whoever_begins_a_sign_in_leads_the_visitor_nowhere_else() {
    let demo = Demo::shared();
    for parameters in [
        [("iss", "https://evil.example"), ("target_link_uri", "")],
        [("iss", &*demo.issuer), ("target_link_uri", "https://evil.example/")],
    ] {
        let page = led(&demo, &parameters).await;
        assert_eq!(page.url.path(), "/login", "nobody has left: {}", page.url);
        assert!(!page.status.is_success() && !page.html.contains(r#"id="sub""#), "{} {}", page.status, page.html);
    }
}
