//! From the desktop to the telephone: one browser acts, the other looks on.

use super::*;
use crate::db::on_each_database;
use hufu::flow::apply::{self, Hand, Refused, Where};
use hufu::person::application::End;

on_each_database! {
    async fn whoever_follows_the_link_goes_on_and_the_desktop_looks_on(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let desktop = Applicant::begins(&house, &services).await;
        let link = apply::hand_over(&house.provider, Some(&desktop.cookie)).await.expect("a link");
        assert_eq!(desktop.view().await.expect("a view").hand, Hand::Acts, "not yet followed");
        let cookie = apply::take_over(&house.provider, &link).await.expect("taken over");
        let telephone = Applicant { cookie, browser: stranger(), provider: &house.provider, services: services.clone() };

        assert_eq!(apply::take_over(&house.provider, &link).await.err(), Some(Refused::LinkOver), "good once");
        assert_eq!(desktop.view().await.expect("a view").hand, Hand::Watches);
        assert_eq!(desktop.card(&lin).await, Err(Refused::Watching));
        assert_eq!(apply::hand_over(&house.provider, Some(&desktop.cookie)).await.err(), Some(Refused::Watching));
        telephone.applies(&lin, "19900001000").await;
        assert!(matches!(desktop.at().await, Where::Done { .. }), "it sees how it went");
    }

    async fn a_link_is_good_for_five_minutes_and_in_place_of_an_earlier_one(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let desktop = Applicant::begins(&house, &services).await;
        let earlier = apply::hand_over(&house.provider, Some(&desktop.cookie)).await.expect("a link");
        let later = apply::hand_over(&house.provider, Some(&desktop.cookie)).await.expect("another");
        house.pass(299);
        for wrong in [earlier.as_str(), "", "nonsense"] {
            assert_eq!(apply::take_over(&house.provider, wrong).await.err(), Some(Refused::LinkOver));
        }
        house.pass(1);
        assert_eq!(apply::take_over(&house.provider, &later).await.err(), Some(Refused::LinkOver), "five minutes");
    }

    /// A link that somebody else has followed: whoever handed over sees it, and can end it before a number is made.
    async fn the_browser_that_handed_over_may_stop_it(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let desktop = Applicant::begins(&house, &services).await;
        desktop.proves(&lin).await;
        let link = apply::hand_over(&house.provider, Some(&desktop.cookie)).await.expect("a link");
        let cookie = apply::take_over(&house.provider, &link).await.expect("by a thief");
        let thief = Applicant { cookie, browser: stranger(), provider: &house.provider, services: services.clone() };
        thief.prepares("19900009000").await;
        assert_eq!(desktop.pin(PIN).await, Err(Refused::Watching), "it does nothing else");
        apply::stop(&house.provider, Some(&desktop.cookie)).await.expect("stopped");
        assert_eq!(thief.code().await.err(), Some(Refused::Stale));
        assert!(matches!(thief.at().await, Where::Ended(End::Stopped)));
        assert_eq!(house.count("persons"), 0);
    }

    /// Whoever photographed the code and comes when all is done sees no number, and the page that shows it makes no more links.
    async fn a_link_ends_with_the_application_and_shows_nobody_the_number(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let desktop = Applicant::begins(&house, &services).await;
        let link = apply::hand_over(&house.provider, Some(&desktop.cookie)).await.expect("a link");
        desktop.applies(&lin, "19900001000").await;
        assert_eq!(apply::take_over(&house.provider, &link).await.err(), Some(Refused::LinkOver));
        assert_eq!(apply::hand_over(&house.provider, Some(&desktop.cookie)).await.err(), Some(Refused::Stale));
        assert_eq!(desktop.view().await.expect("a view").hand, Hand::Acts);
    }

    async fn of_two_who_follow_one_link_at_once_one_holds_the_application(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let desktop = Applicant::begins(&house, &services).await;
        let link = apply::hand_over(&house.provider, Some(&desktop.cookie)).await.expect("a link");
        let (one, two) = tokio::join!(
            apply::take_over(&house.provider, &link),
            apply::take_over(&house.provider, &link)
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    }
}
