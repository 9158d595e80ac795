//! An application's bad input: steps out of order, twice, in two tabs, without a cookie, from elsewhere, far too large. Issue 4,
//! "Bad input".

use crate::support::applicant::{Applicant, called};
use crate::support::{Browser, Demo, Refused, wire};
use reqwest::header::{CONTENT_TYPE, LOCATION};

/// The steps with fields that a form might have, and the page from which each may be taken.
const STEPS: [(&str, &[(&str, &str)]); 8] = [
    ("/apply/document", &[("kind", "passport")]),
    ("/apply/read", &[]),
    ("/apply/voucher", &[("voucher", "AAAA-BBBB")]),
    ("/apply/phone", &[("phone", "19900002001")]),
    ("/apply/phone/code", &[("code", "000000")]),
    ("/apply/pin", &[("pin", "39475102"), ("pin_again", "39475102")]),
    ("/apply/code", &[("code", "00000000")]),
    ("/apply/back", &[]),
];

async fn post(browser: &mut Browser, path: &str, csrf: &str, fields: &[(&str, &str)]) -> crate::support::Page {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let all: Vec<_> = [("csrf", csrf)].into_iter().chain(fields.iter().copied()).map(owned).collect();
    let url = browser.demo.url(path);
    browser.post(&url, &all).await
}

fn leads_to_where_it_stands(answer: &crate::support::Page) -> bool {
    answer.status == 303 && answer.headers.get(LOCATION).is_some_and(|to| to == "/apply")
}

/// "Each step out of order": it is told where the application stands, and nothing moves.
#[tokio::test]
async fn a_step_before_its_turn_or_after_it_leads_to_where_the_application_stands() {
    let demo = Demo::shared();
    let (mut applicant, page) = Applicant::before_the_camera(&demo, "xu").await;
    let csrf = page.form("/apply/face").value("csrf").to_owned();
    for (path, fields) in STEPS {
        let answer = post(&mut applicant.browser, path, &csrf, fields).await;
        assert!(leads_to_where_it_stands(&answer), "{path}: {}", answer.status);
        assert_eq!(called(&applicant.stands().await), "apply-face", "{path}");
    }
}

/// "Twice, in two tabs": of two pages that show one step, one takes it; the other is shown what is due now.
#[tokio::test]
async fn of_two_tabs_one_takes_the_step() {
    let demo = Demo::shared();
    let (mut applicant, one) = Applicant::before_the_camera(&demo, "xu").await;
    let other = applicant.stands().await;
    let page = applicant.show_face(&one, "holder").await;
    assert_eq!(called(&page), "apply-phone");
    let page = applicant.show_face(&other, "holder").await;
    assert_eq!((called(&page).as_str(), page.status.as_u16()), ("apply-phone", 200));
}

/// A sample is for the nonce of its page: a page from before the last try counts for nothing.
#[tokio::test]
async fn a_picture_for_an_older_page_is_not_compared() {
    let demo = Demo::shared();
    let (mut applicant, old) = Applicant::before_the_camera(&demo, "xu").await;
    applicant.show_face(&old, "unclear").await;
    let page = applicant.show_face(&old, "holder").await;
    assert_eq!((called(&page).as_str(), page.status.as_u16()), ("apply-face", 200), "shown anew, and nothing passed");
}

/// Without a cookie there is no application: the notice is.
#[tokio::test]
async fn a_step_without_an_application_leads_to_the_notice() {
    let demo = Demo::shared();
    let mut browser = Browser::new(&demo);
    let csrf = browser.open(&demo.url("/apply")).await.page().form("/apply").value("csrf").to_owned();
    for forged in [None, Some("AAAA"), Some("'; DROP TABLE applications; --")] {
        browser.cookies.remove("hufu-application");
        if let Some(forged) = forged {
            browser.cookies.insert("hufu-application".to_owned(), forged.to_owned());
        }
        for (path, fields) in STEPS {
            let answer = post(&mut browser, path, &csrf, fields).await;
            assert!(leads_to_where_it_stands(&answer), "{path}: {}", answer.status);
        }
        assert_eq!(called(&browser.open(&demo.url("/apply")).await.page()), "apply-notice");
    }
}

