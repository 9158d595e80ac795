//! What leaves the house, and what lies in the tables, holds no byte of what a person is known by (PROTOCOL 1, 2, 4, 9).

use super::story::{Citizen as Townsman, Story, Upkeep, told};
use crate::apply::{self, Applicant, Citizen, PIN, Services};
use crate::db::on_each_database;
use crate::house::{House, tables};
use crate::support::canary::{Search, forms_of};
use hufu::sandbox::registry::Identity;

/// What a person is known by to us, and what the registry knows.
fn known_by(citizen: &Townsman) -> Vec<(&'static str, Vec<u8>)> {
    let number = citizen.person.number.clone();
    let reference = citizen.secrets.registry_ref.as_ref().expect("the registry's twin knows everybody");
    let mut known = vec![
        ("number", number.replace('-', "").into_bytes()),
        ("number as typed", number.into_bytes()),
        ("handle", citizen.secrets.handle.expose().to_vec()),
        ("webauthn user", citizen.secrets.webauthn_user.as_bytes().to_vec()),
        ("pin", citizen.person.pin.clone().into_bytes()),
        ("registry's reference", reference.expose().as_bytes().to_vec()),
    ];
    let Identity { name, birthdate, document_number, phone } = &citizen.identity;
    known.extend(forms_of([name, birthdate, document_number, phone]));
    known
}

/// Some who are in the middle of it, each a step further than the one before; what they have shown so far.
async fn half_way(house: &House, services: &Services) -> Vec<(&'static str, Vec<u8>)> {
    let mut shown = Vec::new();
    for place in 0..5_u32 {
        let citizen = Citizen::with_card("欧阳半途", "1971-02-27", 700 + place);
        services.knows(&citizen, &format!("reference-half-way-{place}"));
        let (applicant, phone) = (Applicant::begins(house, services).await, format!("1997000300{place}"));
        applicant.card(&citizen).await.expect("read");
        if place > 0 {
            applicant.face().await.expect("fits");
        }
        if place > 1 {
            applicant.phone(&phone).await.expect("sent");
            shown.push(("code of a message", services.code().into_bytes()));
        }
        if place > 2 {
            applicant.message().await.expect("right");
        }
        if place > 3 {
            applicant.pin(PIN).await.expect("a PIN");
        }
        shown.extend(forms_of([citizen.name, citizen.birthdate, citizen.document.expose(), &format!("+86 {phone}")]));
        shown.push(("registry's reference", format!("reference-half-way-{place}").into_bytes()));
    }
    shown
}

fn rows(story: &Story) -> impl Iterator<Item = (&String, String)> {
    let tables = story.snapshots.last().into_iter().flatten();
    tables
        .flat_map(|(table, rows)| rows.iter().map(move |row| (table, serde_json::Value::from(row.clone()).to_string())))
}

on_each_database! {
    /// PROTOCOL 2, 4: ID token, UserInfo, code, access token and redirect; PROTOCOL 9 and 10: the tables.
    async fn nothing_that_leaves_and_nothing_that_is_kept_holds_a_number_a_handle_or_an_identity(db) {
        let services = Services::default();
        let house = apply::house(db, &services).await;
        let mut story = told(&house, &services, Upkeep::Mingles, 12).await;
        let half_way = half_way(&house, &services).await;
        story.snapshots.push(tables::snapshot(house.db()));
        assert!(story.emitted.len() > 200, "{}", story.emitted.len());
        let mut known: Vec<_> = story.citizens.iter().flat_map(known_by).collect();
        known.extend(half_way);
        let search = Search::for_all(&known);
        for (table, row) in rows(&story) {
            assert_eq!(search.found_in(&row), None, "{table} {row}");
        }
        // The tables may hold a person's row id; a website may not.
        known.extend(story.citizens.iter().map(|citizen| ("person id", citizen.person.id.as_bytes().to_vec())));
        let search = Search::for_all(&known);
        for given in &story.emitted {
            assert_eq!(search.found_in(given), None, "{given}");
        }
    }
}
