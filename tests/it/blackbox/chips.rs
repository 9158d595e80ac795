//! Documents with a chip, held to the sandbox's reader by a browser without JavaScript. docs/ports/reader.md; issue 4, 2 and 3.

use crate::support::applicant::{Applicant, called, held, hold, twins};
use crate::support::{Browser, Demo, wire};
use std::sync::Arc;
use url::Url;

const PIN: &str = "39475102";

/// FUNCTIONS 3: "document chip read".
#[tokio::test]
async fn who_has_a_document_with_a_chip_applies_with_it() {
    let demo = Arc::new(Demo::start());
    let mut numbers = Vec::new();
    for key in ["gao", "ho", "tsai", "martin"] {
        let (_, page, _) = Applicant::applied(&demo, key, PIN).await;
        assert_eq!(called(&page), "apply-done", "{key}: {}", page.html);
        numbers.push(page.text("whole-number").expect("the number"));
    }
    // "a renewed document joins its person": the same number, and no second one.
    let (mut again, page) = Applicant::begin(&demo, "gao").await;
    let renewed = again.newcomer.documents[1].clone();
    let (page, reader) = again.choose_kind(&page, &renewed.kind).await;
    hold(&reader, &renewed.number).await;
    let page = again.press(&page, "/apply/read", &[]).await;
    let page = again.show_face(&page, "holder").await;
    assert_eq!((called(&page).as_str(), page.text("whole-number").as_ref()), ("apply-done", numbers.first()));
}

/// docs/ports/face.md: the reference is DG2 of the chip that was just read, and the twin knows whose it is.
#[tokio::test]
async fn the_face_is_compared_with_the_picture_on_the_chip() {
    let demo = Demo::shared();
    for (key, other) in [("gao", "ho"), ("ho", "gao")] {
        let (mut applicant, page) = Applicant::before_the_camera(&demo, key).await;
        let page = applicant.upload(&page, format!("hufu-sandbox-face:{other}").as_bytes()).await;
        assert!(page.text("problem").is_some_and(|problem| problem.contains("does not fit")), "{}", page.html);
        let page = applicant.upload(&page, format!("hufu-sandbox-face:{key}").as_bytes()).await;
        assert_eq!(called(&page), "apply-phone", "{key}");
    }
}

/// The reader's page leads back to the application, in the language that the person chose there.
#[tokio::test]
async fn the_reader_is_a_page_that_leads_back_to_the_application() {
    let demo = Demo::shared();
    let mut browser = Browser::new(&demo);
    browser.language = "zh-CN".to_owned();
    let (mut applicant, page) = Applicant::begin_in(browser, "gao").await;
    let (page, reader) = applicant.choose_kind(&page, "passport").await;
    assert_eq!(page.attribute("reader", "target"), None, "in the same window");
    let shown = wire::page(wire::client().get(&reader), &reader).await;
    assert_eq!((called(&shown).as_str(), shown.lang().as_str()), ("twin-reader", "zh-CN"));
    let offered = shown.all("option", "value");
    for key in ["gao", "ho", "tsai", "martin"] {
        let newcomer = crate::support::applicant::Newcomer::of(&demo, key);
        assert!(newcomer.documents.iter().all(|document| offered.contains(&document.number)), "{key}: {offered:?}");
    }
    let answer = held(&reader, &applicant.newcomer.documents[0].number).await;
    let back = answer.headers["location"].to_str().expect("text");
    assert_eq!((answer.status.as_u16(), back), (303, demo.url("/apply").as_str()));
    let page = applicant.browser.open(&Url::parse(back).expect("a URL")).await.page();
    assert_eq!(called(&page), "apply-face");
    // Once: the ticket was spent.
    let again = held(&reader, &applicant.newcomer.documents[0].number).await;
    assert_eq!((again.status.as_u16(), called(&again).as_str()), (404, "twin-read"), "{}", again.html);
}

