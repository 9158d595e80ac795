//! One number per living person: another document joins its person, and none belongs to two.

use super::*;
use crate::db::on_each_database;
use hufu::flow::apply::{self, Refused, Where};
use hufu::flow::ports::RegistryAnswer;
use hufu::person::application::{End, Join};
use hufu::person::{DocumentProof, RegistryRef};

on_each_database! {
    /// FUNCTIONS 1: "applying twice with two documents of one person yields the same number".
    async fn another_document_of_the_same_person_joins_and_shows_the_same_number(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let number = Applicant::begins(&house, &services).await.applies(&lin, "19900001000").await;

        let renewed = Citizen::with_card("林安然", "1990-03-15", 321);
        services.knows(&renewed, "ref-lin");
        let again = Applicant::begins(&house, &services).await;
        assert!(again.card(&renewed).await.expect("read"));
        assert!(matches!(again.at().await, Where::Face { .. }), "nobody is told before the face is proved");
        again.face().await.expect("the face fits");
        assert!(matches!(again.at().await, Where::Known { document: Join::Joined, .. }));
        assert_eq!(again.number().await, number);
        assert_eq!((house.count("persons"), house.count("documents")), (1, 2));
        let known = apply::proven(&house.provider, Some(&again.cookie)).await.expect("proved here");
        assert_eq!(known.evidence.document, DocumentProof::ResidentCard);

        let third = Applicant::begins(&house, &services).await;
        third.proves(&renewed).await;
        assert!(matches!(third.at().await, Where::Known { document: Join::WasTheirs, .. }));
        assert_eq!((house.count("persons"), house.count("documents")), (1, 2));
        assert_eq!(third.phone("19900001000").await, Err(Refused::Stale), "and leads nowhere else");
    }

    /// "Lying": the registry gives another reference for a document that is bound.
    async fn a_document_that_belongs_to_somebody_makes_nobody_else(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        Applicant::begins(&house, &services).await.applies(&lin, "19900001000").await;
        services.knows(&lin, "ref-somebody-new");
        let liar = Applicant::begins(&house, &services).await;
        let elsewhere = Refused::Ended(End::DocumentElsewhere);
        assert_eq!(liar.card(&lin).await, Err(elsewhere));
        assert!(matches!(liar.at().await, Where::Ended(End::DocumentElsewhere)));

        let wang = Citizen::with_card("王海波", "1984-11-02", 7);
        services.knows(&wang, "ref-wang");
        Applicant::begins(&house, &services).await.applies(&wang, "19900001001").await;
        services.knows(&lin, "ref-wang");
        let other = Applicant::begins(&house, &services).await;
        assert_eq!(other.card(&lin).await, Err(elsewhere));
        assert_eq!((house.count("persons"), house.count("documents")), (2, 2));
    }

    /// The same, found only when the end is written: two documents, two applications, one reference that moves.
    async fn a_document_that_was_bound_meanwhile_ends_the_other_application(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let slow = Applicant::begins(&house, &services).await;
        slow.proves(&lin).await;
        slow.prepares("19900001000").await;
        services.answers(&lin, RegistryAnswer::Yes(RegistryRef::new("ref-moved".into()).expect("a reference")));
        Applicant::begins(&house, &services).await.applies(&lin, "19900001001").await;
        assert_eq!(slow.code().await.err(), Some(Refused::Ended(End::DocumentElsewhere)));
        assert_eq!((house.count("persons"), house.count("documents")), (1, 1));
    }

    async fn nobody_is_proved_in_a_browser_that_only_applies(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let applicant = Applicant::begins(&house, &services).await;
        assert_eq!(apply::proven(&house.provider, Some(&applicant.cookie)).await.err(), Some(Refused::Stale));
        assert_eq!(apply::proven(&house.provider, None).await.err(), Some(Refused::NoApplication));
    }
}
