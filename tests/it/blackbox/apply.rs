//! The application in four steps, as a browser without JavaScript takes them. FUNCTIONS 3; issue 4, 3.

use crate::support::applicant::{Applicant, called, code_of, code_sent_to, twins};
use crate::support::{Browser, Demo, Persona, Rp, wire};
use serde_json::json;
use std::sync::Arc;

const PIN: &str = "39475102";

/// Issue 4, 3: "Application in four steps in the browser"; FUNCTIONS 24: no path needs JavaScript.
#[tokio::test]
async fn a_newcomer_applies_in_four_steps_and_signs_in_at_a_website() {
    let demo = Arc::new(Demo::start());
    let (mut applicant, page, otpauth) = Applicant::applied(&demo, "xu", PIN).await;
    assert_eq!(called(&page), "apply-done", "{}", page.html);
    let number = page.text("whole-number").expect("the number");
    // Signed in at once, by PIN and code.
    let me = applicant.browser.open(&demo.url("/me")).await.page();
    assert_eq!(me.text("whole-number"), Some(number.clone()));
    // And from any other browser, by what they hold now: the code after the one that was spent.
    let person = Persona { fixed_code: Some(code_of(&otpauth, 1)), ..applicant.newcomer.with(&number, PIN) };
    let rp = Rp::at(&demo, "after-application.example").await;
    let back = Browser::new(&demo).log_in(&rp.attempt(&[]).url, &person).await;
    assert!(back.query_pairs().any(|(name, _)| name == "code"), "{back}");
    let log = demo.log();
    for secret in person.secrets() {
        assert!(!log.contains(&secret), "the log holds {secret}");
    }
}

/// FUNCTIONS 1: "applying twice … yields the same number".
#[tokio::test]
async fn who_has_a_number_is_shown_it_and_gets_no_second_one() {
    let demo = Arc::new(Demo::start());
    let (_, page, _) = Applicant::applied(&demo, "xu", PIN).await;
    let number = page.text("whole-number");
    let (mut again, page) = Applicant::before_the_camera(&demo, "xu").await;
    let page = again.show_face(&page, "holder").await;
    assert_eq!((called(&page), page.text("whole-number")), ("apply-done".to_owned(), number), "{}", page.html);
    assert!(page.html.contains("already"), "{}", page.html);
}

/// Issue 4: "under 8 refused with a kind page (8 to 17: guardians come later, said honestly)", and the registry's answers.
#[tokio::test]
async fn who_cannot_apply_is_told_so_on_a_page_of_its_own() {
    let demo = Demo::shared();
    for (key, code) in [
        ("bai7", "apply.too_young"),
        ("bai8", "apply.guardian_needed"),
        ("song16", "apply.guardian_needed"),
        ("fang", "apply.suspended"),
        ("gu", "apply.deceased"),
        ("mu", "apply.not_in_registry"),
    ] {
        let (mut applicant, page) = Applicant::begin(&demo, key).await;
        let page = applicant.show_document(&page).await;
        assert_eq!((called(&page), page.text("error-code").as_deref()), ("apply-over".to_owned(), Some(code)), "{key}");
        assert_eq!(page.status, 200, "nobody did anything wrong");
        assert!(page.html.contains("forgotten") && page.html.contains("href=\"/\""), "{}", page.html);
    }
}

/// What the face service says, in the person's words, and the way on.
#[tokio::test]
async fn a_face_that_does_not_count_may_be_shown_again() {
    let demo = Demo::shared();
    let (mut applicant, mut page) = Applicant::before_the_camera(&demo, "xu").await;
    for (word, says) in
        [("somebody-else", "does not fit"), ("photograph", "picture or a screen"), ("unclear", "more light")]
    {
        page = applicant.show_face(&page, word).await;
        assert_eq!((called(&page).as_str(), page.status.as_u16()), ("apply-face", 422), "{word}");
        let problem = page.text("problem").unwrap_or_default();
        assert!(problem.contains(says), "{word}: {problem}");
    }
    let page = applicant.show_face(&page, "holder").await;
    assert_eq!(called(&page), "apply-phone");
}

