//! Whoever proves anew who they are: known, new ways in that wait or count at once, a proof that is not enough; and what a real
//! camera's form looks like, which the sandbox does not show.

use super::{FACE, STEP_UP, speaking};
use crate::apply::passport::{house_of, passport};
use crate::apply::{Citizen, PIN, Services, Visitor, lin};
use crate::db::TestDb;
use crate::house::{Authenticator, House, Plan};
use hufu::flow::Mode;
use hufu::person::RegistryRef;
use hufu::sandbox::chip::Proves;

const PHONE: &str = "19900001000";
const NEW_PIN: &str = "39475102";

type Shown = Vec<(&'static str, String)>;

/// Name and markup.
pub async fn pages(language: &'static str) -> Shown {
    let mut shown = known(language).await;
    shown.extend(too_weak(language).await);
    shown.extend(real_camera(language).await);
    shown
}

async fn known(language: &'static str) -> Shown {
    let (services, mut shown) = (Services::default(), Shown::new());
    let house = crate::apply::house(TestDb::sqlite(), &services).await;
    let website = house.website("bank.example").await;
    let mut first = Visitor::begins_in(speaking(language, &house), &house, &services).await;
    first.shows_card(&lin(&services)).await;
    first.shows_face().await;
    first.shows_phone(PHONE).await;
    first.sets(PIN).await;
    let mut browser = first.browser;
    let consent = browser.authorize(&website, &[]).await;
    browser.decide(&consent, "allow").await.code();
    let mut phone = Authenticator::registered_in(&mut browser).await;

    let renewed = Citizen::with_card("林安", "1990-03-15", 321);
    services.knows(&renewed, "ref-lin");
    let mut later = Visitor::begins_in(speaking(language, &house), &house, &services).await;
    later.shows_card(&renewed).await;
    later.shows_face().await;
    shown.push(("apply-known-joined", later.page.html.clone()));
    later.press("/apply/renew", &[]).await;
    shown.push(("apply-renew-pin", later.page.html.clone()));
    later.sets(NEW_PIN).await;
    shown.push(("apply-renewed-later", later.page.html));
    shown.push(("me-recovery", browser.get("/me").await.body));
    shown.push(("barred-waits", browser.authorize(&website, &STEP_UP).await.body));

    let mut elsewhere = speaking(language, &house);
    let page = elsewhere.get("/me/signin").await;
    assert_eq!(phone.sign_in(&mut elsewhere, &page).await.status, 303);
    let mut at_once = Visitor::begins_in(elsewhere, &house, &services).await;
    at_once.shows_card(&renewed).await;
    at_once.shows_face().await;
    shown.push(("apply-known", at_once.page.html.clone()));
    at_once.press("/apply/renew", &[]).await;
    at_once.sets(NEW_PIN).await;
    shown.push(("apply-renewed", at_once.page.html));
    shown
}

async fn too_weak(language: &'static str) -> Shown {
    let services = Services::default();
    let house = house_of(TestDb::sqlite(), &services).await;
    services.desk().registry_knows_all = RegistryRef::new("ref-lin".to_owned());
    let mut visitor = Visitor::begins_in(speaking(language, &house), &house, &services).await;
    visitor.shows_passport(&mut passport(Proves::ActiveEcdsa)).await;
    visitor.shows_face().await;
    visitor.shows_phone(PHONE).await;
    visitor.sets(PIN).await;
    let mut copy = Visitor::begins_in(speaking(language, &house), &house, &services).await;
    copy.shows_passport(&mut passport(Proves::Nothing)).await;
    copy.shows_face().await;
    copy.press("/apply/renew", &[]).await;
    vec![("apply-too-weak", copy.page.html)]
}

/// A production's two forms with a camera: at an application, and at a sign-in.
async fn real_camera(language: &'static str) -> Shown {
    let services = Services::default();
    let plan = |ports| Plan { mode: Mode::Production, ports: Some(ports), ..Plan::default() };
    let house = House::built(TestDb::sqlite(), plan(services.ports())).await;
    let mut visitor = Visitor::begins_in(speaking(language, &house), &house, &services).await;
    visitor.shows_card(&lin(&services)).await;
    let at_application = visitor.page.html;
    assert!(at_application.contains("type=\"file\""), "{at_application}");

    let house = House::built(TestDb::sqlite(), Plan { mode: Mode::Production, ..Plan::default() }).await;
    let (website, person) = (house.website("bank.example").await, house.person_with_app().await);
    let mut browser = speaking(language, &house);
    browser.log_in(&website, &person, house.now()).await.code();
    let mut phone = Authenticator::registered_in(&mut browser).await;
    let mut browser = speaking(language, &house);
    let page = browser.authorize(&website, &FACE).await;
    let signed_in = phone.sign_in(&mut browser, &page).await;
    let at_sign_in = browser.follow(&signed_in).await.body;
    assert!(at_sign_in.contains("face-form") && !at_sign_in.contains("camera-form"), "{at_sign_in}");
    vec![("apply-face-camera", at_application), ("face-camera", at_sign_in)]
}
