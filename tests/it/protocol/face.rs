//! The face check on top of a passkey: what it takes, what it leaves, and what a service that fails or a stranger's face
//! changes. PROTOCOL 20, 27.

use crate::db::{TestDb, on_each_database};
use crate::house::{Answer, Authenticator, Browser, FaceService, House, Person, Plan, Website, claims, tables};
use hufu::person::{Applicant, DocumentProof, Evidence};
use serde_json::{Value, json};
use std::sync::Arc;

fn essential(level: &str) -> String {
    json!({ "id_token": { "acr": { "essential": true, "value": format!("urn:hufu:acr:{level}") } } }).to_string()
}

/// Somebody with a passkey and a PIN, and a website; nobody is signed in.
struct Scene {
    house: House,
    service: Arc<FaceService>,
    website: Website,
    person: Person,
    phone: Authenticator,
}

impl Scene {
    async fn over(db: TestDb) -> Scene {
        Self::with(db, |applicant| applicant).await
    }

    /// With somebody who was proved otherwise.
    async fn with(db: TestDb, proved: impl FnOnce(Applicant) -> Applicant) -> Scene {
        let service = FaceService::new();
        let house = House::built(db, Plan { ports: Some(service.ports()), ..Plan::default() }).await;
        let website = house.website("bank.example").await;
        let person = house.person_of(proved(house.applicant())).await;
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await.code();
        let phone = Authenticator::registered_in(&mut browser).await;
        Scene { house, service, website, person, phone }
    }

    async fn wants(&self, browser: &mut Browser, level: &str) -> Answer {
        browser.authorize(&self.website, &[("claims", &essential(level))]).await
    }

    /// A browser that has signed in with the passkey, and the page that follows the wish for `level`.
    async fn by_passkey(&mut self, level: &str) -> (Browser, Answer) {
        let mut browser = self.house.browser();
        let page = self.wants(&mut browser, level).await;
        let signed_in = self.phone.sign_in(&mut browser, &page).await;
        let page = browser.follow(&signed_in).await;
        (browser, page)
    }

    async fn told(&self, answer: &Answer) -> Value {
        let tokens = self.website.redeem(&answer.code()).await.json();
        claims(tokens["id_token"].as_str().expect("an ID token"))
    }
}