/// PIN rules: "the refusal names the rule".
#[tokio::test]
async fn a_pin_that_is_easily_guessed_is_refused_by_its_rule() {
    let demo = Demo::shared();
    let (mut applicant, page) = Applicant::before_the_camera(&demo, "tang").await;
    let page = applicant.show_face(&page, "holder").await;
    let mut page = applicant.show_phone(&page).await;
    for (pin, again, says) in [
        ("1234567", "1234567", "8 digits"),
        ("12345678", "12345678", "in a row"),
        ("11111111", "11111111", "Repeated"),
        ("19410109", "19410109", "birth date"),
        ("13577531", "13577531", "backwards"),
        ("14789632", "14789632", "tries first"),
        (PIN, "39475103", "differ"),
    ] {
        page = applicant.press(&page, "/apply/pin", &[("pin", pin), ("pin_again", again)]).await;
        let problem = page.text("problem").unwrap_or_default();
        assert!(page.status == 422 && problem.contains(says), "{pin}: {} {problem}", page.status);
    }
    let page = applicant.choose(&page, PIN).await;
    assert_eq!(called(&page), "apply-authenticator");
    let page = applicant.press(&page, "/apply/code", &[("code", "00000000")]).await;
    assert!(page.text("problem").is_some_and(|problem| problem.contains("does not fit")), "{}", page.html);
}

/// The telephone: a mistyped number, a wrong code, another number; messages are bounded and the page counts them.
#[tokio::test]
async fn a_telephone_may_be_mistyped_and_changed() {
    let demo = Demo::shared();
    let (mut applicant, page) = Applicant::before_the_camera(&demo, "yu18").await;
    let mut page = applicant.show_face(&page, "holder").await;
    for (typed, says) in [("call me", "digits only"), ("12345", "too many"), ("10000001000", "No message can be sent")]
    {
        page = applicant.press(&page, "/apply/phone", &[("phone", typed)]).await;
        let problem = page.text("problem").unwrap_or_default();
        assert!(page.status == 422 && problem.contains(says), "{typed}: {problem}");
        assert_eq!(page.attribute("phone", "value").as_deref(), Some(typed), "what was typed is still there");
    }
    let telephone = applicant.newcomer.telephone();
    let page = applicant.press(&page, "/apply/phone", &[("phone", &telephone)]).await;
    assert!(!page.html.contains(&telephone), "masked: {}", page.html);
    let right = code_sent_to(&demo, &applicant.newcomer.phone).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let page = applicant.press(&page, "/apply/phone/code", &[("code", wrong)]).await;
    assert!(page.text("problem").is_some_and(|problem| problem.contains("4 more times")), "{}", page.html);
    let page = applicant.press(&page, "/apply/back", &[]).await;
    assert_eq!(called(&page), "apply-phone");
    let page = applicant.show_phone(&page).await;
    assert_eq!(called(&page), "apply-pin");
}

/// Issue 4: "registry, face or SMS down": nothing is lost, and the same press works a moment later.
#[tokio::test]
async fn a_service_that_is_down_loses_nothing() {
    let demo = Arc::new(Demo::start());
    let steer = async |port: &str, times: u32| {
        let order = json!({ "port": port, "behaviour": "5xx", "for": times });
        let answer = wire::client().post(format!("{}/steer", twins(&demo))).json(&order).send().await;
        assert_eq!(answer.expect("answers").status(), 204);
    };
    // However often it is asked again.
    const OFTEN: u32 = 9;
    let (mut applicant, page) = Applicant::begin(&demo, "xu").await;
    steer("registry", OFTEN).await;
    let page = applicant.show_document(&page).await;
    assert_eq!(called(&page), "apply-registry", "{}", page.html);
    steer("registry", 0).await;
    let page = applicant.press(&page, "/apply/read", &[]).await;
    assert_eq!(called(&page), "apply-face");
    steer("face", OFTEN).await;
    let page = applicant.show_face(&page, "holder").await;
    assert_eq!((called(&page).as_str(), page.status.as_u16()), ("apply-face", 503));
    steer("face", 0).await;
    let page = applicant.show_face(&page, "holder").await;
    assert_eq!(called(&page), "apply-phone");
    steer("phone", OFTEN).await;
    let telephone = applicant.newcomer.telephone();
    let page = applicant.press(&page, "/apply/phone", &[("phone", &telephone)]).await;
    assert_eq!((called(&page).as_str(), page.status.as_u16()), ("apply-phone", 503));
    steer("phone", 0).await;
    let page = applicant.show_phone(&page).await;
    assert_eq!(called(&page), "apply-pin");
}

