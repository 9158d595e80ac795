//! Everything that is kept of a person, in one file for themselves. Issue "The person": "export of everything in one JSON file".

use crate::db::on_each_database;
use crate::house::House;

on_each_database! {
    async fn the_file_holds_the_number_the_ways_in_and_the_websites_with_their_subs(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        let code = browser.log_in(&website, &person, house.now()).await.code();
        let token = website.access_token(&code).await;
        let sub = website.userinfo(&token).await.json()["sub"].clone();
        browser.get("/me").await;
        let file = browser.own_form("/me/export", &[]).await;
        assert_eq!(file.status, 200, "{}", file.body);
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"hufu-export.json\"");
        assert_eq!(file.header("cache-control"), "no-store");
        let file = file.json();
        assert_eq!(file["network_number"], person.number.as_str());
        assert_eq!((&file["state"], &file["pin_and_code"]), (&"active".into(), &true.into()));
        assert_eq!((&file["websites"][0]["sector"], &file["websites"][0]["sub"]), (&"bank.example".into(), &sub));
        assert_eq!(file["sessions"][0]["here"], true);
        assert!(file["events"].as_array().is_some_and(|events| !events.is_empty()), "{file}");
        for secret in ["pin_hash", "totp", "handle", "credential"] {
            assert!(!file.to_string().contains(secret), "{secret}");
        }
    }

    /// OWASP ASVS 6.3: what shows so much is for who has just come in.
    async fn a_sign_in_that_is_not_recent_gets_no_file(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await;
        house.pass(16 * 60);
        browser.get("/me").await;
        let refused = browser.own_form("/me/export", &[]).await;
        assert_eq!((refused.status, refused.header("location")), (303, "/me/signin"));
        assert_eq!(house.browser().post("/me/export", &[]).await.status, 403, "nobody's form");
    }
}
