//! The answer's redirect: the code or the error, `state` unchanged, `iss` always. RFC 6749 §4.1.2, RFC 9207 §2.

use crate::client::TrustedRedirect;
use crate::spec::{IssuerUrl, Refusal, TraceId};

/// A redirect back to the website, ready to send.
#[derive(Debug, PartialEq, Eq)]
pub struct AuthorizationResponse {
    location: String,
}

impl AuthorizationResponse {
    /// A code for the website.
    pub fn code(to: &TrustedRedirect, state: Option<&str>, code: &str, issuer: &IssuerUrl) -> Self {
        Self::build(to, &[("code", code)], state, issuer)
    }

    /// A refusal for the website; the trace id lets its developer ask the operator.
    pub fn error(
        to: &TrustedRedirect,
        state: Option<&str>,
        refusal: &Refusal,
        trace: TraceId,
        issuer: &IssuerUrl,
    ) -> Self {
        let description = format!("{} (trace {})", refusal.error_description(), trace.spoken());
        Self::build(to, &[("error", refusal.error.wire()), ("error_description", &description)], state, issuer)
    }

    pub fn location(&self) -> &str {
        &self.location
    }

    fn build(to: &TrustedRedirect, pairs: &[(&str, &str)], state: Option<&str>, issuer: &IssuerUrl) -> Self {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", issuer.as_str());
        Self { location: with_query(to.as_str(), &query.finish()) }
    }
}

/// `uri` with more in its query. The registered query "MUST be retained" (RFC 6749 §3.1.2), so nothing of it is rewritten.
pub fn with_query(uri: &str, query: &str) -> String {
    let lead = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, query)) if query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{lead}{query}")
}
