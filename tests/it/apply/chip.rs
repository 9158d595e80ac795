//! A chip, by a reader that speaks the documented API (docs/ports/reader.md).

use super::passport::{country, house_of, lin_of_the_sandbox, papers, passport};
use super::*;
use crate::db::on_each_database;
use crate::house::{House, START};
use hufu::document::{DocumentKind, LONGEST_ANSWER, ReaderStep, ReaderTask};
use hufu::flow::apply::{self, ReaderRefused, Shown, Where};
use hufu::person::RegistryRef;
use hufu::person::application::Join;
use hufu::sandbox::chip::{Mischief, Proves, ScriptedReader};

/// The registry answers for every document.
fn knows_all(services: &Services) {
    services.desk().registry_knows_all = RegistryRef::new("ref-lin".to_owned());
}

async fn ticket(applicant: &Applicant<'_>) -> String {
    match applicant.at().await {
        Where::Document { reading: Shown::Chip { ticket }, .. } => ticket,
        other => panic!("no ticket: {other:?}"),
    }
}

async fn asks(house: &House, ticket: &str) -> ReaderTask {
    let json = apply::task(&house.provider, ticket).await.expect("a task");
    serde_json::from_str(&json).expect("a task in JSON")
}

/// All rounds; tells the last step.
async fn reads(house: &House, ticket: &str, reader: &mut ScriptedReader) -> ReaderStep {
    let mut task = asks(house, ticket).await;
    loop {
        let answer = serde_json::to_vec(&reader.answer(&task)).expect("JSON");
        match apply::answer(&house.provider, ticket, &answer).await.expect("a step") {
            ReaderStep::More { task: next } => task = next,
            last => return last,
        }
    }
}

