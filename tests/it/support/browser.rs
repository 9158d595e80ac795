//! A browser without JavaScript: cookies, redirects, forms. It stops at a page, or where it would leave the provider.

use super::html::Form;
use super::{Demo, Page, Persona, wire};
use reqwest::header::{ACCEPT_LANGUAGE, COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{RequestBuilder, StatusCode};
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// One person's browser.
pub struct Browser {
    pub demo: Arc<Demo>,
    /// Cookies by name: all of localhost is one host to them.
    pub cookies: BTreeMap<String, String>,
    pub language: String,
    http: reqwest::Client,
}

/// Where the browser came to rest.
#[derive(Debug)]
pub enum Stop {
    /// A page of the provider.
    Page(Box<Page>),
    /// The website's address that the provider sent it to.
    Away(Url),
}

impl Stop {
    pub fn page(self) -> Page {
        match self {
            Self::Page(page) => *page,
            Self::Away(url) => panic!("a page was expected, not {url}"),
        }
    }

    pub fn away(self) -> Url {
        match self {
            Self::Away(url) => url,
            Self::Page(page) => panic!("the website was expected, not {} {}:\n{}", page.status, page.url, page.html),
        }
    }

    /// A parameter of the answer that the website gets.
    pub fn answer(self, name: &str) -> String {
        let url = self.away();
        let found = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        found.unwrap_or_else(|| panic!("no {name} in {url}"))
    }
}

impl Browser {
    pub fn new(demo: &Arc<Demo>) -> Self {
        Self::over(demo, wire::client())
    }

    /// One that connects in a way of its own.
    pub fn over(demo: &Arc<Demo>, http: reqwest::Client) -> Self {
        Self { demo: Arc::clone(demo), cookies: BTreeMap::new(), language: "en".to_owned(), http }
    }

    /// A browser in which this person is signed in.
    pub async fn of(demo: &Arc<Demo>, persona: &Persona) -> Self {
        let mut browser = Self::new(demo);
        let page = browser.open(&demo.url("/me")).await.page();
        let stop = browser.sign_in(&page, persona).await;
        assert!(
            matches!(&stop, Stop::Page(page) if page.url.path() == "/me"),
            "{} is not signed in: {stop:?}",
            persona.note
        );
        browser
    }

    /// Goes to an address and follows the provider's redirects.
    pub async fn open(&mut self, url: &Url) -> Stop {
        let answer = self.get(url).await;
        self.follow(answer).await
    }

    /// Types number, PIN and code into the sign-in page and presses the button.
    pub async fn sign_in(&mut self, page: &Page, persona: &Persona) -> Stop {
        let form = page
            .form("code-form")
            .fill("number", &persona.network_number)
            .fill("pin", persona.pin())
            .fill("code", &persona.code());
        self.submit(page, &form).await
    }

    /// "Continue to the website" on the consent page.
    pub async fn allow(&mut self, page: &Page) -> Stop {
        self.submit(page, &page.form("/consent").press("allow")).await
    }

    /// "No, go back", on the consent page or already on the sign-in page.
    pub async fn decline(&mut self, page: &Page) -> Stop {
        self.submit(page, &page.form("/consent").press("decline")).await
    }

    /// Through sign-in and consent, whichever is asked, back to the website.
    pub async fn log_in(&mut self, url: &Url, persona: &Persona) -> Url {
        let mut stop = self.open(url).await;
        for _ in 0..3 {
            stop = match stop {
                Stop::Away(url) => return url,
                Stop::Page(page) if page.has_form("code-form") => self.sign_in(&page, persona).await,
                Stop::Page(page) => self.allow(&page).await,
            };
        }
        stop.away()
    }

    /// Sends a form as the page that holds it would.
    pub async fn submit(&mut self, page: &Page, form: &Form) -> Stop {
        let (request, target) = form.request(&self.http, &page.url);
        let answer = self.send(request.header(ORIGIN, &self.demo.issuer), &target).await;
        self.follow(answer).await
    }

    /// One GET, its answer as it came.
    pub async fn get(&mut self, url: &Url) -> Page {
        self.send(self.http.get(url.clone()), url).await
    }

    /// One POST of a form from our own origin, its answer as it came.
    pub async fn post(&mut self, url: &Url, fields: &[(String, String)]) -> Page {
        let request = self.http.post(url.clone()).header(ORIGIN, &self.demo.issuer).form(fields);
        self.send(request, url).await
    }

    /// Any request of this browser, with its cookies.
    pub async fn send(&mut self, request: RequestBuilder, url: &Url) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut headers = HeaderMap::new();
        if !cookies.is_empty() {
            headers.insert(COOKIE, cookies.join("; ").parse().expect("a header"));
        }
        headers.insert(ACCEPT_LANGUAGE, self.language.parse().expect("a header"));
        let answer = request.headers(headers).send().await.unwrap_or_else(|error| panic!("{url}: {error:?}"));
        let (status, headers) = (answer.status(), answer.headers().clone());
        headers.get_all(SET_COOKIE).iter().for_each(|cookie| self.keep(cookie.to_str().expect("text")));
        Page { url: url.clone(), status, headers, html: answer.text().await.expect("a body") }
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Follows redirects as long as they stay with the provider.
    pub async fn follow(&mut self, mut answer: Page) -> Stop {
        for _ in 0..10 {
            let Some(location) = answer.headers.get(LOCATION) else { return Stop::Page(Box::new(answer)) };
            assert_eq!(
                answer.status,
                StatusCode::SEE_OTHER,
                "a redirect after a form must become a GET (RFC 9700 §4.12)"
            );
            let next = answer.url.join(location.to_str().expect("text")).expect("a URL");
            if next.origin() != self.demo.url("/").origin() {
                return Stop::Away(next);
            }
            answer = self.get(&next).await;
        }
        panic!("redirects in a circle at {}", answer.url);
    }

    fn keep(&mut self, cookie: &str) {
        let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("name=value");
        if cookie.to_ascii_lowercase().contains("max-age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
