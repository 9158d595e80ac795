//! The two errors that no request can bring about by itself: keys that are not there, a database that is not there. All
//! others are produced from outside (`blackbox::every_error`). RFC 6749 §4.1.2.1, §5.2.

use crate::db::on_each_database;
use crate::house::{House, Plan};
use hufu::flow::signing;
use hufu::spec::OAuthError;

on_each_database! {
    /// DESIGN.md: "every OAuth error is produced by some test"; and a node that cannot sign consumes no code.
    async fn a_node_without_signing_keys_says_server_error_and_leaves_the_code_good(db) {
        let house = House::bare(db, Plan::default());
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let code = house.browser().log_in(&website, &person, house.now()).await.code();
        let answer = website.redeem(&code).await;
        assert_eq!((answer.status, &*answer.error()), (500, OAuthError::ServerError.wire()));
        assert_eq!(house.count("grants"), 0);
        signing::rotate_due(&house.provider).await.expect("keys at last");
        assert_eq!(website.redeem(&code).await.status, 200);
    }

    /// DESIGN.md: "every OAuth error is produced by some test".
    async fn a_node_without_its_tables_says_temporarily_unavailable(db) {
        let house = House::over(db).await;
        let website = house.website("bank.example").await;
        house.db().execute("ALTER TABLE clients RENAME TO away", "ALTER TABLE clients RENAME TO away");
        let answer = website.redeem("any").await;
        assert_eq!((answer.status, &*answer.error()), (503, OAuthError::TemporarilyUnavailable.wire()));
    }
}
