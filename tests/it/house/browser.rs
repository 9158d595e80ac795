//! A browser: cookies, forms, and where the answers lead.

use super::{CODE, ISSUER, Person, Website};
use crate::support::Page;
use hufu::spec::Timestamp;
use reqwest::header::HeaderMap;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use url::Url;

/// No connection is kept: tests have runtimes of their own, and each request is a connection of its own.
pub(super) static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
    hufu::keys::install_crypto();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client")
});

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub(super) async fn of(sent: Result<reqwest::Response, reqwest::Error>) -> Answer {
        let response = sent.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: response.text().await.expect("a body") }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }

    /// The `error` of a JSON refusal.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    /// Where a redirect leads.
    pub fn location(&self) -> Url {
        assert_eq!(self.status, 303, "{}", self.body);
        Url::parse(ISSUER).expect("a URL").join(self.header("location")).expect("a location")
    }

    /// A parameter of the redirect to the website.
    pub fn param(&self, name: &str) -> Option<String> {
        self.location().query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The code of the redirect to the website.
    pub fn code(&self) -> String {
        self.param("code").unwrap_or_else(|| panic!("no code: {}", self.location()))
    }

    /// The same, to be read as a page.
    pub fn page(&self) -> Page {
        let status = reqwest::StatusCode::from_u16(self.status).expect("a status");
        let url = Url::parse(ISSUER).expect("a URL");
        Page { url, status, headers: self.headers.clone(), html: self.body.clone() }
    }

    pub fn is_sign_in(&self) -> bool {
        self.body.contains(r#"action="/signin/code""#)
    }

    pub fn asks_for_a_passkey(&self) -> bool {
        self.body.contains(r#"action="/signin/passkey""#)
    }

    pub fn asks_for_a_face(&self) -> bool {
        self.body.contains(r#"id="face-form""#)
    }

    pub fn is_consent(&self) -> bool {
        self.body.contains(r#"id="allow""#)
    }

    /// What the sign-in page says went wrong.
    pub fn problem(&self) -> &str {
        let from = self.body.find(r#"id="problem""#).unwrap_or_else(|| panic!("no problem: {}", self.body));
        let rest = &self.body[from..];
        // The trace id, which differs each time, comes last.
        &rest[..rest.find(r#"class="help""#).expect("a way to help")]
    }

    /// The value of a hidden field.
    pub fn field(&self, name: &str) -> String {
        let value = self.after(&format!(r#"name="{name}" value=""#));
        value.unwrap_or_else(|| panic!("no field {name}: {} {}", self.status, self.body))
    }

    /// The value of a `data-` attribute.
    pub fn data(&self, name: &str) -> String {
        self.after(&format!(r#"data-{name}=""#)).expect("the attribute").replace("&#34;", "\"").replace("&amp;", "&")
    }

    fn after(&self, mark: &str) -> Option<String> {
        let from = self.body.find(mark)? + mark.len();
        let rest = &self.body[from..];
        Some(rest[..rest.find('"')?].to_owned())
    }
}

/// One person's browser, or a stranger's.
#[derive(Clone)]
pub struct Browser {
    address: String,
    pub jar: BTreeMap<String, String>,
}

impl Browser {
    /// A browser that knows the node at this address.
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), jar: BTreeMap::new() }
    }

    /// The same browser, led to another node.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), jar: self.jar.clone() }
    }

    fn cookies(&self) -> String {
        self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.header("cookie", self.cookies()).header("user-agent", "Firefox/1 Linux");
        let answer = Answer::of(request.send().await).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let text = cookie.to_str().expect("text");
            let (name, value) = text.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if text.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(HTTP.get(format!("{}{path}", self.address))).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(HTTP.post(format!("{}{path}", self.address)).form(fields)).await
    }

    /// Posts a form with `multipart/form-data`, and with a file where one was chosen.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
        const BOUNDARY: &str = "----a-line-that-is-in-no-picture";
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        if let Some((name, bytes)) = file {
            let said = format!("form-data; name=\"{name}\"; filename=\"face.jpg\"\r\nContent-Type: image/jpeg");
            body.extend_from_slice(format!("--{BOUNDARY}\r\nContent-Disposition: {said}\r\n\r\n").as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let request = HTTP.post(format!("{}{path}", self.address)).body(body);
        self.send(request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))).await
    }

    /// Follows a redirect of ours.
    pub async fn follow(&mut self, answer: &Answer) -> Answer {
        let to = answer.location();
        assert!(to.as_str().starts_with(ISSUER), "leads away: {to}");
        self.get(&to[url::Position::BeforePath..]).await
    }

    /// The authorization endpoint, with what this request adds to the usual.
    pub async fn authorize(&mut self, website: &Website, extra: &[(&str, &str)]) -> Answer {
        self.get(&website.request(extra)).await
    }

    /// Fills in the sign-in page and follows where it leads.
    pub async fn sign_in(&mut self, page: &Answer, person: &Person, now: Timestamp) -> Answer {
        let posted = self.type_in(page, &person.number, &person.pin, &person.code(now)).await;
        self.follow(&posted).await
    }

    /// Posts the sign-in form.
    pub async fn type_in(&mut self, page: &Answer, number: &str, pin: &str, code: &str) -> Answer {
        let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
        let fields =
            [("interaction", &*interaction), ("csrf", &csrf), ("number", number), ("pin", pin), ("code", code)];
        self.post("/signin/code", &fields).await
    }

    /// A wrong PIN for `number`.
    pub async fn guess(&mut self, page: &Answer, number: &str) -> Answer {
        self.type_in(page, number, "10203040", CODE).await
    }

    /// Lets the sandbox's camera see this on the page that asks for a face; the answer is that of the post.
    pub async fn post_face(&mut self, page: &Answer, camera: &str) -> Answer {
        let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
        self.upload("/signin/face", &[("csrf", &csrf), ("interaction", &interaction), ("camera", camera)], None).await
    }

    /// As [`Self::post_face`], and follows where it leads.
    pub async fn show_face(&mut self, page: &Answer, camera: &str) -> Answer {
        let posted = self.post_face(page, camera).await;
        self.follow(&posted).await
    }

    /// Answers the consent page.
    pub async fn decide(&mut self, page: &Answer, decision: &str) -> Answer {
        let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
        self.post("/consent", &[("interaction", &interaction), ("csrf", &csrf), ("decision", decision)]).await
    }

    /// From the button to the redirect back: signs in and allows where that is asked.
    pub async fn log_in(&mut self, website: &Website, person: &Person, now: Timestamp) -> Answer {
        self.log_in_with(website, person, now, &[]).await
    }

    /// As [`Self::log_in`], with what this request adds to the usual.
    pub async fn log_in_with(
        &mut self,
        website: &Website,
        person: &Person,
        now: Timestamp,
        extra: &[(&str, &str)],
    ) -> Answer {
        let mut answer = self.authorize(website, extra).await;
        if answer.is_sign_in() {
            answer = self.sign_in(&answer, person, now).await;
        }
        if answer.is_consent() {
            answer = self.decide(&answer, "allow").await;
        }
        answer
    }

    /// The session cookie.
    pub fn session(&self) -> String {
        let named = self.jar.iter().find(|(name, _)| name.ends_with("hufu-session"));
        named.expect("signed in").1.clone()
    }

    /// Posts a form of the person's own page.
    pub async fn own_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get("/signout").await.field("csrf");
        let mut all = vec![("csrf", &*csrf)];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }
}
