//! Lost device, lost everything: new ways in by re-proof. FUNCTIONS 21; ADR 18.

use super::*;
use crate::db::on_each_database;
use crate::house::{Authenticator, Browser, House, Node, Plan, RING, Website, lift, tables};
use data_encoding::HEXLOWER;
use hufu::flow::apply::{Refused, Service, Where};
use hufu::flow::ports::PortError;
use hufu::flow::{apply, person, recovery, signing};
use hufu::keys::{KeyMaterial, RootKey, TagPurpose};
use hufu::person::application::{Application, Stage};
use hufu::person::{DocumentProof, NetworkNumber, PersonState};
use hufu::spec::{ApplicationId, NumberDigest, lifetime};
use hufu::store::applications::{self, ApplicationRow};
use hufu::store::persons::{self, PersonRow};
use rand::SeedableRng;
use rand::rngs::StdRng;

const PHONE: &str = "19900001000";
const NEW_PIN: &str = "39475102";
const WAIT: u64 = lifetime::RECOVERY_WAIT.as_secs();

/// Somebody with a number, an app, a passkey, and a website that knows them.
struct Owner {
    number: String,
    browser: Browser,
    website: Website,
    sub: String,
    app: totp_rs::Totp,
    phone: Authenticator,
}

impl Owner {
    async fn freezes(&self, house: &House) {
        let mut anywhere = house.browser();
        let csrf = anywhere.get("/freeze").await.field("csrf");
        anywhere.post("/freeze", &[("csrf", &csrf), ("number", &self.number), ("pin", PIN)]).await;
        assert_eq!(self.state(house).await, PersonState::Frozen);
    }

    /// With their passkey; in the browser that is then signed in.
    async fn lifts(&mut self, house: &House) -> Browser {
        let mut browser = house.browser();
        let page = browser.get("/me/signin").await;
        let asks = self.phone.sign_in(&mut browser, &page).await;
        assert_eq!(lift(&mut browser, &asks, &[]).await.status, 303);
        browser
    }

    async fn freezes_and_lifts(&mut self, house: &House) -> Browser {
        self.freezes(house).await;
        self.lifts(house).await
    }

    async fn state(&self, house: &House) -> PersonState {
        PersonState::parse(&row_of(house, &self.number).await.state).expect("a state")
    }

    /// Passkey and PIN are both there, and a level that counts both is out of reach.
    async fn reaches_no_more_than_the_device(&self, house: &House, browser: &mut Browser) {
        assert_eq!(self.state(house).await, PersonState::Recovering);
        let wanted = r#"{"id_token":{"acr":{"essential":true,"values":["urn:hufu:acr:cert-pin"]}}}"#;
        let refused = browser.authorize(&self.website, &[("claims", wanted), ("prompt", "none")]).await;
        assert_eq!(refused.param("error").as_deref(), Some("unmet_authentication_requirements"), "{}", refused.body);
        let told = browser.authorize(&self.website, &[("claims", wanted)]).await.page();
        assert_eq!(
            told.attribute("lift-it", "href").as_deref(),
            Some("/me#me-recovery"),
            "the page says why: {}",
            told.html
        );
        let reached = browser.authorize(&self.website, &[("prompt", "none")]).await;
        assert_eq!(sub(&self.website, &reached.code()).await, self.sub, "and below it the door is open");
    }
}

async fn sub(website: &Website, code: &str) -> String {
    let token = website.access_token(code).await;
    website.userinfo(&token).await.json()["sub"].as_str().expect("a sub").to_owned()
}

/// Signs in at the website by number, PIN and the code of this app.
async fn log_in(house: &Node, website: &Website, number: &str, pin: &str, app: &totp_rs::Totp) -> (Browser, String) {
    let mut browser = house.browser();
    let page = browser.authorize(website, &[]).await;
    let code = app.generate(house.now().unix().unsigned_abs()).to_string();
    let typed = browser.type_in(&page, number, pin, &code).await;
    assert_eq!(typed.status, 303, "{}", typed.body);
    let next = browser.follow(&typed).await;
    let back = if next.is_consent() { browser.decide(&next, "allow").await } else { next };
    let sub = sub(website, &back.code()).await;
    (browser, sub)
}

async fn owner(house: &House, services: &Services) -> Owner {
    let lin = lin(services);
    let applicant = Applicant::begins(house, services).await;
    applicant.proves(&lin).await;
    applicant.prepares(PHONE).await;
    let Where::Code { otpauth, .. } = applicant.at().await else { panic!("no code step") };
    let app = totp_rs::Totp::from_url_unchecked(&otpauth).expect("an otpauth URL");
    applicant.code().await.expect("a person");
    let number = applicant.number().await;
    house.pass(60);
    let website = house.website("bank.example").await;
    let (mut browser, sub) = log_in(house, &website, &number, PIN, &app).await;
    let phone = Authenticator::registered_in(&mut browser).await;
    Owner { number, browser, website, sub, app, phone }
}

