//! The whole way, and what it leaves behind.

use super::*;
use crate::db::on_each_database;
use crate::house::{House, tables};
use hufu::flow::apply::{Hand, Refused, Where};
use hufu::spec::Timestamp;

/// All that a dump of the database holds, as text.
fn dump(house: &House) -> String {
    format!("{:?}", tables::snapshot(house.db()))
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

on_each_database! {
    /// Issue 4: "Application in four steps: document, face, phone, PIN".
    async fn somebody_applies_and_is_signed_in_with_a_number(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        assert!(matches!(applicant.at().await, Where::Document { .. }));
        assert!(applicant.card(&lin).await.expect("the card is read"));
        assert!(matches!(applicant.at().await, Where::Face { left: 5, .. }));
        applicant.face().await.expect("the face fits");
        assert!(!services.desk().against_chip, "a resident card has no picture for us: the registry's is compared");
        assert!(matches!(applicant.at().await, Where::Phone { messages_left: 3 }));
        applicant.phone("199 0000 1000").await.expect("sent");
        assert!(matches!(applicant.at().await, Where::PhoneCode { to, .. } if to == "•••• 1000"));
        applicant.message().await.expect("the code fits");
        assert!(matches!(applicant.at().await, Where::Pin));
        applicant.pin(PIN).await.expect("a PIN");
        let Where::Code { otpauth, .. } = applicant.at().await else { panic!("no code step") };
        let app = totp_rs::Totp::from_url_unchecked(&otpauth).expect("an otpauth URL");
        let code = |now: Timestamp| app.generate(now.unix().unsigned_abs()).to_string();
        let finished = applicant.types_code(&code(house.now())).await.expect("a person");
        let number = applicant.number().await;

        let mut browser = house.browser();
        let session = finished.signed_in.expect("a session").session;
        browser.jar.insert("__Host-hufu-session".to_owned(), session);
        assert_eq!(browser.get("/me").await.status, 200, "signed in already");
        let mut elsewhere = house.browser();
        let page = elsewhere.get("/me/signin").await;
        let again = elsewhere.type_in(&page, &number, PIN, &code(house.now())).await;
        assert_ne!(again.status, 303, "the first code is spent");
        house.pass(60);
        let next = elsewhere.type_in(&page, &number, PIN, &code(house.now())).await;
        assert_eq!(next.status, 303, "and the next one signs in: {}", next.body);
        assert_eq!((house.count("persons"), house.count("documents")), (1, 1));
    }

    /// FUNCTIONS 4: "a dump of our database after thousands of applications has no name, number, birth date or phone in clear".
    async fn a_dump_holds_nothing_of_whoever_applied_or_is_applying(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let mut seen = Vec::new();
        for place in 0..6_u32 {
            let citizen = Citizen::with_card("林安然", "1990-03-15", 100 + place);
            services.knows(&citizen, &format!("ref-{place}"));
            let applicant = Applicant::begins(&house, &services).await;
            let phone = format!("1990000200{place}");
            match place {
                0..3 => seen.push(applicant.applies(&citizen, &phone).await),
                3 => applicant.proves(&citizen).await,
                4 => {
                    applicant.proves(&citizen).await;
                    applicant.phone(&phone).await.expect("sent");
                }
                _ => {
                    applicant.card(&citizen).await.expect("read");
                }
            }
            seen.extend([citizen.document.expose().to_owned(), phone.clone(), format!("+86{phone}"), format!("ref-{place}")]);
        }
        seen.extend(["林安然".to_owned(), "1990-03-15".to_owned(), "19900315".to_owned(), PIN.to_owned()]);
        let dump = dump(&house);
        for secret in seen {
            assert!(!dump.contains(&secret), "{secret} in clear");
            assert!(!dump.contains(&hex(secret.as_bytes())), "{secret} in bytes");
        }
        assert_eq!(house.count("persons"), 3);
    }

    /// FUNCTIONS 1: nothing in the number derives from identity data; and no two persons are joined by what is stored.
    async fn two_persons_of_one_name_and_birthday_share_no_value(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let mut numbers = Vec::new();
        for place in [100, 200] {
            let citizen = Citizen::with_card("林安然", "1990-03-15", place);
            services.knows(&citizen, &format!("ref-{place}"));
            let applicant = Applicant::begins(&house, &services).await;
            numbers.push(applicant.applies(&citizen, "19900002000").await);
        }
        assert_ne!(numbers[0], numbers[1]);
        let persons = tables::rows(house.db(), "persons");
        for column in ["id", "number_digest", "sealed", "pin_hash", "totp", "unique_digest"] {
            assert_ne!(persons[0][column], persons[1][column], "{column}");
        }
    }

    /// "Resumable for 30 minutes".
    async fn an_application_is_resumed_after_29_minutes_and_not_after_31(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let lin = lin(&services);
        let applicant = Applicant::begins(&house, &services).await;
        applicant.proves(&lin).await;
        house.pass(29 * 60);
        assert_eq!(applicant.view().await.expect("a view").hand, Hand::Acts);
        applicant.phone("19900001000").await.expect("sent");
        house.pass(2 * 60);
        assert_eq!(applicant.view().await.err(), Some(Refused::Over));
        assert_eq!(applicant.message().await, Err(Refused::Over));
        assert_eq!(house.count("persons"), 0, "abandoned: nobody");
        house.pass(2 * 3600);
        hufu::flow::Upkeep::new(&house.provider).tick(&house.provider).await;
        assert_eq!(house.count("applications"), 0, "swept");
    }
}
