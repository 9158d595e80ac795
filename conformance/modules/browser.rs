//! The suite's scripted browser, without JavaScript: cookies, redirects, forms, frames, and the commands of a script.

use super::lab::Lab;
use super::run::{Outcome, Stop, must};
use super::steps::{Script, matches, says};
use crate::support::Page;
use crate::support::html::{Form, URLENCODED};
use reqwest::header::{ACCEPT_LANGUAGE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// One person's browser, for one module: it begins without cookies.
pub struct Browser {
    lab: Arc<Lab>,
    cookies: BTreeMap<String, String>,
    at: At,
    typed: BTreeMap<String, String>,
    /// The pages that were shown, in order.
    pub shown: Vec<Page>,
}

/// Where the browser is.
#[derive(Clone, Debug)]
enum At {
    Nowhere,
    Page(Box<Page>),
    Away(Away),
}

/// What the provider sent to the website.
#[derive(Clone, Debug)]
pub struct Away {
    pub url: Url,
    pub method: Method,
    pub fields: Vec<(String, String)>,
}

impl Browser {
    pub fn new(lab: &Arc<Lab>) -> Self {
        let (cookies, typed) = (BTreeMap::new(), BTreeMap::new());
        Self { lab: Arc::clone(lab), cookies, at: At::Nowhere, typed, shown: Vec::new() }
    }

    /// Goes to an address and does there what the first script that matches says.
    pub async fn visit(&mut self, url: &Url, scripts: &[Script]) -> Outcome {
        self.open(self.lab.http.get(url.clone()), url).await?;
        self.perform(url, scripts).await
    }

    /// The same with the query as a form.
    pub async fn visit_by_post(&mut self, url: &Url, scripts: &[Script]) -> Outcome {
        let mut bare = url.clone();
        bare.set_query(None);
        let fields: Vec<_> = url.query_pairs().into_owned().collect();
        self.open(self.lab.http.post(bare.clone()).form(&fields), &bare).await?;
        self.perform(url, scripts).await
    }

    /// What the website got.
    pub fn away(&self) -> Result<&Away, Stop> {
        match &self.at {
            At::Away(away) => Ok(away),
            At::Page(page) => {
                let code = page.text("error-code").unwrap_or_default();
                Err(Stop::fail("the browser is not sent back to the website", format!("{} {code}", page.url)))
            }
            At::Nowhere => Err(Stop::fail("the browser went nowhere", "")),
        }
    }

    /// The page that is shown, of the provider's own.
    pub fn page(&self) -> Result<&Page, Stop> {
        match &self.at {
            At::Page(page) => Ok(page),
            At::Away(away) => Err(Stop::fail("the browser is sent to the website", &away.url)),
            At::Nowhere => Err(Stop::fail("the browser went nowhere", "")),
        }
    }

    /// How many sign-in pages were shown so far.
    pub fn sign_ins(&self) -> usize {
        self.shown.iter().filter(|page| page.has_form("code-form")).count()
    }

    /// Presses the button with this id, where the page has one.
    pub async fn press(&mut self, id: &str) -> Outcome {
        self.command(&["click", "id", id, "optional"].map(Value::from)).await
    }

    async fn perform(&mut self, url: &Url, scripts: &[Script]) -> Outcome {
        let script = scripts.iter().find(|script| matches(&script.matches, url.as_str()));
        let script = script.ok_or_else(|| Stop::fail("no script is for this address", url))?.clone();
        for task in &script.tasks {
            let here = self.url();
            if matches(&task.matches, &here) {
                for command in &task.commands {
                    self.command(command).await.map_err(|stop| stop.during(&task.task))?;
                }
            } else if !task.optional {
                return Err(
                    Stop::fail("the browser is at another address than the script expects", here).during(&task.task)
                );
            }
        }
        Ok(())
    }

    fn url(&self) -> String {
        match &self.at {
            At::Nowhere => String::new(),
            At::Page(page) => page.url.to_string(),
            At::Away(away) => away.url.to_string(),
        }
    }

    async fn command(&mut self, command: &[Value]) -> Outcome {
        let word = |place: usize| command.get(place).and_then(Value::as_str).unwrap_or_default();
        let optional = command.last().and_then(Value::as_str) == Some("optional");
        let page = match &self.at {
            At::Page(page) => Some((**page).clone()),
            _ => None,
        };
        match (word(0), word(1), word(2)) {
            ("text", "id", id) => match page.and_then(|page| page.attribute(id, "name")) {
                Some(name) => {
                    self.typed.insert(name, word(3).to_owned());
                    Ok(())
                }
                None if optional => Ok(()),
                None => Err(Stop::fail("the page has no such field", id)),
            },
            ("click", "id", id) => match page.as_ref().and_then(|page| Some((page, page.form_of_button(id)?))) {
                Some((page, form)) => self.submit(page, form.press(id)).await,
                None if optional => Ok(()),
                None => Err(Stop::fail("the page has no such button", id)),
            },
            // The suite's own page at the redirect URI.
            ("wait", "id", "submission_complete") => self.away().map(drop),
            ("wait", "id", id) => {
                let text = page.and_then(|page| page.text(id)).unwrap_or_default();
                seen(word(4), &text)
            }
            ("wait", "xpath", "//*") => seen(word(4), &page.map(|page| page.visible()).unwrap_or_default()),
            ("wait", "contains", part) => match self.url().contains(part) {
                true => Ok(()),
                false => self.go_on(part).await,
            },
            _ => Err(Stop::fail("a command that the script may not have", Value::from(command))),
        }
    }

    /// A page that goes on by itself after a while goes on now.
    async fn go_on(&mut self, part: &str) -> Outcome {
        let next = match &self.at {
            At::Page(page) => page.refresh().and_then(|target| page.url.join(&target).ok()),
            _ => None,
        };
        match next {
            Some(next) if next.as_str().contains(part) => {
                self.at = At::Away(Away { url: next, method: Method::GET, fields: Vec::new() });
                Ok(())
            }
            _ => Err(Stop::fail("the browser does not come to the website", part)),
        }
    }

    async fn submit(&mut self, page: &Page, form: Form) -> Outcome {
        let mut form = form;
        for (name, value) in &mut form.fields {
            *value = self.typed.remove(name).unwrap_or_else(|| std::mem::take(value));
        }
        self.typed.clear();
        let (request, target) = form.request(&self.lab.http, &page.url);
        self.open(request.header(ORIGIN, &self.lab.demo.issuer), &target).await
    }

    /// Sends a request and follows what comes of it, until a page is shown or the website is reached.
    async fn open(&mut self, request: RequestBuilder, url: &Url) -> Outcome {
        let mut page = self.send(request, url).await?;
        for _ in 0..10 {
            let Some(location) = page.headers.get(LOCATION) else { return self.show(page).await };
            let location = location.to_str().map_err(|error| Stop::fail("a redirect to nowhere", error))?;
            let next = page.url.join(location).map_err(|error| Stop::fail("a redirect to nowhere", error))?;
            if !self.ours(&next) {
                self.at = At::Away(Away { url: next, method: Method::GET, fields: Vec::new() });
                return Ok(());
            }
            page = self.send(self.lab.http.get(next.clone()), &next).await?;
        }
        Err(Stop::fail("redirects in a circle", url))
    }

    /// Loads a page's frames, and presses the button of a form that would send itself to the website.
    async fn show(&mut self, page: Page) -> Outcome {
        for frame in page.all("iframe", "src") {
            if let Ok(url) = page.url.join(&frame) {
                let loaded = self.lab.careless.get(url.clone()).send().await;
                loaded.map_err(|error| Stop::fail("a frame does not load", error))?;
            }
        }
        let foreign = page.all("form", "action").into_iter().find_map(|action| {
            let target = page.url.join(&action).ok()?;
            (!self.ours(&target)).then(|| page.form(&action))
        });
        self.shown.push(page.clone());
        self.at = match foreign {
            Some(form) => {
                must(form.enctype == URLENCODED, "the answer's form must be of fields alone", &form.enctype)?;
                let (_, url) = form.request(&self.lab.careless, &page.url);
                At::Away(Away { url, method: form.method, fields: form.fields })
            }
            None => At::Page(Box::new(page)),
        };
        Ok(())
    }

    async fn send(&mut self, request: RequestBuilder, url: &Url) -> Result<Page, Stop> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header(ACCEPT_LANGUAGE, "en-US,en").header(COOKIE, cookies.join("; "));
        let answer = request.send().await.map_err(|error| Stop::fail("the provider does not answer", error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()) {
            let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            match cookie.to_ascii_lowercase().contains("max-age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let html = answer.text().await.map_err(|error| Stop::fail("the provider's answer breaks off", error))?;
        Ok(Page { url: url.clone(), status, headers, html })
    }

    fn ours(&self, url: &Url) -> bool {
        url.as_str().starts_with(&format!("{}/", self.lab.demo.issuer))
    }
}

fn seen(pattern: &str, text: &str) -> Outcome {
    match says(pattern, text) {
        true => Ok(()),
        false => Err(Stop::fail("the page does not say what the script waits for", pattern)),
    }
}
