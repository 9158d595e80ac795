//! Sealed values forged, altered, and put in each other's place. PROTOCOL 13: the associated data names the purpose.

use super::login::{log_in, signed_in};
use crate::support::{Browser, Demo, Page, Refused, Rp, Stop};
use std::sync::Arc;

/// One value of every kind that leaves the provider.
struct Values {
    rp: Rp,
    browser: Browser,
    kinds: Vec<(&'static str, String)>,
    consent: Page,
}

async fn values(demo: &Arc<Demo>, host: &str) -> Values {
    let rp = Rp::at(demo, host).await;
    let mut stranger = Browser::new(demo);
    let sign_in = stranger.open(&rp.attempt(&[]).url).await.page();
    let mut browser = signed_in(demo).await;
    let consent = browser.open(&rp.attempt(&[]).url).await.page();
    let login = log_in(&mut browser, &rp, &[]).await;
    let attempt = rp.attempt(&[]);
    let callback = browser.open(&attempt.url).await.away();
    let mut kinds = vec![
        ("code", rp.code(&attempt, &callback)),
        ("access token", login.access_token),
        ("interaction", sign_in.form("code-form").value("interaction").to_owned()),
        ("interaction of consent", consent.form("/consent").value("interaction").to_owned()),
        ("csrf", consent.form("/consent").value("csrf").to_owned()),
    ];
    for (name, value) in &browser.cookies {
        let kind = if name.contains("session") { "session cookie" } else { "another cookie" };
        kinds.push((kind, value.clone()));
    }
    Values { rp, browser, kinds, consent }
}

/// A value with one character changed at its start, its middle and its end; shorter; longer; nothing.
fn spoilt(value: &str) -> Vec<String> {
    let change = |at: usize| {
        let mut characters: Vec<char> = value.chars().collect();
        characters[at] = if characters[at] == 'A' { 'B' } else { 'A' };
        characters.into_iter().collect::<String>()
    };
    let length = value.len();
    let mut spoilt = vec![change(0), change(length / 2), change(length - 2)];
    spoilt.extend([value[..length / 2].to_owned(), value[..length - 4].to_owned(), format!("{value}AAAA")]);
    spoilt.extend(["A".to_owned(), "A".repeat(length), "../../etc/passwd".to_owned()]);
    spoilt
}

/// RFC 6749 §10.10: a value of another kind, or an altered one, is no code.
#[tokio::test]
async fn nothing_but_a_code_is_a_code() {
    let demo = Demo::shared();
    let Values { rp, kinds, .. } = values(&demo, "codes.example").await;
    let code = kinds[0].1.clone();
    let others = kinds.iter().filter(|(kind, _)| *kind != "code").cloned();
    let altered = spoilt(&code).into_iter().map(|value| ("altered code", value));
    let attempt = rp.attempt(&[]);
    for (kind, value) in others.chain(altered) {
        let refused = Refused::read(&rp.token(&rp.token_form(&attempt, &value)).await);
        let refused = refused.unwrap_or_else(|why| panic!("{kind}: {why}"));
        assert_eq!(
            (refused.error.as_str(), refused.code.as_str()),
            ("invalid_grant", "code.not_ours"),
            "{kind} {value}"
        );
    }
}

/// RFC 6750 §3.1.
#[tokio::test]
async fn nothing_but_an_access_token_is_an_access_token() {
    let demo = Demo::shared();
    let Values { rp, kinds, .. } = values(&demo, "tokens-only.example").await;
    let token = kinds[1].1.clone();
    let others = kinds.iter().filter(|(kind, _)| *kind != "access token").cloned();
    let altered = spoilt(&token).into_iter().map(|value| ("altered token", value));
    for (kind, value) in others.chain(altered) {
        let refused = Refused::read(&rp.userinfo(&value).await).unwrap_or_else(|why| panic!("{kind}: {why}"));
        assert_eq!(refused.error, "invalid_token", "{kind} {value}");
    }
    assert_eq!(rp.userinfo(&token).await.status, 200);
}

/// The interaction is sealed into the page: what is not one leads nowhere, certainly not to a website.
#[tokio::test]
async fn nothing_but_an_interaction_continues_a_sign_in() {
    let demo = Demo::shared();
    let Values { mut browser, kinds, consent, .. } = values(&demo, "interactions.example").await;
    let interaction = consent.form("/consent").value("interaction").to_owned();
    let others = kinds.iter().filter(|(kind, _)| !kind.starts_with("interaction")).cloned();
    let altered = spoilt(&interaction).into_iter().map(|value| ("altered interaction", value));
    for (kind, value) in others.chain(altered) {
        let mut url = demo.url("/continue");
        url.query_pairs_mut().append_pair("i", &value);
        let form = consent.form("/consent").fill("interaction", &value).press("allow");
        for stop in [browser.open(&url).await, browser.submit(&consent, &form).await] {
            let Stop::Page(page) = stop else { panic!("{kind} led to a website: {value}") };
            let refused = Refused::read(&page).unwrap_or_else(|why| panic!("{kind}: {why}"));
            assert_eq!(refused.status, 400, "{kind}");
        }
    }
}

/// RFC 6265 §8: a cookie is what the browser says, not what we said.
#[tokio::test]
async fn nothing_but_a_session_cookie_is_a_session() {
    let demo = Demo::shared();
    let Values { mut browser, kinds, .. } = values(&demo, "cookies.example").await;
    let name = browser.cookies.keys().find(|name| name.contains("session")).expect("a session cookie").clone();
    let session = browser.cookies[&name].clone();
    let others = kinds.iter().filter(|(kind, _)| *kind != "session cookie").cloned();
    let altered = spoilt(&session).into_iter().map(|value| ("altered session", value));
    for (kind, value) in others.chain(altered) {
        browser.cookies.insert(name.clone(), value.clone());
        let page = browser.open(&demo.url("/me")).await.page();
        assert!(page.has_form("code-form"), "{kind} is taken for a session: {value}");
    }
}

/// PROTOCOL 24: cookies are HttpOnly, Lax, for the whole host and, on plain http, without the `__Host-` that needs https.
#[tokio::test]
async fn no_script_and_no_other_site_can_use_our_cookies() {
    let demo = Demo::shared();
    let mut browser = Browser::new(&demo);
    let page = browser.open(&demo.url("/me")).await.page();
    let form = page.form("code-form").fill("number", &demo.anybody().network_number);
    let form = form.fill("pin", demo.anybody().pin()).fill("code", &demo.anybody().code());
    let target = demo.url(&form.action);
    let answer = browser.post(&target, &form.fields).await;
    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().chain(page.headers.get_all("set-cookie")).collect();
    assert!(cookies.len() >= 2, "a session and a binding to this browser");
    for cookie in cookies {
        let cookie = cookie.to_str().expect("text");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
            "{cookie}"
        );
        assert!(!cookie.contains("Domain="), "{cookie}");
    }
}