/// The same person as [`lin`] with a renewed card, after a change of name.
async fn proves_again<'a>(house: &'a Node, services: &Services) -> Applicant<'a> {
    let renewed = Citizen::with_card("林安", "1990-03-15", 321);
    services.knows(&renewed, "ref-lin");
    let again = Applicant::begins(house, services).await;
    again.proves(&renewed).await;
    assert!(matches!(again.at().await, Where::Known { .. }));
    again
}

/// The ring of the house after everything in it that can turn was turned.
fn turned() -> String {
    let (mut ring, mut rng) = (KeyMaterial::danger_read(&RING).expect("a ring"), StdRng::seed_from_u64(8));
    for root in RootKey::ALL.into_iter().filter(|root| *root != RootKey::Digest) {
        let key = ring.add(root, &mut rng).expect("a second version");
        ring.turn_to(key).expect("it is there");
    }
    ring.to_text().to_string()
}

/// The person with this number.
async fn row_of(node: &Node, number: &str) -> PersonRow {
    let number = NetworkNumber::parse(number).expect("a number");
    let digest = NumberDigest::from_bytes(node.provider.keys.tag(TagPurpose::Number, &[number.expose()]));
    let row = node.provider.store.read(move |db| persons::by_number_digest(db, &digest)).await.expect("a read");
    row.expect("a person")
}

/// The epoch of the pairwise key that the subs of this number hang on.
async fn epoch_of(node: &Node, number: &str) -> u16 {
    let row = row_of(node, number).await;
    person::secrets(&node.provider, &row).await.expect("ours").epoch
}

/// Whoever is known here was proved by signed data alone.
async fn was_a_copy(house: &House) {
    let keys = &house.provider.keys;
    for row in tables::rows(house.db(), "applications") {
        let hex = row["id"].as_str().expect("an id").trim_start_matches("\\x").as_bytes();
        let id = HEXLOWER.decode(hex).ok().and_then(|id| ApplicationId::from_slice(&id)).expect("an id");
        let row =
            house.provider.store.read(move |db| applications::by_id(db, &id)).await.expect("a read").expect("a row");
        let mut application: Application = keys.open_bytes(&row.sealed).expect("ours");
        let Stage::Known(known) = &mut application.stage else { continue };
        known.evidence.document = DocumentProof::PassiveOnly;
        let sealed = keys.seal_bytes(&application, &mut *house.provider.rng()).expect("sealed");
        let next = ApplicationRow { sealed, ..row };
        assert!(house.provider.store.write(move |tx| applications::step(tx, &next)).await.expect("a write"));
        return;
    }
    panic!("nobody is known");
}

