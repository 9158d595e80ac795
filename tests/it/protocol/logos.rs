//! A website's logo: through our fetcher, out of our memory. OpenID Connect Registration §2, logo_uri.

use crate::db::on_each_database;
use crate::house::{Answers, Documents, House, Website};
use hufu::client::ClientMetadata;

const GIF: &str = "GIF89a, the rest of a picture";

async fn website(house: &House, logo_uri: String) -> Website {
    house
        .registered(ClientMetadata {
            client_name: "Logo".to_owned(),
            redirect_uris: vec!["https://logo.example/cb".to_owned()],
            logo_uri: Some(logo_uri),
            policy_uri: Some("https://logo.example/policy".to_owned()),
            tos_uri: Some("https://logo.example/terms".to_owned()),
            initiate_login_uri: Some("https://logo.example/login?x=1".to_owned()),
            ..ClientMetadata::default()
        })
        .await
}

fn place(website: &Website) -> String {
    format!("/client/{}/logo", website.id())
}

on_each_database! {
    /// The logo is never hot-linked, and the page does not wait for it.
    async fn the_pages_show_the_logo_from_our_own_address(db) {
        let (house, files) = (House::over(db).await, Documents::start().await);
        let website = website(&house, files.put("/logo", Answers::With(GIF.to_owned()))).await;
        let (person, mut browser) = (house.person().await, house.browser());
        let sign_in = browser.authorize(&website, &[]).await;
        let consent = browser.sign_in(&sign_in, &person, house.now()).await;
        for page in [&sign_in, &consent] {
            assert!(page.body.contains(&format!(r#"src="{}""#, place(&website))), "{}", page.body);
            assert!(!page.body.contains("127.0.0.1"), "the website's own server is not in the page");
            for (id, to) in [("policy", "https://logo.example/policy"), ("terms", "https://logo.example/terms")] {
                assert!(page.body.contains(&format!(r#"id="{id}" href="{to}" rel="noreferrer""#)), "{}", page.body);
            }
        }
        assert_eq!(files.asked("/logo"), 0, "a page asks nobody");

        let tries = (0..8).map(|_| {
            let (mut browser, place) = (house.browser(), place(&website));
            tokio::spawn(async move { browser.get(&place).await })
        });
        for tried in tries.collect::<Vec<_>>() {
            let picture = tried.await.expect("it runs");
            assert_eq!((picture.status, &*picture.body), (200, GIF));
            assert_eq!(picture.header("content-type"), "image/gif");
            assert_eq!(picture.header("x-content-type-options"), "nosniff");
            assert_eq!(picture.header("content-security-policy"), "default-src 'none'; sandbox");
        }
        assert_eq!(files.asked("/logo"), 1, "one fetch at a time");
        house.pass(3599);
        browser.get(&place(&website)).await;
        assert_eq!(files.asked("/logo"), 1);
        house.pass(1);
        browser.get(&place(&website)).await;
        assert_eq!(files.asked("/logo"), 2);
    }

    /// What is no picture, too large or elsewhere is not shown, and not asked for again at once.
    async fn what_is_no_picture_is_not_shown(db) {
        let (house, files) = (House::over(db).await, Documents::start().await);
        let mut browser = house.browser();
        for (path, answers) in [
            ("/svg", Answers::With("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_owned())),
            ("/html", Answers::With("<!doctype html>".to_owned())),
            ("/missing", Answers::Status(404)),
            ("/moved", Answers::Redirect(files.uri("/logo"))),
            ("/endless", Answers::Flood),
            ("/large", Answers::With(format!("GIF89a{}", "x".repeat(300_000)))),
        ] {
            let website = website(&house, files.put(path, answers)).await;
            for _ in 0..3 {
                let missing = browser.get(&place(&website)).await;
                assert_eq!((missing.status, &*missing.body), (404, ""), "{path}");
            }
            assert_eq!(files.asked(path), 1, "{path}");
        }
        files.put("/missing", Answers::With(GIF.to_owned()));
        let mended = website(&house, files.uri("/missing")).await;
        assert_eq!(browser.get(&place(&mended)).await.status, 404);
        house.pass(300);
        assert_eq!(browser.get(&place(&mended)).await.status, 200);
        assert_eq!(browser.get("/client/nobody/logo").await.status, 404);
    }

    /// OpenID Connect Core §4: from the person's own page to the website's `initiate_login_uri`, with `iss`.
    async fn a_persons_own_page_leads_back_to_the_website(db) {
        let house = House::over(db).await;
        let website = website(&house, "https://logo.example/logo".to_owned()).await;
        let (person, mut browser) = (house.person().await, house.browser());
        browser.log_in(&website, &person, house.now()).await.code();
        let page = browser.get("/me").await.body;
        let link = "https://logo.example/login?x=1&#38;iss=https%3A%2F%2Fid.example.org";
        assert!(page.contains(&format!(r#"href="{link}" rel="noreferrer""#)), "{page}");
    }
}