/// Issue 4, 2: "cloned … chips are refused with a clear reason", on the reader's page and in the application.
#[tokio::test]
async fn what_is_no_genuine_document_is_refused_at_the_reader_and_told_in_the_application() {
    let demo = Demo::shared();
    for (what, code, sentence, words) in [
        ("copy", "not_the_chip", "copy", "the original"),
        ("expired", "expired", "it expired on", "expired"),
        ("unknown-authority", "signer_not_trusted", "trust", "who issued"),
        ("no-chip", "no_chip", "there is no chip", "no chip"),
    ] {
        let (mut applicant, page) = Applicant::begin(&demo, "gao").await;
        let (_, reader) = applicant.choose_kind(&page, "passport").await;
        let answer = held(&reader, what).await;
        assert_eq!((answer.status.as_u16(), called(&answer).as_str()), (422, "twin-read"), "{what}");
        assert_eq!(answer.text("error-code").as_deref(), Some(code));
        assert!(answer.text("message").is_some_and(|said| said.contains(sentence)), "{what}: {}", answer.html);
        let back = answer.attribute("back", "href").expect("a way back");
        let page = applicant.browser.open(&Url::parse(&back).expect("a URL")).await.page();
        assert_eq!((called(&page).as_str(), page.text("error-code").as_deref()), ("apply-kinds", Some(code)));
        assert!(page.text("problem").is_some_and(|said| said.contains(words)), "{what}: {:?}", page.text("problem"));
        // Another document, and it goes on.
        let page = applicant.show_document(&page).await;
        assert_eq!(called(&page), "apply-face", "{what}");
    }
}

/// Issue 4, 3: "on a desktop with the phone by QR". The phone has no application: it says where to go on, and the desk does.
#[tokio::test]
async fn a_reader_on_another_device_sends_the_person_back_to_the_first() {
    let demo = Demo::shared();
    let (mut desk, page) = Applicant::begin(&demo, "ho").await;
    let (page, reader) = desk.choose_kind(&page, "hong_kong_macao_permit").await;
    let picture = desk.browser.get(&demo.url("/apply/qr")).await;
    assert!(picture.status == 200 && picture.html.contains("<svg"), "{}", picture.html);
    let scanned = reader.replace("device=this", "device=other");
    let refused = held(&scanned, "copy").await;
    assert!(refused.text("error-code").is_some() && refused.text("elsewhere").is_some(), "{}", refused.html);
    let page = desk.press(&page, "/apply/read", &[]).await;
    let (page, reader) = desk.choose_kind(&page, "hong_kong_macao_permit").await;
    let answer = held(&reader.replace("device=this", "device=other"), &desk.newcomer.documents[0].number).await;
    assert_eq!((answer.status.as_u16(), called(&answer).as_str()), (200, "twin-read"), "{}", answer.html);
    assert!(answer.text("elsewhere").is_some() && answer.attribute("back", "href").is_none(), "{}", answer.html);
    let page = desk.press(&page, "/apply/read", &[]).await;
    assert_eq!(called(&page), "apply-face");
}

/// A persona's passport joins its person, whose resident card the registry knows.
#[tokio::test]
async fn a_persona_who_applies_with_a_passport_is_shown_the_number_that_is_theirs() {
    let demo = Demo::shared();
    let lin = demo.personas.iter().find(|persona| persona.name == "林安然").expect("a persona");
    let (mut applicant, page) = Applicant::begin(&demo, "gao").await;
    let (page, reader) = applicant.choose_kind(&page, "passport").await;
    let shown = wire::page(wire::client().get(&reader), &reader).await;
    let at = shown.html.find("林安然").expect("listed");
    let (_, number) = shown.html[..at].rsplit_once("value=\"").expect("an option");
    hold(&reader, number.split('"').next().expect("a number")).await;
    let page = applicant.press(&page, "/apply/read", &[]).await;
    let page = applicant.show_face(&page, "holder").await;
    assert_eq!(page.text("whole-number").as_ref(), Some(&lin.network_number), "{}", page.html);
}

/// The reader goes nowhere but to its own provider, whoever wrote the link.
#[tokio::test]
async fn a_reader_takes_no_ticket_of_anybody_else() {
    let demo = Demo::shared();
    for ticket in ["https://evil.example/reader/AAAA", "card-0123", "", &format!("{}/me", demo.issuer)] {
        let mut url = Url::parse(&format!("{}/reader", twins(&demo))).expect("a URL");
        let form = [("ticket", ticket), ("document", "copy")];
        let posted = wire::page(wire::client().post(url.clone()).form(&form), url.as_str()).await;
        assert_eq!((posted.status.as_u16(), called(&posted).as_str()), (404, "twin-read"), "{ticket}");
        url.query_pairs_mut().append_pair("ticket", ticket);
        let shown = wire::page(wire::client().get(url.clone()), url.as_str()).await;
        // What a gateway of cards makes of its own tickets, it says when something is held to it.
        let gateway = ticket.starts_with("card-");
        assert_eq!(shown.status.as_u16(), if gateway { 200 } else { 404 }, "{ticket}");
    }
}
