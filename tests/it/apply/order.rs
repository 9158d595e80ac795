//! Steps out of order, twice, in two tabs, at once.

use super::*;
use crate::db::on_each_database;
use crate::house::Plan;
use hufu::document::DocumentKind;
use hufu::flow::apply::{Refused, Where};

on_each_database! {
    /// Issue 4, "Bad input": each step out of order.
    async fn a_step_before_its_turn_changes_nothing_and_says_so(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        assert_eq!(applicant.collects().await, Err(Refused::Stale));
        assert_eq!(applicant.asks_again().await, Err(Refused::Stale));
        assert_eq!(applicant.face().await, Err(Refused::Stale));
        assert_eq!(applicant.phone("19900001000").await, Err(Refused::Stale));
        assert_eq!(applicant.types("123456").await, Err(Refused::Stale));
        assert_eq!(applicant.pin(PIN).await, Err(Refused::Stale));
        assert_eq!(applicant.code().await.err(), Some(Refused::Stale));
        assert!(matches!(applicant.at().await, Where::Document { left: 10, .. }));
        assert!(services.desk().sent.is_empty() && services.desk().asked == 0, "nobody was asked");
        applicant.proves(&lin).await;
        assert_eq!(applicant.shows_kind(DocumentKind::Passport).await, Err(Refused::Stale));
        assert_eq!(applicant.face().await, Err(Refused::Stale));
        assert_eq!(applicant.pin(PIN).await, Err(Refused::Stale));
        assert!(matches!(applicant.at().await, Where::Phone { .. }));
    }

    /// "Twice": a form that is sent again finds that it was taken.
    async fn each_step_is_taken_once(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        applicant.card(&lin).await.expect("read");
        let Where::Face { nonce, .. } = applicant.at().await else { panic!("no face step") };
        applicant.face_for(&nonce.to_text()).await.expect("fits");
        assert_eq!(applicant.face_for(&nonce.to_text()).await, Err(Refused::Stale));
        applicant.prepares("19900001000").await;
        assert_eq!(applicant.message().await, Err(Refused::Stale));
        assert_eq!(applicant.pin("83620174").await, Err(Refused::Stale), "the first PIN stays");
        let app = applicant.app().await;
        applicant.types_code(&app).await.expect("a person");
        assert_eq!(applicant.types_code(&app).await.err(), Some(Refused::Stale));
        assert_eq!(house.count("persons"), 1);
        assert!(matches!(applicant.at().await, Where::Done { .. }), "and the number is still shown");
    }

    /// "In two tabs": a page that was overtaken is told where the application stands.
    async fn a_sample_for_an_earlier_page_is_not_compared(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        applicant.card(&lin).await.expect("read");
        let Where::Face { nonce: first, .. } = applicant.at().await else { panic!("no face step") };
        services.desk().score.band = hufu::flow::ports::ScoreBand::Unsure;
        applicant.face().await.expect_err("unsure");
        services.desk().score = SAME;
        assert_eq!(applicant.face_for(&first.to_text()).await, Err(Refused::Stale), "that nonce is used up");
        applicant.face().await.expect("the page of now");
    }

    /// One per living person, however they race: exactly one of two applications makes somebody.
    async fn two_applications_of_one_person_at_once_make_one_person(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let other = house.second_node(Plan { seed: 2, ports: Some(services.ports()), ..Plan::default() });
        let one = Applicant::begins(&house, &services).await;
        let two = Applicant::begins_at(&other.provider, &services).await;
        for applicant in [&one, &two] {
            applicant.proves(&lin).await;
            applicant.prepares("19900001000").await;
        }
        let (first, second) = tokio::join!(one.code(), two.code());
        let made = [first.is_ok(), second.is_ok()];
        assert_eq!(made.iter().filter(|made| **made).count(), 1, "{:?} {:?}", first.err(), second.err());
        assert_eq!((house.count("persons"), house.count("documents")), (1, 1));
        // Whoever lost asks once more where the database was too busy to say, and hears the same number.
        let lost = if made[0] { &two } else { &one };
        if matches!(lost.at().await, Where::Code { .. }) {
            assert_eq!(lost.code().await.err(), Some(Refused::Stale));
        }
        assert_eq!(one.number().await, two.number().await);
    }

    /// Two tabs of one application, at once.
    async fn of_two_equal_steps_at_once_one_counts(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        applicant.proves(&lin).await;
        let (one, two) = tokio::join!(applicant.phone("19900001000"), applicant.phone("19900001000"));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!(services.desk().sent.len(), 1, "one message");
        let wrong = tokio::join!(applicant.types("000000"), applicant.types("000000"), applicant.types("000000"));
        let heard = [wrong.0, wrong.1, wrong.2].into_iter().filter(|it| *it != Err(Refused::Stale)).count();
        let Where::PhoneCode { left, .. } = applicant.at().await else { panic!("no code step") };
        assert_eq!(usize::from(left), 5 - heard, "what was heard is what was counted");
    }
}
