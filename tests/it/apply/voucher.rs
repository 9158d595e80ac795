//! The way without a face and without a chip: two officers, one code, one use.

use super::race::together;
use super::*;
use crate::db::on_each_database;
use crate::house::{House, Plan};
use hufu::flow::apply::{self, Issue, NotApproved, Refused, Where};
use hufu::flow::person;
use hufu::person::application::{End, Join};
use hufu::spec::VoucherId;
use hufu::store::{persons, vouchers};

/// As `hufu voucher issue` does it.
async fn issued(house: &House, citizen: &Citizen) -> VoucherId {
    let seen = Issue {
        officer: "Li Wei".to_owned(),
        document: citizen.document.clone(),
        name: citizen.name.to_owned(),
        birthdate: citizen.born(),
    };
    let issued = apply::issue(&house.provider, seen).expect("a voucher");
    let id = issued.id;
    assert!(
        house.provider.store.write(move |tx| vouchers::insert(tx, &issued.id, &issued.sealed)).await.expect("written")
    );
    id
}

/// A column of bytes, as `tables` shows it.
fn bytes_of(shown: &serde_json::Value) -> Vec<u8> {
    let hex = shown.as_str().expect("bytes").get(2..).expect("a prefix");
    data_encoding::HEXLOWER.decode(hex.as_bytes()).expect("hex")
}

/// As `hufu voucher approve` does it.
async fn approved(house: &House, id: VoucherId, officer: &str) -> Result<String, NotApproved> {
    let approved = apply::approve(&house.provider, id, officer).await?;
    let hash = approved.code.hash();
    assert!(house.provider.store.write(move |tx| vouchers::approve(tx, &id, &hash)).await.expect("written"));
    Ok(approved.code.grouped())
}

async fn code(house: &House, citizen: &Citizen) -> String {
    approved(house, issued(house, citizen).await, "Zhang Min").await.expect("approved")
}