on_each_database! {
    /// FUNCTIONS 21: "re-proof with document and face, waiting period and notices …; subs survive". Issue 4: "Every sub
    /// survives: … lost device, renewed document, name change".
    async fn who_lost_everything_waits_and_every_sub_survives(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let owner = owner(&house, &services).await;
        let again = proves_again(&house, &services).await;
        let app = again.renews(NEW_PIN).await;
        again.confirms(&app, None).await.expect("begun");
        let due = house.now().plus(lifetime::RECOVERY_WAIT);
        assert!(matches!(again.at().await, Where::Renewed { from, .. } if from == due));
        let told = services.desk().told.iter().filter(|(to, text)| to == "+8619900001000" && text.contains("new ways in")).count();
        assert_eq!(told, 1, "a notice left");

        house.pass(60);
        let (_, before) = log_in(&house, &owner.website, &owner.number, PIN, &owner.app).await;
        assert_eq!(before, owner.sub, "until then the old ways open the door");
        recovery::carry_out_due(&house.provider, house.now()).await.expect("nothing yet");
        assert_eq!((house.count("recoveries"), house.count("passkeys")), (1, 1));

        house.pass(WAIT);
        assert_eq!(recovery::carry_out_due(&house.provider, house.now()).await.expect("carried out"), 1);
        assert_eq!((house.count("recoveries"), house.count("passkeys"), house.count("sessions")), (0, 0, 0));
        let mut stranger = house.browser();
        let page = stranger.authorize(&owner.website, &[]).await;
        let code = owner.app.generate(house.now().unix().unsigned_abs()).to_string();
        assert_eq!(stranger.type_in(&page, &owner.number, PIN, &code).await.status, 422, "the old ones are revoked");
        let (_, after) = log_in(&house, &owner.website, &owner.number, NEW_PIN, &app).await;
        assert_eq!(after, owner.sub, "the same sub: another device, another document, another name");
    }

    /// Issue 4: "Every sub survives: a test proves it across lost device, renewed document, name change and key rotation": all
    /// of them at once, and every root key that can turn has turned.
    async fn who_lost_everything_while_the_keys_turned_keeps_every_sub(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let owner = owner(&house, &services).await;
        let plan = || Plan { ring: turned(), ports: Some(services.ports()), seed: 2, ..Plan::default() };
        let (one, two) = (house.second_node(plan()), house.second_node(Plan { seed: 3, ..plan() }));
        for node in [&one, &two] {
            node.set_clock(house.now());
            signing::refresh(&node.provider).await.expect("the signing keys open");
        }

        let again = proves_again(&one, &services).await;
        let app = again.renews(NEW_PIN).await;
        again.confirms(&app, None).await.expect("begun");
        two.pass(WAIT);
        assert_eq!(recovery::carry_out_due(&two.provider, two.now()).await.expect("carried out"), 1);
        for (node, later) in [(&one, WAIT + 60), (&two, 120)] {
            node.pass(later);
            let website = owner.website.at(&node.address);
            let (_, after) = log_in(node, &website, &owner.number, NEW_PIN, &app).await;
            assert_eq!(after, owner.sub, "the same sub, at either node");
        }

        let tang = Citizen::with_card("唐桂英", "1971-01-09", 914);
        services.knows(&tang, "ref-tang");
        let newcomer = Applicant::begins(&two, &services).await;
        let number = newcomer.applies(&tang, "19900001014").await;
        let epochs = (epoch_of(&one, &owner.number).await, epoch_of(&one, &number).await);
        assert_eq!(epochs, (1, 2), "who came before keeps theirs, who comes after has the new one");
    }

    /// FUNCTIONS 21: "lower `acr` until re-proofed".
    async fn while_it_waits_nobody_gets_further_than_the_device(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let owner = owner(&house, &services).await;
        let wanted = r#"{"id_token":{"acr":{"essential":true,"values":["urn:hufu:acr:cert-pin"]}}}"#;
        let mut browser = house.browser();
        let page = browser.authorize(&owner.website, &[("claims", wanted)]).await;
        assert!(page.is_sign_in(), "it can be reached: {}", page.body);
        let again = proves_again(&house, &services).await;
        let app = again.renews(NEW_PIN).await;
        again.confirms(&app, None).await.expect("begun");
        house.pass(60);
        let (mut browser, _) = log_in(&house, &owner.website, &owner.number, PIN, &owner.app).await;
        let refused = browser.authorize(&owner.website, &[("claims", wanted), ("prompt", "none")]).await;
        assert_eq!(refused.param("error").as_deref(), Some("unmet_authentication_requirements"), "{}", refused.body);
    }

    /// PROTOCOL 22; ADR 18: a lifted freeze gives back what was there before, and what waits still waits, at its level.
    async fn a_lifted_freeze_leaves_the_re_proof_waiting_below_the_device(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let mut owner = owner(&house, &services).await;
        let again = proves_again(&house, &services).await;
        let app = again.renews(NEW_PIN).await;
        again.confirms(&app, None).await.expect("begun");
        let mut browser = owner.freezes_and_lifts(&house).await;
        owner.reaches_no_more_than_the_device(&house, &mut browser).await;
        house.pass(WAIT);
        assert_eq!(recovery::carry_out_due(&house.provider, house.now()).await.expect("carried out"), 1);
        house.pass(60);
        let (_, after) = log_in(&house, &owner.website, &owner.number, NEW_PIN, &app).await;
        assert_eq!(after, owner.sub);
    }

    /// The same where the freeze came first: the re-proof leaves it, and lifting it does not undo the re-proof's mark.
    async fn a_freeze_that_was_there_before_the_re_proof_is_lifted_to_the_same_level(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let mut owner = owner(&house, &services).await;
        owner.freezes(&house).await;
        let again = proves_again(&house, &services).await;
        let app = again.renews(NEW_PIN).await;
        again.confirms(&app, None).await.expect("begun");
        assert_eq!(owner.state(&house).await, PersonState::Frozen, "what only waits lifts nothing");
        let mut browser = owner.lifts(&house).await;
        owner.reaches_no_more_than_the_device(&house, &mut browser).await;
        assert_eq!(browser.own_form("/me/recovery/stop", &[]).await.status, 303);
        assert_eq!(owner.state(&house).await, PersonState::Active, "nothing waits any more");
    }

    /// ADR 18: "any old one can stop them".
    async fn any_old_way_in_stops_what_waits(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let mut owner = owner(&house, &services).await;
        let thief = proves_again(&house, &services).await;
        let app = thief.renews(NEW_PIN).await;
        thief.confirms(&app, None).await.expect("begun");
        let page = owner.browser.get("/me").await;
        assert!(page.body.contains("id=\"stop-recovery\""), "{}", page.body);
        assert_eq!(owner.browser.own_form("/me/recovery/stop", &[]).await.status, 303);
        assert!(!owner.browser.get("/me").await.body.contains("id=\"stop-recovery\""));
        house.pass(WAIT);
        assert_eq!(recovery::carry_out_due(&house.provider, house.now()).await.expect("nothing"), 0);
        assert_eq!((house.count("recoveries"), house.count("passkeys")), (0, 1));
    }

    /// A forgotten PIN: the re-proof and a passkey in the same browser agree.
    async fn with_a_passkey_in_the_same_browser_new_ways_count_at_once(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let mut owner = owner(&house, &services).await;
        let mut browser = house.browser();
        let page = browser.get("/me/signin").await;
        let assertion = owner.phone.assertion(&page);
        let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
        let fields = [("interaction", &*interaction), ("csrf", &csrf), ("credential", &assertion)];
        assert_eq!(browser.post("/signin/passkey", &fields).await.status, 303);
        let again = proves_again(&house, &services).await;
        let app = again.renews(NEW_PIN).await;
        again.confirms(&app, Some(&browser.session())).await.expect("at once");
        assert_eq!((house.count("recoveries"), house.count("passkeys")), (0, 1), "the passkey stays");
        house.pass(60);
        let (_, after) = log_in(&house, &owner.website, &owner.number, NEW_PIN, &app).await;
        assert_eq!(after, owner.sub);
    }

    /// A session by PIN and code is no second proof: those are what is to be replaced.
    async fn a_session_without_a_passkey_does_not_shorten_the_wait(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        let owner = owner(&house, &services).await;
        let again = proves_again(&house, &services).await;
        let app = again.renews(NEW_PIN).await;
        again.confirms(&app, Some(&owner.browser.session())).await.expect("begun");
        assert_eq!(house.count("recoveries"), 1);
    }

    /// ADR 18: "what the person could not hear of does not begin to wait".
    async fn what_nobody_could_hear_of_does_not_begin_to_wait(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        owner(&house, &services).await;
        let again = proves_again(&house, &services).await;
        let app = again.renews(NEW_PIN).await;
        services.desk().notification_fails = Some(PortError::Slow);
        let refused = Refused::NoAnswer { service: Service::Notification, error: PortError::Slow };
        assert_eq!(again.confirms(&app, None).await, Err(refused));
        assert_eq!(house.count("recoveries"), 0);
        services.desk().notification_fails = None;
        again.confirms(&app, None).await.expect("tried again, nothing is lost");
        assert_eq!(house.count("recoveries"), 1);
    }

    /// PROTOCOL 27: passive-only evidence is capped, so a copy of the document must not open what the genuine one did.
    async fn a_proof_that_stands_for_less_than_the_person_was_known_by_gets_no_new_ways(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        owner(&house, &services).await;
        let again = proves_again(&house, &services).await;
        was_a_copy(&house).await;
        assert_eq!(apply::renew(&house.provider, Some(&again.cookie)).await, Err(Refused::TooWeak));
        assert!(matches!(again.at().await, Where::Known { .. }), "nothing changed");
        assert_eq!(house.count("recoveries"), 0);
    }

    async fn nobody_renews_what_the_registry_stopped(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        owner(&house, &services).await;
        let again = proves_again(&house, &services).await;
        let known = apply::proven(&house.provider, Some(&again.cookie)).await.expect("known").person;
        let app = again.renews(NEW_PIN).await;
        let stopped = house.provider.store.write(move |tx| {
            let row = persons::by_id(tx, &known)?.expect("a person");
            persons::set_state(tx, &row.id, row.version, PersonState::Suspended.text())
        });
        assert!(stopped.await.expect("suspended"));
        assert_eq!(again.confirms(&app, None).await, Err(Refused::Stopped));
        assert_eq!(house.count("recoveries"), 0);
    }

    /// Out of order, twice, in two tabs.
    async fn new_ways_are_for_who_is_known_and_once(db) {
        let services = Services::default();
        let house = house(db, &services).await;
        owner(&house, &services).await;
        let stranger = Applicant::begins(&house, &services).await;
        assert_eq!(apply::renew(&house.provider, Some(&stranger.cookie)).await, Err(Refused::Stale));
        let again = proves_again(&house, &services).await;
        let app = again.renews(NEW_PIN).await;
        assert_eq!(apply::renew(&house.provider, Some(&again.cookie)).await, Err(Refused::Stale));
        again.confirms(&app, None).await.expect("begun");
        assert_eq!(again.confirms(&app, None).await, Err(Refused::Stale), "the second tab");
    }
}
