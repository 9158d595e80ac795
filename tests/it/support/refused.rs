//! A refusal in any of the four shapes, read the way a website's developer meets it.

use super::{Demo, Page};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE};
use serde_json::Value;
use url::Url;

/// JSON (RFC 6749 §5.2), redirect (§4.1.2.1), page (the redirect is not trusted), Bearer challenge (RFC 6750 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Json,
    Redirect,
    Page,
    Bearer,
}

/// What the refusal says.
#[derive(Clone, Debug)]
pub struct Refused {
    pub shape: Shape,
    pub status: StatusCode,
    /// The OAuth error; empty on a page, which speaks to a person.
    pub error: String,
    /// Our own stable code.
    pub code: String,
    pub description: String,
    pub trace: String,
    pub state: Option<String>,
    pub iss: Option<String>,
}

impl Refused {
    /// Reads an answer of any endpoint; says what is wrong when it is no refusal.
    pub fn read(answer: &Page) -> Result<Self, String> {
        if let Some(location) = answer.headers.get(LOCATION) {
            return Self::redirect(location.to_str().unwrap_or_default());
        }
        let kind = answer.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        match kind.split(';').next().unwrap_or_default() {
            "application/json" => Self::json(answer),
            "text/html" => Self::page(answer),
            other => Err(format!("{} as {other:?}", answer.status)),
        }
    }

    /// Reads a redirect's target.
    pub fn redirect(location: &str) -> Result<Self, String> {
        let url = Url::parse(location).map_err(|error| format!("{error}: {location}"))?;
        let get = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        if get("code").is_some() {
            return Err(format!("a code: {location}"));
        }
        let description = get("error_description").unwrap_or_default();
        let trace = description.rsplit_once("(trace ").map(|(_, id)| id.trim_end_matches(')').to_owned());
        Ok(Self {
            shape: Shape::Redirect,
            status: StatusCode::SEE_OTHER,
            error: get("error").ok_or_else(|| format!("no error: {location}"))?,
            code: code_of(&description),
            description,
            trace: trace.unwrap_or_default(),
            state: get("state"),
            iss: get("iss"),
        })
    }

    fn json(answer: &Page) -> Result<Self, String> {
        let body: Value = serde_json::from_str(&answer.html).map_err(|error| format!("{error}: {}", answer.html))?;
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let challenge = answer.headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
        let shape = if challenge.is_some_and(|text| text.starts_with("Bearer")) { Shape::Bearer } else { Shape::Json };
        if answer.status.is_success() || body["error"].is_null() {
            return Err(format!("{} {}", answer.status, answer.html));
        }
        let description = text("error_description");
        Ok(Self {
            shape,
            status: answer.status,
            error: text("error"),
            code: code_of(&description),
            description,
            trace: text("trace_id"),
            state: None,
            iss: None,
        })
    }

    fn page(answer: &Page) -> Result<Self, String> {
        let code = answer.text("error-code").ok_or_else(|| format!("{}: a page without an error", answer.status))?;
        let developer = answer.html.split_once("class=\"developer\"").map(|(_, rest)| rest).unwrap_or_default();
        let said = |lead: &str| developer.contains(&format!("<dt>{lead}</dt>")).then(|| format!("{lead}: "));
        let description: Vec<String> =
            [said("Received"), said("Expected"), said("To fix it").map(|_| "Fix: ".to_owned())]
                .into_iter()
                .flatten()
                .collect();
        Ok(Self {
            shape: Shape::Page,
            status: answer.status,
            error: String::new(),
            code,
            description: description.join(""),
            trace: answer.text("trace-id").unwrap_or_default(),
            state: None,
            iss: None,
        })
    }

    /// What is missing for a developer who meets this: received, expected, fix, trace.
    pub fn lacks(&self) -> Vec<&'static str> {
        let parts = [("Received: ", "received"), ("Expected: ", "expected"), ("Fix: ", "fix")];
        let mut lacks: Vec<_> =
            parts.iter().filter(|(lead, _)| !self.description.contains(lead)).map(|part| part.1).collect();
        if self.trace.is_empty() {
            lacks.push("trace id");
        }
        if self.code.is_empty() {
            lacks.push("stable code");
        }
        lacks
    }

    /// What is wrong with `hufu trace` of this refusal.
    pub fn untold(&self, demo: &Demo) -> Option<String> {
        let told = demo.trace(&self.trace)["refusal"].take();
        let expected = told["expected"].as_str().unwrap_or_default();
        (told["code"] != self.code.as_str() || expected.is_empty())
            .then(|| format!("{} is explained by {told}", self.code))
    }
}

/// The code in brackets at the description's end.
fn code_of(description: &str) -> String {
    let code = description.rsplit_once('[').and_then(|(_, rest)| rest.split_once(']'));
    code.map(|(code, _)| code.to_owned()).unwrap_or_default()
}
