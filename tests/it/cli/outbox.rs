//! Issue 3: "back-channel through a durable outbox (retry with backoff, delivery visible to the operator)".

use crate::db::on_each_database;
use crate::house::{House, Manner, Receiver};
use hufu::flow::{Outbox, refusals};
use serde_json::{Value, json};

const HOUR: u64 = 3600;

/// One round of the postman, some time later.
async fn round(house: &House, postman: &mut Outbox, later: u64) {
    house.pass(later);
    postman.tick(&house.provider).await.expect("stored");
    postman.settle(&house.provider).await.expect("stored");
}

fn json_of(house: &House, words: &[&str]) -> Value {
    serde_json::from_str(&house.hufu(words)).expect("JSON")
}

on_each_database! {
    /// docs/operating.md: what waits, for whom, since how many attempts and why; and once it is given up, that nothing waits and
    /// where its reason stands.
    async fn the_operator_sees_what_waits_and_what_was_given_up(db) {
        let house = House::over(db).await;
        let receiver = Receiver::start(Manner::Answers(503)).await;
        let (website, person) = (house.website_told_at("bank.example", &receiver.url).await, house.person().await);
        let mut browser = house.browser();
        let code = browser.log_in(&website, &person, house.now()).await.code();
        website.access_token(&code).await;
        browser.own_form("/signout", &[]).await;
        let mut postman = Outbox::new(&house.provider);
        for _ in 0..2 {
            round(&house, &mut postman, 10).await;
        }
        assert_eq!(receiver.bodies().len(), 1);

        let mut waiting = json_of(&house, &["client", "outbox", "--json"]);
        let due = waiting[0]["next_due"].take();
        let line = json!({
            "client_id": website.id(), "waiting": 1, "attempts": 1, "next_due": null, "trouble": "it answers with status 503",
        });
        assert_eq!(waiting, json!([line]));
        let due = due.as_str().expect("an instant").to_owned();
        assert!(due.starts_with("2026-09-21T") && due.ends_with('Z'), "{due}");
        let table = house.hufu(&["client", "outbox"]);
        let (head, row) = table.trim_end().split_once('\n').expect("a head and one row");
        assert!(head.starts_with("client_id") && head.ends_with("last trouble"), "{table}");
        let words: Vec<_> = row.split_whitespace().collect();
        assert_eq!(words[..4], [website.id(), "1", "1", due.as_str()], "{table}");
        assert!(row.ends_with("it answers with status 503") && !table.contains(&person.number), "{table}");

        for _ in 0..26 {
            round(&house, &mut postman, HOUR).await;
        }
        assert_eq!(json_of(&house, &["client", "outbox", "--json"]), json!([]));
        assert_eq!(house.hufu(&["client", "outbox"]).trim_end(), "No website waits.");
        refusals::flush(&house.provider).await.expect("stored");
        let errors = json_of(&house, &["client", "errors", website.id(), "--json"]);
        let error = &errors[0];
        assert_eq!((errors.as_array().map(Vec::len), &error["code"]), (Some(1), &json!("logout.given_up")), "{errors}");
        assert_eq!((&error["received"], &error["registered"]), (&json!("it answers with status 503"), &json!(receiver.url)));
        for part in ["expected", "fix"] {
            assert!(error[part].as_str().is_some_and(|said| !said.is_empty()), "{part}: {error}");
        }
    }
}
