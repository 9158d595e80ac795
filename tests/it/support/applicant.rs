//! Somebody who has no number yet, before the pages of an application: without JavaScript, with the sandbox's reader, camera
//! and telephone.

use super::chance::unix_now;
use super::html::Form;
use super::{Browser, Demo, Page, Persona, wire};
use reqwest::header::{CONTENT_TYPE, ORIGIN};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// One of the sandbox's people without a number, as `hufu demo --json` introduces them.
#[derive(Clone, Debug, Deserialize)]
pub struct Newcomer {
    pub key: String,
    pub name: String,
    pub birthdate: String,
    pub phone: String,
    pub documents: Vec<Document>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Document {
    pub kind: String,
    pub number: String,
}

impl Newcomer {
    /// The newcomer of this name.
    pub fn of(demo: &Demo, key: &str) -> Self {
        let all: Vec<Self> = serde_json::from_value(demo.ready["newcomers"].clone()).expect("the newcomers");
        all.into_iter().find(|newcomer| newcomer.key == key).unwrap_or_else(|| panic!("no newcomer {key}"))
    }

    /// The person whom they have become: the number, the PIN, and codes from an app.
    pub fn with(&self, network_number: &str, pin: &str) -> Persona {
        Persona {
            network_number: network_number.to_owned(),
            pin: Some(pin.to_owned()),
            otpauth: None,
            fixed_code: None,
            passkey: None,
            name: self.name.clone(),
            birthdate: self.birthdate.clone(),
            document_number: self.documents[0].number.clone(),
            phone: self.phone.clone(),
            note: "applied".to_owned(),
        }
    }

    /// Digits, as people type them.
    pub fn telephone(&self) -> String {
        self.phone.chars().filter(char::is_ascii_digit).skip(2).collect()
    }
}

/// An application in one browser.
pub struct Applicant {
    pub browser: Browser,
    pub newcomer: Newcomer,
}

/// The word by which a page calls itself.
pub fn called(page: &Page) -> String {
    page.all("body", "data-page").pop().unwrap_or_default()
}

/// The address of the twins.
pub fn twins(demo: &Demo) -> String {
    demo.ready["twins"].as_str().expect("the twins' address").to_owned()
}

/// Holds a document to the reader that this address leads to; it is taken.
pub async fn hold(reader: &str, document: &str) {
    let answer = held(reader, document).await;
    assert!([200, 303].contains(&answer.status.as_u16()), "{document}: {} {}", answer.status, answer.html);
}

/// Opens the reader's page, chooses what to hold to it, and presses the button; what it answers.
pub async fn held(reader: &str, document: &str) -> Page {
    let shown = wire::page(wire::client().get(reader), reader).await;
    let mut form = shown.form("/reader");
    form.fields.push(("document".to_owned(), document.to_owned()));
    let action = shown.url.join(&form.action).expect("a URL");
    wire::page(wire::client().post(action.clone()).form(&form.fields), action.as_str()).await
}

/// The code in the newest message to a telephone.
pub async fn code_sent_to(demo: &Demo, phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let inbox = format!("{}/phone/messages?to={digits}", twins(demo));
    let messages: Vec<Value> =
        wire::client().get(inbox).send().await.expect("an answer").json().await.expect("messages");
    let text = messages.first().unwrap_or_else(|| panic!("nothing came to {phone}"))["text"].as_str().expect("text");
    let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    assert_eq!(code.len(), 6, "{text}");
    code
}

/// What an app shows that scanned this address, `steps` of 30 seconds from now.
pub fn code_of(otpauth: &str, steps: u64) -> String {
    let totp = totp_rs::Totp::from_url_unchecked(otpauth).expect("an otpauth URL");
    totp.generate(unix_now() + 30 * steps).to_string()
}

impl Applicant {
    /// Has agreed to the notice.
    pub async fn begin(demo: &Arc<Demo>, key: &str) -> (Self, Page) {
        Self::begin_in(Browser::new(demo), key).await
    }

    pub async fn begin_in(browser: Browser, key: &str) -> (Self, Page) {
        let newcomer = Newcomer::of(&browser.demo, key);
        let mut applicant = Self { browser, newcomer };
        let notice = applicant.stands().await;
        assert_eq!(called(&notice), "apply-notice");
        let page = applicant.press(&notice, "/apply", &[]).await;
        (applicant, page)
    }