/// On a desktop with the phone by QR: exactly one browser goes on, the other looks on.
#[tokio::test]
async fn an_application_goes_on_on_another_device() {
    let demo = Demo::shared();
    let (mut desk, page) = Applicant::begin(&demo, "xu").await;
    let page = desk.press(&page, "/apply/elsewhere", &[]).await;
    let picture = page.all("img", "src").into_iter().find(|src| src.starts_with("/apply/qr/here")).expect("a picture");
    let picture = desk.browser.get(&demo.url(&picture)).await;
    assert!(picture.status == 200 && picture.html.contains("<svg"), "{}", picture.html);
    let (_, link) = page.html.split_once("<code>").expect("the address");
    let link = demo.url("/").join(link.split('<').next().expect("text")).expect("a URL");
    let mut phone = Applicant { browser: Browser::new(&demo), newcomer: desk.newcomer.clone() };
    let asked = phone.browser.open(&link).await.page();
    assert_eq!(called(&asked), "apply-take-over");
    assert_eq!(called(&desk.stands().await), "apply-kinds", "nothing happened yet");
    let page = phone.press(&asked, "/apply/here", &[]).await;
    assert_eq!(called(&page), "apply-kinds");
    assert_eq!(called(&desk.stands().await), "apply-watching");
    let page = phone.show_document(&page).await;
    assert_eq!(called(&page), "apply-face");
    assert!(desk.stands().await.text("step").is_some_and(|step| step.contains("2 of 4")));
    // The link is good once.
    let mut late = Applicant { browser: Browser::new(&demo), newcomer: desk.newcomer.clone() };
    let asked = late.browser.open(&link).await.page();
    let page = late.press(&asked, "/apply/here", &[]).await;
    assert_eq!((page.status.as_u16(), page.text("error-code").as_deref()), (404, Some("apply.link_over")));
    // Whoever handed it over by mistake, or to the wrong device, ends it from where they are.
    let watching = desk.stands().await;
    let page = desk.press(&watching, "/apply/stop", &[]).await;
    assert_eq!((called(&page).as_str(), page.text("error-code").as_deref()), ("apply-over", Some("apply.stopped")));
    assert_eq!(called(&phone.stands().await), "apply-over", "there too");
}

/// Never a dead end: stopping forgets everything, and one may begin again; so may who signs out.
#[tokio::test]
async fn who_stops_may_begin_again() {
    let demo = Demo::shared();
    let (mut applicant, page) = Applicant::before_the_camera(&demo, "xu").await;
    let page = applicant.press(&page, "/apply/stop", &[]).await;
    assert_eq!(page.text("error-code").as_deref(), Some("apply.stopped"));
    assert_eq!(page.attribute("begin-again", "href").as_deref(), Some("/apply/notice"));
    let notice = applicant.browser.open(&demo.url("/apply/notice")).await.page();
    let page = applicant.press(&notice, "/apply", &[]).await;
    assert_eq!(called(&page), "apply-kinds");
    let page = applicant.browser.open(&demo.url("/signout")).await.page();
    let form = page.form("/signout");
    applicant.browser.submit(&page, &form).await;
    assert_eq!(called(&applicant.stands().await), "apply-notice", "the next one at this browser sees nothing of it");
}

/// The application is announced where people look for it.
#[tokio::test]
async fn the_start_page_and_the_sign_in_page_lead_to_the_application() {
    let demo = Demo::shared();
    for path in ["/", "/me/signin"] {
        let page = Browser::new(&demo).open(&demo.url(path)).await.page();
        assert_eq!(page.attribute("apply", "href").as_deref(), Some("/apply"), "{path}");
    }
}
