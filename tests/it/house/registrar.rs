//! A website's developer at the registration endpoints.

use super::browser::{Answer, HTTP};
use super::{ISSUER, Node};
use reqwest::Method;
use serde_json::Value;

/// Sends documents and tokens.
#[derive(Clone)]
pub struct Registrar {
    address: String,
}

impl Node {
    pub fn registrar(&self) -> Registrar {
        Registrar { address: self.address.clone() }
    }
}

impl Registrar {
    /// Registers, without leave.
    pub async fn register(&self, document: &Value) -> Answer {
        self.send(Method::POST, "/register", None, Some(document)).await
    }

    /// Any request: `place` is a path or a `registration_client_uri`.
    pub async fn send(&self, method: Method, place: &str, token: Option<&str>, document: Option<&Value>) -> Answer {
        let path = place.strip_prefix(ISSUER).unwrap_or(place);
        let mut request = HTTP.request(method, format!("{}{path}", self.address));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(document) = document {
            request = request.header("content-type", "application/json").body(document.to_string());
        }
        Answer::of(request.send().await).await
    }
}
