//! The adapters of an application's services against the sandbox's twins, through HTTP: what each answers, what a service that
//! misbehaves can do, and who may ask. docs/ports/.

mod answers;
mod chips;
mod contract;
mod identity;
mod trouble;

use crate::db::TestDb;
use crate::house::{House, Line, Plan, Services, Steered};
use hufu::document::{DocumentKind, DocumentNumber};
use hufu::flow::ports::{HolderName, IdempotencyKey, Ports, RegistryQuery};
use hufu::person::PhoneNumber;
use hufu::sandbox::newcomer::{Document, Newcomer};
use hufu::spec::BirthDate;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::Arc;

/// One who asks.
struct Asker {
    line: Line,
    clock: Arc<Steered>,
    ports: Ports,
}

impl Asker {
    fn new() -> Self {
        let (line, clock) = (Line::fresh(), Steered::new(1));
        let ports = line.ports(&clock);
        Self { line, clock, ports }
    }
}

/// A key that no other question of this asker has.
fn key(number: u64) -> IdempotencyKey {
    IdempotencyKey::random(&mut StdRng::seed_from_u64(number))
}

/// What the registry is asked of a newcomer with this document.
fn query(newcomer: &Newcomer, document: &Document) -> RegistryQuery {
    RegistryQuery {
        document: DocumentNumber::parse(document.kind, &document.number).expect("a number"),
        name: HolderName::new(newcomer.name.to_owned()),
        birthdate: BirthDate::parse(&newcomer.birthdate).expect("a day"),
    }
}

/// One who is known.
fn known() -> RegistryQuery {
    let xu = crate::house::twins::newcomer("xu");
    assert_eq!(xu.documents[0].kind, DocumentKind::ResidentIdentityCard);
    query(&xu, &xu.documents[0])
}

fn phone(number: &str) -> PhoneNumber {
    PhoneNumber::parse(number).expect("a number")
}

/// Issue 4: the services belong to an installation; without them it takes no applications.
#[tokio::test]
async fn each_house_has_services_of_its_own_or_none() {
    let house = House::over(TestDb::sqlite()).await;
    let ports = house.provider.ports.clone().expect("services");
    house.line.steer("registry", "5xx", None).await;
    assert!(ports.registry.look_up(&known(), key(1)).await.is_err());
    let other = House::over(TestDb::sqlite()).await;
    let ports = other.provider.ports.clone().expect("services");
    assert!(ports.registry.look_up(&known(), key(1)).await.is_ok(), "what one house ordered is not the other's");

    let bare = House::bare(TestDb::sqlite(), Plan { services: Services::Missing, ..Plan::default() });
    assert!(bare.provider.ports.is_none() && bare.provider.twins.is_none());
}
