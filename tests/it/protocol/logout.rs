//! OpenID Connect RP-Initiated Logout 1.0 and Front-Channel Logout 1.0: whose wish is heard, and where the browser goes.

use crate::db::on_each_database;
use crate::house::{Answer, Browser, House, ISSUER, Person, START, Website, claims};
use data_encoding::BASE64URL_NOPAD;
use hufu::client::ClientMetadata;
use hufu::flow::refusals;
use hufu::keys::{FileKeys, KeyRecord, Keys, SigningAlg, SigningKeys};
use hufu::spec::{IssuerUrl, TraceId};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

const OUT: &str = "https://bank.example/out";
/// Random printable ASCII, as the official suite sends it.
const STATE: &str = "!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~";

async fn website(house: &House, host: &str) -> Website {
    house
        .registered(ClientMetadata {
            client_name: host.to_owned(),
            redirect_uris: vec![format!("https://{host}/cb")],
            post_logout_redirect_uris: vec![format!("https://{host}/out")],
            backchannel_logout_uri: Some(format!("https://{host}/hear")),
            ..ClientMetadata::default()
        })
        .await
}

async fn framed(house: &House, host: &str) -> Website {
    house
        .registered(ClientMetadata {
            client_name: host.to_owned(),
            redirect_uris: vec![format!("https://{host}/cb")],
            post_logout_redirect_uris: vec![format!("https://{host}/out")],
            frontchannel_logout_uri: Some(format!("https://{host}/frame?x=1")),
            frontchannel_logout_session_required: true,
            ..ClientMetadata::default()
        })
        .await
}

async fn id_token(house: &House, browser: &mut Browser, website: &Website, person: &Person) -> String {
    let code = browser.log_in(website, person, house.now()).await.code();
    website.redeem(&code).await.json()["id_token"].as_str().expect("an ID token").to_owned()
}

async fn signed_in(house: &House) -> (Website, Person, Browser, String) {
    let (website, person, mut browser) = (website(house, "bank.example").await, house.person().await, house.browser());
    let token = id_token(house, &mut browser, &website, &person).await;
    (website, person, browser, token)
}

async fn leave(browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    browser.get(&format!("/logout?{query}")).await
}

fn asks(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.contains(r#"action="/signout""#)
}

fn is_signed_out(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.contains(r#"id="signed-out""#)
}

/// Presses the button of the page that asks.
async fn confirm(browser: &mut Browser, page: &Answer) -> Answer {
    let (csrf, request) = (page.field("csrf"), page.field("request"));
    browser.post("/signout", &[("csrf", &csrf), ("request", &request)]).await
}

async fn silent(browser: &mut Browser, website: &Website) -> Option<String> {
    browser.authorize(website, &[("prompt", "none")]).await.param("error")
}

/// Another server's key, under a name that no key of ours has or under one that it has.
fn signed_elsewhere(claims: &Value, kid: Option<&str>) -> String {
    let mut rng = StdRng::seed_from_u64(99);
    let ring = FileKeys::parse(&FileKeys::generate_sandbox(&mut rng)).expect("a ring");
    let keys = Keys::new(ring, IssuerUrl::new(ISSUER.to_owned()).expect("a URL")).expect("keys");
    let publication = hufu::keys::Publication { alg: SigningAlg::RS256.into(), published: START, used_from: START };
    let record = KeyRecord::generate(&keys, &publication, &mut rng).expect("a key");
    let signing = SigningKeys::open(&keys, &[record], START).expect("a snapshot");
    let token = signing.sign(SigningAlg::RS256, "JWT", claims).expect("signed");
    let Some(kid) = kid else { return token };
    // With our key's name on it the signature does not fit.
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid }).to_string();
    let (_, rest) = token.split_once('.').expect("three parts");
    format!("{}.{rest}", BASE64URL_NOPAD.encode(header.as_bytes()))
}

fn header(token: &str) -> Value {
    let header = token.split('.').next().expect("a header");
    serde_json::from_slice(&BASE64URL_NOPAD.decode(header.as_bytes()).expect("base64url")).expect("JSON")
}