/// One browser's application is nothing to another: the cookie is half of it, and the form's token is another's.
#[tokio::test]
async fn the_form_with_a_picture_is_from_our_own_page_in_this_very_browser() {
    let demo = Demo::shared();
    let (mut applicant, page) = Applicant::before_the_camera(&demo, "xu").await;
    let form = page.form("/apply/face");
    let (csrf, nonce) = (form.value("csrf").as_bytes(), form.value("nonce").as_bytes());
    let holder: &[u8] = b"hufu-sandbox-face:holder";
    for parts in [
        &[("nonce", nonce), ("sample", holder)][..],
        &[("csrf", b"wrong"), ("nonce", nonce), ("sample", holder)],
        // The token comes before the picture, or the picture is not read.
        &[("sample", holder), ("nonce", nonce), ("csrf", csrf)],
        &[],
    ] {
        let answer = applicant.multipart(parts).await;
        assert_eq!((answer.status.as_u16(), Refused::read(&answer).expect("a page").code.as_str()), (403, "form.csrf"));
    }
    let url = demo.url("/apply/face");
    let evil = applicant.browser.http().post(url.clone()).header("origin", "https://evil.example");
    let evil = evil.header(CONTENT_TYPE, "multipart/form-data; boundary=x").body("--x--\r\n");
    let answer = applicant.browser.send(evil, &url).await;
    assert_eq!(Refused::read(&answer).expect("a page").code, "form.foreign");
    for (parts, status) in [
        (&[("csrf", csrf), ("nonce", b"\xff\xfe"), ("sample", holder)][..], 400),
        (&[("csrf", csrf), ("nonce", nonce), ("sample", holder), ("sample", holder)], 400),
        (&[("csrf", csrf), ("nonce", &[b'0'; 70_000])], 413),
    ] {
        assert_eq!(applicant.multipart(parts).await.status, status);
    }
    assert_eq!(called(&applicant.stands().await), "apply-face", "none of those took the step");
}

/// "50 MB images": refused kindly, on the page itself, and the server goes on.
#[tokio::test]
async fn a_picture_that_is_too_large_is_refused_kindly() {
    let demo = Demo::shared();
    let (mut applicant, page) = Applicant::before_the_camera(&demo, "xu").await;
    for megabytes in [5, 50] {
        let page = applicant.upload(&page, &vec![0xff; megabytes * 1024 * 1024]).await;
        assert_eq!((called(&page).as_str(), page.status.as_u16()), ("apply-face", 413), "{megabytes} MB");
        assert!(page.text("problem").is_some_and(|problem| problem.contains("4 MB")), "{}", page.html);
    }
    let page = applicant.upload(&page, b"").await;
    assert!(page.status == 422 && page.text("problem").is_some_and(|problem| problem.contains("No picture came")));
    let page = applicant.show_face(&page, "holder").await;
    assert_eq!(called(&page), "apply-phone");
}

/// docs/ports/reader.md: a ticket that leads nowhere says nothing, and an answer has a bound.
#[tokio::test]
async fn a_reader_without_a_ticket_is_not_heard() {
    let demo = Demo::shared();
    let http = wire::client();
    for ticket in ["AAAA", "..%2f..%2fetc", &"A".repeat(2000)] {
        let url = demo.url(&format!("/reader/{ticket}"));
        for request in [http.get(url.clone()), http.post(url.clone()).body("{}")] {
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 404, "{ticket}");
        }
    }
    let url = demo.url("/reader/AAAA");
    let long = http.post(url.clone()).body("x".repeat(800_000)).send().await.expect("an answer");
    assert_eq!(long.status(), 413);
    let put = http.put(url).send().await.expect("an answer");
    assert_eq!((put.status().as_u16(), put.headers()["allow"].to_str().expect("text")), (405, "GET, HEAD, POST"));
}

/// The picture route draws what is due here, and links of ours; nobody else's words.
#[tokio::test]
async fn a_picture_is_drawn_of_our_own_addresses_only() {
    let demo = Demo::shared();
    let mut browser = Browser::new(&demo);
    for path in [
        "/apply/qr",
        "/apply/qr/here",
        "/apply/qr/here?t=",
        "/apply/qr/here?t=https://evil.example",
        "/apply/qr/here?t=a%20b",
    ] {
        assert_eq!(browser.get(&demo.url(path)).await.status, 404, "{path}");
    }
    let drawn = browser.get(&demo.url("/apply/qr/here?t=AbC-_9")).await;
    assert_eq!((drawn.status.as_u16(), drawn.headers["content-type"].to_str().expect("text")), (200, "image/svg+xml"));
}

/// A kind that is none, a voucher that is none: the page says so, with the focus where to mend.
#[tokio::test]
async fn a_kind_and_a_voucher_that_are_none_are_refused_kindly() {
    let demo = Demo::shared();
    let (mut applicant, page) = Applicant::begin(&demo, "xu").await;
    let page = applicant.press(&page, "/apply/document", &[("kind", "library-card")]).await;
    assert!(page.status == 422 && page.text("problem").is_some_and(|problem| problem.contains("choose")));
    let page = applicant.press(&page, "/apply/voucher", &[("voucher", "no such thing")]).await;
    assert!(page.status == 422 && page.text("problem").is_some_and(|problem| problem.contains("does not count")));
    assert_eq!(called(&applicant.stands().await), "apply-kinds");
}
