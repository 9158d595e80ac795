//! A dead database: 503 with `Retry-After` in the shape of each endpoint, nothing lost, recovers by itself (issue 2; RFC
//! 6749 §4.1.2.1 `temporarily_unavailable`; RFC 9110 §10.2.3).

use crate::db::{TestDb, on_each_database};
use crate::house::{Answer, CODE, House, PIN};

/// A database that a test can take away and give back.
enum Outage {
    File(std::path::PathBuf),
    #[cfg(feature = "postgres")]
    Server(crate::store::proxy::Proxy),
}

impl Outage {
    async fn over(db: TestDb) -> (House, Outage) {
        if db.is_sqlite() {
            let outage = Outage::File(db.file());
            return (House::over(db).await, outage);
        }
        #[cfg(feature = "postgres")]
        {
            use hufu::store::StoreConfig;
            let proxy = crate::store::proxy::Proxy::before(&db.config().url);
            let config = StoreConfig { connections: 8, ..StoreConfig::at(proxy.url()) };
            (House::reached_by(db, &config).await, Outage::Server(proxy))
        }
        #[cfg(not(feature = "postgres"))]
        unreachable!("built without PostgreSQL")
    }

    fn begin(&self) {
        match self {
            Outage::File(file) => std::fs::rename(file, file.with_extension("aside")).expect("moved away"),
            #[cfg(feature = "postgres")]
            Outage::Server(proxy) => proxy.set(crate::store::proxy::Mood::Dead),
        }
    }

    fn end(&self) {
        match self {
            Outage::File(file) => std::fs::rename(file.with_extension("aside"), file).expect("moved back"),
            #[cfg(feature = "postgres")]
            Outage::Server(proxy) => proxy.set(crate::store::proxy::Mood::Faithful),
        }
    }
}

fn assert_retry_later(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{:?}", answer.headers);
    assert_eq!(answer.header("cache-control"), "no-store");
}

fn assert_json(answer: &Answer) {
    assert_retry_later(answer);
    assert_eq!(answer.error(), "temporarily_unavailable");
}

fn assert_page(answer: &Answer) {
    assert_retry_later(answer);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(answer.header("content-security-policy").contains("default-src 'none'"));
}

on_each_database! {
    /// RFC 6749 §4.1.2.1, §5.2: JSON for websites, pages for people; and what was agreed before is there afterwards.
    async fn without_its_database_every_endpoint_asks_for_patience_in_its_own_shape_and_recovers(db) {
        let (house, outage) = Outage::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        let token = website.access_token(&browser.log_in(&website, &person, house.now()).await.code()).await;
        let code = browser.authorize(&website, &[]).await.code();
        let mut stranger = house.browser();
        let page = stranger.authorize(&website, &[]).await;

        outage.begin();
        assert_json(&website.redeem(&code).await);
        assert_json(&website.userinfo(&token).await);
        assert_page(&browser.authorize(&website, &[]).await);
        assert_page(&stranger.type_in(&page, &person.number, PIN, CODE).await);
        assert_page(&browser.get("/me").await);
        let ready = browser.get("/readyz").await;
        assert_eq!(ready.status, 503);
        assert_eq!(browser.get("/healthz").await.status, 200, "the process itself answers");
        assert_eq!(browser.get("/jwks").await.status, 200, "built once, served from memory");
        assert_eq!(browser.get("/.well-known/openid-configuration").await.status, 200);

        outage.end();
        assert_eq!(browser.get("/readyz").await.status, 200);
        assert_eq!(website.userinfo(&token).await.status, 200, "the token was not lost");
        assert_eq!(website.redeem(&code).await.status, 200, "the code was not consumed");
        assert!(browser.authorize(&website, &[]).await.param("code").is_some(), "nor the session, nor the consent");
        assert_eq!(stranger.type_in(&page, &person.number, PIN, CODE).await.status, 303);
    }

    /// RFC 6749 §4.1.2: the code stays usable for as long as it lives, for nothing was acknowledged.
    async fn of_many_logins_under_an_outage_what_was_acknowledged_holds_and_nothing_else_happened(db) {
        let (house, outage) = Outage::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await.code();
        let mut codes = Vec::new();
        for _ in 0..24 {
            codes.push(browser.authorize(&website, &[]).await.code());
        }
        let attempts: Vec<_> = codes
            .iter()
            .map(|code| {
                let (website, code) = (website.clone(), code.clone());
                tokio::spawn(async move { website.redeem(&code).await })
            })
            .collect();
        outage.begin();
        let mut acknowledged = Vec::new();
        for attempt in attempts {
            let answer = attempt.await.expect("no panic");
            if answer.status != 200 {
                assert_json(&answer);
            }
            acknowledged.push((answer.status == 200).then(|| answer.json()["access_token"].as_str().map(str::to_owned)));
        }
        outage.end();
        for (code, token) in codes.iter().zip(acknowledged) {
            match token.flatten() {
                Some(token) => assert_eq!(website.userinfo(&token).await.status, 200),
                // A commit whose answer was lost may have happened; then the retry is a replay and is refused.
                None => assert!(matches!(website.redeem(code).await.status, 200 | 400)),
            }
        }
    }

    /// RFC 6749 §4.1.2.1: `temporarily_unavailable` by redirect, "since a 503 cannot be returned to the client via an HTTP
    /// redirect". The request was trusted before the store failed.
    async fn an_outage_after_the_redirect_is_trusted_is_told_to_the_website(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await.code();
        house.db().execute("ALTER TABLE consents RENAME TO away", "ALTER TABLE consents RENAME TO away");
        let answer = browser.authorize(&website, &[]).await;
        assert_eq!(answer.param("error").as_deref(), Some("temporarily_unavailable"));
        assert_eq!(answer.param("state").as_deref(), Some("a-state"));
        assert_eq!(answer.param("iss").as_deref(), Some(crate::house::ISSUER));
        house.db().execute("ALTER TABLE away RENAME TO consents", "ALTER TABLE away RENAME TO consents");
        assert!(browser.authorize(&website, &[]).await.param("code").is_some());
    }

    /// RFC 6749 §5.2 names no code for a server that cannot sign: ours is `server_error`, and the code is what it was.
    async fn without_signing_keys_the_documents_ask_for_patience(db) {
        let house = House::bare(db, crate::house::Plan::default());
        for path in ["/jwks", "/.well-known/openid-configuration"] {
            assert_json(&house.browser().get(path).await);
        }
        assert_eq!(house.browser().get("/readyz").await.status, 503);
    }
}