on_each_database! {
    /// FUNCTIONS 24: "no path needs a face, an NFC phone …: in-person voucher".
    async fn a_voucher_stands_for_document_and_face_and_the_registry_is_asked_all_the_same(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let code = code(&house, &lin).await;
        let applicant = Applicant::begins(&house, &services).await;
        applicant.voucher(&code.to_lowercase().replace('-', " ")).await.expect("as it is typed");
        assert!(matches!(applicant.at().await, Where::Phone { .. }));
        assert_eq!(services.desk().asked, 1);
        applicant.prepares("19900001000").await;
        applicant.code().await.expect("a person");
        assert_eq!((house.count("persons"), house.count("vouchers")), (1, 0));
    }

    /// Issue 4, "Bad input": "a voucher used twice".
    async fn a_voucher_is_used_once_even_by_four_at_once_on_two_nodes(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let other = house.second_node(Plan { seed: 2, ports: Some(services.ports()), ..Plan::default() });
        let lin = lin(&services);
        let code = code(&house, &lin).await;
        let mut applicants = Vec::new();
        for provider in [&house.provider, &other.provider, &house.provider, &other.provider] {
            let applicant = Applicant::begins_at(provider, &services).await;
            applicant.voucher(&code).await.expect("it still stands");
            applicant.prepares("19900001000").await;
            applicants.push(applicant);
        }
        let made = together(applicants.iter().map(Applicant::code)).await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{:?}", made.iter().map(|it| it.as_ref().err()).collect::<Vec<_>>());
        for applicant in &applicants {
            applicant.insists().await;
        }
        let mut used = 0;
        for applicant in &applicants {
            match applicant.at().await {
                Where::Ended(End::VoucherUsed) => used += 1,
                other => assert!(matches!(other, Where::Done { .. }), "{other:?}"),
            }
        }
        assert_eq!(used, 3, "known by now, but not by this voucher");
        assert_eq!((house.count("vouchers"), house.count("documents")), (0, 1));
        let late = Applicant::begins(&house, &services).await;
        assert_eq!(late.voucher(&code).await, Err(Refused::NoVoucher));
        assert_eq!(house.count("persons"), 1);
    }

    async fn whoever_begins_again_keeps_the_voucher(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let code = code(&house, &lin).await;
        let first = Applicant::begins(&house, &services).await;
        services.desk().registry_fails = Some(hufu::flow::ports::PortError::Unreachable);
        first.voucher(&code).await.expect_err("the registry is away");
        services.desk().registry_fails = None;
        first.voucher(&code).await.expect("once more");
        house.pass(31 * 60);
        let second = Applicant::begins(&house, &services).await;
        second.voucher(&code).await.expect("in another application");
    }

    async fn a_voucher_joins_the_document_of_whoever_has_a_number(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let number = Applicant::begins(&house, &services).await.applies(&lin, "19900001000").await;
        let renewed = Citizen::with_card("林安然", "1990-03-15", 321);
        services.knows(&renewed, "ref-lin");
        let code = code(&house, &renewed).await;
        let again = Applicant::begins(&house, &services).await;
        again.voucher(&code).await.expect("known");
        assert!(matches!(again.at().await, Where::Known { document: Join::Joined, .. }));
        assert_eq!(again.number().await, number);
        let person = hufu::spec::PersonId::from_slice(&bytes_of(&crate::house::tables::rows(house.db(), "persons")[0]["id"]));
        let person = person.expect("an id");
        let row = house.provider.store.read(move |db| persons::by_id(db, &person)).await.expect("readable").expect("there");
        let attributes = person::attributes(&house.provider, &row).await.expect("opens").expect("kept");
        assert_eq!(attributes.document, renewed.document);
        assert_eq!(attributes.nationality.as_deref(), Some("CHN"), "what the officers did not see stays as the card said it");
        assert_eq!(attributes.phone_number.map(|phone| phone.expose().to_owned()).as_deref(), Some("+8619900001000"));
        assert_eq!((house.count("persons"), house.count("documents"), house.count("vouchers")), (1, 2, 0));
    }

    /// "A voucher that two named officers issue".
    async fn no_officer_approves_their_own_and_none_is_approved_twice(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let id = issued(&house, &lin).await;
        for same in ["Li Wei", " li  WEI "] {
            assert_eq!(approved(&house, id, same).await, Err(NotApproved::SameOfficer));
        }
        let applicant = Applicant::begins(&house, &services).await;
        assert_eq!(applicant.voucher(&id.to_text()).await, Err(Refused::NoVoucher), "its id is no code");
        approved(&house, id, "Zhang Min").await.expect("another officer");
        assert_eq!(approved(&house, id, "Wang Fang").await, Err(NotApproved::Before));
        let unknown = VoucherId::from_bytes([9; 16]);
        assert_eq!(approved(&house, unknown, "Zhang Min").await, Err(NotApproved::Unknown));
    }

    async fn a_voucher_is_good_for_thirty_days(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let (code, pending) = (code(&house, &lin).await, issued(&house, &lin).await);
        house.pass(30 * 86_400);
        let applicant = Applicant::begins(&house, &services).await;
        assert_eq!(applicant.voucher(&code).await, Err(Refused::NoVoucher));
        assert_eq!(approved(&house, pending, "Zhang Min").await, Err(NotApproved::Unknown));
        house.pass(2 * 3600);
        hufu::flow::Upkeep::new(&house.provider).tick(&house.provider).await;
        assert_eq!(house.count("vouchers"), 0, "swept");
    }

    /// Guesses are counted like documents.
    async fn ten_codes_that_are_none_end_the_application(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let applicant = Applicant::begins(&house, &services).await;
        for _ in 0..10 {
            assert_eq!(applicant.voucher("0000-0000-0000-0000").await, Err(Refused::NoVoucher));
        }
        let spent = applicant.voucher("0000-0000-0000-0000").await;
        assert_eq!(spent, Err(Refused::Ended(End::DocumentsSpent)));
    }

    async fn officers_cannot_vouch_for_whom_the_registry_does_not_know(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let nobody = Citizen::with_card("无名氏", "1990-03-15", 9);
        let code = code(&house, &nobody).await;
        let applicant = Applicant::begins(&house, &services).await;
        assert_eq!(applicant.voucher(&code).await, Err(Refused::Ended(End::NotInRegistry)));
        assert_eq!(house.count("vouchers"), 1, "it was not used");
    }
}
