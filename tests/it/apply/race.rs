//! Races that somebody may try to win, on two nodes; and services that answer when it is too late. Issue 4, "Bad input".

use super::*;
use crate::db::on_each_database;
use crate::house::Plan;
use hufu::document::DocumentKind;
use hufu::flow::Upkeep;
use hufu::flow::apply::{self, ReaderRefused, Refused, Shown, Where};
use hufu::flow::ports::RegistryAnswer;
use hufu::person::RegistryRef;
use hufu::person::application::{End, Join};
use hufu::store::person_keys;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::Semaphore;

/// Drives all of these at once, and tells how each went.
pub async fn together<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut going: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        for (future, done) in going.iter_mut().filter(|(_, done)| done.is_none()) {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                *done = Some(value);
            }
        }
        if going.iter().all(|(_, done)| done.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    going.into_iter().filter_map(|(_, done)| done).collect()
}

on_each_database! {
    /// FUNCTIONS 1: "exactly one per person". Eight documents of one person, eight browsers, two nodes, one moment.
    async fn eight_documents_of_one_person_at_once_are_one_person_with_eight_documents(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let other = house.second_node(Plan { seed: 2, ports: Some(services.ports()), ..Plan::default() });
        let mut applicants = Vec::new();
        for place in 0..8_u32 {
            let citizen = Citizen::with_card("林安然", "1990-03-15", 100 + place);
            services.knows(&citizen, "ref-lin");
            let provider = if place % 2 == 0 { &house.provider } else { &other.provider };
            let applicant = Applicant::begins_at(provider, &services).await;
            applicant.proves(&citizen).await;
            applicant.prepares(&format!("1990000100{place}")).await;
            applicants.push(applicant);
        }
        let made = together(applicants.iter().map(Applicant::code)).await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
        let mut numbers = Vec::new();
        for applicant in &applicants {
            applicant.insists().await;
            numbers.push(applicant.number().await);
        }
        numbers.dedup();
        assert_eq!(numbers.len(), 1, "{numbers:?}");
        assert_eq!((house.count("persons"), house.count("documents")), (1, 8));
        // The keys that were made for those who turned out to be known are nobody's, and go.
        house.pass(25 * 3600);
        Upkeep::new(&house.provider).tick(&house.provider).await;
        assert_eq!(house.provider.person_keys.read(person_keys::count).await.expect("answers"), 1);
    }

    /// A registry that lies, at the worst moment: two references for one document, written at once.
    async fn one_document_under_two_references_at_once_is_one_persons(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let other = house.second_node(Plan { seed: 2, ports: Some(services.ports()), ..Plan::default() });
        let lin = lin(&services);
        let one = Applicant::begins(&house, &services).await;
        one.proves(&lin).await;
        one.prepares("19900001000").await;
        services.answers(&lin, RegistryAnswer::Yes(RegistryRef::new("ref-other".into()).expect("a reference")));
        let two = Applicant::begins_at(&other.provider, &services).await;
        two.proves(&lin).await;
        two.prepares("19900001001").await;
        let made = together([one.code(), two.code()]).await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
        let lost = if made[0].is_ok() { &two } else { &one };
        lost.insists().await;
        assert!(matches!(lost.at().await, Where::Ended(End::DocumentElsewhere)), "{:?}", lost.at().await);
        assert_eq!((house.count("persons"), house.count("documents"), house.count("sessions")), (1, 1, 1));
    }

    /// The last form, sent eight times at once through two nodes: one person, one session.
    async fn the_last_step_sent_eight_times_at_once_makes_one_person(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let other = house.second_node(Plan { seed: 2, ports: Some(services.ports()), ..Plan::default() });
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        applicant.proves(&lin).await;
        applicant.prepares("19900001000").await;
        let code = applicant.app().await;
        let tabs: Vec<_> = (0..8)
            .map(|tab| Applicant {
                provider: if tab % 2 == 0 { &house.provider } else { &other.provider },
                services: services.clone(),
                browser: stranger(),
                cookie: applicant.cookie.clone(),
            })
            .collect();
        let made = together(tabs.iter().map(|tab| tab.types_code(&code))).await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
        assert_eq!((house.count("persons"), house.count("documents"), house.count("sessions")), (1, 1, 1));
        let numbers = together(tabs.iter().map(Applicant::number)).await;
        assert!(numbers.iter().all(|number| *number == numbers[0]));
    }

    /// Of somebody who is known: two documents at once on two nodes both join, and neither is lost.
    async fn two_documents_that_join_one_person_at_once_both_do(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let other = house.second_node(Plan { seed: 2, ports: Some(services.ports()), ..Plan::default() });
        let lin = lin(&services);
        let number = Applicant::begins(&house, &services).await.applies(&lin, "19900001000").await;
        let mut applicants = Vec::new();
        for (place, provider) in [(201, &house.provider), (202, &other.provider)] {
            let renewed = Citizen::with_card("林安然", "1990-03-15", place);
            services.knows(&renewed, "ref-lin");
            let applicant = Applicant::begins_at(provider, &services).await;
            applicant.card(&renewed).await.expect("read");
            applicants.push(applicant);
        }
        together(applicants.iter().map(Applicant::face)).await;
        for applicant in &applicants {
            for _ in 0..5 {
                if matches!(applicant.at().await, Where::Face { .. }) {
                    let _overtaken = applicant.face().await;
                }
            }
            assert!(matches!(applicant.at().await, Where::Known { document: Join::Joined, .. }));
            assert_eq!(applicant.number().await, number);
        }
        assert_eq!((house.count("persons"), house.count("documents")), (1, 3));
    }

    /// "Abandoned", at every step: nobody, nothing, and the same person may begin again.
    async fn abandoned_at_any_step_there_is_nobody_and_nothing_is_left(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        for steps in 0..6 {
            let applicant = Applicant::begins(&house, &services).await;
            for step in 0..steps {
                takes(&applicant, &lin, step).await;
            }
            house.pass(31 * 60);
            assert_eq!(applicant.view().await.err(), Some(Refused::Over), "after {steps}");
            assert_eq!(applicant.types_code("00000000").await.err(), Some(Refused::Over), "after {steps}");
        }
        assert_eq!((house.count("persons"), house.count("documents")), (0, 0));
        assert_eq!(house.provider.person_keys.read(person_keys::count).await.expect("answers"), 0);
        house.pass(2 * 3600);
        Upkeep::new(&house.provider).tick(&house.provider).await;
        assert_eq!(house.count("applications"), 0, "swept");
        Applicant::begins(&house, &services).await.applies(&lin, "19900002000").await;
    }

    /// "Resumed", at every step, wherever the request lands: nodes keep nothing of an application.
    async fn an_application_goes_on_at_another_node_after_every_step(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let other = house.second_node(Plan { seed: 2, ports: Some(services.ports()), ..Plan::default() });
        let lin = lin(&services);
        let mut applicant = Applicant::begins(&house, &services).await;
        for step in 0..6 {
            applicant.provider = if step % 2 == 0 { &other.provider } else { &house.provider };
            takes(&applicant, &lin, step).await;
        }
        assert!(matches!(applicant.at().await, Where::Done { .. }));
        assert_eq!(house.count("persons"), 1);
    }

    /// "Slow": what a service says after the application went another way is not listened to.
    async fn an_answer_that_comes_too_late_changes_nothing(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let gate = Arc::new(Semaphore::new(0));
        let meanwhile = async |applicant: &Applicant<'_>, wish: Wish| {
            let provider = applicant.provider;
            while services.desk().waiting == 0 {
                tokio::task::yield_now().await;
            }
            match wish {
                Wish::Stop => apply::stop(provider, Some(&applicant.cookie)).await.expect("stopped"),
                Wish::PutAway => apply::put_away(provider, Some(&applicant.cookie)).await.expect("put away"),
                Wish::Nothing => house.pass(31 * 60),
            }
            gate.add_permits(1);
        };

        let registry = Applicant::begins(&house, &services).await;
        services.desk().gate = Some(gate.clone());
        let (read, ()) = tokio::join!(registry.card(&lin), meanwhile(&registry, Wish::PutAway));
        assert_eq!(read, Err(Refused::Stale));
        assert!(matches!(registry.at().await, Where::Document { reading: Shown::Nothing, .. }));

        services.desk().gate = None;
        let face = Applicant::begins(&house, &services).await;
        face.card(&lin).await.expect("read");
        services.desk().gate = Some(gate.clone());
        let (compared, ()) = tokio::join!(face.face(), meanwhile(&face, Wish::Stop));
        assert_eq!(compared, Err(Refused::Stale));
        assert!(matches!(face.at().await, Where::Ended(End::Stopped)));

        services.desk().gate = None;
        let over = Applicant::begins(&house, &services).await;
        over.card(&lin).await.expect("read");
        services.desk().gate = Some(gate.clone());
        let (_, ()) = tokio::join!(over.face(), meanwhile(&over, Wish::Nothing));
        assert_eq!(over.view().await.err(), Some(Refused::Over), "the half hour is over, whoever was slow");
        assert_eq!((house.count("persons"), house.count("documents")), (0, 0));
    }

    /// A link of ours is no ticket of ours, a ticket no link, and half of one cookie opens nothing with half of another.
    async fn what_is_for_one_application_or_one_purpose_is_worth_nothing_for_another(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let (one, two) = (Applicant::begins(&house, &services).await, Applicant::begins(&house, &services).await);
        let link = apply::hand_over(&house.provider, Some(&one.cookie)).await.expect("a link");
        one.shows_kind(DocumentKind::Passport).await.expect("begun");
        let Where::Document { reading: Shown::Chip { ticket }, .. } = one.at().await else { panic!("no ticket") };
        assert_eq!(apply::task(&house.provider, &link).await.err(), Some(ReaderRefused::Ticket));
        assert_eq!(apply::answer(&house.provider, &link, b"{}").await.err(), Some(ReaderRefused::Ticket));
        assert_eq!(apply::take_over(&house.provider, &ticket).await.err(), Some(Refused::LinkOver));
        let bytes = |cookie: &str| data_encoding::BASE64URL_NOPAD.decode(cookie.as_bytes()).expect("ours");
        let mixed = [&bytes(&one.cookie)[..16], &bytes(&two.cookie)[16..]].concat();
        let mixed = data_encoding::BASE64URL_NOPAD.encode(&mixed);
        assert_eq!(apply::stands(&house.provider, Some(&mixed)).await.err(), Some(Refused::NoApplication));
        assert_eq!(apply::stop(&house.provider, Some(&mixed)).await, Err(Refused::NoApplication));
        assert!(matches!(two.at().await, Where::Document { reading: Shown::Nothing, .. }));
    }
}

/// What the other tab does while a service makes up its mind.
#[derive(Clone, Copy)]
enum Wish {
    Stop,
    PutAway,
    Nothing,
}

/// One of the six steps.
async fn takes(applicant: &Applicant<'_>, citizen: &Citizen, step: usize) {
    match step {
        0 => assert!(applicant.card(citizen).await.expect("read")),
        1 => applicant.face().await.expect("fits"),
        2 => applicant.phone("19900001000").await.expect("sent"),
        3 => applicant.message().await.expect("the code fits"),
        4 => applicant.pin(PIN).await.expect("a PIN"),
        _ => drop(applicant.code().await.expect("a person")),
    }
}