    /// Where the application stands.
    pub async fn stands(&mut self) -> Page {
        let url = self.browser.demo.url("/apply");
        self.browser.open(&url).await.page()
    }

    /// Sends a form of the page with these fields filled, or added where they are a button's.
    pub async fn press(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let mut form: Form = page.form(action);
        for (name, value) in fields {
            match form.fields.iter_mut().find(|(field, _)| field == name) {
                Some(field) => (*value).clone_into(&mut field.1),
                None => form.fields.push(((*name).to_owned(), (*value).to_owned())),
            }
        }
        self.browser.submit(page, &form).await.page()
    }

    /// Chooses a kind of document: the page that waits for the reader, and the reader's address.
    pub async fn choose_kind(&mut self, page: &Page, kind: &str) -> (Page, String) {
        let page = self.press(page, "/apply/document", &[("kind", &kind.replace('_', "-"))]).await;
        let reader = page.attribute("reader", "href").unwrap_or_else(|| panic!("no reader on {}", page.html));
        (page, reader)
    }

    /// Chooses the first document and holds it to the reader.
    pub async fn show_document(&mut self, page: &Page) -> Page {
        let document = self.newcomer.documents[0].clone();
        let (page, reader) = self.choose_kind(page, &document.kind).await;
        hold(&reader, &document.number).await;
        self.press(&page, "/apply/read", &[]).await
    }

    /// Shows a face to the invented camera, as the button of that word does.
    pub async fn show_face(&mut self, page: &Page, word: &str) -> Page {
        self.show(page, "camera", word.as_bytes()).await
    }

    /// Sends the form of the face with this picture.
    pub async fn upload(&mut self, page: &Page, picture: &[u8]) -> Page {
        self.show(page, "sample", picture).await
    }

    async fn show(&mut self, page: &Page, name: &str, value: &[u8]) -> Page {
        let form = page.form("/apply/face");
        let fields = [("csrf", form.value("csrf").as_bytes()), ("nonce", form.value("nonce").as_bytes())];
        let parts: Vec<_> = fields.into_iter().chain([(name, value)]).collect();
        let answer = self.multipart(&parts).await;
        self.browser.follow(answer).await.page()
    }

    /// One POST to the form of the face, its answer as it came.
    pub async fn multipart(&mut self, parts: &[(&str, &[u8])]) -> Page {
        let mut body = Vec::new();
        for (name, value) in parts {
            let file = if *name == "sample" { "; filename=\"face.jpg\"" } else { "" };
            let head = format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--part--\r\n");
        let url = self.browser.demo.url("/apply/face");
        let request = self.browser.http().post(url.clone()).header(ORIGIN, &self.browser.demo.issuer);
        let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=part").body(body);
        self.browser.send(request, &url).await
    }

    /// Has the code sent, and types it.
    pub async fn show_phone(&mut self, page: &Page) -> Page {
        let telephone = self.newcomer.telephone();
        let page = self.press(page, "/apply/phone", &[("phone", &telephone)]).await;
        assert_eq!(called(&page), "apply-message", "{}", page.html);
        let code = code_sent_to(&self.browser.demo, &self.newcomer.phone).await;
        self.press(&page, "/apply/phone/code", &[("code", &code)]).await
    }

    /// Chooses a PIN.
    pub async fn choose(&mut self, page: &Page, pin: &str) -> Page {
        self.press(page, "/apply/pin", &[("pin", pin), ("pin_again", pin)]).await
    }

    /// To the face.
    pub async fn before_the_camera(demo: &Arc<Demo>, key: &str) -> (Self, Page) {
        let (mut applicant, page) = Self::begin(demo, key).await;
        let page = applicant.show_document(&page).await;
        assert_eq!(called(&page), "apply-face", "{}", page.html);
        (applicant, page)
    }

    /// All four steps: the page with the number, and the address that the app scanned.
    pub async fn applied(demo: &Arc<Demo>, key: &str, pin: &str) -> (Self, Page, String) {
        let (mut applicant, page) = Self::before_the_camera(demo, key).await;
        let page = applicant.show_face(&page, "holder").await;
        let page = applicant.show_phone(&page).await;
        let page = applicant.choose(&page, pin).await;
        let otpauth = page.attribute("otpauth", "href").unwrap_or_else(|| panic!("no code to scan: {}", page.html));
        let page = applicant.press(&page, "/apply/code", &[("code", &code_of(&otpauth, 0))]).await;
        (applicant, page, otpauth)
    }
}
