//! What the log must not hold. PROTOCOL 2: "logs and events carry neither sub nor person"; nor query strings.

use super::login::log_in;
use crate::support::{Browser, Demo, Refused, Rp, Stop};
use std::sync::Arc;

/// A whole day's worth of traffic, good and bad, then a look through everything the server wrote.
#[tokio::test]
async fn no_log_line_holds_a_person_a_sub_or_a_secret() {
    let demo = Arc::new(Demo::start());
    let rp = Rp::at(&demo, "silence.example").await;
    let person = demo.anybody().clone();
    let mut browser = Browser::of(&demo, &person).await;
    let login = log_in(&mut browser, &rp, &[("login_hint", &person.network_number)]).await;
    let attempt = rp.attempt(&[]);
    let callback = browser.open(&attempt.url).await.away();
    let code = rp.code(&attempt, &callback);
    let mut wrong = person.clone();
    wrong.pin = Some("86420975".to_owned());
    let mut stranger = Browser::new(&demo);
    let page = stranger.open(&rp.attempt(&[]).url).await.page();
    let Stop::Page(refused) = stranger.sign_in(&page, &wrong).await else { panic!("a wrong PIN is in") };
    assert!(!refused.html.contains("86420975"));
    rp.token(&rp.token_form(&rp.attempt(&[]), &code)).await;
    rp.userinfo(&format!("{}x", login.access_token)).await;
    browser.open(&demo.url("/me")).await.page();
    browser.open(&demo.url(&format!("/{}", person.network_number))).await.page();
    let me = browser.open(&demo.url("/me")).await.page();
    let shown = browser.submit(&me, &me.form("/me/code")).await.page();
    let seed: String = shown.text("secret").expect("a secret").split_whitespace().collect();
    browser.submit(&shown, &shown.form("new-code-form").fill("code", "1234567")).await.page();
    let me = browser.open(&demo.url("/me")).await.page();
    browser.submit(&me, &me.form("/me/sessions/end-all").press("end-all")).await;

    let mut secrets = person.secrets();
    secrets.extend([
        login.sub.clone(),
        login.access_token,
        login.id_token,
        code,
        attempt.state.clone(),
        attempt.nonce.clone(),
        attempt.verifier.clone(),
        "86420975".to_owned(),
        person.name.clone(),
        seed,
        shown.form("new-code-form").value("new").to_owned(),
    ]);
    secrets.extend(rp.registered.client_secret.clone());
    secrets.extend(browser.cookies.values().filter(|value| value.len() > 12).cloned());
    demo.logged("/me/sessions/end-all");
    let log = demo.log();
    assert!(log.contains("/authorize") && log.contains("/token"), "the log tells of requests:\n{log}");
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(&secret));
        assert!(line.is_none(), "{secret} is in the log: {}", line.unwrap_or_default());
    }
    assert!(!log.contains("redirect_uri=") && !log.contains("login_hint="), "no query strings:\n{log}");
}

/// A trace id is on every answer and finds its lines in the log.
#[tokio::test]
async fn every_answer_has_a_trace_id_that_the_log_knows() {
    let demo = Arc::new(Demo::start());
    let rp = Rp::at(&demo, "trace.example").await;
    let mut browser = Browser::new(&demo);
    let mut url = rp.attempt(&[]).url;
    url.set_query(Some("client_id=nobody"));
    let page = browser.get(&url).await;
    let refused = Refused::read(&page).expect("a refusal");
    assert_eq!(page.headers["x-trace-id"].to_str().expect("text"), refused.trace);
    demo.logged(&refused.trace);
    assert!(demo.hufu(&["trace", "ZZZZ-ZZZZ", "--json"]).status.code() != Some(0), "an unknown id is no success");
}

/// Whatever any room logs on the way of a request carries the request's trace id.
#[tokio::test]
async fn what_is_logged_on_the_way_of_a_request_carries_its_trace_id() {
    let demo = Arc::new(Demo::start());
    let rp = Rp::at(&demo, "span.example").await;
    let mut browser = Browser::new(&demo);
    let page = browser.open(&rp.attempt(&[]).url).await.page();
    let mut wrong = demo.anybody().clone();
    wrong.pin = Some("86420975".to_owned());
    let Stop::Page(refused) = browser.sign_in(&page, &wrong).await else { panic!("a wrong PIN is in") };
    let trace = refused.headers["x-trace-id"].to_str().expect("text");
    let line = demo.logged("signin.wrong_pin");
    assert!(line.contains(trace), "{trace} is not in: {line}");
}

/// The demo stops cleanly on SIGTERM, and a second start finds its data again.
#[tokio::test]
async fn a_second_start_finds_clients_persons_and_subs_again() {
    let demo = Arc::new(Demo::start());
    let rp = Rp::at(&demo, "restart.example").await;
    let registered = rp.registered.clone();
    let mut browser = Browser::of(&demo, demo.anybody()).await;
    let first = log_in(&mut browser, &rp, &[]).await;
    let numbers: Vec<_> = demo.personas.iter().map(|persona| persona.network_number.clone()).collect();
    drop((browser, rp));
    let (ended, data) = Arc::into_inner(demo).expect("nobody else holds it").stop();
    assert!(ended, "a clean end");
    let demo = Arc::new(Demo::start_in(data));
    assert_eq!(numbers, demo.personas.iter().map(|persona| persona.network_number.clone()).collect::<Vec<_>>());
    let rp = Rp::discover(&demo, registered).await;
    let mut browser = Browser::of(&demo, demo.anybody()).await;
    let attempt = rp.attempt(&[]);
    let callback = browser.open(&attempt.url).await.away();
    assert_eq!(rp.finish(&attempt, &callback).await.claims["aud"], first.claims["aud"], "consent is remembered");
}