on_each_database! {
    /// RFC 9470 §5, PROTOCOL 20: from one level to the next, and each page asks for one thing: the one that is missing.
    async fn each_level_of_the_ladder_is_reached_by_what_is_missing_to_it(db) {
        let mut scene = Scene::over(db).await;
        let (mut browser, page) = scene.by_passkey("cert").await;
        let said = scene.told(&page).await;
        assert_eq!((&said["acr"], &said["amr"]), (&json!("urn:hufu:acr:cert"), &json!(["pop", "user", "mfa"])));
        let page = scene.wants(&mut browser, "cert-face").await;
        assert!(page.asks_for_a_face() && !page.is_sign_in() && !page.asks_for_a_passkey(), "{}", page.body);
        let answer = browser.show_face(&page, "holder").await;
        let said = scene.told(&answer).await;
        assert_eq!((&said["acr"], &said["amr"]), (&json!("urn:hufu:acr:cert-face"), &json!(["pop", "user", "face", "mfa"])));
        let page = scene.wants(&mut browser, "cert-pin-face").await;
        assert!(page.is_sign_in() && !page.asks_for_a_face() && !page.asks_for_a_passkey(), "{}", page.body);
        let answer = browser.sign_in(&page, &scene.person, scene.house.now()).await;
        let said = scene.told(&answer).await;
        assert_eq!(said["acr"], "urn:hufu:acr:cert-pin-face");
        assert_eq!(said["amr"], json!(["pop", "user", "pin", "face", "mfa"]));
    }

    /// From nothing to the top: passkey, then PIN and code, then the face. `auth_time` is the oldest of them.
    async fn the_highest_level_asks_for_three_things_one_after_the_other(db) {
        let mut scene = Scene::over(db).await;
        let begun = scene.house.now();
        let wish = json!({ "id_token": {
            "auth_time": { "essential": true }, "acr": { "essential": true, "value": "urn:hufu:acr:cert-pin-face" },
        } });
        let mut browser = scene.house.browser();
        let page = browser.authorize(&scene.website, &[("claims", &wish.to_string())]).await;
        let signed_in = scene.phone.sign_in(&mut browser, &page).await;
        let page = browser.follow(&signed_in).await;
        assert!(page.is_sign_in() && !page.asks_for_a_face(), "PIN and code come first");
        scene.house.pass(60);
        let page = browser.sign_in(&page, &scene.person, scene.house.now()).await;
        assert!(page.asks_for_a_face(), "{}", page.body);
        scene.house.pass(60);
        let answer = browser.show_face(&page, "holder").await;
        let said = scene.told(&answer).await;
        assert_eq!((&said["acr"], &said["auth_time"]), (&json!("urn:hufu:acr:cert-pin-face"), &json!(begun)));
    }

    /// "a higher level ends sooner": four hours later the face is asked for again, and the face alone.
    async fn a_face_that_is_too_old_is_asked_for_again(db) {
        let mut scene = Scene::over(db).await;
        let (mut browser, page) = scene.by_passkey("cert-face").await;
        browser.show_face(&page, "holder").await.code();
        for _ in 0..17 {
            scene.house.pass(15 * 60);
            browser.authorize(&scene.website, &[]).await.code();
        }
        let page = scene.wants(&mut browser, "cert-face").await;
        assert!(page.asks_for_a_face() && !page.asks_for_a_passkey(), "{}", page.body);
    }

    /// A file as a camera's browser sends it; bytes that are not of the words are another's face.
    async fn a_picture_that_was_taken_is_compared_and_a_strangers_is_refused(db) {
        let mut scene = Scene::over(db).await;
        let (mut browser, page) = scene.by_passkey("cert-face").await;
        let post = |page: &Answer| [("csrf", page.field("csrf")), ("interaction", page.field("interaction"))];
        for (camera, words) in [("somebody-else", "living face"), ("photograph", "living face"), ("unclear", "clear enough")] {
            let again = browser.post_face(&page, camera).await;
            assert_eq!((again.status, again.asks_for_a_face()), (422, true), "{camera}: {}", again.body);
            assert!(again.problem().contains(words), "{camera}: {}", again.problem());
        }
        let fields = post(&page);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let large = vec![0xd8; 4 * 1024 * 1024];
        let again = browser.upload("/signin/face", &fields, Some(("face", &large))).await;
        assert_eq!(again.status, 422, "as large as it may be");
        let refused = browser.upload("/signin/face", &fields, Some(("face", &[large, vec![0]].concat()))).await;
        assert_eq!(refused.status, 413);
        let nothing = browser.upload("/signin/face", &fields, None).await;
        assert_eq!((nothing.status, nothing.asks_for_a_face()), (422, true));
        assert!(nothing.problem().contains("take a picture"), "{}", nothing.problem());
        let taken = browser.upload("/signin/face", &fields, Some(("face", b"hufu-sandbox-face:holder"))).await;
        assert!(browser.follow(&taken).await.param("code").is_some());
    }

    /// OWASP CSRF; PROTOCOL 24: as every other form of ours, and before the file is read.
    async fn a_face_from_another_page_or_another_browser_is_refused(db) {
        let mut scene = Scene::over(db).await;
        let (mut browser, page) = scene.by_passkey("cert-face").await;
        let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
        let face = Some(("face", &b"hufu-sandbox-face:holder"[..]));
        let forged = browser.upload("/signin/face", &[("csrf", "x"), ("interaction", &interaction)], face).await;
        assert_eq!(forged.status, 403);
        let unmarked = browser.upload("/signin/face", &[("interaction", &interaction)], face).await;
        assert_eq!(unmarked.status, 403);
        let mut other = scene.house.browser();
        scene.wants(&mut other, "cert-face").await;
        let elsewhere = other.upload("/signin/face", &[("csrf", &csrf), ("interaction", &interaction)], face).await;
        assert_eq!(elsewhere.status, 403);
        assert_eq!(scene.service.nonces().len(), 0, "the service was not asked");
        let form = browser.post("/signin/face", &[("csrf", &csrf), ("interaction", &interaction)]).await;
        assert_eq!(form.status, 400, "no multipart");
    }

    /// A face is no secret: without the passkey's own session it opens nothing.
    async fn a_face_counts_only_in_a_session_that_a_passkey_began(db) {
        let scene = Scene::over(db).await;
        let mut stranger = scene.house.browser();
        let page = scene.wants(&mut stranger, "cert-face").await;
        let before = scene.house.count("sessions");
        let refused = stranger.post_face(&page, "holder").await;
        assert_eq!(refused.status, 200, "the sign-in page again: {}", refused.body);
        let mut by_code = scene.house.browser();
        by_code.log_in(&scene.website, &scene.person, scene.house.now()).await.code();
        let page = scene.wants(&mut by_code, "cert-face").await;
        let refused = by_code.post_face(&page, "holder").await;
        assert!(!refused.asks_for_a_face() && refused.asks_for_a_passkey(), "{}", refused.body);
        assert_eq!(scene.house.count("sessions"), before + 1, "that of the PIN");
        assert_eq!(scene.service.nonces().len(), 0, "the service was not asked");
    }

    /// The ceremony is spent with the raise, and the nonce belongs to one page.
    async fn a_face_posted_twice_raises_once_and_every_page_has_a_nonce_of_its_own(db) {
        let mut scene = Scene::over(db).await;
        let (mut browser, page) = scene.by_passkey("cert-face").await;
        let again = browser.post_face(&page, "unclear").await;
        let nonces = scene.service.nonces();
        let mut earlier = browser.clone();
        browser.show_face(&again, "holder").await.code();
        let answered = scene.service.nonces();
        assert_eq!((nonces.len(), answered.len()), (1, 2));
        assert_ne!(answered[0], answered[1], "a film of one page does not fit the next");
        let session = browser.session();
        let twice = browser.post_face(&again, "holder").await;
        assert_eq!(scene.service.nonces().len(), 2, "the service was not asked again");
        assert_eq!(browser.session(), session);
        assert_ne!(twice.status, 422);
        earlier.post_face(&again, "holder").await;
        assert_eq!(scene.service.nonces().len(), 2, "the cookie of before the raise is nobody's");
    }

    /// NIST SP 800-63B §3.2.3; ten in succession.
    async fn faces_that_do_not_fit_spend_a_budget_and_the_other_ways_stay_open(db) {
        let mut scene = Scene::over(db).await;
        let (mut browser, mut page) = scene.by_passkey("cert-face").await;
        for _ in 0..10 {
            page = browser.post_face(&page, "somebody-else").await;
            assert!(page.problem().contains("living face"), "{}", page.problem());
        }
        page = browser.post_face(&page, "holder").await;
        assert!(page.problem().contains("too many tries"), "{}", page.problem());
        assert_eq!(scene.service.nonces().len(), 10, "the service is left in peace");
        browser.authorize(&scene.website, &[]).await.code();
        scene.house.browser().log_in(&scene.website, &scene.person, scene.house.now()).await.code();
        scene.house.pass(3600);
        let (mut browser, page) = scene.by_passkey("cert-face").await;
        assert!(browser.show_face(&page, "holder").await.param("code").is_some());
    }

    /// PROTOCOL 20: a face that the website only wishes for can be gone without.
    async fn a_face_that_is_only_wished_for_can_be_gone_without(db) {
        let mut scene = Scene::over(db).await;
        let (mut browser, _) = scene.by_passkey("cert").await;
        let page = browser.authorize(&scene.website, &[("acr_values", "urn:hufu:acr:cert-face")]).await;
        assert!(page.asks_for_a_face() && page.body.contains("You can also go on without it"), "{}", page.body);
        let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
        let posted = browser.post("/signin/without", &[("interaction", &interaction), ("csrf", &csrf)]).await;
        let answer = browser.follow(&posted).await;
        assert_eq!(scene.told(&answer).await["acr"], "urn:hufu:acr:cert");
    }

    /// A port that does not answer has decided nothing.
    async fn a_face_service_that_is_down_loses_nothing_and_counts_nothing(db) {
        let mut scene = Scene::over(db).await;
        let (mut browser, page) = scene.by_passkey("cert-face").await;
        scene.service.goes_down(true);
        let before = tables::snapshot(scene.house.db());
        for _ in 0..12 {
            let busy = browser.post_face(&page, "holder").await;
            assert_eq!((busy.status, busy.header("retry-after").is_empty()), (503, false));
        }
        assert_eq!(tables::snapshot(scene.house.db()), before, "nothing was written");
        scene.service.goes_down(false);
        assert!(browser.show_face(&page, "holder").await.param("code").is_some(), "the same page, sent again");
    }

    /// "nothing of the sample is kept"; the service hears the registry's reference and nothing else of ours.
    async fn nothing_of_a_face_is_kept_and_the_service_hears_one_reference(db) {
        let mut scene = Scene::over(db).await;
        let (mut browser, page) = scene.by_passkey("cert-face").await;
        browser.show_face(&page, "holder").await.code();
        let rows = serde_json::to_string(&tables::snapshot(scene.house.db())).expect("JSON");
        for trace in ["hufu-sandbox-face", &data_encoding::HEXLOWER.encode(b"hufu-sandbox-face"), &scene.service.nonces()[0]] {
            assert!(!rows.contains(trace), "{trace}");
        }
        let known = scene.house.applicant().registry_ref.expect("a reference");
        assert_eq!(scene.service.references().into_iter().collect::<Vec<_>>(), [known.expose()]);
    }

    /// Nobody asks for what cannot be had: the page says why, and the website hears it.
    async fn somebody_whose_face_nobody_can_compare_reads_why(db) {
        let mut scene = Scene::with(db, |applicant| Applicant { registry_ref: None, ..applicant }).await;
        let (mut browser, page) = scene.by_passkey("cert-face").await;
        assert_eq!((page.status, page.asks_for_a_face()), (200, false));
        assert!(page.body.contains("no picture to compare") && page.body.contains(r#"id="lifts""#), "{}", page.body);
        let back = browser.decide(&page, "decline").await;
        assert_eq!(back.param("error").as_deref(), Some("unmet_authentication_requirements"));
        let post = [("claims", &*essential("cert-face")), ("prompt", "none")];
        let silent = browser.authorize(&scene.website, &post).await;
        assert_eq!(silent.param("error").as_deref(), Some("unmet_authentication_requirements"));
        assert_eq!(scene.service.nonces().len(), 0);
    }

    /// PROTOCOL 27: "passive-only evidence is marked and capped". `acr` and `amr` stay true, the page says what lifts it.
    async fn a_capped_person_stays_below_the_cap_and_reads_what_lifts_it(db) {
        let copied = |applicant: Applicant| {
            let evidence = Evidence { document: DocumentProof::PassiveOnly, ..applicant.evidence };
            Applicant { evidence, ..applicant }
        };
        let mut scene = Scene::with(db, copied).await;
        let (mut browser, page) = scene.by_passkey("cert").await;
        assert_eq!(scene.told(&page).await["acr"], "urn:hufu:acr:cert");
        for level in ["cert-pin", "cert-face", "cert-pin-face"] {
            let page = scene.wants(&mut browser, level).await;
            assert!(page.body.contains("does not stand for") && page.body.contains(r#"id="lifts""#), "{}", page.body);
            let back = browser.decide(&page, "decline").await;
            assert_eq!(back.param("error").as_deref(), Some("unmet_authentication_requirements"), "{level}");
        }
        scene.house.pass(60);
        // Everything that they really did, and still no more than the evidence is good for.
        let page = browser.authorize(&scene.website, &[("prompt", "login")]).await;
        let answer = browser.sign_in(&page, &scene.person, scene.house.now()).await;
        let said = scene.told(&answer).await;
        assert_eq!((&said["acr"], &said["amr"]), (&json!("urn:hufu:acr:code"), &json!(["pin", "otp", "mfa"])));
        let answer = browser.authorize(&scene.website, &[("acr_values", "urn:hufu:acr:cert-pin")]).await;
        assert_eq!(scene.told(&answer).await["acr"], "urn:hufu:acr:cert");
    }
}
