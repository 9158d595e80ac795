//! Issue 3: "tables stay bounded under a million refreshes (tested with a steered clock)". A node as it runs, its upkeep beside it,
//! for months; `store/growth.rs` has the million.

use crate::db::{TestDb, on_each_database};
use crate::house::{House, paying_with, renewing, tables};
use hufu::client::GrantType;
use hufu::flow::Upkeep;
use hufu::spec::lifetime;

const DAYS: u64 = 200;
const DAY: u64 = 86_400;
/// Days between sign-ins at the website that replays.
const SIGN_IN_EVERY: u64 = 5;
const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

/// What a table may hold at the end, by what it held after the first tenth.
fn most(db: &TestDb, table: &str, early: usize) -> usize {
    match table {
        // A key and its successor (PROTOCOL 15).
        "signing_keys" => 2 * early,
        // Each sign-in of the last 180 days.
        "events" => usize::try_from(lifetime::EVENT.as_secs() / DAY / SIGN_IN_EVERY).expect("few") + 1,
        // Attempts to commit leave ids there by the server's own clock, which no test steers.
        "spent" if !db.is_sqlite() => usize::MAX,
        _ => early,
    }
}

on_each_database! {
    /// DESIGN.md: "Every table has an expiry or an owner." Two thousand refreshes paid for by assertions (on PostgreSQL four hundred),
    /// a website that replays its codes and tokens, and people who sign in: no table is longer after the last tenth than after the
    /// first, but for what lives longer.
    async fn months_of_refreshes_and_replays_leave_no_table_longer(db) {
        let house = House::over(db).await;
        let grants = [GrantType::AuthorizationCode, GrantType::RefreshToken];
        let (website, signer) = house.with_a_key("steady.example", &grants).await;
        let (careless, person) = (house.registered(renewing("careless.example")).await, house.person().await);
        let mut upkeep = Upkeep::new(&house.provider);
        let code = house.browser().log_in_with(&website, &person, house.now(), OFFLINE).await.code();
        let first = signer.assertion(&house, &website, "first");
        let mut tokens = website.redeem_with(&code, &paying_with(&first)).await.json();
        let refresh_token = |tokens: &serde_json::Value| tokens["refresh_token"].as_str().expect("a token").to_owned();
        let turns = if house.db().is_sqlite() { 10 } else { 2 };
        let mut early = None;
        for day in 1..=DAYS {
            for turn in 0..turns {
                house.pass(DAY / turns);
                upkeep.tick(&house.provider).await;
                let assertion = signer.assertion(&house, &website, &format!("{day}-{turn}"));
                let renewed = website.refresh(&refresh_token(&tokens), &paying_with(&assertion)).await;
                assert_eq!(renewed.status, 200, "day {day}: {}", renewed.body);
                tokens = renewed.json();
                if turn == 0 {
                    let replayed = website.refresh(&refresh_token(&tokens), &paying_with(&assertion)).await;
                    assert_eq!(replayed.error(), "invalid_client");
                }
            }
            if day.is_multiple_of(SIGN_IN_EVERY) {
                let code = house.browser().log_in_with(&careless, &person, house.now(), OFFLINE).await.code();
                let old = refresh_token(&careless.redeem(&code).await.json());
                assert_eq!(careless.refresh(&old, &[]).await.status, 200);
                house.pass(11);
                assert_eq!(careless.refresh(&old, &[]).await.error(), "invalid_grant");
                assert_eq!(careless.redeem(&code).await.error(), "invalid_grant");
                upkeep.tick(&house.provider).await;
            }
            if day == DAYS / 10 {
                early = Some(tables::counts(house.db()));
            }
        }
        let (early, late) = (early.expect("a tenth"), tables::counts(house.db()));
        for (table, rows) in &late {
            let (early, most) = (early[table], most(house.db(), table, early[table]));
            assert!(*rows <= most, "{table}: {rows} rows, and {early} after the first tenth");
        }
        assert_eq!(late["families"], 1, "of the website that replays nothing");
    }
}
