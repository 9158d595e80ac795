//! What is bounded, and who holds what.

use super::*;
use crate::db::on_each_database;
use crate::house::{Plan, Services as Around};
use hufu::document::DocumentKind;
use hufu::flow::apply::{self, Refused, Where};
use hufu::person::application::End;

on_each_database! {
    async fn a_browser_begins_ten_times_an_hour_and_no_more(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let browser = stranger();
        for _ in 0..10 {
            apply::begin(&house.provider, &browser).await.expect("begun");
        }
        assert_eq!(apply::begin(&house.provider, &browser).await.err(), Some(Refused::TooMany));
        assert_eq!(house.count("applications"), 10, "a refusal makes no row");
        house.pass(3600);
        apply::begin(&house.provider, &browser).await.expect("the next hour");
    }

    async fn a_node_without_services_takes_no_applications(db) {
        let house = crate::house::House::built(db, Plan { services: Around::Missing, ..Plan::default() }).await;
        assert_eq!(apply::begin(&house.provider, &stranger()).await.err(), Some(Refused::NotHere));
    }

    async fn ten_documents_may_be_brought_and_then_it_is_over(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let applicant = Applicant::begins(&house, &services).await;
        for left in (0..10).rev() {
            applicant.shows_kind(DocumentKind::ResidentIdentityCard).await.expect("begun");
            assert!(matches!(applicant.at().await, Where::Document { left: now, .. } if now == left));
        }
        let spent = applicant.shows_kind(DocumentKind::ResidentIdentityCard).await;
        assert_eq!(spent, Err(Refused::Ended(End::DocumentsSpent)));
    }

    /// One telephone is not flooded by many applications.
    async fn a_telephone_gets_six_messages_a_day_from_all_applications_together(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let mut sent = 0;
        for place in 0..3 {
            let citizen = Citizen::with_card("林安然", "1990-03-15", 100 + place);
            services.knows(&citizen, &format!("ref-{place}"));
            let applicant = Applicant::begins(&house, &services).await;
            applicant.proves(&citizen).await;
            for _ in 0..3 {
                match applicant.phone("19900001000").await {
                    Ok(()) => sent += 1,
                    Err(refused) => {
                        assert_eq!(refused, Refused::PhoneSpent);
                        continue;
                    }
                }
                applicant.another_number().await.expect("back");
            }
        }
        assert_eq!((sent, services.desk().sent.len()), (6, 6));
    }

    async fn a_cookie_of_nobody_opens_nothing(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let applicant = Applicant::begins(&house, &services).await;
        let mut forged = applicant.cookie.clone();
        forged.replace_range(60..61, if forged.ends_with('A') { "B" } else { "A" });
        for cookie in [None, Some(""), Some("AAAA"), Some(forged.as_str())] {
            assert_eq!(apply::stands(&house.provider, cookie).await.err(), Some(Refused::NoApplication), "{cookie:?}");
        }
    }
}