on_each_database! {
    /// FUNCTIONS 3: "document chip read".
    async fn a_chip_is_read_by_a_ticket_and_its_face_is_compared_and_forgotten(db) {
        let services = Services::default();
        let house = house_of(db, &services).await;
        knows_all(&services);
        for (proves, expected) in [(Proves::ActiveEcdsa, None), (Proves::ChipAuthentication, Some(Join::Joined))] {
            let applicant = Applicant::begins(&house, &services).await;
            let kind = if expected.is_none() { DocumentKind::Passport } else { DocumentKind::HongKongMacaoPermit };
            applicant.shows_kind(kind).await.expect("begun");
            let ticket = ticket(&applicant).await;
            let mut reader = ScriptedReader::new(country().issue(&lin_of_the_sandbox(), papers(kind, proves)));
            assert_eq!(reads(&house, &ticket, &mut reader).await, ReaderStep::Done);
            assert!(matches!(applicant.at().await, Where::Face { .. }));
            let image = |house: &House| {
                let rows = crate::house::tables::rows(house.db(), "applications");
                rows.iter().filter(|row| !row["image"].is_null()).count()
            };
            assert_eq!(image(&house), 1, "sealed, until it is compared");
            applicant.face().await.expect("fits");
            assert!(services.desk().against_chip);
            assert_eq!(image(&house), 0, "forgotten");
            match expected {
                None => {
                    applicant.prepares("19900001000").await;
                    applicant.code().await.expect("a person");
                }
                Some(join) => {
                    assert!(matches!(applicant.at().await, Where::Known { document, .. } if document == join));
                }
            }
        }
        assert_eq!((house.count("persons"), house.count("documents")), (1, 2));
    }

    /// Cloned and replayed chips, wrong answers: refused with a reason, and another document may follow.
    async fn a_chip_that_is_not_taken_says_why_to_reader_and_page(db) {
        let services = Services::default();
        let house = house_of(db, &services).await;
        knows_all(&services);
        let applicant = Applicant::begins(&house, &services).await;
        let of = |proves| country().issue(&lin_of_the_sandbox(), papers(DocumentKind::Passport, proves));
        for (mischief, code) in [
            (Mischief::Clone, "not_the_chip"),
            (Mischief::Silent, "no_proof"),
            (Mischief::OtherTask, "other_task"),
            (Mischief::Fails(hufu::document::ReaderFailure::Lost), "lost"),
        ] {
            applicant.shows_kind(DocumentKind::Passport).await.expect("begun");
            let ticket = ticket(&applicant).await;
            let mut reader = ScriptedReader::that(mischief, of(Proves::ActiveEcdsa));
            let step = reads(&house, &ticket, &mut reader).await;
            assert!(matches!(&step, ReaderStep::Refused { code: said, .. } if said == code), "{mischief:?}: {step:?}");
            let Where::Document { problem, .. } = applicant.at().await else { panic!("elsewhere") };
            assert_eq!(problem.as_deref(), Some(code));
            let spent = apply::task(&house.provider, &ticket).await.err();
            assert_eq!(spent, Some(ReaderRefused::Ticket), "the ticket is spent");
        }
        assert_eq!(services.desk().asked, 0, "the registry hears of genuine documents only");
    }

    /// "Replayed": an answer counts in its own round, once.
    async fn an_answer_counts_once_and_for_its_own_ticket(db) {
        let services = Services::default();
        let house = house_of(db, &services).await;
        knows_all(&services);
        let (one, two) = (Applicant::begins(&house, &services).await, Applicant::begins(&house, &services).await);
        one.shows_kind(DocumentKind::Passport).await.expect("begun");
        two.shows_kind(DocumentKind::Passport).await.expect("begun");
        let (first, second) = (ticket(&one).await, ticket(&two).await);
        let answer = passport(Proves::ActiveEcdsa).answer(&asks(&house, &first).await);
        let answer = serde_json::to_vec(&answer).expect("JSON");
        let recorded = apply::answer(&house.provider, &second, &answer).await.expect("a step");
        assert!(matches!(recorded, ReaderStep::Refused { .. }), "to another challenge: {recorded:?}");
        assert_eq!(apply::answer(&house.provider, &first, &answer).await, Ok(ReaderStep::Done));
        assert_eq!(apply::answer(&house.provider, &first, &answer).await, Err(ReaderRefused::Ticket));
        for wrong in ["", "nonsense", &one.cookie] {
            assert_eq!(apply::task(&house.provider, wrong).await.err(), Some(ReaderRefused::Ticket), "{wrong}");
        }
    }

    /// Issue 4, "Bad input": "50 MB images".
    async fn an_answer_of_fifty_megabytes_is_refused_by_its_length(db) {
        let services = Services::default();
        let house = house_of(db, &services).await;
        let applicant = Applicant::begins(&house, &services).await;
        applicant.shows_kind(DocumentKind::Passport).await.expect("begun");
        let ticket = ticket(&applicant).await;
        let step = apply::answer(&house.provider, &ticket, &vec![b' '; 50_000_000]).await.expect("a step");
        let ReaderStep::Refused { code, message } = step else { panic!("{step:?}") };
        assert!(code == "too_long" && message.contains(&LONGEST_ANSWER.to_string()), "{message}");
    }

    /// The registry is away just then: what was read waits, for nobody has the passport at hand all day.
    async fn a_chip_that_was_read_is_not_read_again_when_the_registry_was_away(db) {
        let services = Services::default();
        let house = house_of(db, &services).await;
        knows_all(&services);
        let applicant = Applicant::begins(&house, &services).await;
        applicant.shows_kind(DocumentKind::Passport).await.expect("begun");
        let ticket = ticket(&applicant).await;
        services.desk().registry_fails = Some(hufu::flow::ports::PortError::LeftAlone);
        let step = reads(&house, &ticket, &mut passport(Proves::ActiveEcdsa)).await;
        assert_eq!(step, ReaderStep::Done, "the reader has done its part");
        assert!(matches!(applicant.at().await, Where::Document { reading: Shown::RegistryWaits, .. }));
        services.desk().registry_fails = None;
        applicant.asks_again().await.expect("now");
        applicant.face().await.expect("fits");
        assert!(services.desk().against_chip, "with the picture that was read then");
        assert_eq!(house.now(), START);
    }
}
