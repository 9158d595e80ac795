//! Never a dead end: the language of an error page, the way back to the website, the website's other way in (PAGES).

use super::login::signed_in;
use crate::support::{Browser, Demo, Page, Rp};
use std::sync::Arc;

const OTHER: &str = "https://way.example/other";

async fn website(demo: &Arc<Demo>) -> Rp {
    Rp::with(demo, "way.example", &["--alternative-login-uri", OTHER]).await
}

/// The switch to the other language, as a person presses it.
async fn switch(browser: &mut Browser, page: &Page) -> Page {
    let mut form = page.form("/language");
    form.fields.push(("locale".to_owned(), if page.lang() == "en" { "zh-CN" } else { "en" }.to_owned()));
    browser.submit(page, &form).await.page()
}

/// PAGES: "Chinese first-class". An error page that can be had once more speaks the other language on demand.
#[tokio::test]
async fn an_error_page_that_was_asked_for_by_get_has_a_language_switch() {
    let demo = Demo::shared();
    let rp = website(&demo).await;
    let evil = format!("/authorize?client_id={}&redirect_uri=https%3A%2F%2Fevil.example%2F", rp.registered.client_id);
    for path in ["/nothing/here?x=1", "/authorize?client_id=nobody&state=a%20b", "/continue?i=noise", "/consent", &evil]
    {
        let mut browser = Browser::new(&demo);
        let page = browser.open(&demo.url(path)).await.page();
        assert!(page.status.is_client_error(), "{path}: {}", page.status);
        let other = switch(&mut browser, &page).await;
        assert_eq!((other.url.as_str(), other.status), (page.url.as_str(), page.status));
        assert_eq!((page.lang().as_str(), other.lang().as_str()), ("en", "zh-CN"), "{path}");
        assert_eq!(switch(&mut browser, &other).await.lang(), "en", "{path}");
    }
}

/// The answer to a form cannot be had once more by a GET: no switch that would lead astray.
#[tokio::test]
async fn an_error_page_for_a_form_has_no_switch() {
    let demo = Demo::shared();
    let mut browser = signed_in(&demo).await;
    let fields = [("csrf".to_owned(), "wrong".to_owned())];
    let page = browser.post(&demo.url("/me/sessions/end"), &fields).await;
    assert_eq!((page.status.as_u16(), page.has_form("/language")), (403, false));
}

/// Issue 2: nobody is made to use a network number. The way in that the website registered is on every page about it.
#[tokio::test]
async fn the_websites_other_way_in_is_offered_wherever_the_website_asks() {
    let demo = Demo::shared();
    let rp = website(&demo).await;
    let mut browser = Browser::new(&demo);
    let page = browser.open(&rp.attempt(&[]).url).await.page();
    assert_eq!(page.attribute("other-way", "href").as_deref(), Some(OTHER), "sign-in");
    let page = browser.sign_in(&page, demo.anybody()).await.page();
    assert!(page.has_form("/consent"));
    assert_eq!(page.attribute("other-way", "href").as_deref(), Some(OTHER), "consent");
    let none = Rp::at(&demo, "no-way.example").await;
    let page = browser.open(&none.attempt(&[]).url).await.page();
    assert_eq!(page.attribute("other-way", "href"), None);
}

/// RFC 9700 §4.11: back to an address that the website registered, never to the one that it sent.
#[tokio::test]
async fn a_refusal_leads_back_to_the_website_and_never_to_an_unregistered_address() {
    let demo = Demo::shared();
    let rp = website(&demo).await;
    let id = &rp.registered.client_id;
    let mut browser = Browser::new(&demo);
    for query in [format!("client_id={id}&redirect_uri=https://evil.example/"), format!("client_id={id}")] {
        let page = browser.open(&demo.url(&format!("/authorize?{query}"))).await.page();
        assert!(page.html.contains(&format!(r#"href="{OTHER}""#)), "{}", page.html);
        assert!(!page.html.contains(r#"href="https://evil.example"#), "{}", page.html);
    }
    let page = browser.open(&demo.url("/authorize?client_id=nobody&redirect_uri=https://evil.example/")).await.page();
    assert!(!page.html.contains(r#"href="https:"#), "{}", page.html);
}
