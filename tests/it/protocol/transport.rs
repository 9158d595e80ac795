//! How browsers are kept on https. RFC 6797.

use crate::db::on_each_database;
use crate::house::{House, Plan};
use hufu::flow::Mode;

on_each_database! {
    /// RFC 6797 §6.1, §7.1: on every answer, pages, documents, refusals and redirects; no sandbox binds the name it stands on.
    async fn production_tells_browsers_to_come_by_https_alone(db) {
        let house = House::built(db, Plan { mode: Mode::Production, ..Plan::default() }).await;
        let sandbox = house.second_node(Plan { seed: 2, ..Plan::default() });
        for path in ["/", "/jwks", "/authorize", "/logout", "/userinfo", "/me/signin", "/nothing"] {
            let said = house.browser().get(path).await;
            assert_eq!(said.header("strict-transport-security"), "max-age=63072000", "{path}");
            assert!(!sandbox.browser().get(path).await.headers.contains_key("strict-transport-security"), "{path}");
        }
    }
}
