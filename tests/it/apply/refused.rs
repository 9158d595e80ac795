//! Who may not apply, what is not taken, and services that are down, slow or say something else.

use super::*;
use crate::db::on_each_database;
use hufu::authn::PinRule;
use hufu::document::DocumentKind;
use hufu::flow::apply::{self, FaceProblem, Refused, Service, Shown, Where};
use hufu::flow::ports::{
    CardData, CardOutcome, HolderName, Liveness, PortError, RegistryAnswer, Score, ScoreBand, Sending,
};
use hufu::person::PhoneNumberError;
use hufu::person::application::End;
use hufu::spec::{BirthDate, Pin, Timestamp};

const fn silent(service: Service) -> Refused {
    Refused::NoAnswer { service, error: PortError::Slow }
}

on_each_database! {
    /// FUNCTIONS 15: "each age edge, the day before and the day of". It is 21 September 2026 in China.
    async fn who_is_too_young_is_told_so_and_the_registry_is_not_asked(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        for (born, why) in [
            ("2018-09-22", Some(End::TooYoung)),
            ("2018-09-21", Some(End::GuardianNeeded)),
            ("2008-09-22", Some(End::GuardianNeeded)),
            ("2008-09-21", None),
        ] {
            let citizen = Citizen::with_card("李知秋", born, 1);
            services.knows(&citizen, born);
            let before = services.desk().asked;
            let applicant = Applicant::begins(&house, &services).await;
            let outcome = applicant.card(&citizen).await;
            assert_eq!(outcome, why.map_or(Ok(true), |why| Err(Refused::Ended(why))), "{born}");
            assert_eq!(services.desk().asked - before, usize::from(why.is_none()), "{born}");
            assert_eq!(matches!(applicant.at().await, Where::Ended(ended) if Some(ended) == why), why.is_some());
        }
    }

    async fn the_registrys_no_is_told_apart_and_ends_it(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        for (answer, why) in [
            (RegistryAnswer::No, End::NotInRegistry),
            (RegistryAnswer::Suspended, End::Suspended),
            (RegistryAnswer::Deceased, End::Deceased),
        ] {
            let citizen = Citizen::with_card("孙守正", "1979-09-17", 5);
            services.answers(&citizen, answer);
            let applicant = Applicant::begins(&house, &services).await;
            assert_eq!(applicant.card(&citizen).await, Err(Refused::Ended(why)));
            assert_eq!(applicant.shows_kind(DocumentKind::Passport).await, Err(Refused::Stale), "it is over");
        }
        assert_eq!((house.count("persons"), house.count("documents")), (0, 0));
    }

    /// Issue 4: "registry, face or SMS down, slow, lying (no half-created person)".
    async fn a_service_that_does_not_answer_has_decided_nothing(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;

        services.desk().card_fails = Some(PortError::Slow);
        let read = applicant.shows_kind(DocumentKind::ResidentIdentityCard).await;
        assert_eq!(read, Err(silent(Service::Card)));
        services.desk().card_fails = None;

        services.desk().registry_fails = Some(PortError::Slow);
        assert_eq!(applicant.card(&lin).await, Err(silent(Service::Registry)));
        assert!(matches!(applicant.at().await, Where::Document { reading: Shown::RegistryWaits, .. }), "read once");
        assert_eq!(applicant.asks_again().await, Err(silent(Service::Registry)));
        services.desk().registry_fails = None;
        applicant.asks_again().await.expect("the same document, without reading it again");

        services.desk().face_fails = Some(PortError::Slow);
        for _ in 0..7 {
            assert_eq!(applicant.face().await, Err(silent(Service::Face)));
        }
        services.desk().face_fails = None;
        assert!(matches!(applicant.at().await, Where::Face { left: 5, .. }), "nobody compared, nothing counts");
        applicant.face().await.expect("fits");

        services.desk().phone = Err(PortError::Slow);
        for _ in 0..7 {
            assert_eq!(applicant.phone("19900001000").await, Err(silent(Service::Phone)));
        }
        assert!(matches!(applicant.at().await, Where::Phone { messages_left: 3 }), "none left, none counts");
        services.desk().phone = Ok(Sending::Accepted);
        assert_eq!((house.count("persons"), house.count("documents")), (0, 0));
        applicant.prepares("19900001000").await;
        applicant.code().await.expect("a person");
    }

    async fn a_card_that_is_no_good_leads_back_to_the_choice(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let applicant = Applicant::begins(&house, &services).await;
        for (outcome, refused) in
            [(CardOutcome::Refused, Refused::CardRefused), (CardOutcome::Expired, Refused::CardExpired)]
        {
            applicant.shows_kind(DocumentKind::ResidentIdentityCard).await.expect("begun");
            assert_eq!(applicant.collects().await, Ok(false), "nobody has held one yet");
            assert!(matches!(applicant.at().await, Where::Document { reading: Shown::Card(_), .. }));
            services.desk().card = Some(outcome);
            assert_eq!(applicant.collects().await, Err(refused));
            let Where::Document { reading: Shown::Nothing, problem, .. } = applicant.at().await else { panic!("elsewhere") };
            assert_eq!(problem.as_deref(), Some(refused.code()), "and the page can say why");
        }
        let passport = lin(&services).with(DocumentKind::Passport, "E12345678");
        services.knows(&passport, "ref-lin");
        let nonsense = Refused::NoAnswer { service: Service::Card, error: PortError::Nonsense("a card of another kind") };
        assert_eq!(applicant.card(&passport).await, Err(nonsense), "a gateway that lies about its kind");
    }

    /// "Lying": a gateway that hands out a card past its last day, or a holder older than the number says.
    async fn a_card_that_cannot_be_is_not_taken_whatever_its_gateway_says(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let applicant = Applicant::begins(&house, &services).await;
        let lin = lin(&services);
        let said = async |expires, born: &str| {
            applicant.shows_kind(DocumentKind::ResidentIdentityCard).await.expect("begun");
            let birthdate = BirthDate::parse(born).expect("a day");
            let name = HolderName::new(lin.name.to_owned());
            let card = CardData { document: lin.document.clone(), name, birthdate, expires };
            services.desk().card = Some(CardOutcome::Read(Box::new(card)));
            applicant.collects().await
        };
        let (now, second) = (house.now(), std::time::Duration::from_secs(1));
        assert_eq!(said(Some(now), lin.birthdate).await, Err(Refused::CardRefused));
        let older = PortError::Nonsense("a birth date that is not the number's");
        let refused = Refused::NoAnswer { service: Service::Card, error: older };
        assert_eq!(said(None, "1980-03-15").await, Err(refused));
        assert!(matches!(applicant.at().await, Where::Document { reading: Shown::Nothing, .. }));
        assert_eq!(services.desk().asked, 0, "the registry hears of no such card");
        assert_eq!(said(Some(now.plus(second)), lin.birthdate).await, Ok(true), "its last second");
    }

    async fn only_a_living_person_who_is_the_same_passes_and_after_five_faces_it_is_over(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        applicant.card(&lin).await.expect("read");
        let tries = [
            (ScoreBand::Different, Liveness::Living, FaceProblem::Different),
            (ScoreBand::Unsure, Liveness::Living, FaceProblem::Unsure),
            (ScoreBand::Same, Liveness::NotLiving, FaceProblem::NotLiving),
            (ScoreBand::Different, Liveness::NotLiving, FaceProblem::NotLiving),
        ];
        for (left, (band, liveness, problem)) in (1..=4).rev().zip(tries) {
            services.desk().score = Score { band, liveness };
            assert_eq!(applicant.face().await, Err(Refused::Face { problem, left }));
        }
        assert_eq!(applicant.face().await, Err(Refused::Ended(End::FacesSpent)));
        services.desk().score = SAME;
        assert_eq!(applicant.face().await, Err(Refused::Stale));
        assert!(matches!(applicant.at().await, Where::Ended(End::FacesSpent)));
    }

    /// Issue 4, "Bad input": "50 MB images".
    async fn a_sample_of_fifty_megabytes_is_not_looked_at(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        applicant.card(&lin).await.expect("read");
        for sample in [vec![0; 50_000_000], Vec::new()] {
            assert_eq!(applicant.sample(sample).await, Err(Refused::SampleSize));
        }
        assert!(matches!(applicant.at().await, Where::Face { left: 5, .. }));
    }

    async fn a_telephone_is_asked_for_until_one_gets_the_code(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        applicant.proves(&lin).await;
        assert_eq!(applicant.phone("12345").await, Err(Refused::PhoneNumber(PhoneNumberError::Length)));
        services.desk().phone = Ok(Sending::NoSuchNumber);
        assert_eq!(applicant.phone("19900009999").await, Err(Refused::NoSuchNumber));
        services.desk().phone = Ok(Sending::Accepted);
        applicant.phone("19900001000").await.expect("sent");
        let first = services.code();
        for left in (1..5).rev() {
            assert_eq!(applicant.types("not it").await, Err(Refused::PhoneCode { left }));
        }
        assert_eq!(applicant.types("not it").await, Err(Refused::PhoneCodeSpent));
        assert_eq!(applicant.types(&first).await, Err(Refused::Stale), "not even the right one");
        applicant.phone("19900001000").await.expect("another message");
        house.pass(10 * 60);
        assert_eq!(applicant.message().await, Err(Refused::PhoneCodeExpired));
        assert_eq!(applicant.phone("19900001001").await, Err(Refused::Ended(End::MessagesSpent)));
    }

    /// Issue 4: "the refusal names the rule".
    async fn a_pin_that_anybody_would_try_is_refused_by_its_rule(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        applicant.proves(&lin).await;
        applicant.phone("19900001000").await.expect("sent");
        applicant.message().await.expect("fits");
        for (pin, rule) in [
            ("1234567", PinRule::EightDigits),
            ("12345678", PinRule::Sequential),
            ("19900315", PinRule::BirthDate),
            ("15031990", PinRule::BirthDate),
        ] {
            assert_eq!(applicant.pin(pin).await, Err(Refused::Pin(rule)), "{pin}");
        }
        let (one, two) = (Pin::new(PIN), Pin::new("83620174"));
        let differ = apply::choose(&house.provider, Some(&applicant.cookie), &one, &two).await;
        assert_eq!(differ, Err(Refused::PinsDiffer));
        applicant.pin(PIN).await.expect("a PIN");
        assert_eq!(applicant.types_code("00000000").await.err(), Some(Refused::Code));
        applicant.code().await.expect("a person");
    }

    async fn who_stops_leaves_nothing(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        applicant.proves(&lin).await;
        apply::stop(&house.provider, Some(&applicant.cookie)).await.expect("stopped");
        assert!(matches!(applicant.at().await, Where::Ended(End::Stopped)));
        assert_eq!((house.count("persons"), house.count("documents")), (0, 0));
        let again = Applicant::begins(&house, &services).await;
        again.applies(&lin, "19900001000").await;
    }
}

#[test]
fn the_tests_clock_is_where_the_age_edges_are_counted_from() {
    assert_eq!(crate::house::START.hour(), Timestamp::from_unix(1_789_952_400), "2026-09-21T01:00Z");
}