on_each_database! {
    /// RP-Initiated Logout 1.0 §2, §3: back to the registered address with exactly the state that was sent.
    async fn a_website_that_shows_the_sessions_own_id_token_signs_the_person_out_and_gets_them_back(db) {
        let house = House::over(db).await;
        let (website, _, mut browser, token) = signed_in(&house).await;
        let wish = [("id_token_hint", &*token), ("post_logout_redirect_uri", OUT), ("state", STATE), ("ui_locales", "zh-CN")];
        let answer = leave(&mut browser, &wish).await;
        let to = answer.location();
        assert_eq!(answer.param("state").as_deref(), Some(STATE));
        assert_eq!((to.query_pairs().count(), &to.as_str()[..OUT.len()]), (1, OUT), "nothing else: {to}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!((house.count("sessions"), house.count("outbox")), (0, 1));
        assert_eq!(silent(&mut browser, &website).await.as_deref(), Some("login_required"));
        // Once more, signed out already; and without a state.
        let answer = leave(&mut browser, &wish[..2]).await;
        assert_eq!(answer.location().as_str(), OUT);
    }

    /// §2: "it SHOULD accept an ID Token … even when the exp time has passed"; a later session of the same person is asked.
    async fn an_expired_hint_is_heard_and_one_of_an_earlier_session_makes_us_ask(db) {
        let house = House::over(db).await;
        let (website, person, mut browser, old) = signed_in(&house).await;
        house.pass(20 * 60);
        browser.own_form("/signout", &[]).await;
        let new = id_token(&house, &mut browser, &website, &person).await;
        let page = leave(&mut browser, &[("id_token_hint", &old), ("post_logout_redirect_uri", OUT), ("state", "s")]).await;
        assert!(asks(&page), "{}", page.body);
        assert!(page.header("content-security-policy").contains("form-action 'self' https://bank.example;"));
        assert_eq!(confirm(&mut browser, &page).await.location().as_str(), "https://bank.example/out?state=s");
        assert_eq!(silent(&mut browser, &website).await.as_deref(), Some("login_required"));
        house.pass(20 * 60);
        let expired = id_token(&house, &mut browser, &website, &person).await;
        house.pass(20 * 60);
        assert_ne!(new, expired);
        assert_eq!(leave(&mut browser, &[("id_token_hint", &expired), ("post_logout_redirect_uri", OUT)]).await.location().as_str(), OUT);
    }

    /// The official suite's -no-params, -only-state, -no-post-logout-redirect-uri: "log out, show a logged-out page; any
    /// redirect is a failure"; and -no-id-token-hint.
    async fn without_an_address_or_without_a_hint_there_is_a_page_and_no_redirect(db) {
        let house = House::over(db).await;
        for nth in 0..4 {
            let (website, person, mut browser) =
                (website(&house, "bank.example").await, house.person().await, house.browser());
            let token = id_token(&house, &mut browser, &website, &person).await;
            let answer = match nth {
                0 => leave(&mut browser, &[]).await,
                1 => leave(&mut browser, &[("state", "s")]).await,
                2 => leave(&mut browser, &[("client_id", website.id()), ("post_logout_redirect_uri", OUT), ("state", "s")]).await,
                _ => leave(&mut browser, &[("id_token_hint", &token), ("state", "s")]).await,
            };
            let answer = if nth == 3 { answer } else {
                assert!(asks(&answer), "a link in a mail signs nobody out");
                assert_eq!(silent(&mut browser, &website).await, None, "nothing has ended yet");
                confirm(&mut browser, &answer).await
            };
            assert!(is_signed_out(&answer), "{nth}: {} {}", answer.status, answer.body);
            assert_eq!(silent(&mut browser, &website).await.as_deref(), Some("login_required"));
        }
        assert!(is_signed_out(&leave(&mut house.browser(), &[("state", "s")]).await), "nobody is signed in");
    }

    /// Issue 3, bad input: "logout with foreign, unsigned or altered hints (never a redirect)"; the official suite's
    /// -bad-post-logout-redirect-uri, -query-added, -modified-id-token-hint, -bad-id-token-hint.
    async fn a_bad_hint_or_a_bad_address_never_redirects_and_ends_nothing(db) {
        let house = House::over(db).await;
        let (website, _, mut browser, token) = signed_in(&house).await;
        let other = house.website("other.example").await;
        let said = claims(&token);
        let (head, rest) = token.split_once('.').expect("three parts");
        let (body, signature) = rest.split_once('.').expect("three parts");
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let mut altered = said.clone();
        altered["sub"] = json!("somebody");
        let mut swapped = said.clone();
        swapped["iss"] = json!(website.id());
        swapped["aud"] = json!(ISSUER);
        let unsigned = format!("{}.{body}.", part(&json!({ "alg": "none" })));
        let kid = header(&token)["kid"].as_str().expect("a kid").to_owned();
        let hints = [
            (unsigned, "logout.id_token_hint"),
            (format!("{head}.{}.{signature}", part(&altered)), "logout.id_token_hint"),
            (format!("{head}.{body}."), "logout.id_token_hint"),
            (signed_elsewhere(&said, Some(&kid)), "logout.id_token_hint"),
            ("nonsense".to_owned(), "logout.id_token_hint"),
            ("x".repeat(20_000), "param.too_long"),
            // Signed by a key that nobody knows here, ours of long ago perhaps: it says nothing.
            (signed_elsewhere(&said, None), ""),
            (signed_elsewhere(&swapped, None), ""),
        ];
        for (hint, code) in &hints {
            let answer = leave(&mut browser, &[("id_token_hint", hint), ("post_logout_redirect_uri", OUT), ("state", "s")]).await;
            if code.is_empty() {
                assert!(asks(&answer), "{}", answer.body);
                assert!(!answer.body.contains(OUT));
            } else {
                assert_eq!(answer.status, 400, "{code}");
                assert!(answer.body.contains(code) && answer.body.contains(r#"href="/signout""#), "{}", answer.body);
            }
        }
        for uri in ["https://bank.example/out?foo=bar", "https://bank.example/out/", "https://evil.example/", "https://bank.example/cb"] {
            let answer = leave(&mut browser, &[("id_token_hint", &token), ("post_logout_redirect_uri", uri)]).await;
            assert_eq!(answer.status, 400, "{uri}");
            assert!(answer.body.contains("logout.post_logout_redirect_uri"));
            let shown = uri.starts_with(OUT) || !answer.body.contains(OUT);
            assert!(shown, "PROTOCOL 25: registered values are for the website's owner");
        }
        let answer = leave(&mut browser, &[("id_token_hint", &token), ("client_id", other.id())]).await;
        assert!(answer.status == 400 && answer.body.contains("logout.client_id"), "{}", answer.body);
        let twice = browser.get("/logout?state=a&state=b").await;
        assert!(twice.status == 400 && twice.body.contains("param.duplicate"), "{}", twice.body);
        assert_eq!(silent(&mut browser, &website).await, None, "still signed in");
    }

    /// The commonest mistake is explained to the website's developer, though the person only sees our question.
    async fn an_address_without_a_hint_is_explained_by_its_trace(db) {
        let house = House::over(db).await;
        let (_, _, mut browser, _) = signed_in(&house).await;
        let answer = leave(&mut browser, &[("post_logout_redirect_uri", OUT)]).await;
        refusals::flush(&house.provider).await.expect("stored");
        let trace = TraceId::from_spoken(answer.header("x-trace-id")).expect("a trace id");
        let kept = refusals::explain(&house.provider, trace).await.expect("stored").expect("remembered");
        assert_eq!(kept.refusal.code, "logout.no_id_token_hint");
    }

    /// PROTOCOL 24: "a cross-site POST … becomes a same-site GET"; §2: "OPs MUST support the use of the HTTP GET and POST".
    async fn a_posted_wish_becomes_a_get_of_our_own(db) {
        let house = House::over(db).await;
        let (_, _, mut browser, token) = signed_in(&house).await;
        let fields = [("id_token_hint", &*token), ("post_logout_redirect_uri", OUT), ("state", "s")];
        let answer = browser.post("/logout", &fields).await;
        assert_eq!(house.count("sessions"), 1, "a POST from elsewhere brings no cookie, and decides nothing");
        assert_eq!(browser.follow(&answer).await.location().as_str(), "https://bank.example/out?state=s");
    }

    /// Whoever is signed in here is asked when the hint is about somebody else, or when another browser's form arrives.
    async fn a_hint_about_somebody_else_or_a_foreign_form_ends_no_session(db) {
        let house = House::over(db).await;
        let (website, _, _, token) = signed_in(&house).await;
        let (other, mut browser) = (house.person().await, house.browser());
        id_token(&house, &mut browser, &website, &other).await;
        let page = leave(&mut browser, &[("id_token_hint", &token), ("post_logout_redirect_uri", OUT)]).await;
        assert!(asks(&page));
        let (foreign, request) = (house.browser().get("/signout").await.field("csrf"), page.field("request"));
        for csrf in ["", &*foreign] {
            assert_eq!(browser.post("/signout", &[("csrf", csrf), ("request", &request)]).await.status, 403);
        }
        assert_eq!(house.count("sessions"), 2);
        assert_eq!(confirm(&mut browser, &page).await.location().as_str(), OUT);
        assert_eq!(house.count("sessions"), 1);
    }

    /// A page that was open too long, or carries what we did not seal, signs out and leads nowhere.
    async fn a_stale_or_forged_way_back_leads_nowhere(db) {
        let house = House::over(db).await;
        let (website, person, mut browser, old) = signed_in(&house).await;
        browser.own_form("/signout", &[]).await;
        id_token(&house, &mut browser, &website, &person).await;
        let page = leave(&mut browser, &[("id_token_hint", &old), ("post_logout_redirect_uri", OUT)]).await;
        house.pass(15 * 60);
        assert!(is_signed_out(&confirm(&mut browser, &page).await));
        id_token(&house, &mut browser, &website, &person).await;
        let answer = browser.own_form("/signout", &[("request", "AQABforged")]).await;
        assert!(is_signed_out(&answer));
        assert_eq!(house.count("sessions"), 0);
    }

    /// Front-Channel Logout 1.0 §2: the page loads each website's address with `iss` and its own `sid`, then goes on.
    async fn websites_are_told_through_the_browser_before_it_goes_back(db) {
        let house = House::over(db).await;
        let (website, other) = (framed(&house, "bank.example").await, framed(&house, "shop.example").await);
        let (person, mut browser) = (house.person().await, house.browser());
        let tokens = [
            id_token(&house, &mut browser, &website, &person).await, id_token(&house, &mut browser, &other, &person).await,
        ];
        let never_visited = framed(&house, "never.example").await;
        let page = leave(&mut browser, &[("id_token_hint", &tokens[0]), ("post_logout_redirect_uri", OUT), ("state", "a&b")]).await;
        assert!(is_signed_out(&page), "{} {}", page.status, page.body);
        for (token, host) in tokens.iter().zip(["bank.example", "shop.example"]) {
            let sid = claims(token)["sid"].as_str().expect("a sid").to_owned();
            let iss: String = url::form_urlencoded::byte_serialize(ISSUER.as_bytes()).collect();
            let src = format!("https://{host}/frame?x=1&#38;iss={iss}&#38;sid={sid}");
            assert!(page.body.contains(&format!("<iframe src=\"{src}\"")), "{src}\n{}", page.body);
        }
        assert!(!page.body.contains(never_visited.id()) && !page.body.contains("never.example"));
        assert!(page.header("content-security-policy").contains("frame-src https://bank.example https://shop.example;"));
        assert!(!page.header("content-security-policy").contains("unsafe"));
        assert!(page.body.contains(r#"id="continue" href="https://bank.example/out?state=a%26b""#), "{}", page.body);
        // Not beside the script, which goes on sooner: a browser that does both would come to the website twice.
        let refresh = r#"<noscript><meta http-equiv="refresh" content="5;url=https://bank.example/out?state=a%26b"></noscript>"#;
        assert!(page.body.contains(refresh), "{}", page.body);
        assert_eq!(silent(&mut browser, &website).await.as_deref(), Some("login_required"));
        // "Sign out everywhere" tells them too, and goes nowhere.
        id_token(&house, &mut browser, &website, &person).await;
        let page = browser.own_form("/me/sessions/end-all", &[]).await;
        assert!(page.body.contains("<iframe src=\"https://bank.example/") && !page.body.contains("http-equiv=\"refresh\""));
    }
}
